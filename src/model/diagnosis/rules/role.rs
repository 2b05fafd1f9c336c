//! Roles that associations name: whether they are there, and where.
#![expect(
    clippy::similar_names,
    reason = "a rule about a role is called a rule, and a role a role"
)]

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::model::arn::{account_of, role_name};
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, command};
use crate::model::diagnosis::unused::NEVER_USED;
use crate::model::diagnosis::{
    Binding, Finding, Look, Remedy, RoleFacts, Rule, RuleId, Severity, Subject,
};
use crate::model::export::json;
use crate::model::text::visible;
use crate::model::trust::{Tightness, document_of, statement_for};
use crate::model::{AssociationDetail, LastUse, Learned, Text};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("role-missing"),
        rows: &[28],
        severity: Severity::Error,
        title: "the role of an association does not exist",
        explanation: "EKS cannot assume it: AccessDeniedException, \"EKS does not have permissions to assume the associated role\"; a role made again under the same name has another id, and what named the old one does not know it",
        after: &[],
        judge: missing,
    },
    Rule {
        id: RuleId("role-in-another-account"),
        rows: &[36],
        severity: Severity::Error,
        title: "the role of an association is in another account than the cluster",
        explanation: "EKS assumes only roles of the cluster's own account; another account is reached by a target role",
        after: &[],
        judge: elsewhere,
    },
    Rule {
        id: NEVER_USED,
        rows: &[71],
        severity: Severity::Info,
        title: "the role of an association is not used",
        explanation: "IAM looks back 400 days and is some hours late; what nobody uses can be taken away",
        after: &[
            RuleId("role-missing"),
            RuleId("service-account-missing"),
            RuleId("namespace-missing"),
        ],
        judge: unused,
    },
];

const DESCRIBE: &str = "eks:DescribePodIdentityAssociation";
const GET: &str = "iam:GetRole";
/// What was set up longer ago than this should have been used.
const SETTLED: SignedDuration = SignedDuration::from_hours(90 * 24);

fn missing(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    rule.of_each(look, |binding, detail| {
        let Some(role) = &detail.role else {
            return Some(rule.unknown(binding.subject(), "AWS sent no role"));
        };
        if account_of(role) != Some(look.evidence.arn.account()) {
            return None;
        }
        let name = visible(role_name(role));
        let finding = match look.role(role) {
            Learned::Known(facts) if facts.detail.arn == *role => return None,
            // IAM finds roles by name, whatever their path.
            Learned::Known(facts) if role_name(&facts.detail.arn) == role_name(role) => {
                let summary = format!("IAM has a role {name}, but not under this ARN");
                rule.found(binding.subject(), summary)
                    .proof(GET, "Role.Arn", facts.detail.arn.clone())
                    .remedy(change(look, &binding, &facts.detail.arn))
            }
            Learned::Known(_) => {
                return Some(
                    rule.unknown(binding.subject(), "the answer of IAM is about another role"),
                );
            }
            Learned::Absent => rule
                .found(binding.subject(), format!("the role {name} does not exist"))
                .proof(GET, "Error.Code", "NoSuchEntity")
                .remedy(creation(look, &binding, detail, role))
                .remedy(change(look, &binding, &placeholder(look))),
            unknown => return gap(unknown).map(|needs| rule.unknown(binding.subject(), needs)),
        };
        Some(finding.proof(DESCRIBE, "association.roleArn", role.clone()))
    })
}

fn placeholder(look: &Look<'_>) -> String {
    let arn = &look.evidence.arn;
    format!("arn:{}:iam::{}:role/ROLE", arn.partition(), arn.account())
}

/// Makes the role again, with a trust policy for this association.
fn creation(
    look: &Look<'_>,
    binding: &Binding<'_>,
    detail: &AssociationDetail,
    role: &str,
) -> Remedy {
    let statement = statement_for(&binding.hop(detail), Tightness::Workload);
    let policy = json::line(&document_of(&statement));
    let path = role
        .split_once(":role")
        .and_then(|(_, rest)| rest.strip_suffix(role_name(role)));
    let mut options = vec![("--role-name", role_name(role))];
    options.extend(
        path.filter(|path| *path != "/")
            .map(|path| ("--path", path)),
    );
    options.push(("--assume-role-policy-document", &policy));
    let written = look.aws("iam", "create-role", &options);
    command(
        "create the role again, then give it back its policies",
        written,
    )
}

