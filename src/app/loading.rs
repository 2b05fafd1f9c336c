//! What is asked next: rows on screen first, then their neighbours, then the rest.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::app::effect::{Effect, Part, Request, Timer};
use crate::app::fleet::ClusterRow;
use crate::app::layout::table_rows;
use crate::app::pane::{PaneId, RowKey};
use crate::app::remote::{Remote, Ticket};
use crate::app::state::{Lane, State};
use crate::model::arn::account_of;
use crate::model::{AssociationKey, ClusterArn, Region, RouteId, UpdateKey, UpdateSubject};

/// Describes of associations in flight for one account and region; more would only wait for the budget.
const DESCRIBES_PER_LANE: usize = 12;
/// Places beside those, which only rows in view may take: the rest must not make them wait.
const DESCRIBES_IN_VIEW: usize = 12;

/// Seconds between two looks at updates that run.
const FOLLOW_SECONDS: i64 = 10;
/// Seconds until the first look for new updates, doubled after each look that finds none.
const POLL_SECONDS: i64 = 60;
const POLL_SECONDS_MOST: i64 = 960;

impl State {
    /// Opens a question.
    pub fn call(&mut self, request: Request, urgent: bool, effects: &mut Vec<Effect>) -> Ticket {
        self.loading.last_ticket += 1;
        let ticket = Ticket(self.loading.last_ticket);
        self.loading.flights.insert(ticket, request.clone());
        effects.push(Effect::Call {
            ticket,
            urgent,
            request,
        });
        ticket
    }

    /// Drops a question that a newer one replaces: its answer could only undo what the newer one brings.
    pub(in crate::app) fn supersede(&mut self, old: Option<Ticket>, effects: &mut Vec<Effect>) {
        let Some(ticket) = old else { return };
        if self.loading.flights.remove(&ticket).is_some() {
            effects.push(Effect::Cancel(ticket));
        }
    }

    /// Asks a scope who is calling and which clusters there are.
    pub fn open_route(&mut self, id: RouteId, urgent: bool, effects: &mut Vec<Effect>) {
        let old = self.fleet.route(id).and_then(|row| row.listing.waiting());
        self.supersede(old, effects);
        let ticket = self.call(Request::OpenRoute { route: id }, urgent, effects);
        if let Some(row) = self.fleet.route_mut(id) {
            row.caller.ask(ticket);
            row.listing.ask(ticket);
        }
    }

    /// Reads everything of a cluster that its panes show.
    pub fn read_cluster(&mut self, arn: &ClusterArn, urgent: bool, effects: &mut Vec<Effect>) {
        self.describe_cluster(arn, urgent, effects);
        self.list_associations(arn, urgent, effects);
        self.list_updates(arn, urgent, effects);
    }

    pub fn describe_cluster(&mut self, arn: &ClusterArn, urgent: bool, effects: &mut Vec<Effect>) {
        let Some(route) = self.route_to(arn) else {
            return;
        };
        let cluster = arn.clone();
        let request = Request::DescribeCluster { route, cluster };
        self.ask(arn, request, urgent, effects, |row| &mut row.detail);
        self.touch(PaneId::Clusters);
    }

    pub fn list_associations(&mut self, arn: &ClusterArn, urgent: bool, effects: &mut Vec<Effect>) {
        let Some(route) = self.route_to(arn) else {
            return;
        };
        let cluster = arn.clone();
        let request = Request::ListAssociations { route, cluster };
        self.ask(arn, request, urgent, effects, |row| &mut row.associations);
    }

    /// Lists a cluster's updates; those of add-ons, node groups and capabilities too if it is scoped to.
    pub fn list_updates(&mut self, arn: &ClusterArn, urgent: bool, effects: &mut Vec<Effect>) {
        let Some(route) = self.route_to(arn) else {
            return;
        };
        // An add-on's update that runs is followed to its end, even after its cluster was left.
        let followed = self.fleet.running_updates().any(|update| {
            update.key.cluster == *arn && update.key.subject != UpdateSubject::Cluster
        });
        let every_subject = followed || self.restriction.scope.contains(arn);
        let ended: HashSet<UpdateKey> = self
            .fleet
            .updates
            .iter()
            .filter(|(key, row)| key.cluster == *arn && row.update.value.status.is_terminal())
            .map(|(key, _)| key.clone())
            .collect();
        let request = Request::ListUpdates {
            route,
            cluster: arn.clone(),
            every_subject,
            ended: Arc::new(ended),
        };
        self.ask(arn, request, urgent, effects, |row| &mut row.updates);
    }

