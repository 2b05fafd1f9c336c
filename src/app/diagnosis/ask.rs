//! Asking for diagnoses: at once for what somebody looks at, one after the other for the view of findings.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::concern::abouts;
use super::{About, Diagnosed};
use crate::app::effect::{Effect, Request};
use crate::app::modal::{Form, Modal, Subject, TextView};
use crate::app::pane::{LIVE_SECONDS, PaneId, RowKey};
use crate::app::remote::{Remote, Ticket};
use crate::app::state::State;
use crate::model::{ClusterArn, Failure, FailureKind, Text};

/// Diagnoses that are made side by side: each asks some hundred questions.
const TOGETHER: usize = 4;

/// What an open explanation asks for.
#[derive(Debug, Clone, Default)]
pub struct Explaining {
    /// To be asked when there is room.
    queue: VecDeque<About>,
    /// Asked for it alone, and cancelled with it.
    open: BTreeSet<Ticket>,
}

impl State {
    /// Opens the explanation of a row, and asks for what it rests on.
    pub fn explain(&mut self, key: &RowKey, effects: &mut Vec<Effect>) {
        let view = TextView::new(Subject::Explanation(key.clone()), Form::Explained);
        self.modals.push(Modal::Text(Box::new(view)));
        // A finding is explained by the diagnosis that it came with.
        if !matches!(key, RowKey::Finding(_)) {
            self.ask_explanation(key, false, effects);
        }
    }

    /// Asks for what an explanation rests on; what is live is asked for again only by whoever wants that.
    pub fn ask_explanation(&mut self, key: &RowKey, again: bool, effects: &mut Vec<Effect>) {
        for about in abouts(self, key) {
            let remote = self.fleet.diagnosis(&about);
            let waits = remote.is_some_and(|remote| remote.waiting().is_some());
            let known = remote.and_then(|remote| remote.known());
            let is_live = known
                .is_some_and(|known| self.now.as_second() - known.at.as_second() < LIVE_SECONDS)
                && remote.is_some_and(|remote| !remote.is_outdated());
            // One service account costs little, and whoever asks again has probably just mended something.
            let will_do = matches!(about, About::Cluster(_)) && is_live;
            let queued = self.loading.explaining.queue.contains(&about);
            if !queued && (again || !will_do) && (again || !waits) {
                self.loading.explaining.queue.push_back(about);
            }
        }
        self.pump_explanation(effects);
    }

    /// Asks for what the open explanation still lacks, as far as there is room.
    pub(in crate::app) fn pump_explanation(&mut self, effects: &mut Vec<Effect>) {
        while self.diagnosing() < TOGETHER {
            let Some(about) = self.loading.explaining.queue.pop_front() else {
                return;
            };
            if let Some(ticket) = self.diagnose(&about, true, effects) {
                self.loading.explaining.open.insert(ticket);
            }
        }
    }

    /// Whether an explanation still waits for something, and how much of it is only queued.
    pub fn explanation_queue(&self) -> usize {
        self.loading.explaining.queue.len()
    }

    /// The explanation was closed: what was asked for it alone is not wanted any more.
    pub(in crate::app) fn stop_explaining(&mut self, effects: &mut Vec<Effect>) {
        let Explaining { queue, open } = std::mem::take(&mut self.loading.explaining);
        drop(queue);
        for ticket in open {
            self.drop_diagnosis(ticket, effects);
        }
    }

    /// Diagnoses the clusters in scope that were not yet, one after the other, while nobody pauses that.
    pub fn want_diagnoses(&mut self, effects: &mut Vec<Effect>) {
        if self.paused {
            return;
        }
        let room = TOGETHER.saturating_sub(self.diagnosing());
        let scope = &self.restriction;
        let clusters = self.fleet.clusters.values();
        let wanting = clusters.filter(|row| {
            let asked = row.diagnosis.waiting().is_some() || row.diagnosis.is_settled();
            // What a cluster is decides what can be asked of it, so it comes first.
            scope.admits(&row.arn) && !asked && row.detail.waiting().is_none()
        });
        let wanting: Vec<ClusterArn> = wanting.take(room).map(|row| row.arn.clone()).collect();
        for arn in wanting {
            self.diagnose(&About::Cluster(arn), false, effects);
        }
    }

    /// Background loading was paused: diagnoses that nobody waits for are put off.
    pub(in crate::app) fn pause_diagnoses(&mut self, effects: &mut Vec<Effect>) {
        let open = self.loading.flights.iter();
        let open = open.filter(|(_, request)| matches!(request, Request::Diagnose { .. }));
        let tickets: Vec<Ticket> = open.map(|(ticket, _)| *ticket).collect();
        for ticket in tickets {
            if !self.loading.explaining.open.contains(&ticket) {
                self.drop_diagnosis(ticket, effects);
            }
        }
    }

    fn drop_diagnosis(&mut self, ticket: Ticket, effects: &mut Vec<Effect>) {
        let request = self.loading.flights.get(&ticket);
        let Some(Request::Diagnose { about, .. }) = request.cloned() else {
            return;
        };
        self.supersede(Some(ticket), effects);
        self.loading.asking.remove(&ticket);
        if let Some(remote) = self.fleet.diagnosis_mut(&about) {
            let is_outdated = remote.is_outdated();
            remote.forget(ticket);
            if is_outdated {
                remote.expire();
            }
        }
        self.touch_findings();
    }

