//! What was found out before a change, and what could not be.

use crate::model::association::{Association, AssociationRecord};
use crate::model::role::RoleDetail;
use crate::model::trust::{Malformed, Policy};
use crate::model::{Cluster, Learned, Text};

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
    /// Nobody knows what they run on: their nodes could not be read.
    pub undecided: usize,
}
