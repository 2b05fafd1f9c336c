//! The API server of the cluster: whether it answers at all.

use crate::model::census::{Part, Reading};
use crate::model::diagnosis::look::permission;
use crate::model::diagnosis::order::{KUBERNETES_REFUSES, KUBERNETES_SILENT};
use crate::model::diagnosis::remedy::{advice, command};
use crate::model::diagnosis::{Finding, Look, Rule, Severity, Subject};
use crate::model::{FailureKind, Text};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: KUBERNETES_REFUSES,
        rows: &[77],
        severity: Severity::Error,
        title: "Kubernetes refuses to answer",
        explanation: "the caller has no access entry in the cluster (401), or its RBAC rules are too few (403); what rests on the answer is not known",
        after: &[],
        judge: refused,
    },
    Rule {
        id: KUBERNETES_SILENT,
        rows: &[],
        severity: Severity::Error,
        title: "Kubernetes could not be read",
        explanation: "what rests on the answer is not known",
        after: &[],
        judge: silent,
    },
];

fn refused(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for part in Part::ALL {
        let Reading::Failed(failure) = look.census().reading(part) else {
            continue;
        };
        if failure.kind != FailureKind::Denied {
            continue;
        }
        let mut finding = rule.unknown(Subject::Cluster, permission(part));
        finding.summary = format!("Kubernetes refuses to list {}", part.words()).into();
        let hint = failure.hint.iter().cloned().map(advice);
        findings.push(
            finding
                .proof(
                    format!("list {}", part.words()),
                    "message",
                    failure.cause.clone(),
                )
                .remedies(hint)
                .remedy(entry(look))
                .remedy(policy(look)),
        );
    }
    findings
}

/// Lets the caller in, if it is not.
fn entry(look: &Look<'_>) -> crate::model::diagnosis::Remedy {
    let principal = principal(look);
    command(
        "let the role in that you come as, in place of ROLE",
        look.eks("create-access-entry", &[("--principal-arn", &principal)]),
    )
}

/// Lets it read.
fn policy(look: &Look<'_>) -> crate::model::diagnosis::Remedy {
    let principal = principal(look);
    let partition = look.evidence.arn.partition();
    let policy = format!("arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy");
    let options = [
        ("--principal-arn", &*principal),
        ("--policy-arn", &policy),
        ("--access-scope", "type=cluster"),
    ];
    command("let it read", look.eks("associate-access-policy", &options))
}

fn principal(look: &Look<'_>) -> String {
    let arn = &look.evidence.arn;
    format!("arn:{}:iam::{}:role/ROLE", arn.partition(), arn.account())
}

fn silent(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut gaps: Vec<Text> = Vec::new();
    for part in Part::ALL {
        let is_refused = matches!(
            look.census().reading(part),
            Reading::Failed(failure) if failure.kind == FailureKind::Denied
        );
        gaps.extend(look.census_gap(part).filter(|_| !is_refused));
    }
    gaps.sort();
    gaps.dedup();
    gaps.into_iter()
        .map(|gap| rule.unknown(Subject::Cluster, gap))
        .collect()
}
