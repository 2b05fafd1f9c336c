//! What lists and watches of a cluster's Kubernetes say, one thing at a time.

use std::fmt;

use crate::model::node::Node;
use crate::model::pod::Pod;
use crate::model::service_account::ServiceAccount;
use crate::model::{Failure, Text};

/// The kinds of objects that are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WatchedKind {
    ServiceAccounts,
    Pods,
    Nodes,
}

impl WatchedKind {
    pub const ALL: [Self; 3] = [Self::ServiceAccounts, Self::Pods, Self::Nodes];

    /// The name of the resource, as in URLs and RBAC rules.
    pub fn resource(self) -> &'static str {
        match self {
            Self::ServiceAccounts => "serviceaccounts",
            Self::Pods => "pods",
            Self::Nodes => "nodes",
        }
    }

    /// The plural in words: "service accounts".
    pub fn words(self) -> &'static str {
        match self {
            Self::ServiceAccounts => "service accounts",
            Self::Pods => "pods",
            Self::Nodes => "nodes",
        }
    }
}

/// An object of any watched kind, trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KubeObject {
    ServiceAccount(ServiceAccount),
    Pod(Pod),
    Node(Node),
}

impl KubeObject {
    pub fn kind(&self) -> WatchedKind {
        match self {
            Self::ServiceAccount(_) => WatchedKind::ServiceAccounts,
            Self::Pod(_) => WatchedKind::Pods,
            Self::Node(_) => WatchedKind::Nodes,
        }
    }

    pub fn id(&self) -> KubeId {
        match self {
            Self::ServiceAccount(account) => KubeId::ServiceAccount {
                namespace: account.namespace.clone(),
                name: account.name.clone(),
            },
            Self::Pod(pod) => KubeId::Pod {
                namespace: pod.namespace.clone(),
                name: pod.name.clone(),
            },
            Self::Node(node) => KubeId::Node {
                name: node.name.clone(),
            },
        }
    }
}

impl From<ServiceAccount> for KubeObject {
    fn from(account: ServiceAccount) -> Self {
        Self::ServiceAccount(account)
    }
}

impl From<Pod> for KubeObject {
    fn from(pod: Pod) -> Self {
        Self::Pod(pod)
    }
}

impl From<Node> for KubeObject {
    fn from(node: Node) -> Self {
        Self::Node(node)
    }
}

/// What an object is called within its cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KubeId {
    ServiceAccount { namespace: Text, name: Text },
    Pod { namespace: Text, name: Text },
    Node { name: Text },
}

impl KubeId {
    pub fn kind(&self) -> WatchedKind {
        match self {
            Self::ServiceAccount { .. } => WatchedKind::ServiceAccounts,
            Self::Pod { .. } => WatchedKind::Pods,
            Self::Node { .. } => WatchedKind::Nodes,
        }
    }
}

impl fmt::Display for KubeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServiceAccount { namespace, name } | Self::Pod { namespace, name } => {
                write!(f, "{namespace}/{name}")
            }
            Self::Node { name } => f.write_str(name),
        }
    }
}

/// What a watch says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchEvent {
    /// A list begins: what is not named until [`WatchEvent::Synced`] is gone.
    Restarted,
    Applied(KubeObject),
    Deleted(KubeId),
    /// The list is complete and everything is known as it is now.
    ///
    /// Told again when a watch that failed goes on without a new list, because nothing else would tell that
    /// the trouble is over.
    Synced,
    /// An object that could not be decoded, in words; what was known of it is no longer so.
    Unreadable {
        /// Which one it is, if at least that can be read and it may be known already.
        id: Option<KubeId>,
        words: String,
    },
    /// The watch does not know what goes on; it tries again by itself.
    Failed(Failure),
}
