//! Panes: views of the fleet, each with its own selection, order and filter.
//!
//! A new view is a file here that implements [`Noun`] over a map of the fleet, a variant of [`PaneId`] and of
//! [`RowKey`], a command in the table of commands, and its text in `app/describe`.

pub mod access_entries;
pub mod addons;
pub mod associations;
mod cell;
pub mod clusters;
pub mod findings;
pub mod identity_providers;
mod order;
pub(in crate::app) mod part;
pub mod pods;
pub mod roles;
pub mod service_accounts;
pub mod updates;
pub mod view;

pub use cell::{Cell, LIVE_SECONDS, Tone, freshness, glyph};
pub(in crate::app) use cell::{cluster_name, given_role, provenance};
pub use order::{SortKey, arrange};
pub use view::{Noun, Opens, Source, View};

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::app::diagnosis::FindingKey;
use crate::app::filter::Filter;
use crate::app::fleet::Fleet;
use crate::app::kubernetes::{AccountKey, ContainerKey};
use crate::input::Command;
use crate::model::{
    AccessEntryKey, AddonKey, AssociationKey, ClusterArn, IdentityProviderKey, Text, UpdateKey,
};

/// The views in the order of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaneId {
    Clusters,
    Associations,
    Updates,
    ServiceAccounts,
    Pods,
    Roles,
    IdentityProviders,
    Addons,
    AccessEntries,
    Findings,
}

impl PaneId {
    pub const ALL: [Self; 10] = [
        Self::Clusters,
        Self::Associations,
        Self::Updates,
        Self::ServiceAccounts,
        Self::Pods,
        Self::Roles,
        Self::IdentityProviders,
        Self::Addons,
        Self::AccessEntries,
        Self::Findings,
    ];

    /// The views that stand together where there is room; every other one takes the whole screen.
    pub const TOGETHER: [Self; 4] = [
        Self::Clusters,
        Self::Associations,
        Self::Updates,
        Self::ServiceAccounts,
    ];

    /// The one match from views to what they are made of.
    pub fn view(self) -> &'static dyn View {
        match self {
            Self::Clusters => &clusters::Clusters,
            Self::Associations => &associations::Associations,
            Self::Updates => &updates::Updates,
            Self::ServiceAccounts => &service_accounts::ServiceAccounts,
            Self::Pods => &pods::Pods,
            Self::Roles => &roles::Roles,
            Self::IdentityProviders => &identity_providers::IdentityProviders,
            Self::Addons => &addons::Addons,
            Self::AccessEntries => &access_entries::AccessEntries,
            Self::Findings => &findings::Findings,
        }
    }

    /// The view that a command focuses, if it focuses one.
    pub fn of(command: Command) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|id| id.view().command() == command)
    }

    /// Where it stands in the order of keys, from 1 on.
    pub fn number(self) -> usize {
        let before = Self::ALL.iter().take_while(|id| **id != self);
        before.count() + 1
    }

    /// Whether it stands together with others where there is room.
    pub fn is_together(self) -> bool {
        Self::TOGETHER.contains(&self)
    }

    pub fn title(self) -> &'static str {
        self.view().title()
    }

    /// One word for the tab line.
    pub fn tab(self) -> &'static str {
        self.view().tab()
    }

    pub fn columns(self) -> &'static [Column] {
        self.view().columns()
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

impl Column {
    /// A column that is always shown where there is room.
    pub const fn new(title: &'static str, rank: u8, min: u16, max: u16) -> Self {
        Self {
            title,
            rank,
            min,
            max,
            wide: false,
        }
    }

    /// The same, shown only on request.
    #[must_use]
    pub const fn wide(self) -> Self {
        Self { wide: true, ..self }
    }
}

/// The identity of a row of any pane.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKey {
    Cluster(ClusterArn),
    Association(AssociationKey),
    Update(UpdateKey),
    IdentityProvider(IdentityProviderKey),
    Addon(AddonKey),
    AccessEntry(AccessEntryKey),
    /// By its ARN.
    Role(Text),
    Account(AccountKey),
    Container(ContainerKey),
    Finding(FindingKey),
}

impl RowKey {
    /// The cluster that it is of; `None` if it is of none, or of several.
    pub fn cluster(&self) -> Option<&ClusterArn> {
        match self {
            Self::Cluster(arn) => Some(arn),
            Self::Association(key) => Some(&key.cluster),
            Self::Update(key) => Some(&key.cluster),
            Self::IdentityProvider(key) => Some(&key.cluster),
            Self::Addon(key) => Some(&key.cluster),
            Self::AccessEntry(key) => Some(&key.cluster),
            Self::Role(_) => None,
            Self::Account(key) => Some(&key.cluster),
            Self::Container(key) => Some(&key.cluster),
            Self::Finding(key) => Some(&key.cluster),
        }
    }

    /// The view whose row it is.
    pub fn pane(&self) -> PaneId {
        match self {
            Self::Cluster(_) => PaneId::Clusters,
            Self::Association(_) => PaneId::Associations,
            Self::Update(_) => PaneId::Updates,
            Self::IdentityProvider(_) => PaneId::IdentityProviders,
            Self::Addon(_) => PaneId::Addons,
            Self::AccessEntry(_) => PaneId::AccessEntries,
            Self::Role(_) => PaneId::Roles,
            Self::Account(_) => PaneId::ServiceAccounts,
            Self::Container(_) => PaneId::Pods,
            Self::Finding(_) => PaneId::Findings,
        }
    }

    /// What its view is made of.
    pub fn view(&self) -> &'static dyn View {
        self.pane().view()
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
        Self {
            id,
            rows: Vec::new(),
            total: 0,
            selected: None,
            held: false,
            cursor: 0,
            top: 0,
            skipped: 0,
            sort: id.view().sort(),
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
    /// Whose pods are shown; `None` shows all.
    pub pods_of: Option<PodsOf>,
}

/// Something that has pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodsOf {
    Account(AccountKey),
    /// Containers that act as the role, by its ARN.
    Role(Text),
}

impl Restriction {
    pub fn admits(&self, cluster: &ClusterArn) -> bool {
        self.scope.is_empty() || self.scope.contains(cluster)
    }
}

pub fn row_key(fleet: &Fleet, id: PaneId, index: usize) -> Option<RowKey> {
    id.view().key(fleet, index)
}

/// The content of one cell; out of range it is empty.
pub fn cell(fleet: &Fleet, id: PaneId, index: usize, column: usize, now: Timestamp) -> Cell<'_> {
    let cell = id.view().cell(fleet, index, column, now);
    cell.unwrap_or_else(|| Cell::plain(""))
}
