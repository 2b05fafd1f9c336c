//! A text of several lines that is being edited, such as a session policy.
//!
//! The text area of `tui_textarea` is the model of the text: lines, cursor and history. Its own key bindings and
//! its own drawing are not used: keys come from our one table, and drawing makes text from outside safe.

use tui_textarea::{CursorMove, TextArea};

/// A text with a cursor, and with the history of its edits.
#[derive(Debug, Clone)]
pub struct Editor {
    area: TextArea<'static>,
}

/// One thing to do to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    Left,
    Right,
    Up,
    Down,
    WordLeft,
    WordRight,
    LineStart,
    LineEnd,
    Top,
    Bottom,
    NewLine,
    EraseLeft,
    EraseRight,
    EraseWord,
    EraseToStart,
    Undo,
    Redo,
}

impl Editor {
    /// Starts with the cursor at the first character.
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(lines(text));
        area.set_tab_length(2);
        Self { area }
    }

    /// The whole text, with line feeds between its lines.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and character of the cursor, counted from zero.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    pub fn is_blank(&self) -> bool {
        self.area.lines().iter().all(|line| line.trim().is_empty())
    }

    pub fn type_char(&mut self, character: char) {
        if !character.is_control() {
            self.area.insert_char(character);
        }
    }

    /// Inserts pasted text as one edit; tabs become two blanks, other control characters are left out.
    pub fn paste(&mut self, text: &str) {
        self.area.insert_str(lines(text).join("\n"));
    }

    /// Replaces the whole text; undoing it takes two presses, because the old text goes before the new one comes.
    pub fn replace(&mut self, text: &str) {
        self.area.select_all();
        self.area.insert_str(lines(text).join("\n"));
    }

    pub fn edit(&mut self, edit: Edit) {
        let area = &mut self.area;
        match edit {
            Edit::Left => area.move_cursor(CursorMove::Back),
            Edit::Right => area.move_cursor(CursorMove::Forward),
            Edit::Up => area.move_cursor(CursorMove::Up),
            Edit::Down => area.move_cursor(CursorMove::Down),
            Edit::WordLeft => area.move_cursor(CursorMove::WordBack),
            Edit::WordRight => area.move_cursor(CursorMove::WordForward),
            Edit::LineStart => area.move_cursor(CursorMove::Head),
            Edit::LineEnd => area.move_cursor(CursorMove::End),
            Edit::Top => area.move_cursor(CursorMove::Top),
            Edit::Bottom => area.move_cursor(CursorMove::Bottom),
            Edit::NewLine => area.insert_newline(),
            // Whether there was anything to erase or undo shows in the text.
            Edit::EraseLeft => drop(area.delete_char()),
            Edit::EraseRight => drop(area.delete_next_char()),
            Edit::EraseWord => drop(area.delete_word()),
            Edit::EraseToStart => drop(area.delete_line_by_head()),
            Edit::Undo => drop(area.undo()),
            Edit::Redo => drop(area.redo()),
        }
    }
}

/// Splits at every kind of line break, and keeps control characters out of a text that is sent to AWS.
fn lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let clean = |line: &str| {
        let spaced = line.replace('\t', "  ");
        spaced.chars().filter(|c| !c.is_control()).collect()
    };
    text.split('\n').map(clean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edits_do_what_they_say() {
        let mut editor = Editor::new("ab\ncd");
        for (edit, text, cursor) in [
            (Edit::Down, "ab\ncd", (1, 0)),
            (Edit::LineEnd, "ab\ncd", (1, 2)),
            (Edit::EraseLeft, "ab\nc", (1, 1)),
            (Edit::NewLine, "ab\nc\n", (2, 0)),
            (Edit::Undo, "ab\nc", (1, 1)),
            (Edit::Top, "ab\nc", (0, 1)),
            (Edit::EraseToStart, "b\nc", (0, 0)),
            (Edit::Undo, "ab\nc", (0, 1)),
        ] {
            editor.edit(edit);
            assert_eq!(
                (editor.text().as_str(), editor.cursor()),
                (text, cursor),
                "{edit:?}"
            );
        }
        editor.replace("{\n}\n");
        assert_eq!(editor.text(), "{\n}\n");
        editor.edit(Edit::Undo);
        editor.edit(Edit::Undo);
        assert_eq!(editor.text(), "ab\nc");
    }

    #[test]
    fn what_is_pasted_cannot_control_a_terminal() {
        let mut editor = Editor::new("");
        assert!(editor.is_blank());
        editor.paste("a\u{1b}[31m\tb\r\nc\u{7}");
        assert_eq!(editor.text(), "a[31m  b\nc");
        editor.type_char('\u{1b}');
        assert_eq!(editor.lines().len(), 2);
    }

    fn edits() -> impl Strategy<Value = Edit> {
        use Edit as E;
        proptest::sample::select(vec![
            E::Left,
            E::Right,
            E::Up,
            E::Down,
            E::WordLeft,
            E::WordRight,
            E::LineStart,
            E::LineEnd,
            E::Top,
            E::Bottom,
            E::NewLine,
            E::EraseLeft,
            E::EraseRight,
            E::EraseWord,
            E::EraseToStart,
            E::Undo,
            E::Redo,
        ])
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_in_the_text(start: String, done in proptest::collection::vec(edits(), 0..40)) {
            let mut editor = Editor::new(&start);
            for edit in done {
                editor.edit(edit);
                editor.type_char('é');
                let (line, column) = editor.cursor();
                let length = editor.lines().get(line).map(|line| line.chars().count());
                prop_assert!(length.is_some_and(|length| column <= length));
            }
        }
    }
}
