//! What a pane says instead of rows: why there are none, and what to do about it.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::fleet::ClusterRow;
use crate::app::pane::{Pane, PaneId, Source, glyph};
use crate::app::remote::Reading;
use crate::input::Command;
use crate::model::Failure;
use crate::model::measure::wrap;
use crate::theme::Role;
use crate::ui::painter::{Painter, Piece, piece};
use crate::ui::{cells, counted};

/// Failures that are told at length; the others are counted.
const TOLD: usize = 3;

pub(super) fn draw(state: &State, pane: &Pane, painter: &mut Painter<'_>, area: Rect) {
    let margin = if area.width >= 30 { 2 } else { 0 };
    let room = area.width.saturating_sub(2 * margin);
    if room == 0 {
        return;
    }
    let mut rows: Vec<Piece<'_>> = Vec::new();
    for line in lines(state, pane) {
        let own = line.text.len() - line.text.trim_start_matches(' ').len();
        for range in wrap(&line.text, usize::from(room), own + 2) {
            let indent = if range.start > 0 { own + 2 } else { 0 };
            let text = line.text.get(range).unwrap_or_default().trim_end();
            rows.push(piece(line.role, format!("{:indent$}{text}", "")));
        }
    }
    let height = usize::from(area.height);
    if rows.len() > height {
        rows.truncate(height.saturating_sub(1));
        rows.extend(press(state, Command::Scopes, "shows the rest"));
    }
    // Air above, if there is any to spare.
    let above = u16::from(height > rows.len() + 2);
    for (offset, row) in rows.into_iter().take(height).enumerate() {
        let y = area.y.saturating_add(above).saturating_add(cells(offset));
        if y < area.bottom() {
            painter.pieces(area.x.saturating_add(margin), y, room, &[row]);
        }
    }
}

fn lines<'a>(state: &'a State, pane: &'a Pane) -> Vec<Piece<'a>> {
    if pane.total > 0 && pane.rows.is_empty() {
        return hidden(state, pane);
    }
    match pane.id.view().source() {
        Source::Routes => clusters(state),
        Source::Clusters(reading) if pane.id == PaneId::Updates => updates(state, pane, reading),
        Source::Clusters(reading) => listed(state, pane, reading),
    }
}

/// A sentence that names a key, or nothing if the command is bound to none.
fn press(state: &State, command: Command, what: &str) -> Option<Piece<'static>> {
    let key = state.options.keymap.shown(command)?;
    Some(piece(Role::Muted, format!("{key} {what}")))
}

/// There are rows, and all of them are hidden.
fn hidden<'a>(state: &'a State, pane: &'a Pane) -> Vec<Piece<'a>> {
    let all = counted(pane.total, "row", "rows");
    let mut lines = Vec::new();
    if !pane.filter.is_empty() {
        let filter = pane.filter.text().trim();
        lines.push(piece(
            Role::Text,
            format!("The filter /{filter} hides all of {all}"),
        ));
        lines.extend(press(state, Command::Back, "clears the filter"));
    }
    if pane.problems_only {
        lines.push(piece(
            Role::Text,
            format!("{} None of {all} has a problem", glyph::GOOD),
        ));
        lines.extend(press(state, Command::Problems, "shows all of them"));
    }
    lines
}

fn clusters(state: &State) -> Vec<Piece<'_>> {
    let rows: Vec<_> = state
        .fleet
        .routes
        .iter()
        .filter(|row| !row.is_region_off())
        .collect();
    let mut failures: Vec<&Failure> = state.options.troubles.iter().collect();
    failures.extend(
        rows.iter()
            .filter_map(|row| row.failed())
            .map(|failed| &failed.failure),
    );
    let reading = rows
        .iter()
        .filter(|row| row.listing.waiting().is_some())
        .count();
    let mut lines = Vec::new();
    if rows.is_empty() && failures.is_empty() {
        return unconfigured();
    }
    if reading > 0 {
        let scopes = counted(reading, "scope", "scopes");
        lines.push(piece(
            Role::Busy,
            format!("{} Reading the clusters of {scopes}", glyph::BUSY),
        ));
    } else if failures.is_empty() {
        lines.push(piece(
            Role::Text,
            "There are no EKS clusters in these scopes",
        ));
        let names = rows.iter().take(TOLD).map(|row| row.route.to_string());
        let mut names: Vec<String> = names.collect();
        if rows.len() > TOLD {
            names.push(format!("{} more", rows.len() - TOLD));
        }
        lines.push(piece(Role::Muted, names.join(", ")));
        lines.extend(press(state, Command::Scopes, "lists the scopes"));
    } else if failures.len() >= rows.len() && failures.len() > 1 {
        lines.push(piece(Role::Text, "None of the scopes could be read"));
    }
    if !failures.is_empty() {
        lines.extend(told(&failures));
        if !rows.is_empty() {
            lines.extend(press(
                state,
                Command::Scopes,
                "shows every scope and what mends it",
            ));
            lines.extend(press(state, Command::RefreshAll, "tries again"));
        }
    }
    lines
}

