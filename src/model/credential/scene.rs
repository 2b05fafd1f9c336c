//! Steps that look at what is there before anything is asked for.

use crate::model::arn::role_name;
use crate::model::diagnosis::remedy;
use crate::model::pod::Pod;
use crate::model::service_account::ServiceAccount;
use crate::model::text::visible;
use crate::model::{Learned, Text};

use super::candidate::{is_candidate, is_injected};
use super::kept::Kept;
use super::known::Known;
use super::step::{Step, StepKind, StepState};
use super::test::{CredentialTest, TokenSource};

/// A step of which nothing could be found out.
pub fn unknown_step<T>(kind: StepKind, learned: &Learned<T>) -> Step {
    let why = learned
        .unknown()
        .unwrap_or_else(|| "it was not found".to_owned());
    Step::new(kind, StepState::Unknown, format!("not known: {why}"))
}

/// What `DescribeCluster` said.
pub fn cluster_step(known: &Known) -> Step {
    let cluster = match &known.cluster {
        Learned::Known(cluster) => cluster,
        Learned::Absent => {
            return Step::new(
                StepKind::Cluster,
                StepState::Failed,
                "EKS knows no such cluster",
            );
        }
        other => return unknown_step(StepKind::Cluster, other),
    };
    let text = |text: &Option<Text>| visible(text.as_deref().unwrap_or("unknown")).into_owned();
    let (status, version) = (text(&cluster.status), text(&cluster.version));
    let platform = text(&cluster.platform_version);
    let mut step = Step::new(
        StepKind::Cluster,
        StepState::Passed,
        format!("{status}, Kubernetes {version}, platform {platform}"),
    );
    if let Some(issuer) = &cluster.oidc_issuer {
        step = step.evidence(format!("issuer {}", visible(issuer)));
    }
    let is_foreign = ["outpostConfig", "connectorConfig"];
    if let Some(member) = is_foreign
        .iter()
        .find(|member| cluster.document.contains_key(**member))
    {
        step.state = StepState::Failed;
        step.said = format!("it has {member}: such clusters have no Pod Identity").into();
        return step.remedies([remedy::advice("use IRSA")]);
    }
    if cluster.lacks_pod_identity() == Some(true) {
        step.state = StepState::Failed;
        step.said =
            format!("Kubernetes {version}, platform {platform} is too old for Pod Identity").into();
        return step.remedies([remedy::advice("update the cluster")]);
    }
    match &*status {
        "ACTIVE" | "UPDATING" => {}
        "unknown" => step.state = StepState::Unknown,
        _ => step.state = StepState::Failed,
    }
    if !cluster.health_issues.is_empty() {
        step.state = step.state.max(StepState::Warning);
        let issues = cluster.health_issues.join(", ");
        step = step.evidence(format!("health issues: {}", visible(&issues)));
    }
    step
}

/// What EKS and IAM said of the association and its roles.
pub fn association_step(known: &Known, test: &CredentialTest) -> Step {
    let kind = StepKind::Association;
    let record = match &known.association {
        Learned::Known(record) => record,
        Learned::Absent => {
            let said = format!("there is none for {}", visible(&test.name()));
            return Step::new(kind, StepState::Failed, said);
        }
        other => return unknown_step(kind, other),
    };
    let id = visible(&record.association.key.id).into_owned();
    let role = record.detail.role.as_deref().unwrap_or("no role");
    let mut said = format!("{id} names {}", visible(role_name(role)));
    if let Some(target) = &record.detail.target_role {
        said = format!("{said}, and through it {}", visible(role_name(target)));
    }
    let mut step = Step::new(kind, StepState::Passed, said);
    step.evidence
        .extend(known.lines(&test.cluster).into_iter().skip(1));
    if !known.causes(&test.cluster).is_empty() {
        step.state = StepState::Failed;
    } else if let Some(state) = doubt(known) {
        step.state = state;
    }
    if let Some(wanted) = &test.expected.association
        && *wanted != record.association.key.id
    {
        step.state = step.state.max(StepState::Warning);
        step = step.evidence(format!(
            "it was {} when the test was approved",
            visible(wanted)
        ));
    }
    step
}

