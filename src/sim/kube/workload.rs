//! Workloads, and the pods that their controllers keep there.

mod context;
mod place;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::object::{Head, Object, owned_by, text};
use super::pod::{self, NewPod, insert};
use super::resource::Resource;
use super::seed::{GivenWorkload, map, the};
use super::store::Store;
use crate::sim::identifier;

pub(crate) use self::context::Context;
pub(super) use self::context::log;
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
    let workload = store.put(resource, head.object(resource, json!({"spec": spec})));
    reconcile(&planting, store, resource, &workload);
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

fn deployment(
    cx: &Context<'_>,
    store: &mut Store,
    workload: &Object,
    template: &Value,
    replicas: u64,
) {
    let resource = the("ReplicaSet");
    let hash = hash(template);
    let current = format!("{}-{hash}", workload.name);
    let prefix = format!("{}-", workload.name);
    let older: Vec<Arc<Object>> = store
        .owned(resource, &workload.namespace, &prefix, &workload.uid)
        .filter(|set| set.name != current)
        .map(Arc::clone)
        .collect();
    let head = Head {
        namespace: &workload.namespace,
        name: &current,
        seed: &cx.seed_of(resource, &workload.namespace, &current),
        created: cx.now,
        labels: labels_of(template),
        owner: Some(owned_by(the("Deployment"), &workload.name, &workload.uid)),
        ..Head::default()
    };
    let set = match store.get(resource, &workload.namespace, &current) {
        Some(set) => Arc::clone(set),
        None => store.put(
            resource,
            head.object(
                resource,
                json!({
                    "spec": {"replicas": replicas, "template": template},
                    "status": {"replicas": replicas, "readyReplicas": replicas},
                }),
            ),
        ),
    };
    scale(store, &set, replicas);
    replica_set(cx, store, &set, template, replicas, &workload.name);
    for set in older {
        scale(store, &set, 0);
        replica_set(cx, store, &set, template, 0, &workload.name);
    }
}

fn scale(store: &mut Store, set: &Object, replicas: u64) {
    let mut value = set.value();
    if value.pointer("/spec/replicas").and_then(Value::as_u64) == Some(replicas) {
        return;
    }
    if let Some(spec) = value.get_mut("spec") {
        insert(spec, "replicas", json!(replicas));
    }
    insert(
        &mut value,
        "status",
        json!({"replicas": replicas, "readyReplicas": replicas}),
    );
    store.put(the("ReplicaSet"), value);
}

fn replica_set(
    cx: &Context<'_>,
    store: &mut Store,
    set: &Object,
    template: &Value,
    replicas: u64,
    workload: &str,
) {
    let prefix = format!("{}-", set.name);
    let pods: Vec<String> = store
        .owned(the("Pod"), &set.namespace, &prefix, &set.uid)
        .map(|pod| pod.name.clone())
        .collect();
    let wanted = usize::try_from(replicas).unwrap_or_default();
    for name in pods.iter().skip(wanted) {
        store.remove(the("Pod"), &set.namespace, name);
    }
    let state = cx.state(&set.namespace, workload);
    for position in pods.len()..wanted {
        let seed = format!("{}/{}/{}", cx.arn, set.uid, store.version());
        let hash = set.name.rsplit('-').next().unwrap_or_default();
        pod::create(
            cx,
            store,
            &NewPod {
                namespace: &set.namespace,
                name: &format!("{prefix}{}", suffix(&seed)),
                template,
                more_labels: vec![("pod-template-hash".to_owned(), hash.to_owned())],
                owner: Some(owned_by(the("ReplicaSet"), &set.name, &set.uid)),
                node: None,
                created: cx.moment(position),
                state,
            },
        );
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
            store.remove(the("Pod"), &workload.namespace, &pod.name);
        }
    }
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
