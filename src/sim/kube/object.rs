//! One object as it is kept: its JSON text, and what selectors ask for.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::resource::Resource;
use crate::sim::identifier;

/// An object of which tens of thousands fit into memory, since a parsed one takes several times its text.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) version: u64,
    pub(crate) labels: BTreeMap<String, String>,
    /// Values of the fields that field selectors know beside name and namespace.
    pub(crate) fields: Vec<(&'static str, String)>,
    /// The uid of the controller that made it.
    pub(crate) owner: Option<String>,
    pub(crate) text: Arc<str>,
}

impl Object {
    pub(crate) fn new(resource: &Resource, value: &Value, version: u64) -> Self {
        // Members are looked up one by one: a pointer is taken apart anew each time, and a world has many objects.
        let metadata = value.get("metadata");
        let text = |member: &str| {
            metadata
                .and_then(|metadata| metadata.get(member)?.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        let labels = match metadata.and_then(|metadata| metadata.get("labels")) {
            Some(Value::Object(members)) => members
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect(),
            _ => BTreeMap::new(),
        };
        let fields = field_names(resource)
            .iter()
            .map(|name| {
                let found = name
                    .split('.')
                    .try_fold(value, |value, member| value.get(member));
                let field = match found {
                    None if *name == "spec.hostNetwork" => "false".to_owned(),
                    None => String::new(),
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                };
                (*name, field)
            })
            .collect();
        Self {
            namespace: text("namespace"),
            name: text("name"),
            uid: text("uid"),
            version,
            labels,
            fields,
            owner: controller(value).map(str::to_owned),
            text: serde_json::to_string(value).unwrap_or_default().into(),
        }
    }

    /// Returns the object parsed; its text was written by this simulator.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

/// Returns the fields by which objects of a kind can be selected, beside `metadata.name` and `metadata.namespace`.
pub(crate) fn field_names(resource: &Resource) -> &'static [&'static str] {
    match resource.plural {
        "pods" => &[
            "spec.nodeName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "spec.restartPolicy",
            "spec.schedulerName",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName",
        ],
        "events" => &[
            "involvedObject.kind",
            "involvedObject.name",
            "involvedObject.namespace",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        "namespaces" => &["status.phase"],
        "nodes" => &["spec.unschedulable"],
        _ => &[],
    }
}

fn controller(value: &Value) -> Option<&str> {
    value
        .get("metadata")?
        .get("ownerReferences")?
        .as_array()?
        .iter()
        .find(|owner| owner.get("controller") == Some(&Value::Bool(true)))?
        .get("uid")?
        .as_str()
}

/// What the head of a new object is made of.
#[derive(Debug, Default)]
pub(crate) struct Head<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) seed: &'a str,
    pub(crate) created: Timestamp,
    pub(crate) labels: Map<String, Value>,
    pub(crate) annotations: Map<String, Value>,
    pub(crate) owner: Option<Value>,
}

impl Head<'_> {
    /// Makes an object of a head and the members that follow it.
    pub(crate) fn object(self, resource: &Resource, rest: Value) -> Value {
        let mut metadata = json!({"name": self.name});
        if let Value::Object(members) = &mut metadata {
            if resource.is_namespaced {
                members.insert("namespace".to_owned(), json!(self.namespace));
            }
            members.insert("uid".to_owned(), json!(uid(self.seed)));
            members.insert("creationTimestamp".to_owned(), json!(date(self.created)));
            for (member, map) in [("labels", self.labels), ("annotations", self.annotations)] {
                if !map.is_empty() {
                    members.insert(member.to_owned(), Value::Object(map));
                }
            }
            if let Some(owner) = self.owner {
                members.insert("ownerReferences".to_owned(), json!([owner]));
            }
        }
        let mut object = Map::new();
        object.insert("kind".to_owned(), json!(resource.kind));
        object.insert("apiVersion".to_owned(), json!(resource.api_version()));
        object.insert("metadata".to_owned(), metadata);
        if let Value::Object(rest) = rest {
            object.extend(rest);
        }
        Value::Object(object)
    }
}

/// Names an object as the controller of another.
pub(crate) fn owned_by(resource: &Resource, name: &str, uid: &str) -> Value {
    json!({
        "apiVersion": resource.api_version(),
        "kind": resource.kind,
        "name": name,
        "uid": uid,
        "controller": true,
        "blockOwnerDeletion": true,
    })
}

pub(crate) fn uid(seed: &str) -> String {
    identifier::uuid(seed).to_string()
}

pub(crate) fn date(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Returns a text member by its pointer, or nothing.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}
