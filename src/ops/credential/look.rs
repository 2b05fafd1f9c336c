//! What is there before anything is asked for. Nothing here decides; each answer may be missing.

#![expect(
    clippy::large_futures,
    reason = "the whole look is boxed once, by its callers"
)]

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::{LOOKING, Log, URGENCY, by, hindered, pods};
use crate::cloud::{Action, Kubernetes, ObjectFilter, ObjectKind};
use crate::model::addon::AGENT;
use crate::model::arn::{account_of, role_name};
use crate::model::credential::{
    AgentFacts, CredentialTest, Kept, Known, Step, StepKind, StepState, TokenSource, account_step,
    association_step, cluster_step, permission_step, pod_step,
};
use crate::model::node::Node;
use crate::model::pod::Pod;
use crate::model::service_account::ServiceAccount;
use crate::model::{
    AddonKey, AssociationKey, AssociationRecord, Failure, FailureKind, Learned, RoleDetail, Text,
};
use crate::ops::change;
use crate::ops::fleet::Site;
use crate::ops::load;

const AGENT_LABEL: &str = "app.kubernetes.io/name=eks-pod-identity-agent";
const SYSTEM: &str = "kube-system";

/// Looks at everything, and fills in what the test did not know of the association.
pub(super) async fn around(
    site: &Site,
    test: &mut CredentialTest,
    no_pod: Option<&Text>,
    now: Timestamp,
    log: &mut Log<'_>,
) -> Around {
    let deadline = Instant::now() + LOOKING;
    let mut known = Known::default();
    let began = log.begin(StepKind::Cluster, "reading the cluster");
    let cluster = load::cluster(&site.session, URGENCY, &site.arn);
    known.cluster = learned(
        by(deadline, "read the cluster", cluster).await,
        "eks:DescribeCluster",
    );
    log.end(began, cluster_step(&known));

    let began = log.begin(
        StepKind::Association,
        "reading the association and its roles",
    );
    identity(site, test, &mut known, deadline).await;
    let expected = &mut test.expected;
    if let Some(record) = known.association.known() {
        let id = &record.association.key.id;
        expected.association.get_or_insert_with(|| id.clone());
        if expected.role.is_none() {
            expected.role.clone_from(&record.detail.role);
            expected.target_role.clone_from(&record.detail.target_role);
        }
    }
    log.end(began, association_step(&known, test));

    let kubernetes = match known.cluster.known() {
        Some(cluster) => site.session.kubernetes(&site.arn, cluster).await,
        None => Err(Failure::new(
            FailureKind::Other,
            "reach the API server",
            "the cluster could not be described, so its API server is not known",
        )),
    };
    let mut api = Api {
        kubernetes: kubernetes.clone(),
        deadline,
    };
    let agent = agent(site, test, &known, &mut api, log).await;

    let began = log.begin(StepKind::ServiceAccount, "reading the service account");
    let account = api.service_account(test).await;
    log.end(began, account_step(&account, test));

    let mut kept = Vec::new();
    if let Some(why) = no_pod {
        log.put(Step::new(StepKind::Pod, StepState::Failed, why.clone()));
    } else if test.token == TokenSource::Given {
        log.put(pod_step(&Learned::NotAsked, &[], test));
    } else {
        let began = log.begin(StepKind::Pod, "reading the pods of the service account");
        let pods = api
            .pods(account_filter(&test.namespace, &test.service_account))
            .await;
        let pods = learned(pods, "list pods (Kubernetes RBAC)");
        let read = hindered::Read {
            known: &known,
            account: &account,
            node: &agent.node,
            agents: &agent.pods,
            pods: &pods,
            agent: &agent.step,
            now,
        };
        let unread;
        (kept, unread) = Box::pin(hindered::look(site, test, read, &mut api)).await;
        let mut step = pod_step(&pods, &kept, test);
        step.evidence.extend(unread);
        log.end(began, step);
        let began = log.begin(
            StepKind::Permission,
            "asking for the right to have tokens issued",
        );
        let allowed = api.may_create_tokens(test).await;
        log.end(began, permission_step(&allowed, test));
    }
    Around {
        known,
        kubernetes,
        kept,
    }
}

