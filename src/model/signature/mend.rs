//! What mends a trouble that a log told of, written for the cluster and the pod whose log it is.

mod allow;

use serde_json::json;

use super::refusal::Refusal;
use super::{Fix, Match};
use crate::model::arn::role_name;
use crate::model::diagnosis::remedy::{advice, statement};
use crate::model::diagnosis::renew::{led_by, renewed};
use crate::model::diagnosis::{Binding, Look, Remedy, RemedyKind, mend};
use crate::model::identity::{Fact, Injection, injection};
use crate::model::pod::Pod;
use crate::model::trust::{AssociationHop, Tightness, for_association, statement_for};

/// What is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// Pods made anew, where the service account has an association.
    Restart,
    /// The agent on its IPv4 address alone.
    AgentOnIpv4,
    /// The permission of EKS Auth for the role of the pod's node.
    NodePolicy,
    /// A trust policy that lets EKS hand out the role to pods of the cluster.
    Trust,
    /// The permission to pass the role that was refused.
    PassRole,
    /// The permission to change associations of the cluster.
    Associations,
    /// The audience of IRSA, for the provider of the cluster.
    Audience,
    /// Session tags off, for the association of the service account.
    TagsOff,
    /// The permission that was refused to the role of the pod.
    Allow,
}

impl Match {
    /// What mends it, for the pod in whose log it was seen.
    pub fn remedies(&self, look: &Look<'_>, pod: &Pod) -> Vec<Remedy> {
        let fixes = self.signature.fix.iter();
        fixes
            .flat_map(|fix| match fix {
                Fix::Advice(text) => vec![advice(*text)],
                Fix::Words(title, text) => vec![Remedy {
                    kind: RemedyKind::Advice,
                    title: (*title).into(),
                    text: (*text).into(),
                }],
                Fix::Mend(mend) => mend.remedies(look, pod, self.refusal.as_ref()),
            })
            .collect()
    }
}

impl Mend {
    fn remedies(self, look: &Look<'_>, pod: &Pod, refusal: Option<&Refusal>) -> Vec<Remedy> {
        let cluster = &look.evidence.arn;
        match self {
            // Of a pod that the webhook has written to, something else is wrong.
            Self::Restart if is_injected(look, pod) => Vec::new(),
            Self::Restart => restarted(look, pod),
            Self::AgentOnIpv4 => vec![mend::configured(
                look,
                "let the agent listen on its IPv4 address only",
                &json!({"agent": {"additionalArgs": {"-b": "169.254.170.23"}}}),
            )],
            Self::NodePolicy => mend::allowed_to_ask(look, node_role(look, pod)),
            Self::Trust => denied(look, pod).unwrap_or_else(|| {
                let hop = AssociationHop {
                    cluster,
                    namespace: &pod.namespace,
                    service_account: &pod.service_account,
                    session_tags: true,
                    association: None,
                };
                vec![statement(
                    "add this statement to the trust policy of the role",
                    &statement_for(&hop, Tightness::Cluster),
                )]
            }),
            Self::PassRole => vec![pass_role(refusal)],
            Self::Associations => vec![statement(
                "ask for this statement",
                &json!({
                    "Effect": "Allow",
                    "Action": [
                        "eks:DescribePodIdentityAssociation",
                        "eks:UpdatePodIdentityAssociation",
                        "eks:DeletePodIdentityAssociation",
                    ],
                    "Resource": format!(
                        "arn:{}:eks:{}:{}:podidentityassociation/{}/*",
                        cluster.partition(),
                        cluster.region(),
                        cluster.account(),
                        cluster.name()
                    ),
                }),
            )],
            Self::Audience => vec![mend::known_audience(look).unwrap_or_else(|| {
                advice("add sts.amazonaws.com to the client ids of the identity provider")
            })],
            Self::TagsOff => vec![binding(look, pod).map_or_else(
                || advice("disable the session tags of the association"),
                |binding| mend::switch(look, &binding, "--disable-session-tags"),
            )],
            Self::Allow => allow::remedies(look, binding(look, pod), refusal),
        }
    }
}

/// The association of the pod's service account; of an agent, whose log is about other pods, there is none.
fn binding<'a>(look: &Look<'a>, pod: &Pod) -> Option<Binding<'a>> {
    let mut bindings = look.all_bindings();
    bindings.find(|binding| {
        let association = binding.association;
        association.namespace == pod.namespace
            && association.service_account == pod.service_account
            && !pod.is_identity_agent()
    })
}

/// What is to be done about each Deny in the trust policy of the pod's role, which no statement outweighs; `None` where
/// none is known to be there.
fn denied(look: &Look<'_>, pod: &Pod) -> Option<Vec<Remedy>> {
    let binding = binding(look, pod)?;
    let detail = binding.detail.known()?;
    let facts = look.role(detail.role.as_deref()?).known()?;
    let policy = facts.detail.policy()?.ok()?;
    let judgement = for_association(&policy, &binding.hop(detail));
    let is_denied = !judgement.denials().is_empty();
    is_denied.then(|| mend::mended(&judgement, &facts.detail.arn))
}

/// What makes the pod anew or stands in the way of it, which brings nothing to a service account without an association.
fn restarted(look: &Look<'_>, pod: &Pod) -> Vec<Remedy> {
    if pod.is_identity_agent() {
        return Vec::new();
    }
    let remedies = renewed(look, [pod]);
    if binding(look, pod).is_some() {
        return remedies;
    }
    if look.bindings_gap().is_none() {
        return Vec::new();
    }
    led_by("if the service account has an association", remedies)
}

fn is_injected(look: &Look<'_>, pod: &Pod) -> bool {
    matches!(injection(&look.picture.evidence(pod)), Injection::Injected)
}

fn node_role<'a>(look: &Look<'a>, pod: &Pod) -> Option<&'a str> {
    let Fact::Present(node) = look.census().node(pod.node.as_deref()?) else {
        return None;
    };
    look.evidence
        .node_roles
        .role(node)
        .map(|arn| role_name(arn))
}

fn pass_role(refusal: Option<&Refusal>) -> Remedy {
    match refusal.and_then(|refusal| refusal.resource.as_deref()) {
        Some(role) => statement(
            "ask for this statement",
            &json!({
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": role,
                "Condition": {"StringEquals": {"iam:PassedToService": "pods.eks.amazonaws.com"}},
            }),
        ),
        None => advice("ask for iam:PassRole on the role, to be passed to pods.eks.amazonaws.com"),
    }
}
