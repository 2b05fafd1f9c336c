//! What belongs to a cluster: identity providers, add-ons and access entries.

use serde_json::Value;

use super::{object, text, without};
use crate::model::document::Document;
use crate::model::{AccessEntryKey, AccessRecord, AddonKey, IdentityProviderKey};

/// What only `DescribeIdentityProviderConfig` tells.
pub const IDENTITY_PROVIDER_MEMBERS: [&str; 9] = [
    "status",
    "issuerUrl",
    "clientId",
    "usernameClaim",
    "usernamePrefix",
    "groupsClaim",
    "groupsPrefix",
    "requiredClaims",
    "tags",
];

/// What only `DescribeAddon` tells, as far as roledex itself reads it.
pub const ADDON_MEMBERS: [&str; 9] = [
    "status",
    "addonVersion",
    "health",
    "createdAt",
    "modifiedAt",
    "serviceAccountRoleArn",
    "podIdentityAssociations",
    "configurationValues",
    "tags",
];

/// What only `DescribeAccessEntry` and `ListAssociatedAccessPolicies` tell.
pub const ACCESS_ENTRY_MEMBERS: [&str; 7] = [
    "type",
    "username",
    "kubernetesGroups",
    "createdAt",
    "modifiedAt",
    "tags",
    POLICIES,
];

const POLICIES: &str = "associatedAccessPolicies";

/// What a list of identity providers tells of one.
pub fn listed_identity_provider(key: &IdentityProviderKey) -> Document {
    object([
        ("type", text(Some(&key.kind))),
        ("identityProviderConfigName", text(Some(&key.name))),
        ("clusterName", Some(key.cluster.name().into())),
    ])
}

/// What a list of add-ons tells of one.
pub fn listed_addon(key: &AddonKey) -> Document {
    object([
        ("addonName", text(Some(&key.name))),
        ("clusterName", Some(key.cluster.name().into())),
    ])
}

/// What a list of access entries tells of one.
pub fn listed_access_entry(key: &AccessEntryKey) -> Document {
    object([
        ("clusterName", Some(key.cluster.name().into())),
        ("principalArn", text(Some(&key.principal))),
    ])
}

/// An access entry with its policies, which AWS tells apart from it.
pub fn access_record(record: &AccessRecord) -> Document {
    let mut document = record.entry.document.clone();
    match &record.policies {
        Ok(policies) => {
            let policies = policies
                .iter()
                .map(|policy| Value::Object(policy.document.clone()));
            document.insert(POLICIES.to_owned(), policies.collect());
            document
        }
        Err(failure) => without(document, &[POLICIES], &failure.to_string()),
    }
}
