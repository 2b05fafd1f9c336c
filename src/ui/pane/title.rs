//! The title of a pane: what it is, how many rows, and everything that narrows them.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::pane::{Pane, PaneId, Source};
use crate::theme::Role;
use crate::ui::painter::{Frame, Painter, Piece, piece};
use crate::ui::role;

pub(super) fn draw(
    state: &State,
    pane: &Pane,
    painter: &mut Painter<'_>,
    area: Rect,
    frame: Frame,
) {
    let mut pieces = Vec::new();
    // Where views do not stand together, the tab line names the keys.
    let together = state.layout().panes.len() > 1;
    if let Some(key) = key(state, pane.id).filter(|_| together) {
        pieces.push(piece(Role::Count, format!("{key} ")));
    }
    pieces.push(piece(frame.title_role(), pane.id.title()));
    if let Some(count) = count(state, pane) {
        pieces.push(piece(Role::Count, format!(" {count}")));
    }
    pieces.extend(narrowing(state, pane));
    painter.on_frame(area, area.y, &pieces);
}

/// The key that focuses a view, if it is short enough to stand before its name.
pub(in crate::ui) fn key(state: &State, id: PaneId) -> Option<String> {
    let key = state.options.keymap.shown(id.view().command());
    key.filter(|key| key.chars().count() <= 2)
}

/// The rows of a pane: `160`, or `12/160` if something hides rows; nothing where "0" would claim too much.
pub(in crate::ui) fn count(state: &State, pane: &Pane) -> Option<String> {
    // Rows of a view that nobody has looked at may not even be made.
    if pane.total == 0 && (pane.stale || !is_known(state, pane.id)) {
        return None;
    }
    let (shown, all) = (pane.rows.len(), pane.total);
    Some(if shown == all {
        all.to_string()
    } else {
        format!("{shown}/{all}")
    })
}

/// Whether everything that fills a view has been read.
fn is_known(state: &State, id: PaneId) -> bool {
    let (fleet, view) = (&state.fleet, id.view());
    match view.source() {
        Source::Routes => fleet.routes.iter().all(|row| row.listing.is_settled()),
        Source::Clusters(reading) => {
            let clusters = fleet.clusters.values();
            let mut admitted =
                clusters.filter(|row| view.admits_cluster(&state.restriction, &row.arn));
            !fleet.clusters.is_empty() && admitted.all(|row| reading(row).is_known)
        }
    }
}

fn narrowing<'a>(state: &'a State, pane: &'a Pane) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut add = |role: Role, text: String| {
        pieces.push(piece(Role::Text, "  "));
        pieces.push(piece(role, text));
    };
    if !pane.filter.is_empty() {
        let role = if pane.filter.problem().is_some() {
            Role::Warning
        } else {
            Role::Key
        };
        add(role, format!("/{}", pane.filter.text().trim()));
    }
    if pane.problems_only {
        add(Role::Warning, "problems only".to_owned());
    }
    if !pane.marks.is_empty() {
        add(Role::Marked, format!("{} marked", pane.marks.len()));
    }
    if pane.id.view().is_scoped() {
        match state.restriction.scope.as_slice() {
            [] => {}
            [only] => add(Role::Name, format!("in {}", only.name())),
            several => add(Role::Name, format!("in {} clusters", several.len())),
        }
    }
    for (tone, text) in pane.id.view().remarks(state) {
        add(role(tone), text);
    }
    pieces
}