    /// Lists and describes one kind of things that belong to a cluster.
    pub fn list_parts(
        &mut self,
        arn: &ClusterArn,
        part: Part,
        urgent: bool,
        effects: &mut Vec<Effect>,
    ) {
        let Some(route) = self.route_to(arn) else {
            return;
        };
        let request = Request::ListParts {
            route,
            cluster: arn.clone(),
            part,
        };
        self.ask(arn, request, urgent, effects, |row| row.parts_mut(part));
    }

    /// Reads one kind of parts of every cluster in scope of which they were not asked in this run.
    pub fn want_parts(&mut self, part: Part, effects: &mut Vec<Effect>) {
        let restriction = self.restriction.clone();
        self.want_parts_of(|arn| restriction.admits(arn), part, effects);
    }

    /// The same of the clusters that are meant.
    pub fn want_parts_of(
        &mut self,
        is_meant: impl Fn(&ClusterArn) -> bool,
        part: Part,
        effects: &mut Vec<Effect>,
    ) {
        let wanting: Vec<ClusterArn> = self
            .fleet
            .clusters
            .values_mut()
            .filter(|row| is_meant(&row.arn))
            .filter_map(|row| {
                let list = row.parts_mut(part);
                let asked = list.waiting().is_some() || list.is_settled();
                (!asked).then(|| row.arn.clone())
            })
            .collect();
        for arn in wanting {
            self.list_parts(&arn, part, true, effects);
        }
    }

    /// Opens a question about a part of a cluster, in place of one that is still open.
    fn ask<T>(
        &mut self,
        arn: &ClusterArn,
        request: Request,
        urgent: bool,
        effects: &mut Vec<Effect>,
        part: impl FnOnce(&mut ClusterRow) -> &mut Remote<T>,
    ) {
        let ticket = self.call(request, urgent, effects);
        let Some(remote) = self.fleet.clusters.get_mut(arn).map(part) else {
            return;
        };
        let old = remote.waiting();
        remote.ask(ticket);
        self.supersede(old, effects);
    }

    pub fn route_to(&self, arn: &ClusterArn) -> Option<RouteId> {
        self.fleet.route_to(arn)
    }

    /// The route by which more of a row can be asked.
    pub fn route_for(&self, key: &RowKey) -> Option<RouteId> {
        match key {
            RowKey::Role(role) => self.fleet.route_to_account(account_of(role)?),
            key => self.route_to(key.cluster()?),
        }
    }

    /// Puts associations that lack their details at the end of the queue.
    pub fn enqueue(&mut self, keys: impl IntoIterator<Item = AssociationKey>) {
        for key in keys {
            self.loading
                .backlog
                .entry(lane(&key.cluster))
                .or_default()
                .push_back(key);
        }
    }

    /// Fills the free places with the associations that are looked at, and then with the rest.
    ///
    /// Called after everything that frees a place or moves the view; it does nothing if there is no place.
    pub fn pump(&mut self, effects: &mut Vec<Effect>) {
        self.focus.view().want(self, effects);
        for key in self.in_view() {
            let lane = lane(&key.cluster);
            if self.places(&lane, DESCRIBES_IN_VIEW) > 0 {
                self.describe_association(&key, true, effects);
            }
        }
        self.pump_kubernetes(effects);
        self.pump_explanation(effects);
        if self.paused {
            return;
        }
        let lanes: Vec<Lane> = self.loading.backlog.keys().cloned().collect();
        for lane in lanes {
            while self.places(&lane, 0) > 0 {
                let next = self
                    .loading
                    .backlog
                    .get_mut(&lane)
                    .and_then(std::collections::VecDeque::pop_front);
                let Some(key) = next else {
                    self.loading.backlog.remove(&lane);
                    break;
                };
                self.describe_association(&key, false, effects);
            }
        }
    }

    fn places(&self, lane: &Lane, extra: usize) -> usize {
        let taken = self.loading.describing.get(lane).copied().unwrap_or(0);
        (DESCRIBES_PER_LANE + extra).saturating_sub(taken)
    }

    /// Asks for the details of an association unless they are known or awaited.
    pub fn describe_association(
        &mut self,
        key: &AssociationKey,
        urgent: bool,
        effects: &mut Vec<Effect>,
    ) {
        let wanted = self
            .fleet
            .associations
            .get(key)
            .is_some_and(|row| row.detail.waiting().is_none() && !row.detail.is_settled());
        let Some(route) = self.route_to(&key.cluster).filter(|_| wanted) else {
            return;
        };
        let ticket = self.call(
            Request::DescribeAssociation {
                route,
                key: key.clone(),
            },
            urgent,
            effects,
        );
        *self
            .loading
            .describing
            .entry(lane(&key.cluster))
            .or_default() += 1;
        if let Some(row) = self.fleet.associations.get_mut(key) {
            row.detail.ask(ticket);
        }
    }

