//! Rows of service accounts and containers, made by the rules of the model and kept until they change.

use std::sync::Arc;

use jiff::Timestamp;

use super::Kubernetes;
use super::withheld::Judge;
use crate::app::fleet::{AssociationRow, ClusterRow, Fleet, Rows};
use crate::model::census::{self, Associations, Picture};
use crate::model::identity::{
    AccountMechanism, Associated, Certainty, Fact, Injection, Mechanism, Role, Staleness, Tally,
    Withheld,
};
use crate::model::pod::{ContainerKind, Pod};
use crate::model::{AssociationKey, ClusterArn, Text};

/// A service account, whether it exists or only an association names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountKey {
    pub cluster: ClusterArn,
    pub namespace: Text,
    pub name: Text,
}

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContainerKey {
    pub cluster: ClusterArn,
    pub namespace: Text,
    pub pod: Text,
    pub container: Text,
}

/// What the columns of a service account say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub mechanism: AccountMechanism,
    pub certainty: Certainty,
    pub phrase: Text,
    pub role: Option<Role>,
    /// The role is known not to be given.
    pub withheld: Option<Arc<Withheld>>,
    /// A role is to be expected, and not known yet.
    pub is_role_unknown: bool,
    /// `None` where not all pods are known.
    pub tally: Option<Tally>,
    pub created: Option<Timestamp>,
    /// Whether the service account itself is there.
    pub exists: Fact<()>,
    pub association: Option<AssociationKey>,
    pub remark: Option<Text>,
}

/// What the columns of a container say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerRow {
    pub pod: Arc<Pod>,
    pub kind: ContainerKind,
    pub mechanism: Mechanism,
    pub certainty: Certainty,
    pub phrase: Text,
    pub role: Option<Role>,
    /// The role is known not to be given.
    pub withheld: Option<Arc<Withheld>>,
    pub why: Text,
    pub injection: Injection,
    pub staleness: Staleness,
    pub compute: Option<Text>,
    pub workload: Option<Text>,
}

impl AccountRow {
    fn new(row: &census::AccountRow<'_>, withheld: Option<Arc<Withheld>>) -> Self {
        Self {
            mechanism: row.new_pods.mechanism,
            certainty: row.new_pods.certainty,
            phrase: row.phrase().into(),
            role: row.role().cloned(),
            withheld,
            is_role_unknown: row.is_role_unknown(),
            tally: row.tally,
            created: row.created(),
            exists: match row.account {
                Fact::Unknown => Fact::Unknown,
                Fact::Absent => Fact::Absent,
                Fact::Present(_) => Fact::Present(()),
            },
            association: row
                .association
                .present()
                .map(|associated| associated.association.key.clone()),
            remark: row.remark().map(Text::from),
        }
    }
}

impl ContainerRow {
    fn new(
        pod: &Arc<Pod>,
        row: &census::ContainerRow<'_>,
        withheld: Option<Arc<Withheld>>,
    ) -> Self {
        let why = match &withheld {
            Some(withheld) => format!("{}; {}", withheld.phrase(), row.why()),
            None => row.why(),
        };
        Self {
            pod: Arc::clone(pod),
            kind: row.verdict.kind,
            mechanism: row.verdict.mechanism,
            certainty: row.verdict.certainty,
            phrase: row.phrase().into(),
            role: row.role().cloned(),
            withheld,
            why: why.into(),
            injection: row.injection.clone(),
            staleness: row.staleness,
            compute: row.compute().map(Text::from),
            workload: row.workload_phrase().map(Text::from),
        }
    }
}

