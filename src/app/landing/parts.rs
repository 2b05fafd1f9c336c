//! How the parts of a cluster land: what a complete list did not name is gone.

use std::hash::Hash;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::effect::Part;
use crate::app::fleet::PartRow;
use crate::app::msg::FoundPart;
use crate::app::pane::PaneId;
use crate::app::remote::Ticket;
use crate::app::state::State;
use crate::model::{ClusterArn, Failure};

impl State {
    pub(super) fn land_part(&mut self, ticket: Ticket, found: FoundPart) {
        let (fleet, now) = (&mut self.fleet, self.now);
        let part = found.part();
        match found {
            FoundPart::IdentityProvider(key, found) => {
                put(&mut fleet.identity_providers, key, found, ticket, now);
            }
            FoundPart::Addon(key, found) => put(&mut fleet.addons, key, found, ticket, now),
            FoundPart::AccessEntry(key, found) => {
                put(&mut fleet.access_entries, key, found, ticket, now);
            }
        }
        self.touch(part.pane());
        self.touch(PaneId::Roles);
    }

    pub(super) fn finish_parts(
        &mut self,
        ticket: Ticket,
        cluster: &ClusterArn,
        part: Part,
        outcome: Result<(), Failure>,
    ) {
        let (fleet, now) = (&mut self.fleet, self.now);
        let complete = outcome.is_ok();
        let count = match part {
            Part::IdentityProviders => {
                let rows = &mut fleet.identity_providers;
                keep(rows, |key| key.cluster == *cluster, ticket, complete)
            }
            Part::Addons => {
                let rows = &mut fleet.addons;
                keep(rows, |key| key.cluster == *cluster, ticket, complete)
            }
            Part::AccessEntries => {
                let rows = &mut fleet.access_entries;
                keep(rows, |key| key.cluster == *cluster, ticket, complete)
            }
        };
        if let Some(row) = fleet.clusters.get_mut(cluster) {
            row.parts_mut(part)
                .settle(ticket, outcome.map(|()| count), now);
        }
        self.touch(part.pane());
        self.touch(PaneId::Roles);
    }
}

fn put<K: Hash + Eq, T>(
    rows: &mut IndexMap<K, PartRow<T>>,
    key: K,
    found: Result<T, Failure>,
    ticket: Ticket,
    now: Timestamp,
) {
    let row = rows.entry(key).or_insert_with(|| PartRow::new(ticket));
    row.seen = ticket;
    row.detail.ask(ticket);
    row.detail.settle(ticket, found, now);
}

/// Drops what a complete list of the cluster did not name, and counts what is left.
fn keep<K, T>(
    rows: &mut IndexMap<K, PartRow<T>>,
    is_of_cluster: impl Fn(&K) -> bool,
    ticket: Ticket,
    complete: bool,
) -> usize {
    let mut count = 0;
    rows.retain(|key, row| {
        if !is_of_cluster(key) {
            return true;
        }
        let kept = !complete || row.seen == ticket;
        count += usize::from(kept);
        kept
    });
    count
}
