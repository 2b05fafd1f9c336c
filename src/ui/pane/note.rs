//! The lower line of a pane's frame: what is missing from the rows, and where the cursor stands.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::fleet::ClusterRow;
use crate::app::pane::{Pane, PaneId, Source, glyph};
use crate::app::remote::Reading;
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

/// What could not be read, is being read, or was never asked for.
fn missing(state: &State, id: PaneId) -> Vec<Piece<'static>> {
    let key = |command| state.options.keymap.shown(command);
    let (missing, noun, why) = match id.view().source() {
        Source::Routes => (
            scopes(state),
            ("scope", "scopes"),
            key(Command::Scopes).map(|key| format!(": {key} shows why")),
        ),
        Source::Clusters(reading) => (
            clusters(state, id, reading),
            ("cluster", "clusters"),
            key(Command::Problems).map(|key| format!(": {key} in Clusters shows which")),
        ),
    };
    let Missing {
        failed,
        reading,
        unread,
        all,
        why: only,
    } = missing;
    if let (Some(failure), 1, Source::Clusters(_)) = (only, all, id.view().source()) {
        // Of one cluster, there is room to say why.
        let text = format!("{} {failure}", glyph::WARNING);
        vec![piece(Role::Warning, text)]
    } else if failed > 0 {
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
    } else if unread > 0 {
        let of = counted(all, noun.0, noun.1);
        let text = format!("{} {unread} of {of} not read", glyph::OFF);
        let how = key(Command::Refresh).map(|key| format!(": {key} reads"));
        vec![
            piece(Role::Warning, text),
            piece(Role::Muted, how.unwrap_or_default()),
        ]
    } else {
        Vec::new()
    }
}

/// How many of the lists that fill a view did not.
struct Missing {
    failed: usize,
    reading: usize,
    unread: usize,
    all: usize,
    /// Why one of them did not.
    why: Option<String>,
}

fn scopes(state: &State) -> Missing {
    let rows = || state.fleet.routes.iter().filter(|row| !row.is_region_off());
    let troubles = state.options.troubles.len();
    Missing {
        failed: rows().filter(|row| row.failed().is_some()).count() + troubles,
        reading: rows().filter(|row| row.listing.waiting().is_some()).count(),
        // Scopes are asked at the start, all of them.
        unread: 0,
        all: rows().count() + troubles,
        why: None,
    }
}

fn clusters(state: &State, id: PaneId, reading: impl Fn(&ClusterRow) -> Reading<'_>) -> Missing {
    let clusters = state.fleet.clusters.values();
    let admitted = clusters.filter(|row| id.view().admits_cluster(&state.restriction, &row.arn));
    let mut missing = Missing {
        failed: 0,
        reading: 0,
        unread: 0,
        all: 0,
        why: None,
    };
    for row in admitted {
        let reading = reading(row);
        missing.all += 1;
        missing.failed += usize::from(reading.failure.is_some());
        missing.why = reading.failure.map(ToString::to_string).or(missing.why);
        missing.reading += usize::from(reading.is_waiting);
        missing.unread += usize::from(reading.is_unread());
    }
    missing
}
