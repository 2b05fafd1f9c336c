//! What is known when the rule is asked.

use jiff::Timestamp;

use crate::model::Text;
use crate::model::association::{Association, AssociationDetail};
use crate::model::node::{Compute, Node};
use crate::model::pod::Pod;
use crate::model::service_account::ServiceAccount;

/// A thing that was looked for: not known is not the same as not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<T> {
    /// Not asked for, or the answer was refused.
    Unknown,
    Absent,
    Present(T),
}

impl<T> Fact<T> {
    pub fn present(self) -> Option<T> {
        match self {
            Self::Present(value) => Some(value),
            Self::Unknown | Self::Absent => None,
        }
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Takes a value for another thing as not known: that is a mistake of whoever gathered it, not an absence.
    fn only(self, is_meant: impl FnOnce(&T) -> bool) -> Self {
        match self {
            Self::Present(value) if !is_meant(&value) => Self::Unknown,
            fact => fact,
        }
    }
}

/// An association, and its detail once it was described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Associated<'a> {
    pub association: &'a Association,
    pub detail: Option<&'a AssociationDetail>,
}

/// The agent of EKS Pod Identity on the pod's own node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Agent {
    Unknown,
    Missing,
    NotReady,
    Running,
}

/// All that the rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub pod: &'a Pod,
    pub service_account: Fact<&'a ServiceAccount>,
    pub association: Fact<Associated<'a>>,
    pub node: Fact<&'a Node>,
    pub agent: Agent,
    /// The role of the node's instance.
    pub node_role: Option<&'a Text>,
    pub now: Timestamp,
}

impl<'a> Evidence<'a> {
    /// Evidence of which only the pod is known.
    pub fn of(pod: &'a Pod, now: Timestamp) -> Self {
        Self {
            pod,
            service_account: Fact::Unknown,
            association: Fact::Unknown,
            node: Fact::Unknown,
            agent: Agent::Unknown,
            node_role: None,
            now,
        }
    }

    pub(super) fn service_account(&self) -> Fact<&'a ServiceAccount> {
        self.service_account.only(|account| {
            account.namespace == self.pod.namespace && account.name == self.pod.service_account
        })
    }

    pub(super) fn association(&self) -> Fact<Associated<'a>> {
        self.association.only(|associated| {
            let association = associated.association;
            association.namespace == self.pod.namespace
                && association.service_account == self.pod.service_account
        })
    }

    /// The node; one that is gone tells as little as one that was not read.
    pub(super) fn node(&self) -> Option<&'a Node> {
        self.node
            .present()
            .filter(|node| self.pod.node.as_ref() == Some(&node.name))
    }

    pub(super) fn machine(&self) -> Machine {
        if self.pod.is_on_fargate() {
            return Machine::Fargate;
        }
        let node = self.node();
        if let Some(Compute::Fargate) = node.map(|node| &node.compute) {
            return Machine::Fargate;
        }
        if self.pod.os.as_deref() == Some("windows") || node.is_some_and(Node::is_windows) {
            return Machine::Windows;
        }
        match node.map(|node| &node.compute) {
            Some(Compute::Ec2) => Machine::Ec2,
            Some(Compute::Auto) => Machine::Auto,
            Some(Compute::Hybrid) => Machine::Hybrid,
            Some(Compute::Fargate) => Machine::Fargate,
            Some(Compute::Other(_)) | None => Machine::Unknown,
        }
    }
}

/// What the pod runs on, as far as it decides who answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Machine {
    /// Linux.
    Ec2,
    /// Linux, with the agent built in.
    Auto,
    Hybrid,
    Fargate,
    Windows,
    Unknown,
}
