//! A small healthy cluster of which everything was read; cases change one thing of it.
#![expect(
    clippy::needless_pass_by_value,
    reason = "cases read better without a reference before each json!"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use roledex::model::association::{
    Association, AssociationDetail, AssociationExtra, AssociationKey,
};
use roledex::model::census::{Census, Part, Scope};
use roledex::model::diagnosis::{
    DaemonSet, Diagnosis, Evidence, OidcProvider, RoleFacts, Webhook, WebhookEntry, diagnose,
};
use roledex::model::node::Node;
use roledex::model::pod::{Labels, Pod};
use roledex::model::preflight::{Decision, Simulated};
use roledex::model::service_account::ServiceAccount;
use roledex::model::update::{UpdateError, UpdateKey};
use roledex::model::{
    Addon, AddonKey, Cluster, ClusterArn, Failure, FailureKind, LastUse, Learned, Region,
    RoleDetail, Update, UpdateStatus, UpdateSubject,
};
use serde_json::{Value, json};

pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/api";
pub(crate) const TARGET: &str = "arn:aws:iam::111122223333:role/vault";
pub(crate) const CLUSTER: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/demo";
pub(crate) const ISSUER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/ABC";
const NODE_ROLE: &str = "arn:aws:iam::111122223333:role/nodes";

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) evidence: Evidence,
    pub(crate) scope: Scope,
    pub(crate) accounts: Vec<Value>,
    pub(crate) pods: Vec<Value>,
    pub(crate) denied: Vec<Part>,
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn arn() -> ClusterArn {
    ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo")
}

impl World {
    pub(crate) fn healthy() -> Self {
        let mut evidence = Evidence::nothing(arn(), time("2026-11-21T12:00:00Z"));
        evidence.cluster = Learned::Known(Cluster {
            status: Some("ACTIVE".into()),
            version: Some("1.33".into()),
            platform_version: Some("eks.5".into()),
            oidc_issuer: Some(format!("https://{ISSUER}").into()),
            ..Cluster::default()
        });
        evidence
            .node_roles
            .group("general".into(), NODE_ROLE.into());
        let allowed = simulated(
            &["eks-auth:AssumeRoleForPodIdentity"],
            CLUSTER,
            &Decision::Allowed,
        );
        evidence.node_permissions = BTreeMap::from([(NODE_ROLE.into(), allowed)]);
        let agent = Addon {
            status: Some("ACTIVE".into()),
            ..addon("eks-pod-identity-agent")
        };
        evidence.addons = Learned::Known(vec![agent]);
        evidence.nodegroups = Learned::Known(vec![]);
        evidence.updates = Learned::Known(vec![]);
        evidence.network_policies = Learned::Known(vec![]);
        evidence.webhook = Learned::Known(Webhook {
            entries: vec![WebhookEntry {
                name: "iam-for-pods.amazonaws.com".into(),
                failure_policy: Some("Ignore".into()),
                review_versions: vec!["v1beta1".into()],
                ..WebhookEntry::default()
            }],
        });
        evidence.daemon_sets = Learned::Known(vec![DaemonSet {
            namespace: "kube-system".into(),
            name: "eks-pod-identity-agent".into(),
            desired: Some(1),
            ready: Some(1),
            ..DaemonSet::default()
        }]);
        let namespaces = ["payments", "kube-system", "shop"];
        evidence.namespaces = self::namespaces(&namespaces);
        evidence.oidc_providers = Learned::Known(vec![]);
        evidence.associations = Learned::Known(vec![]);
        evidence.association_count = Learned::Known(1);
        let mut world = Self {
            evidence,
            scope: Scope::default(),
            accounts: vec![account("payments", "api", None)],
            pods: vec![pod("payments", "api-1", "api", true)],
            denied: vec![],
        };
        world.associate("payments", "api");
        world.role(
            ROLE,
            &trust(
                json!({"StringEquals": {"aws:SourceAccount": "111122223333"},
            "ArnEquals": {"aws:SourceArn": CLUSTER}}),
            ),
        );
        world
    }

