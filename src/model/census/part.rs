//! What is read by a list of its own.

use crate::model::kubernetes::WatchedKind;

/// A part of a census that is read by lists of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    ServiceAccounts,
    Pods,
    Nodes,
    /// The pods of the agent; in a census of the whole cluster they are among its pods.
    Agents,
}

impl Part {
    pub const ALL: [Self; 4] = [Self::ServiceAccounts, Self::Pods, Self::Nodes, Self::Agents];

    /// The plural in words: "service accounts".
    pub fn words(self) -> &'static str {
        match self {
            Self::ServiceAccounts => WatchedKind::ServiceAccounts.words(),
            Self::Pods => WatchedKind::Pods.words(),
            Self::Nodes => WatchedKind::Nodes.words(),
            Self::Agents => "pods of the agent",
        }
    }
}

impl From<WatchedKind> for Part {
    fn from(kind: WatchedKind) -> Self {
        match kind {
            WatchedKind::ServiceAccounts => Self::ServiceAccounts,
            WatchedKind::Pods => Self::Pods,
            WatchedKind::Nodes => Self::Nodes,
        }
    }
}
