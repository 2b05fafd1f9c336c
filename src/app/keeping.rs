//! What is kept from one run to the next: taken in at the start, handed out while it changes.

use crate::app::effect::{Effect, Timer};
use crate::app::fleet::{AssociationRow, ClusterRow, UpdateRow};
use crate::app::loading::{after, lane};
use crate::app::remote::{Remote, Ticket};
use crate::app::state::State;
use crate::model::snapshot::{AssociationSnapshot, ClusterSnapshot, Snapshot};
use crate::model::{ClusterArn, Known};

/// Seconds between learning something and keeping it: a burst of answers makes one write.
const SAVE_SECONDS: i64 = 5;

impl State {
    /// Takes what earlier runs knew; whatever this run has learnt already wins.
    pub fn seed(&mut self, snapshots: Vec<Snapshot>) {
        for cluster in snapshots.into_iter().flat_map(|snapshot| snapshot.clusters) {
            let row = self
                .fleet
                .clusters
                .entry(cluster.arn.clone())
                .or_insert_with(|| ClusterRow::new(cluster.arn.clone(), Ticket(0)));
            if let Some(detail) = cluster.detail {
                row.detail.seed(detail);
            }
            if let Some(list) = cluster.associations {
                let count = Known {
                    value: list.value.len(),
                    origin: list.origin,
                    at: list.at,
                };
                row.associations.seed(count);
                for AssociationSnapshot { summary, detail } in list.value {
                    let key = summary.key.clone();
                    let entry = self.fleet.associations.entry(key);
                    let row = entry.or_insert_with(|| AssociationRow {
                        summary,
                        detail: Remote::default(),
                        seen: Ticket(0),
                    });
                    if let Some(detail) = detail {
                        row.detail.seed(detail);
                    }
                }
            }
            for update in cluster.updates {
                let key = update.value.key.clone();
                self.fleet.updates.entry(key).or_insert(UpdateRow {
                    update,
                    seen: Ticket(0),
                });
            }
        }
        self.touch_all();
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
        for (account, region) in std::mem::take(&mut self.loading.unsaved) {
            let here =
                |arn: &ClusterArn| *arn.account() == *account && arn.region() == region.as_str();
            let clusters = self
                .fleet
                .clusters
                .values()
                .filter(|row| here(&row.arn))
                .map(|row| self.keep(row))
                .collect();
            effects.push(Effect::SaveCache(Box::new(Snapshot {
                account,
                region,
                clusters,
            })));
        }
    }

    fn keep(&self, row: &ClusterRow) -> ClusterSnapshot {
        let associations = row.associations.known().map(|known| {
            let rows = self
                .fleet
                .associations
                .values()
                .filter(|entry| entry.summary.key.cluster == row.arn);
            let rows = rows.map(|entry| AssociationSnapshot {
                summary: entry.summary.clone(),
                detail: entry.detail.known().cloned(),
            });
            Known {
                value: rows.collect(),
                origin: known.origin,
                at: known.at,
            }
        });
        let updates = self
            .fleet
            .updates
            .values()
            .filter(|entry| entry.update.value.key.cluster == row.arn);
        ClusterSnapshot {
            arn: row.arn.clone(),
            detail: row.detail.known().cloned(),
            associations,
            updates: updates.map(|entry| entry.update.clone()).collect(),
        }
    }
}
