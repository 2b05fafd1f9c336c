//! Pods and what is known around them, in words.

use jiff::{SignedDuration, Timestamp};
use roledex::model::arn::ClusterArn;
use roledex::model::association::{Association, AssociationDetail, AssociationKey};
use roledex::model::identity::{Agent, Associated, Evidence, Fact, Verdict, effective};
use roledex::model::node::Node;
use roledex::model::pod::Pod;
use roledex::model::service_account::ServiceAccount;
use roledex::model::{Region, Text};
use serde_json::{Value, json};

pub(super) const POD_ROLE: &str = "arn:aws:iam::111122223333:role/pod";
pub(super) const IRSA_ROLE: &str = "arn:aws:iam::111122223333:role/irsa";
pub(super) const HAND_ROLE: &str = "arn:aws:iam::111122223333:role/hand";
const NODE_ROLE: &str = "arn:aws:iam::111122223333:role/node";
const POD_TOKEN: &str =
    "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token";

pub(super) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

/// When every pod was created: a day ago.
pub(super) fn born() -> Timestamp {
    now() - SignedDuration::from_hours(24)
}

/// A container in the making.
#[derive(Debug, Clone)]
pub(super) struct C {
    pub(super) list: &'static str,
    name: String,
    env: Vec<Value>,
    env_from: Vec<Value>,
    mounts: Vec<Value>,
}

pub(super) fn main() -> C {
    C {
        list: "containers",
        name: "app".to_owned(),
        env: Vec::new(),
        env_from: Vec::new(),
        mounts: Vec::new(),
    }
}

impl C {
    pub(super) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    pub(super) fn kind(mut self, list: &'static str) -> Self {
        self.list = list;
        self
    }

    pub(super) fn var(mut self, name: &str, value: &str) -> Self {
        self.env.push(json!({"name": name, "value": value}));
        self
    }

    pub(super) fn secret(mut self, name: &str, optional: bool) -> Self {
        let key = json!({"name": "aws", "key": "k", "optional": optional});
        self.env
            .push(json!({"name": name, "valueFrom": {"secretKeyRef": key}}));
        self
    }

    pub(super) fn env_from(mut self, prefix: &str) -> Self {
        self.env_from
            .push(json!({"prefix": prefix, "secretRef": {"name": "settings"}}));
        self
    }

    pub(super) fn mount(mut self, volume: &str, path: &str) -> Self {
        self.mounts.push(json!({"name": volume, "mountPath": path}));
        self
    }

    /// As the webhook writes it for EKS Pod Identity.
    pub(super) fn pod_identity(self) -> Self {
        self.agent_at("http://169.254.170.23/v1/credentials")
    }

    pub(super) fn agent_at(self, uri: &str) -> Self {
        self.var("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)
            .var("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", POD_TOKEN)
            .mount(
                "eks-pod-identity-token",
                "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount",
            )
    }

    /// As the webhook writes it for IRSA.
    pub(super) fn irsa(self) -> Self {
        let directory = "/var/run/secrets/eks.amazonaws.com/serviceaccount";
        self.var("AWS_ROLE_ARN", IRSA_ROLE)
            .var("AWS_WEB_IDENTITY_TOKEN_FILE", &format!("{directory}/token"))
            .mount("aws-iam-token", directory)
    }

    pub(super) fn web_by_hand(self) -> Self {
        self.var("AWS_ROLE_ARN", HAND_ROLE)
            .var("AWS_WEB_IDENTITY_TOKEN_FILE", "/tokens/aws")
    }

    pub(super) fn keys(self) -> Self {
        self.var("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .var("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    }

    /// A Secret at `~/.aws`.
    pub(super) fn aws_files(self) -> Self {
        self.mount("aws-files", "/root/.aws")
    }

    pub(super) fn json(&self) -> Value {
        json!({"name": self.name, "env": self.env, "envFrom": self.env_from, "volumeMounts": self.mounts})
    }
}

/// A pod, and what is known around it.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) pod: Value,
    pub(super) account: Fact<ServiceAccount>,
    pub(super) association: Fact<(Association, Option<AssociationDetail>)>,
    pub(super) node: Fact<Node>,
    pub(super) agent: Agent,
    pub(super) node_role: Text,
}

/// A pod on a Linux instance with a running agent, and with a described association two days old.
pub(super) fn associated(containers: impl IntoIterator<Item = C>) -> Case {
    let mut pod = json!({
        "metadata": {"namespace": "payments", "name": "api-1", "uid": "u-1",
            "creationTimestamp": born().to_string(), "labels": {}, "annotations": {}},
        "spec": {"serviceAccountName": "api", "nodeName": "ip-10-0-0-1", "volumes": [
            {"name": "eks-pod-identity-token", "projected": {"sources": [{"serviceAccountToken":
                {"audience": "pods.eks.amazonaws.com", "path": "eks-pod-identity-token"}}]}},
            {"name": "aws-iam-token", "projected": {"sources": [{"serviceAccountToken":
                {"audience": "sts.amazonaws.com", "path": "token"}}]}},
            {"name": "own-token", "projected": {"sources": [{"serviceAccountToken":
                {"audience": "sts.amazonaws.com", "path": "aws"}}]}},
            {"name": "aws-files", "secret": {"secretName": "aws"}},
            {"name": "scratch", "emptyDir": {}},
        ]},
        "status": {"phase": "Running"},
    });
    for container in containers {
        let list = &mut pod["spec"][container.list];
        if list.is_null() {
            *list = json!([]);
        }
        list.as_array_mut().unwrap().push(container.json());
    }
    Case {
        pod,
        account: Fact::Present(account(None)),
        association: Fact::Present((association("payments"), Some(detail()))),
        node: Fact::Present(node("ec2", "linux")),
        agent: Agent::Running,
        node_role: NODE_ROLE.into(),
    }
}

/// The same without an association.
pub(super) fn bare(container: C) -> Case {
    let mut case = associated([container]);
    case.association = Fact::Absent;
    case
}

pub(super) fn injected(container: C) -> Case {
    associated([container.pod_identity()])
}

pub(super) fn account(role: Option<&str>) -> ServiceAccount {
    let annotations = role.map(|role| json!({"eks.amazonaws.com/role-arn": role}));
    ServiceAccount::decode(&json!({"metadata":
        {"namespace": "payments", "name": "api", "annotations": annotations}}))
    .unwrap()
}

pub(super) fn association(namespace: &str) -> Association {
    Association {
        key: AssociationKey {
            cluster: ClusterArn::new(&Region::new("us-west-2"), "111122223333", "demo"),
            id: "a-1".into(),
        },
        namespace: namespace.into(),
        service_account: "api".into(),
        arn: None,
        owner: None,
    }
}

pub(super) fn detail() -> AssociationDetail {
    let created = born() - SignedDuration::from_hours(24);
    AssociationDetail {
        role: Some(POD_ROLE.into()),
        created: Some(created),
        modified: Some(created),
        ..AssociationDetail::default()
    }
}

pub(super) fn node(compute: &str, os: &str) -> Node {
    Node::decode(&json!({"metadata": {"name": "ip-10-0-0-1", "labels":
        {"eks.amazonaws.com/compute-type": compute, "kubernetes.io/os": os}}}))
    .unwrap()
}

impl Case {
    pub(super) fn annotated(mut self, role: &str) -> Self {
        self.account = Fact::Present(account(Some(role)));
        self
    }

