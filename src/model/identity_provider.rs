//! Identity provider configs: OIDC for people and tools that log in to Kubernetes.

use std::collections::BTreeMap;

use crate::model::Text;
use crate::model::arn::ClusterArn;

/// What an identity provider config is for, and what it is so often taken for.
///
/// IRSA uses the cluster's own issuer, registered as an OIDC provider in IAM; none of it is configured here.
pub const PURPOSE: &str = "identity providers let people and tools log in to Kubernetes; they are not IRSA and give no pod an IAM role";

/// The only type that EKS knows today.
pub const OIDC: &str = "oidc";

/// The identity of an identity provider config.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdentityProviderKey {
    pub cluster: ClusterArn,
    /// AWS's type: `oidc`, or a newer word.
    pub kind: Text,
    pub name: Text,
}

/// What DescribeIdentityProviderConfig said; absent members stay absent, unknown values as they came.
///
/// Of a type that this version does not know nothing but the key is known; the raw document has the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityProvider {
    pub key: IdentityProviderKey,
    /// CREATING, ACTIVE, DELETING, or a newer word.
    pub status: Option<Text>,
    pub arn: Option<Text>,
    pub issuer: Option<Text>,
    pub client_id: Option<Text>,
    pub username_claim: Option<Text>,
    pub username_prefix: Option<Text>,
    pub groups_claim: Option<Text>,
    pub groups_prefix: Option<Text>,
    /// Claims that a token must hold, each with its value.
    pub required_claims: BTreeMap<Text, Text>,
    pub tags: BTreeMap<Text, Text>,
}

impl IdentityProvider {
    /// One of which nothing but its key is known.
    pub fn of(key: IdentityProviderKey) -> Self {
        Self {
            key,
            status: None,
            arn: None,
            issuer: None,
            client_id: None,
            username_claim: None,
            username_prefix: None,
            groups_claim: None,
            groups_prefix: None,
            required_claims: BTreeMap::new(),
            tags: BTreeMap::new(),
        }
    }

    /// The required claims in one line: `team=platform,env=prod`.
    pub fn required_claims_line(&self) -> String {
        let claims = self
            .required_claims
            .iter()
            .map(|(claim, value)| format!("{claim}={value}"));
        claims.collect::<Vec<_>>().join(",")
    }
}
