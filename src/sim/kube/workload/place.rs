//! Where the pods of a workload belong, and what it says of them.

use serde_json::{Value, json};

use super::context::{self, Context};
use super::{generation, hash, suffix};
use crate::sim::kube::object::Object;
use crate::sim::kube::resource::Resource;
use crate::sim::kube::seed::{NodeKind, PodState};
use crate::sim::kube::{node, pod};

/// Where a numbered pod belongs, and how it fares there.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) node: Option<String>,
    pub(super) state: PodState,
}

/// Returns the pods that a workload has by name, which a deployment has not.
pub(super) fn places(
    cx: &Context<'_>,
    resource: &Resource,
    workload: &Object,
    template: &Value,
    replicas: u64,
) -> Vec<Place> {
    let Object {
        namespace, name, ..
    } = workload;
    let place = |name, state| Place {
        name,
        node: None,
        state,
    };
    match (resource.kind, cx.state(namespace, name)) {
        ("StatefulSet", state) => (0..replicas)
            .map(|index| place(format!("{name}-{index}"), state))
            .collect(),
        ("DaemonSet", _) => daemon_places(cx, workload, template),
        ("Job", state) => {
            let state = if state == PodState::Running {
                PodState::Completed
            } else {
                state
            };
            vec![place(format!("{name}-{}", suffix(&workload.uid)), state)]
        }
        _ => Vec::new(),
    }
}

/// Returns the status of a workload that has what it wants; nothing where it is not the one to want it.
pub(super) fn status(
    cx: &Context<'_>,
    resource: &Resource,
    workload: &Object,
    places: &[Place],
    replicas: u64,
) -> Option<Value> {
    let is_ready = pod::is_ready(cx.state(&workload.namespace, &workload.name));
    let value = workload.value();
    let generation = generation(&value);
    let ready_replicas = if is_ready { replicas } else { 0 };
    Some(match resource.kind {
        "DaemonSet" => {
            let ready = places.iter().filter(|place| pod::is_ready(place.state));
            let (count, ready) = (places.len(), ready.count());
            json!({
                "currentNumberScheduled": count, "desiredNumberScheduled": count,
                "numberAvailable": ready, "numberMisscheduled": 0, "numberReady": ready,
                "numberUnavailable": count - ready,
                "observedGeneration": generation, "updatedNumberScheduled": count,
            })
        }
        "Job"
            if places
                .iter()
                .all(|place| place.state == PodState::Completed) =>
        {
            json!({"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]})
        }
        "Job" => json!({"active": places.len()}),
        "Deployment" => json!({
            "replicas": replicas, "readyReplicas": ready_replicas,
            "availableReplicas": ready_replicas,
            "updatedReplicas": replicas, "observedGeneration": generation,
        }),
        "StatefulSet" => {
            let template = value.pointer("/spec/template").unwrap_or(&Value::Null);
            let revision = format!("{}-{}", workload.name, hash(template));
            json!({
                "replicas": replicas, "readyReplicas": ready_replicas,
                "availableReplicas": ready_replicas,
                "currentReplicas": replicas, "updatedReplicas": replicas,
                "currentRevision": revision, "updateRevision": revision,
                "observedGeneration": generation,
            })
        }
        "ReplicaSet" if workload.owner.is_none() => json!({
            "replicas": replicas, "readyReplicas": ready_replicas,
            "availableReplicas": ready_replicas, "observedGeneration": generation,
        }),
        _ => return None,
    })
}

/// Returns a place on each node that a daemon belongs on.
fn daemon_places(cx: &Context<'_>, workload: &Object, template: &Value) -> Vec<Place> {
    let is_for_hybrid = template
        .pointer("/spec/nodeSelector")
        .and_then(|selector| selector.get("eks.amazonaws.com/compute-type"))
        .and_then(Value::as_str)
        == Some("hybrid");
    let os = template
        .pointer("/spec/nodeSelector")
        .and_then(|selector| selector.get("kubernetes.io/os"))
        .and_then(Value::as_str);
    let wanted: &[NodeKind] = match (is_for_hybrid, os) {
        (true, _) => &[NodeKind::Hybrid],
        (false, Some("windows")) => &[NodeKind::Windows],
        (false, _) => &[NodeKind::Ec2, NodeKind::Auto],
    };
    let given = context::given(cx.seed, &workload.namespace, &workload.name);
    let usual = cx.state(&workload.namespace, &workload.name);
    let nodes = cx.seed.nodes.iter().enumerate();
    nodes
        .filter(|(_, node)| wanted.contains(&node.kind))
        .filter_map(|(index, node)| {
            let elsewhere = given.and_then(|given| context::on(given, &node.nodegroup));
            let state = elsewhere.map_or(Some(usual), |daemon| daemon.state)?;
            let node = node::name(cx, index, node.kind);
            let daemon = &workload.name;
            Some(Place {
                name: format!("{daemon}-{}", suffix(&format!("{daemon}/{node}"))),
                node: Some(node),
                state,
            })
        })
        .collect()
}
