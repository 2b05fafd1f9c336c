//! Objects of a cluster, in words.

use jiff::Timestamp;
use roledex::model::arn::ClusterArn;
use roledex::model::association::{Association, AssociationDetail, AssociationKey};
use roledex::model::census::{AccountRow, Associations, Census, ContainerRow, NodeRoles, Picture};
use roledex::model::identity::Associated;
use roledex::model::kubernetes::WatchedKind;
use roledex::model::node::Node;
use roledex::model::pod::Pod;
use roledex::model::service_account::ServiceAccount;
use roledex::model::{Failure, FailureKind, Region};
use serde_json::{Value, json};

pub(super) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(super) fn account(namespace: &str, name: &str, role: Option<&str>) -> ServiceAccount {
    let annotations = role.map(|role| json!({"eks.amazonaws.com/role-arn": role}));
    ServiceAccount::decode(&json!({"metadata": {"namespace": namespace, "name": name,
        "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z", "annotations": annotations}}))
    .unwrap()
}

pub(super) fn node(name: &str, compute: &str, group: Option<&str>) -> Node {
    Node::decode(&json!({"metadata": {"name": name, "labels": {
        "eks.amazonaws.com/compute-type": compute, "kubernetes.io/os": "linux",
        "eks.amazonaws.com/nodegroup": group}}}))
    .unwrap()
}

/// How a container is told who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Nothing,
    PodIdentity,
    Irsa,
    Keys,
}

/// A pod with one container that an hour ago was told who it is; it runs on `node`, if on any.
pub(super) fn pod(
    namespace: &str,
    name: &str,
    account: &str,
    node: Option<&str>,
    told: Told,
) -> Pod {
    Pod::decode(&pod_json(namespace, name, account, node, told)).unwrap()
}