/// Failures with their causes and what mends them.
fn told<'a>(failures: &[&'a Failure]) -> Vec<Piece<'a>> {
    let mut lines = Vec::new();
    for (index, failure) in failures.iter().enumerate().take(TOLD) {
        lines.push(piece(Role::Bad, format!("{} {failure}", glyph::BAD)));
        // What mends several failures in a row is said once, below the last of them.
        let next = failures.get(index + 1).filter(|_| index + 1 < TOLD);
        if next.is_some_and(|next| next.hint == failure.hint) {
            continue;
        }
        let hint = failure.hint.as_deref().unwrap_or_default();
        lines.extend(
            hint.lines()
                .map(|line| piece(Role::Text, format!("  → {line}"))),
        );
    }
    if failures.len() > TOLD {
        lines.push(piece(
            Role::Muted,
            format!("and {} more", failures.len() - TOLD),
        ));
    }
    lines
}

fn unconfigured() -> Vec<Piece<'static>> {
    vec![
        piece(Role::Text, "No profile and no region are configured"),
        piece(
            Role::Muted,
            "roledex --profile NAME --region REGION   reads one scope",
        ),
        piece(
            Role::Muted,
            "aws configure sso                        sets up a profile",
        ),
        piece(
            Role::Muted,
            "roledex --demo                           shows a simulated world",
        ),
    ]
}

/// A pane whose rows come from the clusters, by a list of each.
fn listed<'a>(state: &'a State, pane: &Pane, list: ListOf) -> Vec<Piece<'a>> {
    let view = pane.id.view();
    let (one, many) = view.names();
    let rows: Vec<_> = state
        .fleet
        .clusters
        .values()
        .filter(|row| view.admits_cluster(&state.restriction, &row.arn))
        .map(list)
        .collect();
    if rows.is_empty() {
        return waiting(state);
    }
    let reading = rows.iter().filter(|row| row.is_waiting).count();
    let unread = rows.iter().filter(|row| row.is_unread()).count();
    let failures: Vec<&Failure> = rows.iter().filter_map(|row| row.failure).collect();
    let empty = rows.len() - failures.len() - unread;
    let mut lines = Vec::new();
    if reading > 0 {
        let clusters = counted(reading, "cluster", "clusters");
        lines.push(piece(
            Role::Busy,
            format!("{} Reading the {many} of {clusters}", glyph::BUSY),
        ));
    } else if empty > 0 {
        let place = match state.restriction.scope.as_slice() {
            [only] => only.name().to_owned(),
            _ => counted(empty, "cluster", "clusters"),
        };
        lines.push(piece(
            Role::Text,
            format!("There is no {one}{} in {place}", view.place(state)),
        ));
    }
    if unread > 0 {
        let clusters = match state.restriction.scope.as_slice() {
            [only] => only.name().to_owned(),
            _ => counted(unread, "cluster", "clusters"),
        };
        let text = format!("The {many} of {clusters} are not read yet");
        lines.push(piece(Role::Text, text));
        for (command, what) in view.how_to_read() {
            lines.extend(press(state, *command, what));
        }
    }
    lines.extend(told(&failures));
    lines
}

/// How the list of a cluster fares.
type ListOf = for<'a> fn(&'a ClusterRow) -> Reading<'a>;

/// No cluster is known, so there is nothing to list.
fn waiting(state: &State) -> Vec<Piece<'_>> {
    let reading = state
        .fleet
        .routes
        .iter()
        .any(|row| row.listing.waiting().is_some());
    let text = if reading {
        "Waiting for the clusters"
    } else {
        "There is no cluster to read from"
    };
    vec![piece(Role::Muted, text)]
}

fn updates<'a>(state: &'a State, pane: &Pane, list: ListOf) -> Vec<Piece<'a>> {
    let ended = state
        .fleet
        .updates
        .keys()
        .filter(|key| state.restriction.admits(&key.cluster))
        .count();
    let reading = state
        .fleet
        .clusters
        .values()
        .any(|row| row.updates.waiting().is_some());
    if ended == 0 || reading {
        return listed(state, pane, list);
    }
    let mut lines = vec![piece(
        Role::Text,
        "No update is running, and none failed within the last day",
    )];
    let what = format!("shows {}", counted(ended, "finished one", "finished ones"));
    lines.extend(press(state, Command::Finished, &what));
    lines
}
