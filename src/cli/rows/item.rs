//! What a row is about, and how each kind is named and printed.

use jiff::Timestamp;

use super::kubernetes::KubeRow;
use crate::model::arn::{account_of, role_name};
use crate::model::document::Document;
use crate::model::export::columns;
use crate::model::export::document::{
    self, ACCESS_ENTRY_MEMBERS, ADDON_MEMBERS, ASSOCIATION_MEMBERS, CLUSTER_MEMBERS,
    IDENTITY_PROVIDER_MEMBERS, without,
};
use crate::model::role::RoleState;
use crate::model::usage::{Radius, RoleUsage};
use crate::model::{
    AccessEntryKey, AccessRecord, Addon, AddonKey, Association, AssociationDetail, Cluster,
    ClusterArn, Described, IdentityProvider, IdentityProviderKey, Text, Update,
};

/// Why something is not known stands in its place.
pub(super) enum Item {
    Cluster(ClusterArn, Result<Box<Cluster>, String>),
    Association {
        listed: Association,
        detail: Result<(AssociationDetail, Option<Document>), String>,
    },
    Update(Box<Update>, Option<Document>),
    /// A service account, or a container.
    Kubernetes(ClusterArn, Box<KubeRow>),
    IdentityProvider(
        IdentityProviderKey,
        Result<Box<Described<IdentityProvider>>, String>,
    ),
    Addon(AddonKey, Result<Box<Described<Addon>>, String>),
    AccessEntry(AccessEntryKey, Result<Box<AccessRecord>, String>),
    Role {
        arn: Text,
        state: RoleState,
        /// Absent where nobody looked.
        usage: Option<Box<RoleUsage>>,
        /// Absent where nobody looked down to the pods.
        radius: Option<Box<Radius>>,
    },
}

impl Item {
    pub(super) fn cluster(&self) -> Option<&ClusterArn> {
        match self {
            Self::Cluster(arn, _) => Some(arn),
            Self::Association { listed, .. } => Some(&listed.key.cluster),
            Self::Update(update, _) => Some(&update.key.cluster),
            Self::Kubernetes(cluster, _) => Some(cluster),
            Self::IdentityProvider(key, _) => Some(&key.cluster),
            Self::Addon(key, _) => Some(&key.cluster),
            Self::AccessEntry(key, _) => Some(&key.cluster),
            Self::Role { .. } => None,
        }
    }

    pub(super) fn account(&self) -> Option<&str> {
        match self {
            Self::Role { arn, .. } => account_of(arn),
            other => other.cluster().map(ClusterArn::account),
        }
    }

    /// What rows of one cluster are ordered by.
    pub(super) fn names(&self) -> Option<(&str, &str)> {
        match self {
            Self::Cluster(..) | Self::Update(..) => None,
            Self::Association { listed, .. } => Some((&listed.namespace, &listed.service_account)),
            Self::Kubernetes(_, row) => Some((&row.namespace, &row.name)),
            Self::IdentityProvider(key, _) => Some((&key.name, &key.kind)),
            Self::Addon(key, _) => Some((&key.name, "")),
            Self::AccessEntry(key, _) => Some((key.principal_name(), &key.principal)),
            Self::Role { arn, .. } => Some((role_name(arn), arn)),
        }
    }

    /// What names it within its cluster, or everywhere if it is in none.
    pub(super) fn name(&self) -> Option<String> {
        match self {
            Self::Cluster(..) => None,
            Self::Association { listed, .. } => Some(listed.name()),
            Self::Update(update, _) => Some(update.key.id.to_string()),
            Self::Kubernetes(_, row) => Some(format!("{}/{}", row.namespace, row.name)),
            Self::IdentityProvider(key, _) => Some(key.name.to_string()),
            Self::Addon(key, _) => Some(key.name.to_string()),
            Self::AccessEntry(key, _) => Some(key.principal.to_string()),
            Self::Role { arn, .. } => Some(arn.to_string()),
        }
    }

    pub(super) fn document(&self) -> Document {
        match self {
            Self::Cluster(arn, cluster) => match cluster {
                Ok(cluster) => cluster.document.clone(),
                Err(reason) => without(document::listed_cluster(arn), &CLUSTER_MEMBERS, reason),
            },
            Self::Association { listed, detail } => match detail {
                Ok((_, Some(document))) => document.clone(),
                Ok((detail, None)) => document::association(listed, detail),
                Err(reason) => without(
                    document::listed_association(listed),
                    &ASSOCIATION_MEMBERS,
                    reason,
                ),
            },
            Self::Update(update, document) => {
                let document = document.clone().unwrap_or_else(|| document::update(update));
                document::with_subject(document, &update.key.cluster, &update.key.subject)
            }
            Self::Kubernetes(_, row) => row.document.clone(),
            Self::IdentityProvider(key, described) => match described {
                Ok(described) => described.document.clone(),
                Err(reason) => without(
                    document::listed_identity_provider(key),
                    &IDENTITY_PROVIDER_MEMBERS,
                    reason,
                ),
            },
            Self::Addon(key, described) => match described {
                Ok(described) => described.document.clone(),
                Err(reason) => without(document::listed_addon(key), &ADDON_MEMBERS, reason),
            },
            Self::AccessEntry(key, record) => match record {
                Ok(record) => document::access_record(record),
                Err(reason) => without(
                    document::listed_access_entry(key),
                    &ACCESS_ENTRY_MEMBERS,
                    reason,
                ),
            },
            Self::Role {
                arn,
                state,
                usage,
                radius,
            } => {
                let document = document::role_state(arn, state);
                let document = match usage {
                    Some(usage) => document::with_usage(document, usage),
                    None => document,
                };
                match radius {
                    Some(radius) => document::with_radius(document, radius),
                    None => document,
                }
            }
        }
    }

    /// All cells of the wide table.
    pub(super) fn cells(&self, profile: &str, now: Timestamp) -> Vec<String> {
        match self {
            Self::Cluster(arn, cluster) => {
                columns::cluster(arn, cluster.as_deref().ok(), profile, now)
            }
            Self::Association { listed, detail } => {
                let detail = detail.as_ref().ok().map(|(detail, _)| detail);
                columns::association(listed, detail, profile, now)
            }
            Self::Update(update, _) => columns::update(update, profile, now),
            Self::Kubernetes(_, row) => row.cells.clone(),
            Self::IdentityProvider(key, described) => {
                let provider = described.as_ref().ok().map(|described| &described.value);
                columns::identity_provider(key, provider, profile)
            }
            Self::Addon(key, described) => {
                let addon = described.as_ref().ok().map(|described| &described.value);
                columns::addon(key, addon, profile, now)
            }
            Self::AccessEntry(key, record) => {
                columns::access_entry(key, record.as_deref().ok(), profile, now)
            }
            Self::Role {
                arn, state, usage, ..
            } => columns::role(arn, state, usage.as_deref(), profile, now),
        }
    }
}