pub(super) fn pod_json(
    namespace: &str,
    name: &str,
    account: &str,
    node: Option<&str>,
    told: Told,
) -> Value {
    let directory = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount";
    let irsa = "/var/run/secrets/eks.amazonaws.com/serviceaccount";
    let (env, mounts) = match told {
        Told::Nothing => (json!([]), json!([])),
        Told::PodIdentity => (
            json!([
                {"name": "AWS_STS_REGIONAL_ENDPOINTS", "value": "regional"},
                {"name": "AWS_DEFAULT_REGION", "value": "eu-west-1"},
                {"name": "AWS_REGION", "value": "eu-west-1"},
                {"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": "http://169.254.170.23/v1/credentials"},
                {"name": "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "value": format!("{directory}/eks-pod-identity-token")},
            ]),
            json!([{"name": "eks-pod-identity-token", "mountPath": directory}]),
        ),
        Told::Irsa => (
            json!([
                {"name": "AWS_ROLE_ARN", "value": "arn:aws:iam::111122223333:role/irsa"},
                {"name": "AWS_WEB_IDENTITY_TOKEN_FILE", "value": format!("{irsa}/token")},
            ]),
            json!([{"name": "aws-iam-token", "mountPath": irsa}]),
        ),
        Told::Keys => (
            json!([
                {"name": "AWS_ACCESS_KEY_ID", "value": "AKIAIOSFODNN7EXAMPLE"},
                {"name": "AWS_SECRET_ACCESS_KEY", "value": "x"},
            ]),
            json!([]),
        ),
    };
    json!({
        "metadata": {"namespace": namespace, "name": name,
            "uid": format!("0b6c9d7e-{namespace}-{name}"),
            "creationTimestamp": "2026-11-21T11:00:00Z",
            "labels": {"pod-template-hash": "5d4f8c7b9"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": format!("{account}-5d4f8c7b9"), "controller": true}]},
        "spec": {"serviceAccountName": account, "nodeName": node,
            "containers": [{"name": "app", "env": env, "volumeMounts": mounts}],
            "volumes": [
                {"name": "eks-pod-identity-token", "projected": {"sources": [{"serviceAccountToken":
                    {"audience": "pods.eks.amazonaws.com", "path": "eks-pod-identity-token"}}]}},
                {"name": "aws-iam-token", "projected": {"sources": [{"serviceAccountToken":
                    {"audience": "sts.amazonaws.com", "path": "token"}}]}},
            ]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    })
}

/// A pod of the agent, by its label, or by the DaemonSet that owns it.
pub(super) fn agent(node: &str, ready: bool, labelled: bool) -> Pod {
    let labels = labelled.then(|| json!({"app.kubernetes.io/name": "eks-pod-identity-agent"}));
    let owner = if labelled {
        "renamed"
    } else {
        "eks-pod-identity-agent-hybrid"
    };
    let ready = if ready { "True" } else { "False" };
    Pod::decode(&json!({
        "metadata": {"namespace": "kube-system", "name": format!("agent-{node}"), "labels": labels,
            "ownerReferences": [{"kind": "DaemonSet", "name": owner, "controller": true}]},
        "spec": {"nodeName": node, "hostNetwork": true, "containers": [{"name": "agent"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
    }))
    .unwrap()
}

/// An association, described, two hours old.
pub(super) fn association(namespace: &str, account: &str) -> (Association, AssociationDetail) {
    let created = "2026-11-21T10:00:00Z".parse().unwrap();
    let association = Association {
        key: AssociationKey {
            cluster: ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo"),
            id: format!("a-{namespace}-{account}").into(),
        },
        namespace: namespace.into(),
        service_account: account.into(),
        arn: None,
        owner: None,
    };
    let detail = AssociationDetail {
        role: Some("arn:aws:iam::111122223333:role/pod".into()),
        created: Some(created),
        modified: Some(created),
        ..AssociationDetail::default()
    };
    (association, detail)
}

pub(super) fn joined(rows: &[(Association, AssociationDetail)]) -> Associations<'_> {
    Associations::all(described(rows))
}

pub(super) fn described(
    rows: &[(Association, AssociationDetail)],
) -> impl Iterator<Item = Associated<'_>> {
    rows.iter().map(|(association, detail)| Associated {
        association,
        detail: Some(detail),
    })
}

pub(super) fn denied() -> Failure {
    Failure::new(FailureKind::Denied, "list nodes", "nodes is forbidden")
}

/// A census of a whole cluster, all of which was read and found empty.
pub(super) fn read() -> Census {
    let mut census = Census::new();
    for kind in WatchedKind::ALL {
        census.restart(kind);
        census.synced(kind);
    }
    census
}

/// Runs `ask` with the picture of a census.
pub(super) fn look<T>(
    census: &Census,
    associations: &Associations<'_>,
    ask: impl FnOnce(Picture<'_>) -> T,
) -> T {
    let mut roles = NodeRoles::default();
    roles.group("general".into(), "node-role".into());
    ask(Picture {
        census,
        associations,
        roles: &roles,
        now: now(),
    })
}

/// `namespace/name phrase running/lacking/unknown remark`
pub(super) fn account_line(row: &AccountRow<'_>) -> String {
    let tally = row.tally.map_or_else(
        || "?".to_owned(),
        |tally| format!("{}/{}/{}", tally.running, tally.lacking, tally.unknown),
    );
    let remark = row.remark().unwrap_or_default();
    format!(
        "{}/{} {} {tally} {remark}",
        row.namespace,
        row.name,
        row.phrase()
    )
    .trim_end()
    .to_owned()
}

/// `namespace/pod/container phrase @role (injection): why`
pub(super) fn container_line(row: &ContainerRow<'_>) -> String {
    let (namespace, pod, container) = row.id();
    let role = row
        .role()
        .map(|role| format!(" @{}", role.arn.rsplit('/').next().unwrap()));
    format!(
        "{namespace}/{pod}/{container} {}{} ({}): {}",
        row.phrase(),
        role.unwrap_or_default(),
        row.injection.word(),
        row.why()
    )
}

/// All rows of a census in words.
pub(super) fn lines(census: &Census, associations: &Associations<'_>) -> Vec<String> {
    look(census, associations, |picture| {
        let accounts = picture.accounts();
        let accounts = accounts.iter().map(account_line);
        let containers = picture.containers();
        let containers = containers.map(|row| container_line(&row));
        accounts.chain(containers).collect()
    })
}
