//! Which trouble is found by which rule, and where the others are explained.
//!
//! What can be seen beforehand, as a state of the cluster, has a rule. What shows only when a call fails is explained
//! at that call. What only a service tells that roledex does not call is said to be so.

use std::fmt::Write as _;

use super::{RuleId, Severity, rules};

/// Where a row of the decision table is dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// Found by rules, as a state.
    Covered { rules: Vec<RuleId> },
    /// Explained at the call that fails.
    Outcome { by: &'static str },
    /// Not told by anything that roledex calls; why, and what is done instead.
    Elsewhere { reason: &'static str },
}

/// A row of the decision table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub number: u8,
    pub trouble: &'static str,
    pub coverage: Coverage,
}

/// All rows, in their order.
pub fn rows() -> impl Iterator<Item = Row> {
    TROUBLES.into_iter().zip(1..).map(|(trouble, number)| Row {
        number,
        trouble,
        coverage: coverage(number),
    })
}

fn coverage(row: u8) -> Coverage {
    let covering = rules().filter(|rule| rule.rows.contains(&row));
    let rules: Vec<RuleId> = covering.map(|rule| rule.id).collect();
    if !rules.is_empty() {
        return Coverage::Covered { rules };
    }
    match row {
        24 => Coverage::Elsewhere {
            reason: "no trouble: nodes of Auto Mode have the agent built in, which the rules about agents know",
        },
        26 => Coverage::Elsewhere {
            reason: "metadata options are told by EC2; what the agent logs about it is recognised",
        },
        27 => Coverage::Elsewhere {
            reason: "endpoints and routes are told by EC2; what the agent logs about it is recognised",
        },
        35 => Coverage::Outcome {
            by: "the credential test: EKS hands out the role, so it is the role's own policies",
        },
        40 => Coverage::Outcome {
            by: "the credential test, and the log: PackedPolicyTooLarge",
        },
        44 => Coverage::Elsewhere {
            reason: "whether a node has IPv6 is not told by Kubernetes; what the agent logs about it is recognised",
        },
        55 | 56 | 62 => Coverage::Outcome {
            by: "the log of the pod: a signature",
        },
        57..=60 => Coverage::Outcome {
            by: "the credential test: the claims of the token, and the answer of EKS Auth",
        },
        61 => Coverage::Outcome {
            by: "the credential test, and the log of the agent: ThrottlingException",
        },
        63 => Coverage::Outcome {
            by: "the failure of the call, after it was repeated within its budget",
        },
        64 => Coverage::Outcome {
            by: "preflight (existing), and the failure of the creation",
        },
        67 => Coverage::Outcome {
            by: "the failure of the change: 409 with no update in progress",
        },
        76 => Coverage::Outcome {
            by: "preflight (permission), and the failure of the change",
        },
        78 | 79 => Coverage::Outcome {
            by: "the failure of update-addon, in the words of EKS",
        },
        82 => Coverage::Outcome {
            by: "the failure of the call: the signature expired, so a clock is wrong",
        },
        _ => Coverage::Elsewhere {
            reason: NOT_COVERED,
        },
    }
}

/// Why a row that rules cover is tried on evidence, and not on a simulated world with just that trouble.
pub fn tried_on_evidence(row: u8) -> Option<&'static str> {
    // Whether the metadata service answers a pod, no API tells: it may be so, as long as something keeps the role away.
    (row == 54).then_some("it follows from what keeps the role away (10 to 15), which is told before it, in worlds of its own")
}

/// Said of a row that nobody has thought about; a test sees to it that there is none.
const NOT_COVERED: &str = "not covered";

