//! Access entries: which IAM principals may use the Kubernetes API of a cluster, and as whom.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::arn::{ClusterArn, role_name};
use crate::model::{Described, Failure, Text};

/// The identity of an access entry: its principal within a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccessEntryKey {
    pub cluster: ClusterArn,
    /// ARN of a role or a user.
    pub principal: Text,
}

impl AccessEntryKey {
    /// The short name of the principal.
    pub fn principal_name(&self) -> &str {
        role_name(&self.principal)
    }
}

/// What DescribeAccessEntry said; absent members stay absent, unknown values as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEntry {
    pub key: AccessEntryKey,
    /// STANDARD, EC2_LINUX, EC2_WINDOWS, EC2, FARGATE_LINUX, HYBRID_LINUX, HYPERPOD_LINUX, or a newer word.
    pub kind: Option<Text>,
    pub username: Option<Text>,
    pub groups: Vec<Text>,
    pub arn: Option<Text>,
    pub created: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    pub tags: BTreeMap<Text, Text>,
}

impl AccessEntry {
    /// One of which nothing but its key is known.
    pub fn of(key: AccessEntryKey) -> Self {
        Self {
            key,
            kind: None,
            username: None,
            groups: Vec::new(),
            arn: None,
            created: None,
            modified: None,
            tags: BTreeMap::new(),
        }
    }

    /// Says whether it lets nodes join, rather than people and tools in; `None` for a word that is not known.
    pub fn is_for_nodes(&self) -> Option<bool> {
        match self.kind.as_deref()? {
            "STANDARD" => Some(false),
            "EC2_LINUX" | "EC2_WINDOWS" | "EC2" | "FARGATE_LINUX" | "HYBRID_LINUX"
            | "HYPERPOD_LINUX" => Some(true),
            _ => None,
        }
    }
}

/// An access policy that is associated with an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccessPolicy {
    /// `arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy`.
    pub arn: Option<Text>,
    /// `cluster`, `namespace`, or a newer word.
    pub scope: Option<Text>,
    /// Of the scope `namespace`; may hold wildcards.
    pub namespaces: Vec<Text>,
    pub associated: Option<Timestamp>,
    pub modified: Option<Timestamp>,
}

impl AccessPolicy {
    /// The policy's short name with its scope: `AmazonEKSViewPolicy (payments,ledger)`; the whole cluster goes
    /// without saying.
    pub fn line(&self) -> String {
        let name = self.arn.as_deref().map_or("unnamed policy", role_name);
        match self.scope.as_deref() {
            None | Some("cluster") => name.to_owned(),
            Some("namespace") => format!("{name} ({})", self.namespaces.join(",")),
            Some(other) => format!("{name} ({other})"),
        }
    }
}

/// All that AWS tells of one entry; its policies come from a call of their own, which may fail on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    pub entry: Described<AccessEntry>,
    pub policies: Result<Vec<Described<AccessPolicy>>, Failure>,
}

impl AccessRecord {
    /// The policies in one line; `None` if they could not be read.
    pub fn policies_line(&self) -> Option<String> {
        let policies = self.policies.as_ref().ok()?;
        let lines: Vec<_> = policies.iter().map(|policy| policy.value.line()).collect();
        Some(lines.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_shown_with_what_narrows_it() {
        let policy = |scope: Option<&str>, namespaces: &[&str]| AccessPolicy {
            arn: Some("arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy".into()),
            scope: scope.map(Into::into),
            namespaces: namespaces.iter().map(|&name| name.into()).collect(),
            ..AccessPolicy::default()
        };
        for (policy, line) in [
            (policy(Some("cluster"), &[]), "AmazonEKSViewPolicy"),
            (
                policy(Some("namespace"), &["a", "b-*"]),
                "AmazonEKSViewPolicy (a,b-*)",
            ),
            (policy(Some("galaxy"), &[]), "AmazonEKSViewPolicy (galaxy)"),
            (AccessPolicy::default(), "unnamed policy"),
        ] {
            assert_eq!(policy.line(), line);
        }
    }
}
