//! The associations that an add-on owns, and that only the add-on changes.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::{catalog, invalid};
use crate::sim::call::Call;
use crate::sim::eks::association::check;
use crate::sim::failure::{Code, Failure};
use crate::sim::identifier;
use crate::sim::state::{Association, Cluster, State};

/// Role ARNs by service account: what an add-on shall own, and nothing else.
pub(super) type Wanted = BTreeMap<String, String>;

/// Reads and checks the associations that a request wants; none are named where none shall change.
pub(super) fn wanted(
    call: &Call<'_>,
    state: &State,
    addon: &str,
    version: &str,
) -> Result<Option<Wanted>, Failure> {
    let items = match call.body.get("podIdentityAssociations") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(items)) => items,
        Some(_) => {
            return Err(invalid(
                call,
                addon,
                "podIdentityAssociations must be a list.",
            ));
        }
    };
    let entry = catalog::find(addon);
    if !items.is_empty() && !entry.is_some_and(|entry| entry.knows_pod_identity(version)) {
        return Err(invalid(
            call,
            addon,
            format!("Pod Identity feature is not supported for addon version: {version}"),
        ));
    }
    let mut wanted = Wanted::new();
    for item in items {
        let member = |name: &str| {
            item.get(name)
                .and_then(Value::as_str)
                .ok_or_else(|| call.missing(&format!("podIdentityAssociations.{name}")))
        };
        let (account, role) = (member("serviceAccount")?, member("roleArn")?);
        if entry.is_none_or(|entry| entry.service_account(account).is_none()) {
            return Err(invalid(
                call,
                addon,
                format!(
                    "Service account {account} in pod identity configuration is not supported for \
                     addon {addon}"
                ),
            ));
        }
        let role = check::role(call, state, role)?;
        if wanted.insert(account.to_owned(), role).is_some() {
            return Err(invalid(
                call,
                addon,
                format!("Service account {account} is given more than once."),
            ));
        }
    }
    Ok(Some(wanted))
}

/// Refuses to take over associations that people made.
pub(super) fn refuse_taken(
    call: &Call<'_>,
    cluster: &Cluster,
    owner: &str,
    namespace: &str,
    wanted: &Wanted,
) -> Result<(), Failure> {
    let taken = cluster.associations.values().find(|one| {
        one.namespace == namespace
            && wanted.contains_key(&one.service_account)
            && one.owner_arn.as_deref() != Some(owner)
    });
    match taken {
        None => Ok(()),
        Some(one) => Err(call.about_cluster(Failure::new(
            Code::ResourceInUse,
            format!("Association already exists: {}", one.id),
        ))),
    }
}

/// Makes the owned associations what they shall be.
pub(super) fn settle(
    call: &Call<'_>,
    cluster: &mut Cluster,
    owner: &str,
    namespace: &str,
    mut wanted: Wanted,
) {
    cluster.associations.retain(|_, one| {
        one.owner_arn.as_deref() != Some(owner) || wanted.contains_key(&one.service_account)
    });
    for one in cluster.associations.values_mut() {
        if one.owner_arn.as_deref() != Some(owner) {
            continue;
        }
        if let Some(role) = wanted.remove(&one.service_account)
            && one.role_arn != role
        {
            one.role_arn = role;
            one.modified = call.now;
        }
    }
    for (service_account, role_arn) in wanted {
        let id = identifier::association(&Uuid::new_v4().to_string());
        let association = Association {
            id: id.clone(),
            namespace: namespace.to_owned(),
            service_account,
            role_arn,
            target_role_arn: None,
            policy: None,
            session_tags_disabled: false,
            owner_arn: Some(owner.to_owned()),
            created: call.now,
            modified: call.now,
            tags: BTreeMap::new(),
        };
        cluster.associations.insert(id, association);
    }
}

/// Lets the associations go together with their owner, or stay as everybody's.
pub(super) fn release(cluster: &mut Cluster, owner: &str, is_preserved: bool) {
    cluster
        .associations
        .retain(|_, one| is_preserved || one.owner_arn.as_deref() != Some(owner));
    for one in cluster.associations.values_mut() {
        if one.owner_arn.as_deref() == Some(owner) {
            one.owner_arn = None;
        }
    }
}
