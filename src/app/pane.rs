//! Panes: tables over the fleet, each with its own view, selection, order and filter.

pub mod associations;
pub mod clusters;
pub mod updates;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::app::filter::Filter;
use crate::app::fleet::Fleet;
use crate::app::remote::Remote;
use crate::model::age::age;
use crate::model::{AssociationKey, ClusterArn, Origin, UpdateKey};

/// The panes in the order of `tab`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaneId {
    Clusters,
    Associations,
    Updates,
    ServiceAccounts,
}

impl PaneId {
    pub const ALL: [Self; 4] = [
        Self::Clusters,
        Self::Associations,
        Self::Updates,
        Self::ServiceAccounts,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Clusters => "Clusters",
            Self::Associations => "Pod Identity associations",
            Self::Updates => "Updates",
            Self::ServiceAccounts => "Service accounts",
        }
    }

    /// One word for the tab line.
    pub fn tab(self) -> &'static str {
        match self {
            Self::Clusters => "Clusters",
            Self::Associations => "Associations",
            Self::Updates => "Updates",
            Self::ServiceAccounts => "Service accounts",
        }
    }

    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Clusters => &clusters::COLUMNS,
            Self::Associations => &associations::COLUMNS,
            Self::Updates => &updates::COLUMNS,
            Self::ServiceAccounts => &[],
        }
    }
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub title: &'static str,
    /// Columns of a low rank are dropped first where room runs out.
    pub rank: u8,
    /// Fewest cells in which its text still says something.
    pub min: u16,
    /// Most cells it takes.
    pub max: u16,
    /// Shown only on request.
    pub wide: bool,
}

/// What a cell means; the theme decides how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tone {
    Plain,
    /// Present, but not the point.
    Muted,
    Good,
    /// Something is going on.
    Busy,
    Warning,
    Bad,
    /// The name of the thing.
    Name,
}

/// The content of a cell, as it came from outside: drawing makes it safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell<'a> {
    /// A sign before the text, so that colour is never the only carrier of meaning; empty for none.
    pub glyph: &'static str,
    pub text: Cow<'a, str>,
    pub tone: Tone,
}

impl<'a> Cell<'a> {
    pub fn new(text: impl Into<Cow<'a, str>>, tone: Tone) -> Self {
        Self {
            glyph: "",
            text: text.into(),
            tone,
        }
    }

    pub fn plain(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(text, Tone::Plain)
    }

    pub fn muted(text: impl Into<Cow<'a, str>>) -> Self {
        Self::new(text, Tone::Muted)
    }

    pub fn sign(glyph: &'static str, text: impl Into<Cow<'a, str>>, tone: Tone) -> Self {
        Self {
            glyph,
            text: text.into(),
            tone,
        }
    }

    /// AWS sent none.
    pub fn none() -> Self {
        Self::muted("-")
    }

    /// Not known yet: nobody has answered so far.
    pub fn pending() -> Self {
        Self::sign("…", "", Tone::Muted)
    }
}

/// Signs for states; each goes with a word.
pub mod glyph {
    pub const GOOD: &str = "●";
    pub const BUSY: &str = "◐";
    pub const WARNING: &str = "▲";
    pub const BAD: &str = "✗";
    pub const OFF: &str = "○";
}

/// The identity of a row of any pane.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKey {
    Cluster(ClusterArn),
    Association(AssociationKey),
    Update(UpdateKey),
}

impl RowKey {
    pub fn cluster(&self) -> &ClusterArn {
        match self {
            Self::Cluster(arn) => arn,
            Self::Association(key) => &key.cluster,
            Self::Update(key) => &key.cluster,
        }
    }
}

/// Order of the rows of a pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// Index into the pane's columns.
    pub column: usize,
    pub descending: bool,
}

/// How a pane looks at its data.
#[derive(Debug, Clone)]
pub struct Pane {
    pub id: PaneId,
    /// Indices into the fleet's map, filtered and sorted.
    pub rows: Vec<usize>,
    /// Rows before the filter, to tell an empty pane from a filtered one.
    pub total: usize,
    /// The row under the cursor, by identity, so that a refresh does not move it.
    pub selected: Option<RowKey>,
    /// Where in `rows` the selected row stands.
    pub cursor: usize,
    /// The first row in view.
    pub top: usize,
    /// Columns scrolled out on the left.
    pub skipped: usize,
    pub sort: Sort,
    pub filter: Filter,
    pub problems_only: bool,
    pub marks: BTreeSet<RowKey>,
    /// The rows must be arranged anew before they are looked at.
    pub stale: bool,
}

