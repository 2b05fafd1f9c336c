//! Whom a role reaches, as far as this run knows; and what has to be read to know more.

use crate::app::effect::{Effect, Part};
use crate::app::fleet::Fleet;
use crate::app::modal::{Form, Modal, Subject, TextView};
use crate::app::pane::{Noun as _, PaneId, RowKey, roles};
use crate::app::state::State;
use crate::model::usage::{AccountUser, Radius, ReachedPod, RoleUsage, of_role};
use crate::model::verdict::Verdict;
use crate::model::{ClusterArn, Text};

impl Fleet {
    /// Whom a role reaches; its users were made when the roles were looked at.
    pub fn radius(&self, role: &Text, now: jiff::Timestamp) -> Radius {
        let mut radius = Radius::new(self.usage(role));
        let clusters: Vec<ClusterArn> = radius.usage.clusters().into_iter().cloned().collect();
        for arn in &clusters {
            self.with_picture(arn, now, |_, picture| radius.add_cluster(arn, picture));
        }
        // Who acts as it without being given it, as pods do by the role of their node.
        for (key, row) in &self.containers {
            let is = row.role.as_ref().is_some_and(|known| known.arn == *role);
            if !is || row.pod.phase.is_ended() {
                continue;
            }
            let account = AccountUser {
                cluster: key.cluster.clone(),
                namespace: key.namespace.clone(),
                name: row.pod.service_account.clone(),
            };
            let pods = &radius.pods.known;
            if !pods
                .iter()
                .any(|pod| pod.account == account && pod.name == key.pod)
            {
                radius.add_pod(ReachedPod {
                    account,
                    name: key.pod.clone(),
                    workload: row.workload.clone(),
                    acts: if row.certainty == crate::model::identity::Certainty::Certain {
                        Verdict::Yes
                    } else {
                        Verdict::Unknown
                    },
                });
            }
        }
        radius
    }

    fn usage(&self, role: &Text) -> RoleUsage {
        let known = self.roles.get(role).map(|row| row.usage.clone());
        known.unwrap_or_else(|| of_role(self.role_readings(), role))
    }
}

impl State {
    /// Opens the blast radius of a role, and reads what it lacks of the clusters that are known to use it.
    pub fn show_radius(&mut self, role: &Text, of: RowKey, effects: &mut Vec<Effect>) {
        self.fleet.refresh_roles();
        let subject = Subject::Radius {
            role: role.clone(),
            of,
        };
        let view = TextView::new(subject, Form::Explained);
        self.modals.push(Modal::Text(Box::new(view)));
        roles::Roles::look(self, role, effects);
        self.want_parts_of(|_| true, Part::Addons, effects);
        let usage = self.fleet.usage(role);
        let clusters: Vec<ClusterArn> = usage.clusters().into_iter().cloned().collect();
        self.want_lists(&clusters);
        self.pump_kubernetes(effects);
    }

    /// Reads everything that may name the role once more, everywhere: whoever is annotated with it is known only
    /// to Kubernetes.
    pub fn read_radius_again(&mut self, effects: &mut Vec<Effect>) {
        let clusters: Vec<ClusterArn> = self.fleet.clusters.keys().cloned().collect();
        roles::Roles::refresh(self, &clusters, effects);
        self.touch(PaneId::Roles);
    }

    /// Whether roles can be seen, in their view or in what is told of one.
    pub(in crate::app) fn shows_roles(&self) -> bool {
        let told = |modal: &Modal| match modal {
            Modal::Text(view) => matches!(
                &view.subject,
                Subject::Radius { .. }
                    | Subject::Explanation(RowKey::Role(_))
                    | Subject::Row(RowKey::Role(_))
            ),
            _ => false,
        };
        self.layout().pane(PaneId::Roles).is_some() || self.modals.iter().any(told)
    }
}
