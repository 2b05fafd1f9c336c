//! A row of the pods: one container, who it is and why.

use super::Explanation;
use crate::model::identity::{
    Associated, Certainty, Doubt, Fact, Injection, Lack, Mechanism, Note, Reason, Role, Staleness,
    Verdict,
};
use crate::model::node::Node;
use crate::model::pod::{Owner, Pod};

/// A container of a pod, and everything that its columns need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerRow<'a> {
    pub pod: &'a Pod,
    pub verdict: Verdict,
    /// Of this container alone.
    pub injection: Injection,
    /// Which credentials of the association this container holds.
    pub staleness: Staleness,
    pub node: Fact<&'a Node>,
    pub workload: Option<Owner>,
    pub association: Fact<Associated<'a>>,
}

impl ContainerRow<'_> {
    /// Namespace, pod and container.
    pub fn id(&self) -> (&str, &str, &str) {
        (&self.pod.namespace, &self.pod.name, &self.verdict.container)
    }

    /// A cell: `pod identity`, `node role (likely)`, `unknown`.
    pub fn phrase(&self) -> String {
        self.verdict.phrase()
    }

    pub fn role(&self) -> Option<&Role> {
        self.verdict.role.as_ref()
    }

    /// Whether there is a role, and it is not known which.
    pub fn is_role_unknown(&self) -> bool {
        self.verdict.role.is_none()
            && match self.verdict.mechanism {
                Mechanism::StaticKeys | Mechanism::None => {
                    self.verdict.certainty == Certainty::Unknown
                }
                _ => true,
            }
    }

    /// A cell: why it is so, or what keeps it from being certain; what a restart would mend comes first.
    pub fn why(&self) -> String {
        if let Injection::Lacking { containers } = &self.injection
            && let Some(lack) = containers.first()
        {
            return self.lack(lack).to_owned();
        }
        // Of equals the first is taken.
        let weightiest = self.verdict.reasons.iter().rev();
        let weightiest = weightiest.max_by_key(|reason| weight(reason));
        let telling = |doubt: &&Doubt| **doubt != Doubt::MetadataUnseen;
        let doubt = self.verdict.doubts.iter().find(telling);
        match (doubt, weightiest) {
            (Some(doubt), _) => doubt.to_string(),
            (None, Some(reason)) if self.verdict.certainty != Certainty::Unknown => {
                reason.to_string()
            }
            (None, reason) => match (self.verdict.doubts.first(), reason) {
                (Some(doubt), _) => doubt.to_string(),
                (None, Some(reason)) => reason.to_string(),
                (None, None) => String::new(),
            },
        }
    }

    fn lack(&self, lack: &Lack) -> &'static str {
        let is_associated = matches!(self.association, Fact::Present(_));
        // What an SDK finds first, a new pod would find first, too.
        match self.verdict.mechanism {
            Mechanism::StaticKeys => return "access keys of its own come first",
            Mechanism::WebIdentity => return "a web identity of its own comes first",
            _ => {}
        }
        match lack.why {
            Note::AdmittedBefore { .. } => "older than the association; restart it",
            Note::InPropagationWindow { .. } => "created while the association was new; restart it",
            Note::MayPredate => "may be older than the association; restart it",
            _ if is_associated => "not injected although the association is older; restart it",
            _ => "without the annotated role; restart it",
        }
    }

    /// A cell: `EC2`, `Auto Mode`, `Fargate`; `None` where it is not known.
    pub fn compute(&self) -> Option<&str> {
        if self.pod.is_on_fargate() {
            return Some("Fargate");
        }
        self.node.present().map(|node| node.compute.word())
    }

    /// A cell: the phase, and what it leaves out.
    pub fn state(&self) -> String {
        let phase = self.pod.phase.as_str();
        if self.pod.terminating {
            return "Terminating".to_owned();
        }
        if phase.is_empty() {
            return "unknown".to_owned();
        }
        match self.pod.ready {
            Some(false) if phase == "Running" => format!("{phase} (not ready)"),
            _ => phase.to_owned(),
        }
    }

    /// A cell: `Deployment/api`.
    pub fn workload_phrase(&self) -> Option<String> {
        let workload = self.workload.as_ref()?;
        Some(format!("{}/{}", workload.kind, workload.name))
    }

    pub(super) fn explanation(&self) -> Explanation {
        let verdict = &self.verdict;
        let mut notes: Vec<String> = verdict.notes.iter().map(ToString::to_string).collect();
        if let Injection::Lacking { containers } = &self.injection {
            let irsa = !matches!(self.association, Fact::Present(_));
            for lack in containers.iter().filter(|_| irsa) {
                notes.push(self.lack(lack).to_owned());
            }
        }
        if !verdict.choices.is_empty() {
            let choices = verdict.choices.iter();
            let choices =
                choices.map(|choice| format!("{}: {}", choice.sdk.word(), choice.mechanism.word()));
            notes.push(format!(
                "by SDK: {}",
                choices.collect::<Vec<_>>().join("; ")
            ));
        }
        Explanation {
            reasons: verdict.reasons.iter().map(ToString::to_string).collect(),
            doubts: verdict.doubts.iter().map(ToString::to_string).collect(),
            notes,
        }
    }
}

/// Which reason tells most, where one must do.
fn weight(reason: &Reason) -> u8 {
    match reason {
        Reason::FargateHasNone | Reason::HybridHasNoMetadata | Reason::MetadataDisabled => 6,
        Reason::Association { .. } => 5,
        Reason::TokenMounted { .. } | Reason::FilesMounted { .. } => 4,
        Reason::NothingSet => 3,
        Reason::Variable { .. } => 2,
        Reason::AgentRunning | Reason::AgentBuiltIn | Reason::HostNetwork => 1,
    }
}