/// Gives the association another role, by its owner if it has one.
pub(super) fn change(look: &Look<'_>, binding: &Binding<'_>, role: &str) -> Remedy {
    let association = binding.association;
    let title = if role.ends_with(":role/ROLE") {
        "or use another role, in place of ROLE"
    } else {
        "use this role"
    };
    if let Some(owner) = association.owner_name() {
        let wanted = serde_json::json!([{
            "serviceAccount": &*association.service_account, "roleArn": role,
        }]);
        let wanted = json::line(&wanted);
        let options = [
            ("--addon-name", owner),
            ("--pod-identity-associations", &wanted),
        ];
        let title = format!(
            "{title}, through the add-on {}; the list is all that it shall have",
            visible(owner)
        );
        return command(title, look.eks("update-addon", &options));
    }
    let options = [
        ("--association-id", &*association.key.id),
        ("--role-arn", role),
    ];
    command(title, look.eks("update-pod-identity-association", &options))
}

fn elsewhere(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    rule.of_each(look, |binding, detail| {
        let Some(role) = &detail.role else {
            return Some(rule.unknown(binding.subject(), "AWS sent no role"));
        };
        let own = look.evidence.arn.account();
        let account = account_of(role).filter(|account| *account != own)?;
        let name = visible(role_name(role));
        let account = visible(account);
        let summary = format!("the role {name} is in account {account}, the cluster in {own}");
        let finding = rule.found(binding.subject(), summary).proof(
            DESCRIBE,
            "association.roleArn",
            role.clone(),
        );
        if binding.association.owner.is_some() {
            return Some(finding.remedy(change(look, &binding, &placeholder(look))));
        }
        let local = placeholder(look);
        let options = [
            ("--association-id", &*binding.association.key.id),
            ("--role-arn", &*local),
            ("--target-role-arn", role),
        ];
        let written = look.eks("update-pod-identity-association", &options);
        Some(finding.remedy(command(
            "give it a role of its own account, in place of ROLE, with this one as target role",
            written,
        )))
    })
}

fn unused(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut findings = rule.of_each_role(look, |_, _, facts| {
        let is_silent = facts.detail.last_use == LastUse::NotTold;
        let subject = Subject::Role(facts.detail.arn.clone());
        is_silent.then(|| rule.unknown(subject, "IAM did not tell when it was last used"))
    });
    let now = look.evidence.at;
    // A role is spoken of once, however many associations have it.
    let roles: BTreeMap<&Text, &RoleFacts> = look
        .bindings()
        .filter_map(|binding| {
            let role = binding.detail.known()?.role.as_ref()?;
            Some((role, look.role(role).known()?))
        })
        .collect();
    findings.extend(
        roles
            .into_iter()
            .filter(|(role, _)| {
                look.bindings()
                    .all(|binding| has_settled(&binding, role, now))
            })
            .filter_map(|(role, facts)| idle(rule, role, facts, now)),
    );
    findings
}

/// Whether the association, if it has this role, has had time to use it.
fn has_settled(binding: &Binding<'_>, role: &Text, now: Timestamp) -> bool {
    let Some(detail) = binding.detail.known() else {
        return true;
    };
    let since = detail.modified.max(detail.created);
    detail.role.as_ref() != Some(role)
        || since.is_some_and(|since| now.duration_since(since) > SETTLED)
}

fn idle(rule: &Rule, role: &Text, facts: &RoleFacts, now: Timestamp) -> Option<Finding> {
    let is_old = |since: Timestamp| now.duration_since(since) > SETTLED;
    if !facts.detail.created.is_some_and(is_old) || facts.detail.arn != *role {
        return None;
    }
    let name = visible(role_name(role));
    let (summary, seen) = match &facts.detail.last_use {
        LastUse::Never => (
            format!("the role {name} was not used in 400 days"),
            "none".to_owned(),
        ),
        LastUse::At { date, .. } if is_old(*date) => {
            let days = now.duration_since(*date).as_hours() / 24;
            (
                format!("the role {name} was last used {days} days ago"),
                date.to_string(),
            )
        }
        LastUse::At { .. } | LastUse::NotTold => return None,
    };
    let finding = rule
        .found(Subject::Role(role.clone()), summary)
        .proof(GET, "Role.RoleLastUsed.LastUsedDate", seen)
        .remedy(advice(
            "see whether its workloads still run and need it; if not, delete the associations first and the role later",
        ));
    Some(finding)
}
