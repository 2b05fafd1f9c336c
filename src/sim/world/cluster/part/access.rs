//! Access entries, and the access policies that they are associated with.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Builder, NODE_POLICIES, NewPart};
use crate::sim::reply;
use crate::sim::state::PartKind;
use crate::sim::world::account::Roles;
use crate::sim::world::file::ClusterFile;

/// Adds the entries, and returns the access policies by principal and policy.
pub(super) fn entries(
    builder: &mut Builder,
    file: &mut ClusterFile,
    roles: &mut Roles,
) -> BTreeMap<String, BTreeMap<String, Value>> {
    let mut policies = BTreeMap::new();
    for (principal, entry) in std::mem::take(&mut file.access_entries) {
        let arn = if principal.starts_with("arn:") {
            principal
        } else if let Some(user) = principal.strip_prefix("user/") {
            format!("arn:aws:iam::{}:user/{user}", roles.account)
        } else {
            roles.service_arn(
                &principal,
                "ec2.amazonaws.com",
                &NODE_POLICIES,
                &file.region,
            )
        };
        let resource = arn.rsplit(':').next().unwrap_or_default();
        let name = resource.rsplit('/').next().unwrap_or_default();
        let kind = if resource.starts_with("user") {
            "user"
        } else {
            "role"
        };
        let username = entry.username.unwrap_or_else(|| {
            if kind == "user" {
                arn.clone()
            } else {
                let account = &roles.account;
                format!("arn:aws:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}")
            }
        });
        let moment = reply::epoch(entry.created.unwrap_or(file.created).resolve(builder.start));
        let associated: BTreeMap<String, Value> = entry
            .policies
            .iter()
            .map(|policy| access_policy(policy, &moment))
            .collect();
        policies.insert(arn.clone(), associated);
        builder.add(NewPart {
            kind: PartKind::AccessEntry,
            resource: "access-entry",
            arn_name: format!("{kind}/{}/{name}", roles.account),
            status: None,
            version: None,
            created: entry.created,
            document: json!({
                "principalArn": arn,
                "kubernetesGroups": entry.groups,
                "username": username,
                "type": entry.kind.as_deref().unwrap_or("STANDARD"),
            }),
            name: arn,
            ready: None,
            tags: entry.tags,
        });
    }
    policies
}

fn access_policy(text: &str, moment: &Value) -> (String, Value) {
    let (name, namespaces) = text.split_once('@').unwrap_or((text, ""));
    let arn = format!("arn:aws:eks::aws:cluster-access-policy/{name}");
    let namespaces: Vec<&str> = namespaces
        .split(',')
        .filter(|name| !name.is_empty())
        .collect();
    let kind = if namespaces.is_empty() {
        "cluster"
    } else {
        "namespace"
    };
    let policy = json!({
        "policyArn": arn,
        "accessScope": {"type": kind, "namespaces": namespaces},
        "associatedAt": moment,
        "modifiedAt": moment,
    });
    (arn, policy)
}
