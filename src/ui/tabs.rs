//! The tab line, where views do not stand together.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::pane::PaneId;
use crate::theme::Role;
use crate::ui::painter::{Painter, Piece, piece, width};
use crate::ui::pane::title::{count, key};

/// How much of a tab is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Much {
    /// Its key, its name and its rows.
    All,
    Name,
    Key,
}

/// Draws as much of the tabs as there is room for.
///
/// ```text
///  1 Clusters 8  2 Associations 160 [5 Pods 12/340] …
///  1 Clusters  2 Associations [5 Pods] …
///  1  2  3  4 [5 Pods 12/340] 6  7  8  9
/// [5 Pods 12/340] 5/9
/// ```
pub(super) fn draw(state: &State, painter: &mut Painter<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let wide = [Much::All, Much::Name, Much::Key].map(|much| all(state, much));
    for tabs in &wide {
        if width(tabs) <= usize::from(area.width) {
            painter.pieces(area.x, area.y, area.width, tabs);
            return;
        }
    }
    painter.pieces(area.x, area.y, area.width, &only(state));
}

/// Every tab; the chosen one stands in brackets, so that it can be told without colour.
fn all(state: &State, much: Much) -> Vec<Piece<'static>> {
    let mut pieces = Vec::new();
    for id in PaneId::ALL {
        if id == state.focus {
            let much = if much == Much::Name { much } else { Much::All };
            let text = label(state, id, much);
            pieces.push(piece(Role::TabChosen, format!("[{text}]")));
        } else {
            let text = label(state, id, much);
            pieces.push(piece(Role::Tab, format!(" {text} ")));
        }
    }
    pieces
}

/// The chosen tab and how many there are.
fn only(state: &State) -> Vec<Piece<'static>> {
    let (chosen, all) = (state.focus.number(), PaneId::ALL.len());
    vec![
        piece(
            Role::TabChosen,
            format!("[{}]", label(state, state.focus, Much::All)),
        ),
        piece(Role::Tab, format!(" {chosen}/{all}")),
    ]
}

fn label(state: &State, id: PaneId, much: Much) -> String {
    let name = id.tab();
    let key = key(state, id);
    let named = key
        .as_deref()
        .map_or_else(|| name.to_owned(), |key| format!("{key} {name}"));
    match (much, state.pane(id).and_then(|pane| count(state, pane))) {
        (Much::Key, _) => key.unwrap_or_else(|| "·".to_owned()),
        (Much::All, Some(count)) => format!("{named} {count}"),
        (Much::All | Much::Name, _) => named,
    }
}
