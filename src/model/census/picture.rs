//! A census with what AWS said: the one place where evidence for the rules of identity is put together.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::account::AccountRow;
use super::container::ContainerRow;
use super::{Associations, Census, NodeRoles, Part};
use crate::model::Text;
use crate::model::identity::{
    Agent, Associated, Doubt, Evidence, Fact, Mechanism, Tally, Verdict, effective, injection_of,
    of_new_pods, staleness_of,
};
use crate::model::node::Node;
use crate::model::pod::Pod;
use crate::model::service_account::ServiceAccount;

/// All that is known of who the pods of one cluster are.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    pub census: &'a Census,
    pub associations: &'a Associations<'a>,
    pub roles: &'a NodeRoles,
    pub now: Timestamp,
}

/// Everything that speaks for an answer, against it, and besides; one sentence each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    pub reasons: Vec<String>,
    /// With what could not be read, and why.
    pub doubts: Vec<String>,
    pub notes: Vec<String>,
}

impl<'a> Picture<'a> {
    /// One row for each service account, and for each association without one; by namespace and name.
    pub fn accounts(&self) -> Vec<AccountRow<'a>> {
        let mut rows = Vec::with_capacity(self.census.count(Part::ServiceAccounts));
        let mut others: BTreeSet<(&'a Text, &'a Text)> = BTreeSet::new();
        for associated in self.associations.iter() {
            let association = associated.association;
            others.insert((&association.namespace, &association.service_account));
        }
        if !self.census.is_read(Part::ServiceAccounts) {
            others.extend(self.census.used_accounts());
        }
        for account in self.census.service_accounts() {
            others.remove(&(&account.namespace, &account.name));
            rows.push(self.account_row(&account.namespace, &account.name, Fact::Present(account)));
        }
        for (namespace, name) in others {
            let account = self.census.service_account(namespace, name);
            rows.push(self.account_row(namespace, name, account));
        }
        rows.sort_by(|one, other| one.id().cmp(&other.id()));
        rows
    }

    /// The row of one service account; `None` where nothing is known of it, not even by an association.
    pub fn account(&self, namespace: &str, name: &str) -> Option<AccountRow<'a>> {
        let account = self.census.service_account(namespace, name);
        if let Fact::Present(present) = account {
            return Some(self.account_row(&present.namespace, &present.name, account));
        }
        if let Fact::Present(associated) = self.associations.of(namespace, name) {
            let association = associated.association;
            let (namespace, name) = (&association.namespace, &association.service_account);
            return Some(self.account_row(namespace, name, account));
        }
        let pod = self.census.pods_of(namespace, name).next()?;
        Some(self.account_row(&pod.namespace, &pod.service_account, account))
    }

    /// The rows of all containers, by namespace and pod, then in the order of the pod.
    pub fn containers(&self) -> impl Iterator<Item = ContainerRow<'a>> {
        self.census.pods().flat_map(|pod| self.containers_of(pod))
    }

    pub fn containers_of(&self, pod: &'a Pod) -> Vec<ContainerRow<'a>> {
        let evidence = self.evidence(pod);
        let verdicts = effective(&evidence);
        let workload = pod.workload();
        let rows = pod.containers.iter().zip(verdicts);
        rows.map(|(container, verdict)| ContainerRow {
            pod,
            verdict,
            injection: injection_of(&evidence, container),
            staleness: staleness_of(&evidence, container),
            node: evidence.node,
            workload: workload.clone(),
            association: evidence.association,
        })
        .collect()
    }

    /// What the rules may look at for a pod.
    pub fn evidence<'p>(&self, pod: &'p Pod) -> Evidence<'p>
    where
        'a: 'p,
    {
        let (namespace, account) = (&*pod.namespace, &*pod.service_account);
        self.evidence_with(
            pod,
            self.census.service_account(namespace, account),
            self.associations.of(namespace, account),
        )
    }

    fn evidence_with<'p>(
        &self,
        pod: &'p Pod,
        service_account: Fact<&'a ServiceAccount>,
        association: Fact<Associated<'a>>,
    ) -> Evidence<'p>
    where
        'a: 'p,
    {
        let node: Fact<&'a Node> = match &pod.node {
            Some(name) => self.census.node(name),
            None => Fact::Absent,
        };
        let agent = pod.node.as_ref().map(|name| self.census.agent_on(name));
        Evidence {
            pod,
            service_account,
            association,
            node,
            agent: agent.unwrap_or(Agent::Unknown),
            node_role: node.present().and_then(|node| self.roles.role(node)),
            now: self.now,
        }
    }

    fn account_row(
        &self,
        namespace: &'a Text,
        name: &'a Text,
        account: Fact<&'a ServiceAccount>,
    ) -> AccountRow<'a> {
        let association = self.associations.of(namespace, name);
        let tally = self.census.is_read(Part::Pods).then(|| {
            let mut tally = Tally::default();
            for pod in self.census.pods_of(namespace, name) {
                tally.add(&self.evidence_with(pod, account, association));
            }
            tally
        });
        AccountRow {
            namespace,
            name,
            account,
            association,
            new_pods: of_new_pods(account, association, self.now),
            tally,
        }
    }

    /// Everything about a row of the service accounts.
    pub fn explain_account(&self, row: &AccountRow<'_>) -> Explanation {
        let mut explanation = row.explanation();
        let mut unread = Vec::new();
        if row.account.is_unknown() {
            unread.extend(self.census.gap(Part::ServiceAccounts));
        }
        if row.association.is_unknown() {
            unread.extend(self.associations.gap().map(str::to_owned));
        }
        match row.tally {
            None => unread.extend(self.census.gap(Part::Pods)),
            Some(tally) if tally.unknown > 0 => unread.extend(self.census.gap(Part::Nodes)),
            Some(_) => {}
        }
        explanation.doubts.extend(unread);
        explanation
    }

    /// Everything about a row of the pods.
    pub fn explain_container(&self, row: &ContainerRow<'_>) -> Explanation {
        let mut explanation = row.explanation();
        explanation.doubts.extend(self.gaps(&row.verdict));
        if row.verdict.mechanism == Mechanism::NodeRole && row.role().is_none() {
            let node = row.node.present();
            let gap = node.and_then(|node| self.roles.gap(node));
            explanation
                .doubts
                .extend(gap.map(|failure| format!("the role of its node is not known: {failure}")));
        }
        if self
            .census
            .service_account(&row.pod.namespace, &row.pod.service_account)
            == Fact::Unknown
        {
            explanation
                .notes
                .extend(self.census.gap(Part::ServiceAccounts));
        }
        explanation
    }

    /// Why what a verdict does not know was not read.
    pub fn gaps(&self, verdict: &Verdict) -> Vec<String> {
        let mut gaps = Vec::new();
        for doubt in &verdict.doubts {
            let gap = match doubt {
                Doubt::NodeUnknown => self.census.gap(Part::Nodes),
                Doubt::AgentUnknown => self.census.gap(Part::Agents),
                Doubt::AssociationUnknown => self.associations.gap().map(str::to_owned),
                _ => None,
            };
            gaps.extend(gap);
        }
        gaps.dedup();
        gaps
    }
}
