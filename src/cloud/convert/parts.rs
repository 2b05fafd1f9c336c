//! What belongs to a cluster: identity providers, add-ons, access entries and node groups.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_eks::types;

use super::{moment, text};
use crate::model::health::HealthIssue;
use crate::model::{
    AccessEntry, AccessEntryKey, AccessPolicy, Addon, AddonKey, IdentityProvider,
    IdentityProviderKey, Nodegroup, NodegroupKey, Text,
};

fn pairs(members: Option<&HashMap<String, String>>) -> BTreeMap<Text, Text> {
    let members = members.into_iter().flatten();
    members
        .map(|(name, value)| (name.as_str().into(), value.as_str().into()))
        .collect()
}

fn texts(items: &[String]) -> Vec<Text> {
    items.iter().map(|item| item.as_str().into()).collect()
}

/// A member that may come as empty text where there is none.
fn filled(member: Option<&str>) -> Option<Text> {
    text(member.filter(|member| !member.is_empty()))
}

pub(crate) fn identity_provider(
    config: &types::IdentityProviderConfigResponse,
    key: &IdentityProviderKey,
) -> IdentityProvider {
    let Some(oidc) = config.oidc() else {
        return IdentityProvider::of(key.clone());
    };
    IdentityProvider {
        key: key.clone(),
        status: text(oidc.status().map(types::ConfigStatus::as_str)),
        arn: text(oidc.identity_provider_config_arn()),
        issuer: text(oidc.issuer_url()),
        client_id: text(oidc.client_id()),
        username_claim: filled(oidc.username_claim()),
        username_prefix: filled(oidc.username_prefix()),
        groups_claim: filled(oidc.groups_claim()),
        groups_prefix: filled(oidc.groups_prefix()),
        required_claims: pairs(oidc.required_claims()),
        tags: pairs(oidc.tags()),
    }
}

pub(crate) fn addon(addon: &types::Addon, key: &AddonKey) -> Addon {
    let issues = addon
        .health()
        .map(types::AddonHealth::issues)
        .unwrap_or_default();
    let issue = |issue: &types::AddonIssue| HealthIssue {
        code: text(issue.code().map(types::AddonIssueCode::as_str)),
        message: text(issue.message()),
        resources: texts(issue.resource_ids()),
    };
    Addon {
        key: key.clone(),
        status: text(addon.status().map(types::AddonStatus::as_str)),
        version: text(addon.addon_version()),
        arn: text(addon.addon_arn()),
        created: moment(addon.created_at()),
        modified: moment(addon.modified_at()),
        role: filled(addon.service_account_role_arn()),
        associations: texts(addon.pod_identity_associations()),
        namespace: filled(
            addon
                .namespace_config()
                .and_then(types::AddonNamespaceConfigResponse::namespace),
        ),
        publisher: text(addon.publisher()),
        owner: text(addon.owner()),
        configuration: filled(addon.configuration_values()),
        issues: issues.iter().map(issue).collect(),
        tags: pairs(addon.tags()),
    }
}

pub(crate) fn access_entry(entry: &types::AccessEntry, key: &AccessEntryKey) -> AccessEntry {
    AccessEntry {
        key: key.clone(),
        kind: text(entry.r#type()),
        username: filled(entry.username()),
        groups: texts(entry.kubernetes_groups()),
        arn: text(entry.access_entry_arn()),
        created: moment(entry.created_at()),
        modified: moment(entry.modified_at()),
        tags: pairs(entry.tags()),
    }
}

pub(crate) fn access_policy(policy: &types::AssociatedAccessPolicy) -> AccessPolicy {
    let scope = policy.access_scope();
    AccessPolicy {
        arn: text(policy.policy_arn()),
        scope: text(
            scope
                .and_then(types::AccessScope::r#type)
                .map(types::AccessScopeType::as_str),
        ),
        namespaces: scope.map_or_else(Vec::new, |scope| texts(scope.namespaces())),
        associated: moment(policy.associated_at()),
        modified: moment(policy.modified_at()),
    }
}

pub(crate) fn nodegroup(group: &types::Nodegroup, key: &NodegroupKey) -> Nodegroup {
    let issues = group
        .health()
        .map(types::NodegroupHealth::issues)
        .unwrap_or_default();
    let issue = |issue: &types::Issue| HealthIssue {
        code: text(issue.code().map(types::NodegroupIssueCode::as_str)),
        message: text(issue.message()),
        resources: texts(issue.resource_ids()),
    };
    Nodegroup {
        key: key.clone(),
        status: text(group.status().map(types::NodegroupStatus::as_str)),
        version: text(group.version()),
        arn: text(group.nodegroup_arn()),
        role: filled(group.node_role()),
        ami_type: text(group.ami_type().map(types::AmiTypes::as_str)),
        created: moment(group.created_at()),
        modified: moment(group.modified_at()),
        issues: issues.iter().map(issue).collect(),
        tags: pairs(group.tags()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClusterArn, Region};

    fn cluster() -> ClusterArn {
        ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo")
    }

    #[test]
    fn absent_members_stay_absent() {
        let key = AddonKey {
            cluster: cluster(),
            name: "vpc-cni".into(),
        };
        let sent = types::Addon::builder().service_account_role_arn("").build();
        assert_eq!(addon(&sent, &key), Addon::of(key));
        let key = NodegroupKey {
            cluster: cluster(),
            name: "blue".into(),
        };
        let sent = types::Nodegroup::builder().build();
        assert_eq!(nodegroup(&sent, &key), Nodegroup::of(key));
        let key = AccessEntryKey {
            cluster: cluster(),
            principal: "arn:aws:iam::111122223333:role/x".into(),
        };
        let sent = types::AccessEntry::builder().build();
        assert_eq!(access_entry(&sent, &key), AccessEntry::of(key));
        let sent = types::AssociatedAccessPolicy::builder().build();
        assert_eq!(access_policy(&sent), AccessPolicy::default());
        let key = IdentityProviderKey {
            cluster: cluster(),
            kind: "oidc".into(),
            name: "keycloak".into(),
        };
        let sent = types::IdentityProviderConfigResponse::builder().build();
        assert_eq!(
            identity_provider(&sent, &key),
            IdentityProvider::of(key.clone())
        );
        let oidc = types::OidcIdentityProviderConfig::builder().build();
        let sent = types::IdentityProviderConfigResponse::builder()
            .oidc(oidc)
            .build();
        assert_eq!(identity_provider(&sent, &key), IdentityProvider::of(key));
    }
}
