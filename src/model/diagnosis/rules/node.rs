//! Nodes on which Pod Identity does not work, and roles of nodes that may not ask for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::configured::configured;
use crate::model::addon::AGENT;
use crate::model::arn::role_name;
use crate::model::census::Part;
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, command, statement};
use crate::model::diagnosis::served::{Seen, each, listed};
use crate::model::diagnosis::{Finding, Look, Remedy, Rule, RuleId, Severity, Subject};
use crate::model::identity::{Agent, Fact, Note};
use crate::model::node::{Compute, Node};
use crate::model::pod::Pod;
use crate::model::preflight::{Decision, Simulated};
use crate::model::text::visible;
use crate::model::verdict::Verdict;
use crate::model::{FailureKind, Text};

const ACTION: &str = "eks-auth:AssumeRoleForPodIdentity";
const SIMULATED: &str = "iam:SimulatePrincipalPolicy";
const POLICY: &str = "AmazonEKSWorkerNodeMinimalPolicy";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("pod-on-fargate"),
        rows: &[21],
        severity: Severity::Error,
        title: "pods run on Fargate, where Pod Identity does not work",
        explanation: "Fargate has no agent of Pod Identity and no instance metadata",
        after: &[],
        judge: on_fargate,
    },
    Rule {
        id: RuleId("pod-on-windows"),
        rows: &[22],
        severity: Severity::Error,
        title: "pods run on Windows, where Pod Identity does not work",
        explanation: "there is no agent of Pod Identity for Windows",
        after: &[],
        judge: on_windows,
    },
    Rule {
        id: RuleId("hybrid-node-without-agent"),
        rows: &[23],
        severity: Severity::Error,
        title: "the agent is not installed on hybrid nodes",
        explanation: "the add-on has a daemon set of its own for hybrid nodes, which is off unless it is configured",
        after: &[super::agent::MISSING],
        judge: on_hybrid,
    },
    Rule {
        id: RuleId("node-role-lacks-eks-auth"),
        rows: &[25, 34],
        severity: Severity::Error,
        title: "the role of the nodes may not ask EKS Auth for credentials",
        explanation: "the agent asks EKS Auth as the role of its node, so no pod on these nodes gets credentials",
        after: &[],
        judge: node_roles,
    },
];

fn irsa() -> Remedy {
    advice(
        "use IRSA for this service account, or let its pods run on Linux instances by node selector or affinity",
    )
}

fn on_fargate(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let judge = |seen: &Seen<'_>| seen.is_noted(|note| *note == Note::FargateUnsupported);
    each(rule, look, &[Part::Pods], |served| {
        served.findings(rule, "on Fargate", judge, |finding, met| {
            let finding = met.shown().fold(finding, |finding, seen| {
                match (&seen.pod.marks.fargate_profile, &seen.pod.node) {
                    (Some(profile), _) => finding.proof(
                        seen.call(),
                        "metadata.labels[eks.amazonaws.com/fargate-profile]",
                        profile.clone(),
                    ),
                    (None, node) => finding.proof(
                        seen.call(),
                        "spec.nodeName",
                        node.clone().unwrap_or_default(),
                    ),
                }
            });
            finding.remedy(irsa())
        })
    })
}

fn on_windows(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let judge = |seen: &Seen<'_>| seen.is_noted(|note| *note == Note::WindowsUnsupported);
    each(rule, look, &[Part::Pods, Part::Nodes], |served| {
        served.findings(rule, "on Windows", judge, |finding, met| {
            let finding = met.shown().fold(finding, |finding, seen| {
                if let Some(os) = &seen.pod.os {
                    return finding.proof(seen.call(), "spec.os.name", os.clone());
                }
                let node = seen.pod.node.clone().unwrap_or_default();
                finding.proof(
                    format!("GET nodes/{node}"),
                    "metadata.labels[kubernetes.io/os]",
                    "windows",
                )
            });
            finding.remedy(irsa())
        })
    })
}

