//! Tables as the server prints them for kubectl.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::list::Page;
use super::object::{Object, text};
use super::resource::Resource;
use super::route::Request;

/// Prints a page of a list.
pub(super) fn page(request: &Request, page: &Page, now: Timestamp) -> Value {
    let rows = page.objects.iter().map(|object| row(request, object, now));
    table(
        request.resource,
        &page.metadata(),
        &rows.collect::<Vec<_>>(),
    )
}

/// Prints one object; its age is counted from the time of the machine that asks.
pub(super) fn single(request: &Request, object: &Object) -> Value {
    let rows = vec![row(request, object, crate::sim::Clock::machine())];
    table(
        request.resource,
        &json!({"resourceVersion": object.version.to_string()}),
        &rows,
    )
}

fn table(resource: &Resource, metadata: &Value, rows: &[Value]) -> Value {
    let columns: Vec<Value> = columns(resource)
        .iter()
        .map(|name| {
            let format = if *name == "Name" { "name" } else { "" };
            json!({"name": name, "type": "string", "format": format, "description": "", "priority": 0})
        })
        .collect();
    json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": columns,
        "rows": rows,
    })
}

fn columns(resource: &Resource) -> &'static [&'static str] {
    match resource.plural {
        "pods" => &["Name", "Ready", "Status", "Restarts", "Age"],
        "serviceaccounts" => &["Name", "Secrets", "Age"],
        "nodes" => &["Name", "Status", "Roles", "Age", "Version"],
        "namespaces" => &["Name", "Status", "Age"],
        "deployments" => &["Name", "Ready", "Up-to-date", "Available", "Age"],
        "replicasets" | "daemonsets" => &["Name", "Desired", "Current", "Ready", "Age"],
        "statefulsets" => &["Name", "Ready", "Age"],
        "events" => &["Last Seen", "Type", "Reason", "Object", "Message"],
        _ => &["Name", "Age"],
    }
}

fn row(request: &Request, object: &Object, now: Timestamp) -> Value {
    let value = object.value();
    let number = |pointer: &str| {
        let count = value.pointer(pointer).and_then(Value::as_u64);
        count.unwrap_or_default().to_string()
    };
    let cells: Vec<String> = columns(request.resource)
        .iter()
        .map(|column| match (request.resource.plural, *column) {
            (_, "Name") => object.name.clone(),
            (_, "Age") => age(text(&value, "/metadata/creationTimestamp"), now),
            ("serviceaccounts", _) => "0".to_owned(),
            ("pods", column) => pod(&value, column),
            ("nodes", "Status") => "Ready".to_owned(),
            ("nodes", "Roles") => "<none>".to_owned(),
            ("nodes", _) => text(&value, "/status/nodeInfo/kubeletVersion").to_owned(),
            ("namespaces", _) => text(&value, "/status/phase").to_owned(),
            ("deployments" | "statefulsets", "Ready") => {
                format!(
                    "{}/{}",
                    number("/status/readyReplicas"),
                    number("/spec/replicas")
                )
            }
            ("deployments", "Up-to-date") => number("/status/updatedReplicas"),
            ("deployments", _) => number("/status/availableReplicas"),
            ("replicasets", "Desired") => number("/spec/replicas"),
            ("replicasets", "Current") => number("/status/replicas"),
            ("replicasets", _) => number("/status/readyReplicas"),
            ("daemonsets", "Desired") => number("/status/desiredNumberScheduled"),
            ("daemonsets", "Current") => number("/status/currentNumberScheduled"),
            ("daemonsets", _) => number("/status/numberReady"),
            ("events", "Last Seen") => age(text(&value, "/lastTimestamp"), now),
            ("events", "Object") => format!(
                "{}/{}",
                text(&value, "/involvedObject/kind").to_lowercase(),
                text(&value, "/involvedObject/name")
            ),
            ("events", column) => {
                text(&value, &format!("/{}", column.to_ascii_lowercase())).to_owned()
            }
            _ => String::new(),
        })
        .collect();
    // kubectl asks for the head only, unless the output needs the whole object.
    let shown = match request.parameter("includeObject") {
        Some("Object") => value,
        Some("None") => Value::Null,
        _ => json!({
            "kind": "PartialObjectMetadata",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": value.get("metadata"),
        }),
    };
    json!({"cells": cells, "object": shown})
}

fn pod(value: &Value, column: &str) -> String {
    let statuses: Vec<&Value> = value
        .pointer("/status/containerStatuses")
        .and_then(Value::as_array)
        .map(|list| list.iter().collect())
        .unwrap_or_default();
    match column {
        "Ready" => {
            let ready = statuses
                .iter()
                .filter(|one| one.get("ready") == Some(&Value::Bool(true)));
            let all = value.pointer("/spec/containers").and_then(Value::as_array);
            format!("{}/{}", ready.count(), all.map_or(0, Vec::len))
        }
        "Restarts" => {
            let counts = statuses
                .iter()
                .filter_map(|one| one.get("restartCount")?.as_u64());
            counts.sum::<u64>().to_string()
        }
        _ if value.pointer("/metadata/deletionTimestamp").is_some() => "Terminating".to_owned(),
        _ => {
            let phase = text(value, "/status/phase");
            let waiting = statuses
                .iter()
                .map(|one| text(one, "/state/waiting/reason"))
                .find(|reason| !reason.is_empty());
            match (phase, waiting) {
                (_, Some(reason)) => reason.to_owned(),
                ("Succeeded", None) => "Completed".to_owned(),
                (phase, None) => phase.to_owned(),
            }
        }
    }
}

/// Says how long ago in the way of kubectl.
fn age(created: &str, now: Timestamp) -> String {
    let Ok(created) = created.parse::<Timestamp>() else {
        return "<unknown>".to_owned();
    };
    let seconds = (now.as_second() - created.as_second()).max(0);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7200 => format!("{}m", seconds / 60),
        7200..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}
