//! Access policies: sets of permissions that EKS keeps, and that entries are associated with.

use serde_json::{Value, json};

use super::{KIND, STANDARD, invalid, refuse_config_map, text};
use crate::sim::call::Call;
use crate::sim::eks::part;
use crate::sim::failure::Failure;
use crate::sim::reply::{self, Reply};
use crate::sim::state::{Cluster, Part, State};

const PREFIX: &str = "arn:aws:eks::aws:cluster-access-policy/";

/// In the order of their names, as they are listed.
const NAMES: [&str; 16] = [
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSBlockStorageClusterPolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSClusterInsightsPolicy",
    "AmazonEKSComputeClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSHybridPolicy",
    "AmazonEKSLoadBalancingClusterPolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingClusterPolicy",
    "AmazonEKSNetworkingPolicy",
    "AmazonEKSViewPolicy",
];

pub(crate) fn list(call: &Call<'_>, _state: &mut State) -> Result<Reply, Failure> {
    let policies = NAMES.iter().map(|name| {
        let arn = format!("{PREFIX}{name}");
        (*name, json!({"name": name, "arn": arn}))
    });
    let page = call.page(policies)?;
    Ok(reply::page("accessPolicies", page.items, page.next))
}

pub(crate) fn list_associated(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster(state)?;
    let (principal, _) = entry(call, cluster)?;
    let policies = cluster.access_policies.get(principal);
    let policies = policies
        .into_iter()
        .flatten()
        .map(|(arn, policy)| (arn, policy.clone()));
    let page = call.page(policies)?;
    Ok(Reply::Json(json!({
        "clusterName": cluster.name,
        "principalArn": principal,
        "associatedAccessPolicies": page.items,
        "nextToken": page.next,
    })))
}

/// Associates a policy, or gives the association another scope.
pub(crate) fn associate(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster_mut(state)?;
    let (principal, entry) = entry(call, cluster)?;
    let kind = text(entry, "type");
    if ![STANDARD, "EC2"].contains(&kind) {
        return Err(call.about_cluster(Failure::invalid_request(format!(
            "An access policy cannot be associated with an access entry of the type {kind}."
        ))));
    }
    let arn = call.required_text("policyArn")?;
    let is_known = arn
        .strip_prefix(PREFIX)
        .is_some_and(|name| NAMES.contains(&name));
    if !is_known {
        return Err(call.about_cluster(Failure::resource_not_found(format!(
            "The specified policyArn could not be found. You can view all available access policy \
             ARNs with 'list-access-policies'. policyArn: {arn}"
        ))));
    }
    let scope = scope(call)?;
    let name = cluster.name.clone();
    let policies = cluster
        .access_policies
        .entry(principal.to_owned())
        .or_default();
    let now = reply::epoch(call.now);
    let since = policies
        .get(arn)
        .and_then(|before| before.get("associatedAt"))
        .cloned();
    let policy = json!({
        "policyArn": arn,
        "accessScope": scope,
        "associatedAt": since.unwrap_or_else(|| now.clone()),
        "modifiedAt": now,
    });
    policies.insert(arn.to_owned(), policy.clone());
    Ok(Reply::Json(json!({
        "clusterName": name,
        "principalArn": principal,
        "associatedAccessPolicy": policy,
    })))
}

pub(crate) fn disassociate(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let cluster = call.cluster_mut(state)?;
    let (principal, _) = entry(call, cluster)?;
    let arn = call.label("policyArn");
    cluster
        .access_policies
        .get_mut(principal)
        .and_then(|policies| policies.remove(arn))
        .ok_or_else(|| {
            call.about_cluster(Failure::resource_not_found(format!(
                "The specified policyArn is not associated with the access entry. policyArn: {arn}"
            )))
        })?;
    Ok(Reply::Json(json!({})))
}

/// Returns the principal that the path names, and its entry.
fn entry<'c, 's>(call: &'c Call<'_>, cluster: &'s Cluster) -> Result<(&'c str, &'s Part), Failure> {
    refuse_config_map(call, cluster)?;
    let principal = call.label("principalArn");
    part::find(cluster, KIND, principal)
        .map(|entry| (principal, entry))
        .ok_or_else(|| part::unknown(call, KIND, principal))
}

/// Returns the scope in the form that answers have.
fn scope(call: &Call<'_>) -> Result<Value, Failure> {
    let scope = call
        .object("accessScope")?
        .ok_or_else(|| call.missing("accessScope"))?;
    let namespaces: Vec<&str> = match scope.get("namespaces") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(_) => return Err(invalid(call, "accessScope.namespaces must be a list.")),
    };
    let kind = scope.get("type").and_then(Value::as_str);
    match (kind, namespaces.is_empty()) {
        (Some("cluster"), true) | (Some("namespace"), false) => {}
        (Some("cluster"), false) => {
            return Err(invalid(
                call,
                "Namespaces cannot be specified for an access scope of the type cluster.",
            ));
        }
        (Some("namespace"), true) => {
            return Err(invalid(
                call,
                "Namespaces must be specified for an access scope of the type namespace.",
            ));
        }
        _ => {
            return Err(invalid(
                call,
                "The accessScope type must be cluster or namespace.",
            ));
        }
    }
    Ok(json!({"type": kind, "namespaces": namespaces}))
}
