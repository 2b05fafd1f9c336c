//! Failures: what kind, what we were doing, why, and what to do next.

use std::fmt;

use crate::model::Text;

/// What a failure means for the person who sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The caller may not do this.
    Denied,
    /// The caller's own credentials or session ran out.
    Expired,
    /// No credentials, profile or region could be found.
    Unconfigured,
    /// The profile needs something roledex does not do, such as an MFA code.
    Unsupported,
    /// The region is not enabled for the account.
    RegionDisabled,
    Throttled,
    NotFound,
    /// Something else is in the way (409).
    Conflict,
    /// The service refused the input (400).
    Invalid,
    /// No connection: refused, reset, name not resolved, TLS.
    Unreachable,
    Timeout,
    /// The service failed (5xx).
    Server,
    /// The answer could not be read.
    Malformed,
    /// roledex itself refused: read-only.
    Refused,
    Cancelled,
    /// A bug of ours: a task panicked.
    Bug,
    /// Anything else, as the service put it.
    Other,
}

impl FailureKind {
    /// One or two words for a badge.
    pub fn word(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Unconfigured => "not configured",
            Self::Unsupported => "unsupported",
            Self::RegionDisabled => "region off",
            Self::Throttled => "throttled",
            Self::NotFound => "not found",
            Self::Conflict => "conflict",
            Self::Invalid => "refused",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timed out",
            Self::Server => "server error",
            Self::Malformed => "unreadable",
            Self::Refused => "read-only",
            Self::Cancelled => "cancelled",
            Self::Bug => "internal error",
            Self::Other => "failed",
        }
    }
}

/// A failure of a call, with all that a person needs to act on it.
///
/// ```text
/// could not list clusters: User: … is not authorized to perform: eks:ListClusters (AccessDeniedException)
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    /// An infinitive: "list clusters in eu-west-1 as profile prod".
    pub doing: Text,
    /// The innermost cause that still explains, in the service's own words where it has any.
    pub cause: Text,
    /// The service's error code, such as `AccessDeniedException`.
    pub code: Option<Text>,
    /// What to do next; a command where one mends it.
    pub hint: Option<Text>,
    pub request_id: Option<Text>,
}

impl Failure {
    /// Says whether an association is not there any more.
    ///
    /// A cluster that is missing says the same with other words, and tells nothing about the association.
    pub fn is_gone(&self) -> bool {
        self.kind == FailureKind::NotFound && !self.cause.contains("No cluster found")
    }

    pub fn new(kind: FailureKind, doing: impl Into<Text>, cause: impl Into<Text>) -> Self {
        Self {
            kind,
            doing: doing.into(),
            cause: cause.into(),
            code: None,
            hint: None,
            request_id: None,
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<Text>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn code(mut self, code: impl Into<Text>) -> Self {
        self.code = Some(code.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: {}", self.doing, self.cause)?;
        if let Some(code) = self
            .code
            .as_ref()
            .filter(|code| !self.cause.contains(&***code))
        {
            write!(f, " ({code})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
