//! Whom a change of a role reaches: from who names it down to the pods, and what of that is not known.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountUser, Gap, RoleUsage, Users};
use crate::model::census::{ContainerRow, Part, Picture};
use crate::model::identity::Certainty;
use crate::model::verdict::Verdict;
use crate::model::{ClusterArn, Text};

/// A pod of a service account that is given the role, or one that acts as it all the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReachedPod {
    pub account: AccountUser,
    pub name: Text,
    /// `Deployment/api`; none where nothing makes the pod anew.
    pub workload: Option<Text>,
    /// Whether it acts as the role now, or assumes its way through it.
    pub acts: Verdict,
}

/// Pods by whether they act as a role now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PodTally {
    pub acting: usize,
    pub unknown: usize,
    pub others: usize,
}

/// Everybody whom a role reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Radius {
    pub usage: RoleUsage,
    /// Each once, in their order.
    pub pods: Users<ReachedPod>,
    /// Why pods are missing, cluster by cluster.
    silent: Vec<Text>,
}

impl Radius {
    /// Who names the role; of their pods nothing is known yet.
    pub fn new(usage: RoleUsage) -> Self {
        Self {
            usage,
            pods: Users {
                known: Vec::new(),
                gap: None,
            },
            silent: Vec::new(),
        }
    }

    /// Counts the pods of a cluster in: those of everybody who is given the role there.
    pub fn add_cluster(&mut self, cluster: &ClusterArn, picture: &Picture<'_>) {
        let accounts = self.accounts().into_iter();
        let accounts: Vec<AccountUser> = accounts
            .filter(|account| account.cluster == *cluster)
            .collect();
        if accounts.is_empty() {
            return;
        }
        for account in accounts {
            let pods = picture.census.pods_of(&account.namespace, &account.name);
            for pod in pods.filter(|pod| !pod.phase.is_ended()) {
                let containers = picture.containers_of(pod);
                let acts = containers.iter().map(|row| acts_as(row, &self.usage.role));
                let workload = containers.iter().find_map(ContainerRow::workload_phrase);
                self.add_pod(ReachedPod {
                    account: account.clone(),
                    name: pod.name.clone(),
                    workload: workload.map(Text::from),
                    acts: Verdict::any(acts),
                });
            }
        }
        if let Some(gap) = picture.census.gap(Part::Pods) {
            self.pods_are_missing(format!("in {}, {gap}", cluster.name()));
        }
    }

    pub fn add_pod(&mut self, pod: ReachedPod) {
        if let Err(place) = self.pods.known.binary_search(&pod) {
            self.pods.known.insert(place, pod);
        }
    }

    /// States that pods of a cluster could not be read; the first reason stands for all, and the others are counted.
    pub fn pods_are_missing(&mut self, reason: impl Into<Text>) {
        self.silent.push(reason.into());
        let reason = match self.silent.as_slice() {
            [first, _] => format!("{first}; so it is in another cluster"),
            [first, _, others @ ..] => {
                format!("{first}; so it is in {} other clusters", others.len() + 1)
            }
            all => all.iter().map(|text| &**text).collect(),
        };
        self.pods.gap = Some(Gap::Partial(reason.into()));
    }

    /// Service accounts that are given the role: by an association, as its target, or by their annotation.
    pub fn accounts(&self) -> BTreeSet<AccountUser> {
        let usage = &self.usage;
        let associations = usage.associations.known.iter().chain(&usage.targets.known);
        let associated = associations.map(|user| AccountUser {
            cluster: user.key.cluster.clone(),
            namespace: user.namespace.clone(),
            name: user.service_account.clone(),
        });
        let annotated = usage.service_accounts.known.iter().cloned();
        associated.chain(annotated).collect()
    }

    /// The accounts, and those of further pods, by their clusters; add-ons make a cluster count, too.
    pub fn clusters(&self) -> BTreeMap<&ClusterArn, BTreeSet<AccountUser>> {
        let mut clusters: BTreeMap<&ClusterArn, BTreeSet<AccountUser>> = BTreeMap::new();
        for cluster in self.usage.clusters() {
            clusters.entry(cluster).or_default();
        }
        for pod in &self.pods.known {
            let accounts = clusters.entry(&pod.account.cluster).or_default();
            accounts.insert(pod.account.clone());
        }
        for account in self.accounts() {
            if let Some(accounts) = clusters.get_mut(&account.cluster) {
                accounts.insert(account);
            }
        }
        clusters
    }

    /// Namespaces, each of its own cluster.
    pub fn namespaces(&self) -> BTreeSet<(ClusterArn, Text)> {
        let accounts = self.clusters().into_values().flatten();
        accounts
            .map(|account| (account.cluster, account.namespace))
            .collect()
    }

    /// What makes the pods, each with its namespace.
    pub fn workloads(&self) -> BTreeSet<(&ClusterArn, &Text, &Text)> {
        let pods = self.pods.known.iter();
        pods.filter_map(|pod| {
            let workload = pod.workload.as_ref()?;
            Some((&pod.account.cluster, &pod.account.namespace, workload))
        })
        .collect()
    }

    pub fn tally(&self) -> PodTally {
        let mut tally = PodTally::default();
        for pod in &self.pods.known {
            let count = match pod.acts {
                Verdict::Yes => &mut tally.acting,
                Verdict::Unknown => &mut tally.unknown,
                Verdict::No => &mut tally.others,
            };
            *count += 1;
        }
        tally
    }

    /// Why there may be more than is known: each reason once, with what it is about.
    pub fn gaps(&self) -> Vec<(&'static str, &Gap)> {
        let usage = &self.usage;
        let all = [
            ("associations", &usage.associations.gap),
            ("associations with it as target role", &usage.targets.gap),
            ("annotated service accounts", &usage.service_accounts.gap),
            ("add-ons", &usage.addons.gap),
            ("pods", &self.pods.gap),
        ];
        let mut gaps: Vec<(&'static str, &Gap)> = Vec::new();
        for (what, gap) in all {
            let Some(gap) = gap else { continue };
            if gaps.iter().all(|(_, known)| known.reason() != gap.reason()) {
                gaps.push((what, gap));
            }
        }
        gaps
    }
}

/// Whether a container acts as a role, or gets through it to another; where another is likely, it does not.
fn acts_as(row: &ContainerRow<'_>, role: &str) -> Verdict {
    let is = |known: &Text| **known == *role;
    let certainty = row.verdict.certainty;
    match row.role() {
        Some(known) if is(&known.arn) || known.through.as_ref().is_some_and(is) => {
            if certainty == Certainty::Certain {
                Verdict::Yes
            } else {
                Verdict::Unknown
            }
        }
        Some(_) if certainty != Certainty::Unknown => Verdict::No,
        None if !row.is_role_unknown() => Verdict::No,
        Some(_) | None => Verdict::Unknown,
    }
}
