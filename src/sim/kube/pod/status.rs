//! How a pod fares: its phase, its conditions, and the states of its containers.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{NewPod, insert};
use crate::sim::kube::node;
use crate::sim::kube::object::{date, text};
use crate::sim::kube::seed::PodState;

const CRASHES: u64 = 41;

/// Puts a pod on a node, or says why there is none for it.
pub(super) fn start(pod: &mut Value, node: Option<String>, new: &NewPod<'_>, state: PodState) {
    let Some(node) = node.filter(|_| state != PodState::Pending) else {
        insert(
            pod,
            "status",
            json!({"phase": "Pending", "qosClass": "BestEffort", "conditions": [{
                "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                "message": "0/0 nodes are available", "lastTransitionTime": date(new.created),
            }]}),
        );
        return;
    };
    let started = new.created + SignedDuration::from_secs(3);
    let statuses = |list: &str, state: PodState| -> Vec<Value> {
        let containers = pod.pointer(list).and_then(Value::as_array);
        containers
            .into_iter()
            .flatten()
            .map(|container| container_status(container, state, started))
            .collect()
    };
    let inits = statuses("/spec/initContainers", PodState::Completed);
    let containers = statuses("/spec/containers", state);
    let mut status = json!({
        "phase": phase(state),
        "conditions": conditions(state, started),
        "startTime": date(new.created),
        "containerStatuses": containers,
        "qosClass": "BestEffort",
    });
    if !inits.is_empty() {
        insert(&mut status, "initContainerStatuses", json!(inits));
    }
    insert(pod, "status", status);
    place(pod, &node, new.name);
    if let (PodState::Terminating, Some(metadata)) = (state, pod.get_mut("metadata")) {
        // The moment by which it has to be gone, which has passed where a finalizer holds it.
        insert(metadata, "deletionTimestamp", json!(date(started)));
        insert(metadata, "deletionGracePeriodSeconds", json!(30));
        insert(
            metadata,
            "finalizers",
            json!(["batch.kubernetes.io/job-tracking"]),
        );
    }
}

/// Writes where a pod runs.
pub(super) fn place(pod: &mut Value, node: &str, name: &str) {
    let spec = pod.get("spec");
    let is_on_host = spec.and_then(|spec| spec.get("hostNetwork")) == Some(&Value::Bool(true));
    let host = node::address(node);
    let address = if is_on_host {
        host.clone()
    } else {
        node::address(name)
    };
    if let Some(spec) = pod.get_mut("spec") {
        insert(spec, "nodeName", json!(node));
    }
    if let Some(status) = pod.get_mut("status") {
        insert(status, "hostIP", json!(host));
        insert(status, "podIP", json!(address));
        insert(status, "podIPs", json!([{"ip": address}]));
    }
}

pub(in crate::sim::kube) fn is_ready(state: PodState) -> bool {
    matches!(state, PodState::Running | PodState::Terminating)
}

fn phase(state: PodState) -> &'static str {
    match state {
        PodState::Running | PodState::Crashing | PodState::Terminating => "Running",
        PodState::Starting | PodState::Pending => "Pending",
        PodState::Completed => "Succeeded",
        PodState::Failed => "Failed",
    }
}

fn conditions(state: PodState, since: Timestamp) -> Vec<Value> {
    let is_ready = if is_ready(state) { "True" } else { "False" };
    ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
        .into_iter()
        .map(|kind| {
            let status = if kind.ends_with("Ready") {
                is_ready
            } else {
                "True"
            };
            json!({"type": kind, "status": status, "lastTransitionTime": date(since)})
        })
        .collect()
}

fn container_status(container: &Value, state: PodState, since: Timestamp) -> Value {
    let (name, image) = (text(container, "/name"), text(container, "/image"));
    let since = date(since);
    let ended = |code: u8, reason: &str| {
        json!({"terminated": {
            "exitCode": code, "reason": reason, "startedAt": since, "finishedAt": since}})
    };
    let (now, last) = match state {
        PodState::Running | PodState::Terminating => {
            (json!({"running": {"startedAt": since}}), json!({}))
        }
        PodState::Starting | PodState::Pending => (
            json!({"waiting": {"reason": "ImagePullBackOff",
                "message": format!("Back-off pulling image \"{image}\"")}}),
            json!({}),
        ),
        PodState::Crashing => (
            json!({"waiting": {"reason": "CrashLoopBackOff",
                "message": format!("back-off 5m0s restarting failed container={name}")}}),
            ended(1, "Error"),
        ),
        PodState::Completed => (ended(0, "Completed"), json!({})),
        PodState::Failed => (ended(1, "Error"), json!({})),
    };
    json!({
        "name": name, "image": image, "imageID": "", "state": now, "lastState": last,
        "ready": is_ready(state), "started": is_ready(state),
        "restartCount": if state == PodState::Crashing { CRASHES } else { 0 },
    })
}
