//! The form of a change: a line for each field; the one that takes the keys opens below itself.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::editor::Editor;
use crate::app::layout::text_lines;
use crate::app::modal::ChangeForm;
use crate::app::modal::form::{Stop, Suggestion};
use crate::app::pane::glyph;
use crate::model::measure::{self, rows};
use crate::theme::Role;
use crate::ui::painter::{Frame, Painter, Piece, piece};
use crate::ui::{cells, prompt, rect, role};

/// Cells of the labels, and of the blank after them.
const LABEL: u16 = 18;
/// Suggestions in view at most, and fewest rows of a text.
const SUGGESTIONS: usize = 8;
const TEXT_ROWS: usize = 6;

/// One row of the form.
enum Row<'a> {
    Field(Stop),
    /// The first row of it has the sign.
    Wrong(String, bool),
    Note(String),
    Suggestion(Suggestion, bool),
    /// How many suggestions stand above and below those in view.
    More(usize),
    Text(&'a Editor, usize),
    Buttons,
    Empty,
}

pub(super) fn draw(
    state: &State,
    form: &ChangeForm,
    painter: &mut Painter<'_>,
    area: Rect,
    top: bool,
) -> Option<(u16, u16)> {
    painter.clear(area);
    let frame = Frame { focused: top };
    if area.height >= 3 && area.width >= 5 {
        painter.frame(area, frame);
        painter.on_frame(area, area.y, &[piece(frame.title_role(), form.title())]);
    }
    let inside = rect(text_lines(state.size));
    let room = usize::from(inside.height);
    let rows = rows_of(state, form, usize::from(inside.width), room);
    let focus = rows.iter().rposition(|row| belongs(row, form)).unwrap_or(0);
    let first = rows
        .iter()
        .position(|row| matches!(row, Row::Field(stop) if *stop == form.stop))
        .unwrap_or(focus);
    // The field that takes the keys is in view with what opens below it, and in doubt its own line.
    let from = (focus + 1).saturating_sub(room).min(first);
    let mut cursor = None;
    for (offset, row) in rows.iter().skip(from).take(room).enumerate() {
        let line = Rect::new(
            inside.x,
            inside.y.saturating_add(cells(offset)),
            inside.width,
            1,
        );
        cursor = draw_row(form, painter, line, row, top).or(cursor);
    }
    cursor
}

/// Whether a row is part of what the field with the keys shows.
fn belongs(row: &Row<'_>, form: &ChangeForm) -> bool {
    match row {
        Row::Field(stop) => *stop == form.stop,
        Row::Suggestion(..) | Row::More(_) | Row::Text(..) => true,
        Row::Buttons => form.stop == Stop::Review,
        Row::Wrong(..) | Row::Note(_) | Row::Empty => false,
    }
}

fn rows_of<'a>(state: &State, form: &'a ChangeForm, width: usize, room: usize) -> Vec<Row<'a>> {
    let wrapped = |text: String, room: usize| {
        let ranges = rows(&text, room.max(1));
        let lines = ranges
            .into_iter()
            .map(|(_, range)| text.get(range).unwrap_or_default().trim().to_owned());
        lines.collect::<Vec<_>>()
    };
    let beside = width.saturating_sub(usize::from(LABEL) + 2);
    let mut rows = Vec::new();
    for note in form.notes() {
        rows.extend(wrapped(note, width).into_iter().map(Row::Note));
        rows.push(Row::Empty);
    }
    let fixed = rows.len() + form.stops().len() + 2;
    for stop in form.stops() {
        if *stop == Stop::Review {
            continue;
        }
        rows.push(Row::Field(*stop));
        for wrong in form.wrong_at(*stop) {
            rows.extend(wrong_rows(wrapped(wrong, beside)));
        }
        if *stop != form.stop {
            continue;
        }
        let free = room.saturating_sub(fixed);
        if let Some(editor) = form.editor_of(*stop) {
            let shown = free.max(TEXT_ROWS).min(editor.lines().len().max(TEXT_ROWS));
            let (line, _) = editor.cursor();
            let top = (line + 1).saturating_sub(shown);
            rows.extend((top..top + shown).map(|line| Row::Text(editor, line)));
        } else if form.suggests() {
            rows.extend(suggestion_rows(
                form.suggestions(&state.fleet),
                form.choice,
                free,
            ));
        }
    }
    rows.push(Row::Empty);
    for wrong in form.wrong_elsewhere() {
        rows.extend(wrong_rows(wrapped(wrong, beside)));
    }
    rows.push(Row::Buttons);
    rows
}

fn wrong_rows<'a>(lines: Vec<String>) -> impl Iterator<Item = Row<'a>> {
    let numbered = lines.into_iter().enumerate();
    numbered.map(|(index, line)| Row::Wrong(line, index == 0))
}

fn suggestion_rows<'a>(all: Vec<Suggestion>, choice: Option<usize>, free: usize) -> Vec<Row<'a>> {
    let shown = free.clamp(3, SUGGESTIONS);
    let count = all.len();
    let top = choice.map_or(0, |choice| (choice + 1).saturating_sub(shown));
    let mut rows: Vec<Row<'a>> = all
        .into_iter()
        .enumerate()
        .skip(top)
        .take(shown)
        .map(|(index, one)| Row::Suggestion(one, choice == Some(index)))
        .collect();
    if count > rows.len() {
        rows.push(Row::More(count - rows.len()));
    }
    rows
}

