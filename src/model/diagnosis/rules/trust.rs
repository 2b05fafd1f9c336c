//! Trust policies of the roles of associations.
#![expect(
    clippy::similar_names,
    reason = "a rule about a role is called a rule, and a role a role"
)]

mod flaw;

use std::collections::BTreeMap;

use crate::model::arn::role_name;
use crate::model::diagnosis::remedy::{advice, command, statement};
use crate::model::diagnosis::{
    Binding, Finding, Look, Remedy, RoleFacts, Rule, RuleId, Severity, Subject,
};
use crate::model::export::json;
use crate::model::text::visible;
use crate::model::trust::{
    Judgement, Lint, Policy, Tightness, for_association, statement_for, with_statement,
};
use crate::model::{AssociationDetail, Text};
use flaw::Flaw;

pub(super) use flaw::{evaluation_of, is_about};

const REFUSED: &str = "EKS cannot assume the role: AccessDeniedException, \"EKS does not have permissions to assume the associated role\"";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("trust-lacks-pod-identity"),
        rows: &[29],
        severity: Severity::Error,
        title: "the trust policy of the role does not let EKS Pod Identity in",
        explanation: REFUSED,
        after: &[],
        judge: |rule, look| of(rule, look, Flaw::Service),
    },
    Rule {
        id: RuleId("trust-for-irsa-only"),
        rows: &[31],
        severity: Severity::Error,
        title: "the role was made for IRSA and trusts web identities only",
        explanation: "EKS cannot assume the role for Pod Identity; a second statement can stand beside that of IRSA",
        after: &[],
        judge: |rule, look| of(rule, look, Flaw::IrsaOnly),
    },
    Rule {
        id: RuleId("trust-lacks-tag-session"),
        rows: &[30],
        severity: Severity::Error,
        title: "the trust policy of the role does not allow sts:TagSession",
        explanation: "EKS adds six tags to each session, and without the permission the whole call is refused with AccessDeniedException",
        after: &[],
        judge: |rule, look| of(rule, look, Flaw::TagSession),
    },
    Rule {
        id: RuleId("trust-source-differs"),
        rows: &[32],
        severity: Severity::Error,
        title: "the trust policy of the role is for another cluster or account",
        explanation: "its conditions on the source do not hold for this cluster, as happens when a role is copied, so EKS cannot assume it",
        after: &[],
        judge: |rule, look| of(rule, look, Flaw::Source),
    },
    Rule {
        id: RuleId("trust-tags-differ"),
        rows: &[33],
        severity: Severity::Error,
        title: "the trust policy of the role wants other session tags",
        explanation: "its conditions on the tags of the session do not hold for this association, so EKS cannot assume it",
        after: &[],
        judge: |rule, look| of(rule, look, Flaw::Tags),
    },
    Rule {
        id: RuleId("trust-denies"),
        rows: &[34],
        severity: Severity::Error,
        title: "the trust policy of the role denies it to EKS",
        explanation: "a Deny stands above every Allow, so EKS cannot assume the role",
        after: &[],
        judge: |rule, look| of(rule, look, Flaw::Denied),
    },
    Rule {
        id: RuleId("trust-undecided"),
        rows: &[],
        severity: Severity::Warning,
        title: "whether the trust policy of the role lets EKS in depends on what only AWS knows",
        explanation: "it rests on principals, keys or operators that are not evaluated here; the credential test tells",
        after: &[],
        judge: |rule, look| of(rule, look, Flaw::Undecided),
    },
    // That any cluster of the account may have the role is no finding: AWS documents its trust policy that way.
    Rule {
        id: RuleId("trust-open-to-world"),
        rows: &[],
        severity: Severity::Error,
        title: "any AWS account can assume the role",
        explanation: "a statement trusts everybody, and no condition says whom: strangers can have what the role may do",
        after: &[],
        judge: open_to_world,
    },
];

/// What tells where a trust policy does not.
pub(super) const TEST: &str =
    "test the credentials of its pods (roledex test): EKS then says whether it gets the role";
pub(super) const FIELD: &str = "Role.AssumeRolePolicyDocument";

/// The question about a role; of two roles in one finding, its name says whose policy it is.
pub(super) fn call(role: &str) -> String {
    format!("iam:GetRole {}", visible(role_name(role)))
}

/// Finds the associations whose roles have this flaw.
fn of(rule: &Rule, look: &Look<'_>, wanted: Flaw) -> Vec<Finding> {
    rule.of_each_role(look, |binding, detail, facts| {
        let policy = match readable(facts) {
            Ok(policy) => policy,
            Err(why) => return Some(rule.unknown(binding.subject(), why)),
        };
        let judgement = for_association(&policy, &binding.hop(detail));
        let (flaw, is_sure) = flaw::of(&policy, &binding.hop(detail), &judgement)?;
        if flaw != wanted {
            return None;
        }
        let name = visible(role_name(&facts.detail.arn)).into_owned();
        let summary = format!("{}: {name}", wanted.words());
        let finding = if is_sure {
            rule.found(binding.subject(), summary)
        } else {
            rule.possible(binding.subject(), summary)
                .severity(Severity::Warning)
        };
        let reasons = judgement.reasons().into_iter();
        let finding = reasons.fold(finding, |finding, reason| {
            finding.proof(call(&facts.detail.arn), FIELD, reason)
        });
        Some(finding.remedies(remedies(look, &binding, detail, &policy, facts, &judgement)))
    })
}

