//! What belongs to a cluster: identity providers, add-ons, access entries and node groups; and roles.
//!
//! Each kind has three ways to read it: the keys page by page, one thing in full, and everything in full as it comes.

use futures_util::stream::{self, StreamExt};

use super::{TOGETHER, all, pages};
use crate::cloud::{Session, Urgency};
use crate::model::arn::role_name;
use crate::model::role::RoleState;
use crate::model::{
    AccessEntryKey, AccessRecord, Addon, AddonKey, Arn, ClusterArn, Described, Failure,
    FailureKind, IdentityProvider, IdentityProviderKey, Nodegroup, NodegroupKey, RoleDetail, Text,
};

pub async fn identity_providers(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    on_page: impl FnMut(Vec<IdentityProviderKey>) + Send,
) -> Result<(), Failure> {
    pages(
        "list identity providers",
        |token| async move {
            session
                .list_identity_providers(urgency, cluster, token.as_deref())
                .await
        },
        on_page,
    )
    .await
}

pub async fn identity_provider(
    session: &Session,
    urgency: Urgency,
    key: &IdentityProviderKey,
) -> Result<Described<IdentityProvider>, Failure> {
    session.describe_identity_provider(urgency, key).await
}

/// Hands over each identity provider when it is described, or why it is not.
pub async fn every_identity_provider(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    on_found: impl FnMut(IdentityProviderKey, Result<Described<IdentityProvider>, Failure>) + Send,
) -> Result<(), Failure> {
    let mut keys = Vec::new();
    let listed = identity_providers(session, urgency, cluster, |page| keys.extend(page)).await;
    let ask = |key: IdentityProviderKey| async move {
        let found = identity_provider(session, urgency, &key).await;
        (key, found)
    };
    described(keys.into_iter().map(ask).collect(), on_found).await;
    listed
}

pub async fn addons(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    mut on_page: impl FnMut(Vec<AddonKey>) + Send,
) -> Result<(), Failure> {
    let key = |name: Text| AddonKey {
        cluster: cluster.clone(),
        name,
    };
    pages(
        "list add-ons",
        |token| async move {
            session
                .list_addons(urgency, cluster, token.as_deref())
                .await
        },
        |names| on_page(names.into_iter().map(key).collect()),
    )
    .await
}

pub async fn addon(
    session: &Session,
    urgency: Urgency,
    key: &AddonKey,
) -> Result<Described<Addon>, Failure> {
    session.describe_addon(urgency, key).await
}

/// Hands over each add-on when it is described, or why it is not.
pub async fn every_addon(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    on_found: impl FnMut(AddonKey, Result<Described<Addon>, Failure>) + Send,
) -> Result<(), Failure> {
    let mut keys = Vec::new();
    let listed = addons(session, urgency, cluster, |page| keys.extend(page)).await;
    let ask = |key: AddonKey| async move {
        let found = addon(session, urgency, &key).await;
        (key, found)
    };
    described(keys.into_iter().map(ask).collect(), on_found).await;
    listed
}

pub async fn access_entries(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    on_page: impl FnMut(Vec<AccessEntryKey>) + Send,
) -> Result<(), Failure> {
    pages(
        "list access entries",
        |token| async move {
            session
                .list_access_entries(urgency, cluster, token.as_deref())
                .await
        },
        on_page,
    )
    .await
}

/// An access entry with its policies; that those cannot be read does not keep the entry back.
pub async fn access_entry(
    session: &Session,
    urgency: Urgency,
    key: &AccessEntryKey,
) -> Result<AccessRecord, Failure> {
    let policies = all("list access policies", |token| async move {
        session
            .list_access_policies_of(urgency, key, token.as_deref())
            .await
    });
    let (entry, policies) = tokio::join!(session.describe_access_entry(urgency, key), policies);
    Ok(AccessRecord {
        entry: entry?,
        policies,
    })
}

