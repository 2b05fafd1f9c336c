//! Documents for programs: AWS's member names, and where the thing was found.
//!
//! A member that is absent was not sent by AWS; one that is `null` is not known, and `unknown` says why.

pub mod kubernetes;
mod parts;
mod radius;
mod role;

use serde_json::{Map, Value};

pub use parts::{
    ACCESS_ENTRY_MEMBERS, ADDON_MEMBERS, IDENTITY_PROVIDER_MEMBERS, access_record,
    listed_access_entry, listed_addon, listed_identity_provider,
};
pub use radius::with_radius;
pub use role::{role, role_state, with_usage};

use crate::model::arn::ClusterArn;
use crate::model::association::{Association, AssociationDetail};
use crate::model::document::Document;
use crate::model::update::{Update, UpdateSubject};

/// What only `DescribeCluster` tells, as far as roledex itself reads it.
pub const CLUSTER_MEMBERS: [&str; 9] = [
    "status",
    "version",
    "platformVersion",
    "createdAt",
    "endpoint",
    "identity",
    "accessConfig",
    "computeConfig",
    "health",
];

/// What only `DescribePodIdentityAssociation` tells.
pub const ASSOCIATION_MEMBERS: [&str; 8] = [
    "roleArn",
    "targetRoleArn",
    "disableSessionTags",
    "externalId",
    "policy",
    "createdAt",
    "modifiedAt",
    "tags",
];

/// Where something was found; IAM knows no regions.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub account: Option<&'a str>,
    pub region: Option<&'a str>,
    /// The named profile that was used, if one was.
    pub profile: Option<&'a str>,
}

impl<'a> Place<'a> {
    pub fn of_cluster(cluster: &'a ClusterArn, profile: Option<&'a str>) -> Self {
        Self {
            account: Some(cluster.account()),
            region: Some(cluster.region()),
            profile,
        }
    }
}

/// Completes what AWS sent by the place.
pub fn placed(mut document: Document, place: Place<'_>) -> Value {
    for (member, value) in [
        ("profile", place.profile),
        ("accountId", place.account),
        ("region", place.region),
    ] {
        if let Some(value) = value {
            document.insert(member.to_owned(), value.into());
        }
    }
    Value::Object(document)
}

/// Marks members as not known, each for the same reason.
pub fn without(mut document: Document, members: &[&str], reason: &str) -> Document {
    let mut unknown = Map::new();
    for member in members {
        if !document.contains_key(*member) {
            document.insert((*member).to_owned(), Value::Null);
            unknown.insert((*member).to_owned(), reason.into());
        }
    }
    if !unknown.is_empty() {
        document.insert("unknown".to_owned(), Value::Object(unknown));
    }
    document
}

/// What a list of clusters tells of one.
pub fn listed_cluster(cluster: &ClusterArn) -> Document {
    object([
        ("name", Some(cluster.name().into())),
        ("arn", Some(cluster.as_str().into())),
    ])
}

/// What a list of associations tells of one.
pub fn listed_association(association: &Association) -> Document {
    let cluster = &association.key.cluster;
    object([
        ("clusterName", Some(cluster.name().into())),
        ("namespace", text(Some(&association.namespace))),
        ("serviceAccount", text(Some(&association.service_account))),
        ("associationArn", text(association.arn.as_ref())),
        ("associationId", text(Some(&association.key.id))),
        ("ownerArn", text(association.owner.as_ref())),
    ])
}

/// An association from its values, for where the answer itself was not kept.
pub fn association(association: &Association, detail: &AssociationDetail) -> Document {
    let tags: Map<String, Value> = detail
        .tags()
        .map(|(key, value)| (key.to_string(), Value::from(&**value)))
        .collect();
    let mut document = listed_association(association);
    document.extend(object([
        ("roleArn", text(detail.role.as_ref())),
        ("targetRoleArn", text(detail.target_role.as_ref())),
        (
            "disableSessionTags",
            detail.session_tags_disabled.map(Value::from),
        ),
        ("externalId", text(detail.external_id())),
        ("policy", text(detail.policy())),
        ("createdAt", detail.created.map(|at| at.to_string().into())),
        (
            "modifiedAt",
            detail.modified.map(|at| at.to_string().into()),
        ),
        ("tags", (!tags.is_empty()).then_some(Value::Object(tags))),
    ]));
    document
}

