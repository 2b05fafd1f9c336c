//! What was found out before a change, and what could not be.

use crate::model::association::{Association, AssociationRecord};
use crate::model::role::RoleDetail;
use crate::model::text::visible;
use crate::model::trust::{Malformed, Policy};
use crate::model::{Cluster, Failure, FailureKind, Text};

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

    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }
}

/// What the checks look at. What nobody asked for stays [`Learned::NotAsked`], and no check calls that "ok".
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// The association, read again just now.
    pub current: Learned<AssociationRecord>,
    /// Another association with the namespace and service account that a creation or a move wants.
    pub existing: Learned<Association>,
    pub cluster: Learned<Cluster>,
    /// How many associations the cluster has.
    pub associations: Learned<usize>,
    /// The role of the association as it will be.
    pub role: Learned<RoleEvidence>,
    pub target_role: Learned<RoleEvidence>,
    /// What IAM's simulator says of the role of the association and [`super::needed_by_role`].
    pub role_permissions: Learned<Vec<Simulated>>,
    /// What IAM's simulator says of the caller and [`super::needed`].
    pub permissions: Learned<Vec<Simulated>>,
    pub namespace: Learned<()>,
    pub service_account: Learned<()>,
    /// Where the pods of the service account run.
    pub placement: Learned<Placement>,
}

/// A role as GetRole told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleEvidence {
    pub arn: Text,
    pub trust: Result<Policy, Malformed>,
}

impl RoleEvidence {
    pub fn of(role: &RoleDetail) -> Self {
        let silent = || Malformed {
            place: String::new(),
            reason: "IAM sent none".to_owned(),
        };
        Self {
            arn: role.arn.clone(),
            trust: role.policy().unwrap_or_else(|| Err(silent())),
        }
    }
}

/// An answer of `iam:SimulatePrincipalPolicy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    pub action: Text,
    pub resource: Text,
    pub decision: Decision,
    /// Condition keys that the simulator wanted and was not given.
    pub missing_context: Vec<Text>,
    /// `Some(false)`: a policy of the organisation does not allow it.
    pub by_organisation: Option<bool>,
    /// `Some(false)`: the permissions boundary does not allow it.
    pub by_boundary: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    /// No statement allows it.
    ImplicitDeny,
    ExplicitDeny,
    /// A word that this version does not know.
    Other(Text),
}

impl Decision {
    /// Reads EvalDecision.
    pub fn of(word: &str) -> Self {
        match word {
            "allowed" => Self::Allowed,
            "implicitDeny" => Self::ImplicitDeny,
            "explicitDeny" => Self::ExplicitDeny,
            other => Self::Other(other.into()),
        }
    }
}

/// Pods of a service account by what they run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Placement {
    pub pods: usize,
    pub on_fargate: usize,
    pub on_windows: usize,
}
