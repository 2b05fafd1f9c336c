//! What containers have written.

use std::sync::Arc;

use axum::body::Body;
use futures_util::stream;
use serde_json::Value;
use tokio::sync::watch::Receiver;

use super::object::{Object, text};
use super::route::Request;
use super::seed::the;
use super::status::Status;
use super::store::Kubernetes;

/// Returns the wanted lines of a pod's container.
pub(super) fn read(pod: &Object, lines: &[String], request: &Request) -> Result<String, Status> {
    let value = pod.value();
    let container = container(&value, pod, request)?;
    let status = status(&value, container);
    let waiting = text(status, "/state/waiting/reason");
    let is_new = status
        .get("restartCount")
        .and_then(Value::as_u64)
        .unwrap_or_default()
        == 0;
    if text(&value, "/spec/nodeName").is_empty() {
        return Err(Status::bad_request(format!(
            "pod {} does not have a host assigned",
            pod.name
        )));
    }
    if is_new && !waiting.is_empty() {
        return Err(Status::bad_request(format!(
            "container \"{container}\" in pod \"{}\" is waiting to start: {waiting}",
            pod.name
        )));
    }
    if is_new && is_previous(request) {
        return Err(Status::bad_request(format!(
            "previous terminated container \"{container}\" in pod \"{}\" not found",
            pod.name
        )));
    }
    let number = |name: &str| match request.parameter(name) {
        None => Ok(None),
        Some(text) => text
            .parse::<usize>()
            .map(Some)
            .map_err(|_| Status::bad_request(format!("{name} is no number: {text}"))),
    };
    let count = number("tailLines")?.unwrap_or(lines.len());
    let prefix = if is_set(request, "timestamps") {
        format!("{} ", text(&value, "/status/startTime"))
    } else {
        String::new()
    };
    let mut output = String::new();
    for line in lines.iter().skip(lines.len().saturating_sub(count)) {
        output.push_str(&prefix);
        output.push_str(line);
        output.push('\n');
    }
    if let Some(limit) = number("limitBytes")? {
        let end = output.floor_char_boundary(limit);
        output.truncate(end);
    }
    Ok(output)
}

/// Whether it is the log of the container before that is wanted.
pub(super) fn is_previous(request: &Request) -> bool {
    is_set(request, "previous")
}

pub(super) fn is_followed(request: &Request) -> bool {
    is_set(request, "follow")
}

/// Sends what there is and then nothing more, until the pod is gone or the server stops.
pub(super) fn follow(
    kubernetes: &Arc<Kubernetes>,
    pod: &Arc<Object>,
    output: String,
    is_shutting_down: Receiver<bool>,
) -> Body {
    let following = Following {
        latest: kubernetes.subscribe(),
        kubernetes: Arc::clone(kubernetes),
        pod: Arc::clone(pod),
        output: Some(output),
        is_shutting_down,
    };
    Body::from_stream(stream::unfold(following, async |mut following| {
        if let Some(output) = following.output.take() {
            return Some((Ok::<_, std::io::Error>(output), following));
        }
        following.wait().await;
        None
    }))
}

/// A log that is read to its end and beyond.
struct Following {
    kubernetes: Arc<Kubernetes>,
    pod: Arc<Object>,
    output: Option<String>,
    latest: Receiver<u64>,
    is_shutting_down: Receiver<bool>,
}

impl Following {
    async fn wait(&mut self) {
        while self.is_there() {
            let stopped = async {
                // The guard that comes back would keep everything borrowed.
                drop(self.is_shutting_down.wait_for(|stopped| *stopped).await);
            };
            tokio::select! {
                changed = self.latest.changed() => if changed.is_err() { return },
                () = stopped => return,
            }
        }
    }

    fn is_there(&self) -> bool {
        self.kubernetes
            .lock()
            .get(the("Pod"), &self.pod.namespace, &self.pod.name)
            .is_some_and(|pod| pod.uid == self.pod.uid)
    }
}

/// Chooses the container: the one that is asked for, or the only one.
fn container<'v>(pod: &'v Value, object: &Object, request: &Request) -> Result<&'v str, Status> {
    let names = |list: &str| -> Vec<&'v str> {
        let containers = pod.pointer(list).and_then(Value::as_array);
        let containers = containers.into_iter().flatten();
        containers.map(|one| text(one, "/name")).collect()
    };
    let own = names("/spec/containers");
    let name = &object.name;
    match (request.parameter("container"), own.as_slice()) {
        (Some(wanted), _) => names("/spec/initContainers")
            .into_iter()
            .chain(own)
            .find(|one| *one == wanted)
            .ok_or_else(|| {
                Status::bad_request(format!("container {wanted} is not valid for pod {name}"))
            }),
        (None, [only]) => Ok(only),
        (None, several) => Err(Status::bad_request(format!(
            "a container name must be specified for pod {name}, choose one of: [{}]",
            several.join(" ")
        ))),
    }
}

/// Returns how a container is.
fn status<'v>(pod: &'v Value, container: &str) -> &'v Value {
    let statuses = pod
        .pointer("/status/containerStatuses")
        .and_then(Value::as_array);
    statuses
        .into_iter()
        .flatten()
        .find(|one| text(one, "/name") == container)
        .unwrap_or(&Value::Null)
}

fn is_set(request: &Request, name: &str) -> bool {
    matches!(request.parameter(name), Some("1" | "true"))
}
