//! Evidence for preflight, gathered fresh. What could not be asked is said with the permission that it takes.

use std::sync::Arc;

use jiff::Timestamp;

use crate::cloud::{AssociationFilter, Cloud, Kubernetes, ObjectKind, Session, Urgency};
use crate::model::arn::role_name;
use crate::model::census::{Census, Part};
use crate::model::identity::Fact;
use crate::model::node::{Compute, Node};
use crate::model::plan::{BlastRadius, Plan, Steps};
use crate::model::pod::Pod;
use crate::model::preflight::{
    Evidence, Need, Placement, RoleEvidence, Simulated, needed, needed_by_role,
};
use crate::model::{
    Arn, Association, AssociationRecord, Cluster, Failure, FailureKind, Learned, Route, Text,
};
use crate::ops::change;
use crate::ops::fleet::{self, Accounts, Gathered, Site};
use crate::ops::load;

const URGENCY: Urgency = Urgency::Interactive;

/// What stands around a service account: its cluster, and what Kubernetes knows of it.
#[derive(Debug, Clone)]
pub struct Surroundings {
    pub cluster: Learned<Cluster>,
    pub pods: BlastRadius,
    pub placement: Learned<Placement>,
    pub service_account: Learned<()>,
    pub at: Timestamp,
}

/// Reads the cluster and the pods of a service account; whatever fails is part of the answer.
pub async fn surroundings(
    site: &Site,
    namespace: &str,
    service_account: &str,
    at: Timestamp,
) -> Surroundings {
    // Boxed, because calls side by side make a future of many kilobytes.
    let (cluster, (gathered, _failures)) = tokio::join!(
        Box::pin(load::cluster(&site.session, URGENCY, &site.arn)),
        Box::pin(fleet::of_service_account(site, namespace, service_account)),
    );
    Surroundings {
        cluster: Learned::of(cluster, "eks:DescribeCluster"),
        pods: pods(&gathered, namespace, service_account, at),
        placement: placement(&gathered, namespace, service_account),
        service_account: account(&gathered.census, namespace, service_account),
        at,
    }
}

fn pods(gathered: &Gathered, namespace: &str, account: &str, at: Timestamp) -> BlastRadius {
    let census = &gathered.census;
    if let Some(gap) = census.gap(Part::Pods) {
        return BlastRadius::unknown(gap);
    }
    gathered.look(at, |picture| {
        let pods = census.pods_of(namespace, account);
        let pods = pods.map(|pod| {
            let workload = pod.workload().or_else(|| pod.owner.clone());
            (picture.evidence(pod), workload)
        });
        BlastRadius::of(pods, census.service_account(namespace, account), at)
    })
}

fn placement(gathered: &Gathered, namespace: &str, account: &str) -> Learned<Placement> {
    let census = &gathered.census;
    if let Some(gap) = census.gap(Part::Pods) {
        return Learned::Failed(gap.into());
    }
    let mut placement = Placement::default();
    let running = |pod: &&Arc<Pod>| !pod.phase.is_ended();
    for pod in census.pods_of(namespace, account).filter(running) {
        let node = pod.node.as_deref().map(|name| census.node(name));
        let is_known = !matches!(node, Some(Fact::Unknown));
        let node = node.and_then(Fact::present);
        let (fargate, windows) = (is_on_fargate(pod, node), is_on_windows(pod, node));
        placement.pods += 1;
        placement.on_fargate += usize::from(fargate);
        placement.on_windows += usize::from(windows);
        // Fargate names itself in the pod; Windows only if the pod says so.
        let is_decided = fargate || windows || is_known || pod.os.is_some();
        placement.undecided += usize::from(!is_decided);
    }
    Learned::Known(placement)
}

fn is_on_fargate(pod: &Pod, node: Option<&Node>) -> bool {
    pod.is_on_fargate() || node.is_some_and(|node| node.compute == Compute::Fargate)
}

fn is_on_windows(pod: &Pod, node: Option<&Node>) -> bool {
    let of_node = node.and_then(|node| node.os.as_deref());
    pod.os.as_deref().or(of_node) == Some("windows")
}

