//! Who refused, and what: the answers of EKS Auth and of the token's API server, told apart.

use crate::model::{Failure, FailureKind};

use super::test::TokenSource;

/// Why `AssumeRoleForPodIdentity` gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    NoAssociation,
    NoCluster,
    /// EKS may not assume the role.
    Role,
    /// Whoever asked may not ask.
    Caller,
    TokenExpired,
    InvalidToken,
    InvalidParameter,
    InvalidRequest,
    Throttled,
    Internal,
    Unavailable,
    CallerExpired,
    /// The region knows no such key, or its signature is wrong.
    CallerUnknown,
    Clock,
    /// No credentials to ask with.
    NoCredentials,
    Unreachable,
    Timeout,
    Unreadable,
    /// roledex itself refused.
    Off,
    Other,
}

impl Refusal {
    pub const ALL: [Self; 20] = [
        Self::NoAssociation,
        Self::NoCluster,
        Self::Role,
        Self::Caller,
        Self::TokenExpired,
        Self::InvalidToken,
        Self::InvalidParameter,
        Self::InvalidRequest,
        Self::Throttled,
        Self::Internal,
        Self::Unavailable,
        Self::CallerExpired,
        Self::CallerUnknown,
        Self::Clock,
        Self::NoCredentials,
        Self::Unreachable,
        Self::Timeout,
        Self::Unreadable,
        Self::Off,
        Self::Other,
    ];

    /// Reads a failure; `status` is that of the HTTP answer, if there was one.
    ///
    /// EKS Auth and the gate before it that checks signatures use the same codes for different things. Their words
    /// tell them apart, and where AWS does not document the words, the status: 400 is EKS Auth, 403 the gate.
    pub fn of(failure: &Failure, status: Option<u16>) -> Self {
        let cause = failure.cause.to_ascii_lowercase();
        let has = |words: &str| cause.contains(words);
        let is_gate = status == Some(403);
        match failure.code.as_deref().unwrap_or_default() {
            "ResourceNotFoundException" => {
                let is_cluster = has("cluster") && !has("association");
                return if is_cluster {
                    Self::NoCluster
                } else {
                    Self::NoAssociation
                };
            }
            "AccessDeniedException" | "AccessDenied" => {
                let is_role = has("eks does not have permission");
                // EKS Auth tells of roles in the same words; only the action says who was refused.
                let is_caller = has("perform: eks-auth:") || is_gate;
                return if is_caller && !is_role {
                    Self::Caller
                } else {
                    Self::Role
                };
            }
            "ExpiredTokenException" | "ExpiredToken" => {
                let is_caller = is_gate || has("security token");
                return if is_caller {
                    Self::CallerExpired
                } else {
                    Self::TokenExpired
                };
            }
            "InvalidTokenException" => return Self::InvalidToken,
            "InvalidParameterException" | "ValidationException" => return Self::InvalidParameter,
            "InvalidRequestException" => return Self::InvalidRequest,
            "ServiceUnavailableException" | "ServiceUnavailable" => return Self::Unavailable,
            "RequestTimeTooSkewed" => return Self::Clock,
            "InvalidSignatureException" | "SignatureDoesNotMatch" => {
                let is_clock = has("expired") || has("not yet current");
                return if is_clock {
                    Self::Clock
                } else {
                    Self::CallerUnknown
                };
            }
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "AuthFailure"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "IncompleteSignatureException" => return Self::CallerUnknown,
            _ => {}
        }
        match failure.kind {
            FailureKind::Throttled => Self::Throttled,
            FailureKind::Server => Self::Internal,
            FailureKind::Unreachable => Self::Unreachable,
            FailureKind::Timeout => Self::Timeout,
            FailureKind::Malformed => Self::Unreadable,
            FailureKind::Refused => Self::Off,
            FailureKind::Expired => Self::CallerExpired,
            FailureKind::Unconfigured | FailureKind::Unsupported => Self::NoCredentials,
            FailureKind::Denied => Self::Caller,
            _ => Self::Other,
        }
    }

    /// Says whether it is an answer about the token's holder, and not about who asks or about the way.
    ///
    /// A request that cannot be read says something of a token that was given; of one that the API server made for
    /// the test it says only that the test went wrong.
    pub fn is_about(self, token: &TokenSource) -> bool {
        match self {
            Self::NoAssociation | Self::Role | Self::TokenExpired | Self::InvalidToken => true,
            Self::InvalidParameter | Self::InvalidRequest => *token == TokenSource::Given,
            _ => false,
        }
    }

    /// Says whether it may pass while a change makes its way, so that asking again makes sense.
    pub fn may_pass(self) -> bool {
        matches!(
            self,
            Self::NoAssociation
                | Self::Role
                | Self::Throttled
                | Self::Internal
                | Self::Unavailable
                | Self::Timeout
        )
    }
}

/// Why the API server issued no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenRefusal {
    NoServiceAccount,
    NoPod,
    /// A pod of the same name was made since.
    AnotherPod,
    /// The pod runs as somebody else.
    AnotherAccount,
    Forbidden,
    /// The API server does not know who asks.
    Unauthorized,
    Invalid,
    Throttled,
    Unreachable,
    Off,
    Other,
}

impl TokenRefusal {
    pub fn of(failure: &Failure) -> Self {
        let cause = &*failure.cause;
        match failure.kind {
            FailureKind::NotFound if cause.starts_with("pods ") => Self::NoPod,
            FailureKind::NotFound => Self::NoServiceAccount,
            FailureKind::Conflict => Self::AnotherPod,
            FailureKind::Invalid if cause.contains("different serviceaccount") => {
                Self::AnotherAccount
            }
            FailureKind::Invalid => Self::Invalid,
            FailureKind::Denied if failure.code.as_deref() == Some("Unauthorized") => {
                Self::Unauthorized
            }
            FailureKind::Denied if cause.starts_with("the API server does not accept") => {
                Self::Unauthorized
            }
            FailureKind::Denied => Self::Forbidden,
            FailureKind::Throttled => Self::Throttled,
            FailureKind::Unreachable | FailureKind::Timeout => Self::Unreachable,
            FailureKind::Refused => Self::Off,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests;
