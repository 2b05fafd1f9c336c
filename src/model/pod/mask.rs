//! What of a raw object of Kubernetes may be shown.
//!
//! Whoever looks at a pod's YAML wants to see how it is put together, and not the passwords in it: values of
//! variables are replaced, except those that the rules need, and those only in the form that the rules keep.

use serde_json::{Map, Value};

use crate::model::Document;
use crate::model::pod::env;

/// Stands where a value was.
pub const MARKER: &str = "(not shown)";

/// Annotations that hold an earlier version of the whole object.
const COPIES: [&str; 2] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "objectset.rio.cattle.io/applied",
];

/// Takes out of an object what may not be shown.
///
/// Works on any kind, because workloads have their pods' environment in templates.
pub fn mask(object: &mut Document) {
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.remove("managedFields");
    }
    mask_members(object);
}

fn mask_members(members: &mut Map<String, Value>) {
    for (name, value) in members {
        match (name.as_str(), value) {
            ("env", Value::Array(variables)) => variables.iter_mut().for_each(mask_variable),
            ("annotations", Value::Object(annotations)) => mask_annotations(annotations),
            (_, value) => mask_value(value),
        }
    }
}

fn mask_value(value: &mut Value) {
    match value {
        Value::Object(members) => mask_members(members),
        Value::Array(items) => items.iter_mut().for_each(mask_value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn mask_variable(variable: &mut Value) {
    let Value::Object(members) = variable else {
        *variable = Value::String(MARKER.to_owned());
        return;
    };
    let name = members.get("name").and_then(Value::as_str);
    let shown = match members.get("value") {
        None | Some(Value::Null) => return,
        Some(Value::String(value)) => env::shown(name.unwrap_or_default(), value),
        Some(_) => None,
    };
    let shown = shown.unwrap_or_else(|| MARKER.to_owned());
    members.insert("value".to_owned(), Value::String(shown));
}

fn mask_annotations(annotations: &mut Map<String, Value>) {
    annotations.retain(|name, _| !COPIES.contains(&name.as_str()));
    for value in annotations.values_mut() {
        // Other tools keep copies of the object under names of their own.
        if value.as_str().is_none_or(names_env) {
            *value = Value::String(MARKER.to_owned());
        }
    }
}

/// Whether a text may hold an environment, in YAML, in JSON, or in JSON that is a text of JSON.
///
/// Rather too much than too little: nobody decodes such texts here, and each encoding more puts one more backslash
/// before the quote.
fn names_env(text: &str) -> bool {
    let mut rests = text.split("env").skip(1);
    rests.any(|rest| rest.trim_start().starts_with(['"', '\'', '\\', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn masked(object: Value) -> Value {
        let Value::Object(mut document) = object else {
            unreachable!()
        };
        mask(&mut document);
        Value::Object(document)
    }

    #[test]
    fn values_are_replaced_and_what_rules_need_stays() {
        let env = json!([
            {"name": "PASSWORD", "value": "CANARY"},
            {"name": "EMPTY", "value": ""},
            {"name": "AWS_REGION", "value": "eu-west-1"},
            {"name": "HTTPS_PROXY", "value": "http://me:CANARY@proxy:3128/CANARY"},
            {"name": "AWS_SECRET_ACCESS_KEY", "value": "CANARY"},
            {"name": "AWS_ROLE_ARN", "value": "CANARY$(X)"},
            {"name": "NUMBER", "value": 5},
            {"name": "FROM", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
            "CANARY",
        ]);
        let expected = json!([
            {"name": "PASSWORD", "value": MARKER},
            {"name": "EMPTY", "value": ""},
            {"name": "AWS_REGION", "value": "eu-west-1"},
            {"name": "HTTPS_PROXY", "value": "http://proxy:3128"},
            {"name": "AWS_SECRET_ACCESS_KEY", "value": MARKER},
            {"name": "AWS_ROLE_ARN", "value": MARKER},
            {"name": "NUMBER", "value": MARKER},
            {"name": "FROM", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
            MARKER,
        ]);
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            let pod = json!({"spec": {list: [{"name": "app", "env": env}]}});
            let shown = json!({"spec": {list: [{"name": "app", "env": expected}]}});
            assert_eq!(masked(pod), shown);
            let deployment = json!({"spec": {"template": {"spec": {list: [{"env": env}]}}}});
            assert!(!masked(deployment).to_string().contains("CANARY"));
        }
    }

    #[test]
    fn earlier_versions_of_the_object_are_left_out() {
        let shown = masked(json!({
            "metadata": {
                "name": "api", "labels": {"env": "prod"},
                "managedFields": [{"manager": "kubectl"}],
                "annotations": {
                    "kubectl.kubernetes.io/last-applied-configuration": "{\"CANARY\":1}",
                    "other/original": "{\"spec\":{\"containers\":[{\"env\":[{\"value\":\"CANARY\"}]}]}}",
                    "eks.amazonaws.com/skip-containers": "a,b",
                    "other/environment": "see https://env.example.com/envelope",
                },
            },
        }));
        assert_eq!(
            shown,
            json!({"metadata": {
                "name": "api", "labels": {"env": "prod"},
                "annotations": {
                    "other/original": MARKER, "eks.amazonaws.com/skip-containers": "a,b",
                    "other/environment": "see https://env.example.com/envelope",
                },
            }})
        );
    }

    #[test]
    fn copies_are_known_however_they_are_encoded() {
        let pod = json!({"spec": {"containers": [{"env": [{"name": "X", "value": "CANARY"}]}]}});
        let once = pod.to_string();
        let twice = json!({"object": once}).to_string();
        let thrice = json!([twice]).to_string();
        for copy in [
            once,
            twice,
            thrice,
            "spec: {'env' : [{value: CANARY}]}".to_owned(),
            "env :\n- value: CANARY".to_owned(),
            r"{\u0022env\u0022:[{\u0022value\u0022:\u0022CANARY\u0022}]}".to_owned(),
        ] {
            let shown = masked(json!({"metadata": {"annotations": {"other/original": copy}}}));
            assert!(!shown.to_string().contains("CANARY"), "{shown}");
        }
    }
}
