//! How answers land: the only place where data enters the fleet.

mod change;
mod credential;
mod diagnosis;
mod parts;
mod updates;

use crate::app::effect::{Effect, Request};
use crate::app::fleet::AssociationRow;
use crate::app::loading::lane;
use crate::app::modal::Modal;
use crate::app::msg::Step;
use crate::app::pane::{PaneId, associations};
use crate::app::remote::{Remote, Ticket};
use crate::app::state::State;
use crate::model::{Association, AssociationKey, ClusterArn, Failure, RouteId};

impl State {
    /// Takes a piece of an answer. Under a ticket that is not open any more, nothing lands.
    pub fn land(&mut self, ticket: Ticket, step: Step, effects: &mut Vec<Effect>) {
        let Some(request) = self.loading.flights.get(&ticket).cloned() else {
            return;
        };
        match (request, step) {
            (Request::OpenRoute { route }, Step::Identified(caller)) => {
                let now = self.now;
                if let Some(row) = self.fleet.route_mut(route) {
                    row.caller.settle(ticket, Ok(caller), now);
                }
            }
            (Request::OpenRoute { route }, Step::Clusters(page)) => {
                self.land_clusters(ticket, route, page, effects);
            }
            (Request::DescribeCluster { cluster, .. }, Step::Cluster(detail)) => {
                let now = self.now;
                if let Some(row) = self.fleet.clusters.get_mut(&cluster) {
                    row.detail.settle(ticket, Ok(*detail), now);
                }
                self.touch(PaneId::Clusters);
            }
            (Request::ListAssociations { .. }, Step::Associations(page)) => {
                self.land_associations(ticket, page);
            }
            (Request::DescribeAssociation { key, .. }, Step::Association(detail)) => {
                let now = self.now;
                if let Some(row) = self.fleet.associations.get_mut(&key) {
                    row.detail.settle(ticket, Ok(*detail), now);
                }
                self.touch_details(&key);
            }
            (Request::ListParts { .. }, Step::Part(found)) => self.land_part(ticket, *found),
            (Request::DescribeRole { role, .. }, Step::Role(found)) => {
                self.land_role(ticket, &role, *found);
            }
            (Request::ListUpdates { cluster, .. }, Step::Unread(failures)) => {
                if let Some(row) = self.fleet.clusters.get_mut(&cluster) {
                    row.unread = failures;
                }
            }
            (Request::ListUpdates { .. }, Step::Update(update)) => {
                self.land_update(ticket, *update);
            }
            (
                Request::ListKubernetes(of) | Request::WatchKubernetes(of),
                step @ (Step::Kubernetes(_) | Step::NodeRoles(_)),
            ) => self.land_kubernetes(ticket, &of.cluster, step),
            (
                Request::AssociationDocument { .. }
                | Request::UpdateDocument { .. }
                | Request::KubernetesDocument { .. },
                Step::Document(document),
            ) => {
                let now = self.now;
                for modal in &mut self.modals {
                    if let Modal::Text(view) = modal {
                        view.document.settle(ticket, Ok(document.clone()), now);
                    }
                }
            }
            (Request::Diagnose { about, .. }, step) => self.land_diagnosed(ticket, &about, step),
            (Request::ReadLogs { .. }, step) => self.land_logs(ticket, step),
            (Request::PodsToTest { .. }, Step::PodsToTest { pods, others }) => {
                self.land_pods(ticket, pods, others);
            }
            (request, step) if request.is_about_change() => {
                self.land_change(ticket, step, effects);
            }
            // A step that its request never makes is a bug of the executor; there is nothing it could change.
            _ => {}
        }
    }

