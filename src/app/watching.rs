//! Whose Kubernetes is read, and whose is watched: exactly the one cluster that is in view.

use std::sync::Arc;

use crate::app::effect::{Effect, KubernetesOf, Request};
use crate::app::fleet::ClusterRow;
use crate::app::kubernetes::Mode;
use crate::app::msg::Step;
use crate::app::pane::{PaneId, PodsOf, associations};
use crate::app::remote::Ticket;
use crate::app::state::State;
use crate::model::{ClusterArn, Failure, FailureKind};

/// Clusters that are listed side by side; each may have many thousand pods.
const LISTS_TOGETHER: usize = 8;

/// Hours for which the age of an association can matter: longer than credentials live.
const AGING_HOURS: i64 = 7;

impl State {
    /// The cluster that is in view alone, if one is.
    pub fn watched(&self) -> Option<&ClusterArn> {
        match (&self.restriction.pods_of, self.restriction.scope.as_slice()) {
            (Some(PodsOf::Account(account)), _) => Some(&account.cluster),
            (_, [only]) => Some(only),
            _ => None,
        }
    }

    /// Watches the cluster that is in view alone, and no other; called whenever what is in view has changed.
    pub fn follow_view(&mut self, effects: &mut Vec<Effect>) {
        let only = self.watched().cloned();
        let now = self.now;
        let mut stopped = Vec::new();
        for row in self.fleet.clusters.values_mut() {
            if only.as_ref() != Some(&row.arn) {
                if row.kubernetes.mode() == Some(Mode::Watch) {
                    stopped.push(row.kubernetes.stop(now));
                }
                // A watch that has not begun is no longer wanted; a list that somebody asked for is.
                if row.kubernetes.wanted == Some(Mode::Watch) {
                    row.kubernetes.wanted = None;
                }
            }
        }
        for ticket in stopped {
            self.supersede(ticket, effects);
        }
        if let Some(arn) = only {
            let is_watched = |row: &ClusterRow| {
                let kubernetes = &row.kubernetes;
                kubernetes.mode().max(kubernetes.wanted) == Some(Mode::Watch)
            };
            if !self.fleet.clusters.get(&arn).is_some_and(is_watched) {
                self.want_kubernetes(&arn, Mode::Watch);
            }
        }
        self.touch_kubernetes();
    }

    /// Reads the Kubernetes of clusters that were chosen: watches the only one, lists several.
    pub fn look_into(&mut self, chosen: &[ClusterArn], effects: &mut Vec<Effect>) {
        if chosen.len() > 1 {
            self.want_lists(chosen);
        }
        self.follow_view(effects);
    }

    /// Lists the Kubernetes of clusters of which nobody has asked yet.
    pub(in crate::app) fn want_lists(&mut self, clusters: &[ClusterArn]) {
        for arn in clusters {
            let row = self.fleet.clusters.get(arn);
            if row.is_some_and(|row| !row.kubernetes.is_asked()) {
                self.want_kubernetes(arn, Mode::List);
            }
        }
    }

    /// Reads the Kubernetes again wherever it was read.
    pub fn read_kubernetes_again(&mut self, effects: &mut Vec<Effect>) {
        let clusters = self.fleet.clusters.values();
        let read = clusters.filter(|row| row.kubernetes.is_asked());
        let read: Vec<ClusterArn> = read.map(|row| row.arn.clone()).collect();
        self.read_kubernetes(&read, effects);
    }

    /// Reads the Kubernetes of clusters again: by a new watch where one runs, else by a list.
    pub fn read_kubernetes(&mut self, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        for arn in clusters {
            // Where it is, and whom to trust there, may be what has changed.
            self.describe_cluster(arn, true, effects);
            let mode = if self.watched() == Some(arn) {
                Mode::Watch
            } else {
                Mode::List
            };
            self.want_kubernetes(arn, mode);
        }
        self.touch_kubernetes();
    }

    fn want_kubernetes(&mut self, arn: &ClusterArn, mode: Mode) {
        if let Some(row) = self.fleet.clusters.get_mut(arn) {
            row.kubernetes.wanted = Some(mode);
            row.kubernetes.touch();
            self.loading.kubernetes.insert(arn.clone());
        }
    }

    /// Asks for what is wanted, as soon as the cluster is described, and as far as there is room.
    pub(super) fn pump_kubernetes(&mut self, effects: &mut Vec<Effect>) {
        if self.loading.kubernetes.is_empty() {
            return;
        }
        let is_list = |request: &&Request| matches!(request, Request::ListKubernetes(_));
        let mut lists = self.loading.flights.values().filter(is_list).count();
        for arn in std::mem::take(&mut self.loading.kubernetes) {
            let Some(row) = self.fleet.clusters.get(&arn) else {
                continue;
            };
            let Some(mode) = row.kubernetes.wanted else {
                continue;
            };
            if mode == Mode::List && lists >= LISTS_TOGETHER || row.detail.waiting().is_some() {
                self.loading.kubernetes.insert(arn);
                continue;
            }
            match self.kubernetes_of(&arn) {
                Ok(of) => {
                    lists += usize::from(mode == Mode::List);
                    self.ask_kubernetes(of, mode, effects);
                }
                Err(None) => {
                    self.describe_cluster(&arn, true, effects);
                    self.loading.kubernetes.insert(arn);
                }
                Err(Some(failure)) => {
                    let now = self.now;
                    if let Some(row) = self.fleet.clusters.get_mut(&arn) {
                        row.kubernetes.fail(failure, now);
                    }
                    self.touch_kubernetes();
                }
            }
        }
    }

