//! The second hop: from the role of the association to its target role.

use serde_json::json;

use crate::model::arn::account_of;
use crate::model::export::json;
use crate::model::plan::{Change, Definition, Plan, Setting, Steps};
use crate::model::preflight::check::{Check, CheckId, Outcome};
use crate::model::preflight::evidence::{Decision, Evidence, Simulated};
use crate::model::preflight::permission::{self, Need, needed_by_role};
use crate::model::preflight::role;
use crate::model::text::visible;
use crate::model::trust::{
    AssociationHop, TargetHop, Tightness, for_target_hop, statement_for_target,
};
use crate::model::{Arn, Learned, Text};

pub(super) fn checks(plan: &Plan, evidence: &Evidence) -> Vec<Check> {
    let (Some(after), Some(hop)) = (plan.after(), plan.hop()) else {
        return Vec::new();
    };
    let Some(target) = after
        .target_role
        .as_ref()
        .filter(|_| plan.steps() != Steps::Tag)
    else {
        return Vec::new();
    };
    vec![
        exists(plan, target, evidence),
        permission(plan, after, target, evidence),
        trust(plan, after, &hop, target, evidence),
    ]
}

fn exists(plan: &Plan, target: &Text, evidence: &Evidence) -> Check {
    let found = &evidence.target_role;
    let check = role::exists(CheckId::TargetRole, "target role", target, found);
    let account = account_of(target).unwrap_or_default();
    if account == plan.cluster().account() || matches!(found, Learned::Known(_) | Learned::Absent) {
        return check;
    }
    // IAM of the cluster's account knows nothing of it, neither yes nor no.
    let text = format!(
        "it is in account {}, which no scope of this run reads",
        visible(account)
    );
    Check::new(CheckId::TargetRole, check.title, Outcome::Unknown, text)
}

/// Whether the first role's own policies let it assume the target role.
fn permission(plan: &Plan, after: &Definition, target: &Text, evidence: &Evidence) -> Check {
    let title = "permission of the role to assume the target role";
    let id = CheckId::TargetPermission;
    let needs = needed_by_role(plan);
    let answers = match &evidence.role_permissions {
        Learned::Known(answers) => answers,
        Learned::Absent => {
            let text = "the role is not there";
            return Check::new(id, title, Outcome::Unknown, text);
        }
        unknown => {
            let why = unknown.unknown().unwrap_or_default();
            return Check::new(id, title, Outcome::Unknown, why);
        }
    };
    let role = after.role.as_deref().unwrap_or_default();
    let mut check = Check::new(id, title, Outcome::Ok, "");
    (check.outcome, check.evidence) = hop_permission(role, target, &needs, answers);
    if check.outcome == Outcome::Ok {
        return check;
    }
    let actions: Vec<&str> = needs.iter().map(|need| &*need.action).collect();
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": &**target});
    let name = visible(crate::model::arn::role_name(role));
    let text = format!("let the policies of {name} allow this");
    check.fix_with(text, json::pretty(&statement))
}

/// What IAM's simulator means for the hop, and why.
pub(in crate::model) fn hop_permission(
    role: &str,
    target: &str,
    needs: &[Need],
    answers: &[Simulated],
) -> (Outcome, Vec<String>) {
    let is_neighbour = account_of(role) == account_of(target);
    let (mut worst, mut reasons) = (Outcome::Ok, Vec::new());
    for need in needs {
        let (mut outcome, mut lines) = permission::judged(need, answers);
        let answer = permission::answer(need, answers);
        let is_silent = answer.is_some_and(|answer| answer.decision == Decision::ImplicitDeny);
        if outcome == Outcome::Blocking && is_silent && is_neighbour {
            outcome = Outcome::Unknown;
            lines.push(
                "within one account the trust policy of the target role can be enough".to_owned(),
            );
        }
        worst = worst.max(outcome);
        reasons.extend(lines);
    }
    (worst, reasons)
}

fn trust(
    plan: &Plan,
    after: &Definition,
    hop: &AssociationHop<'_>,
    target: &Text,
    evidence: &Evidence,
) -> Check {
    let title = "trust policy of the target role";
    let what = "the role assume it";
    let id = CheckId::TargetTrust;
    let arn = after.role.as_deref().map(Arn::parse);
    let Some(Ok(role)) = arn else {
        let text = "the ARN of the first role is not known";
        return Check::new(id, title, Outcome::Unknown, text);
    };
    let external_id = external_id(plan);
    let target_hop = TargetHop {
        source: *hop,
        role: &role,
        external_id,
    };
    let judged = role::judged(id, (title, what), target, &evidence.target_role, |policy| {
        for_target_hop(policy, &target_hop)
    });
    let statement = statement_for_target(&target_hop, Tightness::Workload);
    let statement = json::pretty(&statement);
    match judged {
        Ok((check, judgement)) => {
            let mut check = role::with_fix(check, &judgement, target, &statement);
            check.evidence.push(match external_id {
                Some(known) => format!("EKS sends the external id {}", visible(known)),
                None => format!(
                    "the external id is not made yet; by the documentation of EKS it will be {}",
                    visible(&plan.expected_external_id())
                ),
            });
            check
        }
        Err(check) => check.fix_with(
            "if its trust policy does not have it yet, add this statement",
            statement,
        ),
    }
}

/// The external id that EKS reported for these very names; a move makes another one.
fn external_id(plan: &Plan) -> Option<&str> {
    if plan.steps() != Steps::Update {
        return None;
    }
    let id = plan.before()?.value.detail.external_id()?;
    Some(id)
}

/// A session policy goes with session tags off; what breaks that is refused before there is a plan.
pub(super) fn policy_tags(plan: &Plan) -> Option<Check> {
    let title = "session policy and session tags";
    if let Change::Update(edit) = plan.change()
        && edit.policy == Setting::Clear
    {
        let text = "that EKS clears a session policy by an update is not documented; it is read back after the change";
        let check = Check::new(CheckId::PolicyTags, title, Outcome::Warning, text);
        return Some(
            check.fix("if it is still there then, delete the association and create it again"),
        );
    }
    let after = plan.after().filter(|_| plan.steps() != Steps::Tag)?;
    after.policy.as_ref()?;
    let (outcome, text) = if after.session_tags {
        (
            Outcome::Blocking,
            "session tags are on, and EKS refuses that with a policy",
        )
    } else {
        (Outcome::Ok, "session tags are off")
    };
    Some(Check::new(CheckId::PolicyTags, title, outcome, text))
}

/// What the role of the association needs to reach the target role.
pub(super) fn needs_of_role(plan: &Plan) -> Vec<Need> {
    let Some(after) = plan.after().filter(|_| plan.steps() != Steps::Tag) else {
        return Vec::new();
    };
    let Some(target) = &after.target_role else {
        return Vec::new();
    };
    needs_of_hop(target, after.session_tags)
}

/// What a role needs to reach a target role.
pub(in crate::model) fn needs_of_hop(target: &str, session_tags: bool) -> Vec<Need> {
    let mut needs = vec![Need::of("sts:AssumeRole", target)];
    if session_tags {
        needs.push(Need::of("sts:TagSession", target));
    }
    needs
}
