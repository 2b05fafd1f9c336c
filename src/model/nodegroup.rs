//! Managed node groups: above all the role that every pod on their nodes can fall back to.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::Text;
use crate::model::arn::ClusterArn;
use crate::model::health::HealthIssue;

/// The identity of a node group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodegroupKey {
    pub cluster: ClusterArn,
    pub name: Text,
}

/// What DescribeNodegroup said; absent members stay absent, unknown values as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nodegroup {
    pub key: NodegroupKey,
    /// CREATING, ACTIVE, UPDATING, DELETING, CREATE_FAILED, DELETE_FAILED, DEGRADED, or a newer word.
    pub status: Option<Text>,
    pub version: Option<Text>,
    pub arn: Option<Text>,
    /// The role of the nodes.
    pub role: Option<Text>,
    pub ami_type: Option<Text>,
    pub created: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    pub issues: Vec<HealthIssue>,
    pub tags: BTreeMap<Text, Text>,
}

impl Nodegroup {
    /// One of which nothing but its key is known.
    pub fn of(key: NodegroupKey) -> Self {
        Self {
            key,
            status: None,
            version: None,
            arn: None,
            role: None,
            ami_type: None,
            created: None,
            modified: None,
            issues: Vec::new(),
            tags: BTreeMap::new(),
        }
    }

    /// Pod Identity does not serve Windows nodes; `None` if the type does not tell.
    pub fn is_windows(&self) -> Option<bool> {
        let ami_type = self.ami_type.as_deref().filter(|word| *word != "CUSTOM")?;
        Some(ami_type.contains("WINDOWS"))
    }
}
