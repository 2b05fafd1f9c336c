//! EKS updates: work that AWS does on a cluster, an add-on, a node group or a capability.

use std::fmt;

use jiff::Timestamp;

use crate::model::Text;
use crate::model::arn::ClusterArn;

/// What an update changes; DescribeUpdate answers 404 unless it is told the same subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UpdateSubject {
    Cluster,
    Addon(Text),
    Nodegroup(Text),
    Capability(Text),
}

impl UpdateSubject {
    /// The kind in the words of the API: `cluster`, `add-on`, `node group`, `capability`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Addon(_) => "add-on",
            Self::Nodegroup(_) => "node group",
            Self::Capability(_) => "capability",
        }
    }

    pub fn name(&self) -> Option<&Text> {
        match self {
            Self::Cluster => None,
            Self::Addon(name) | Self::Nodegroup(name) | Self::Capability(name) => Some(name),
        }
    }
}

impl fmt::Display for UpdateSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            None => f.write_str(self.kind()),
            Some(name) => write!(f, "{} {name}", self.kind()),
        }
    }
}

/// The identity of an update.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UpdateKey {
    pub cluster: ClusterArn,
    pub subject: UpdateSubject,
    pub id: Text,
}

/// Status of an update; a word from a newer API is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateStatus {
    InProgress,
    Failed,
    Cancelled,
    Successful,
    /// Absent from the answer, or a word that this version does not know.
    Other(Text),
}

impl UpdateStatus {
    pub fn parse(word: &str) -> Self {
        match word {
            "InProgress" => Self::InProgress,
            "Failed" => Self::Failed,
            "Cancelled" => Self::Cancelled,
            "Successful" => Self::Successful,
            other => Self::Other(other.into()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Successful => "Successful",
            Self::Other(word) => word,
        }
    }

    /// A terminal update never changes again, so it is never described again. An unknown word is not terminal.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Failed | Self::Cancelled | Self::Successful)
    }
}

/// What DescribeUpdate said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub key: UpdateKey,
    pub status: UpdateStatus,
    /// VersionUpdate, AddonUpdate, …, or a newer word.
    pub kind: Option<Text>,
    pub params: Vec<UpdateParam>,
    pub created: Option<Timestamp>,
    pub errors: Vec<UpdateError>,
    pub cancellation: Option<Cancellation>,
}

/// One parameter; AWS sends every value as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateParam {
    pub kind: Option<Text>,
    pub value: Option<Text>,
}

/// One reason why an update failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateError {
    pub code: Option<Text>,
    pub message: Option<Text>,
    pub resources: Vec<Text>,
}

/// How the cancelling of an update went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    pub status: Option<Text>,
    pub reason: Option<Text>,
}

/// A failed update stays in view for this many seconds, because that is when people look for it.
const FAILED_STAYS: i64 = 24 * 3_600;

impl Update {
    /// Says whether an update is shown without being asked for: it runs, or it failed within the last day.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        let recent = |created: Timestamp| now.as_second() - created.as_second() < FAILED_STAYS;
        !self.status.is_terminal()
            || self.status == UpdateStatus::Failed && self.created.is_some_and(recent)
    }

    /// The parameters in one line: `Version=1.34 PlatformVersion=eks.3`.
    pub fn params_line(&self) -> String {
        let words = self.params.iter().map(|param| {
            let (kind, value) = (param.kind.as_deref().unwrap_or("?"), param.value.as_deref());
            value.map_or_else(|| kind.to_owned(), |value| format!("{kind}={value}"))
        });
        words.collect::<Vec<_>>().join(" ")
    }

    /// The errors in one line: `ConfigurationConflict: Conflicts found …`.
    pub fn errors_line(&self) -> String {
        let lines = self.errors.iter().map(|error| {
            match (error.code.as_deref(), error.message.as_deref()) {
                (Some(code), Some(message)) => format!("{code}: {message}"),
                (Some(text), None) | (None, Some(text)) => text.to_owned(),
                (None, None) => "unnamed error".to_owned(),
            }
        });
        lines.collect::<Vec<_>>().join("; ")
    }
}