/// How sure it is not that EKS may assume the roles; `None` where every trust policy says yes.
fn doubt(known: &Known) -> Option<StepState> {
    let role = (known.role.known().is_some(), known.trust());
    let target = (known.target_role.known().is_some(), known.target_trust());
    let roles = [Some(role), known.target_arn().map(|_| target)];
    let open = roles
        .into_iter()
        .flatten()
        .filter(|(_, trust)| trust.as_ref().is_none_or(|trust| !trust.verdict.is_yes()));
    open.map(|(is_read, _)| {
        if is_read {
            StepState::Warning
        } else {
            StepState::Unknown
        }
    })
    .max()
}

/// What the API server said of the service account.
pub fn account_step(account: &Learned<ServiceAccount>, test: &CredentialTest) -> Step {
    let kind = StepKind::ServiceAccount;
    let name = visible(&test.name()).into_owned();
    match account {
        Learned::Known(found) => {
            let step = Step::new(kind, StepState::Passed, format!("{name} is there"));
            match &found.role_arn {
                Some(role) => step.evidence(format!(
                    "it is annotated with {} for IRSA; where there is an association, that comes first for new pods",
                    visible(role)
                )),
                None => step,
            }
        }
        Learned::Absent => Step::new(kind, StepState::Failed, format!("{name} is not there")),
        other => unknown_step(kind, other),
    }
}

/// The pod that the token is bound to, among those of the service account, with what keeps it from its role.
pub fn pod_step(pods: &Learned<Vec<Pod>>, kept: &[Kept], test: &CredentialTest) -> Step {
    let kind = StepKind::Pod;
    let TokenSource::Pod { name, uid, .. } = &test.token else {
        return Step::new(
            kind,
            StepState::Skipped,
            "the token that was given says which",
        );
    };
    let shown = visible(name).into_owned();
    let pods = match pods {
        Learned::Known(pods) => pods,
        other => return unknown_step(kind, other),
    };
    let Some(pod) = pods.iter().find(|pod| pod.name == *name) else {
        return Step::new(kind, StepState::Failed, format!("{shown} is gone"));
    };
    if pod.uid != *uid {
        let said = format!("{shown} was replaced by another pod of the same name");
        return Step::new(kind, StepState::Failed, said);
    }
    let others = pods.iter().filter(|other| is_candidate(other)).count();
    let node = pod.node.as_deref().unwrap_or("no node yet");
    let mut step = Step::new(
        kind,
        StepState::Passed,
        format!("{shown} on {}, {}", visible(node), pod.phase.as_str()),
    )
    .evidence(format!("one of {others} that run"));
    if !is_candidate(pod) {
        step.state = StepState::Warning;
        step = step
            .evidence("it does not run, or it is being deleted; EKS Auth may see that differently");
    }
    if is_injected(pod) {
        step = step.evidence("the webhook gave it the token and the address of the agent");
    }
    for kept in kept {
        let may = if kept.is_sure { "" } else { "it may be that " };
        step.state = step.state.max(StepState::Warning);
        step = step
            .evidence(format!("{may}{} ({})", kept.phrase(), kept.seen))
            .remedies(kept.remedies.iter().cloned());
    }
    step
}

/// Whether the caller may have tokens issued; `None` is a reason that nobody gave.
pub fn permission_step(allowed: &Learned<(bool, Option<Text>)>, test: &CredentialTest) -> Step {
    let kind = StepKind::Permission;
    let rule = format!("create serviceaccounts/token of {}", visible(&test.name()));
    match allowed {
        Learned::Known((true, _)) => Step::new(kind, StepState::Passed, format!("may {rule}")),
        Learned::Known((false, reason)) => {
            let step = Step::new(kind, StepState::Failed, format!("may not {rule}"));
            match reason {
                Some(reason) => step.evidence(visible(reason).into_owned()),
                None => step,
            }
        }
        other => unknown_step(kind, other),
    }
}
