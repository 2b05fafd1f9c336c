//! eksctl: the `iam.podIdentityAssociations` of a `ClusterConfig`.

use serde_json::{Map, Value, json};

use super::{Exported, Skip, yaml};
use crate::model::arn::ClusterArn;

/// One YAML document for the associations of one cluster; comments name those that are left out.
///
/// `targetRoleARN` and `disableSessionTags` need an eksctl from after June 2025, `policy` one from after
/// February 2026.
pub fn cluster_config<'a>(
    cluster: &ClusterArn,
    rows: impl IntoIterator<Item = Exported<'a>>,
) -> String {
    let (mut items, mut comments) = (Vec::new(), String::new());
    for row in rows {
        match item(row) {
            Ok(item) => items.push(item),
            Err(skip) => {
                comments.push_str(&row.skipped(&skip));
                comments.push('\n');
            }
        }
    }
    let document = json!({
        "apiVersion": "eksctl.io/v1alpha5",
        "kind": "ClusterConfig",
        "metadata": { "name": cluster.name(), "region": cluster.region() },
        "iam": { "podIdentityAssociations": items },
    });
    format!("---\n{comments}{}", yaml::document(&document))
}

fn item(row: Exported<'_>) -> Result<Value, Skip> {
    let definition = row.definition()?;
    let (association, detail) = (definition.association, definition.detail);
    let mut item = Map::new();
    let mut put = |name: &str, value: Value| {
        item.insert(name.to_owned(), value);
    };
    put("namespace", (&*association.namespace).into());
    put("serviceAccountName", (&*association.service_account).into());
    put("roleARN", definition.role.into());
    if let Some(target) = &detail.target_role {
        put("targetRoleARN", (&**target).into());
    }
    if let Some(disabled) = detail.session_tags_disabled {
        put("disableSessionTags", disabled.into());
    }
    if let Some(policy) = detail.policy() {
        put("policy", (&**policy).into());
    }
    let tags = detail.tags();
    let tags: Map<String, Value> = tags
        .map(|(key, value)| (key.to_string(), Value::from(&**value)))
        .collect();
    if !tags.is_empty() {
        put("tags", tags.into());
    }
    Ok(Value::Object(item))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::export::tests::{HOSTILE, association, full};

    #[test]
    fn a_cluster_config_reads_back() {
        let (free, owned) = (association(None), association(Some("someone")));
        let detail = full(&[("t", HOSTILE)], Some(HOSTILE));
        let rows = [&owned, &free].map(|association| Exported {
            association,
            detail: Ok(&detail),
            profile: None,
        });
        let text = cluster_config(&free.key.cluster, rows);
        assert!(text.starts_with("---\n# skipped payments/api"), "{text}");
        let read: Value = serde_norway::from_str(&text).unwrap();
        assert_eq!(
            read,
            json!({
                "apiVersion": "eksctl.io/v1alpha5",
                "kind": "ClusterConfig",
                "metadata": {"name": "shop", "region": "us-west-2"},
                "iam": {"podIdentityAssociations": [{
                    "namespace": "payments",
                    "serviceAccountName": "api",
                    "roleARN": "arn:aws:iam::111122223333:role/team/payments-api",
                    "targetRoleARN": "arn:aws:iam::444455556666:role/vault-reader",
                    "disableSessionTags": true,
                    "policy": HOSTILE,
                    "tags": {"t": HOSTILE},
                }]}
            })
        );
    }
}