    /// Ends a question: what it did not bring is failed or gone.
    pub fn finish(
        &mut self,
        ticket: Ticket,
        outcome: Result<(), Failure>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(request) = self.loading.flights.remove(&ticket) else {
            return;
        };
        match request {
            Request::OpenRoute { route } => self.finish_route(ticket, route, outcome, effects),
            Request::DescribeCluster { cluster, .. } => {
                if let Some(row) = self.fleet.clusters.get_mut(&cluster) {
                    end(&mut row.detail, ticket, outcome, self.now);
                }
                self.touch(PaneId::Clusters);
                self.remember(&cluster, effects);
            }
            Request::ListAssociations { cluster, .. } => {
                let complete = outcome.is_ok();
                let (mut count, mut unread) = (0, Vec::new());
                self.fleet.associations.retain(|key, row| {
                    if key.cluster != cluster {
                        return true;
                    }
                    let kept = !complete || row.seen == ticket;
                    count += usize::from(kept);
                    // Rows that were to be read again are, even if the list could not be.
                    if !complete && row.detail.is_wanted() {
                        unread.push(key.clone());
                    }
                    kept
                });
                self.enqueue(unread);
                let now = self.now;
                if let Some(row) = self.fleet.clusters.get_mut(&cluster) {
                    row.associations
                        .settle(ticket, outcome.map(|()| count), now);
                    row.kubernetes.touch();
                    self.touch_kubernetes();
                }
                self.touch(PaneId::Clusters);
                self.touch(PaneId::Associations);
                self.touch(PaneId::Roles);
                self.remember(&cluster, effects);
            }
            Request::DescribeAssociation { key, .. } => {
                if let Some(running) = self.loading.describing.get_mut(&lane(&key.cluster)) {
                    *running = running.saturating_sub(1);
                }
                if let Some(row) = self.fleet.associations.get_mut(&key) {
                    end(&mut row.detail, ticket, outcome.clone(), self.now);
                }
                self.touch_details(&key);
                self.remember(&key.cluster, effects);
                self.renew_forms(&key, &outcome, effects);
            }
            Request::ListUpdates {
                cluster,
                every_subject,
                ..
            } => {
                self.finish_updates(ticket, &cluster, every_subject, outcome, effects);
            }
            Request::DescribeRole { role, .. } => self.finish_role(ticket, &role, outcome),
            Request::ListParts { cluster, part, .. } => {
                self.finish_parts(ticket, &cluster, part, outcome);
            }
            Request::ListKubernetes(of) | Request::WatchKubernetes(of) => {
                self.finish_kubernetes(ticket, &of.cluster, outcome);
            }
            Request::Diagnose { about, .. } => self.finish_diagnosis(ticket, &about, outcome),
            Request::ReadLogs { .. } => self.finish_logs(ticket, outcome),
            request @ (Request::ListRoles { .. }
            | Request::Review { .. }
            | Request::ReadJournal
            | Request::Reverse { .. }) => self.finish_change(ticket, &request, outcome),
            Request::PodsToTest { .. } => self.finish_pods(ticket, outcome),
            Request::AssociationDocument { .. }
            | Request::UpdateDocument { .. }
            | Request::KubernetesDocument { .. } => {
                let now = self.now;
                for modal in &mut self.modals {
                    if let Modal::Text(view) = modal {
                        end(&mut view.document, ticket, outcome.clone(), now);
                    }
                }
            }
        }
    }

    fn land_clusters(
        &mut self,
        ticket: Ticket,
        route: RouteId,
        page: Vec<ClusterArn>,
        effects: &mut Vec<Effect>,
    ) {
        for arn in page {
            let row = self.fleet.cluster_entry(&arn);
            let reached = !row.routes.is_empty();
            row.routes.insert(route, ticket);
            // A second route to a cluster adds nothing but the name of a profile.
            if !reached {
                self.read_cluster(&arn, false, effects);
            }
        }
        self.touch_all();
    }

    fn finish_route(
        &mut self,
        ticket: Ticket,
        route: RouteId,
        outcome: Result<(), Failure>,
        effects: &mut Vec<Effect>,
    ) {
        let now = self.now;
        let ok = outcome.is_ok();
        let listed = self
            .fleet
            .clusters
            .values()
            .filter(|row| row.routes.get(&route) == Some(&ticket))
            .count();
        if let Some(row) = self.fleet.route_mut(route) {
            if let Err(failure) = &outcome {
                row.caller.settle(ticket, Err(failure.clone()), now);
            }
            row.listing.settle(ticket, outcome.map(|()| listed), now);
        }
        if ok {
            self.drop_unlisted(ticket, route, effects);
        }
        self.touch_all();
        if self.loading.poll_seconds == 0 {
            self.schedule_poll(effects);
        }
    }

