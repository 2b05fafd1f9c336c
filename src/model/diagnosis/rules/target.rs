//! The second hop: from the role of an association to its target role.
#![expect(
    clippy::similar_names,
    reason = "a rule about a role is called a rule, and a role a role"
)]

use std::collections::BTreeSet;

use serde_json::json;

use crate::model::arn::{account_of, role_name};
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, command, statement};
use crate::model::diagnosis::rules::trust;
use crate::model::diagnosis::{
    Binding, Finding, Look, Remedy, RoleFacts, Rule, RuleId, Severity, Subject,
};
use crate::model::preflight::{Outcome, hop_permission, needs_of_hop};
use crate::model::text::visible;
use crate::model::trust::{
    Judgement, Lint, Policy, PrincipalKind, Principals, TargetHop, Tightness, for_target_hop,
    statement_for_target,
};
use crate::model::verdict::Verdict;
use crate::model::{Arn, AssociationDetail, Learned, Text};

const CHAIN: &str = "EKS assumes the target role with the session of the first role, and where that fails the pods get nothing: AccessDeniedException";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("target-role-missing"),
        rows: &[37],
        severity: Severity::Error,
        title: "the target role of an association does not exist",
        explanation: CHAIN,
        after: &[],
        judge: missing,
    },
    Rule {
        id: RuleId("target-permission-missing"),
        rows: &[37],
        severity: Severity::Error,
        title: "the role of an association may not assume its target role",
        explanation: CHAIN,
        after: &[RuleId("role-missing")],
        judge: permission,
    },
    Rule {
        id: RuleId("target-trust-lacks-role"),
        rows: &[37],
        severity: Severity::Error,
        title: "the target role does not trust the role of the association",
        explanation: CHAIN,
        after: &[],
        judge: distrust,
    },
    Rule {
        id: RuleId("target-external-id-differs"),
        rows: &[38],
        severity: Severity::Error,
        title: "the target role wants another external id",
        explanation: "the external id is made of region, account, cluster, namespace and service account, and changes with each of them",
        after: &[],
        judge: external_id,
    },
    Rule {
        id: RuleId("target-trust-undecided"),
        rows: &[],
        severity: Severity::Warning,
        title: "whether the target role trusts the role depends on what only AWS knows",
        explanation: "it rests on principals, keys or operators that are not evaluated here; the credential test tells",
        after: &[],
        judge: undecided,
    },
    Rule {
        id: RuleId("target-confused-deputy"),
        rows: &[39],
        severity: Severity::Warning,
        title: "any pod with the first role can reach the target role",
        explanation: "no condition of the target role says which workload it is for, so whoever gets the first role gets this one too",
        after: &[],
        judge: deputy,
    },
];

const DESCRIBE: &str = "eks:DescribePodIdentityAssociation";
const MEMBER: &str = "association.targetRoleArn";

/// An association with a target role, and all about the hop.
struct Hop<'a> {
    binding: Binding<'a>,
    detail: &'a AssociationDetail,
    target: &'a Text,
}

fn of_each_hop<'a>(
    rule: &Rule,
    look: &Look<'a>,
    judge: impl Fn(&Hop<'a>) -> Option<Finding>,
) -> Vec<Finding> {
    rule.of_each(look, |binding, detail| {
        let hop = Hop {
            binding,
            detail,
            target: detail.target_role.as_ref()?,
        };
        judge(&hop)
    })
}

/// What the account of the cluster knows of the target role; of other accounts it knows nothing, not even a "no".
fn facts<'a>(look: &Look<'a>, target: &str) -> Result<Option<&'a RoleFacts>, Text> {
    let learned = look.role(target);
    let other = account_of(target).filter(|account| *account != look.evidence.arn.account());
    match (learned, other) {
        (Learned::Known(facts), _) if &*facts.detail.arn == target => Ok(Some(facts)),
        // Of another account that a profile leads to, a "no" is one.
        (Learned::Absent, _) | (Learned::Known(_), None) => Ok(None),
        (_, Some(account)) => {
            Err(format!("needs iam:GetRole in account {}", visible(account)).into())
        }
        (unknown, None) => gap(unknown).map_or(Ok(None), Err),
    }
}