    pub(super) fn on(mut self, compute: &str, os: &str) -> Self {
        self.node = Fact::Present(node(compute, os));
        self
    }

    pub(super) fn agent(mut self, agent: Agent) -> Self {
        self.agent = agent;
        self
    }

    pub(super) fn unknown_node(mut self) -> Self {
        self.node = Fact::Unknown;
        self
    }

    /// Sets a member of the pod.
    pub(super) fn with(mut self, pointer: &str, value: Value) -> Self {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        self.pod.pointer_mut(parent).unwrap()[member.replace("~1", "/")] = value;
        self
    }

    /// Changes what is known of the association.
    pub(super) fn described(mut self, change: impl FnOnce(&mut AssociationDetail)) -> Self {
        let mut changed = detail();
        change(&mut changed);
        self.association = Fact::Present((association("payments"), Some(changed)));
        self
    }

    pub(super) fn association(
        mut self,
        association: Fact<(Association, Option<AssociationDetail>)>,
    ) -> Self {
        self.association = association;
        self
    }

    pub(super) fn decoded(&self) -> Pod {
        Pod::decode(&self.pod).unwrap()
    }

    pub(super) fn ask<T>(&self, ask: impl FnOnce(&Evidence<'_>) -> T) -> T {
        let pod = self.decoded();
        ask(&Evidence {
            pod: &pod,
            service_account: match &self.account {
                Fact::Unknown => Fact::Unknown,
                Fact::Absent => Fact::Absent,
                Fact::Present(account) => Fact::Present(account),
            },
            association: match &self.association {
                Fact::Unknown => Fact::Unknown,
                Fact::Absent => Fact::Absent,
                Fact::Present((association, detail)) => Fact::Present(Associated {
                    association,
                    detail: detail.as_ref(),
                }),
            },
            node: match &self.node {
                Fact::Unknown => Fact::Unknown,
                Fact::Absent => Fact::Absent,
                Fact::Present(node) => Fact::Present(node),
            },
            agent: self.agent,
            node_role: Some(&self.node_role),
            now: now(),
        })
    }

    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        self.ask(effective)
    }

    /// `phrase @role ?doubts !notes`, with the bare names of doubts and notes.
    pub(super) fn told(&self) -> Vec<String> {
        self.verdicts().iter().map(told).collect()
    }
}

fn told(verdict: &Verdict) -> String {
    let mut told = verdict.phrase();
    if let Some(role) = &verdict.role {
        told += &format!(" @{}", role.arn.rsplit('/').next().unwrap());
    }
    for (mark, names) in [('?', names(&verdict.doubts)), ('!', names(&verdict.notes))] {
        if !names.is_empty() {
            told += &format!(" {mark}{}", names.join(","));
        }
    }
    told
}

fn names<T: std::fmt::Debug>(items: &[T]) -> Vec<String> {
    items
        .iter()
        .map(|item| {
            let text = format!("{item:?}");
            text.split([' ', '(']).next().unwrap().to_owned()
        })
        .collect()
}