impl Fleet {
    /// Makes the rows anew that rest on something that has changed; says whether there were any.
    pub fn refresh(&mut self, now: Timestamp) -> bool {
        let Self {
            clusters,
            associations,
            accounts,
            containers,
            roles,
            ..
        } = self;
        let mut changed = false;
        let stale = clusters
            .values_mut()
            .filter(|row| !row.kubernetes.stale.is_none());
        for row in stale {
            changed = true;
            let stale = std::mem::take(&mut row.kubernetes.stale);
            let mut made = Made {
                arn: &row.arn,
                accounts,
                containers,
                judge: Judge::new(roles),
            };
            if !row.kubernetes.is_asked() {
                made.forget();
                continue;
            }
            let associations = associations_of(row, associations);
            let picture = row.kubernetes.picture(&associations, now);
            if stale.everything {
                made.forget();
                for account in picture.accounts() {
                    made.account(&account);
                }
                for pod in picture.census.pods() {
                    made.pod(&picture, pod);
                }
                continue;
            }
            for (pod, names) in &stale.gone {
                let now = picture.census.pod(&pod.0, &pod.1);
                let stays = |name: &&Text| {
                    now.is_some_and(|pod| pod.containers.iter().any(|c| c.name == **name))
                };
                made.pod_is_gone(pod, names.iter().filter(|name| !stays(name)));
            }
            for (namespace, name) in &stale.pods {
                if let Some(pod) = picture.census.pod(namespace, name) {
                    made.pod(&picture, pod);
                }
            }
            for ((namespace, name), with_pods) in &stale.accounts {
                // A name that only pods use makes a row as long as nobody knows that there is no such account.
                let account = picture.account(namespace, name);
                let named = |row: &census::AccountRow<'_>| {
                    row.account != Fact::Absent || matches!(row.association, Fact::Present(_))
                };
                match account.filter(named) {
                    Some(account) => made.account(&account),
                    None => made.account_is_gone(namespace, name),
                }
                if *with_pods {
                    for pod in picture.census.pods_of(namespace, name) {
                        made.pod(&picture, pod);
                    }
                }
            }
        }
        changed
    }

    /// The picture of a cluster, for what is explained of one row.
    pub fn with_picture<T>(
        &self,
        cluster: &ClusterArn,
        now: Timestamp,
        look: impl FnOnce(&ClusterRow, &Picture<'_>) -> T,
    ) -> Option<T> {
        let row = self.clusters.get(cluster)?;
        let associations = associations_of(row, &self.associations);
        Some(look(row, &row.kubernetes.picture(&associations, now)))
    }
}

impl Kubernetes {
    fn picture<'a>(&'a self, associations: &'a Associations<'a>, now: Timestamp) -> Picture<'a> {
        Picture {
            census: &self.census,
            associations,
            roles: &self.node_roles,
            now,
        }
    }
}

/// The associations of a cluster, and why there may be more.
fn associations_of<'a>(
    row: &ClusterRow,
    all: &'a Rows<AssociationKey, AssociationRow>,
) -> Associations<'a> {
    let here = all.of(&row.arn).map(|association| Associated {
        association: &association.summary,
        detail: association.detail.value(),
    });
    let list = &row.associations;
    match list.failed() {
        Some(failed) => Associations::some(here, failed.failure.to_string()),
        None if list.is_live() => Associations::all(here),
        None if list.value().is_some() => {
            Associations::some(here, "associations are known from an earlier run alone")
        }
        None => Associations::some(here, "associations were not read yet"),
    }
}

/// The rows of one cluster while they are made.
struct Made<'a> {
    arn: &'a ClusterArn,
    accounts: &'a mut Rows<AccountKey, AccountRow>,
    containers: &'a mut Rows<ContainerKey, ContainerRow>,
    judge: Judge<'a>,
}

impl Made<'_> {
    fn forget(&mut self) {
        self.accounts.remove_of(self.arn);
        self.containers.remove_of(self.arn);
    }

    fn account(&mut self, row: &census::AccountRow<'_>) {
        let key = AccountKey {
            cluster: self.arn.clone(),
            namespace: row.namespace.clone(),
            name: row.name.clone(),
        };
        let withheld = self.judge.account(row);
        self.accounts.insert(key, AccountRow::new(row, withheld));
    }

    fn account_is_gone(&mut self, namespace: &Text, name: &Text) {
        self.accounts.swap_remove(&AccountKey {
            cluster: self.arn.clone(),
            namespace: namespace.clone(),
            name: name.clone(),
        });
    }

    fn pod(&mut self, picture: &Picture<'_>, pod: &Arc<Pod>) {
        for row in picture.containers_of(pod) {
            let key = self.container((&pod.namespace, &pod.name), &row.verdict.container);
            let withheld = self.judge.container(&row);
            let row = ContainerRow::new(pod, &row, withheld);
            self.containers.insert(key, row);
        }
    }

    fn pod_is_gone<'n>(&mut self, pod: &(Text, Text), names: impl Iterator<Item = &'n Text>) {
        for name in names {
            let key = self.container((&pod.0, &pod.1), name);
            self.containers.swap_remove(&key);
        }
    }

    fn container(&self, (namespace, pod): (&Text, &Text), container: &Text) -> ContainerKey {
        ContainerKey {
            cluster: self.arn.clone(),
            namespace: namespace.clone(),
            pod: pod.clone(),
            container: container.clone(),
        }
    }
}