impl Pane {
    pub fn new(id: PaneId) -> Self {
        let sort = match id {
            PaneId::Updates => Sort {
                column: updates::AGE,
                descending: false,
            },
            PaneId::Clusters | PaneId::Associations | PaneId::ServiceAccounts => Sort {
                column: 0,
                descending: false,
            },
        };
        Self {
            id,
            rows: Vec::new(),
            total: 0,
            selected: None,
            cursor: 0,
            top: 0,
            skipped: 0,
            sort,
            filter: Filter::default(),
            problems_only: false,
            marks: BTreeSet::new(),
            stale: true,
        }
    }

    /// Keeps the cursor in view, and the view full.
    pub fn follow(&mut self, room: usize) {
        let room = room.max(1);
        self.top = self
            .top
            .min(self.cursor)
            .min(self.rows.len().saturating_sub(room));
        if self.cursor >= self.top.saturating_add(room) {
            self.top = self.cursor + 1 - room;
        }
    }
}

/// What the panes restrict their rows to, beside their filters.
#[derive(Debug, Clone, Default)]
pub struct Restriction {
    /// Clusters that the other panes are scoped to; empty means all.
    pub scope: Vec<ClusterArn>,
    pub finished_updates: bool,
}

impl Restriction {
    pub fn admits(&self, cluster: &ClusterArn) -> bool {
        self.scope.is_empty() || self.scope.contains(cluster)
    }
}

pub fn row_key(fleet: &Fleet, id: PaneId, index: usize) -> Option<RowKey> {
    match id {
        PaneId::Clusters => fleet
            .clusters
            .get_index(index)
            .map(|(arn, _)| RowKey::Cluster(arn.clone())),
        PaneId::Associations => fleet
            .associations
            .get_index(index)
            .map(|(key, _)| RowKey::Association(key.clone())),
        PaneId::Updates => fleet
            .updates
            .get_index(index)
            .map(|(key, _)| RowKey::Update(key.clone())),
        PaneId::ServiceAccounts => None,
    }
}

fn row_index(fleet: &Fleet, key: &RowKey) -> Option<usize> {
    match key {
        RowKey::Cluster(arn) => fleet.clusters.get_index_of(arn),
        RowKey::Association(key) => fleet.associations.get_index_of(key),
        RowKey::Update(key) => fleet.updates.get_index_of(key),
    }
}

/// The content of one cell; out of range it is empty.
pub fn cell(fleet: &Fleet, id: PaneId, index: usize, column: usize, now: Timestamp) -> Cell<'_> {
    let cell = match id {
        PaneId::Clusters => fleet
            .clusters
            .get_index(index)
            .map(|(_, row)| clusters::cell(fleet, row, column, now)),
        PaneId::Associations => fleet
            .associations
            .get_index(index)
            .map(|(_, row)| associations::cell(fleet, row, column, now)),
        PaneId::Updates => fleet
            .updates
            .get_index(index)
            .map(|(_, row)| updates::cell(row, column, now)),
        PaneId::ServiceAccounts => None,
    };
    cell.unwrap_or_else(|| Cell::plain(""))
}

/// Says whether a row has a problem, for the view of problems only.
pub fn has_problem(fleet: &Fleet, id: PaneId, index: usize) -> bool {
    match id {
        PaneId::Clusters => fleet
            .clusters
            .get_index(index)
            .is_some_and(|(_, row)| clusters::has_problem(row)),
        PaneId::Associations => fleet
            .associations
            .get_index(index)
            .is_some_and(|(_, row)| associations::has_problem(row)),
        PaneId::Updates => fleet
            .updates
            .get_index(index)
            .is_some_and(|(_, row)| updates::has_problem(row)),
        PaneId::ServiceAccounts => false,
    }
}

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
            let shown = restriction.finished_updates || updates::is_pending(row, now);
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
    pane.cursor = position
        .unwrap_or(pane.cursor)
        .min(pane.rows.len().saturating_sub(1));
    pane.top = pane.cursor.saturating_sub(line);
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

/// How fresh a remote value is, in a word: `live`, `2h old`, `loading`, `denied`.
pub fn freshness<T>(remote: &Remote<T>, now: Timestamp) -> Cell<'static> {
    if remote.waiting().is_some() {
        return Cell::sign("…", "loading", Tone::Muted);
    }
    if let Some(failed) = remote.failed() {
        return Cell::sign(glyph::BAD, failed.failure.kind.word(), Tone::Bad);
    }
    match remote.known() {
        Some(_) if remote.is_wanted() => Cell::sign("…", "queued", Tone::Muted),
        None => Cell::sign("…", "queued", Tone::Muted),
        Some(known) if known.origin == Origin::Cache => Cell::sign(
            glyph::WARNING,
            format!("{} old", age(known.at, now)),
            Tone::Warning,
        ),
        Some(_) => Cell::sign(glyph::GOOD, "live", Tone::Muted),
    }
}
