//! EKS add-ons, and how their pods get their IAM roles.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::Text;
use crate::model::arn::ClusterArn;
use crate::model::association::Association;
use crate::model::health::HealthIssue;

/// The add-on that brings the agent of Pod Identity to the nodes.
pub const AGENT: &str = "eks-pod-identity-agent";

/// The identity of an add-on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AddonKey {
    pub cluster: ClusterArn,
    pub name: Text,
}

/// What DescribeAddon said; absent members stay absent, unknown values as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addon {
    pub key: AddonKey,
    /// CREATING, ACTIVE, CREATE_FAILED, UPDATING, DELETING, DELETE_FAILED, DEGRADED, UPDATE_FAILED, or a newer word.
    pub status: Option<Text>,
    pub version: Option<Text>,
    pub arn: Option<Text>,
    pub created: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    /// `serviceAccountRoleArn`: the role that its service account is annotated with, which is IRSA.
    pub role: Option<Text>,
    /// ARNs of the Pod Identity associations that it owns.
    pub associations: Vec<Text>,
    pub namespace: Option<Text>,
    pub publisher: Option<Text>,
    pub owner: Option<Text>,
    /// JSON or YAML as the person wrote it; not parsed here.
    pub configuration: Option<Text>,
    pub issues: Vec<HealthIssue>,
    pub tags: BTreeMap<Text, Text>,
}

/// How an add-on is set up to get AWS credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddonIdentity {
    PodIdentity,
    Irsa,
    Both,
    /// No role of its own: none needed, or the role of its node.
    None,
}

impl AddonIdentity {
    pub fn word(self) -> &'static str {
        match self {
            Self::PodIdentity => "pod identity",
            Self::Irsa => "IRSA",
            Self::Both => "both",
            Self::None => "none",
        }
    }
}

impl Addon {
    /// One of which nothing but its key is known.
    pub fn of(key: AddonKey) -> Self {
        Self {
            key,
            status: None,
            version: None,
            arn: None,
            created: None,
            modified: None,
            role: None,
            associations: Vec::new(),
            namespace: None,
            publisher: None,
            owner: None,
            configuration: None,
            issues: Vec::new(),
            tags: BTreeMap::new(),
        }
    }

    pub fn identity(&self) -> AddonIdentity {
        match (self.role.is_some(), self.associations.is_empty()) {
            (false, true) => AddonIdentity::None,
            (false, false) => AddonIdentity::PodIdentity,
            (true, true) => AddonIdentity::Irsa,
            (true, false) => AddonIdentity::Both,
        }
    }

    /// Says whether the add-on makes and removes an association: whoever changes it by hand is overruled.
    pub fn owns(&self, association: &Association) -> bool {
        self.arn.is_some() && self.arn == association.owner
    }
}
