//! Which rows rest on something that has changed, so that one pod that comes does not cost twenty thousand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::Text;
use crate::model::census::Census;
use crate::model::kubernetes::KubeId;
use crate::model::pod::Pod;

type Name = (Text, Text);

/// Rows to make anew.
#[derive(Debug, Clone, Default)]
pub(super) struct Stale {
    pub(super) everything: bool,
    /// By namespace and name; with all its pods, or by itself.
    pub(super) accounts: BTreeMap<Name, bool>,
    pub(super) pods: BTreeSet<Name>,
    /// Containers that may be gone, by pod.
    pub(super) gone: BTreeMap<Name, BTreeSet<Text>>,
}

impl Stale {
    pub(super) fn is_none(&self) -> bool {
        !self.everything && self.accounts.is_empty() && self.pods.is_empty()
    }

    pub(super) fn all(&mut self) {
        *self = Self {
            everything: true,
            ..Self::default()
        };
    }

    /// A service account, and its pods.
    pub(super) fn account(&mut self, namespace: Text, name: Text) {
        if !self.everything {
            self.accounts.insert((namespace, name), true);
        }
    }

    /// Notes that an object has changed; called after the census took the change, with the pod as it was.
    pub(super) fn note(&mut self, census: &Census, id: &KubeId, before: Option<&Arc<Pod>>) {
        if self.everything {
            return;
        }
        match id {
            // What a node is decides who its pods are.
            KubeId::Node { name } => self.pods_on(census, name),
            KubeId::ServiceAccount { namespace, name } => {
                self.account(namespace.clone(), name.clone());
            }
            KubeId::Pod { namespace, name } => {
                let now = census.pod(namespace, name);
                // So does the agent, on every pod of its node.
                let pods = before.into_iter().chain(now);
                let agents = pods.filter(|pod| pod.is_identity_agent());
                let nodes: BTreeSet<_> = agents.filter_map(|pod| pod.node.clone()).collect();
                for node in nodes {
                    self.pods_on(census, &node);
                }
                let id = (namespace.clone(), name.clone());
                for pod in before.into_iter().chain(now) {
                    let account = (pod.namespace.clone(), pod.service_account.clone());
                    self.accounts.entry(account).or_insert(false);
                }
                if let Some(pod) = before {
                    let names = pod.containers.iter().map(|c| c.name.clone());
                    self.gone.entry(id.clone()).or_default().extend(names);
                }
                self.pods.insert(id);
            }
        }
    }

    /// The pods of a node; to search for them costs little beside making the rows of all.
    fn pods_on(&mut self, census: &Census, node: &str) {
        for pod in census.pods() {
            if pod.node.as_deref() == Some(node) {
                self.pods.insert((pod.namespace.clone(), pod.name.clone()));
                let account = (pod.namespace.clone(), pod.service_account.clone());
                self.accounts.entry(account).or_insert(false);
            }
        }
    }
}

/// A pod as a census knows it, if an id names one.
pub(super) fn pod(census: &Census, id: &KubeId) -> Option<Arc<Pod>> {
    match id {
        KubeId::Pod { namespace, name } => census.pod(namespace, name).cloned(),
        KubeId::ServiceAccount { .. } | KubeId::Node { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod_on(node: &str, namespace: &str, name: &str, owner: &str) -> Pod {
        let owners = json!([{"kind": "DaemonSet", "name": owner, "controller": true}]);
        Pod::decode(&json!({
            "metadata": {"namespace": namespace, "name": name, "ownerReferences": owners},
            "spec": {"serviceAccountName": "api", "nodeName": node, "containers": [{"name": "app"}]},
        }))
        .unwrap()
    }

    #[test]
    fn a_node_and_its_agent_concern_its_own_pods_alone() {
        let mut census = Census::new();
        for (node, namespace, name, owner) in [
            ("n1", "shop", "one", "web"),
            ("n1", "kube-system", "agent", "eks-pod-identity-agent"),
            ("n2", "shop", "two", "web"),
        ] {
            census.apply(pod_on(node, namespace, name, owner));
        }
        let name = |namespace: &str, name: &str| -> Name { (namespace.into(), name.into()) };
        let node = KubeId::Node { name: "n1".into() };
        let agent = KubeId::Pod {
            namespace: "kube-system".into(),
            name: "agent".into(),
        };
        for id in [node, agent] {
            let before = pod(&census, &id);
            let mut stale = Stale::default();
            stale.note(&census, &id, before.as_ref());
            assert!(!stale.everything, "{id:?}");
            let pods = [name("kube-system", "agent"), name("shop", "one")];
            assert_eq!(stale.pods, pods.into());
            let accounts = [name("kube-system", "api"), name("shop", "api")];
            assert_eq!(
                stale.accounts,
                accounts.map(|account| (account, false)).into()
            );
        }
    }
}
