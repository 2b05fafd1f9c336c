//! Which findings concern a row: what is about it, and what is about the ground that it stands on.

use std::collections::BTreeSet;

use crate::app::diagnosis::About;
use crate::app::kubernetes::AccountKey;
use crate::app::pane::RowKey;
use crate::app::state::State;
use crate::model::addon::AGENT;
use crate::model::diagnosis::{Finding, Subject};
use crate::model::{AssociationKey, ClusterArn, Text, UpdateSubject};

/// How close a finding is to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    Itself,
    /// Its cluster, its node, its add-on.
    Around,
}

/// What has to be known to explain a row: of which clusters or service accounts.
pub fn abouts(state: &State, key: &RowKey) -> Vec<About> {
    let account = |cluster: &ClusterArn, namespace: &Text, name: &Text| {
        About::Account(AccountKey {
            cluster: cluster.clone(),
            namespace: namespace.clone(),
            name: name.clone(),
        })
    };
    match key {
        RowKey::Association(key) => {
            let row = state.fleet.associations.get(key);
            let about = row.map(|row| {
                let (namespace, name) = (&row.summary.namespace, &row.summary.service_account);
                account(&key.cluster, namespace, name)
            });
            vec![about.unwrap_or_else(|| About::Cluster(key.cluster.clone()))]
        }
        RowKey::Account(key) => vec![About::Account(key.clone())],
        RowKey::Container(key) => {
            let row = state.fleet.containers.get(key);
            let about =
                row.map(|row| account(&key.cluster, &key.namespace, &row.pod.service_account));
            vec![about.unwrap_or_else(|| About::Cluster(key.cluster.clone()))]
        }
        RowKey::Role(role) => {
            let row = state.fleet.roles.get(role);
            let clusters = row.map(|row| row.usage.clusters()).unwrap_or_default();
            clusters.into_iter().cloned().map(About::Cluster).collect()
        }
        key => key
            .cluster()
            .map(|cluster| About::Cluster(cluster.clone()))
            .into_iter()
            .collect(),
    }
}

/// Whether a finding of a diagnosis concerns a row, and how closely.
pub fn concern(
    state: &State,
    key: &RowKey,
    cluster: &ClusterArn,
    finding: &Finding,
) -> Option<Concern> {
    use Concern::{Around, Itself};
    let itself = |is: bool| is.then_some(Itself);
    // What is wrong with the cluster or with its agent may be why.
    let ground = || match &finding.subject {
        Subject::Cluster => Some(Around),
        Subject::Addon(name) if **name == *AGENT => Some(Around),
        Subject::Update { of, .. } if is_of_agent(of) => Some(Around),
        _ => None,
    };
    // Of a part, what meets the whole cluster; EKS does one update of that at a time.
    let whole = || match &finding.subject {
        Subject::Cluster
        | Subject::Update {
            of: UpdateSubject::Cluster,
            ..
        } => Some(Around),
        _ => None,
    };
    // So may its nodes and roles be, where the diagnosis was of this service account alone.
    let alone = || match &finding.subject {
        Subject::Node(_) | Subject::Role(_) => Some(Around),
        _ => ground(),
    };
    match key {
        RowKey::Cluster(_) => Some(Itself),
        RowKey::Association(key) => {
            let row = state.fleet.associations.get(key);
            let detail = row.and_then(|row| row.detail.value());
            let roles = detail.map(|detail| [detail.role.as_ref(), detail.target_role.as_ref()]);
            let is = finding.association.as_ref() == Some(key)
                || row.is_some_and(|row| {
                    let (namespace, name) = (&row.summary.namespace, &row.summary.service_account);
                    is_account(finding, namespace, name)
                })
                || roles.is_some_and(|roles| is_one_of(finding, roles.into_iter().flatten()));
            itself(is).or_else(alone)
        }
        RowKey::Account(key) => {
            itself(is_account(finding, &key.namespace, &key.name)).or_else(alone)
        }
        RowKey::Container(key) => {
            let row = state.fleet.containers.get(key)?;
            let (account, role) = (&row.pod.service_account, row.role.as_ref());
            match &finding.subject {
                Subject::Account { .. } if is_account(finding, &key.namespace, account) => {
                    itself(finding.pods.is_empty() || finding.pods.contains(&key.pod))
                }
                Subject::Node(name) => itself(row.pod.node.as_ref() == Some(name)),
                Subject::Role(_) => {
                    itself(is_one_of(finding, role.map(|role| &role.arn))).or(Some(Around))
                }
                _ => ground(),
            }
        }
        RowKey::Role(role) => itself(is_of_role(state, role, cluster, finding)).or_else(|| {
            // Of a cluster that uses it, only what meets everybody.
            matches!(finding.subject, Subject::Cluster).then_some(Around)
        }),
        RowKey::Addon(key) => {
            let owned = finding.association.as_ref().is_some_and(|association| {
                let row = state.fleet.associations.get(association);
                row.is_some_and(|row| row.summary.owning_addon().as_ref() == Some(key))
            });
            let is_of_it = match &finding.subject {
                Subject::Addon(name) => *name == key.name,
                Subject::Update { of, .. } => *of == UpdateSubject::Addon(key.name.clone()),
                _ => false,
            };
            itself(is_of_it || owned).or_else(whole)
        }
        RowKey::Update(key) => match (&finding.subject, &key.subject) {
            (Subject::Update { of, id }, subject) if of == subject => {
                // Another one of the same thing: what failed is repeated by the next.
                Some(if *id == key.id { Itself } else { Around })
            }
            (Subject::Addon(name), UpdateSubject::Addon(updated)) => itself(name == updated),
            _ => whole(),
        },
        RowKey::Finding(key) => {
            let is = finding.rule == key.rule
                && finding.subject == key.subject
                && finding.association == key.association;
            itself(is)
        }
        RowKey::IdentityProvider(_) | RowKey::AccessEntry(_) => ground().or_else(whole),
    }
}

/// Where it does not come to its end, no pod may get credentials.
fn is_of_agent(of: &UpdateSubject) -> bool {
    matches!(of, UpdateSubject::Addon(name) if **name == *AGENT)
}

fn is_account(finding: &Finding, namespace: &str, name: &str) -> bool {
    matches!(&finding.subject, Subject::Account { namespace: its, service_account } if **its == *namespace && **service_account == *name)
}

fn is_one_of<'a>(finding: &Finding, roles: impl IntoIterator<Item = &'a Text>) -> bool {
    let mut roles = roles.into_iter();
    matches!(&finding.subject, Subject::Role(arn) if roles.any(|role| role == arn))
}

/// About the role, or about somebody who uses it.
fn is_of_role(state: &State, role: &Text, cluster: &ClusterArn, finding: &Finding) -> bool {
    if matches!(&finding.subject, Subject::Role(arn) if arn == role) {
        return true;
    }
    let Some(row) = state.fleet.roles.get(role) else {
        return false;
    };
    let usage = &row.usage;
    let users = usage.associations.known.iter().chain(&usage.targets.known);
    let here = users.filter(|user| user.key.cluster == *cluster);
    let keys: BTreeSet<&AssociationKey> = here.clone().map(|user| &user.key).collect();
    if finding
        .association
        .as_ref()
        .is_some_and(|key| keys.contains(key))
    {
        return true;
    }
    let annotated = usage.service_accounts.known.iter();
    let annotated = annotated.filter(|user| user.cluster == *cluster);
    let mut accounts = here
        .map(|user| (&user.namespace, &user.service_account))
        .chain(annotated.map(|user| (&user.namespace, &user.name)));
    accounts.any(|(namespace, name)| is_account(finding, namespace, name))
}
