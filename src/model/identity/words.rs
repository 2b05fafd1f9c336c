//! The same words on screen and on the command line; "may" wherever AWS knows more than we do.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;

use super::chain::Sdk;
use super::injection::Injection;
use super::stale::{Aging, Change, Staleness};
use super::verdict::{Certainty, Doubt, Mechanism, Note, Reason, Verdict};
use crate::model::pod::{ContainerKind, Source};

impl Verdict {
    /// One phrase for a column: `pod identity`, `node role (likely)`, `unknown`.
    pub fn phrase(&self) -> String {
        match (self.mechanism, self.certainty) {
            (Mechanism::Unknown, _) if !self.choices.is_empty() => "differs by SDK".to_owned(),
            (Mechanism::Unknown, _) => "unknown".to_owned(),
            (mechanism, Certainty::Certain) => mechanism.word().to_owned(),
            (mechanism, Certainty::Likely) => format!("{} (likely)", mechanism.word()),
            (mechanism, Certainty::Unknown) => format!("unknown (may be {})", mechanism.word()),
        }
    }
}

impl Mechanism {
    pub fn word(self) -> &'static str {
        match self {
            Self::PodIdentity => "pod identity",
            Self::Irsa => "IRSA",
            Self::StaticKeys => "static keys",
            Self::Profile => "profile",
            Self::WebIdentity => "web identity",
            Self::Endpoint => "own endpoint",
            Self::NodeRole => "node role",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }
}

impl Injection {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Injected => "injected",
            Self::Lacking { .. } => "lacking",
            Self::Excluded { .. } => "excluded",
            Self::NotExpected => "not expected",
            Self::Ended => "ended",
            Self::Unknown => "unknown",
        }
    }
}

impl Certainty {
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

impl Sdk {
    pub fn word(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Java => "Java",
            Self::Go => "Go",
            Self::Botocore => "Python and AWS CLI",
            Self::JavaScript => "JavaScript",
        }
    }
}

impl Staleness {
    /// A cell: `fresh`, `may be old to 14:32Z`, `never injected`, `unknown`, or nothing.
    pub fn phrase(self) -> Cow<'static, str> {
        match self {
            Self::NotConcerned => "".into(),
            Self::Fresh => "fresh".into(),
            Self::NeverInjected => "never injected".into(),
            Self::Unknown => "unknown".into(),
            Self::MayBeOld(change) => match change.until() {
                Some(until) => format!("may be old to {}", clock(until)).into(),
                None => "may be old".into(),
            },
        }
    }
}

impl Aging {
    /// One sentence: `3 of 8 pods may hold old credentials until 14:32Z`; `None` if nothing is to be said.
    pub fn sentence(&self) -> Option<String> {
        let of = |count: usize| {
            let all = self.concerned;
            let noun = if all == 1 { "pod" } else { "pods" };
            format!("{count} of {all} {noun}")
        };
        let old = (self.may_be_old > 0).then(|| {
            let until = match self.change.and_then(Change::until) {
                Some(until) => format!("until {}", clock(until)),
                None => "for up to 6 hours after the association went".to_owned(),
            };
            format!("{} may hold old credentials {until}", of(self.may_be_old))
        });
        let unknown = (self.unknown > 0).then(|| {
            format!(
                "of {} it is unknown which credentials they hold",
                of(self.unknown)
            )
        });
        match (old, unknown) {
            (Some(old), Some(unknown)) => Some(format!("{old}; {unknown}")),
            (old, unknown) => old.or(unknown),
        }
    }

    /// A cell: `3 may be old to 14:32Z`, `2 unknown`, `0`.
    pub fn phrase(&self) -> String {
        self.counts(" may be old")
    }

    /// A cell under a title that says "may be old": `3 to 14:32Z`.
    pub fn short(&self) -> String {
        self.counts("")
    }

    fn counts(&self, word: &str) -> String {
        let old = (self.may_be_old > 0).then(|| {
            let until = self.change.and_then(Change::until);
            let until = until.map(|until| format!(" to {}", clock(until)));
            format!("{}{word}{}", self.may_be_old, until.unwrap_or_default())
        });
        let unknown = (self.unknown > 0).then(|| format!("{} unknown", self.unknown));
        match (old, unknown) {
            (Some(old), Some(unknown)) => format!("{old}, {unknown}"),
            (old, unknown) => old.or(unknown).unwrap_or_else(|| "0".to_owned()),
        }
    }
}

/// The time of day by UTC. It is for bounds within a day, so that it needs no date, and is rounded up, so that it
/// stays one.
fn clock(at: Timestamp) -> String {
    let minute = at.as_second().saturating_add(59).div_euclid(60);
    let at = Timestamp::from_second(minute.saturating_mul(60)).unwrap_or(at);
    at.strftime("%H:%MZ").to_string()
}

