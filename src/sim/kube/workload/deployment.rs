//! Deployments, and the replica sets that keep their pods.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Context, hash, labels_of, suffix};
use crate::sim::kube::event::{News, record};
use crate::sim::kube::object::{Head, Object, owned_by};
use crate::sim::kube::pod::{self, NewPod, insert};
use crate::sim::kube::seed::{PodState, the};
use crate::sim::kube::store::Store;

/// Rolls a template out: the replica set of the template grows, and older ones are scaled to nothing.
pub(super) fn deployment(
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
    let set = if let Some(set) = store.get(resource, &workload.namespace, &current) {
        Arc::clone(set)
    } else {
        let message = format!("Scaled up replica set {current} from 0 to {replicas}");
        let news = News::normal("deployment-controller", "ScalingReplicaSet", &message);
        record(cx, store, (the("Deployment"), workload), news);
        let rest = json!({
            "spec": {"replicas": replicas, "template": template},
            "status": {"replicas": replicas, "readyReplicas": replicas},
        });
        store.put(resource, head.object(resource, rest))
    };
    scale(store, &set, replicas);
    replica_set(cx, store, &set, template, replicas, &workload.name);
    for set in older {
        if scale(store, &set, 0) {
            let message = format!("Scaled down replica set {} to 0", set.name);
            let news = News::normal("deployment-controller", "ScalingReplicaSet", &message);
            record(cx, store, (the("Deployment"), workload), news);
        }
        replica_set(cx, store, &set, template, 0, &workload.name);
    }
}

/// Sets how many pods a replica set keeps, and returns whether that is new.
fn scale(store: &mut Store, set: &Object, replicas: u64) -> bool {
    let mut value = set.value();
    if value.pointer("/spec/replicas").and_then(Value::as_u64) == Some(replicas) {
        return false;
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
    true
}

/// Makes and removes pods until there are as many as wanted.
pub(super) fn replica_set(
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
    let about = (the("ReplicaSet"), set);
    for name in pods.iter().skip(wanted) {
        pod::remove(cx, store, &set.namespace, name);
        let message = format!("Deleted pod: {name}");
        let news = News::normal("replicaset-controller", "SuccessfulDelete", &message);
        record(cx, store, about, news);
    }
    let state = cx.state(&set.namespace, workload);
    let mut first: Option<(Timestamp, Value)> = None;
    for position in pods.len()..wanted {
        let seed = format!("{}/{}/{}", cx.arn, set.uid, store.version());
        let name = format!("{prefix}{}", suffix(&seed));
        let created = cx.moment(position);
        let is_being_made = !store.is_open() && state == PodState::Running;
        let sister = first
            .as_ref()
            .filter(|(moment, _)| is_being_made && *moment == created);
        if sister.is_some_and(|(_, pod)| pod::create_like(cx, store, pod, &name)) {
            continue;
        }
        let hash = set.name.rsplit('-').next().unwrap_or_default();
        let pod = pod::create(
            cx,
            store,
            &NewPod {
                namespace: &set.namespace,
                name: &name,
                template,
                more_labels: vec![("pod-template-hash".to_owned(), hash.to_owned())],
                owner: Some(owned_by(the("ReplicaSet"), &set.name, &set.uid)),
                node: None,
                created,
                state,
            },
        );
        first = Some((created, pod));
        let message = format!("Created pod: {name}");
        let news = News::normal("replicaset-controller", "SuccessfulCreate", &message);
        record(cx, store, about, news);
    }
}
