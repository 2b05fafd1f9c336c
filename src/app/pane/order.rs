//! Which rows a pane shows, in which order, and where the cursor stays.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;

use crate::app::fleet::Fleet;
use crate::app::pane::{
    Pane, PaneId, Restriction, Sort, associations, cell, clusters, has_problem, row_index, row_key,
    updates,
};

/// Filters and sorts a pane's rows, and keeps the selected row where it stands on the screen.
pub fn arrange(
    pane: &mut Pane,
    fleet: &Fleet,
    restriction: &Restriction,
    room: usize,
    now: Timestamp,
) {
    let id = pane.id;
    let admitted: Vec<usize> = match id {
        PaneId::Clusters => (0..fleet.clusters.len()).collect(),
        PaneId::Associations => admitted(
            fleet
                .associations
                .keys()
                .map(|key| restriction.admits(&key.cluster)),
        ),
        PaneId::Updates => admitted(fleet.updates.iter().map(|(key, row)| {
            let shown = restriction.finished_updates || row.update.value.is_pending(now);
            shown && restriction.admits(&key.cluster)
        })),
        PaneId::ServiceAccounts => Vec::new(),
    };
    pane.total = admitted.len();
    let columns = id.columns().len();
    let mut rows = admitted;
    rows.retain(|row| {
        (!pane.problems_only || has_problem(fleet, id, *row))
            && pane
                .filter
                .passes(columns, |column| cell(fleet, id, *row, column, now).text)
    });
    sort(&mut rows, fleet, id, pane.sort);
    let line = pane.cursor.saturating_sub(pane.top);
    pane.rows = rows;
    let selected = pane.selected.as_ref().and_then(|key| row_index(fleet, key));
    let position = selected.and_then(|index| pane.rows.iter().position(|row| *row == index));
    if pane.held {
        pane.cursor = position
            .unwrap_or(pane.cursor)
            .min(pane.rows.len().saturating_sub(1));
        pane.top = pane.cursor.saturating_sub(line);
    } else {
        (pane.cursor, pane.top) = (0, 0);
    }
    pane.selected = pane
        .rows
        .get(pane.cursor)
        .and_then(|row| row_key(fleet, id, *row));
    pane.marks.retain(|key| row_index(fleet, key).is_some());
    pane.follow(room);
    pane.stale = false;
}

fn admitted(rows: impl Iterator<Item = bool>) -> Vec<usize> {
    rows.enumerate()
        .filter(|(_, admitted)| *admitted)
        .map(|(index, _)| index)
        .collect()
}

/// What a row is sorted by: times as numbers, everything else as text, rows without a value last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey<'a> {
    Number(i64),
    Text(Cow<'a, str>),
    Missing,
}

fn sort(rows: &mut [usize], fleet: &Fleet, id: PaneId, order: Sort) {
    let key = |row: usize| match id {
        PaneId::Clusters => fleet
            .clusters
            .get_index(row)
            .map(|(_, row)| clusters::sort_key(fleet, row, order.column)),
        PaneId::Associations => fleet
            .associations
            .get_index(row)
            .map(|(_, row)| associations::sort_key(fleet, row, order.column)),
        PaneId::Updates => fleet
            .updates
            .get_index(row)
            .map(|(_, row)| updates::sort_key(row, order.column)),
        PaneId::ServiceAccounts => None,
    };
    // Keys are made once a row, not once a comparison: some of them cost a look at the whole fleet.
    let mut keyed: Vec<_> = rows
        .iter()
        .map(|row| (key(*row).unwrap_or(SortKey::Missing), *row))
        .collect();
    keyed.sort_by(|(first, a), (second, b)| {
        // Rows without a value stay last in both directions: they are no answer to "largest first" either.
        let by_column = match (first, second) {
            (SortKey::Missing, SortKey::Missing) => Ordering::Equal,
            (SortKey::Missing, _) => Ordering::Greater,
            (_, SortKey::Missing) => Ordering::Less,
            _ if order.descending => second.cmp(first),
            _ => first.cmp(second),
        };
        by_column.then_with(|| identity(fleet, id, *a).cmp(&identity(fleet, id, *b)))
    });
    for (row, (_, sorted)) in rows.iter_mut().zip(keyed) {
        *row = sorted;
    }
}

/// A total order behind every other, so that equal rows never change places.
fn identity(fleet: &Fleet, id: PaneId, index: usize) -> Option<(&str, &str, &str, &str)> {
    match id {
        PaneId::Clusters => fleet
            .clusters
            .get_index(index)
            .map(|(arn, _)| (arn.name(), arn.as_str(), "", "")),
        PaneId::Associations => fleet.associations.get_index(index).map(|(key, row)| {
            (
                &*row.summary.namespace,
                &*row.summary.service_account,
                key.cluster.as_str(),
                &*key.id,
            )
        }),
        PaneId::Updates => fleet.updates.get_index(index).map(|(key, _)| {
            (
                key.cluster.as_str(),
                key.subject.kind(),
                key.subject.name().map_or("", |name| name),
                &*key.id,
            )
        }),
        PaneId::ServiceAccounts => None,
    }
}
