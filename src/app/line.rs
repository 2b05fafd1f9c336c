//! One line of text that is being typed.

/// A line with a cursor between its characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    left: String,
    right: String,
}

impl Line {
    pub fn new(text: &str) -> Self {
        Self {
            left: text.to_owned(),
            right: String::new(),
        }
    }

    pub fn text(&self) -> String {
        format!("{}{}", self.left, self.right)
    }

    pub fn is_empty(&self) -> bool {
        self.left.is_empty() && self.right.is_empty()
    }

    /// The text before the cursor.
    pub fn left(&self) -> &str {
        &self.left
    }

    /// The text from the cursor on.
    pub fn right(&self) -> &str {
        &self.right
    }

    pub fn insert(&mut self, character: char) {
        self.left.push(character);
    }

    /// Inserts pasted text; line breaks become blanks, other control characters are left out.
    pub fn paste(&mut self, text: &str) {
        let flat = text.trim_end_matches(['\r', '\n']).chars();
        self.left.extend(
            flat.map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
                .filter(|c| !c.is_control()),
        );
    }

    pub fn move_left(&mut self) {
        if let Some(character) = self.left.pop() {
            self.right.insert(0, character);
        }
    }

    pub fn move_right(&mut self) {
        if !self.right.is_empty() {
            self.left.push(self.right.remove(0));
        }
    }

    pub fn move_to_start(&mut self) {
        self.right.insert_str(0, &self.left);
        self.left.clear();
    }

    pub fn move_to_end(&mut self) {
        self.left.push_str(&self.right);
        self.right.clear();
    }

    pub fn erase_left(&mut self) {
        self.left.pop();
    }

    pub fn erase_right(&mut self) {
        if !self.right.is_empty() {
            self.right.remove(0);
        }
    }

    pub fn erase_word(&mut self) {
        let kept = self
            .left
            .trim_end()
            .trim_end_matches(|c: char| !c.is_whitespace())
            .len();
        self.left.truncate(kept);
    }

    pub fn erase_to_start(&mut self) {
        self.left.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_edited_at_the_cursor() {
        let mut line = Line::new("prod web");
        line.move_left();
        line.insert('é');
        assert_eq!((line.left(), line.right()), ("prod weé", "b"));
        line.erase_word();
        assert_eq!(line.text(), "prod b");
        line.move_to_start();
        line.erase_right();
        assert_eq!(line.text(), "rod b");
        line.move_to_end();
        line.erase_left();
        line.erase_to_start();
        assert!(line.is_empty());
        line.paste("a\nb\u{1b}[31m\n");
        assert_eq!(line.text(), "a b[31m");
    }
}