/// Says whether a refused list only means that the cluster has no access entries, because it knows nothing but its
/// `aws-auth` ConfigMap. How AWS words that is not documented, so the cluster is asked.
async fn has_no_access_entries(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    refusal: &Failure,
) -> bool {
    if refusal.kind != FailureKind::Invalid {
        return false;
    }
    let described = session.describe_cluster(urgency, cluster).await;
    described.is_ok_and(|cluster| cluster.authentication_mode.as_deref() == Some("CONFIG_MAP"))
}

/// Hands over each access entry when it is described, or why it is not.
///
/// A cluster that knows nothing but its `aws-auth` ConfigMap has none: AWS refuses to list them, which is no failure.
pub async fn every_access_entry(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    on_found: impl FnMut(AccessEntryKey, Result<AccessRecord, Failure>) + Send,
) -> Result<(), Failure> {
    let mut keys = Vec::new();
    let listed = access_entries(session, urgency, cluster, |page| keys.extend(page)).await;
    let listed = match listed {
        Err(refusal) if has_no_access_entries(session, urgency, cluster, &refusal).await => Ok(()),
        listed => listed,
    };
    let ask = |key: AccessEntryKey| async move {
        let found = access_entry(session, urgency, &key).await;
        (key, found)
    };
    described(keys.into_iter().map(ask).collect(), on_found).await;
    listed
}

pub async fn nodegroups(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    mut on_page: impl FnMut(Vec<NodegroupKey>) + Send,
) -> Result<(), Failure> {
    let key = |name: Text| NodegroupKey {
        cluster: cluster.clone(),
        name,
    };
    pages(
        "list node groups",
        |token| async move {
            session
                .list_nodegroups(urgency, cluster, token.as_deref())
                .await
        },
        |names| on_page(names.into_iter().map(key).collect()),
    )
    .await
}

pub async fn nodegroup(
    session: &Session,
    urgency: Urgency,
    key: &NodegroupKey,
) -> Result<Described<Nodegroup>, Failure> {
    session.describe_nodegroup(urgency, key).await
}

/// Hands over each node group when it is described, or why it is not.
pub async fn every_nodegroup(
    session: &Session,
    urgency: Urgency,
    cluster: &ClusterArn,
    on_found: impl FnMut(NodegroupKey, Result<Described<Nodegroup>, Failure>) + Send,
) -> Result<(), Failure> {
    let mut keys = Vec::new();
    let listed = nodegroups(session, urgency, cluster, |page| keys.extend(page)).await;
    let ask = |key: NodegroupKey| async move {
        let found = nodegroup(session, urgency, &key).await;
        (key, found)
    };
    described(keys.into_iter().map(ask).collect(), on_found).await;
    listed
}

/// A role of the account that the session is for, by its name without its path.
pub async fn role(
    session: &Session,
    urgency: Urgency,
    name: &str,
) -> Result<Described<RoleDetail>, Failure> {
    session.role(urgency, name).await
}

/// A role by its ARN; `Missing` if the account has none, or one of the same name at another path.
pub async fn role_by_arn(
    session: &Session,
    urgency: Urgency,
    arn: &Arn,
) -> Result<RoleState, Failure> {
    match session.role(urgency, role_name(arn.as_str())).await {
        Ok(found) if *found.value.arn == *arn.as_str() => Ok(RoleState::Read(Box::new(found))),
        Ok(_) => Ok(RoleState::Missing),
        Err(failure) if failure.kind == FailureKind::NotFound => Ok(RoleState::Missing),
        Err(failure) => Err(failure),
    }
}

/// Awaits descriptions side by side; what was deleted between the list and the question is passed over.
pub async fn described<K, T>(
    asked: Vec<impl Future<Output = (K, Result<T, Failure>)>>,
    mut on_found: impl FnMut(K, Result<T, Failure>),
) {
    let mut asked = stream::iter(asked).buffer_unordered(TOGETHER);
    while let Some((key, found)) = asked.next().await {
        match found {
            Err(failure) if failure.kind == FailureKind::NotFound => {}
            found => on_found(key, found),
        }
    }
}
