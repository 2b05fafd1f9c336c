//! A screen as text: what stands where, and in which role.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, CellWidth as _};
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use roledex::app::State;
use roledex::theme::{Role, Theme};
use roledex::ui;

/// A theme from whose styles the roles can be read back.
fn roles() -> Theme {
    Theme::new(|role| {
        let index = Color::Indexed(role as u8 + 1);
        if role.is_overlay() {
            Style::new().bg(index)
        } else {
            Style::new().fg(index)
        }
    })
}

pub(super) fn draw(state: &State) -> (Buffer, Option<(u16, u16)>) {
    let area = Rect::new(0, 0, state.size.width, state.size.height);
    let mut buffer = Buffer::empty(area);
    let cursor = ui::draw(state, &roles(), &mut buffer);
    (buffer, cursor)
}

/// The text of a screen, and below it the runs of every row that are more than plain text.
pub(super) fn screen(state: &State) -> String {
    let (buffer, cursor) = draw(state);
    let mut out = String::new();
    for y in buffer.area.rows() {
        writeln!(out, "{}", row(&buffer, y.y).trim_end()).unwrap();
    }
    out.push_str("---\n");
    for y in buffer.area.rows() {
        let runs = runs(&buffer, y.y);
        if !runs.is_empty() {
            writeln!(out, "{:>2}: {}", y.y, runs.join(" · ")).unwrap();
        }
    }
    if let Some((x, y)) = cursor {
        writeln!(out, "cursor: {x},{y}").unwrap();
    }
    out
}

/// The text of a row; what a wide character covers is left out.
pub(super) fn row(buffer: &Buffer, y: u16) -> String {
    let mut text = String::new();
    let mut x = buffer.area.left();
    while x < buffer.area.right() {
        let cell = &buffer[(x, y)];
        text.push_str(cell.symbol());
        x += cell.cell_width().max(1);
    }
    text
}

fn runs(buffer: &Buffer, y: u16) -> Vec<String> {
    let mut runs: Vec<(String, u16, u16)> = Vec::new();
    for x in buffer.area.left()..buffer.area.right() {
        let Some(role) = role(buffer, x, y) else {
            continue;
        };
        match runs.last_mut() {
            Some((last, _, end)) if *last == role && *end == x => *end = x + 1,
            _ => runs.push((role, x, x + 1)),
        }
    }
    runs.into_iter()
        .map(|(role, from, to)| format!("{role} {from}..{to}"))
        .collect()
}

/// The role of a cell and what is laid over it; nothing for plain text and for frames, which the text shows.
fn role(buffer: &Buffer, x: u16, y: u16) -> Option<String> {
    let cell = &buffer[(x, y)];
    let named = |colour: Color| match colour {
        Color::Indexed(index) => Role::ALL.get(usize::from(index) - 1).copied(),
        _ => None,
    };
    let base = named(cell.fg).filter(|role| {
        !matches!(role, Role::Text | Role::Border | Role::BorderFocused) && cell.symbol() != " "
    });
    match (base, named(cell.bg)) {
        (None, None) => None,
        (Some(base), None) => Some(base.to_string()),
        (None, Some(over)) => Some(format!("+{over}")),
        (Some(base), Some(over)) => Some(format!("{base}+{over}")),
    }
}
