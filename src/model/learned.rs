//! Answers that may be missing, with the reason why.

use crate::model::text::visible;
use crate::model::{Failure, FailureKind, Text};

/// The answer to one question; the reasons why there is none are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Learned<T> {
    #[default]
    NotAsked,
    /// The caller may not ask; the permission that it takes.
    Needs(Text),
    Failed(Text),
    /// It was looked for and is not there.
    Absent,
    Known(T),
}

impl<T> Learned<T> {
    /// Takes an answer as it came; `permission` is what the question takes, such as `iam:GetRole`.
    pub fn of(answer: Result<T, Failure>, permission: &str) -> Self {
        match answer {
            Ok(value) => Self::Known(value),
            Err(failure) => match failure.kind {
                FailureKind::NotFound => Self::Absent,
                FailureKind::Denied => Self::Needs(permission.into()),
                _ => Self::Failed(failure.to_string().into()),
            },
        }
    }

    /// Takes an answer that may be "there is none".
    pub fn of_option(answer: Result<Option<T>, Failure>, permission: &str) -> Self {
        match Self::of_result(answer, permission) {
            Ok(Some(value)) => Self::Known(value),
            Ok(None) => Self::Absent,
            Err(other) => other,
        }
    }

    fn of_result<U>(answer: Result<U, Failure>, permission: &str) -> Result<U, Self> {
        match Learned::of(answer, permission) {
            Learned::Known(value) => Ok(value),
            Learned::NotAsked => Err(Self::NotAsked),
            Learned::Needs(permission) => Err(Self::Needs(permission)),
            Learned::Failed(why) => Err(Self::Failed(why)),
            Learned::Absent => Err(Self::Absent),
        }
    }

    /// Why it is not known; `None` if it is, or is known not to be there.
    pub fn unknown(&self) -> Option<String> {
        match self {
            Self::NotAsked => Some("it was not asked for".to_owned()),
            Self::Needs(permission) => Some(format!("needs {}", visible(permission))),
            Self::Failed(why) => Some(visible(why).into_owned()),
            Self::Absent | Self::Known(_) => None,
        }
    }

    /// The same answer about something in what was learned.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Learned<U> {
        match self {
            Self::NotAsked => Learned::NotAsked,
            Self::Needs(permission) => Learned::Needs(permission),
            Self::Failed(why) => Learned::Failed(why),
            Self::Absent => Learned::Absent,
            Self::Known(value) => Learned::Known(change(value)),
        }
    }

    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}
