//! Access entries: which IAM principals may use the Kubernetes API.

use serde_json::{Value, json};

use super::part;
use crate::sim::call::Call;
use crate::sim::failure::Failure;
use crate::sim::reply::{self, Reply};
use crate::sim::state::{Cluster, PartKind, State};

const KIND: PartKind = PartKind::AccessEntry;

pub(crate) fn list(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    refuse_config_map(call, cluster)?;
    let wanted = call.parameter("associatedPolicyArn");
    let entries = part::of_kind(cluster, KIND).filter(|(principal, _)| {
        wanted.is_none_or(|policy| {
            cluster
                .access_policies
                .get(*principal)
                .is_some_and(|policies| policies.contains_key(policy))
        })
    });
    let page = call.page(entries.map(|(principal, _)| (principal, Value::from(principal))))?;
    Ok(reply::page("accessEntries", page.items, page.next))
}

pub(crate) fn describe(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    refuse_config_map(call, cluster)?;
    let principal = call.label("principalArn");
    let entry =
        part::find(cluster, KIND, principal).ok_or_else(|| part::unknown(call, KIND, principal))?;
    let document = part::document(cluster, KIND, principal, entry, call.now);
    Ok(Reply::Json(json!({"accessEntry": document})))
}

pub(crate) fn list_policies(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    refuse_config_map(call, cluster)?;
    let principal = call.label("principalArn");
    let policies = cluster
        .access_policies
        .get(principal)
        .ok_or_else(|| part::unknown(call, KIND, principal))?;
    let page = call.page(policies.iter().map(|(arn, policy)| (arn, policy.clone())))?;
    Ok(Reply::Json(json!({
        "clusterName": cluster.name,
        "principalArn": principal,
        "associatedAccessPolicies": page.items,
        "nextToken": page.next,
    })))
}

fn refuse_config_map(call: &Call<'_>, cluster: &Cluster) -> Result<(), Failure> {
    let mode = cluster
        .document
        .get("accessConfig")
        .and_then(|config| config.pointer("/authenticationMode"))
        .and_then(Value::as_str);
    if mode == Some("CONFIG_MAP") {
        return Err(call.about_cluster(Failure::invalid_request(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] \
             to perform this operation.",
        )));
    }
    Ok(())
}