/// The two tables of `.github/DIAGNOSIS.md`.
pub fn document() -> String {
    let mut text = String::from(
        "# Diagnosis\n\nWhat can keep a pod from its role, and how roledex tells. Generated from the rules: \
         `ROLEDEX_BLESS=1 cargo test --test it diagnosis`.\n\n## Rules\n\n| rule | severity | what it finds |\n| --- | --- | --- |\n",
    );
    let mut all: Vec<_> = rules().collect();
    all.sort_by_key(|rule| rule.id);
    for rule in all {
        let severity = match rule.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        writeln!(text, "| `{}` | {severity} | {} |", rule.id, rule.title).unwrap_or_default();
    }
    text.push_str(
        "\n## Troubles\n\n| # | trouble | told by | tried on |\n| --- | --- | --- | --- |\n",
    );
    for row in rows() {
        let tried = match (&row.coverage, tried_on_evidence(row.number)) {
            (Coverage::Covered { .. }, None) => "a world".to_owned(),
            (Coverage::Covered { .. }, Some(reason)) => format!("evidence: {reason}"),
            _ => String::new(),
        };
        let told = match row.coverage {
            Coverage::Covered { rules } => {
                let names = rules.iter().map(|id| format!("`{id}`"));
                names.collect::<Vec<_>>().join(", ")
            }
            Coverage::Outcome { by } => by.to_owned(),
            Coverage::Elsewhere { reason } => format!("no rule: {reason}"),
        };
        writeln!(
            text,
            "| {} | {} | {told} | {tried} |",
            row.number, row.trouble
        )
        .unwrap_or_default();
    }
    text
}

const TROUBLES: [&str; 82] = [
    "The cluster is not active",
    "The cluster has a health issue",
    "The version or the platform is too old",
    "The kind of cluster is not supported",
    "The association is missing",
    "Namespace or service account differ from those of the association",
    "The service account of the association does not exist",
    "The namespace of the association does not exist",
    "The workload uses another service account",
    "The pod started before the association was created",
    "The pod started right after the association was created",
    "The pod was not prepared, though the association is older",
    "The webhook configuration is missing or edited",
    "The pod opted out",
    "A volume of the pod has the name of the token's",
    "The agent is not installed",
    "The agent is self-managed",
    "The add-on of the agent is unhealthy",
    "The agent is not ready on the node",
    "The agent is not scheduled on the node",
    "The pod runs on Fargate",
    "The pod runs on Windows",
    "A hybrid node without the agent for it",
    "A node of EKS Auto Mode",
    "The role of the node lacks the permission of EKS Auth",
    "The agent gets no credentials of the node",
    "The agent cannot reach EKS Auth",
    "The role was deleted",
    "The trust policy lacks pods.eks.amazonaws.com",
    "The trust policy lacks sts:TagSession",
    "The trust policy is for IRSA only",
    "The trust policy wants another source ARN or account",
    "The trust policy wants other tags",
    "The trust policy, or an organisation, denies it",
    "The role's own policies refuse the call of the program",
    "The role is in another account, without a target role",
    "The target role lacks trust or permission",
    "The target role wants another external id",
    "The target role is open to any pod with the first role",
    "The session tags are too large",
    "A session policy with session tags on",
    "Policies rest on session tags, which are off",
    "The pod uses the network of its node",
    "IPv6 is off on the node",
    "An IPv6 cluster with a program or proxy setting for IPv4",
    "A network policy keeps the pod from the agent",
    "A proxy swallows the request to the agent",
    "Security groups for pods in strict mode",
    "An IRSA annotation beside the association",
    "Static keys come first",
    "A web identity made by hand comes first",
    "A profile or shared file comes first",
    "The container has a credential endpoint of its own",
    "The pod falls back to the role of its node",
    "The SDK is too old",
    "The program sends a Bearer prefix",
    "The token expired",
    "The token has another audience",
    "The token is not bound to a pod",
    "The token is of another cluster",
    "EKS Auth throttles",
    "The agent limits the rate",
    "The EKS API throttles",
    "An association exists already",
    "An add-on owns the association",
    "An update is in progress",
    "An update that EKS does not show is in progress",
    "An update failed",
    "The role was changed, and pods still use the old one",
    "The association was deleted, and pods still have access",
    "The role was never used",
    "The quota of associations is nearly exhausted",
    "IRSA: no OpenID Connect provider in IAM",
    "IRSA: the provider lacks the audience",
    "IRSA: the trust policy wants another service account or audience",
    "The caller lacks iam:PassRole or a permission of EKS",
    "Kubernetes refuses the caller",
    "The version of an add-on lacks Pod Identity",
    "An add-on does not know the service account",
    "The pod has ended or is about to",
    "The container has another region",
    "A clock is wrong",
];
