//! Workloads, and the pods that their controllers keep there.

mod context;
mod deployment;
mod place;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::event::{News, record};
use super::object::{Head, Object, owned_by, text};
use super::pod::{self, NewPod, insert};
use super::resource::Resource;
use super::seed::{GivenWorkload, map, the};
use super::store::Store;
use crate::sim::identifier;

pub(crate) use self::context::Context;
pub(super) use self::context::log;
use self::deployment::{deployment, replica_set};
use self::place::{Place, places, status};

/// Makes a workload as it is at the start, with pods of its age.
pub(super) fn plant(cx: &Context<'_>, store: &mut Store, given: &GivenWorkload) {
    let resource = the(&given.kind);
    let app = ("app.kubernetes.io/name".to_owned(), given.name.clone());
    let mut labels = vec![app];
    labels.extend(given.labels.iter().cloned());
    let head = Head {
        namespace: &given.namespace,
        name: &given.name,
        seed: &cx.seed_of(resource, &given.namespace, &given.name),
        created: given.created,
        labels: map(&labels),
        ..Head::default()
    };
    let mut metadata = json!({"labels": map(&labels)});
    if !given.annotations.is_empty() {
        insert(
            &mut metadata,
            "annotations",
            Value::Object(map(&given.annotations)),
        );
    }
    let template = json!({"metadata": metadata, "spec": given.spec});
    let planting = Context {
        planted: Some(given),
        now: given.pods_created.iter().copied().min().unwrap_or(cx.now),
        ..*cx
    };
    if given.kind == "Pod" {
        pod::create(
            &planting,
            store,
            &NewPod {
                namespace: &given.namespace,
                name: &given.name,
                template: &template,
                more_labels: Vec::new(),
                owner: None,
                node: None,
                created: planting.moment(0),
                state: given.state,
            },
        );
        return;
    }
    let selector = json!({"matchLabels": {"app.kubernetes.io/name": given.name}});
    let spec = match given.kind.as_str() {
        "DaemonSet" | "Job" => json!({"selector": selector, "template": template}),
        _ => json!({"replicas": given.replicas, "selector": selector, "template": template}),
    };
    let mut value = head.object(resource, json!({"spec": spec}));
    complete(resource, &mut value);
    let workload = store.put(resource, value);
    reconcile(&planting, store, resource, &workload);
}

/// Fills in what an API server fills in, without which kubectl cannot tell how a rollout goes.
pub(super) fn complete(resource: &Resource, value: &mut Value) {
    let rolling = match resource.kind {
        "Deployment" => (
            "strategy",
            json!({"maxUnavailable": "25%", "maxSurge": "25%"}),
        ),
        "StatefulSet" => ("updateStrategy", json!({"partition": 0})),
        "DaemonSet" => (
            "updateStrategy",
            json!({"maxUnavailable": 1, "maxSurge": 0}),
        ),
        "Job" | "ReplicaSet" => ("", Value::Null),
        _ => return,
    };
    if let Some(metadata) = value.get_mut("metadata") {
        insert(metadata, "generation", json!(1));
    }
    if let (member @ ("strategy" | "updateStrategy"), Some(Value::Object(spec))) =
        (rolling.0, value.get_mut("spec"))
    {
        spec.entry(member)
            .or_insert_with(|| json!({"type": "RollingUpdate", "rollingUpdate": rolling.1}));
    }
}

/// Counts a change of what is wanted, as opposed to one of its description.
pub(super) fn count_generation(before: &Value, after: &mut Value) {
    let generation = generation(before);
    let is_changed = before.get("spec") != after.get("spec");
    if let (Some(metadata), true) = (after.get_mut("metadata"), generation > 0 && is_changed) {
        insert(metadata, "generation", json!(generation + 1));
    }
}

fn generation(value: &Value) -> u64 {
    value
        .pointer("/metadata/generation")
        .and_then(Value::as_u64)
        .unwrap_or_default()
}

