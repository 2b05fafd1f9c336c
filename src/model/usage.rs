//! Who uses a role: what names roles, turned around.
//!
//! AWS has no such look-up, so it is joined from everything that was read; what was not read is said beside it,
//! because "nobody uses it" is what people delete roles on.

pub mod radius;

pub use radius::{PodTally, Radius, ReachedPod};

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{Addon, AddonKey, AssociationKey, AssociationRecord, ClusterArn, Text};

/// An association, as a user of its roles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AssociationUser {
    pub key: AssociationKey,
    pub namespace: Text,
    pub service_account: Text,
}

/// A service account that is annotated with a role, which is IRSA.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountUser {
    pub cluster: ClusterArn,
    pub namespace: Text,
    pub name: Text,
}

/// Why more users may be there than are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// None were looked for, or none could be read.
    Unread(Text),
    /// Some could not be read.
    Partial(Text),
}

impl Gap {
    pub fn reason(&self) -> &Text {
        match self {
            Self::Unread(reason) | Self::Partial(reason) => reason,
        }
    }

    pub fn is_total(&self) -> bool {
        matches!(self, Self::Unread(_))
    }
}

/// Users of one kind, each with the role that it names, and what is missing among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading<T> {
    pub users: Vec<(Text, T)>,
    pub gap: Option<Gap>,
}

impl<T> Reading<T> {
    pub fn whole(users: Vec<(Text, T)>) -> Self {
        Self { users, gap: None }
    }

    pub fn unread(reason: impl Into<Text>) -> Self {
        Self {
            users: Vec::new(),
            gap: Some(Gap::Unread(reason.into())),
        }
    }
}

/// All that is known of who names which role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readings {
    /// By the role of the association.
    pub associations: Reading<AssociationUser>,
    /// By its target role.
    pub targets: Reading<AssociationUser>,
    /// By `serviceAccountRoleArn`. Roles of an add-on's associations count as associations.
    pub addons: Reading<AddonKey>,
    /// By the annotation `eks.amazonaws.com/role-arn`.
    pub service_accounts: Reading<AccountUser>,
}

impl Readings {
    /// Nobody at all yet.
    pub fn nobody() -> Self {
        Self {
            associations: Reading::whole(Vec::new()),
            targets: Reading::whole(Vec::new()),
            addons: Reading::whole(Vec::new()),
            service_accounts: Reading::whole(Vec::new()),
        }
    }

    /// Counts an association in, as a user of its role and of its target role; so is the add-on that owns it.
    pub fn add_association(&mut self, record: &AssociationRecord) {
        let user = AssociationUser {
            key: record.association.key.clone(),
            namespace: record.association.namespace.clone(),
            service_account: record.association.service_account.clone(),
        };
        let role = record.detail.role.clone();
        let target = record.detail.target_role.clone();
        if let Some(addon) = record.association.owning_addon() {
            let roles = role.iter().chain(&target);
            self.addons
                .users
                .extend(roles.map(|role| (role.clone(), addon.clone())));
        }
        self.associations
            .users
            .extend(role.map(|role| (role, user.clone())));
        self.targets.users.extend(target.map(|role| (role, user)));
    }

    /// Counts an add-on in, if it names a role of its own.
    pub fn add_addon(&mut self, addon: &Addon) {
        let role = addon.role.clone();
        let user = |role| (role, addon.key.clone());
        self.addons.users.extend(role.map(user));
    }

    /// States that some associations could not be read: each may name any role, and any target role.
    pub fn associations_are_missing(&mut self, reason: &Text) {
        self.associations.gap = Some(Gap::Partial(reason.clone()));
        self.targets.gap = Some(Gap::Partial(reason.clone()));
    }

    pub fn addons_are_missing(&mut self, reason: &Text) {
        self.addons.gap = Some(Gap::Partial(reason.clone()));
    }

    /// States that service accounts could not be read: of some clusters, or of all.
    pub fn service_accounts_are_missing(&mut self, reason: impl Into<Text>, of_all: bool) {
        let reason = reason.into();
        self.service_accounts.gap = Some(if of_all {
            Gap::Unread(reason)
        } else {
            Gap::Partial(reason)
        });
    }
}

/// Users of one kind of one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Users<T> {
    /// In their own order, each once.
    pub known: Vec<T>,
    pub gap: Option<Gap>,
}

/// How many users there are: `3`, `3+` where some could not be read, `?` where none were.
impl<T> fmt::Display for Users<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.gap {
            None => write!(f, "{}", self.known.len()),
            Some(Gap::Partial(_)) => write!(f, "{}+", self.known.len()),
            Some(Gap::Unread(_)) => f.write_str("?"),
        }
    }
}

/// Who uses one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleUsage {
    /// The role as its users name it: nearly always an ARN.
    pub role: Text,
    pub associations: Users<AssociationUser>,
    pub targets: Users<AssociationUser>,
    pub addons: Users<AddonKey>,
    pub service_accounts: Users<AccountUser>,
}