fn source_word(source: Source) -> &'static str {
    match source {
        Source::Secret => "a Secret",
        Source::ConfigMap => "a ConfigMap",
        Source::Field => "a field of the pod",
        Source::Expansion => "another variable",
        Source::Other => "elsewhere",
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable { variable, value } => match value {
                Some(value) => write!(f, "{} is {value}", variable.name()),
                None => write!(f, "{} is set", variable.name()),
            },
            Self::TokenMounted { volume } => write!(f, "the token of volume {volume} is mounted"),
            Self::FilesMounted { path } => write!(f, "AWS files are mounted at {path}"),
            Self::Association { id } => write!(f, "association {id} is for its service account"),
            Self::AgentRunning => f.write_str("the agent runs on its node"),
            Self::AgentBuiltIn => f.write_str("Auto Mode nodes have the agent built in"),
            Self::NothingSet => f.write_str("no variable or file offers credentials"),
            Self::FargateHasNone => f.write_str("Fargate has neither agent nor instance metadata"),
            Self::HybridHasNoMetadata => f.write_str("a hybrid node has no instance metadata"),
            Self::MetadataDisabled => f.write_str("AWS_EC2_METADATA_DISABLED is true"),
            Self::HostNetwork => f.write_str("the pod uses the network of its node"),
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EnvFrom { source, name } => {
                let source = source_word(*source);
                write!(
                    f,
                    "{source}, {name}, sets variables that are not visible and may hold credentials"
                )
            }
            Self::ByReference { variable, source } => {
                write!(f, "{} comes from {}", variable.name(), source_word(*source))
            }
            Self::MayBeShadowed { by, sdks } => {
                let sdks: Vec<&str> = sdks.iter().map(|sdk| sdk.word()).collect();
                write!(f, "{} may come first in {}", by.word(), sdks.join(", "))
            }
            Self::SdksDiffer => f.write_str("the SDKs do not look in the same order"),
            Self::FileContents => f.write_str("what the AWS files hold is not visible"),
            Self::HalfPair { present, missing } => write!(
                f,
                "{} is set without {}; some SDKs may fail over it",
                present.name(),
                missing.name()
            ),
            Self::NodeUnknown => f.write_str("what kind of node it runs on is unknown"),
            Self::NotScheduled => f.write_str("it has no node yet"),
            Self::AgentUnknown => f.write_str("whether the agent runs on its node is unknown"),
            Self::AgentNotReady => f.write_str("the agent on its node is not ready"),
            Self::AgentMissing => f.write_str("no agent runs on its node"),
            Self::WindowsUnsupported => f.write_str("Windows nodes have no agent"),
            Self::MayFallThrough => f.write_str("some SDKs may go on to the node role"),
            Self::AssociationUnknown => f.write_str("whether an association exists is unknown"),
            Self::AssociationAbsent => f.write_str(
                "no association exists; credentials it holds may work until they expire",
            ),
            Self::MetadataUnseen => {
                f.write_str("whether instance metadata answers a pod is not visible in Kubernetes")
            }
            Self::TokenNotMounted { file: Some(file) } => {
                write!(f, "no projected token is mounted at {file}")
            }
            Self::TokenNotMounted { file: None } => {
                f.write_str("where its token file is, is not visible")
            }
            Self::NoToken => f.write_str("no token file is set, and the agent asks for a token"),
            Self::Proxy { variable } => write!(
                f,
                "{} is set, and NO_PROXY does not name the agent; a proxy may receive the request",
                variable.name()
            ),
            Self::HostMayBeRefused { uri } => write!(f, "SDKs may refuse the host of {uri}"),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shadowed { mechanism, by } => {
                write!(f, "{} is set up as well, and shadowed by {}", mechanism.word(), by.word())
            }
            Self::AdmittedBefore { pod, association } => write!(
                f,
                "the pod was created at {pod}, before the association at {association}; restart it"
            ),
            Self::InPropagationWindow { seconds } => write!(
                f,
                "created {seconds} s after the association, which may take 30 s to reach new pods"
            ),
            Self::MayPredate => f.write_str(
                "the variables of EKS Pod Identity are missing; the pod may be older than the association",
            ),
            Self::NotInjected => f.write_str(
                "the variables of EKS Pod Identity are missing although the association is older; the webhook may have failed",
            ),
            Self::Skipped => f.write_str("the pod's annotation eks.amazonaws.com/skip-containers names it"),
            Self::OptedOut => f.write_str("the pod's label eks.amazonaws.com/skip-pod-identity-webhook keeps the webhook away"),
            Self::DefinesItself { variable } => {
                write!(f, "it defines {} itself, so the webhook left it alone", variable.name())
            }
            Self::Ephemeral => write!(
                f,
                "an {} container is added later, and no webhook sees it",
                ContainerKind::Ephemeral.word()
            ),
            Self::StaticPod => f.write_str("a static pod, which no webhook sees"),
            Self::FargateUnsupported => {
                f.write_str("EKS Pod Identity does not work on Fargate; use IRSA")
            }
            Self::WindowsUnsupported => {
                f.write_str("EKS Pod Identity does not work on Windows; use IRSA")
            }
            Self::AnnotationForNewPods { role } => write!(
                f,
                "the service account is annotated with {role}, which matters for new pods only"
            ),
            Self::AnnotationDiffers { annotated } => write!(
                f,
                "the service account is annotated with {annotated} now; new pods get that"
            ),
            Self::AnnotationGone => {
                f.write_str("the service account has no role annotation now; new pods do not get the role")
            }
            Self::AnnotationIgnored { role } => {
                write!(f, "the service account is annotated with {role} too; the association wins")
            }
            Self::NewPodsGetPodIdentity => f.write_str("new pods get EKS Pod Identity"),
            Self::RoleMayLag { until } => write!(
                f,
                "the association was changed while the pod ran; it may act as before until {}",
                clock(*until)
            ),
            Self::LagsLessIfChained { until } => write!(
                f,
                "if the association had a target role before the change, too, it may do so only until {}",
                clock(*until)
            ),
            Self::RoleNotRead => f.write_str("the association's role was not read yet"),
            Self::HybridAgent => f.write_str("the agent is off by default on hybrid nodes"),
            Self::HostNetwork => f.write_str(
                "the pod uses the network of its node, which may conflict with the agent",
            ),
            Self::OwnInterface => f.write_str(
                "the pod has security groups of its own, which may keep it from the agent",
            ),
            Self::Ended => f.write_str("the pod has ended"),
        }
    }
}
