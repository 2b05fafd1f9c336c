//! A credential test: its lines over the whole screen, and buttons below where something is asked.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::describe;
use crate::app::modal::CredentialPanel;
use crate::app::modal::credential::Button;
use crate::theme::Role;
use crate::ui::modal::text;
use crate::ui::painter::{Frame, Painter, Piece, piece, width};
use crate::ui::{rect, scrollbar};

pub(super) fn draw(
    state: &State,
    panel: &CredentialPanel,
    painter: &mut Painter<'_>,
    area: Rect,
    top: bool,
) {
    painter.clear(area);
    let frame = Frame { focused: top };
    let framed = area.height >= 3 && area.width >= 5;
    if framed {
        painter.frame(area, frame);
        let title = describe::credential_title(panel);
        painter.on_frame(area, area.y, &[piece(frame.title_role(), title)]);
    }
    let inside = rect(describe::credential_area(state, panel));
    let lines = describe::credential_lines(state, panel);
    let drawn = text::draw_wrapped(&lines, panel.top, painter, inside);
    if framed {
        let track = Rect::new(area.right().saturating_sub(1), inside.y, 1, inside.height);
        scrollbar::draw(painter, track, panel.top, drawn, lines.len());
    }
    let line = Rect::new(inside.x, inside.bottom(), inside.width, 1);
    if !panel.buttons().is_empty() && line.y < painter.area().bottom() {
        let (long, short) = (buttons(panel, false), buttons(panel, true));
        let fits = width(&long) <= usize::from(line.width);
        painter.pieces(
            line.x,
            line.y,
            line.width,
            if fits { &long } else { &short },
        );
    }
}

/// The buttons next to each other; brackets say which one enter presses, so that it can be told without colour.
fn buttons(panel: &CredentialPanel, short: bool) -> Vec<Piece<'static>> {
    let mut pieces = Vec::new();
    for (index, button) in panel.buttons().iter().enumerate() {
        if index > 0 && !short {
            pieces.push(piece(Role::Text, "  "));
        }
        let label = button.label(short);
        let refused = matches!(button, Button::Test | Button::Run) && panel.refusal().is_some();
        let role = if refused { Role::Off } else { Role::Button };
        pieces.push(if index == panel.chosen() {
            piece(Role::ButtonChosen, format!("[ {label} ]"))
        } else {
            piece(role, format!("  {label}  "))
        });
    }
    pieces
}