fn missing(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    of_each_hop(rule, look, |hop| {
        let subject = hop.binding.subject();
        match facts(look, hop.target) {
            Ok(Some(_)) => None,
            Err(needs) => Some(rule.unknown(subject, needs)),
            Ok(None) => {
                let name = visible(role_name(hop.target));
                let finding = rule
                    .found(subject, format!("the target role {name} does not exist"))
                    .proof(DESCRIBE, MEMBER, hop.target.clone())
                    .proof(trust::call(hop.target), "Error.Code", "NoSuchEntity");
                let association = hop.binding.association;
                let options = [
                    ("--association-id", &*association.key.id),
                    ("--target-role-arn", ""),
                ];
                let written = look.eks("update-pod-identity-association", &options);
                Some(
                    finding
                        .remedy(advice("create the target role again, under the same ARN"))
                        .remedy(command("or do without a target role", written)),
                )
            }
        }
    })
}

fn permission(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    of_each_hop(rule, look, |hop| {
        let subject = hop.binding.subject();
        let Some(role) = &hop.detail.role else {
            return Some(rule.unknown(subject, "AWS sent no role"));
        };
        let key = (role.clone(), hop.target.clone());
        let answers = match look.evidence.hop_permissions.get(&key) {
            Some(Learned::Known(answers)) => answers,
            // The role is not there, of which another rule speaks.
            Some(Learned::Absent) => return None,
            Some(unknown) => return gap(unknown).map(|needs| rule.unknown(subject, needs)),
            None => return Some(rule.unknown(subject, "it was not asked for")),
        };
        let needs = needs_of_hop(hop.target, hop.detail.session_tags());
        let (outcome, reasons) = hop_permission(role, hop.target, &needs, answers);
        let names = (visible(role_name(role)), visible(role_name(hop.target)));
        let finding = match outcome {
            Outcome::Ok | Outcome::Warning => return None,
            Outcome::Unknown if names_directly(look, role, hop.target) => return None,
            Outcome::Unknown => rule
                .possible(
                    subject,
                    format!("{} may not be allowed to assume {}", names.0, names.1),
                )
                .severity(Severity::Warning),
            Outcome::Blocking => {
                rule.found(subject, format!("{} may not assume {}", names.0, names.1))
            }
        };
        let actions: Vec<&str> = needs.iter().map(|need| &*need.action).collect();
        let wanted = json!({"Effect": "Allow", "Action": actions, "Resource": &**hop.target});
        let finding = reasons.into_iter().fold(finding, |finding, reason| {
            finding.proof(
                "iam:SimulatePrincipalPolicy",
                "EvaluationResults[].EvalDecision",
                reason,
            )
        });
        Some(
            finding
                .proof(DESCRIBE, MEMBER, hop.target.clone())
                .remedy(statement(
                    format!("let the policies of {} allow this", names.0),
                    &wanted,
                ))
                .remedy(inline(look, role, &wanted)),
        )
    })
}

/// Puts the statement into a policy of the role's own.
fn inline(look: &Look<'_>, role: &str, wanted: &serde_json::Value) -> Remedy {
    let document = crate::model::trust::document_of(wanted);
    let document = crate::model::export::json::line(&document);
    let options = [
        ("--role-name", role_name(role)),
        ("--policy-name", "assume-target-role"),
        ("--policy-document", &document),
    ];
    command(
        "or put it into an inline policy",
        look.aws("iam", "put-role-policy", &options),
    )
}

/// Whether the target role trusts the role itself, which within one account is enough.
fn names_directly(look: &Look<'_>, role: &str, target: &str) -> bool {
    let Ok(Some(facts)) = facts(look, target) else {
        return false;
    };
    let is_named = |policy: &Policy| {
        let allowing = policy.statements.iter().filter(|one| one.allows());
        allowing.into_iter().any(|statement| {
            matches!(&statement.principals, Principals::Listed(list) if list.iter().any(|principal| {
                principal.kind == PrincipalKind::Aws && principal.value == role
            }))
        })
    };
    account_of(role) == account_of(target)
        && trust::readable(facts).is_ok_and(|policy| is_named(&policy))
}

/// What the trust policy of a target role says of the hop.
fn judged(look: &Look<'_>, hop: &Hop<'_>) -> Result<Option<(Policy, Judgement)>, Text> {
    let Some(facts) = facts(look, hop.target)? else {
        return Ok(None);
    };
    let policy = trust::readable(facts)?;
    let role = hop.detail.role.as_deref().map(Arn::parse);
    let Some(Ok(role)) = role else {
        return Err("the ARN of the first role is not known".into());
    };
    let target_hop = TargetHop {
        source: hop.binding.hop(hop.detail),
        role: &role,
        external_id: hop.detail.external_id().map(|id| &**id),
    };
    let judgement = for_target_hop(&policy, &target_hop);
    Ok(Some((policy, judgement)))
}

/// What a trust policy of a target role comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    LetIn,
    Distrusts,
    OtherExternalId,
    Undecided,
}