/// The trust policy, or why it cannot be judged.
pub(super) fn readable(facts: &RoleFacts) -> Result<Policy, Text> {
    match facts.detail.policy() {
        Some(Ok(policy)) => Ok(policy),
        Some(Err(malformed)) => Err(malformed.to_string().into()),
        None => Err("IAM sent no trust policy".into()),
    }
}

fn remedies(
    look: &Look<'_>,
    binding: &Binding<'_>,
    detail: &AssociationDetail,
    policy: &Policy,
    facts: &RoleFacts,
    judgement: &Judgement,
) -> Vec<Remedy> {
    let mut remedies = mended(judgement, &facts.detail.arn);
    // What only AWS can tell is not mended by guess: the policy may well be right as it is.
    if judgement.verdict.is_unknown() {
        return remedies;
    }
    if !judgement.denials().is_empty() {
        if judgement.assume_role.grants().next().is_none() {
            remedies.push(advice(
                "then let a statement allow it as well: none does, and one more is of no use before",
            ));
        }
        return remedies;
    }
    let wanted = statement_for(&binding.hop(detail), Tightness::Workload);
    let name = visible(role_name(&facts.detail.arn)).into_owned();
    remedies.push(statement(
        format!("add this statement to the trust policy of {name}"),
        &wanted,
    ));
    remedies.push(update(look, facts, &with_statement(policy, wanted)));
    remedies
}

/// What is to be changed in the trust policy of a role: each Deny that covers the hop, or what else is wrong.
pub(in crate::model) fn mended(judgement: &Judgement, role: &str) -> Vec<Remedy> {
    let name = visible(role_name(role));
    let inside = |text: String| advice(format!("in the trust policy of {name}: {text}"));
    let denials = judgement.denials().into_iter();
    let mut remedies: Vec<Remedy> = denials.map(|denial| inside(denial.remedy())).collect();
    let is_open = judgement.verdict.is_unknown();
    // What an Allow lacks is mended after the Deny, which no Allow outweighs.
    if remedies.is_empty() || is_open {
        remedies.extend(judgement.remedy().map(inside));
    }
    remedies.extend(is_open.then(|| advice(TEST)));
    remedies.dedup();
    remedies
}

/// Puts a whole trust policy in place.
pub(super) fn update(look: &Look<'_>, facts: &RoleFacts, document: &serde_json::Value) -> Remedy {
    let document = json::line(document);
    let options = [
        ("--role-name", role_name(&facts.detail.arn)),
        ("--policy-document", &document),
    ];
    command(
        "or put the whole policy with it in place",
        look.aws("iam", "update-assume-role-policy", &options),
    )
}

fn open_to_world(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    linted(rule, look, Tightness::Workload, |lint| {
        matches!(lint, Lint::OpenToTheWorld { .. })
    })
}

/// Finds roles with a remark, each once, however many associations have it.
fn linted(
    rule: &Rule,
    look: &Look<'_>,
    tightness: Tightness,
    is_meant: fn(&Lint) -> bool,
) -> Vec<Finding> {
    let mut findings = rule.of_each_role(look, |binding, _, facts| {
        let why = readable(facts).err()?;
        Some(rule.unknown(binding.subject(), why))
    });
    let mut roles: BTreeMap<&Text, (&RoleFacts, Vec<Binding<'_>>)> = BTreeMap::new();
    for binding in look.bindings() {
        let role = binding
            .detail
            .known()
            .and_then(|detail| detail.role.as_ref());
        let facts = role.and_then(|role| look.role(role).known());
        if let (Some(role), Some(facts)) = (role, facts)
            && facts.detail.arn == *role
        {
            let entry = roles.entry(role).or_insert((facts, Vec::new()));
            entry.1.push(binding);
        }
    }
    for (role, (facts, bindings)) in roles {
        let Ok(policy) = readable(facts) else {
            continue;
        };
        let lints = Lint::of_association_role(&policy);
        let lints: Vec<_> = lints.into_iter().filter(is_meant).collect();
        if lints.is_empty() {
            continue;
        }
        let name = visible(role_name(role));
        let finding = rule.found(
            Subject::Role(role.clone()),
            format!("{}: {name}", rule.title),
        );
        let lints = lints.iter().map(ToString::to_string);
        let finding = lints.fold(finding, |finding, lint| {
            finding.proof(call(role), FIELD, lint)
        });
        let statements = bindings.iter().filter_map(|binding| {
            let detail = binding.detail.known()?;
            let title = match tightness {
                Tightness::Workload => {
                    format!("only for {}: this statement in its place", binding.name())
                }
                Tightness::Cluster | Tightness::Plain => {
                    "only for this cluster: this statement in its place".to_owned()
                }
            };
            Some(statement(
                title,
                &statement_for(&binding.hop(detail), tightness),
            ))
        });
        let mut remedies: Vec<Remedy> = statements.take(MOST_STATEMENTS).collect();
        remedies.dedup();
        findings.push(finding.remedies(remedies));
    }
    findings
}

/// A role that many service accounts share is better narrowed by hand.
const MOST_STATEMENTS: usize = 4;