fn on_hybrid(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let sets = listed(&look.evidence.daemon_sets);
    let has_set = sets.map(|sets| {
        let is_hybrid = |name: &str| name.starts_with(AGENT) && name.contains("-hybrid");
        sets.iter().any(|set| is_hybrid(&set.name))
    });
    let judge = |seen: &Seen<'_>| {
        let is_hybrid = |node: &Node| node.compute == Compute::Hybrid && !node.is_windows();
        let is_there = matches!(seen.evidence.node, Fact::Present(node) if is_hybrid(node));
        match (seen.evidence.agent, has_set) {
            _ if !is_there => Verdict::No,
            (Agent::Running | Agent::NotReady, _) | (_, Some(true)) => Verdict::No,
            (Agent::Missing, Some(false)) => Verdict::Yes,
            (Agent::Unknown, Some(false)) | (Agent::Missing | Agent::Unknown, None) => {
                Verdict::Unknown
            }
        }
    };
    let values = json!({"daemonsets": {"hybrid": {"create": true}}});
    each(rule, look, &[Part::Pods, Part::Nodes], |served| {
        served.findings(rule, "on hybrid nodes without an agent", judge, |finding, met| {
            let finding = met.shown().fold(finding, |finding, seen| {
                let node = seen.pod.node.clone().unwrap_or_default();
                finding.proof(
                    format!("GET nodes/{node}"),
                    "metadata.labels[eks.amazonaws.com/compute-type]",
                    "hybrid",
                )
            });
            let finding = match sets {
                Some(_) => finding.proof(
                    "GET daemonsets in kube-system",
                    "items[].metadata.name",
                    format!("no {AGENT}-hybrid"),
                ),
                None => finding,
            };
            finding
                .remedy(configured(
                    look,
                    "turn the daemon set for hybrid nodes on; the add-on must be v1.3.3-eksbuild.1 or later",
                    &values,
                ))
                .remedy(advice(
                    "set enableCredentialsFile: true in the nodeadm configuration of the nodes, and run nodeadm init again",
                ))
        })
    })
}

fn node_roles(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut pods: BTreeMap<&Text, Vec<&Pod>> = BTreeMap::new();
    let mut gaps: BTreeSet<Text> = BTreeSet::new();
    for seen in look.served().iter().flat_map(|served| &served.pods) {
        let Fact::Present(node) = seen.evidence.node else {
            continue;
        };
        if node.is_windows() {
            continue;
        }
        match seen.evidence.node_role {
            Some(arn) => pods.entry(arn).or_default().push(seen.pod),
            // Of instances that EKS did not start it tells no role, so there is nobody to ask about.
            None => gaps.extend(look.picture.roles.gap(node).map(|failure| {
                match failure.kind {
                    // Which of the two it is, is known where none could be listed.
                    FailureKind::Denied => gap(&look.evidence.nodegroups)
                        .unwrap_or_else(|| "needs eks:DescribeNodegroup".into()),
                    _ => failure.to_string().into(),
                }
            })),
        }
    }
    let mut findings = each(rule, look, &[Part::Pods, Part::Nodes], |_| Vec::new());
    findings.extend(
        gaps.into_iter()
            .map(|needs| rule.unknown(Subject::Cluster, needs)),
    );
    let judged = pods
        .into_iter()
        .filter_map(|(arn, pods)| of_role(rule, look, arn, pods));
    findings.extend(judged);
    findings
}

