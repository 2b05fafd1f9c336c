//! A small healthy cluster: one association, one pod, one node, one agent. Cases change one thing of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use roledex::model::addon::{Addon, AddonKey};
use roledex::model::association::{Association, AssociationDetail, AssociationKey};
use roledex::model::census::{Census, Part, Scope};
use roledex::model::diagnosis::{
    DaemonSet, Diagnosis, Evidence, Expression, NetworkPolicy, Selector, Webhook, WebhookEntry,
    diagnose,
};
use roledex::model::node::Node;
use roledex::model::pod::Pod;
use roledex::model::preflight::{Decision, Simulated};
use roledex::model::service_account::ServiceAccount;
use roledex::model::{Cluster, ClusterArn, Failure, FailureKind, Learned, Region};
use serde_json::{Value, json};

pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/nodes";
pub(super) const OPT_OUT: &str = "eks.amazonaws.com/skip-pod-identity-webhook";

#[derive(Clone)]
pub(super) struct World {
    pub(super) evidence: Evidence,
    pub(super) scope: Scope,
    pub(super) accounts: Vec<Value>,
    pub(super) pods: Vec<Value>,
    pub(super) nodes: Vec<Value>,
    /// The node of each pod of the agent, and whether that is ready.
    pub(super) agents: Vec<(&'static str, bool)>,
    /// What may not be listed.
    pub(super) denied: Vec<Part>,
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl World {
    pub(super) fn healthy() -> Self {
        let arn = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo");
        let mut evidence = Evidence::nothing(arn.clone(), time("2026-11-21T12:00:00Z"));
        evidence.cluster = Learned::Known(Cluster {
            status: Some("ACTIVE".into()),
            version: Some("1.33".into()),
            platform_version: Some("eks.5".into()),
            ..Cluster::default()
        });
        evidence.node_roles.group("general".into(), ROLE.into());
        evidence.node_permissions = BTreeMap::from([(ROLE.into(), simulated(Decision::Allowed))]);
        evidence.addons = Learned::Known(vec![addon("eks-pod-identity-agent", "ACTIVE")]);
        evidence.daemon_sets = Learned::Known(vec![
            daemon_set("eks-pod-identity-agent", 1, 1),
            daemon_set("aws-node", 1, 1),
        ]);
        evidence.network_policies = Learned::Known(vec![]);
        evidence.webhook = Learned::Known(Webhook {
            entries: vec![entry()],
        });
        let mut world = Self {
            evidence,
            scope: Scope::default(),
            accounts: vec![account("payments", "api")],
            pods: vec![pod("api-1", "api")],
            nodes: vec![node("n1", "ec2")],
            agents: vec![("n1", true)],
            denied: vec![],
        };
        world.associate("payments", "api", "2026-11-21T10:00:00Z");
        world
    }

    pub(super) fn associate(&mut self, namespace: &str, account: &str, created: &str) {
        let key = AssociationKey {
            cluster: self.evidence.arn.clone(),
            id: format!("a-{namespace}-{account}").into(),
        };
        let detail = AssociationDetail {
            role: Some("arn:aws:iam::111122223333:role/api".into()),
            created: Some(time(created)),
            modified: Some(time(created)),
            ..AssociationDetail::default()
        };
        self.evidence
            .details
            .insert(key.id.clone(), Learned::Known(detail));
        let association = Association {
            key,
            namespace: namespace.into(),
            service_account: account.into(),
            arn: None,
            owner: None,
        };
        match &mut self.evidence.associations {
            Learned::Known(known) => known.push(association),
            other => *other = Learned::Known(vec![association]),
        }
        let count = self.evidence.associations.known().unwrap().len();
        self.evidence.association_count = Learned::Known(count);
    }

    pub(super) fn evidence(&self) -> Evidence {
        let mut census = Census::of(self.scope.clone());
        for part in Part::ALL {
            census.restart(part);
        }
        let is_read = |part: Part| !self.denied.contains(&part);
        if is_read(Part::ServiceAccounts) {
            for account in &self.accounts {
                census.apply(ServiceAccount::decode(account).unwrap());
            }
        }
        if is_read(Part::Pods) {
            for pod in &self.pods {
                census.apply(Pod::decode(pod).unwrap());
            }
        }
        if is_read(Part::Nodes) {
            for node in &self.nodes {
                census.apply(Node::decode(node).unwrap());
            }
        }
        if is_read(Part::Agents) {
            for (node, ready) in &self.agents {
                census.apply(agent(node, *ready));
            }
        }
        for part in Part::ALL {
            if is_read(part) {
                census.synced(part);
            } else {
                let doing = format!("list {}", part.words());
                census.failed(part, &Failure::new(FailureKind::Denied, doing, "forbidden"));
            }
        }
        Evidence {
            census,
            ..self.evidence.clone()
        }
    }

    pub(super) fn diagnosis(&self) -> Diagnosis {
        diagnose(&self.evidence())
    }

    /// The first container of the first pod.
    pub(super) fn container(&mut self) -> &mut Value {
        &mut self.pods[0]["spec"]["containers"][0]
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        let env = self.container()["env"].as_array_mut().unwrap();
        env.retain(|variable| variable["name"] != name);
        env.push(json!({"name": name, "value": value}));
    }

    /// Takes away what the webhook writes.
    pub(super) fn not_injected(&mut self) {
        self.container()["env"] = json!([]);
        self.container()["volumeMounts"] = json!([]);
        self.pods[0]["spec"]["volumes"] = json!([]);
    }

    pub(super) fn webhook(&mut self) -> &mut WebhookEntry {
        match &mut self.evidence.webhook {
            Learned::Known(webhook) => &mut webhook.entries[0],
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn sets(&mut self) -> &mut Vec<DaemonSet> {
        match &mut self.evidence.daemon_sets {
            Learned::Known(sets) => sets,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn addons(&mut self) -> &mut Vec<Addon> {
        match &mut self.evidence.addons {
            Learned::Known(addons) => addons,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn addon(&mut self) -> &mut Addon {
        &mut self.addons()[0]
    }

    pub(super) fn cluster(&mut self) -> &mut Cluster {
        match &mut self.evidence.cluster {
            Learned::Known(cluster) => cluster,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn without_agent(&mut self) {
        self.evidence.addons = Learned::Known(vec![]);
        self.sets().retain(|set| &*set.name == "aws-node");
        self.agents.clear();
    }
}

pub(super) fn simulated(decision: Decision) -> Learned<Vec<Simulated>> {
    Learned::Known(vec![Simulated {
        action: "eks-auth:AssumeRoleForPodIdentity".into(),
        resource: "arn:aws:eks:eu-west-1:111122223333:cluster/demo".into(),
        decision,
        missing_context: vec![],
        by_organisation: None,
        by_boundary: None,
    }])
}

pub(super) fn addon(name: &str, status: &str) -> Addon {
    let cluster = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo");
    Addon {
        status: Some(status.into()),
        ..Addon::of(AddonKey {
            cluster,
            name: name.into(),
        })
    }
}

pub(super) fn daemon_set(name: &str, ready: u64, desired: u64) -> DaemonSet {
    DaemonSet {
        namespace: "kube-system".into(),
        name: name.into(),
        ready: Some(ready),
        desired: Some(desired),
        image: Some(format!("example/{name}:v1").into()),
        enforcing_mode: None,
    }
}

fn entry() -> WebhookEntry {
    WebhookEntry {
        name: "iam-for-pods.amazonaws.com".into(),
        failure_policy: Some("Ignore".into()),
        review_versions: vec!["v1beta1".into()],
        namespace_selector: Selector::default(),
        object_selector: Selector {
            expressions: vec![expression(OPT_OUT, "DoesNotExist", &[])],
            ..Selector::default()
        },
    }
}

pub(super) fn expression(key: &str, operator: &str, values: &[&str]) -> Expression {
    Expression {
        key: key.into(),
        operator: operator.into(),
        values: values.iter().map(|value| (*value).into()).collect(),
    }
}

/// A policy that lets the pods of a namespace out to names alone.
pub(super) fn names_alone(namespace: &str) -> NetworkPolicy {
    use roledex::model::diagnosis::{EgressRule, Port};
    NetworkPolicy {
        namespace: namespace.into(),
        name: "egress".into(),
        pods: Selector {
            labels: BTreeMap::from([("app".into(), "api".into())]),
            expressions: vec![],
        },
        is_egress: true,
        egress: vec![EgressRule {
            peers: vec![],
            ports: vec![Port {
                protocol: Some("UDP".into()),
                port: Some(53),
                end: None,
                named: None,
            }],
        }],
    }
}

pub(super) fn account(namespace: &str, name: &str) -> Value {
    json!({"metadata": {"namespace": namespace, "name": name, "uid": "u",
        "creationTimestamp": "2026-01-01T00:00:00Z"}})
}

/// A pod of a deployment, injected, an hour old, on the node `n1`.
pub(super) fn pod(name: &str, account: &str) -> Value {
    let directory = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount";
    json!({
        "metadata": {"namespace": "payments", "name": name, "uid": format!("uid-{name}"),
            "creationTimestamp": "2026-11-21T11:00:00Z",
            "labels": {"pod-template-hash": "5d4f8c7b9", "app": "api"}, "annotations": {},
            "ownerReferences": [{"kind": "ReplicaSet", "name": "api-5d4f8c7b9", "controller": true}]},
        "spec": {"serviceAccountName": account, "nodeName": "n1",
            "containers": [{"name": "app", "env": [
                {"name": "AWS_REGION", "value": "eu-west-1"},
                {"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": "http://169.254.170.23/v1/credentials"},
                {"name": "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "value": format!("{directory}/eks-pod-identity-token")},
            ], "volumeMounts": [{"name": "eks-pod-identity-token", "mountPath": directory}]}],
            "volumes": [{"name": "eks-pod-identity-token", "projected": {"sources": [{"serviceAccountToken":
                {"audience": "pods.eks.amazonaws.com", "path": "eks-pod-identity-token"}}]}}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    })
}

pub(super) fn node(name: &str, compute: &str) -> Value {
    json!({"metadata": {"name": name, "creationTimestamp": "2026-11-01T00:00:00Z", "labels": {
        "eks.amazonaws.com/compute-type": compute, "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64", "eks.amazonaws.com/nodegroup": "general"}}})
}

fn agent(node: &str, ready: bool) -> Pod {
    let ready = if ready { "True" } else { "False" };
    Pod::decode(&json!({
        "metadata": {"namespace": "kube-system", "name": format!("agent-{node}"),
            "labels": {"app.kubernetes.io/name": "eks-pod-identity-agent"},
            "ownerReferences": [{"kind": "DaemonSet", "name": "eks-pod-identity-agent", "controller": true}]},
        "spec": {"nodeName": node, "hostNetwork": true, "containers": [{"name": "agent"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
    }))
    .unwrap()
}
