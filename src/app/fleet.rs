//! All that is known of all scopes: routes, clusters, associations and updates.

mod rows;

pub use rows::Rows;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::app::diagnosis::{Diagnosed, FindingKey, FindingRow};
use crate::app::effect::Part;
use crate::app::kubernetes::{AccountKey, AccountRow, ContainerKey, ContainerRow, Kubernetes};
use crate::app::remote::{Failed, Remote, Ticket};
use crate::app::roles::RoleRow;
use crate::model::{
    AccessEntryKey, AccessRecord, Addon, AddonKey, Association, AssociationDetail, AssociationKey,
    Caller, Cluster, ClusterArn, Described, Failure, FailureKind, IdentityProvider,
    IdentityProviderKey, Known, Route, RouteId, Text, Update, UpdateKey,
};

/// The data behind the panes; rows keep the order in which they became known.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// Indexed by [`RouteId`].
    pub routes: Vec<RouteRow>,
    pub clusters: IndexMap<ClusterArn, ClusterRow>,
    pub associations: Rows<AssociationKey, AssociationRow>,
    pub updates: IndexMap<UpdateKey, UpdateRow>,
    pub identity_providers: IndexMap<IdentityProviderKey, PartRow<Described<IdentityProvider>>>,
    pub addons: IndexMap<AddonKey, PartRow<Described<Addon>>>,
    pub access_entries: IndexMap<AccessEntryKey, PartRow<AccessRecord>>,
    /// Made from what Kubernetes and AWS said, by [`Fleet::refresh`].
    pub accounts: Rows<AccountKey, AccountRow>,
    pub containers: Rows<ContainerKey, ContainerRow>,
    /// Made from everything that names a role, when the view of roles is looked at.
    pub roles: IndexMap<Text, RoleRow>,
    /// What the rules found about the clusters, finding by finding.
    pub findings: Rows<FindingKey, FindingRow>,
    /// What they found about single service accounts that were looked at.
    pub account_diagnoses: HashMap<AccountKey, Remote<Arc<Diagnosed>>>,
    /// Names that more than one cluster has.
    twins: HashSet<Text>,
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
    /// Every route that lists the cluster, in the user's order, with the listing in which it did so last.
    pub routes: BTreeMap<RouteId, Ticket>,
    pub detail: Remote<Cluster>,
    /// The list of associations; its value is how many there are.
    pub associations: Remote<usize>,
    /// The list of updates; its value is how many there are.
    pub updates: Remote<usize>,
    /// Updates of its add-ons, node groups and capabilities have been read, not only the cluster's own.
    pub parts_read: bool,
    /// Parts whose updates could not be read, while the cluster's own could.
    pub unread: Vec<Failure>,
    /// The list of identity providers; its value is how many there are.
    pub identity_providers: Remote<usize>,
    /// The list of add-ons; its value is how many there are.
    pub addons: Remote<usize>,
    /// The list of access entries; its value is how many there are.
    pub access_entries: Remote<usize>,
    pub kubernetes: Kubernetes,
    /// What the rules found, once somebody asked.
    pub diagnosis: Remote<Arc<Diagnosed>>,
}

impl ClusterRow {
    pub fn new(arn: ClusterArn) -> Self {
        Self {
            arn,
            routes: BTreeMap::new(),
            detail: Remote::default(),
            associations: Remote::default(),
            updates: Remote::default(),
            parts_read: false,
            unread: Vec::new(),
            identity_providers: Remote::default(),
            addons: Remote::default(),
            access_entries: Remote::default(),
            kubernetes: Kubernetes::default(),
            diagnosis: Remote::default(),
        }
    }

    /// The state of the list of one kind of parts.
    pub fn parts_mut(&mut self, part: Part) -> &mut Remote<usize> {
        match part {
            Part::IdentityProviders => &mut self.identity_providers,
            Part::Addons => &mut self.addons,
            Part::AccessEntries => &mut self.access_entries,
        }
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

/// Something that belongs to a cluster; the list named it, and a call of its own described it.
#[derive(Debug, Clone)]
pub struct PartRow<T> {
    pub detail: Remote<T>,
    /// The listing that named it last.
    pub seen: Ticket,
}

impl<T> PartRow<T> {
    pub fn new(seen: Ticket) -> Self {
        Self {
            detail: Remote::default(),
            seen,
        }
    }
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

    /// The route that is used for a cluster: the first that works in the user's order, or the first if none does.
    ///
    /// `None` while the cluster is known from the cache alone.
    pub fn route_to(&self, arn: &ClusterArn) -> Option<RouteId> {
        let routes = &self.clusters.get(arn)?.routes;
        let works = |id: &&RouteId| self.route(**id).is_some_and(|row| row.failed().is_none());
        routes.keys().find(works).or(routes.keys().next()).copied()
    }

    /// The name of the profile through which a cluster is reached.
    pub fn profile_of(&self, cluster: &ClusterRow) -> Option<&str> {
        let route = self.route(self.route_to(&cluster.arn)?)?;
        Some(route.route.profile_name())
    }

    /// Adds a cluster unless it is there, and keeps count of names that several clusters have.
    pub fn cluster_entry(&mut self, arn: &ClusterArn) -> &mut ClusterRow {
        if !self.clusters.contains_key(arn) && self.clusters.keys().any(|c| c.name() == arn.name())
        {
            self.twins.insert(arn.name().into());
        }
        let row = self.clusters.entry(arn.clone());
        row.or_insert_with(|| ClusterRow::new(arn.clone()))
    }

    /// Says whether another cluster has, or had in this run, the same name.
    pub fn has_twin(&self, arn: &ClusterArn) -> bool {
        self.twins.contains(arn.name())
    }

    /// Drops a cluster and everything of it.
    pub fn remove_cluster(&mut self, arn: &ClusterArn) {
        self.clusters.shift_remove(arn);
        self.associations.remove_of(arn);
        self.updates.retain(|key, _| key.cluster != *arn);
        self.identity_providers.retain(|key, _| key.cluster != *arn);
        self.addons.retain(|key, _| key.cluster != *arn);
        self.access_entries.retain(|key, _| key.cluster != *arn);
        self.accounts.remove_of(arn);
        self.containers.remove_of(arn);
        self.findings.remove_of(arn);
        self.account_diagnoses.retain(|key, _| key.cluster != *arn);
    }

    /// Updates that have not ended, as far as is known.
    pub fn running_updates(&self) -> impl Iterator<Item = &Update> {
        let all = self.updates.values().map(|row| &row.update.value);
        all.filter(|update| !update.status.is_terminal())
    }

    /// Clusters whose running updates can be followed: there is a route, and the last look did not fail.
    pub fn followed(&self) -> BTreeSet<ClusterArn> {
        let can = |arn: &ClusterArn| {
            let works = |id| self.route(id).is_some_and(|row| row.failed().is_none());
            let read = self
                .clusters
                .get(arn)
                .is_some_and(|row| row.updates.failed().is_none());
            read && self.route_to(arn).is_some_and(works)
        };
        let running = self.running_updates().map(|update| &update.key.cluster);
        running.filter(|arn| can(arn)).cloned().collect()
    }
}