fn of_role(rule: &Rule, look: &Look<'_>, arn: &Text, pods: Vec<&Pod>) -> Option<Finding> {
    let subject = Subject::Role(arn.clone());
    let Some(learned) = look.evidence.node_permissions.get(arn) else {
        return Some(rule.unknown(subject, "it was not asked for"));
    };
    if let Some(needs) = gap(learned) {
        return Some(rule.unknown(subject, needs));
    }
    let mut answers = learned.known().into_iter().flatten();
    let Some(answer) = answers.find(|answer| answer.action.eq_ignore_ascii_case(ACTION)) else {
        return Some(rule.unknown(subject, format!("IAM was not asked about {ACTION}")));
    };
    let name = role_name(arn);
    let said = format!("the role {} of nodes may not use {ACTION}", visible(name));
    let finding = match is_refused(answer) {
        Verdict::No => return None,
        Verdict::Unknown => rule.possible(subject, said),
        Verdict::Yes => rule.found(subject, said),
    };
    let finding = finding.pods(pods).proof(
        SIMULATED,
        "EvaluationResults[].EvalDecision",
        decision(answer),
    );
    let above = above(answer);
    Some(if !above.is_empty() {
        // Nothing that is given to the role itself outweighs them.
        above.into_iter().fold(finding, |finding, above| {
            let Above { field, who, mend } = above;
            let mut finding = finding.proof(SIMULATED, field, "false");
            finding.summary = format!("{}: {who} does not allow it", finding.summary).into();
            finding.remedy(advice(mend))
        })
    } else if answer.decision == Decision::ExplicitDeny {
        finding.remedy(advice(
            "have the Deny narrowed: no further permission can outweigh it",
        ))
    } else {
        finding.remedies(allowed_to_ask(look, Some(name)))
    })
}

/// Lets the role of nodes ask EKS Auth, by the policy of AWS for nodes or by a statement.
pub(in crate::model) fn allowed_to_ask(look: &Look<'_>, role: Option<&str>) -> Vec<Remedy> {
    let attach = |role| {
        let policy = format!(
            "arn:{}:iam::aws:policy/{POLICY}",
            look.evidence.arn.partition()
        );
        let options = [("--role-name", role), ("--policy-arn", &*policy)];
        let written = look.aws("iam", "attach-role-policy", &options);
        command("attach the policy for nodes", written)
    };
    let allowing = statement(
        "or add this statement to a policy of the role",
        &json!({
            "Effect": "Allow",
            "Action": ACTION,
            "Resource": look.evidence.arn.as_str(),
        }),
    );
    let by_hand = || advice(format!("attach {POLICY} to the role of the nodes"));
    vec![role.map_or_else(by_hand, attach), allowing]
}

/// What stands above the policies of a role, and keeps it from what they allow.
struct Above {
    field: &'static str,
    who: &'static str,
    mend: &'static str,
}

fn above(answer: &Simulated) -> Vec<Above> {
    let organisation = Above {
        field: "EvaluationResults[].OrganizationsDecisionDetail.AllowedByOrganizations",
        who: "the organisation",
        mend: "have the service control policies of the organisation allow eks-auth:AssumeRoleForPodIdentity in this account",
    };
    let boundary = Above {
        field: "EvaluationResults[].PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary",
        who: "the permissions boundary of the role",
        mend: "have the permissions boundary of the role allow eks-auth:AssumeRoleForPodIdentity",
    };
    [
        (answer.by_organisation, organisation),
        (answer.by_boundary, boundary),
    ]
    .into_iter()
    .filter_map(|(allowed, above)| (allowed == Some(false)).then_some(above))
    .collect()
}

fn is_refused(answer: &Simulated) -> Verdict {
    let refused = match &answer.decision {
        Decision::Allowed => Verdict::No,
        Decision::ImplicitDeny | Decision::ExplicitDeny => Verdict::Yes,
        Decision::Other(_) => Verdict::Unknown,
    };
    // Whatever it said, it said without what it wanted to know.
    if answer.missing_context.is_empty() {
        refused
    } else {
        Verdict::Unknown
    }
}

fn decision(answer: &Simulated) -> Text {
    match &answer.decision {
        Decision::Allowed => "allowed".into(),
        Decision::ImplicitDeny => "implicitDeny".into(),
        Decision::ExplicitDeny => "explicitDeny".into(),
        Decision::Other(word) => word.clone(),
    }
}
