//! A line that is being typed, with its cursor always in view.

use crate::app::line::Line;
use crate::model::measure;
use crate::theme::Role;
use crate::ui::cells;
use crate::ui::painter::{Painter, piece};

/// Draws sign and line in `room` cells; returns where the cursor stands.
pub(super) fn draw(
    painter: &mut Painter<'_>,
    (x, y): (u16, u16),
    room: u16,
    sign: &str,
    line: &Line,
) -> Option<(u16, u16)> {
    let used = painter.put(x, y, room, Role::Prompt, sign);
    let (x, room) = (x.saturating_add(used), room.saturating_sub(used));
    // The last cell is for the cursor after the text.
    let for_text = room.checked_sub(1)?;
    let left = piece(Role::Text, line.left());
    let shown = measure::cut_start(&left.text, usize::from(for_text));
    let used = painter.put(x, y, for_text, Role::Text, &shown);
    let cursor = x.saturating_add(used);
    let right = piece(Role::Text, line.right());
    let rest = room.saturating_sub(used);
    let shown = measure::cut(&right.text, usize::from(rest));
    painter.put(cursor, y, rest, Role::Text, &shown);
    let area = painter.area();
    (cursor < area.right() && y < area.bottom()).then_some((cursor, y))
}

/// The cells that a line wants, its sign and its cursor included.
pub(super) fn wanted(sign: &str, line: &Line) -> u16 {
    let text = piece(Role::Text, line.text());
    cells(measure::width(sign) + measure::width(&text.text) + 1)
}
