//! Merge patches: of JSON, and the strategic kind that knows lists of named things.

use serde_json::{Map, Value};

/// Merges a patch in; null removes.
pub(super) fn merge(target: &mut Value, patch: &Value, is_strategic: bool) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else {
        return;
    };
    for (name, change) in changes {
        if name.starts_with('$') {
            continue;
        }
        match (members.get_mut(name), change) {
            (_, Value::Null) => {
                members.shift_remove(name);
            }
            (Some(Value::Array(items)), Value::Array(changes)) if is_strategic => {
                if let Some(key) = merge_key(name) {
                    merge_list(items, changes, key);
                } else {
                    members.insert(name.clone(), change.clone());
                }
            }
            (Some(member), _) => merge(member, change, is_strategic),
            (None, _) => {
                let mut new = Value::Null;
                merge(&mut new, change, is_strategic);
                members.insert(name.clone(), new);
            }
        }
    }
}

fn merge_key(list: &str) -> Option<&'static str> {
    match list {
        "containers" | "initContainers" | "volumes" | "env" | "imagePullSecrets" => Some("name"),
        "volumeMounts" => Some("mountPath"),
        "conditions" => Some("type"),
        "ownerReferences" => Some("uid"),
        _ => None,
    }
}

fn merge_list(items: &mut Vec<Value>, changes: &[Value], key: &str) {
    for change in changes {
        let name = change.get(key);
        let is_removal = change.get("$patch").and_then(Value::as_str) == Some("delete");
        let found = items.iter().position(|item| item.get(key) == name);
        match (found, is_removal) {
            (Some(position), true) => {
                items.remove(position);
            }
            (Some(position), false) => {
                if let Some(item) = items.get_mut(position) {
                    merge(item, change, true);
                }
            }
            (None, true) => {}
            (None, false) => items.push(change.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_kinds_of_patch() {
        let before =
            json!({"a": 1, "spec": {"containers": [{"name": "x", "image": "1"}], "l": [1]}});
        let patch = json!({"a": null, "spec": {"containers": [{"name": "x", "image": "2"},
            {"name": "y"}], "l": [2], "new": {"deep": true}}});
        let mut strategic = before.clone();
        merge(&mut strategic, &patch, true);
        assert_eq!(
            strategic,
            json!({"spec": {"containers": [{"name": "x", "image": "2"},
            {"name": "y"}], "l": [2], "new": {"deep": true}}})
        );
        let mut plain = before;
        merge(
            &mut plain,
            &json!({"spec": {"containers": [{"name": "y"}]}}),
            false,
        );
        assert_eq!(
            plain.pointer("/spec/containers"),
            Some(&json!([{"name": "y"}]))
        );
    }
}