    /// Marks what the rules said of clusters as out of date, since they are read again.
    pub(in crate::app) fn expire_diagnoses(&mut self, clusters: &[ClusterArn]) {
        for about in self.diagnosed_of(clusters) {
            if let Some(remote) = self.fleet.diagnosis_mut(&about) {
                remote.expire();
            }
        }
        self.touch_findings();
    }

    /// A cluster was changed: what the rules said of it is out of date, what they are about to say rests on evidence
    /// from before, and whoever looks at it is told anew.
    pub(in crate::app) fn outdate_diagnoses(
        &mut self,
        cluster: &ClusterArn,
        effects: &mut Vec<Effect>,
    ) {
        let cluster = std::slice::from_ref(cluster);
        for about in self.diagnosed_of(cluster) {
            let open = self.fleet.diagnosis(&about).and_then(Remote::waiting);
            if let Some(ticket) = open {
                self.drop_diagnosis(ticket, effects);
            }
        }
        self.expire_diagnoses(cluster);
        let explained = self.modals.iter().filter_map(|modal| match modal {
            Modal::Text(view) => match &view.subject {
                Subject::Explanation(key) => Some(key.clone()),
                _ => None,
            },
            _ => None,
        });
        for key in explained.collect::<Vec<RowKey>>() {
            let is_meant = |about: &About| cluster.contains(about.cluster());
            if abouts(self, &key).iter().any(is_meant) {
                self.ask_explanation(&key, true, effects);
            }
        }
    }

    /// What the rules were asked about, of some clusters.
    fn diagnosed_of(&self, clusters: &[ClusterArn]) -> Vec<About> {
        let accounts = self.fleet.account_diagnoses.keys();
        let accounts = accounts.filter(|key| clusters.contains(&key.cluster));
        let accounts = accounts.cloned().map(About::Account);
        let all = clusters.iter().cloned().map(About::Cluster).chain(accounts);
        let is_asked = |about: &About| {
            let remote = self.fleet.diagnosis(about);
            remote.is_some_and(|remote| {
                remote.known().is_some() || remote.waiting().is_some() || remote.failed().is_some()
            })
        };
        all.filter(is_asked).collect()
    }

    fn diagnosing(&self) -> usize {
        let open = self.loading.flights.values();
        open.filter(|request| matches!(request, Request::Diagnose { .. }))
            .count()
    }

    /// Asks for a diagnosis, in place of one that is still being made.
    fn diagnose(
        &mut self,
        about: &About,
        urgent: bool,
        effects: &mut Vec<Effect>,
    ) -> Option<Ticket> {
        let Some(route) = self.route_to(about.cluster()) else {
            self.cannot_diagnose(about);
            return None;
        };
        let request = Request::Diagnose {
            route,
            profiles: self.profiles_of(about.cluster()).map(Text::from).collect(),
            about: about.clone(),
        };
        let ticket = self.call(request, urgent, effects);
        let remote = self.fleet.diagnosis_mut(about)?;
        let old = remote.waiting();
        remote.ask(ticket);
        self.supersede(old, effects);
        if let Some(old) = old {
            self.loading.asking.remove(&old);
        }
        self.touch_findings();
        Some(ticket)
    }

    fn cannot_diagnose(&mut self, about: &About) {
        let now = self.now;
        // Nobody is asked, so nobody else has this ticket.
        self.loading.last_ticket += 1;
        let ticket = Ticket(self.loading.last_ticket);
        if let Some(remote) = self.fleet.diagnosis_mut(about) {
            let cause = "no scope of this run reaches the cluster";
            let doing = format!("diagnose {}", about.cluster().name());
            remote.ask(ticket);
            let failure = Failure::new(FailureKind::Unreachable, doing, cause);
            remote.settle(ticket, Err(failure), now);
        }
        self.touch_findings();
    }

    /// Takes what the rules said.
    pub(in crate::app) fn land_diagnosis(
        &mut self,
        ticket: Ticket,
        about: &About,
        diagnosed: Diagnosed,
    ) {
        let now = self.now;
        let Some(remote) = self.fleet.diagnosis_mut(about) else {
            return;
        };
        if !remote.settle(ticket, Ok(Arc::new(diagnosed)), now) {
            return;
        }
        if let About::Cluster(arn) = about {
            self.fleet.refresh_findings(arn);
        }
        self.touch_findings();
    }

    /// The question has ended: if nothing landed, it failed.
    pub(in crate::app) fn finish_diagnosis(
        &mut self,
        ticket: Ticket,
        about: &About,
        outcome: Result<(), Failure>,
    ) {
        let now = self.now;
        self.loading.asking.remove(&ticket);
        self.loading.explaining.open.remove(&ticket);
        if let Some(remote) = self.fleet.diagnosis_mut(about) {
            match outcome {
                Err(failure) => {
                    remote.settle(ticket, Err(failure), now);
                }
                Ok(()) => remote.forget(ticket),
            }
        }
        self.touch_findings();
    }

    /// What is being read for a diagnosis just now.
    pub fn asking(&self, about: &About) -> Option<&Text> {
        let ticket = self.fleet.diagnosis(about)?.waiting()?;
        self.loading.asking.get(&ticket)
    }

    fn touch_findings(&mut self) {
        self.touch(PaneId::Findings);
        self.touch(PaneId::Clusters);
    }
}