fn draw_row(
    form: &ChangeForm,
    painter: &mut Painter<'_>,
    line: Rect,
    row: &Row<'_>,
    top: bool,
) -> Option<(u16, u16)> {
    let beside = Rect::new(
        line.x.saturating_add(LABEL),
        line.y,
        line.width.saturating_sub(LABEL),
        1,
    );
    let mut put = |area: Rect, pieces: &[Piece<'_>]| {
        painter.pieces(area.x, area.y, area.width, pieces);
    };
    match row {
        Row::Field(stop) => return draw_field(form, painter, line, *stop, top),
        Row::Wrong(text, first) => {
            let sign = if *first { glyph::BAD } else { " " };
            put(beside, &[piece(Role::Bad, format!("{sign} {text}"))]);
        }
        Row::Note(text) => put(line, &[piece(Role::Warning, &**text)]),
        Row::Suggestion(one, chosen) => draw_suggestion(painter, beside, one, *chosen),
        Row::More(count) => put(beside, &[piece(Role::Muted, format!("  and {count} more"))]),
        Row::Text(editor, index) => return draw_text(painter, line, editor, *index, top),
        Row::Buttons => {
            let button = if form.stop == Stop::Review {
                piece(Role::ButtonChosen, "[ Review ]")
            } else {
                piece(Role::Button, "  Review  ")
            };
            put(beside, &[button]);
        }
        Row::Empty => {}
    }
    None
}

fn draw_field(
    form: &ChangeForm,
    painter: &mut Painter<'_>,
    line: Rect,
    stop: Stop,
    top: bool,
) -> Option<(u16, u16)> {
    let focused = form.stop == stop;
    if focused {
        painter.put(line.x, line.y, 1, Role::Cursor, "▸");
    }
    let label = if focused { Role::Name } else { Role::Muted };
    let x = line.x.saturating_add(2);
    painter.put(
        x,
        line.y,
        LABEL.saturating_sub(2).min(line.width.saturating_sub(2)),
        label,
        stop.label(),
    );
    let x = line.x.saturating_add(LABEL);
    let room = line.right().saturating_sub(x);
    if let Some(typed) = form.line_of(stop) {
        if focused && top {
            let cursor = prompt::draw(painter, (x, line.y), room, "", typed);
            if let (true, Some((end, _))) = (form.is_fresh, cursor) {
                // What the next character will replace.
                let typed = Rect::new(x, line.y, end.saturating_sub(x), 1);
                painter.overlay(typed, Role::Selected);
            }
            return cursor;
        }
        let text = typed.text();
        let shown = if text.is_empty() {
            piece(Role::Muted, "none")
        } else {
            piece(Role::Text, text)
        };
        painter.pieces(x, line.y, room, &[shown]);
        return None;
    }
    let shown = match stop {
        Stop::SessionTags => {
            let (on, by_default) = form.session_tags_shown();
            let text = if on { "[x] on" } else { "[ ] off" };
            let note = if by_default {
                ", as EKS does by itself"
            } else {
                ""
            };
            piece(Role::Text, format!("{text}{note}"))
        }
        // What is being written stands below, word for word.
        _ if focused => return None,
        _ => piece(
            Role::Muted,
            form.editor_of(stop).map(summary).unwrap_or_default(),
        ),
    };
    painter.pieces(x, line.y, room, &[shown]);
    None
}

/// A text of several lines in one.
fn summary(editor: &Editor) -> String {
    if editor.is_blank() {
        return "none".to_owned();
    }
    let characters = editor.text().chars().count();
    match editor.lines() {
        [only] => only.clone(),
        lines => format!("{} lines, {characters} characters", lines.len()),
    }
}

fn draw_suggestion(painter: &mut Painter<'_>, line: Rect, one: &Suggestion, chosen: bool) {
    if chosen {
        painter.put(line.x, line.y, line.width, Role::Cursor, "▸");
    }
    let sign = if one.glyph.is_empty() {
        String::new()
    } else {
        format!("{} ", one.glyph)
    };
    let pieces = [
        piece(role(one.tone), sign),
        piece(Role::Text, &*one.label),
        piece(Role::Muted, if one.note.is_empty() { "" } else { "  " }),
        piece(Role::Muted, &*one.note),
    ];
    let x = line.x.saturating_add(2);
    painter.pieces(x, line.y, line.right().saturating_sub(x), &pieces);
    if chosen {
        painter.overlay(line, Role::Selected);
    }
}

/// One line of a text; the view moves sideways with the cursor.
fn draw_text(
    painter: &mut Painter<'_>,
    line: Rect,
    editor: &Editor,
    index: usize,
    top: bool,
) -> Option<(u16, u16)> {
    let x = line.x.saturating_add(2);
    let room = line.right().saturating_sub(x);
    let sign = if index < editor.lines().len() {
        "│ "
    } else {
        ""
    };
    let used = painter.put(x, line.y, room, Role::Border, sign);
    let (x, room) = (x.saturating_add(used), room.saturating_sub(used));
    let text = editor.lines().get(index)?;
    let (at, column) = editor.cursor();
    if at != index {
        let shown = piece(Role::Text, &**text);
        painter.pieces(x, line.y, room, &[shown]);
        return None;
    }
    let split = text
        .char_indices()
        .nth(column)
        .map_or(text.len(), |(at, _)| at);
    let (left, right) = text.split_at_checked(split).unwrap_or((text, ""));
    let left = piece(Role::Text, left);
    let shown = measure::cut_start(&left.text, usize::from(room.checked_sub(1)?));
    let used = painter.put(x, line.y, room, Role::Text, &shown);
    let cursor = x.saturating_add(used);
    let right = piece(Role::Text, right);
    let rest = room.saturating_sub(used);
    let shown = measure::cut(&right.text, usize::from(rest));
    painter.put(cursor, line.y, rest, Role::Text, &shown);
    let screen = painter.area();
    (top && cursor < screen.right() && line.y < screen.bottom()).then_some((cursor, line.y))
}
