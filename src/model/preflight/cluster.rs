//! Whether the cluster takes the change, and can make use of it.

use crate::model::plan::{Plan, Steps};
use crate::model::preflight::check::{Check, CheckId, Outcome};
use crate::model::preflight::evidence::Evidence;
use crate::model::text::visible;
use crate::model::{Cluster, Learned};

/// Associations that a cluster can have, by the quota page of EKS; it cannot be raised.
pub const QUOTA: usize = 5_000;

pub(super) fn checks(plan: &Plan, evidence: &Evidence) -> Vec<Check> {
    let mut checks = vec![status(plan, &evidence.cluster)];
    if makes_use(plan.steps()) {
        checks.push(platform(plan, &evidence.cluster));
    }
    if matches!(plan.steps(), Steps::Create | Steps::CreateAndDelete) {
        checks.push(quota(&evidence.associations));
    }
    checks
}

/// Whether pods are to get something by it.
pub(super) fn makes_use(steps: Steps) -> bool {
    match steps {
        Steps::Update | Steps::Create | Steps::CreateAndDelete => true,
        Steps::Delete | Steps::Tag => false,
    }
}

fn status(plan: &Plan, evidence: &Learned<Cluster>) -> Check {
    let title = "status of the cluster";
    let check = |outcome, text: &str| Check::new(CheckId::ClusterStatus, title, outcome, text);
    let cluster = match evidence {
        Learned::Known(cluster) => cluster,
        Learned::Absent => return check(Outcome::Blocking, "EKS knows no such cluster"),
        unknown => return check(Outcome::Unknown, &unknown.unknown().unwrap_or_default()),
    };
    let Some(status) = cluster.status.as_deref() else {
        return check(Outcome::Unknown, "AWS sent no status");
    };
    let text = visible(status).into_owned();
    match status {
        "ACTIVE" => check(Outcome::Ok, &text),
        "UPDATING" => check(Outcome::Warning, &text)
            .and("Pod Identity goes on meanwhile, but calls may be refused (409)")
            .fix("wait for the update if the call is refused"),
        "CREATING" | "DELETING" | "FAILED" | "PENDING" => {
            let outcome = if makes_use(plan.steps()) {
                Outcome::Blocking
            } else {
                Outcome::Warning
            };
            check(outcome, &text).and("calls may fail, and pods may get nothing")
        }
        _ => check(Outcome::Unknown, &text),
    }
}

fn platform(plan: &Plan, evidence: &Learned<Cluster>) -> Check {
    let title = "platform of the cluster";
    let check = |outcome, text: String| Check::new(CheckId::Platform, title, outcome, text);
    let cluster = match evidence {
        Learned::Known(cluster) => cluster,
        Learned::Absent => return check(Outcome::Unknown, "the cluster is not there".to_owned()),
        unknown => return check(Outcome::Unknown, unknown.unknown().unwrap_or_default()),
    };
    // What exists already worked once, or was known not to; only what is new is stopped.
    let too_bad = if plan.steps() == Steps::Update {
        Outcome::Warning
    } else {
        Outcome::Blocking
    };
    for (member, what) in [
        ("outpostConfig", "is a local cluster on AWS Outposts"),
        (
            "connectorConfig",
            "is a connected cluster that EKS does not run",
        ),
    ] {
        if cluster.document.contains_key(member) {
            let text = format!("it {what}, which has no Pod Identity");
            return check(too_bad, text).fix("use IRSA");
        }
    }
    let version = |text: &Option<crate::model::Text>| {
        let text = text.as_deref().unwrap_or("an unknown version");
        visible(text).into_owned()
    };
    let text = format!(
        "Kubernetes {} on platform {}",
        version(&cluster.version),
        version(&cluster.platform_version)
    );
    match cluster.lacks_pod_identity() {
        Some(false) => check(Outcome::Ok, format!("{text} knows Pod Identity")),
        Some(true) => check(
            too_bad,
            format!("{text} is too old: its webhook is missing"),
        )
        .fix("update the cluster, or use IRSA"),
        None => check(
            Outcome::Unknown,
            format!("whether {text} knows Pod Identity cannot be told"),
        ),
    }
}

fn quota(evidence: &Learned<usize>) -> Check {
    let title = "quota of associations";
    let check = |outcome, text: String| Check::new(CheckId::Quota, title, outcome, text);
    let count = match evidence {
        Learned::Known(count) => *count,
        Learned::Absent => return check(Outcome::Unknown, "the cluster is not there".to_owned()),
        unknown => return check(Outcome::Unknown, unknown.unknown().unwrap_or_default()),
    };
    let text = format!("{count} of {QUOTA} are used");
    if count >= QUOTA {
        return check(Outcome::Blocking, text)
            .fix("delete associations that are not used; the quota cannot be raised");
    }
    if count >= QUOTA / 10 * 9 {
        return check(Outcome::Warning, text);
    }
    check(Outcome::Ok, text)
}