    /// Forgets clusters that a complete listing did not name: they are gone, or this route lost sight of them.
    fn drop_unlisted(&mut self, ticket: Ticket, route: RouteId, effects: &mut Vec<Effect>) {
        let Some(row) = self.fleet.route(route) else {
            return;
        };
        let region = row.route.region.clone();
        let callers: Vec<_> = self
            .fleet
            .routes
            .iter()
            .filter(|row| row.route.region == region)
            .map(|row| row.caller.value().map(|caller| caller.account.clone()))
            .collect();
        let account = row.caller.value().map(|caller| caller.account.clone());
        // What the cache knew of an account that no scope of this run reaches has no business here.
        let reaches = |account: &str| {
            callers
                .iter()
                .any(|a| a.as_deref().is_none_or(|a| a == account))
        };
        let mut gone = Vec::new();
        for cluster in self.fleet.clusters.values_mut() {
            if cluster.arn.region() != region.as_str() {
                continue;
            }
            if account.as_deref() == Some(cluster.arn.account()) {
                if cluster.routes.get(&route) == Some(&ticket) {
                    continue;
                }
                cluster.routes.remove(&route);
            } else if reaches(cluster.arn.account()) {
                continue;
            }
            if cluster.routes.is_empty() {
                gone.push(cluster.arn.clone());
            }
        }
        for arn in gone {
            self.leave_kubernetes(&arn, effects);
            self.fleet.remove_cluster(&arn);
            self.remember(&arn, effects);
            let scoped = self.restriction.scope.contains(&arn);
            self.restriction.scope.retain(|scoped| *scoped != arn);
            if scoped {
                self.complain(format!("cluster {} is gone", arn.name()));
            }
        }
    }

    fn land_associations(&mut self, ticket: Ticket, page: Vec<Association>) {
        let mut wanting = Vec::new();
        for summary in page {
            let key = summary.key.clone();
            if let Some(row) = self.fleet.associations.get_mut(&key) {
                row.summary = summary;
                row.seen = ticket;
            } else {
                let detail = Remote::default();
                let row = AssociationRow {
                    summary,
                    detail,
                    seen: ticket,
                };
                self.fleet.associations.insert(key.clone(), row);
            }
            wanting.push(key);
        }
        self.enqueue(wanting);
        self.touch(PaneId::Associations);
    }

    /// The details of an association have changed: its row is drawn anew anyway, and only where they decide
    /// which rows there are, or in which order, is it worth to arrange a hundred thousand of them again.
    fn touch_details(&mut self, key: &AssociationKey) {
        let row = self.fleet.associations.get(key);
        let cluster = self.fleet.clusters.get_mut(&key.cluster);
        if let (Some(row), Some(cluster)) = (row, cluster)
            && cluster.kubernetes.is_asked()
        {
            let (namespace, name) = (&row.summary.namespace, &row.summary.service_account);
            cluster.kubernetes.touch_account(namespace, name);
            self.touch_kubernetes();
        }
        self.touch(PaneId::Roles);
        if let Some(pane) = self.panes.get_mut(&PaneId::Associations) {
            let decisive = !pane.filter.is_empty()
                || pane.problems_only
                || associations::DETAILS.contains(&pane.sort.column);
            pane.stale |= decisive;
        }
    }
}

/// Ends a question about one value: if no step brought it, it failed, or was cancelled.
fn end<T>(
    remote: &mut Remote<T>,
    ticket: Ticket,
    outcome: Result<(), Failure>,
    now: jiff::Timestamp,
) {
    match outcome {
        Err(failure) => {
            remote.settle(ticket, Err(failure), now);
        }
        Ok(()) => remote.forget(ticket),
    }
}