impl RoleUsage {
    /// Clusters from which the role is used, each once, in order.
    pub fn clusters(&self) -> Vec<&ClusterArn> {
        let associations = self.associations.known.iter().chain(&self.targets.known);
        let mut clusters: Vec<_> = associations
            .map(|user| &user.key.cluster)
            .chain(self.addons.known.iter().map(|addon| &addon.cluster))
            .chain(
                self.service_accounts
                    .known
                    .iter()
                    .map(|account| &account.cluster),
            )
            .collect();
        clusters.sort_unstable();
        clusters.dedup();
        clusters
    }
}

/// One row a role that anybody names, in the order of the roles.
pub fn by_role(readings: Readings) -> Vec<RoleUsage> {
    let Readings {
        associations,
        targets,
        addons,
        service_accounts,
    } = readings;
    let mut associations = Grouped::of(associations);
    let mut targets = Grouped::of(targets);
    let mut addons = Grouped::of(addons);
    let mut service_accounts = Grouped::of(service_accounts);
    let mut roles: Vec<Text> = associations
        .roles()
        .chain(targets.roles())
        .chain(addons.roles())
        .chain(service_accounts.roles())
        .cloned()
        .collect();
    roles.sort_unstable();
    roles.dedup();
    let usage = |role: Text| RoleUsage {
        associations: associations.take(&role),
        targets: targets.take(&role),
        addons: addons.take(&role),
        service_accounts: service_accounts.take(&role),
        role,
    };
    roles.into_iter().map(usage).collect()
}

/// Who uses one role, which may be nobody.
pub fn of_role(readings: Readings, role: &str) -> RoleUsage {
    RoleUsage {
        role: role.into(),
        associations: Grouped::of(readings.associations).take(role),
        targets: Grouped::of(readings.targets).take(role),
        addons: Grouped::of(readings.addons).take(role),
        service_accounts: Grouped::of(readings.service_accounts).take(role),
    }
}

/// A reading by role.
struct Grouped<T> {
    users: BTreeMap<Text, Vec<T>>,
    gap: Option<Gap>,
}

impl<T: Ord> Grouped<T> {
    fn of(reading: Reading<T>) -> Self {
        let mut users: BTreeMap<Text, Vec<T>> = BTreeMap::new();
        for (role, user) in reading.users {
            users.entry(role).or_default().push(user);
        }
        Self {
            users,
            gap: reading.gap,
        }
    }

    fn roles(&self) -> impl Iterator<Item = &Text> {
        self.users.keys()
    }

    fn take(&mut self, role: &str) -> Users<T> {
        let mut known = self.users.remove(role).unwrap_or_default();
        known.sort_unstable();
        known.dedup();
        Users {
            known,
            gap: self.gap.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    fn cluster(name: &str) -> ClusterArn {
        ClusterArn::new(&Region::new("eu-west-1"), "111122223333", name)
    }

    fn association(role: &str, of: &str, name: &str) -> (Text, AssociationUser) {
        let key = AssociationKey {
            cluster: cluster(of),
            id: format!("a-{name}").into(),
        };
        let user = AssociationUser {
            key,
            namespace: "ns".into(),
            service_account: name.into(),
        };
        (role.into(), user)
    }

    fn readings() -> Readings {
        let addon = |role: &str, of: &str| {
            let key = AddonKey {
                cluster: cluster(of),
                name: "vpc-cni".into(),
            };
            (Text::from(role), key)
        };
        Readings {
            associations: Reading::whole(vec![
                association("b", "two", "y"),
                association("b", "one", "x"),
                association("b", "one", "x"),
                association("a", "one", "z"),
            ]),
            targets: Reading {
                users: vec![association("t", "one", "x")],
                gap: Some(Gap::Partial("denied".into())),
            },
            addons: Reading::whole(vec![addon("b", "three")]),
            service_accounts: Reading::unread("Kubernetes was not asked"),
        }
    }

    #[test]
    fn every_role_has_one_row_with_each_user_once() {
        let rows = by_role(readings());
        let counts: Vec<_> = rows
            .iter()
            .map(|row| {
                let counts = format!(
                    "{} {} {} {}",
                    row.associations, row.targets, row.addons, row.service_accounts
                );
                (&*row.role, counts)
            })
            .collect();
        let expected = [("a", "1 0+ 0 ?"), ("b", "2 0+ 1 ?"), ("t", "0 1+ 0 ?")];
        assert_eq!(
            counts,
            expected.map(|(role, counts)| (role, counts.to_owned()))
        );
        let names: Vec<_> = rows
            .iter()
            .map(|row| {
                row.clusters()
                    .iter()
                    .map(|arn| arn.name())
                    .collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(
            names,
            [vec!["one"], vec!["one", "three", "two"], vec!["one"]]
        );
    }

    #[test]
    fn one_role_is_looked_up_even_if_nobody_uses_it() {
        assert_eq!(
            Some(of_role(readings(), "b")),
            by_role(readings()).into_iter().nth(1)
        );
        let nobody = of_role(readings(), "nobody");
        assert_eq!(
            (nobody.associations.to_string(), nobody.targets.to_string()),
            ("0".into(), "0+".into())
        );
        assert!(
            nobody
                .service_accounts
                .gap
                .is_some_and(|gap| gap.is_total())
        );
    }
}
