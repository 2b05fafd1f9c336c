//! Pod identity associations.

pub(super) mod check;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::ASSOCIATIONS_PER_CLUSTER;
use crate::sim::call::Call;
use crate::sim::failure::{Code, Failure};
use crate::sim::identifier;
use crate::sim::reply::{self, Reply};
use crate::sim::state::{Association, Cluster, State};

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let namespace = call.parameter("namespace");
    let service_account = call.parameter("serviceAccount");
    let wanted = cluster.associations.iter().filter(|(_, association)| {
        namespace.is_none_or(|name| name == association.namespace)
            && service_account.is_none_or(|name| name == association.service_account)
    });
    let page = call.page(wanted)?;
    let items = page
        .items
        .into_iter()
        .map(|association| Value::Object(summary(cluster, association)))
        .collect();
    Ok(reply::page("associations", items, page.next))
}

pub(crate) fn describe(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let association = named(call, cluster)?;
    Ok(answer(document(cluster, association)))
}

pub(crate) fn create(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    call.cluster(state)?;
    let namespace = check::name(call, "namespace", 63)?;
    let service_account = check::name(call, "serviceAccount", 253)?;
    let role_arn = check::role(call, state, call.required_text("roleArn")?)?;
    let target = check::target(call)?.apply(None);
    let is_untagged = call.flag("disableSessionTags")?.unwrap_or(false);
    let policy = check::policy(call)?.apply(None);
    check::policy_needs_no_tags(call, policy.as_ref(), is_untagged)?;
    let tags = check::tags(call)?;

    let cluster = call.cluster_mut(state)?;
    let twin = cluster.associations.values().find(|association| {
        association.namespace == namespace && association.service_account == service_account
    });
    if let Some(twin) = twin {
        let failure = Failure::new(
            Code::ResourceInUse,
            format!("Association already exists: {}", twin.id),
        );
        return Err(call.about_cluster(failure));
    }
    if cluster.associations.len() >= usize::try_from(ASSOCIATIONS_PER_CLUSTER).unwrap_or(usize::MAX)
    {
        return Err(call.about_cluster(Failure::new(
            Code::ResourceLimitExceeded,
            format!(
                "The cluster has {ASSOCIATIONS_PER_CLUSTER} pod identity associations, which is \
                 the limit."
            ),
        )));
    }
    let association = Association {
        id: identifier::association(&Uuid::new_v4().to_string()),
        namespace,
        service_account,
        role_arn,
        target_role_arn: target,
        policy,
        session_tags_disabled: is_untagged,
        owner_arn: None,
        created: call.now,
        modified: call.now,
        tags,
    };
    let document = document(cluster, &association);
    cluster
        .associations
        .insert(association.id.clone(), association);
    Ok(answer(document))
}

pub(crate) fn update(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let before = named(call, call.cluster(state)?)?.clone();
    refuse_owned(call, &before)?;
    let mut after = before.clone();
    if let Some(role) = call.text("roleArn")? {
        after.role_arn = check::role(call, state, role)?;
    }
    after.target_role_arn = check::target(call)?.apply(after.target_role_arn);
    if let Some(is_untagged) = call.flag("disableSessionTags")? {
        after.session_tags_disabled = is_untagged;
    }
    after.policy = check::policy(call)?.apply(after.policy);
    check::policy_needs_no_tags(call, after.policy.as_ref(), after.session_tags_disabled)?;
    let is_changed = before.role_arn != after.role_arn
        || before.target_role_arn != after.target_role_arn
        || before.session_tags_disabled != after.session_tags_disabled
        || before.policy != after.policy;
    if !is_changed {
        return Err(call.about_cluster(Failure::invalid_request(
            "No changes needed for the pod identity association.",
        )));
    }
    after.modified = call.now;
    let cluster = call.cluster_mut(state)?;
    let document = document(cluster, &after);
    cluster.associations.insert(after.id.clone(), after);
    Ok(answer(document))
}

pub(crate) fn delete(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    refuse_owned(call, named(call, call.cluster(state)?)?)?;
    let cluster = call.cluster_mut(state)?;
    let id = call.label("associationId");
    let association = cluster
        .associations
        .remove(id)
        .ok_or_else(|| unknown(call))?;
    Ok(answer(document(cluster, &association)))
}

/// Returns the association that the path names.
fn named<'s>(call: &Call<'_>, cluster: &'s Cluster) -> Result<&'s Association, Failure> {
    let id = call.label("associationId");
    if id.len() != 19 {
        return Err(call.about_cluster(Failure::invalid_parameter(
            "The parameter associationId should be 19 characters long.",
        )));
    }
    cluster.associations.get(id).ok_or_else(|| unknown(call))
}

fn unknown(call: &Call<'_>) -> Failure {
    let id = call.label("associationId");
    call.about_cluster(Failure::resource_not_found(format!(
        "No pod identity association found for id: {id}."
    )))
}

fn refuse_owned(call: &Call<'_>, association: &Association) -> Result<(), Failure> {
    match &association.owner_arn {
        None => Ok(()),
        Some(owner) => Err(call.about_cluster(Failure::invalid_request(format!(
            "Association {} is owned by {owner} and can be changed only through the add-on.",
            association.id
        )))),
    }
}

/// Returns what a list tells of an association.
fn summary(cluster: &Cluster, association: &Association) -> Map<String, Value> {
    let arn = reply::association_arn(
        &cluster.region,
        &cluster.account,
        &cluster.name,
        &association.id,
    );
    let mut members = Map::new();
    for (member, value) in [
        ("clusterName", &cluster.name),
        ("namespace", &association.namespace),
        ("serviceAccount", &association.service_account),
        ("associationArn", &arn),
        ("associationId", &association.id),
    ] {
        members.insert(member.to_owned(), Value::from(value.as_str()));
    }
    if let Some(owner) = &association.owner_arn {
        members.insert("ownerArn".to_owned(), Value::from(owner.as_str()));
    }
    members
}

/// Returns everything there is to tell of an association.
fn document(cluster: &Cluster, association: &Association) -> Value {
    let mut members = summary(cluster, association);
    let mut insert = |member: &str, value: Value| members.insert(member.to_owned(), value);
    insert("roleArn", json!(association.role_arn));
    insert("tags", json!(association.tags));
    insert("createdAt", reply::epoch(association.created));
    insert("modifiedAt", reply::epoch(association.modified));
    insert(
        "disableSessionTags",
        json!(association.session_tags_disabled),
    );
    if let Some(target) = &association.target_role_arn {
        let Association {
            namespace,
            service_account,
            ..
        } = association;
        let Cluster {
            region,
            account,
            name,
            ..
        } = cluster;
        insert("targetRoleArn", json!(target));
        insert(
            "externalId",
            json!(format!(
                "{region}/{account}/{name}/{namespace}/{service_account}"
            )),
        );
    }
    if let Some(policy) = &association.policy {
        insert("policy", json!(policy));
    }
    Value::Object(members)
}

fn answer(association: Value) -> Reply {
    let mut members = Map::new();
    members.insert("association".to_owned(), association);
    Reply::Json(Value::Object(members))
}
