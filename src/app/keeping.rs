//! What is kept from one run to the next: taken in at the start, handed out while it changes.

use std::collections::{BTreeMap, HashSet};

use crate::app::effect::{Effect, Timer};
use crate::app::fleet::{AssociationRow, ClusterRow, UpdateRow};
use crate::app::loading::{after, lane};
use crate::app::remote::{Remote, Ticket};
use crate::app::state::{Lane, State};
use crate::model::snapshot::{AssociationSnapshot, ClusterSnapshot, Snapshot};
use crate::model::{ClusterArn, Known};

/// Seconds between learning something and keeping it: a burst of answers makes one write.
const SAVE_SECONDS: i64 = 60;

impl State {
    /// Takes what earlier runs knew of the scopes of this run; whatever this run has learnt already wins.
    pub fn seed(&mut self, snapshots: Vec<Snapshot>) {
        let regions: HashSet<_> = self
            .fleet
            .routes
            .iter()
            .map(|row| row.route.region.clone())
            .collect();
        for snapshot in snapshots {
            if !regions.contains(&snapshot.region) {
                continue;
            }
            let listed = self.fleet.routes.iter().any(|row| {
                let account = row.caller.value().map(|caller| &caller.account);
                let here =
                    row.route.region == snapshot.region && account == Some(&snapshot.account);
                here && row.listing.is_live()
            });
            for cluster in snapshot.clusters {
                // A listing that is complete already has named every cluster there is.
                if !listed || self.fleet.clusters.contains_key(&cluster.arn) {
                    self.seed_cluster(cluster);
                }
            }
        }
        self.touch_all();
    }

    fn seed_cluster(&mut self, cluster: ClusterSnapshot) {
        let row = self.fleet.cluster_entry(&cluster.arn);
        if let Some(detail) = cluster.detail {
            row.detail.seed(detail);
        }
        let (associations_listed, updates_listed) =
            (row.associations.is_live(), row.updates.is_live());
        if let Some(list) = cluster.associations {
            let count = Known {
                value: list.value.len(),
                origin: list.origin,
                at: list.at,
            };
            row.associations.seed(count);
            for AssociationSnapshot { summary, detail } in list.value {
                let key = summary.key.clone();
                if associations_listed && !self.fleet.associations.contains_key(&key) {
                    continue;
                }
                let make = || AssociationRow {
                    summary,
                    detail: Remote::default(),
                    seen: Ticket(0),
                };
                let row = self.fleet.associations.or_insert_with(key, make);
                if let Some(detail) = detail {
                    row.detail.seed(detail);
                }
            }
        }
        for update in cluster.updates {
            let key = update.value.key.clone();
            if !updates_listed || update.value.status.is_terminal() {
                self.fleet.updates.entry(key).or_insert(UpdateRow {
                    update,
                    seen: Ticket(0),
                });
            }
        }
    }

    /// Notes that something of a cluster was learnt, to be kept soon.
    pub(super) fn remember(&mut self, cluster: &ClusterArn, effects: &mut Vec<Effect>) {
        if self.loading.unsaved.is_empty() {
            effects.push(Effect::Wake {
                timer: Timer::Save,
                at: after(self.now, SAVE_SECONDS),
            });
        }
        self.loading.unsaved.insert(lane(cluster));
    }

    /// Hands what changed to the cache.
    pub fn save(&mut self, effects: &mut Vec<Effect>) {
        let unsaved = std::mem::take(&mut self.loading.unsaved);
        let mut lanes: BTreeMap<Lane, BTreeMap<ClusterArn, ClusterSnapshot>> = unsaved
            .into_iter()
            .map(|lane| (lane, BTreeMap::new()))
            .collect();
        for row in self.fleet.clusters.values() {
            if let Some(clusters) = lanes.get_mut(&lane(&row.arn)) {
                clusters.insert(row.arn.clone(), keep(row));
            }
        }
        // One pass over all rows, however many clusters there are.
        for row in self.fleet.associations.values() {
            let arn = &row.summary.key.cluster;
            let cluster = lanes
                .get_mut(&lane(arn))
                .and_then(|clusters| clusters.get_mut(arn));
            if let Some(list) = cluster.and_then(|cluster| cluster.associations.as_mut()) {
                list.value.push(AssociationSnapshot {
                    summary: row.summary.clone(),
                    detail: row.detail.known().cloned(),
                });
            }
        }
        for row in self.fleet.updates.values() {
            let arn = &row.update.value.key.cluster;
            if let Some(cluster) = lanes
                .get_mut(&lane(arn))
                .and_then(|clusters| clusters.get_mut(arn))
            {
                cluster.updates.push(row.update.clone());
            }
        }
        for ((account, region), clusters) in lanes {
            let clusters = clusters.into_values().collect();
            effects.push(Effect::SaveCache(Box::new(Snapshot {
                account,
                region,
                clusters,
            })));
        }
    }
}

/// What is kept of a cluster itself; its rows are added by the caller.
fn keep(row: &ClusterRow) -> ClusterSnapshot {
    ClusterSnapshot {
        arn: row.arn.clone(),
        detail: row.detail.known().cloned(),
        associations: row.associations.known().map(|known| Known {
            value: Vec::new(),
            origin: known.origin,
            at: known.at,
        }),
        updates: Vec::new(),
    }
}
