//! The steps of a test, as they are shown while it runs.

use std::fmt;

use crate::model::Text;
use crate::model::diagnosis::Remedy;

/// What a step is about; the order is the order in which they are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StepKind {
    /// `DescribeCluster`: whether it serves Pod Identity, and its issuer.
    Cluster,
    /// The association, its role and target role.
    Association,
    /// The add-on, its daemon set, and the agent on the node of the pod.
    Agent,
    ServiceAccount,
    /// The pod that the token is bound to.
    Pod,
    /// Whether the caller may create tokens.
    Permission,
    /// `TokenRequest`.
    Token,
    /// What is in the token.
    Claims,
    /// `AssumeRoleForPodIdentity`.
    Assume,
    /// `GetCallerIdentity` with what came back.
    Caller,
    /// Whether that is who the association says.
    Verdict,
}

impl StepKind {
    pub const ALL: [Self; 11] = [
        Self::Cluster,
        Self::Association,
        Self::Agent,
        Self::ServiceAccount,
        Self::Pod,
        Self::Permission,
        Self::Token,
        Self::Claims,
        Self::Assume,
        Self::Caller,
        Self::Verdict,
    ];

    /// What it is called in a list of steps.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Association => "association",
            Self::Agent => "agent",
            Self::ServiceAccount => "service account",
            Self::Pod => "pod",
            Self::Permission => "permission",
            Self::Token => "token",
            Self::Claims => "claims",
            Self::Assume => "assume role",
            Self::Caller => "caller",
            Self::Verdict => "verdict",
        }
    }

    /// The word in exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Association => "association",
            Self::Agent => "agent",
            Self::ServiceAccount => "serviceAccount",
            Self::Pod => "pod",
            Self::Permission => "permission",
            Self::Token => "token",
            Self::Claims => "claims",
            Self::Assume => "assumeRole",
            Self::Caller => "caller",
            Self::Verdict => "verdict",
        }
    }
}

/// How far a step is, and how it came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StepState {
    Running,
    Passed,
    /// Not as it should be, but it does not decide.
    Warning,
    Failed,
    /// It could not be found out.
    Unknown,
    /// Nothing to do here, or not any more.
    Skipped,
}

impl StepState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Passed => "passed",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for StepState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// One step, running or done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub kind: StepKind,
    pub state: StepState,
    /// One line: what it found, or what it is doing.
    pub said: Text,
    /// What that rests on; each with its call or its member.
    pub evidence: Vec<Text>,
    /// `None` while it runs, and where nothing was asked.
    pub elapsed_ms: Option<u64>,
    pub remedies: Vec<Remedy>,
}

impl Step {
    pub fn new(kind: StepKind, state: StepState, said: impl Into<Text>) -> Self {
        Self {
            kind,
            state,
            said: said.into(),
            evidence: Vec::new(),
            elapsed_ms: None,
            remedies: Vec::new(),
        }
    }

    #[must_use]
    pub fn evidence(mut self, line: impl Into<Text>) -> Self {
        self.evidence.push(line.into());
        self
    }

    #[must_use]
    pub fn remedies(mut self, remedies: impl IntoIterator<Item = Remedy>) -> Self {
        self.remedies.extend(remedies);
        self
    }

    /// Makes a warning of a failure, once the answer that decides was good.
    pub fn soften(&mut self) {
        if self.state == StepState::Failed {
            self.state = StepState::Warning;
        }
    }
}
