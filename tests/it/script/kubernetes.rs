//! What Kubernetes says, as data.

use roledex::app::{Request, Step, Ticket};
use roledex::model::ClusterArn;
use roledex::model::kubernetes::{KubeId, KubeObject, WatchEvent, WatchedKind};
use roledex::model::node::Node;
use roledex::model::pod::Pod;
use roledex::model::service_account::ServiceAccount;
use serde_json::{Value, json};

use super::{ACCOUNT, Script};

const TOKEN: &str = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token";

/// A service account, annotated with a role if one is named.
pub(crate) fn account(namespace: &str, name: &str, role: Option<&str>) -> KubeObject {
    let mut metadata = json!({
        "namespace": namespace, "name": name, "creationTimestamp": "2026-10-01T00:00:00Z",
    });
    if let Some(role) = role {
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
        metadata["annotations"] = json!({ "eks.amazonaws.com/role-arn": arn });
    }
    ServiceAccount::decode(&json!({ "metadata": metadata }))
        .unwrap()
        .into()
}

/// A running pod of one container, with or without what the webhook writes.
pub(crate) fn pod(namespace: &str, name: &str, account: &str, injected: bool) -> KubeObject {
    let mut spec = json!({
        "serviceAccountName": account, "nodeName": "node-1", "containers": [{"name": "app"}],
    });
    if injected {
        spec["containers"][0]["env"] = json!([
            {"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": "http://169.254.170.23/v1/credentials"},
            {"name": "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "value": TOKEN},
        ]);
        let directory = TOKEN.rsplit_once('/').unwrap().0;
        spec["containers"][0]["volumeMounts"] = json!([
            {"name": "eks-pod-identity-token", "mountPath": directory, "readOnly": true},
        ]);
        let token = json!({"audience": "pods.eks.amazonaws.com", "expirationSeconds": 86_400, "path": "eks-pod-identity-token"});
        spec["volumes"] = json!([
            {"name": "eks-pod-identity-token", "projected": {"sources": [{"serviceAccountToken": token}]}},
        ]);
    }
    let owner = json!([{"kind": "ReplicaSet", "name": "web-6f9c", "controller": true}]);
    decode(&json!({
        "metadata": {
            "namespace": namespace, "name": name, "uid": name, "ownerReferences": owner,
            "creationTimestamp": "2026-11-20T12:00:00Z", "labels": {"pod-template-hash": "6f9c"},
        },
        "spec": spec,
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }))
}

fn decode(value: &Value) -> KubeObject {
    Pod::decode(value).unwrap().into()
}

/// The agent of EKS Pod Identity on the node of all pods.
pub(crate) fn agent() -> KubeObject {
    decode(&json!({
        "metadata": {
            "namespace": "kube-system", "name": "eks-pod-identity-agent-x", "uid": "agent",
            "creationTimestamp": "2026-10-01T00:00:00Z",
            "ownerReferences": [{"kind": "DaemonSet", "name": "eks-pod-identity-agent", "controller": true}],
        },
        "spec": {"nodeName": "node-1", "hostNetwork": true, "containers": [{"name": "agent"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }))
}

pub(crate) fn node() -> KubeObject {
    Node::decode(&json!({
        "metadata": {"name": "node-1", "labels": {
            "eks.amazonaws.com/nodegroup": "general", "kubernetes.io/os": "linux",
        }},
        "spec": {"providerID": "aws:///eu-west-1a/i-0123456789abcdef0"},
    }))
    .unwrap()
    .into()
}

pub(crate) fn gone(object: &KubeObject) -> WatchEvent {
    WatchEvent::Deleted(object.id())
}

pub(crate) fn pod_id(namespace: &str, name: &str) -> KubeId {
    KubeId::Pod {
        namespace: namespace.into(),
        name: name.into(),
    }
}

/// Complete lists of everything: the given objects, the agent and the node.
pub(crate) fn world(objects: Vec<KubeObject>) -> Vec<(WatchedKind, WatchEvent)> {
    let mut events = Vec::new();
    let all: Vec<_> = objects.into_iter().chain([agent(), node()]).collect();
    for kind in WatchedKind::ALL {
        events.push((kind, WatchEvent::Restarted));
        let here = all.iter().filter(|object| object.kind() == kind);
        events.extend(here.map(|object| (kind, WatchEvent::Applied(object.clone()))));
        events.push((kind, WatchEvent::Synced));
    }
    events
}

impl Script {
    /// The open list or watch of a cluster.
    pub(crate) fn kubernetes(&self, arn: &ClusterArn) -> Ticket {
        self.ticket(|request| match request {
            Request::ListKubernetes(of) | Request::WatchKubernetes(of) => of.cluster == *arn,
            _ => false,
        })
    }

    /// Says something under the open list or watch of a cluster.
    pub(crate) fn say(&mut self, arn: &ClusterArn, events: Vec<(WatchedKind, WatchEvent)>) {
        let ticket = self.kubernetes(arn);
        self.step(ticket, Step::Kubernetes(events));
    }

    /// Clusters whose Kubernetes is being listed, and those that are watched.
    pub(crate) fn reads(&self) -> (Vec<String>, Vec<String>) {
        let (mut listed, mut watched) = (Vec::new(), Vec::new());
        for request in self.open() {
            match request {
                Request::ListKubernetes(of) => listed.push(of.cluster.name().to_owned()),
                Request::WatchKubernetes(of) => watched.push(of.cluster.name().to_owned()),
                _ => {}
            }
        }
        (listed, watched)
    }
}
