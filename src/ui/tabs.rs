//! The tab line, where panes do not stand together.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::pane::PaneId;
use crate::theme::Role;
use crate::ui::painter::{Painter, Piece, piece, width};
use crate::ui::pane::title::count;

pub(super) fn draw(state: &State, painter: &mut Painter<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    for tabs in [all(state, true), all(state, false), only(state)] {
        if width(&tabs) <= usize::from(area.width) {
            painter.pieces(area.x, area.y, area.width, &tabs);
            return;
        }
    }
    painter.pieces(area.x, area.y, area.width, &only(state));
}

/// Every tab; the chosen one stands in brackets, so that it can be told without colour.
fn all(state: &State, counts: bool) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for id in PaneId::ALL {
        let chosen = id == state.focus;
        let text = label(state, id, counts);
        if chosen {
            pieces.push(piece(Role::TabChosen, format!("[{text}]")));
        } else {
            pieces.push(piece(Role::Tab, format!(" {text} ")));
        }
        pieces.push(piece(Role::Tab, " "));
    }
    pieces.pop();
    pieces
}

/// The chosen tab and how many there are.
fn only(state: &State) -> Vec<Piece<'_>> {
    let position = PaneId::ALL
        .iter()
        .position(|id| *id == state.focus)
        .unwrap_or(0)
        + 1;
    vec![
        piece(
            Role::TabChosen,
            format!("[{}]", label(state, state.focus, true)),
        ),
        piece(Role::Tab, format!(" {position}/{}", PaneId::ALL.len())),
    ]
}

fn label(state: &State, id: PaneId, counts: bool) -> String {
    let counted = if counts {
        state.pane(id).and_then(count)
    } else {
        None
    };
    counted.map_or_else(
        || id.tab().to_owned(),
        |count| format!("{} {count}", id.tab()),
    )
}
