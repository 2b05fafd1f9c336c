//! What is wrong with a token.

use std::fmt;

use jiff::Timestamp;

use crate::model::Text;
use crate::model::text::visible;

use super::AUDIENCE;

/// Why EKS Auth will not take a token, as far as its claims tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    Audience {
        found: Vec<Text>,
    },
    Expired {
        at: Timestamp,
    },
    NotYetValid {
        from: Timestamp,
    },
    NotBound,
    OtherCluster {
        issuer: Option<Text>,
        wanted: Text,
    },
    /// Good for somebody, but not for whom the test is about.
    OtherAccount {
        found: Text,
        wanted: Text,
    },
}

impl Flaw {
    /// What it makes of the token, as a sentence of its own.
    pub fn of_token(&self) -> String {
        match self {
            Self::Audience { found } if found.is_empty() => {
                format!("the token has no audience, and must have {AUDIENCE}")
            }
            Self::Audience { found } => format!(
                "the audience of the token is {}, and must be {AUDIENCE}",
                visible(&found.join(", "))
            ),
            Self::OtherAccount { found, wanted } => format!(
                "the token is of {}, and not of {}",
                visible(found),
                visible(wanted)
            ),
            Self::OtherCluster { issuer, wanted } => format!(
                "the token is of another cluster: its issuer is {}, and not {}",
                visible(issuer.as_deref().unwrap_or("not named")),
                visible(wanted)
            ),
            Self::NotBound => "the token is not bound to a pod".to_owned(),
            Self::NotYetValid { from } => format!("the token is not valid before {from}"),
            Self::Expired { at } => format!("the token expired at {at}"),
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Audience { found } if found.is_empty() => {
                write!(f, "it has no audience, and must have {AUDIENCE}")
            }
            Self::Audience { found } => write!(
                f,
                "its audience is {} and must be {AUDIENCE}",
                visible(&found.join(", "))
            ),
            Self::Expired { at } => write!(f, "it expired at {at}"),
            Self::NotYetValid { from } => write!(f, "it is not valid before {from}"),
            Self::NotBound => f.write_str("it is not bound to a pod"),
            Self::OtherCluster { issuer, wanted } => write!(
                f,
                "its issuer is {} and that of the cluster {}",
                visible(issuer.as_deref().unwrap_or("not named")),
                visible(wanted)
            ),
            Self::OtherAccount { found, wanted } => write!(
                f,
                "it belongs to {} and not to {}",
                visible(found),
                visible(wanted)
            ),
        }
    }
}