/// What was found, and the way to the API server.
pub(super) struct Around {
    pub(super) known: Known,
    pub(super) kubernetes: Result<Arc<Kubernetes>, Failure>,
    /// What keeps the pod from its role.
    pub(super) kept: Vec<Kept>,
}

/// Reads the association and its roles as they are now.
pub(super) async fn identity(
    site: &Site,
    test: &CredentialTest,
    known: &mut Known,
    deadline: Instant,
) {
    known.association = association(site, test, deadline).await;
    let (role, target) = (known.role_arn().cloned(), known.target_arn().cloned());
    let (role, target) = tokio::join!(
        Box::pin(role_of(site, role.as_deref(), deadline)),
        Box::pin(role_of(site, target.as_deref(), deadline)),
    );
    known.role = role;
    known.target_role = target;
}

async fn association(
    site: &Site,
    test: &CredentialTest,
    deadline: Instant,
) -> Learned<AssociationRecord> {
    // By its names, because that is how EKS Auth finds it.
    let (namespace, account) = (&test.namespace, &test.service_account);
    let found = change::by_name(&site.session, &site.arn, namespace, account);
    let found = match by(deadline, "look for the association", found).await {
        Ok(Some(found)) => found,
        Ok(None) => return Learned::Absent,
        Err(failure) => return learned(Err(failure), "eks:ListPodIdentityAssociations"),
    };
    let key = AssociationKey {
        cluster: site.arn.clone(),
        id: found.key.id,
    };
    let described = change::at(&site.session, &key);
    match by(deadline, "read the association", described).await {
        Ok(Some(described)) => Learned::Known(described.value),
        Ok(None) => Learned::Absent,
        Err(failure) => learned(Err(failure), "eks:DescribePodIdentityAssociation"),
    }
}

async fn role_of(site: &Site, role: Option<&str>, deadline: Instant) -> Learned<RoleDetail> {
    let Some(role) = role else {
        return Learned::NotAsked;
    };
    // IAM answers for the caller's own account only.
    if account_of(role) != Some(site.arn.account()) {
        return Learned::Failed("the role is of another account".into());
    }
    let found = site.session.role(URGENCY, role_name(role));
    match by(deadline, "read the role", found).await {
        Ok(found) if *found.value.arn == *role => Learned::Known(found.value),
        Ok(_) => Learned::Absent,
        Err(failure) => learned(Err(failure), "iam:GetRole"),
    }
}

async fn agent(
    site: &Site,
    test: &CredentialTest,
    known: &Known,
    api: &mut Api,
    log: &mut Log<'_>,
) -> Agent {
    let began = log.begin(StepKind::Agent, "looking for the agent");
    let mut facts = AgentFacts {
        cluster: known.cluster.known(),
        ..AgentFacts::default()
    };
    if let TokenSource::Pod {
        node: Some(name), ..
    } = &test.token
    {
        facts.node_name = Some(name);
        facts.node = api.node(name).await;
    }
    if facts.settled().is_none() {
        let key = AddonKey {
            cluster: site.arn.clone(),
            name: AGENT.into(),
        };
        let addon = load::addon(&site.session, URGENCY, &key);
        let addon = by(api.deadline, "read the add-on", addon).await;
        let addon = addon.map(|described| described.value);
        facts.addon = learned(addon, "eks:DescribeAddon");
        facts.daemon_set = api.daemon_set().await;
        let filter = ObjectFilter {
            namespace: Some(SYSTEM.to_owned()),
            service_account: None,
            labels: Some(AGENT_LABEL.to_owned()),
        };
        facts.pods = learned(
            api.pods(filter).await,
            "list pods in kube-system (Kubernetes RBAC)",
        );
    }
    let step = facts.step();
    log.end(began, step.clone());
    Agent {
        step,
        node: facts.node,
        pods: facts.pods,
    }
}

/// What was read of the agent, and what it comes to.
struct Agent {
    step: Step,
    node: Learned<Node>,
    pods: Learned<Vec<Pod>>,
}

