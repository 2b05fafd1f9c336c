//! Which logs are wanted, and what came of reading them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::Text;
use crate::model::diagnosis::Finding;

/// Whose logs are wanted, within one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogsOf {
    /// Service accounts by namespace and name.
    pub accounts: BTreeMap<(Text, Text), PodsOf>,
    /// Nodes whose agents are read, beside those of the nodes that the pods run on.
    pub nodes: BTreeSet<Text>,
}

impl LogsOf {
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.nodes.is_empty()
    }

    pub fn add(&mut self, namespace: Text, service_account: Text, pods: &[Text]) {
        let of = self
            .accounts
            .entry((namespace, service_account))
            .or_default();
        of.first.extend(pods.iter().cloned());
    }
}

/// Which pods of a service account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PodsOf {
    /// Those that are read before the others.
    pub first: BTreeSet<Text>,
    /// The others are not read at all.
    pub only: bool,
}

/// What logs said, which were looked through, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogsRead {
    pub at: Timestamp,
    pub looked: Vec<Looked>,
    /// The worst first; what could not be read is among them, as what is not known.
    pub findings: Vec<Finding>,
}

/// A log that was looked through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Looked {
    /// Set where it is the agent of that node.
    pub agent_of: Option<Text>,
    pub namespace: Text,
    pub pod: Text,
    pub container: Text,
    /// How many lines there were at its end; `None` where the container has no log, as before it starts.
    pub lines: Option<usize>,
}
