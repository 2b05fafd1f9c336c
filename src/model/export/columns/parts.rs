//! What belongs to a cluster: identity providers, add-ons and access entries.

use jiff::Timestamp;

use super::{Columns, cell};
use crate::model::age::age;
use crate::model::arn::role_name;
use crate::model::{
    AccessEntryKey, AccessRecord, Addon, AddonKey, IdentityProvider, IdentityProviderKey, Text,
    health,
};

pub const IDENTITY_PROVIDERS: Columns = Columns {
    titles: &[
        "CLUSTER",
        "NAME",
        "TYPE",
        "STATUS",
        "ISSUER",
        "CLIENT-ID",
        "USERNAME-CLAIM",
        "GROUPS-CLAIM",
        "USERNAME-PREFIX",
        "GROUPS-PREFIX",
        "REQUIRED-CLAIMS",
        "REGION",
        "ACCOUNT",
        "PROFILE",
        "ARN",
    ],
    narrow: 8,
};

pub const ADDONS: Columns = Columns {
    titles: &[
        "CLUSTER",
        "NAME",
        "VERSION",
        "STATUS",
        "IDENTITY",
        "ROLE",
        "HEALTH",
        "AGE",
        "NAMESPACE",
        "ASSOCIATIONS",
        "OWNER",
        "REGION",
        "ACCOUNT",
        "PROFILE",
        "ROLE-ARN",
        "ARN",
    ],
    narrow: 8,
};

pub const ACCESS_ENTRIES: Columns = Columns {
    titles: &[
        "CLUSTER",
        "PRINCIPAL",
        "TYPE",
        "GROUPS",
        "POLICIES",
        "AGE",
        "USERNAME",
        "REGION",
        "ACCOUNT",
        "PROFILE",
        "PRINCIPAL-ARN",
    ],
    narrow: 6,
};

fn owned(text: Option<&Text>) -> Option<String> {
    text.map(ToString::to_string)
}

pub fn identity_provider(
    key: &IdentityProviderKey,
    provider: Option<&IdentityProvider>,
    profile: &str,
) -> Vec<String> {
    let text = |read: fn(&IdentityProvider) -> Option<&Text>| {
        cell(provider, |provider| owned(read(provider)))
    };
    vec![
        key.cluster.name().to_owned(),
        key.name.to_string(),
        key.kind.to_string(),
        text(|provider| provider.status.as_ref()),
        text(|provider| provider.issuer.as_ref()),
        text(|provider| provider.client_id.as_ref()),
        text(|provider| provider.username_claim.as_ref()),
        text(|provider| provider.groups_claim.as_ref()),
        text(|provider| provider.username_prefix.as_ref()),
        text(|provider| provider.groups_prefix.as_ref()),
        cell(provider, |provider| Some(provider.required_claims_line())),
        key.cluster.region().to_owned(),
        key.cluster.account().to_owned(),
        profile.to_owned(),
        text(|provider| provider.arn.as_ref()),
    ]
}

pub fn addon(key: &AddonKey, addon: Option<&Addon>, profile: &str, now: Timestamp) -> Vec<String> {
    let text = |read: fn(&Addon) -> Option<&Text>| cell(addon, |addon| owned(read(addon)));
    let role = text(|addon| addon.role.as_ref());
    vec![
        key.cluster.name().to_owned(),
        key.name.to_string(),
        text(|addon| addon.version.as_ref()),
        text(|addon| addon.status.as_ref()),
        cell(addon, |addon| Some(addon.identity().word().to_owned())),
        role_name(&role).to_owned(),
        cell(addon, |addon| Some(health::codes(&addon.issues))),
        cell(addon, |addon| Some(age(addon.created?, now))),
        text(|addon| addon.namespace.as_ref()),
        cell(addon, |addon| Some(addon.associations.len().to_string())),
        text(|addon| addon.owner.as_ref()),
        key.cluster.region().to_owned(),
        key.cluster.account().to_owned(),
        profile.to_owned(),
        role,
        text(|addon| addon.arn.as_ref()),
    ]
}

pub fn access_entry(
    key: &AccessEntryKey,
    record: Option<&AccessRecord>,
    profile: &str,
    now: Timestamp,
) -> Vec<String> {
    let entry = record.map(|record| &record.entry.value);
    let policies = record.and_then(AccessRecord::policies_line);
    vec![
        key.cluster.name().to_owned(),
        key.principal_name().to_owned(),
        cell(entry, |entry| owned(entry.kind.as_ref())),
        cell(entry, |entry| Some(entry.groups.join(","))),
        cell(policies, Some),
        cell(entry, |entry| Some(age(entry.created?, now))),
        cell(entry, |entry| owned(entry.username.as_ref())),
        key.cluster.region().to_owned(),
        key.cluster.account().to_owned(),
        profile.to_owned(),
        key.principal.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClusterArn, Region};

    #[test]
    fn every_column_has_a_cell() {
        let cluster = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "shop");
        let now = Timestamp::UNIX_EPOCH;
        let provider = IdentityProviderKey {
            cluster: cluster.clone(),
            kind: "oidc".into(),
            name: "keycloak".into(),
        };
        let cells = identity_provider(&provider, None, "p");
        assert_eq!(cells.len(), IDENTITY_PROVIDERS.titles(true).len());
        assert_eq!(cells[3], "?");
        let known = IdentityProvider::of(provider.clone());
        assert_eq!(identity_provider(&provider, Some(&known), "p")[3], "");
        let key = AddonKey {
            cluster: cluster.clone(),
            name: "vpc-cni".into(),
        };
        assert_eq!(addon(&key, None, "p", now).len(), ADDONS.titles(true).len());
        let known = Addon::of(key.clone());
        assert_eq!(addon(&key, Some(&known), "p", now)[4], "none");
        let key = AccessEntryKey {
            cluster,
            principal: "arn:aws:iam::111122223333:role/a/Admin".into(),
        };
        let cells = access_entry(&key, None, "p", now);
        assert_eq!(cells.len(), ACCESS_ENTRIES.titles(true).len());
        assert_eq!((cells[1].as_str(), cells[4].as_str()), ("Admin", "?"));
    }
}