/// The API server, until it turns out not to answer: then it is not asked again.
pub(super) struct Api {
    kubernetes: Result<Arc<Kubernetes>, Failure>,
    pub(super) deadline: Instant,
}

impl Api {
    pub(super) async fn ask<T, Asked>(
        &mut self,
        ask: impl FnOnce(Arc<Kubernetes>) -> Asked,
    ) -> Result<T, Failure>
    where
        Asked: Future<Output = Result<T, Failure>>,
    {
        let kubernetes = self.kubernetes.clone()?;
        let answer = by(self.deadline, "ask the API server", ask(kubernetes)).await;
        if let Err(failure) = &answer
            && matches!(
                failure.kind,
                FailureKind::Unreachable | FailureKind::Timeout
            )
        {
            self.kubernetes = Err(failure.clone());
        }
        answer
    }

    async fn document(
        &mut self,
        kind: ObjectKind,
        namespace: Option<&str>,
        name: &str,
    ) -> Learned<Value> {
        let permission = format!("get {} (Kubernetes RBAC)", kind.resource());
        let document = self
            .ask(|kubernetes| async move {
                let document = kubernetes.document(URGENCY, kind, namespace, name).await?;
                Ok(Value::Object(document))
            })
            .await;
        learned(document, &permission)
    }

    async fn node(&mut self, name: &str) -> Learned<Node> {
        decoded(
            self.document(ObjectKind::Node, None, name).await,
            Node::decode,
        )
    }

    async fn service_account(&mut self, test: &CredentialTest) -> Learned<ServiceAccount> {
        let (kind, namespace) = (ObjectKind::ServiceAccount, Some(&*test.namespace));
        let document = self.document(kind, namespace, &test.service_account).await;
        decoded(document, ServiceAccount::decode)
    }

    async fn daemon_set(&mut self) -> Learned<(u64, u64)> {
        let document = self
            .document(ObjectKind::DaemonSet, Some(SYSTEM), AGENT)
            .await;
        decoded(document, |document| {
            let number = |pointer| document.pointer(pointer).and_then(Value::as_u64);
            let ready = number("/status/numberReady").unwrap_or_default();
            let wanted = number("/status/desiredNumberScheduled").unwrap_or_default();
            Ok::<_, String>((ready, wanted))
        })
    }

    async fn pods(&mut self, filter: ObjectFilter) -> Result<Vec<Pod>, Failure> {
        let deadline = self.deadline;
        self.ask(|kubernetes| async move { pods::listed(&kubernetes, &filter, deadline).await })
            .await
    }

    async fn may_create_tokens(&mut self, test: &CredentialTest) -> Learned<(bool, Option<Text>)> {
        let action = Action {
            verb: "create",
            resource: "serviceaccounts",
            subresource: "token",
            namespace: Some(&test.namespace),
            name: Some(&test.service_account),
            ..Action::default()
        };
        let allowed = self
            .ask(|kubernetes| async move { kubernetes.can(URGENCY, &action).await })
            .await;
        let allowed = allowed.map(|permission| (permission.allowed, permission.reason));
        learned(allowed, "create selfsubjectaccessreviews (Kubernetes RBAC)")
    }
}

fn account_filter(namespace: &str, service_account: &str) -> ObjectFilter {
    ObjectFilter {
        namespace: Some(namespace.to_owned()),
        service_account: Some(service_account.to_owned()),
        labels: None,
    }
}

fn learned<T>(answer: Result<T, Failure>, permission: &str) -> Learned<T> {
    Learned::of(answer, permission)
}

fn decoded<T, E: std::fmt::Display>(
    document: Learned<Value>,
    decode: impl FnOnce(&Value) -> Result<T, E>,
) -> Learned<T> {
    match document {
        Learned::Known(document) => match decode(&document) {
            Ok(value) => Learned::Known(value),
            Err(error) => Learned::Failed(error.to_string().into()),
        },
        Learned::NotAsked => Learned::NotAsked,
        Learned::Needs(permission) => Learned::Needs(permission),
        Learned::Failed(why) => Learned::Failed(why),
        Learned::Absent => Learned::Absent,
    }
}
