//! Words of world files that stand for one of a few things.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::text::parsed;
use crate::sim::kube::{Admission, PodState};

/// `secret/NAME` or `configmap/NAME`, whose keys all become variables.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) member: &'static str,
    pub(crate) name: String,
}

/// Which nodes take the pods: `windows`, `hybrid`, or `nodegroup/NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Windows,
    Hybrid,
    Nodegroup(String),
}

/// What a workload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind(pub(crate) &'static str);

/// How its pods fare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State(pub(crate) PodState);

/// What the webhook did to the pods of the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Webhook(pub(crate) Admission);

/// How the agent fares on the nodes of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AgentState(pub(crate) Option<PodState>);

/// A verb and a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denied {
    pub(crate) verb: String,
    pub(crate) resource: String,
}

const KINDS: [(&str, Kind); 5] = [
    ("Deployment", Kind("Deployment")),
    ("StatefulSet", Kind("StatefulSet")),
    ("DaemonSet", Kind("DaemonSet")),
    ("Job", Kind("Job")),
    ("Pod", Kind("Pod")),
];

const STATES: [(&str, State); 7] = [
    ("running", State(PodState::Running)),
    ("starting", State(PodState::Starting)),
    ("crashing", State(PodState::Crashing)),
    ("completed", State(PodState::Completed)),
    ("failed", State(PodState::Failed)),
    ("pending", State(PodState::Pending)),
    ("terminating", State(PodState::Terminating)),
];

const ADMISSIONS: [(&str, Webhook); 3] = [
    ("in-time", Webhook(Admission::InTime)),
    ("missed", Webhook(Admission::Missed)),
    ("injected", Webhook(Admission::Injected)),
];

const AGENT_STATES: [(&str, AgentState); 4] = [
    ("running", AgentState(Some(PodState::Running))),
    ("starting", AgentState(Some(PodState::Starting))),
    ("crashing", AgentState(Some(PodState::Crashing))),
    ("missing", AgentState(None)),
];

/// Finds a word among those that there are, or says which these are.
fn word<T: Copy>(text: &str, what: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("'{text}' is no {what}: write one of {}", all.join(", "))
    })
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        word(text, "kind of workload", &KINDS)
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        word(text, "state of a pod", &STATES)
    }
}

impl FromStr for Webhook {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        word(text, "answer of the webhook", &ADMISSIONS)
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("nodegroup/")) {
            ("windows", _) => Ok(Self::Windows),
            ("hybrid", _) => Ok(Self::Hybrid),
            (_, Some(name)) if !name.is_empty() => Ok(Self::Nodegroup(name.to_owned())),
            _ => Err(format!(
                "'{text}' is no place for pods: write windows, hybrid or nodegroup/NAME"
            )),
        }
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (member, name) = match text.split_once('/') {
            Some(("secret", name)) => ("secretRef", name),
            Some(("configmap", name)) => ("configMapRef", name),
            _ => ("", ""),
        };
        if name.is_empty() {
            return Err(format!(
                "'{text}' is no source of variables: write secret/NAME or configmap/NAME"
            ));
        }
        Ok(Self {
            member,
            name: name.to_owned(),
        })
    }
}

impl FromStr for AgentState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        word(text, "state of the agent", &AGENT_STATES)
    }
}

impl FromStr for Denied {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_whitespace().collect::<Vec<_>>().as_slice() {
            [verb, resource] => Ok(Self {
                verb: (*verb).to_owned(),
                resource: (*resource).to_owned(),
            }),
            _ => Err(format!(
                "'{text}' denies nothing: write a verb and a resource, such as 'list pods'"
            )),
        }
    }
}

/// Lets types be read the way they parse.
macro_rules! read_as_text {
    ($($name:ty),+) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                parsed(deserializer)
            }
        }
    )+};
}

read_as_text!(Kind, State, Webhook, Place, Source, AgentState, Denied);
