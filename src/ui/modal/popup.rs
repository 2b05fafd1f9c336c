//! A framed window in the middle of the screen, as large as its contents want and the screen allows.

use ratatui::layout::Rect;

use crate::theme::Role;
use crate::ui::painter::{Frame, Painter, inside, piece};
use crate::ui::{cells, scrollbar};

/// Draws the window; returns what is inside, which may be nothing.
///
/// On a screen that is too small for a frame the contents take all of it.
pub(super) fn draw(
    painter: &mut Painter<'_>,
    screen: Rect,
    title: &str,
    (width, height): (usize, usize),
) -> Rect {
    let title_width = crate::model::measure::width(title) + 6;
    let width = cells(width.max(title_width).saturating_add(4)).min(screen.width);
    let height = cells(height.saturating_add(2)).min(screen.height);
    let area = Rect::new(
        screen.x.saturating_add((screen.width - width) / 2),
        screen.y.saturating_add((screen.height - height) / 3),
        width,
        height,
    );
    painter.clear(area);
    if height < 3 || width < 5 {
        return area;
    }
    painter.frame(area, Frame { focused: true });
    painter.on_frame(area, area.y, &[piece(Role::TitleFocused, title)]);
    let inside = inside(area);
    Rect::new(
        inside.x.saturating_add(1),
        inside.y,
        inside.width.saturating_sub(2),
        inside.height,
    )
}

/// The first of `all` lines in view, so that line `cursor` is, and a scrollbar if not all of them are.
pub(super) fn window(painter: &mut Painter<'_>, list: Rect, cursor: usize, all: usize) -> usize {
    let room = usize::from(list.height);
    let top = (cursor + 1)
        .saturating_sub(room)
        .min(all.saturating_sub(room));
    let track = Rect::new(list.right().saturating_add(1), list.y, 1, list.height);
    if track.x < painter.area().right() {
        scrollbar::draw(painter, track, top, room, all);
    }
    top
}