/// An update from its values, for where the answer itself was not kept.
pub fn update(update: &Update) -> Document {
    let params = update.params.iter().map(|param| {
        let (kind, value) = (text(param.kind.as_ref()), text(param.value.as_ref()));
        Value::Object(object([("type", kind), ("value", value)]))
    });
    let errors = update.errors.iter().map(|error| {
        let resources = error.resources.iter().map(|id| Value::from(&**id));
        let resources: Vec<_> = resources.collect();
        Value::Object(object([
            ("errorCode", text(error.code.as_ref())),
            ("errorMessage", text(error.message.as_ref())),
            ("resourceIds", Some(resources.into())),
        ]))
    });
    let cancellation = update.cancellation.as_ref().map(|cancellation| {
        Value::Object(object([
            ("status", text(cancellation.status.as_ref())),
            ("reason", text(cancellation.reason.as_ref())),
        ]))
    });
    object([
        ("id", text(Some(&update.key.id))),
        ("status", Some(update.status.as_str().into())),
        ("type", text(update.kind.as_ref())),
        ("params", Some(params.collect())),
        ("createdAt", update.created.map(|at| at.to_string().into())),
        ("errors", Some(errors.collect())),
        ("cancellation", cancellation),
    ])
}

/// Adds what an update does not say of itself but its request did: cluster and subject.
pub fn with_subject(mut document: Document, cluster: &ClusterArn, of: &UpdateSubject) -> Document {
    document.insert("clusterName".to_owned(), cluster.name().into());
    let member = match of {
        UpdateSubject::Cluster => return document,
        UpdateSubject::Addon(_) => "addonName",
        UpdateSubject::Nodegroup(_) => "nodegroupName",
        UpdateSubject::Capability(_) => "capabilityName",
    };
    if let Some(name) = of.name() {
        document.insert(member.to_owned(), (&**name).into());
    }
    document
}

fn text(value: Option<&crate::model::Text>) -> Option<Value> {
    value.map(|text| Value::from(&**text))
}

fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Document {
    members
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

/// Columns of a CSV file that holds these documents: every member, in the order of first sight.
pub fn csv_header(documents: &[Value]) -> Vec<&str> {
    let mut names = indexmap::IndexSet::new();
    for document in documents {
        names.extend(document.as_object().into_iter().flat_map(Map::keys));
    }
    names.into_iter().map(String::as_str).collect()
}

/// One cell: text as it is, everything else as JSON; absent is empty, so empty text is written `""`.
pub fn csv_cell(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(other) => super::json::line(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::export::tests::{association as listed, full};
    use serde_json::json;

    #[test]
    fn what_is_not_known_is_null_with_a_reason_and_what_is_absent_is_absent() {
        let association = listed(None);
        let place = Place::of_cluster(&association.key.cluster, None);
        let document = without(listed_association(&association), &["roleArn"], "denied");
        assert_eq!(
            placed(document, place),
            json!({
                "clusterName": "shop", "namespace": "payments", "serviceAccount": "api",
                "associationId": "a-1b2c3d4e5f6g7h8i9", "roleArn": null,
                "unknown": {"roleArn": "denied"}, "accountId": "111122223333", "region": "us-west-2",
            })
        );
    }

    #[test]
    fn values_make_the_document_that_aws_sends() {
        let association = listed(None);
        let detail = full(&[("a", "b")], Some("{}"));
        let document = Value::Object(super::association(&association, &detail));
        for (member, expected) in [
            (
                "roleArn",
                json!("arn:aws:iam::111122223333:role/team/payments-api"),
            ),
            ("disableSessionTags", json!(true)),
            ("policy", json!("{}")),
            ("tags", json!({"a": "b"})),
        ] {
            assert_eq!(document[member], expected, "{member}");
        }
        assert!(document.get("externalId").is_none() && document.get("ownerArn").is_none());
    }

    #[test]
    fn csv_cells_tell_absent_null_empty_and_nested_apart() {
        let document = json!({"a": null, "b": "", "c": {"x": [1]}, "d": "a,\"b\"", "e": true});
        let cells = ["a", "b", "c", "d", "e", "f"].map(|name| csv_cell(document.get(name)));
        assert_eq!(
            cells,
            ["null", "\"\"", "{\"x\":[1]}", "a,\"b\"", "true", ""]
        );
        assert_eq!(
            csv_header(&[json!({"b": 1}), json!({"a": 1, "b": 2})]),
            ["b", "a"]
        );
    }
}
