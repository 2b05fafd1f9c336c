//! The only hand that writes to the buffer: by role, clipped, and safe.

use std::borrow::Cow;

use ratatui::buffer::{Buffer, CellWidth as _};
use ratatui::layout::Rect;

use crate::model::measure::{self, graphemes};
use crate::model::text::visible;
use crate::theme::{Role, Theme};
use crate::ui::cells;

/// Cells of the widest thing that a terminal draws as one: letters with several marks of their own width.
const WIDEST: u16 = 8;

/// A piece of a line, in one role.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    pub(super) role: Role,
    pub(super) text: Cow<'a, str>,
}

/// Makes a piece, safe to measure: what is hidden in the text is made visible here.
pub(super) fn piece<'a>(role: Role, text: impl Into<Cow<'a, str>>) -> Piece<'a> {
    let text = match text.into() {
        Cow::Borrowed(text) => visible(text),
        Cow::Owned(text) => match visible(&text) {
            Cow::Borrowed(_) => Cow::Owned(text),
            Cow::Owned(safe) => Cow::Owned(safe),
        },
    };
    Piece { role, text }
}

/// The cells that pieces take next to each other.
pub(super) fn width(pieces: &[Piece<'_>]) -> usize {
    pieces.iter().map(|piece| measure::width(&piece.text)).sum()
}

/// How a frame looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) focused: bool,
}

impl Frame {
    pub(super) fn role(self) -> Role {
        if self.focused {
            Role::BorderFocused
        } else {
            Role::Border
        }
    }

    pub(super) fn title_role(self) -> Role {
        if self.focused {
            Role::TitleFocused
        } else {
            Role::Title
        }
    }

    /// Corners from the top left on clockwise, then the horizontal and the vertical line.
    ///
    /// What takes the keys has a heavy frame, so that it can be told without colour.
    fn lines(self) -> [&'static str; 6] {
        if self.focused {
            ["┏", "┓", "┛", "┗", "━", "┃"]
        } else {
            ["┌", "┐", "┘", "└", "─", "│"]
        }
    }
}

pub(super) struct Painter<'a> {
    buffer: &'a mut Buffer,
    theme: &'a Theme,
}

impl<'a> Painter<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Self { buffer, theme }
    }

    pub(super) fn area(&self) -> Rect {
        self.buffer.area
    }

    /// Writes text from a position on, in at most `room` cells; returns the cells that it took.
    ///
    /// A wide character that does not fit is left out, never cut in half.
    pub(super) fn put(&mut self, x: u16, y: u16, room: u16, role: Role, text: &str) -> u16 {
        let style = self.theme.style(role);
        let text = visible(text);
        let right = self.buffer.area.right().min(x.saturating_add(room));
        let mut at = x;
        for (grapheme, width) in graphemes(&text) {
            let next = at.saturating_add(cells(width));
            if next > right {
                break;
            }
            if let Some(cell) = self.buffer.cell_mut((at, y)) {
                cell.set_symbol(grapheme).set_style(style);
            }
            for hidden in at.saturating_add(1)..next {
                if let Some(cell) = self.buffer.cell_mut((hidden, y)) {
                    cell.reset();
                    cell.set_style(style);
                }
            }
            at = next;
        }
        at.saturating_sub(x)
    }

    /// Writes pieces next to each other in at most `room` cells; what does not fit is cut with a mark.
    pub(super) fn pieces(&mut self, x: u16, y: u16, room: u16, pieces: &[Piece<'_>]) -> u16 {
        let fits = width(pieces) <= usize::from(room);
        let for_text = if fits { room } else { room.saturating_sub(1) };
        let (mut used, mut role) = (0, Role::Text);
        for piece in pieces {
            let free = for_text.saturating_sub(used);
            role = piece.role;
            used += self.put(x.saturating_add(used), y, free, role, &piece.text);
            if measure::width(&piece.text) > usize::from(free) {
                break;
            }
        }
        if !fits {
            let free = room.saturating_sub(used).min(1);
            used += self.put(x.saturating_add(used), y, free, role, measure::ELLIPSIS);
        }
        used
    }

    /// Empties an area, and wide characters that reach into it.
    pub(super) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            // A wide character that starts left of the area would hide the area's first cells.
            for back in 1..=WIDEST {
                if let Some(before) = area.left().checked_sub(back)
                    && let Some(cell) = self.buffer.cell_mut((before, y))
                    && cell.cell_width() > back
                {
                    cell.set_symbol(" ");
                }
            }
            for x in area.left()..area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }

    /// Lays a role over what an area shows already.
    pub(super) fn overlay(&mut self, area: Rect, role: Role) {
        let style = self.theme.style(role);
        self.buffer.set_style(area, style);
    }

    /// Draws the frame of an area; returns what is inside.
    pub(super) fn frame(&mut self, area: Rect, frame: Frame) -> Rect {
        let inside = inside(area);
        if area.width < 2 || area.height < 2 {
            return inside;
        }
        let [top_left, top_right, bottom_right, bottom_left, across, down] = frame.lines();
        let role = frame.role();
        let (right, bottom) = (
            area.right().saturating_sub(1),
            area.bottom().saturating_sub(1),
        );
        for x in inside.left()..inside.right() {
            self.put(x, area.y, 1, role, across);
            self.put(x, bottom, 1, role, across);
        }
        for y in inside.top()..inside.bottom() {
            self.put(area.x, y, 1, role, down);
            self.put(right, y, 1, role, down);
        }
        for (x, y, corner) in [
            (area.x, area.y, top_left),
            (right, area.y, top_right),
            (right, bottom, bottom_right),
            (area.x, bottom, bottom_left),
        ] {
            self.put(x, y, 1, role, corner);
        }
        inside
    }

    /// Writes pieces into the line of a frame, after its left corner; returns the cells that they took.
    pub(super) fn on_frame(&mut self, area: Rect, y: u16, pieces: &[Piece<'_>]) -> u16 {
        let room = area.width.saturating_sub(6);
        if pieces.is_empty() || room == 0 {
            return 0;
        }
        let x = area.x.saturating_add(2);
        let mut used = self.put(x, y, 1, Role::Text, " ");
        used += self.pieces(x.saturating_add(used), y, room, pieces);
        used += self.put(x.saturating_add(used), y, 1, Role::Text, " ");
        used
    }

    /// Writes pieces into the line of a frame, before its right corner, unless they would reach `from`.
    pub(super) fn on_frame_right(&mut self, area: Rect, y: u16, from: u16, pieces: &[Piece<'_>]) {
        let wanted = cells(width(pieces)).saturating_add(2);
        let x = area.right().saturating_sub(wanted.saturating_add(2));
        if pieces.is_empty() || x < from || x <= area.x || wanted.saturating_add(4) > area.width {
            return;
        }
        self.put(x, y, 1, Role::Text, " ");
        self.pieces(x.saturating_add(1), y, wanted.saturating_sub(2), pieces);
        self.put(area.right().saturating_sub(3), y, 1, Role::Text, " ");
    }
}

/// What a frame leaves of an area.
pub(super) fn inside(area: Rect) -> Rect {
    if area.width < 2 || area.height < 2 {
        return Rect::new(area.x, area.y, 0, 0);
    }
    Rect::new(
        area.x.saturating_add(1),
        area.y.saturating_add(1),
        area.width.saturating_sub(2),
        area.height.saturating_sub(2),
    )
}
