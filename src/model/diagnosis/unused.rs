//! Roles that nobody used because nobody could: nothing of them is to be taken away before that is mended.

use super::finding::{Finding, RuleId, Severity, Standing, Subject};
use super::look::{Binding, Look};
use super::remedy::advice;
use crate::model::Text;
use crate::model::addon::AGENT;

pub(super) const NEVER_USED: RuleId = RuleId("role-never-used");

/// Findings about an association with which its pods get the role all the same.
const HARMLESS: &[&str] = &[
    "abac-without-session-tags",
    "add-on-association-changed",
    "add-on-owner-gone",
    "pods-predate-change",
    "region-elsewhere",
];

/// Findings about the whole cluster that meet IRSA alone.
const OF_IRSA: &str = "irsa-";

/// Says of each role that is not used what kept it from being used, if something did.
pub(super) fn excused(look: &Look<'_>, mut findings: Vec<Finding>) -> Vec<Finding> {
    let excuses: Vec<Option<Finding>> = findings
        .iter()
        .map(|finding| excuse(look, finding, &findings).cloned())
        .collect();
    for (finding, excuse) in findings.iter_mut().zip(excuses) {
        let Some(excuse) = excuse else { continue };
        finding.explanation = format!(
            "it could not be used, so that nobody did says nothing: {}",
            excuse.summary
        )
        .into();
        finding.remedies = vec![advice(format!(
            "mend {} first, and see then whether it is used; it is no leftover as long as that stands",
            excuse.rule
        ))];
        finding.cause = Some(excuse.rule);
        finding.association = excuse.association;
    }
    findings
}

/// The worst of what kept a role from being used.
fn excuse<'f>(look: &Look<'_>, finding: &Finding, all: &'f [Finding]) -> Option<&'f Finding> {
    let Subject::Role(role) = &finding.subject else {
        return None;
    };
    if finding.rule != NEVER_USED || matches!(finding.standing, Standing::Unknown(_)) {
        return None;
    }
    let users: Vec<Binding<'_>> = look
        .bindings()
        .filter(|binding| is_of(binding, role))
        .collect();
    let excuses = all.iter().filter(|other| keeps_away(other, &users));
    let weight = |one: &Finding| (one.standing.clone(), std::cmp::Reverse(one.severity));
    excuses.min_by(|one, other| {
        let rest = |finding: &Finding| (finding.rule, finding.subject.clone());
        weight(one)
            .cmp(&weight(other))
            .then_with(|| rest(one).cmp(&rest(other)))
    })
}

fn is_of(binding: &Binding<'_>, role: &Text) -> bool {
    let detail = binding.detail.known();
    detail.is_some_and(|detail| {
        let roles = [&detail.role, &detail.target_role];
        roles.into_iter().flatten().any(|known| known == role)
    })
}

/// Whether a finding tells why the pods of an association do not get its role.
fn keeps_away(finding: &Finding, users: &[Binding<'_>]) -> bool {
    if matches!(finding.standing, Standing::Unknown(_)) || finding.rule == NEVER_USED {
        return false;
    }
    match &finding.subject {
        Subject::Account { .. } => {
            let is_meant = users.iter().any(|user| {
                user.subject() == finding.subject
                    || finding.association.as_ref() == Some(&user.association.key)
            });
            is_meant && finding.severity >= Severity::Warning && !HARMLESS.contains(&finding.rule.0)
        }
        Subject::Cluster => {
            finding.severity == Severity::Error && !finding.rule.0.starts_with(OF_IRSA)
        }
        Subject::Addon(name) => finding.severity == Severity::Error && **name == *AGENT,
        Subject::Update { .. } | Subject::Node(_) | Subject::Role(_) => false,
    }
}
