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
        let namespace = format!("the namespace {}", visible(&after.namespace));
        checks.push(exists(CheckId::Namespace, &namespace, &evidence.namespace));
        let account = format!("the service account {}", visible(&after.service_account));
        let found = &evidence.service_account;
        checks.push(exists(CheckId::ServiceAccount, &account, found));
    }
    checks.push(placement(&evidence.placement));
    checks
}

/// EKS takes names that Kubernetes does not know.
fn exists(id: CheckId, what: &str, evidence: &Learned<()>) -> Check {
    let title = format!("{what} exists");
    match evidence {
        Learned::Known(()) => Check::new(id, title, Outcome::Ok, "Kubernetes has it"),
        Learned::Absent => Check::new(
            id,
            title,
            Outcome::Warning,
            "Kubernetes does not have it; that is allowed, and the association waits for it",
        )
        .fix("check the spelling: names match exactly"),
        unknown => {
            let why = unknown.unknown().unwrap_or_default();
            Check::new(id, title, Outcome::Unknown, why)
        }
    }
}

fn placement(evidence: &Learned<Placement>) -> Check {
    let title = "its pods run where Pod Identity works";
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
            "of {pods} pods, what {undecided} run on is not known, because nodes could not be read"
        );
        return check(Outcome::Unknown, text);
    }
    if lost == 0 {
        let text = match pods {
            0 => "it has no pods yet".to_owned(),
            _ => format!("none of its {pods} pods runs on Fargate or Windows"),
        };
        return check(Outcome::Ok, text);
    }
    let all = if lost >= pods { "all" } else { "some" };
    let text = format!(
        "{all} of its pods get nothing: of {pods}, {on_fargate} on Fargate and {on_windows} on Windows"
    );
    check(Outcome::Warning, text).fix("use IRSA for pods on Fargate and Windows")
}