    /// Where the Kubernetes of a cluster is; if that is not known, why, or nothing if it can be asked.
    pub fn kubernetes_of(&self, arn: &ClusterArn) -> Result<KubernetesOf, Option<Failure>> {
        let unreached = || {
            let cause = "no scope of this run reaches the cluster";
            Failure::new(FailureKind::Unreachable, "read its Kubernetes", cause)
        };
        let row = self.fleet.clusters.get(arn).ok_or_else(unreached)?;
        let route = self.route_to(arn).ok_or_else(unreached)?;
        let failed = row.detail.failed().map(|failed| failed.failure.clone());
        // What an earlier run knew will do where this one may not ask.
        let detail = row
            .detail
            .value()
            .filter(|_| row.detail.is_settled())
            .ok_or(failed)?;
        Ok(KubernetesOf {
            route,
            cluster: arn.clone(),
            detail: Arc::new(detail.clone()),
        })
    }

    fn ask_kubernetes(&mut self, of: KubernetesOf, mode: Mode, effects: &mut Vec<Effect>) {
        let arn = of.cluster.clone();
        let request = match mode {
            Mode::List => Request::ListKubernetes(of),
            Mode::Watch => Request::WatchKubernetes(of),
        };
        let ticket = self.call(request, true, effects);
        let now = self.now;
        let before = self
            .fleet
            .clusters
            .get_mut(&arn)
            .and_then(|row| row.kubernetes.ask(ticket, mode, now));
        self.supersede(before, effects);
        self.touch_kubernetes();
    }

    /// Takes what Kubernetes said.
    pub(super) fn land_kubernetes(&mut self, ticket: Ticket, arn: &ClusterArn, step: Step) {
        let now = self.now;
        let Some(row) = self.fleet.clusters.get_mut(arn) else {
            return;
        };
        match step {
            Step::Kubernetes(events) => {
                row.kubernetes.take(ticket, events, now);
            }
            Step::NodeRoles(roles) => {
                row.kubernetes.node_roles = *roles;
                row.kubernetes.touch();
            }
            _ => {}
        }
        self.touch_kubernetes();
    }

    pub(super) fn finish_kubernetes(
        &mut self,
        ticket: Ticket,
        arn: &ClusterArn,
        outcome: Result<(), Failure>,
    ) {
        let now = self.now;
        if let Some(row) = self.fleet.clusters.get_mut(arn) {
            row.kubernetes.finish(ticket, outcome, now);
        }
        self.touch_kubernetes();
    }

    /// Rules that depend on the time are asked again, where their answer may have changed by time alone.
    pub(super) fn age_kubernetes(&mut self) {
        let hours = jiff::SignedDuration::from_hours(AGING_HOURS);
        let since = self.now.checked_sub(hours).unwrap_or(self.now);
        let associations = self.fleet.associations.iter();
        let young = associations.filter(|(_, row)| {
            let detail = row.detail.value();
            let changed = detail.and_then(|detail| detail.modified.max(detail.created));
            changed.is_some_and(|changed| changed >= since)
        });
        for (key, row) in young {
            if let Some(cluster) = self.fleet.clusters.get_mut(&key.cluster)
                && cluster.kubernetes.is_asked()
            {
                let (namespace, name) = (&row.summary.namespace, &row.summary.service_account);
                cluster.kubernetes.touch_account(namespace, name);
            }
        }
        self.touch_kubernetes();
    }

    /// A watch that waits for what will happen.
    pub(super) fn is_settled_watch(&self, request: &Request) -> bool {
        let Request::WatchKubernetes(of) = request else {
            return false;
        };
        let row = self.fleet.clusters.get(&of.cluster);
        row.is_some_and(|row| row.kubernetes.is_settled())
    }

    /// Restricts the pods to those of something.
    pub fn look_at_pods_of(&mut self, of: PodsOf, effects: &mut Vec<Effect>) {
        self.restriction.pods_of = Some(of);
        self.follow_view(effects);
        self.touch(PaneId::Pods);
        self.touch(PaneId::Roles);
    }

    /// The rows of a cluster that is about to go are asked for no more.
    pub(super) fn leave_kubernetes(&mut self, arn: &ClusterArn, effects: &mut Vec<Effect>) {
        let now = self.now;
        let row = self.fleet.clusters.get_mut(arn);
        let open = row.and_then(|row| row.kubernetes.stop(now));
        self.supersede(open, effects);
        if self.watched() == Some(arn) {
            self.restriction.pods_of = None;
        }
    }

    /// Rows that Kubernetes and AWS make together must be looked at anew.
    pub(super) fn touch_kubernetes(&mut self) {
        self.touch(PaneId::ServiceAccounts);
        self.touch(PaneId::Pods);
        self.touch(PaneId::Roles);
        if let Some(pane) = self.panes.get_mut(&PaneId::Associations) {
            // Their pods stand there, too; which rows there are, and in which order, seldom rests on that.
            pane.stale |= pane.sort.column == associations::PODS || !pane.filter.is_empty();
        }
    }
}
