//! The `spec` of a workload's pods.

use serde_json::{Map, Value, json};

use crate::sim::world::file::WorkloadFile;

pub(super) fn spec(name: &str, file: &WorkloadFile) -> Value {
    let env: Vec<Value> = file
        .env
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let sources: Vec<Value> = file
        .env_from
        .iter()
        .map(|secret| json!({"secretRef": {"name": secret}}))
        .collect();
    let own = vec![name.to_owned()];
    let names = if file.containers.is_empty() {
        &own
    } else {
        &file.containers
    };
    let containers: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(index, container)| {
            let image = file
                .image
                .clone()
                .unwrap_or_else(|| format!("registry.example/{container}:1.4"));
            let mut members = Map::new();
            members.insert("name".to_owned(), json!(container));
            members.insert("image".to_owned(), json!(image));
            if index == 0 && !env.is_empty() {
                members.insert("env".to_owned(), json!(env));
            }
            if index == 0 && !sources.is_empty() {
                members.insert("envFrom".to_owned(), json!(sources));
            }
            Value::Object(members)
        })
        .collect();
    let mut spec = json!({
        "serviceAccountName": file.service_account.as_deref().unwrap_or(name),
        "containers": containers,
    });
    if let Value::Object(members) = &mut spec {
        if file.host_network {
            members.insert("hostNetwork".to_owned(), json!(true));
        }
        match file.on.as_deref() {
            Some("windows") => {
                members.insert(
                    "nodeSelector".to_owned(),
                    json!({"kubernetes.io/os": "windows"}),
                );
            }
            Some(_) => {
                let selector = json!({"eks.amazonaws.com/compute-type": "hybrid"});
                members.insert("nodeSelector".to_owned(), selector);
            }
            None => {}
        }
    }
    spec
}