fn account(census: &Census, namespace: &str, account: &str) -> Learned<()> {
    match census.service_account(namespace, account) {
        Fact::Present(_) => Learned::Known(()),
        Fact::Absent => Learned::Absent,
        Fact::Unknown => {
            let gap = census.gap(Part::ServiceAccounts);
            Learned::Failed(gap.unwrap_or_else(|| "it was not read".to_owned()).into())
        }
    }
}

/// The ways of this run to accounts other than a cluster's own: a target role may be in any.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    pub cloud: &'a Arc<Cloud>,
    pub routes: &'a [Route],
}

impl Reach<'_> {
    /// The session that may ask IAM of a role's account.
    async fn session(&self, site: &Site, role: &Arn) -> Option<Arc<Session>> {
        if role.account() == site.arn.account() && role.partition() == site.arn.partition() {
            return Some(Arc::clone(&site.session));
        }
        let accounts = Accounts::of(self.cloud, URGENCY, self.routes).await;
        accounts.session(role).cloned()
    }
}

/// Asks everything that the checks of a plan want to know, side by side.
pub async fn gather(
    site: &Site,
    reach: Reach<'_>,
    plan: &Plan,
    surroundings: &Surroundings,
) -> Evidence {
    let session = &*site.session;
    let after = plan.after();
    let wants_role = plan.steps() != Steps::Tag;
    let role = after
        .and_then(|after| after.role.as_deref())
        .filter(|_| wants_role);
    let target = after
        .and_then(|after| after.target_role.as_deref())
        .filter(|_| wants_role);
    let needs_of_role = needed_by_role(plan);
    let (current, existing, count, role_found, target_role, of_role, permissions, namespace) = tokio::join!(
        Box::pin(current(session, plan)),
        Box::pin(existing(session, plan)),
        Box::pin(count(session, plan)),
        Box::pin(role_evidence(site, reach, role)),
        Box::pin(role_evidence(site, reach, target)),
        Box::pin(of_role(session, role, &needs_of_role)),
        Box::pin(of_caller(session, plan)),
        Box::pin(namespace(site, plan, &surroundings.cluster)),
    );
    let is_other = matches!(plan.steps(), Steps::CreateAndDelete);
    let service_account = if is_other {
        // A move goes to another service account than the one whose pods were read.
        Box::pin(kubernetes_has(
            site,
            &surroundings.cluster,
            ObjectKind::ServiceAccount,
            after.map(|after| &*after.namespace),
            after.map(|after| &*after.service_account),
        ))
        .await
    } else {
        surroundings.service_account.clone()
    };
    Evidence {
        current,
        existing,
        cluster: surroundings.cluster.clone(),
        associations: count,
        role: role_found,
        target_role,
        role_permissions: of_role,
        permissions,
        namespace,
        service_account,
        // Those are the pods of the old names, and a move is about the new ones.
        placement: if is_other {
            Learned::NotAsked
        } else {
            surroundings.placement.clone()
        },
    }
}

async fn current(session: &Session, plan: &Plan) -> Learned<AssociationRecord> {
    let Some(before) = plan.before() else {
        return Learned::NotAsked;
    };
    let found = change::at(session, &before.value.association.key).await;
    let found = found.map(|found| found.map(|described| described.value));
    Learned::of_option(found, "eks:DescribePodIdentityAssociation")
}

async fn existing(session: &Session, plan: &Plan) -> Learned<Association> {
    let is_new = matches!(plan.steps(), Steps::Create | Steps::CreateAndDelete);
    let Some(after) = plan.after().filter(|_| is_new) else {
        return Learned::NotAsked;
    };
    let (namespace, account) = (&after.namespace, &after.service_account);
    let found = change::by_name(session, plan.cluster(), namespace, account).await;
    Learned::of_option(found, "eks:ListPodIdentityAssociations")
}

async fn count(session: &Session, plan: &Plan) -> Learned<usize> {
    if !matches!(plan.steps(), Steps::Create | Steps::CreateAndDelete) {
        return Learned::NotAsked;
    }
    let mut count = 0;
    let every = AssociationFilter::default();
    let listed = load::associations(session, URGENCY, plan.cluster(), &every, |page| {
        count += page.len();
    });
    let listed = listed.await;
    Learned::of(listed.map(|()| count), "eks:ListPodIdentityAssociations")
}

