//! A pane: its frame, and its table or what it says instead of one.

mod empty;
mod note;
mod table;
pub(super) mod title;
mod widths;

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::modal::Modal;
use crate::app::pane::PaneId;
use crate::theme::Role;
use crate::ui::painter::{Frame, Painter};
use crate::ui::scrollbar;

/// Draws a pane. A frame needs four rows to leave one for data; below that there is only the data.
///
/// ```text
/// ┏━ Clusters 12/160  /prod  in eu-1 ━━━━━━━━━┓
/// ┃  NAME ▲      STATUS     REGION     READ   ┃
/// ┃▸ prod-eu     ● ACTIVE   eu-west-1  ● live █
/// ┃ *prod-us     ◐ UPDATING us-east-1  ● live ┃
/// ┗━ ▲ 2 of 5 scopes failed: P shows why ━ 1/12┛
/// ```
pub(super) fn draw(state: &State, id: PaneId, painter: &mut Painter<'_>, area: Rect) {
    let Some(pane) = state.pane(id) else { return };
    let focused = is_focused(state, id);
    let framed = area.height >= 4 && area.width >= 4;
    let (inside, titles) = if framed {
        let frame = Frame { focused };
        let inside = painter.frame(area, frame);
        title::draw(state, pane, painter, area, frame);
        note::draw(state, pane, painter, area);
        (inside, true)
    } else {
        (area, area.height >= 2)
    };
    if pane.rows.is_empty() {
        empty::draw(state, pane, painter, inside);
        return;
    }
    let body = table::draw(state, pane, painter, inside, titles);
    if framed {
        let track = Rect::new(area.right().saturating_sub(1), body.y, 1, body.height);
        scrollbar::draw(
            painter,
            track,
            pane.top,
            usize::from(body.height),
            pane.rows.len(),
        );
    } else if pane.rows.len() > usize::from(body.height) && area.width > 12 {
        // Without a frame there is no place for a scrollbar; an arrow says that there is more.
        painter.put(
            area.right().saturating_sub(1),
            area.bottom().saturating_sub(1),
            1,
            Role::Thumb,
            "↓",
        );
    }
}

/// Says whether keys go to a pane; a filter is typed for it, not over it.
fn is_focused(state: &State, id: PaneId) -> bool {
    let covered = state
        .modals
        .iter()
        .any(|modal| !matches!(modal, Modal::Filter(_)));
    id == state.focus && !covered
}
