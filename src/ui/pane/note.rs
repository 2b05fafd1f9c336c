//! The lower line of a pane's frame: what is missing from the rows, and where the cursor stands.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::pane::{Pane, PaneId, glyph};
use crate::app::remote::Remote;
use crate::input::Command;
use crate::theme::Role;
use crate::ui::counted;
use crate::ui::painter::{Painter, Piece, piece};

pub(super) fn draw(state: &State, pane: &Pane, painter: &mut Painter<'_>, area: Rect) {
    let y = area.bottom().saturating_sub(1);
    let rows = pane.rows.len();
    let position = if rows == 0 {
        Vec::new()
    } else {
        vec![piece(
            Role::Count,
            format!("{}/{rows}", pane.cursor.saturating_add(1).min(rows)),
        )]
    };
    // An empty pane says at length what is missing; a full one says it here.
    let note = if rows == 0 {
        Vec::new()
    } else {
        missing(state, pane.id)
    };
    let used = painter.on_frame(area, y, &note);
    let from = area.x.saturating_add(2).saturating_add(used);
    painter.on_frame_right(area, y, from, &position);
}

/// What could not be read, or is being read.
fn missing(state: &State, id: PaneId) -> Vec<Piece<'static>> {
    let key = |command| state.options.keymap.shown(command);
    let (failed, reading, all, noun, why) = match id {
        PaneId::Clusters => {
            let rows = || state.fleet.routes.iter().filter(|row| !row.is_region_off());
            let troubles = state.options.troubles.len();
            let failed = rows().filter(|row| row.failed().is_some()).count() + troubles;
            let reading = rows().filter(|row| row.listing.waiting().is_some()).count();
            let why = key(Command::Scopes).map(|key| format!(": {key} shows why"));
            (
                failed,
                reading,
                rows().count() + troubles,
                ("scope", "scopes"),
                why,
            )
        }
        PaneId::Associations => clusters(state, |row| &row.associations),
        PaneId::Updates => clusters(state, |row| &row.updates),
        PaneId::ServiceAccounts => return Vec::new(),
    };
    if failed > 0 {
        let of = counted(all, noun.0, noun.1);
        let text = format!("{} {failed} of {of} could not be read", glyph::WARNING);
        vec![
            piece(Role::Warning, text),
            piece(Role::Muted, why.unwrap_or_default()),
        ]
    } else if reading > 0 {
        let text = format!(
            "{} reading {}",
            glyph::BUSY,
            counted(reading, noun.0, noun.1)
        );
        vec![piece(Role::Busy, text)]
    } else {
        Vec::new()
    }
}

type Missing = (
    usize,
    usize,
    usize,
    (&'static str, &'static str),
    Option<String>,
);

fn clusters(
    state: &State,
    list: impl Fn(&crate::app::fleet::ClusterRow) -> &Remote<usize>,
) -> Missing {
    let rows = || {
        state
            .fleet
            .clusters
            .values()
            .filter(|row| state.restriction.admits(&row.arn))
    };
    let failed = rows().filter(|row| list(row).failed().is_some()).count();
    let reading = rows().filter(|row| list(row).waiting().is_some()).count();
    let why = state.options.keymap.shown(Command::Problems);
    let why = why.map(|key| format!(": {key} in Clusters shows which"));
    (
        failed,
        reading,
        rows().count(),
        ("cluster", "clusters"),
        why,
    )
}