    /// What is known of the associations stays in sight until it is read again.
    pub fn expire_details(&mut self, clusters: &[ClusterArn]) {
        let clusters: HashSet<_> = clusters.iter().collect();
        for (key, row) in &mut self.fleet.associations {
            if clusters.contains(&key.cluster) {
                row.detail.expire();
            }
        }
        self.touch(PaneId::Associations);
    }

    /// Associations on screen, a screenful below and above, and the marked ones, in that order.
    fn in_view(&self) -> Vec<AssociationKey> {
        let Some(pane) = self.pane(PaneId::Associations) else {
            return Vec::new();
        };
        let Some(area) = self.layout().pane(PaneId::Associations) else {
            return Vec::new();
        };
        let room = table_rows(area);
        let rows = |from: usize, to: usize| {
            let to = to.min(pane.rows.len());
            pane.rows.get(from.min(to)..to).unwrap_or_default().iter()
        };
        let shown = rows(pane.top, pane.top + room);
        let below = rows(pane.top + room, pane.top + 2 * room);
        let above = rows(pane.top.saturating_sub(room), pane.top);
        let keyed = shown.chain(below).chain(above).filter_map(|row| {
            let (key, row) = self.fleet.associations.get_index(*row)?;
            (!row.detail.is_settled()).then(|| key.clone())
        });
        let marked = pane.marks.iter().filter_map(|key| match key {
            RowKey::Association(key) => Some(key.clone()),
            _ => None,
        });
        keyed.chain(marked).collect()
    }

    /// Says when to look for updates again: soon while one can be followed, else when the slow look is due.
    pub fn schedule_poll(&mut self, effects: &mut Vec<Effect>) {
        if self.loading.poll_seconds == 0 {
            self.slow_down();
        }
        let soon = after(self.now, FOLLOW_SECONDS);
        let at = if self.fleet.followed().is_empty() {
            self.loading.slow_look
        } else {
            soon.min(self.loading.slow_look)
        };
        effects.push(Effect::Wake {
            timer: Timer::Poll,
            at,
        });
    }

    /// Sets the next look at all clusters, each time later than the last, as long as nothing happens.
    fn slow_down(&mut self) {
        let quiet = self.fleet.running_updates().next().is_none();
        let doubled = (self.loading.poll_seconds * 2).clamp(POLL_SECONDS, POLL_SECONDS_MOST);
        self.loading.poll_seconds = if quiet { doubled } else { POLL_SECONDS };
        self.loading.slow_look = after(self.now, self.loading.poll_seconds);
    }

    /// Looks for updates: where one runs each time, everywhere when the slow look is due.
    pub fn poll(&mut self, effects: &mut Vec<Effect>) {
        let mut clusters = self.fleet.followed();
        if self.now >= self.loading.slow_look {
            clusters.extend(self.fleet.clusters.keys().cloned());
            self.slow_down();
        }
        if !self.paused {
            for arn in clusters {
                let waiting = |row: &ClusterRow| row.updates.waiting().is_some();
                if !self.fleet.clusters.get(&arn).is_some_and(waiting) {
                    self.list_updates(&arn, false, effects);
                }
            }
        }
        self.schedule_poll(effects);
    }

    /// Ages step by the minute, on the minute.
    pub fn schedule_minute(&self, effects: &mut Vec<Effect>) {
        let into = self.now.as_second().rem_euclid(60);
        effects.push(Effect::Wake {
            timer: Timer::Minute,
            at: after(self.now, 60 - into),
        });
    }

    /// Questions that are open and have something left to bring; a watch has brought all there is until now.
    pub fn in_flight(&self) -> usize {
        let open = self.loading.flights.values();
        open.filter(|request| !self.is_settled_watch(request))
            .count()
    }

    /// Associations whose details are not known yet, of all that are listed.
    pub fn details_missing(&self) -> (usize, usize) {
        let all = self.fleet.associations.len();
        let settled = self
            .fleet
            .associations
            .values()
            .filter(|row| row.detail.is_settled())
            .count();
        (all - settled, all)
    }
}

/// Two snapshots of one lane never stand in two files: lanes are what the cache is keyed by, too.
pub fn lane(cluster: &ClusterArn) -> Lane {
    (cluster.account().into(), Region::new(cluster.region()))
}

pub fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(now)
}
