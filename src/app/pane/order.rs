//! Which rows a pane shows, in which order, and where the cursor stays.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;

use crate::app::fleet::Fleet;
use crate::app::pane::{Pane, Restriction, Sort, View, cell, row_key};

/// Filters and sorts a pane's rows, and keeps the selected row where it stands on the screen.
pub fn arrange(
    pane: &mut Pane,
    fleet: &Fleet,
    restriction: &Restriction,
    room: usize,
    now: Timestamp,
) {
    let id = pane.id;
    let view = id.view();
    let mut rows: Vec<usize> = (0..view.len(fleet))
        .filter(|index| view.admits(fleet, *index, restriction, now))
        .collect();
    pane.total = rows.len();
    let columns = id.columns().len();
    rows.retain(|row| {
        (!pane.problems_only || view.has_problem(fleet, *row))
            && pane
                .filter
                .passes(columns, |column| cell(fleet, id, *row, column, now).text)
    });
    sort(&mut rows, fleet, view, pane.sort);
    let line = pane.cursor.saturating_sub(pane.top);
    pane.rows = rows;
    let selected = pane
        .selected
        .as_ref()
        .and_then(|key| view.index(fleet, key));
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
    pane.marks.retain(|key| view.index(fleet, key).is_some());
    pane.follow(room);
    pane.stale = false;
}

/// What a row is sorted by: times as numbers, everything else as text, rows without a value last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey<'a> {
    Number(i64),
    Text(Cow<'a, str>),
    Missing,
}

fn sort(rows: &mut [usize], fleet: &Fleet, view: &dyn View, order: Sort) {
    // Keys are made once a row, not once a comparison: some of them cost a look at the whole fleet.
    let mut keyed: Vec<_> = rows
        .iter()
        .map(|row| (view.sort_key(fleet, *row, order.column), *row))
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
        by_column.then_with(|| view.identity(fleet, *a).cmp(&view.identity(fleet, *b)))
    });
    for (row, (_, sorted)) in rows.iter_mut().zip(keyed) {
        *row = sorted;
    }
}
