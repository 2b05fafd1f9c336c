//! What comes of questions about updates.

use crate::app::effect::Effect;
use crate::app::fleet::UpdateRow;
use crate::app::pane::PaneId;
use crate::app::remote::Ticket;
use crate::app::state::State;
use crate::model::{ClusterArn, Failure, Known, Update, UpdateSubject};

impl State {
    pub(super) fn land_update(&mut self, ticket: Ticket, update: Update) {
        let key = update.key.clone();
        let row = UpdateRow {
            update: Known::live(update, self.now),
            seen: ticket,
        };
        self.fleet.updates.insert(key, row);
        self.touch(PaneId::Updates);
    }

    pub(super) fn finish_updates(
        &mut self,
        ticket: Ticket,
        cluster: &ClusterArn,
        every_subject: bool,
        outcome: Result<(), Failure>,
        effects: &mut Vec<Effect>,
    ) {
        let ran = self
            .fleet
            .running_updates()
            .any(|update| update.key.cluster == *cluster);
        if outcome.is_ok() {
            // A part that could not be read says nothing about its updates.
            let parts = every_subject
                && self
                    .fleet
                    .clusters
                    .get(cluster)
                    .is_some_and(|row| row.unread.is_empty());
            // Updates that ended are history, which AWS does not rewrite: they were not asked for again, and stay.
            self.fleet.updates.retain(|key, row| {
                let asked = parts || key.subject == UpdateSubject::Cluster;
                let ended = row.update.value.status.is_terminal();
                key.cluster != *cluster || !asked || ended || row.seen == ticket
            });
            if let Some(row) = self.fleet.clusters.get_mut(cluster) {
                row.parts_read |= every_subject;
            }
        }
        let count = self
            .fleet
            .updates
            .keys()
            .filter(|key| key.cluster == *cluster)
            .count();
        let now = self.now;
        if let Some(row) = self.fleet.clusters.get_mut(cluster) {
            row.updates.settle(ticket, outcome.map(|()| count), now);
        }
        self.touch(PaneId::Updates);
        self.remember(cluster, effects);
        if ran {
            self.schedule_poll(effects);
        }
        let settling = self.fleet.clusters.get(cluster).is_some_and(|row| {
            let status = row
                .detail
                .value()
                .and_then(|cluster| cluster.status.as_deref());
            row.detail.waiting().is_none() && row.detail.is_live() && status != Some("ACTIVE")
        });
        if ran || settling {
            // The status of a cluster changes with its updates, and nobody else asks for it again.
            self.describe_cluster(cluster, false, effects);
        }
    }
}