    pub(crate) fn associate(&mut self, namespace: &str, account: &str) {
        let id = format!("a-{namespace}-{account}");
        let created = Some(time("2026-11-20T10:00:00Z"));
        let detail = AssociationDetail {
            role: Some(ROLE.into()),
            created,
            modified: created,
            ..AssociationDetail::default()
        };
        let association = Association {
            key: AssociationKey {
                cluster: arn(),
                id: id.clone().into(),
            },
            namespace: namespace.into(),
            service_account: account.into(),
            arn: Some(
                format!("arn:aws:eks:eu-west-1:111122223333:podidentityassociation/demo/{id}")
                    .into(),
            ),
            owner: None,
        };
        self.evidence
            .details
            .insert(id.into(), Learned::Known(detail));
        self.associations().push(association);
    }

    pub(crate) fn associations(&mut self) -> &mut Vec<Association> {
        match &mut self.evidence.associations {
            Learned::Known(known) => known,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn detail(&mut self) -> &mut AssociationDetail {
        match self.evidence.details.get_mut("a-payments-api").unwrap() {
            Learned::Known(known) => known,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn extra(&mut self, policy: Option<&str>, external_id: Option<&str>) {
        self.detail().extra = Some(Arc::new(AssociationExtra {
            tags: BTreeMap::new(),
            external_id: external_id.map(Into::into),
            policy: policy.map(Into::into),
        }));
    }

    pub(crate) fn cluster(&mut self) -> &mut Cluster {
        match &mut self.evidence.cluster {
            Learned::Known(known) => known,
            other => panic!("{other:?}"),
        }
    }

    /// A role with these statements in its trust policy.
    pub(crate) fn role(&mut self, role: &str, statements: &Value) {
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        let name = role.rsplit('/').next().unwrap();
        let detail = RoleDetail {
            trust: Some(policy.to_string().into()),
            last_use: LastUse::At {
                date: time("2026-11-21T09:00:00Z"),
                region: None,
            },
            created: Some(time("2026-01-01T00:00:00Z")),
            ..RoleDetail::of(role.into(), name.into())
        };
        let facts = RoleFacts {
            detail,
            policies: Learned::Known(BTreeMap::new()),
        };
        self.evidence
            .roles
            .insert(role.into(), Learned::Known(facts));
    }

    pub(crate) fn facts(&mut self) -> &mut RoleFacts {
        match self.evidence.roles.get_mut(ROLE).unwrap() {
            Learned::Known(known) => known,
            other => panic!("{other:?}"),
        }
    }

    /// A target role that lets the first one in on these conditions.
    pub(crate) fn target(&mut self, condition: Value) {
        self.detail().target_role = Some(TARGET.into());
        self.role(
            TARGET,
            &json!([{"Effect": "Allow", "Principal": {"AWS": ROLE},
            "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": condition}]),
        );
        let allowed = simulated(
            &["sts:AssumeRole", "sts:TagSession"],
            TARGET,
            &Decision::Allowed,
        );
        self.evidence
            .hop_permissions
            .insert((ROLE.into(), TARGET.into()), allowed);
    }

    /// A service account that lives by IRSA, all of it in order.
    pub(crate) fn irsa(&mut self) {
        let role = "arn:aws:iam::111122223333:role/web";
        self.accounts.push(account("shop", "web", Some(role)));
        let provider = format!("arn:aws:iam::111122223333:oidc-provider/{ISSUER}");
        self.role(
            role,
            &json!([{"Effect": "Allow", "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {
                format!("{ISSUER}:sub"): "system:serviceaccount:shop:web",
                format!("{ISSUER}:aud"): "sts.amazonaws.com"}}}]),
        );
        self.evidence.oidc_providers = Learned::Known(vec![OidcProvider {
            arn: provider.into(),
            url: ISSUER.into(),
            client_ids: Learned::Known(vec!["sts.amazonaws.com".into()]),
        }]);
    }

    pub(crate) fn update(&mut self, status: UpdateStatus, created: &str) {
        let errors = vec![UpdateError {
            code: Some("ConfigurationConflict".into()),
            message: Some("Conflicts found".into()),
            resources: vec!["x".into()],
        }];
        let is_failed = status == UpdateStatus::Failed;
        let update = Update {
            key: UpdateKey {
                cluster: arn(),
                subject: UpdateSubject::Addon("vpc-cni".into()),
                id: format!("u-{created}").into(),
            },
            status,
            kind: Some("AddonUpdate".into()),
            params: vec![],
            created: Some(time(created)),
            errors: if is_failed { errors } else { vec![] },
            cancellation: None,
        };
        match &mut self.evidence.updates {
            Learned::Known(known) => known.push(update),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn evidence(&self) -> Evidence {
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
        if is_read(Part::Nodes) {
            census.apply(node());
        }
        if is_read(Part::Pods) {
            for pod in &self.pods {
                census.apply(Pod::decode(pod).unwrap());
            }
        }
        if is_read(Part::Agents) && is_read(Part::Pods) {
            census.apply(agent());
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

    pub(crate) fn diagnosis(&self) -> Diagnosis {
        diagnose(&self.evidence())
    }
}

/// The statement of Pod Identity, on conditions.
pub(crate) fn trust(condition: Value) -> Value {
    json!([{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": condition}])
}

pub(crate) fn simulated(
    actions: &[&str],
    resource: &str,
    decision: &Decision,
) -> Learned<Vec<Simulated>> {
    let answers = actions.iter().map(|action| Simulated {
        action: (*action).into(),
        resource: resource.into(),
        decision: decision.clone(),
        missing_context: vec![],
        by_organisation: None,
        by_boundary: None,
    });
    Learned::Known(answers.collect())
}

pub(crate) fn addon(name: &str) -> Addon {
    Addon {
        arn: Some(format!("arn:aws:eks:eu-west-1:111122223333:addon/demo/{name}/1").into()),
        ..Addon::of(AddonKey {
            cluster: arn(),
            name: name.into(),
        })
    }
}

pub(crate) fn namespaces(names: &[&str]) -> Learned<BTreeMap<Arc<str>, Labels>> {
    let plain = |name: &&str| ((*name).into(), Labels::from_iter([]));
    Learned::Known(names.iter().map(plain).collect())
}

pub(crate) fn account(namespace: &str, name: &str, role: Option<&str>) -> Value {
    let annotations = role.map(|role| json!({"eks.amazonaws.com/role-arn": role}));
    json!({"metadata": {"namespace": namespace, "name": name, "uid": "u",
        "creationTimestamp": "2026-01-01T00:00:00Z", "annotations": annotations}})
}

/// A pod of a deployment, an hour old, on the node `n1`.
pub(crate) fn pod(namespace: &str, name: &str, account: &str, injected: bool) -> Value {
    let directory = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount";
    let (env, mounts, volumes) = if injected {
        (
            json!([
                {"name": "AWS_CONTAINER_CREDENTIALS_FULL_URI", "value": "http://169.254.170.23/v1/credentials"},
                {"name": "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "value": format!("{directory}/eks-pod-identity-token")},
            ]),
            json!([{"name": "eks-pod-identity-token", "mountPath": directory}]),
            json!([{"name": "eks-pod-identity-token", "projected": {"sources": [{"serviceAccountToken":
                {"audience": "pods.eks.amazonaws.com", "path": "eks-pod-identity-token"}}]}}]),
        )
    } else {
        (json!([]), json!([]), json!([]))
    };
    json!({
        "metadata": {"namespace": namespace, "name": name, "uid": format!("uid-{name}"),
            "creationTimestamp": "2026-11-21T11:00:00Z", "labels": {"pod-template-hash": "5d4f8c7b9"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": format!("{account}-5d4f8c7b9"), "controller": true}]},
        "spec": {"serviceAccountName": account, "nodeName": "n1", "volumes": volumes,
            "containers": [{"name": "app", "env": env, "volumeMounts": mounts}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    })
}

fn node() -> Node {
    Node::decode(&json!({"metadata": {"name": "n1", "labels": {
        "eks.amazonaws.com/compute-type": "ec2", "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64", "eks.amazonaws.com/nodegroup": "general"}}}))
    .unwrap()
}

fn agent() -> Pod {
    Pod::decode(&json!({
        "metadata": {"namespace": "kube-system", "name": "agent-n1",
            "labels": {"app.kubernetes.io/name": "eks-pod-identity-agent"},
            "ownerReferences": [{"kind": "DaemonSet", "name": "eks-pod-identity-agent", "controller": true}]},
        "spec": {"nodeName": "n1", "hostNetwork": true, "containers": [{"name": "agent"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }))
    .unwrap()
}
