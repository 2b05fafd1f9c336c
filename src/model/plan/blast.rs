//! Whom a change reaches: the pods of the service account, and what they have without the association.

use jiff::Timestamp;

use crate::model::Text;
use crate::model::identity::{
    self, AccountMechanism, Certainty, Evidence, Fact, Mechanism, of_new_pods,
};
use crate::model::plan::Steps;
use crate::model::pod::Owner;
use crate::model::service_account::ServiceAccount;
use crate::model::verdict::Verdict;

/// The pods that a change reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlastRadius {
    /// Nobody could say, or nobody asked.
    Unknown {
        why: Text,
    },
    Counted(Counted),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Pods that have not ended, in the order of their names.
    pub pods: Vec<AffectedPod>,
    /// What a pod falls back to that is made when the association is gone.
    pub fallback: Fallback,
    /// When the pods were read.
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AffectedPod {
    pub name: Text,
    pub workload: Option<Owner>,
    /// Whether one of its containers gets its credentials through the association.
    pub uses: Verdict,
}

/// Who new pods of the service account are without the association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fallback {
    Irsa {
        role: Text,
    },
    /// What their containers bring along, else the role of their node where its metadata can be reached.
    Nothing,
    Unknown,
}

impl BlastRadius {
    pub fn unknown(why: impl Into<Text>) -> Self {
        Self::Unknown { why: why.into() }
    }

    /// Counts the pods of one service account; each with the workload that made it, if that was found out.
    pub fn of<'a>(
        pods: impl IntoIterator<Item = (Evidence<'a>, Option<Owner>)>,
        service_account: Fact<&ServiceAccount>,
        at: Timestamp,
    ) -> Self {
        let mut affected: Vec<AffectedPod> = pods
            .into_iter()
            .filter(|(evidence, _)| !evidence.pod.phase.is_ended())
            .map(|(evidence, workload)| AffectedPod {
                name: evidence.pod.name.clone(),
                workload,
                uses: uses(&evidence),
            })
            .collect();
        affected.sort();
        let new = of_new_pods(service_account, Fact::Absent, at);
        let fallback = match (new.mechanism, new.role) {
            (AccountMechanism::Irsa, Some(role)) => Fallback::Irsa { role: role.arn },
            (AccountMechanism::None, _) => Fallback::Nothing,
            _ => Fallback::Unknown,
        };
        Self::Counted(Counted {
            pods: affected,
            fallback,
            at,
        })
    }

    pub fn counted(&self) -> Option<&Counted> {
        match self {
            Self::Counted(counted) => Some(counted),
            Self::Unknown { .. } => None,
        }
    }

    /// Whether it is sure that no pod is reached.
    pub fn is_nobody(&self) -> bool {
        self.counted()
            .is_some_and(|counted| counted.pods.is_empty())
    }

    /// One phrase: `3 pods, 2 of them with these credentials`.
    pub fn phrase(&self) -> String {
        let counted = match self {
            Self::Unknown { why } => {
                return format!("not known: {}", crate::model::text::visible(why));
            }
            Self::Counted(counted) => counted,
        };
        let with = |verdict: Verdict| {
            counted
                .pods
                .iter()
                .filter(|pod| pod.uses == verdict)
                .count()
        };
        let (sure, perhaps) = (with(Verdict::Yes), with(Verdict::Unknown));
        if let [only] = &counted.pods[..] {
            let has = match only.uses {
                Verdict::Yes => "which has these credentials",
                Verdict::Unknown => "which perhaps has these credentials",
                Verdict::No => "which has other credentials",
            };
            return format!("1 pod, {has}");
        }
        let pods = match counted.pods.len() {
            0 => return "no pods".to_owned(),
            count => format!("{count} pods"),
        };
        let perhaps = match perhaps {
            0 => String::new(),
            count => format!(", {count} perhaps"),
        };
        format!("{pods}, {sure} of them with these credentials{perhaps}")
    }
}

/// Pods that are named one by one; of a thousand nobody reads the names.
const NAMED: usize = 12;

impl Counted {
    /// The pods that are shown by name.
    pub fn named(&self) -> impl Iterator<Item = &AffectedPod> {
        self.pods.iter().take(NAMED)
    }

    /// How many are counted only.
    pub fn unnamed(&self) -> usize {
        self.pods.len().saturating_sub(NAMED)
    }

    /// What the calls of a plan mean for a pod.
    pub fn fate(pod: &AffectedPod, steps: Steps) -> &'static str {
        match (pod.uses, loses(steps)) {
            (Verdict::Yes, true) => "loses its credentials",
            (Verdict::Unknown, true) => "may lose its credentials",
            (Verdict::Yes, false) => "has its credentials from here",
            (Verdict::Unknown, false) => "may have its credentials from here",
            (Verdict::No, _) => "has its credentials from elsewhere",
        }
    }

    /// What pods that lose their credentials fall back to; they are of one service account. Safe to print.
    pub fn afterwards(&self, steps: Steps) -> Option<String> {
        let is_due = loses(steps) && self.pods.iter().any(|pod| pod.uses != Verdict::No);
        is_due.then(|| format!("made anew, they fall back to {}", self.fallback.phrase()))
    }
}

fn loses(steps: Steps) -> bool {
    matches!(steps, Steps::Delete | Steps::CreateAndDelete)
}

impl Fallback {
    pub fn phrase(&self) -> String {
        match self {
            Self::Irsa { role } => {
                format!("the IRSA role {}", crate::model::text::visible(role))
            }
            Self::Nothing => {
                "what their containers bring along, else the node role if its metadata can be reached"
                    .to_owned()
            }
            Self::Unknown => {
                "something that is not known, because the service account could not be read".to_owned()
            }
        }
    }
}

fn uses(evidence: &Evidence<'_>) -> Verdict {
    Verdict::any(identity::effective(evidence).into_iter().map(|container| {
        match (container.mechanism, container.certainty) {
            (Mechanism::PodIdentity, Certainty::Certain) => Verdict::Yes,
            (Mechanism::PodIdentity | Mechanism::Unknown, _)
            | (_, Certainty::Likely | Certainty::Unknown) => Verdict::Unknown,
            (_, Certainty::Certain) => Verdict::No,
        }
    }))
}
