//! The API server of the cluster: whether it answers at all.

use serde_json::json;

use crate::model::Text;
use crate::model::census::Part;
use crate::model::diagnosis::look::permission;
use crate::model::diagnosis::order::{KUBERNETES_REFUSES, KUBERNETES_SILENT};
use crate::model::diagnosis::remedy::{advice, command, patch};
use crate::model::diagnosis::{Finding, Look, Remedy, Rule, Severity, Subject};

/// The group, role and binding that remedies make.
const GROUP: &str = "roledex-readers";
const GROUP_OF_RBAC: &str = "rbac.authorization.k8s.io";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: KUBERNETES_REFUSES,
        rows: &[77],
        severity: Severity::Error,
        title: "Kubernetes refuses to answer",
        explanation: "it is about whoever asks and says nothing of the pods: the caller has no access entry in the cluster (401), or its RBAC rules are too few (403); what rests on the answer is not known",
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
    let refused = Part::ALL
        .into_iter()
        .filter_map(|part| Some((part, look.refusal(part)?)));
    let refused: Vec<_> = refused.collect();
    let parts: Vec<Part> = refused.iter().map(|(part, _)| *part).collect();
    let mut findings = Vec::new();
    for (part, failure) in refused {
        let mut finding = rule.unknown(Subject::Cluster, permission(part));
        finding.summary = format!("Kubernetes does not let you list {}", part.words()).into();
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
                .remedy(binding(&parts))
                .remedies(policy(look, &parts)),
        );
    }
    findings
}

/// Lets the caller in, if it is not, as a member of a group that may do nothing by itself.
fn entry(look: &Look<'_>) -> Remedy {
    let principal = principal(look);
    let options = [
        ("--principal-arn", &*principal),
        ("--kubernetes-groups", GROUP),
    ];
    command(
        "let the role in that you come as, in place of ROLE; if it has an access entry, add the group to that",
        look.eks("create-access-entry", &options),
    )
}

/// Lets the group list exactly what is refused: the ready-made policy that also covers nodes reads every Secret.
fn binding(parts: &[Part]) -> Remedy {
    let mut resources: Vec<&str> = parts.iter().map(|part| resource(*part)).collect();
    resources.dedup();
    let name = json!({"name": GROUP});
    let list = json!({
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {
                "apiVersion": GROUP_OF_RBAC.to_owned() + "/v1", "kind": "ClusterRole", "metadata": name,
                "rules": [{"apiGroups": [""], "resources": resources, "verbs": ["list", "watch"]}],
            },
            {
                "apiVersion": GROUP_OF_RBAC.to_owned() + "/v1", "kind": "ClusterRoleBinding", "metadata": name,
                "roleRef": {"apiGroup": GROUP_OF_RBAC, "kind": "ClusterRole", "name": GROUP},
                "subjects": [{"apiGroup": GROUP_OF_RBAC, "kind": "Group", "name": GROUP}],
            },
        ],
    });
    patch(
        "have an administrator apply this: it lets the group list exactly that",
        &list,
    )
}

fn resource(part: Part) -> &'static str {
    match part {
        Part::ServiceAccounts => "serviceaccounts",
        Part::Nodes => "nodes",
        Part::Pods | Part::Agents => "pods",
    }
}

/// What EKS has ready-made, where it is enough.
fn policy(look: &Look<'_>, parts: &[Part]) -> Option<Remedy> {
    if parts.contains(&Part::Nodes) {
        return None;
    }
    let principal = principal(look);
    let partition = look.evidence.arn.partition();
    let policy = format!("arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSViewPolicy");
    let options = [
        ("--principal-arn", &*principal),
        ("--policy-arn", &policy),
        ("--access-scope", "type=cluster"),
    ];
    Some(command(
        "or let it see everything in namespaces but Secrets",
        look.eks("associate-access-policy", &options),
    ))
}

fn principal(look: &Look<'_>) -> String {
    let arn = &look.evidence.arn;
    format!("arn:{}:iam::{}:role/ROLE", arn.partition(), arn.account())
}

fn silent(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut gaps: Vec<Text> = Vec::new();
    for part in Part::ALL {
        let is_refused = look.refusal(part).is_some();
        gaps.extend(look.census_gap(part).filter(|_| !is_refused));
    }
    gaps.sort();
    gaps.dedup();
    gaps.into_iter()
        .map(|gap| rule.unknown(Subject::Cluster, gap))
        .collect()
}
