//! The scrollbar in the right line of a frame.

use ratatui::layout::Rect;

use crate::theme::Role;
use crate::ui::cells;
use crate::ui::painter::Painter;

/// Draws the thumb over `track`, a column of cells, if not everything is in view.
pub(super) fn draw(painter: &mut Painter<'_>, track: Rect, top: usize, shown: usize, all: usize) {
    let height = usize::from(track.height);
    if all <= shown || height < 2 || all == 0 {
        return;
    }
    let length = (shown * height / all).clamp(1, height - 1);
    let last = all.saturating_sub(shown).max(1);
    let free = height - length;
    // Only the very first and the very last row put the thumb at an end.
    let start = match top.min(last) {
        0 => 0,
        top if top == last => free,
        top => (top * free / last).clamp(1.min(free), free.saturating_sub(1).max(1.min(free))),
    };
    let thumb = Rect {
        y: track.y.saturating_add(cells(start)),
        height: cells(length.min(height - start)),
        width: 1,
        ..track
    };
    // A title under it may hold a wide character, of which it would leave half.
    painter.clear(thumb);
    for offset in start..(start + length).min(height) {
        painter.put(
            track.x,
            track.y.saturating_add(cells(offset)),
            1,
            Role::Thumb,
            "█",
        );
    }
}
