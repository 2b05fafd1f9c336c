//! Answers to "may I?" and "who am I?".

use serde_json::{Value, json};

use super::authentication::Principal;
use super::authorization::Attributes;
use super::object::text;
use super::resource::RESOURCES;
use super::route::Request;

/// Answers a review; `allows` is what the server itself would decide.
pub(super) fn answer(
    request: &Request,
    body: &Value,
    principal: &Principal,
    allows: impl Fn(Attributes<'_>) -> bool,
) -> Value {
    let api_version = request.resource.api_version();
    if request.resource.kind == "SelfSubjectReview" {
        return json!({
            "kind": "SelfSubjectReview",
            "apiVersion": api_version,
            "metadata": {},
            "status": {"userInfo": {"username": principal.username, "groups": principal.groups}},
        });
    }
    let spec = body.get("spec").cloned().unwrap_or_default();
    let plural = text(&spec, "/resourceAttributes/resource");
    let subresource = text(&spec, "/resourceAttributes/subresource");
    let resource = if subresource.is_empty() {
        plural.to_owned()
    } else {
        format!("{plural}/{subresource}")
    };
    let namespace = text(&spec, "/resourceAttributes/namespace");
    let is_known = spec.get("resourceAttributes").is_some();
    let is_namespaced = RESOURCES
        .iter()
        .find(|row| row.plural == plural)
        .is_none_or(|row| row.is_namespaced);
    let is_allowed = is_known
        && allows(Attributes {
            verb: text(&spec, "/resourceAttributes/verb"),
            resource: &resource,
            is_namespaced,
            namespace: (!namespace.is_empty()).then_some(namespace),
        });
    json!({
        "kind": "SelfSubjectAccessReview",
        "apiVersion": api_version,
        "metadata": {},
        "spec": spec,
        "status": {"allowed": is_allowed, "reason": ""},
    })
}
