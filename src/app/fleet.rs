//! All that is known of all scopes: routes, clusters, associations and updates.

use indexmap::IndexMap;

use crate::app::remote::{Failed, Remote, Ticket};
use crate::model::{
    Association, AssociationDetail, AssociationKey, Caller, Cluster, ClusterArn, FailureKind,
    Known, Route, RouteId, Update, UpdateKey,
};

/// The data behind the panes; rows keep the order in which they became known.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// Indexed by [`RouteId`].
    pub routes: Vec<RouteRow>,
    pub clusters: IndexMap<ClusterArn, ClusterRow>,
    pub associations: IndexMap<AssociationKey, AssociationRow>,
    pub updates: IndexMap<UpdateKey, UpdateRow>,
}

/// A profile in a region, and how it fares.
#[derive(Debug, Clone)]
pub struct RouteRow {
    pub route: Route,
    pub caller: Remote<Caller>,
    /// The list of clusters; its value is how many there are.
    pub listing: Remote<usize>,
}

impl RouteRow {
    /// Why the scope cannot be read, if it cannot.
    pub fn failed(&self) -> Option<&Failed> {
        self.listing.failed().or_else(|| self.caller.failed())
    }

    /// Says whether a region that came from `--region all` is simply not enabled.
    pub fn is_region_off(&self) -> bool {
        let off = |failed: &Failed| failed.failure.kind == FailureKind::RegionDisabled;
        self.route.speculative && self.failed().is_some_and(off)
    }
}

/// A cluster and the state of everything that is read of it.
#[derive(Debug, Clone)]
pub struct ClusterRow {
    pub arn: ClusterArn,
    /// Every route that lists the cluster, in the user's order: the first is the one that is used.
    pub routes: Vec<RouteId>,
    pub detail: Remote<Cluster>,
    /// The list of associations; its value is how many there are.
    pub associations: Remote<usize>,
    /// The list of updates; its value is how many there are.
    pub updates: Remote<usize>,
    /// The listing that named it last.
    pub seen: Ticket,
}

impl ClusterRow {
    pub fn new(arn: ClusterArn, seen: Ticket) -> Self {
        Self {
            arn,
            routes: Vec::new(),
            detail: Remote::default(),
            associations: Remote::default(),
            updates: Remote::default(),
            seen,
        }
    }

    /// The route that is used; `None` while the cluster is known from the cache alone.
    pub fn route(&self) -> Option<RouteId> {
        self.routes.first().copied()
    }
}

/// An association; the list gave its summary, a call of its own gives the rest.
#[derive(Debug, Clone)]
pub struct AssociationRow {
    pub summary: Association,
    pub detail: Remote<AssociationDetail>,
    /// The listing that named it last.
    pub seen: Ticket,
}

/// An update as it was described last.
#[derive(Debug, Clone)]
pub struct UpdateRow {
    pub update: Known<Update>,
    /// The listing that named it last.
    pub seen: Ticket,
}

impl Fleet {
    pub fn new(routes: Vec<Route>) -> Self {
        let routes = routes
            .into_iter()
            .map(|route| RouteRow {
                route,
                caller: Remote::default(),
                listing: Remote::default(),
            })
            .collect();
        Self {
            routes,
            ..Self::default()
        }
    }

    pub fn route(&self, id: RouteId) -> Option<&RouteRow> {
        self.routes.get(usize::from(id.0))
    }

    pub fn route_mut(&mut self, id: RouteId) -> Option<&mut RouteRow> {
        self.routes.get_mut(usize::from(id.0))
    }

    pub fn route_ids(&self) -> impl Iterator<Item = RouteId> + use<> {
        (0..u16::try_from(self.routes.len()).unwrap_or(u16::MAX)).map(RouteId)
    }

    /// The name of the profile through which a cluster is reached.
    pub fn profile_of(&self, cluster: &ClusterRow) -> Option<&str> {
        Some(self.route(cluster.route()?)?.route.profile_name())
    }

    /// Drops a cluster and everything of it.
    pub fn remove_cluster(&mut self, arn: &ClusterArn) {
        self.clusters.shift_remove(arn);
        self.associations.retain(|key, _| key.cluster != *arn);
        self.updates.retain(|key, _| key.cluster != *arn);
    }

    /// Counts the updates of a cluster that run.
    pub fn running_updates(&self) -> impl Iterator<Item = &Update> {
        let all = self.updates.values().map(|row| &row.update.value);
        all.filter(|update| !update.status.is_terminal())
    }
}
