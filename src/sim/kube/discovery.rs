//! What an API server says about itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::resource::{RESOURCES, REVIEWS, Resource, SUBRESOURCES, VERBS};
use super::status::Status;

pub(super) fn version(kubernetes: &str, arn: &str) -> Value {
    let (major, minor) = kubernetes.split_once('.').unwrap_or(("1", "33"));
    let commit = super::object::uid(arn).replace('-', "");
    json!({
        "major": major,
        "minor": minor,
        "gitVersion": format!("v{kubernetes}.5-eks-{}", commit.get(..7).unwrap_or_default()),
        "gitCommit": commit,
        "gitTreeState": "clean",
        "buildDate": "2026-10-01T00:00:00Z",
        "goVersion": "go1.24.9",
        "compiler": "gc",
        "platform": "linux/amd64",
    })
}

pub(super) fn core() -> Value {
    json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})
}

pub(super) fn groups() -> Value {
    let names: BTreeSet<&str> = all()
        .map(|row| row.group)
        .filter(|group| !group.is_empty())
        .collect();
    let groups: Vec<Value> = names
        .into_iter()
        .map(|name| {
            let version = json!({"groupVersion": format!("{name}/v1"), "version": "v1"});
            json!({"name": name, "versions": [version], "preferredVersion": version})
        })
        .collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

pub(super) fn group(group: &str, version: &str) -> Result<Value, Status> {
    let mut resources = Vec::new();
    for row in all().filter(|row| row.group == group && row.version == version) {
        let is_kept = RESOURCES.contains(row);
        resources.push(json!({
            "name": row.plural,
            "singularName": row.singular,
            "namespaced": row.is_namespaced,
            "kind": row.kind,
            "verbs": if is_kept { VERBS.split_last().map_or_else(Vec::new, |(_, served)| served.to_vec()) } else { vec!["create"] },
            "shortNames": row.short,
        }));
        for (_, name, kind, verb) in SUBRESOURCES.iter().filter(|(of, ..)| *of == row.plural) {
            let mut subresource = json!({
                "name": format!("{}/{name}", row.plural),
                "singularName": "",
                "namespaced": true,
                "kind": kind,
                "verbs": [verb],
            });
            if let (Value::Object(members), true) = (&mut subresource, *name == "token") {
                members.insert("group".to_owned(), json!("authentication.k8s.io"));
                members.insert("version".to_owned(), json!("v1"));
            }
            resources.push(subresource);
        }
    }
    if resources.is_empty() {
        return Err(Status::no_such_path());
    }
    let name = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    Ok(json!({
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": name,
        "resources": resources,
    }))
}

fn all() -> impl Iterator<Item = &'static Resource> {
    RESOURCES.iter().chain(REVIEWS)
}
