//! Panes: tables over the fleet, each with its own view, selection, order and filter.

pub mod associations;
mod cell;
pub mod clusters;
mod order;
pub mod updates;

pub use cell::{Cell, Tone, freshness, glyph};
pub use order::{SortKey, arrange};

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::app::filter::Filter;
use crate::app::fleet::Fleet;
use crate::model::{AssociationKey, ClusterArn, UpdateKey};

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
    /// The user has put the cursor where it is; until then it stays on the first row while rows come in.
    pub held: bool,
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
            held: false,
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
            .map(|(_, row)| updates::cell(fleet, row, column, now)),
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
