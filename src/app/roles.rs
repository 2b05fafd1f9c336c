//! Roles, and who uses them: made from everything that is known of associations, add-ons and service accounts.

use indexmap::IndexMap;

use crate::app::effect::{Effect, Request};
use crate::app::fleet::{ClusterRow, Fleet};
use crate::app::layout::table_rows;
use crate::app::pane::PaneId;
use crate::app::pane::roles::{LAST_USED, READ, TRUSTS};
use crate::app::remote::{Remote, Ticket};
use crate::app::state::State;
use crate::model::arn::account_of;
use crate::model::identity::{Fact, Role};
use crate::model::kubernetes::WatchedKind;
use crate::model::trust::{Policy, TrustSummary};
use crate::model::usage::{
    AccountUser, AssociationUser, Gap, Reading, Readings, RoleUsage, by_role,
};
use crate::model::{AddonKey, Described, Failure, FailureKind, RoleDetail, RouteId, Text};

/// A role that somebody names, by its ARN.
#[derive(Debug, Clone)]
pub struct RoleRow {
    pub usage: RoleUsage,
    /// What IAM says of it.
    pub detail: Remote<Described<RoleDetail>>,
    /// Its trust policy in a phrase, once that is known.
    pub trust: Option<TrustSummary>,
    /// The same, parsed once: it is judged for each association.
    policy: Option<Policy>,
}

impl RoleRow {
    /// The trust policy as far as the last answer told it; absent if there is no such role.
    pub(super) fn policy(&self) -> Fact<&Policy> {
        match self.detail.failed() {
            Some(failed) if failed.failure.kind == FailureKind::NotFound => Fact::Absent,
            // What was known before may be what has changed since.
            Some(_) => Fact::Unknown,
            None => self.policy.as_ref().map_or(Fact::Unknown, Fact::Present),
        }
    }
}

impl Fleet {
    /// Makes the roles anew from their users; what IAM said of them stays.
    pub(super) fn refresh_roles(&mut self) {
        let mut before = std::mem::take(&mut self.roles);
        let usages = by_role(self.role_readings());
        self.roles = usages
            .into_iter()
            .map(|usage| {
                let role = usage.role.clone();
                let row = match before.swap_remove(&role) {
                    Some(known) => RoleRow { usage, ..known },
                    None => RoleRow {
                        usage,
                        detail: Remote::default(),
                        trust: None,
                        policy: None,
                    },
                };
                (role, row)
            })
            .collect::<IndexMap<_, _>>();
    }

    pub(super) fn role_readings(&self) -> Readings {
        let (mut associations, mut targets) = (Vec::new(), Vec::new());
        let mut addons: Vec<(Text, AddonKey)> = Vec::new();
        let mut undescribed = 0;
        for (key, row) in &self.associations {
            let Some(detail) = row.detail.value() else {
                undescribed += 1;
                continue;
            };
            let user = || AssociationUser {
                key: key.clone(),
                namespace: row.summary.namespace.clone(),
                service_account: row.summary.service_account.clone(),
            };
            if let Some(addon) = row.summary.owning_addon() {
                let roles = detail.role.iter().chain(&detail.target_role);
                addons.extend(roles.map(|role| (role.clone(), addon.clone())));
            }
            associations.extend(detail.role.clone().map(|role| (role, user())));
            targets.extend(detail.target_role.clone().map(|role| (role, user())));
        }
        let listed = self.unread("associations", |row| row.associations.is_live());
        let described = gap(undescribed, self.associations.len(), || {
            format!("{undescribed} associations are not described yet")
        });
        let association_gap = listed.or(described);
        addons.extend(self.addons.iter().filter_map(|(key, row)| {
            let addon = &row.detail.value()?.value;
            Some((addon.role.clone()?, key.clone()))
        }));
        let unknown = self.addons.values();
        let unknown = unknown.filter(|row| row.detail.value().is_none()).count();
        let undescribed_addons = gap(unknown, self.addons.len(), || {
            format!("{unknown} add-ons could not be described")
        });
        let mut accounts = Vec::new();
        for row in self.clusters.values() {
            for account in row.kubernetes.census.service_accounts() {
                let user = || AccountUser {
                    cluster: row.arn.clone(),
                    namespace: account.namespace.clone(),
                    name: account.name.clone(),
                };
                accounts.extend(account.role_arn.clone().map(|role| (role, user())));
            }
        }
        Readings {
            associations: Reading {
                users: associations,
                gap: association_gap.clone(),
            },
            targets: Reading {
                users: targets,
                gap: association_gap,
            },
            addons: Reading {
                users: addons,
                gap: self
                    .unread("add-ons", |row| row.addons.is_live())
                    .or(undescribed_addons),
            },
            service_accounts: Reading {
                users: accounts,
                gap: self.unread("service accounts", |row| {
                    row.kubernetes.census.is_read(WatchedKind::ServiceAccounts)
                }),
            },
        }
    }

