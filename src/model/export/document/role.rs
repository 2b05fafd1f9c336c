//! Roles with IAM's member names, and who uses them.

use serde_json::{Map, Value};

use super::{object, text, without};
use crate::model::arn::role_name;
use crate::model::document::Document;
use crate::model::export::json::parsed_exactly;
use crate::model::role::RoleState;
use crate::model::usage::{AccountUser, AssociationUser, Gap, RoleUsage, Users};
use crate::model::{AddonKey, ClusterArn, LastUse, RoleDetail};

/// What only `GetRole` tells, as far as roledex itself reads it.
const ROLE_MEMBERS: [&str; 10] = [
    "Path",
    "RoleId",
    "CreateDate",
    "AssumeRolePolicyDocument",
    "Description",
    "MaxSessionDuration",
    "PermissionsBoundary",
    "Tags",
    "RoleLastUsed",
    "trustSummary",
];

/// A role that something names, with as much of it as is known.
pub fn role_state(arn: &str, state: &RoleState) -> Document {
    let mut named = object([
        ("RoleName", Some(role_name(arn).into())),
        ("Arn", Some(arn.into())),
    ]);
    match state {
        RoleState::Read(described) => described.document.clone(),
        RoleState::Missing => {
            named.insert("exists".to_owned(), false.into());
            named
        }
        RoleState::Unknown(reason) => without(named, &ROLE_MEMBERS, reason),
    }
}

/// A role as the AWS CLI prints it, and what its trust policy comes down to.
pub fn role(role: &RoleDetail) -> Document {
    // The AWS CLI prints the policy as an object. Where that would not be what IAM sent, its text stands there.
    let trust = role.trust.as_deref().map(|text| {
        parsed_exactly(text)
            .filter(Value::is_object)
            .unwrap_or_else(|| text.into())
    });
    let boundary = object([
        ("PermissionsBoundaryType", text(role.boundary_type.as_ref())),
        ("PermissionsBoundaryArn", text(role.boundary.as_ref())),
    ]);
    let boundary = (!boundary.is_empty()).then_some(Value::Object(boundary));
    let tags = role.tags.iter().map(|(key, value)| {
        Value::Object(object([
            ("Key", text(Some(key))),
            ("Value", text(Some(value))),
        ]))
    });
    let tags: Vec<Value> = tags.collect();
    let last_used = match &role.last_use {
        LastUse::NotTold => None,
        LastUse::Never => Some(Document::new()),
        LastUse::At { date, region } => Some(object([
            ("LastUsedDate", Some(date.to_string().into())),
            ("Region", text(region.as_ref())),
        ])),
    };
    object([
        ("Path", text(role.path.as_ref())),
        ("RoleName", text(Some(&role.name))),
        ("RoleId", text(role.id.as_ref())),
        ("Arn", text(Some(&role.arn))),
        ("CreateDate", role.created.map(|at| at.to_string().into())),
        ("AssumeRolePolicyDocument", trust),
        ("Description", text(role.description.as_ref())),
        (
            "MaxSessionDuration",
            role.max_session_seconds.map(Value::from),
        ),
        ("PermissionsBoundary", boundary),
        ("Tags", (!tags.is_empty()).then_some(tags.into())),
        ("RoleLastUsed", last_used.map(Value::Object)),
        (
            "trustSummary",
            Some(role.trust_summary().to_string().into()),
        ),
    ])
}

/// Adds who uses a role. Kinds of users that were not read are `null`; of those that were read in part the known
/// ones are listed, and `incomplete` says why there may be more.
pub fn with_usage(mut document: Document, usage: &RoleUsage) -> Document {
    let mut add = |member: &str, users: Vec<Value>, gap: Option<&Gap>| {
        let (users, reasons) = match gap {
            Some(gap) if gap.is_total() => (Value::Null, "unknown"),
            _ => (users.into(), "incomplete"),
        };
        document.insert(member.to_owned(), users);
        let Some(gap) = gap else { return };
        let reasons = document.entry(reasons).or_insert_with(|| Map::new().into());
        if let Value::Object(reasons) = reasons {
            reasons.insert(member.to_owned(), (&**gap.reason()).into());
        }
    };
    add(
        "associations",
        list(&usage.associations, association),
        usage.associations.gap.as_ref(),
    );
    add(
        "targetOf",
        list(&usage.targets, association),
        usage.targets.gap.as_ref(),
    );
    add(
        "addons",
        list(&usage.addons, addon),
        usage.addons.gap.as_ref(),
    );
    add(
        "serviceAccounts",
        list(&usage.service_accounts, account),
        usage.service_accounts.gap.as_ref(),
    );
    document
}

fn list<T>(users: &Users<T>, member: fn(&T) -> Document) -> Vec<Value> {
    let users = users.known.iter();
    users.map(|user| Value::Object(member(user))).collect()
}

fn in_cluster<const N: usize>(
    cluster: &ClusterArn,
    members: [(&str, Option<Value>); N],
) -> Document {
    let mut document = object([
        ("clusterName", Some(cluster.name().into())),
        ("clusterArn", Some(cluster.as_str().into())),
    ]);
    document.extend(object(members));
    document
}

fn association(user: &AssociationUser) -> Document {
    let members = [
        ("namespace", text(Some(&user.namespace))),
        ("serviceAccount", text(Some(&user.service_account))),
        ("associationId", text(Some(&user.key.id))),
    ];
    in_cluster(&user.key.cluster, members)
}

fn addon(key: &AddonKey) -> Document {
    in_cluster(&key.cluster, [("addonName", text(Some(&key.name)))])
}

fn account(user: &AccountUser) -> Document {
    let members = [
        ("namespace", text(Some(&user.namespace))),
        ("serviceAccount", text(Some(&user.name))),
    ];
    in_cluster(&user.cluster, members)
}
