//! The `spec` of a workload's pods.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::sim::world::file::{ContainerFile, Place, Setting, WorkloadFile};

pub(super) fn spec(name: &str, file: &WorkloadFile) -> Value {
    let own = IndexMap::from([(name.to_owned(), ContainerFile::default())]);
    let containers = if file.containers.0.is_empty() {
        &own
    } else {
        &file.containers.0
    };
    let containers: Vec<Value> = containers
        .iter()
        .enumerate()
        .map(|(index, (name, container))| self::container(file, name, container, index == 0))
        .collect();
    let mut spec = json!({
        "serviceAccountName": file.service_account.as_deref().unwrap_or(name),
        "containers": containers,
    });
    let Value::Object(members) = &mut spec else {
        return spec;
    };
    let mut insert = |member: &str, value: Value| members.insert(member.to_owned(), value);
    let inits = &file.init_containers.0;
    if !inits.is_empty() {
        let inits = inits.iter();
        let inits = inits.map(|(name, container)| self::container(file, name, container, false));
        insert("initContainers", inits.collect());
    }
    if !file.volumes.is_empty() {
        let volumes = file.volumes.iter();
        insert(
            "volumes",
            volumes.map(|(name, source)| volume(name, source)).collect(),
        );
    }
    if file.host_network == Some(true) {
        insert("hostNetwork", json!(true));
    }
    let selector = match &file.on {
        None => return spec,
        Some(Place::Windows) => json!({"kubernetes.io/os": "windows"}),
        Some(Place::Hybrid) => json!({"eks.amazonaws.com/compute-type": "hybrid"}),
        Some(Place::Nodegroup(name)) => json!({"eks.amazonaws.com/nodegroup": name}),
    };
    insert("nodeSelector", selector);
    spec
}

/// Makes a container; the first one has what the workload itself says.
fn container(file: &WorkloadFile, name: &str, own: &ContainerFile, is_first: bool) -> Value {
    let image = own
        .image
        .clone()
        .or_else(|| file.image.clone())
        .unwrap_or_else(|| format!("registry.example/{name}:1.4"));
    let mut env = own.env.clone();
    let mut sources: Vec<_> = own.env_from.iter().collect();
    let mut mounts: Vec<_> = own.mounts.iter().collect();
    if is_first {
        for (name, setting) in &file.env {
            env.entry(name.clone()).or_insert_with(|| setting.clone());
        }
        sources.extend(&file.env_from);
        mounts.extend(&file.mounts);
    }
    let lists: [(&str, Vec<Value>); 3] = [
        (
            "env",
            env.iter()
                .map(|(name, value)| variable(name, value))
                .collect(),
        ),
        (
            "envFrom",
            sources
                .into_iter()
                .map(|source| json!({source.member: {"name": source.name}}))
                .collect(),
        ),
        (
            "volumeMounts",
            mounts
                .into_iter()
                .map(|(name, path)| json!({"name": name, "mountPath": path}))
                .collect(),
        ),
    ];
    let mut members = Map::new();
    members.insert("name".to_owned(), json!(name));
    members.insert("image".to_owned(), json!(image));
    for (member, list) in lists {
        if !list.is_empty() {
            members.insert(member.to_owned(), Value::Array(list));
        }
    }
    Value::Object(members)
}

fn variable(name: &str, setting: &Setting) -> Value {
    match setting {
        Setting::Text(text) => json!({"name": name, "value": text}),
        Setting::Key { secret, key } => {
            json!({"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}})
        }
    }
}

fn volume(name: &str, source: &Value) -> Value {
    let mut members = Map::new();
    members.insert("name".to_owned(), json!(name));
    if let Value::Object(source) = source {
        members.extend(source.clone());
    }
    Value::Object(members)
}