    /// What is missing of a list that each cluster has.
    fn unread(&self, what: &str, is_read: impl Fn(&ClusterRow) -> bool) -> Option<Gap> {
        let unread = self.clusters.values().filter(|row| !is_read(row)).count();
        let all = self.clusters.len();
        let gap = gap(unread, all, || {
            format!("{what} of {unread} of {all} clusters are not read")
        });
        // Clusters of a scope that cannot be read are not even known.
        let lost = self.routes.iter().filter(|row| !row.is_region_off());
        let lost = lost.filter(|row| !row.listing.is_live()).count();
        gap.or_else(|| {
            (lost > 0)
                .then(|| Gap::Partial(format!("the clusters of {lost} scopes are not read").into()))
        })
    }

    /// A working scope of an account: IAM knows no regions.
    pub fn route_to_account(&self, account: &str) -> Option<RouteId> {
        let is_of = |id: &RouteId| {
            self.route(*id).is_some_and(|row| {
                let caller = row.caller.value();
                row.failed().is_none() && caller.is_some_and(|caller| &*caller.account == account)
            })
        };
        self.route_ids().find(is_of)
    }
}

fn gap(missing: usize, all: usize, reason: impl FnOnce() -> String) -> Option<Gap> {
    match missing {
        0 => None,
        _ if missing == all => Some(Gap::Unread(reason().into())),
        _ => Some(Gap::Partial(reason().into())),
    }
}

impl State {
    /// Asks IAM about the roles on screen of which nothing is known yet.
    pub fn want_roles(&mut self, effects: &mut Vec<Effect>) {
        let room = self.layout().pane(PaneId::Roles).map_or(0, table_rows);
        let Some(pane) = self.pane(PaneId::Roles) else {
            return;
        };
        let shown = pane.rows.iter().skip(pane.top).take(room);
        let wanting: Vec<Text> = shown
            .filter_map(|index| self.fleet.roles.get_index(*index))
            .filter(|(_, row)| row.detail.waiting().is_none() && !row.detail.is_settled())
            .map(|(role, _)| role.clone())
            .collect();
        for role in wanting {
            self.describe_role(&role, effects);
        }
    }

    /// Asks IAM about a role, in place of a question that is still open.
    pub fn describe_role(&mut self, role: &Text, effects: &mut Vec<Effect>) {
        let route = account_of(role).and_then(|account| self.fleet.route_to_account(account));
        let Some(route) = route.filter(|_| self.fleet.roles.contains_key(role)) else {
            return;
        };
        let request = Request::DescribeRole {
            route,
            role: role.clone(),
        };
        let ticket = self.call(request, true, effects);
        let Some(row) = self.fleet.roles.get_mut(role) else {
            return;
        };
        let old = row.detail.waiting();
        row.detail.ask(ticket);
        self.supersede(old, effects);
    }

    pub(super) fn land_role(&mut self, ticket: Ticket, role: &Text, found: Described<RoleDetail>) {
        let now = self.now;
        let Some(row) = self.fleet.roles.get_mut(role) else {
            return;
        };
        let trust = found.value.trust_summary();
        let policy = found.value.policy().and_then(Result::ok);
        if row.detail.settle(ticket, Ok(found), now) {
            row.trust = Some(trust);
            row.policy = policy;
        }
        self.touch_holders(role);
        self.arrange_roles();
    }

    pub(super) fn finish_role(
        &mut self,
        ticket: Ticket,
        role: &Text,
        outcome: Result<(), Failure>,
    ) {
        let now = self.now;
        if let Some(row) = self.fleet.roles.get_mut(role) {
            match outcome {
                Err(failure) => {
                    row.detail.settle(ticket, Err(failure), now);
                }
                Ok(()) => row.detail.forget(ticket),
            }
        }
        self.touch_holders(role);
        self.arrange_roles();
    }

    /// Service accounts and pods say of their role whether it is given, which has just been told.
    fn touch_holders(&mut self, role: &Text) {
        let Fleet {
            clusters,
            accounts,
            containers,
            ..
        } = &mut self.fleet;
        let names = |holds: &Option<Role>| {
            let holds = holds.as_ref();
            holds.is_some_and(|holds| holds.arn == *role || holds.through.as_ref() == Some(role))
        };
        let accounts = accounts.iter().filter(|(_, row)| names(&row.role));
        let accounts = accounts.map(|(key, _)| (&key.cluster, &key.namespace, &key.name));
        let pods = containers.iter().filter(|(_, row)| names(&row.role));
        let pods = pods.map(|(key, row)| (&key.cluster, &key.namespace, &row.pod.service_account));
        let mut touched = false;
        for (cluster, namespace, name) in accounts.chain(pods) {
            if let Some(row) = clusters.get_mut(cluster) {
                row.kubernetes.touch_account(namespace, name);
                touched = true;
            }
        }
        if touched {
            self.touch(PaneId::ServiceAccounts);
            self.touch(PaneId::Pods);
        }
    }

    /// What IAM says may decide which rows there are, and in which order.
    fn arrange_roles(&mut self) {
        if let Some(pane) = self.panes.get_mut(&PaneId::Roles) {
            let decisive = [TRUSTS, LAST_USED, READ].contains(&pane.sort.column);
            pane.stale |= !pane.filter.is_empty() || pane.problems_only || decisive;
        }
    }
}