/// Lets the controller of a workload do its work until there is nothing left to do.
pub(super) fn reconcile(
    cx: &Context<'_>,
    store: &mut Store,
    resource: &'static Resource,
    workload: &Object,
) {
    let mut value = workload.value();
    let template = value.pointer("/spec/template").cloned().unwrap_or_default();
    let replicas = value
        .pointer("/spec/replicas")
        .and_then(Value::as_u64)
        .unwrap_or(1);
    let places = places(cx, resource, workload, &template, replicas);
    let Some(status) = status(cx, resource, workload, &places, replicas) else {
        return;
    };
    if value.get("status") != Some(&status) {
        insert(&mut value, "status", status);
        store.put(resource, value);
    }
    match resource.kind {
        "Deployment" => deployment(cx, store, workload, &template, replicas),
        "ReplicaSet" => replica_set(cx, store, workload, &template, replicas, &workload.name),
        _ => numbered(cx, store, resource, workload, &template, places),
    }
}

/// Keeps exactly the pods of these names and nodes, each made from the template as it is now.
fn numbered(
    cx: &Context<'_>,
    store: &mut Store,
    resource: &'static Resource,
    workload: &Object,
    template: &Value,
    wanted: Vec<Place>,
) {
    let label = match resource.kind {
        "Job" => (
            "batch.kubernetes.io/job-name".to_owned(),
            workload.name.clone(),
        ),
        _ => (
            "controller-revision-hash".to_owned(),
            format!("{}-{}", workload.name, hash(template)),
        ),
    };
    let prefix = format!("{}-", workload.name);
    let pods: Vec<Arc<Object>> = store
        .owned(the("Pod"), &workload.namespace, &prefix, &workload.uid)
        .map(Arc::clone)
        .collect();
    for pod in &pods {
        let is_current = pod.labels.get(&label.0) == Some(&label.1);
        let is_wanted = wanted.iter().any(|place| place.name == pod.name);
        if !is_current || !is_wanted {
            pod::remove(cx, store, &workload.namespace, &pod.name);
        }
    }
    let component = format!("{}-controller", resource.singular);
    for (position, place) in wanted.into_iter().enumerate() {
        let Place { name, node, state } = place;
        if store.get(the("Pod"), &workload.namespace, &name).is_some() {
            continue;
        }
        pod::create(
            cx,
            store,
            &NewPod {
                namespace: &workload.namespace,
                name: &name,
                template,
                more_labels: vec![label.clone()],
                owner: Some(owned_by(resource, &workload.name, &workload.uid)),
                node,
                created: cx.moment(position),
                state,
            },
        );
        let message = match resource.kind {
            "StatefulSet" => format!(
                "create Pod {name} in StatefulSet {} successful",
                workload.name
            ),
            _ => format!("Created pod: {name}"),
        };
        let news = News::normal(&component, "SuccessfulCreate", &message);
        record(cx, store, (resource, workload), news);
    }
}

fn labels_of(template: &Value) -> Map<String, Value> {
    match template.pointer("/metadata/labels") {
        Some(Value::Object(labels)) => labels.clone(),
        _ => Map::new(),
    }
}

fn hash(template: &Value) -> String {
    spell(&template.to_string(), 10)
}

fn suffix(seed: &str) -> String {
    spell(seed, 5)
}

/// Spells in the letters that Kubernetes uses, which make no words.
fn spell(seed: &str, count: usize) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    identifier::digest(seed)
        .into_iter()
        .take(count)
        .filter_map(|byte| LETTERS.get(usize::from(byte) % LETTERS.len()))
        .map(|letter| char::from(*letter))
        .collect()
}

/// Returns the workload that stands behind a pod or a replica set.
pub(super) fn owner_of(store: &Store, object: &Object) -> Option<(&'static Resource, Arc<Object>)> {
    let uid = object.owner.as_deref()?;
    let value = object.value();
    let owner = value
        .pointer("/metadata/ownerReferences")?
        .as_array()?
        .iter()
        .find(|owner| text(owner, "/uid") == uid)?;
    let resource = super::resource::by_kind(text(owner, "/kind"))?;
    let found = store.get(resource, &object.namespace, text(owner, "/name"))?;
    (found.uid == uid).then(|| (resource, Arc::clone(found)))
}