async fn role_evidence(site: &Site, reach: Reach<'_>, role: Option<&str>) -> Learned<RoleEvidence> {
    let Some(Ok(arn)) = role.map(Arn::parse) else {
        return Learned::NotAsked;
    };
    let role = role.unwrap_or_default();
    // IAM answers for the caller's own account only.
    let Some(session) = reach.session(site, &arn).await else {
        return Learned::NotAsked;
    };
    let found = session.role(URGENCY, role_name(role)).await;
    let found = found.map(|found| {
        let is_meant = *found.value.arn == *role;
        is_meant.then(|| RoleEvidence::of(&found.value))
    });
    Learned::of_option(found, "iam:GetRole")
}

const SIMULATE: &str = "iam:SimulatePrincipalPolicy";

async fn of_role(session: &Session, role: Option<&str>, needs: &[Need]) -> Learned<Vec<Simulated>> {
    match role {
        Some(role) if !needs.is_empty() => simulated(session, role, needs).await,
        _ => Learned::NotAsked,
    }
}

async fn of_caller(session: &Session, plan: &Plan) -> Learned<Vec<Simulated>> {
    let needs = needed(plan);
    if needs.is_empty() {
        return Learned::NotAsked;
    }
    match principal(session).await {
        Ok(principal) => simulated(session, &principal, &needs).await,
        Err(learned) => learned,
    }
}

/// The user or role behind the caller: the simulator knows no sessions.
async fn principal(session: &Session) -> Result<Text, Learned<Vec<Simulated>>> {
    let caller = session.caller(URGENCY).await;
    let caller = caller.map_err(|failure| Learned::of(Err(failure), "sts:GetCallerIdentity"))?;
    let resource = caller.short();
    if let Some(rest) = resource.strip_prefix("assumed-role/") {
        let name = rest.split('/').next().unwrap_or(rest);
        // The ARN of a session lacks the role's path.
        return match session.role(URGENCY, name).await {
            Ok(role) => Ok(role.value.arn),
            Err(failure) => Err(Learned::of(Err(failure), "iam:GetRole")),
        };
    }
    if resource.starts_with("user/") {
        return Ok(caller.arn.clone());
    }
    let why = "IAM's simulator knows users and roles, and the caller is neither";
    Err(Learned::Failed(why.into()))
}

async fn simulated(session: &Session, principal: &str, needs: &[Need]) -> Learned<Vec<Simulated>> {
    let mut answers = Vec::new();
    for need in needs {
        match session.simulate(URGENCY, principal, need).await {
            Ok(found) => answers.extend(found),
            Err(failure) => return Learned::of(Err(failure), SIMULATE),
        }
    }
    Learned::Known(answers)
}

async fn namespace(site: &Site, plan: &Plan, cluster: &Learned<Cluster>) -> Learned<()> {
    let is_new = matches!(plan.steps(), Steps::Create | Steps::CreateAndDelete);
    let Some(after) = plan.after().filter(|_| is_new) else {
        return Learned::NotAsked;
    };
    let name = Some(&*after.namespace);
    kubernetes_has(site, cluster, ObjectKind::Namespace, None, name).await
}

async fn kubernetes_has(
    site: &Site,
    cluster: &Learned<Cluster>,
    kind: ObjectKind,
    namespace: Option<&str>,
    name: Option<&str>,
) -> Learned<()> {
    let (Some(cluster), Some(name)) = (cluster.known(), name) else {
        return Learned::Failed("the cluster could not be read".into());
    };
    let asked = async {
        let kubernetes: Arc<Kubernetes> = site.session.kubernetes(&site.arn, cluster).await?;
        kubernetes.document(URGENCY, kind, namespace, name).await
    };
    let permission = format!("get {} (Kubernetes RBAC)", kind.resource());
    match asked.await {
        Ok(_) => Learned::Known(()),
        Err(Failure {
            kind: FailureKind::NotFound,
            ..
        }) => Learned::Absent,
        Err(failure) => Learned::of(Err(failure), &permission),
    }
}