/// Whether a Deny keeps it out, which no Allow outweighs, whatever its external id.
fn is_denied(judgement: &Judgement) -> bool {
    judgement.denials().iter().any(|denial| denial.is_sure)
}

fn answer(judgement: &Judgement) -> Answer {
    match judgement.verdict {
        Verdict::Yes => Answer::LetIn,
        Verdict::No if is_denied(judgement) => Answer::Distrusts,
        Verdict::No if trust::is_about(trust::evaluation_of(judgement), "sts:ExternalId") => {
            Answer::OtherExternalId
        }
        Verdict::No => Answer::Distrusts,
        Verdict::Unknown => Answer::Undecided,
    }
}

fn trusting(rule: &Rule, look: &Look<'_>, wanted: Answer) -> Vec<Finding> {
    of_each_hop(rule, look, |hop| {
        let subject = hop.binding.subject();
        let judgement = match judged(look, hop) {
            Ok(Some((_, judgement))) => judgement,
            // It is not there, of which another rule speaks.
            Ok(None) => return None,
            Err(needs) => return Some(rule.unknown(subject, needs)),
        };
        if answer(&judgement) != wanted {
            return None;
        }
        let target = visible(role_name(hop.target));
        let summary = match wanted {
            Answer::OtherExternalId => {
                format!("the target role {target} wants another external id")
            }
            Answer::Undecided => {
                format!("only AWS can tell whether the target role {target} trusts the role")
            }
            _ if is_denied(&judgement) => {
                format!("a Deny of the target role {target} keeps the role of the association out")
            }
            Answer::LetIn | Answer::Distrusts => {
                format!("the target role {target} does not trust the role of the association")
            }
        };
        let finding = if wanted == Answer::Undecided {
            rule.possible(subject, summary)
        } else {
            rule.found(subject, summary)
        };
        let reasons = judgement.reasons().into_iter();
        let finding = reasons.fold(finding, |finding, reason| {
            finding.proof(trust::call(hop.target), trust::FIELD, reason)
        });
        let external_id = hop.detail.external_id().cloned();
        let finding = external_id.into_iter().fold(finding, |finding, id| {
            finding.proof(DESCRIBE, "association.externalId", id)
        });
        Some(finding.remedies(remedies(hop, &judgement)))
    })
}

fn remedies(hop: &Hop<'_>, judgement: &Judgement) -> Vec<Remedy> {
    let mut remedies = trust::mended(judgement, hop.target);
    let is_denied = !judgement.denials().is_empty();
    let role = hop.detail.role.as_deref().map(Arn::parse);
    if let (Some(Ok(role)), false) = (role, is_denied) {
        let target_hop = TargetHop {
            source: hop.binding.hop(hop.detail),
            role: &role,
            external_id: hop.detail.external_id().map(|id| &**id),
        };
        let name = visible(role_name(hop.target));
        remedies.push(statement(
            format!("add this statement to the trust policy of {name}"),
            &statement_for_target(&target_hop, Tightness::Workload),
        ));
    }
    remedies
}

fn distrust(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    trusting(rule, look, Answer::Distrusts)
}

fn external_id(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    trusting(rule, look, Answer::OtherExternalId)
}

fn undecided(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    trusting(rule, look, Answer::Undecided)
}

fn deputy(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let findings = of_each_hop(rule, look, |hop| {
        let (_, judgement) = match judged(look, hop) {
            Ok(judged) => judged?,
            Err(needs) => return Some(rule.unknown(hop.binding.subject(), needs)),
        };
        let lints: Vec<_> = judgement
            .lints
            .iter()
            .filter(|lint| {
                matches!(
                    lint,
                    Lint::ConfusedDeputy { .. } | Lint::OpenToTheWorld { .. }
                )
            })
            .collect();
        if lints.is_empty() {
            return None;
        }
        let name = visible(role_name(hop.target));
        let finding = rule.found(
            Subject::Role(hop.target.clone()),
            format!("any pod with the first role can reach {name}"),
        );
        let finding = lints.into_iter().fold(finding, |finding, lint| {
            finding.proof(trust::call(hop.target), trust::FIELD, lint.to_string())
        });
        let narrowed = remedies(hop, &judgement);
        let narrowed = narrowed
            .into_iter()
            .filter(|remedy| remedy.kind == crate::model::diagnosis::RemedyKind::Statement);
        Some(finding.remedies(narrowed))
    });
    // A target role is spoken of once, however many associations lead to it.
    let mut seen = BTreeSet::new();
    findings
        .into_iter()
        .filter(|finding| match &finding.subject {
            Subject::Role(role) => seen.insert(role.clone()),
            _ => true,
        })
        .collect()
}
