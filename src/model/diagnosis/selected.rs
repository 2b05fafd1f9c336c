//! A diagnosis of some service accounts: whether they are there at all, and which findings concern them.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use super::finding::{Diagnosis, Finding, RuleId, Subject};
use crate::model::addon::AGENT;
use crate::model::census::{Part, Scope};
use crate::model::pod::Pod;
use crate::model::{Learned, Text};

/// Rules about the cluster that bring about nothing in a pod.
const APART: [RuleId; 3] = [
    RuleId("cluster-health"),
    RuleId("update-running"),
    RuleId("update-failed"),
];

/// Which of the names that were asked for are there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    pub namespaces: BTreeSet<Text>,
    pub service_accounts: BTreeSet<Text>,
    /// Whether anything at all of the scope is there.
    pub is_met: bool,
    /// Why there may be more of them.
    pub gap: Option<Text>,
}

/// What of a scope is there: associations, service accounts, pods, and namespaces even if they are empty.
pub fn reach(evidence: &Evidence) -> Reach {
    let scope = evidence.census.scope();
    let mut reach = Reach {
        gap: gap(evidence),
        ..Reach::default()
    };
    let associations = evidence.associations.known().into_iter().flatten();
    let associations = associations.map(|one| (&one.namespace, &one.service_account));
    let accounts = evidence.census.service_accounts();
    let accounts = accounts.map(|one| (&one.namespace, &one.name));
    let pods = evidence.census.pods();
    let pods = pods.map(|one| (&one.namespace, &one.service_account));
    for (namespace, account) in associations.chain(accounts).chain(pods) {
        if scope.covers(namespace, account) {
            reach.namespaces.insert(namespace.clone());
            reach.service_accounts.insert(account.clone());
            reach.is_met = true;
        }
    }
    let namespaces = evidence
        .namespaces
        .known()
        .into_iter()
        .flat_map(BTreeMap::keys);
    let named = namespaces.filter(|name| scope.namespaces.contains(name));
    for namespace in named {
        reach.namespaces.insert(namespace.clone());
        // Somebody who asks about a namespace is told that nothing is wrong in it even if it is empty.
        reach.is_met |= scope.service_accounts.is_empty();
    }
    reach
}

fn gap(evidence: &Evidence) -> Option<Text> {
    fn of<T>(learned: &Learned<T>) -> Option<Text> {
        learned.unknown().map(Into::into)
    }
    let census = &evidence.census;
    let parts = [census.gap(Part::ServiceAccounts), census.gap(Part::Pods)];
    of(&evidence.associations)
        .or_else(|| parts.into_iter().flatten().next().map(Into::into))
        .or_else(|| {
            let is_of_namespaces = !census.scope().namespaces.is_empty();
            is_of_namespaces.then(|| of(&evidence.namespaces)).flatten()
        })
}

/// Leaves out what concerns neither the service accounts of the scope nor what they stand on.
///
/// What meets everybody stays, such as a missing agent, and so does whatever brings about something that stays.
pub fn selected(mut diagnosis: Diagnosis, evidence: &Evidence) -> Diagnosis {
    let scope = evidence.census.scope();
    if scope.is_everything() {
        return diagnosis;
    }
    let ground = Ground::of(evidence, scope);
    let kept = diagnosis.findings.iter().map(|one| ground.concerns(one));
    let mut kept: Vec<bool> = kept.collect();
    loop {
        let causes: Vec<bool> = diagnosis
            .findings
            .iter()
            .zip(&kept)
            .map(|(finding, is_kept)| *is_kept || is_cause(finding, &diagnosis.findings, &kept))
            .collect();
        if causes == kept {
            break;
        }
        kept = causes;
    }
    let mut kept = kept.into_iter();
    diagnosis.findings.retain(|_| kept.next().unwrap_or(true));
    diagnosis
}

/// Whether it brings about one of those that are kept.
fn is_cause(cause: &Finding, all: &[Finding], kept: &[bool]) -> bool {
    let kept = all.iter().zip(kept).filter(|(_, is_kept)| **is_kept);
    kept.map(|(finding, _)| finding).any(|finding| {
        finding.cause == Some(cause.rule)
            && (cause.subject == Subject::Cluster
                || cause.subject == finding.subject
                || (cause.association.is_some() && cause.association == finding.association))
    })
}

/// What the service accounts of a scope stand on.
struct Ground<'a> {
    scope: &'a Scope,
    nodes: BTreeSet<&'a Text>,
    roles: BTreeSet<&'a Text>,
    /// Whether there may be more of them.
    is_open: bool,
}

impl<'a> Ground<'a> {
    fn of(evidence: &'a Evidence, scope: &'a Scope) -> Self {
        let census = &evidence.census;
        let pods = census.pods().map(AsRef::as_ref);
        let pods = pods.filter(|pod: &&Pod| scope.covers(&pod.namespace, &pod.service_account));
        let nodes: BTreeSet<&Text> = pods.filter_map(|pod| pod.node.as_ref()).collect();
        let mut roles = BTreeSet::new();
        let bindings = evidence.associations.known().into_iter().flatten();
        let bindings = bindings.filter(|one| scope.covers(&one.namespace, &one.service_account));
        for detail in bindings.filter_map(|association| evidence.details.get(&association.key.id)) {
            let roles_of = detail.known().map(|one| [&one.role, &one.target_role]);
            roles.extend(roles_of.into_iter().flatten().flatten());
        }
        for account in census.service_accounts() {
            if scope.covers(&account.namespace, &account.name) {
                roles.extend(&account.role_arn);
            }
        }
        for node in census.nodes().filter(|node| nodes.contains(&node.name)) {
            roles.extend(evidence.node_roles.role(node));
        }
        Self {
            scope,
            nodes,
            roles,
            is_open: gap(evidence).is_some(),
        }
    }

    fn concerns(&self, finding: &Finding) -> bool {
        match &finding.subject {
            Subject::Account {
                namespace,
                service_account,
            } => self.scope.covers(namespace, service_account),
            Subject::Addon(name) => **name == *AGENT,
            Subject::Update { .. } => false,
            Subject::Node(name) => self.is_open || self.nodes.contains(name),
            Subject::Role(arn) => self.is_open || self.roles.contains(arn),
            // What is not known of several is told of the cluster.
            Subject::Cluster => !APART.contains(&finding.rule),
        }
    }
}
