//! Whether the role of the association is there, and lets EKS hand it to these pods.

use crate::model::export::json;
use crate::model::plan::{Plan, Steps};
use crate::model::preflight::check::{Check, CheckId, Outcome};
use crate::model::preflight::evidence::{Evidence, RoleEvidence};
use crate::model::text::visible;
use crate::model::trust::{
    Action, AssociationHop, Judgement, Lint, Tightness, for_association, statement_for,
};
use crate::model::verdict::Verdict;
use crate::model::{Learned, Text};

pub(super) fn checks(plan: &Plan, evidence: &Evidence) -> Vec<Check> {
    let (Some(after), Some(hop)) = (plan.after(), plan.hop()) else {
        return Vec::new();
    };
    if plan.steps() == Steps::Tag {
        return Vec::new();
    }
    let Some(role) = &after.role else {
        let text = "AWS sent no role for the association";
        return vec![Check::new(CheckId::Role, "role", Outcome::Unknown, text)];
    };
    vec![
        exists(CheckId::Role, "role", role, &evidence.role),
        trust(&hop, role, &evidence.role),
    ]
}

/// The role itself; IAM finds it by its name alone, so the ARN must be compared.
pub(super) fn exists(
    id: CheckId,
    what: &str,
    role: &Text,
    evidence: &Learned<RoleEvidence>,
) -> Check {
    let name = crate::model::arn::role_name(role);
    let shown = visible(name);
    let title = format!("{what} {shown}");
    let check = |outcome, text: String| Check::new(id, &*title, outcome, text);
    match evidence {
        Learned::Known(found) if found.arn == *role => {
            let account = crate::model::arn::account_of(role).unwrap_or_default();
            check(Outcome::Ok, format!("exists in account {}", visible(account)))
        }
        Learned::Known(found) if crate::model::arn::role_name(&found.arn) == name => {
            let arn = visible(&found.arn);
            check(
                Outcome::Blocking,
                format!("does not exist under this ARN: IAM has {arn}, and not {}", visible(role)),
            )
            .fix_with("use the ARN that IAM has", arn)
        }
        Learned::Known(_) => check(
            Outcome::Unknown,
            "the answer of IAM is about another role".to_owned(),
        ),
        Learned::Absent => check(Outcome::Blocking, "does not exist, IAM knows no such role".to_owned())
            .fix("create the role or pick another; a role that was made seconds ago may not be visible yet"),
        unknown => check(Outcome::Unknown, unknown.unknown().unwrap_or_default()),
    }
}

fn trust(hop: &AssociationHop<'_>, role: &Text, evidence: &Learned<RoleEvidence>) -> Check {
    let title = "trust policy of the role";
    let what = "EKS give it to these pods";
    let judged = judged(CheckId::Trust, (title, what), role, evidence, |policy| {
        for_association(policy, hop)
    });
    let (check, judgement) = match judged {
        Ok(judged) => judged,
        Err(check) => return check,
    };
    let statement = statement_for(hop, Tightness::Workload);
    with_fix(check, &judgement, role, &json::pretty(&statement))
}

/// Judges a trust policy, or says why it cannot be judged; `what` follows "lets".
pub(super) fn judged(
    id: CheckId,
    (title, what): (&str, &str),
    role: &Text,
    evidence: &Learned<RoleEvidence>,
    judge: impl FnOnce(&crate::model::trust::Policy) -> Judgement,
) -> Result<(Check, Judgement), Check> {
    let open = |why: String| Check::new(id, title, Outcome::Unknown, why);
    let found = match evidence {
        Learned::Known(found) if found.arn == *role => found,
        Learned::Known(_) => {
            return Err(open("the answer of IAM is about another role".to_owned()));
        }
        Learned::Absent => return Err(open("the role is not there".to_owned())),
        unknown => return Err(open(unknown.unknown().unwrap_or_default())),
    };
    let policy = match &found.trust {
        Ok(policy) => policy,
        Err(malformed) => return Err(open(malformed.to_string())),
    };
    let judgement = judge(policy);
    let is_open = |lint: &&Lint| matches!(lint, Lint::OpenToTheWorld { .. });
    let outcome = match judgement.verdict {
        Verdict::Yes if judgement.lints.iter().any(|lint| is_open(&lint)) => Outcome::Warning,
        Verdict::Yes => Outcome::Ok,
        Verdict::Unknown => Outcome::Unknown,
        Verdict::No => Outcome::Blocking,
    };
    let finding = match judgement.verdict {
        Verdict::Yes => format!("lets {what}"),
        Verdict::No => format!("does not let {what}"),
        Verdict::Unknown => format!("whether it lets {what} cannot be told from here"),
    };
    let mut check = Check::new(id, title, outcome, finding);
    check.evidence.extend(judgement.reasons());
    let lints = judgement.lints.iter().map(ToString::to_string);
    for lint in lints {
        if !check.evidence.contains(&lint) {
            check.evidence.push(lint);
        }
    }
    Ok((check, judgement))
}

/// Adds what would mend a policy: a ready statement, unless a Deny stands above it.
pub(super) fn with_fix(check: Check, judgement: &Judgement, role: &str, statement: &str) -> Check {
    if judgement.verdict.is_yes() {
        return check;
    }
    let denials = judgement.denials().into_iter();
    let denials: Vec<String> = denials.map(|denial| denial.remedy()).collect();
    // No further statement can outweigh a Deny.
    if !denials.is_empty() {
        let name = visible(crate::model::arn::role_name(role));
        return check.fix(format!(
            "in the trust policy of {name}: {}",
            denials.join("; ")
        ));
    }
    let remedy = judgement.remedy();
    let name = visible(crate::model::arn::role_name(role)).into_owned();
    let or = remedy.map_or_else(String::new, |remedy| format!("{remedy}, or "));
    let actions = [Action::AssumeRole, Action::TagSession].map(Action::name);
    let text = format!(
        "{or}add this statement to the trust policy of {name}; it allows {}",
        actions.join(" and ")
    );
    check.fix_with(text, statement)
}
