//! Whether there is somebody to make use of the association.

use crate::model::Learned;
use crate::model::plan::{Plan, Steps};
use crate::model::preflight::check::{Check, CheckId, Outcome};
use crate::model::preflight::cluster::makes_use;
use crate::model::preflight::evidence::{Evidence, Placement};
use crate::model::text::visible;

pub(super) fn checks(plan: &Plan, evidence: &Evidence) -> Vec<Check> {
    let mut checks = Vec::new();
    let Some(after) = plan.after().filter(|_| makes_use(plan.steps())) else {
        return checks;
    };
    if plan.steps() != Steps::Update {
        let namespace = format!("namespace {}", visible(&after.namespace));
        checks.push(exists(CheckId::Namespace, &namespace, &evidence.namespace));
        let account = format!("service account {}", visible(&after.service_account));
        let found = &evidence.service_account;
        checks.push(exists(CheckId::ServiceAccount, &account, found));
    }
    checks.push(placement(&evidence.placement));
    checks
}

/// EKS takes names that Kubernetes does not know.
fn exists(id: CheckId, title: &str, evidence: &Learned<()>) -> Check {
    match evidence {
        Learned::Known(()) => Check::new(id, title, Outcome::Ok, "exists in Kubernetes"),
        Learned::Absent => Check::new(
            id,
            title,
            Outcome::Warning,
            "does not exist in Kubernetes; that is allowed, and the association waits for it",
        )
        .fix("check the spelling: names match exactly"),
        unknown => {
            let why = unknown.unknown().unwrap_or_default();
            Check::new(id, title, Outcome::Unknown, why)
        }
    }
}

fn counted(pods: usize) -> String {
    match pods {
        1 => "1 pod".to_owned(),
        pods => format!("{pods} pods"),
    }
}

fn placement(evidence: &Learned<Placement>) -> Check {
    let title = "where its pods run";
    let check = |outcome, text: String| Check::new(CheckId::Placement, title, outcome, text);
    let placement = match evidence {
        Learned::Known(placement) => placement,
        Learned::Absent => return check(Outcome::Ok, "it has no pods yet".to_owned()),
        unknown => return check(Outcome::Unknown, unknown.unknown().unwrap_or_default()),
    };
    let Placement {
        pods,
        on_fargate,
        on_windows,
        undecided,
    } = *placement;
    let lost = on_fargate.saturating_add(on_windows);
    if lost == 0 && undecided > 0 {
        let text = format!(
            "of {pods}, what {undecided} run on is not known, because nodes could not be read",
            pods = counted(pods)
        );
        return check(Outcome::Unknown, text);
    }
    if lost == 0 {
        let text = match pods {
            0 => "it has no pods yet".to_owned(),
            1 => "its only pod does not run on Fargate or Windows".to_owned(),
            _ => format!("none of its {pods} pods runs on Fargate or Windows"),
        };
        return check(Outcome::Ok, text);
    }
    let who = match (lost >= pods, pods) {
        (true, 1) => "its only pod gets nothing".to_owned(),
        (true, _) => "all of its pods get nothing".to_owned(),
        (false, _) => "some of its pods get nothing".to_owned(),
    };
    let text = format!(
        "{who}: of {}, {on_fargate} on Fargate and {on_windows} on Windows",
        counted(pods)
    );
    check(Outcome::Warning, text).fix("use IRSA for pods on Fargate and Windows")
}
