//! Drawing: the state as it is, onto a buffer. Pure and total.
//!
//! Nothing here changes a state or asks for anything. Positions come from `app::layout`, because `update`
//! must know what is in view; looks come from the theme, by role. All text passes the painter, which
//! makes it safe and clips it, so that no text from outside can leave its place.

mod footer;
mod header;
mod modal;
mod painter;
mod pane;
mod prompt;
mod scrollbar;
mod tabs;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::layout::Area;
use crate::app::pane::Tone;
use crate::theme::{Role, Theme};
use painter::Painter;

/// Draws the state; returns where the terminal's cursor stands if a line is being typed.
///
/// ```text
/// header            who is calling, which scopes, how fresh, what runs
/// tabs              where panes do not stand together
/// panes             tables; a text view covers everything but the footer
/// footer            keys that work now, or a notice, or the line that is typed
/// ```
///
/// Rows must be arranged ([`crate::app::arrange`]); a pane that is not shows what it showed before.
pub fn draw(state: &State, theme: &Theme, buffer: &mut Buffer) -> Option<(u16, u16)> {
    let layout = state.layout();
    let mut painter = Painter::new(buffer, theme);
    painter.clear(painter.area());
    header::draw(state, &mut painter, rect(layout.header));
    tabs::draw(state, &mut painter, rect(layout.tabs));
    for (id, area) in &layout.panes {
        pane::draw(state, *id, &mut painter, rect(*area));
    }
    let typed_in_modal = modal::draw(state, &mut painter, &layout);
    let typed_in_footer = footer::draw(state, &mut painter, rect(layout.footer));
    typed_in_modal.or(typed_in_footer)
}

fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height)
}

fn role(tone: Tone) -> Role {
    match tone {
        Tone::Plain => Role::Text,
        Tone::Muted => Role::Muted,
        Tone::Good => Role::Good,
        Tone::Busy => Role::Busy,
        Tone::Warning => Role::Warning,
        Tone::Bad => Role::Bad,
        Tone::Name => Role::Name,
    }
}

/// A count and its noun: `1 scope`, `3 scopes`.
fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// Clamps a count to what a position on the screen can be.
fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
