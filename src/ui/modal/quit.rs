//! "Quit roledex?"

use ratatui::layout::Rect;

use crate::app::modal::QuitDialog;
use crate::theme::Role;
use crate::ui::modal::popup;
use crate::ui::painter::{Painter, piece, width};

pub(super) fn draw(dialog: QuitDialog, painter: &mut Painter<'_>, screen: Rect) {
    let button = |text: &'static str, chosen: bool| {
        // Brackets say which one enter presses, so that it can be told without colour.
        if chosen {
            piece(Role::ButtonChosen, format!("[ {text} ]"))
        } else {
            piece(Role::Button, format!("  {text}  "))
        }
    };
    let buttons = [
        button("No", !dialog.yes),
        piece(Role::Text, "  "),
        button("Yes", dialog.yes),
    ];
    let inside = popup::draw(painter, screen, "Quit", (30, 5));
    let (question, buttons_at) = if inside.height >= 5 { (1, 3) } else { (0, 1) };
    let middle = |wanted: usize| {
        let wanted = u16::try_from(wanted).unwrap_or(u16::MAX);
        inside
            .x
            .saturating_add(inside.width.saturating_sub(wanted) / 2)
    };
    let text = [piece(Role::Text, "Quit roledex?")];
    for (row, pieces) in [
        (question, text.as_slice()),
        (buttons_at, buttons.as_slice()),
    ] {
        let y = inside.y.saturating_add(row);
        if y < inside.bottom() {
            painter.pieces(middle(width(pieces)), y, inside.width, pieces);
        }
    }
}
