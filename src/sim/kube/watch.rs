//! Watches: what happens from a version on, one JSON object a line.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::watch::Receiver;
use tokio::time::Instant;

use super::list;
use super::object::Object;
use super::route::Request;
use super::selector::Selector;
use super::status::Status;
use super::store::{Change, Kubernetes, Store};
use super::table;

const BOOKMARKS: Duration = Duration::from_secs(5);
const LONGEST: u64 = 3600;

/// One watch while it runs.
struct Watching {
    kubernetes: Arc<Kubernetes>,
    request: Request,
    selector: Selector,
    as_table: bool,
    seen: u64,
    latest: Receiver<u64>,
    lines: VecDeque<String>,
    ends: Instant,
    has_ended: bool,
    with_bookmarks: bool,
    is_shutting_down: Receiver<bool>,
}

/// Begins a watch; `is_gone` breaks it at its first event, as if the version were too old.
pub(crate) fn start(
    kubernetes: &Arc<Kubernetes>,
    request: &Request,
    as_table: bool,
    is_gone: bool,
    is_shutting_down: Receiver<bool>,
) -> Result<Body, Status> {
    let mut selector = list::selector(request)?;
    if let Some(name) = &request.name {
        let only = format!("metadata.name={name}");
        selector = Selector::parse(request.resource, None, Some(&only))?;
    }
    let seconds = match request.parameter("timeoutSeconds") {
        None => LONGEST / 2,
        Some(text) => text
            .parse::<u64>()
            .map_err(|_| Status::bad_request(format!("timeoutSeconds is no number: {text}")))?,
    };
    let flag = |name: &str| matches!(request.parameter(name), Some("1" | "true"));
    let latest = kubernetes.subscribe();
    let mut watching = Watching {
        kubernetes: Arc::clone(kubernetes),
        request: request.clone(),
        selector,
        as_table,
        seen: 0,
        latest,
        lines: VecDeque::new(),
        ends: Instant::now() + Duration::from_secs(seconds.min(LONGEST)),
        has_ended: false,
        with_bookmarks: flag("allowWatchBookmarks"),
        is_shutting_down,
    };
    let store = kubernetes.lock();
    let version = match request.parameter("resourceVersion") {
        None | Some("0") => None,
        Some(text) => Some(text.parse::<u64>().map_err(|_| {
            Status::bad_request(format!(
                "Invalid value: \"{text}\": invalid resource version"
            ))
        })?),
    };
    let sends_initial_events = initial_events(request)?;
    match (version, sends_initial_events) {
        // What is there is as new as any version that a client can know.
        (_, Some(true)) | (None, None) => watching.begin(&store),
        (None, Some(false)) => watching.seen = store.version(),
        (Some(version), _) if store.is_forgotten(version) => {
            watching.fail(&too_old(version, store.version()));
        }
        (Some(version), _) => watching.seen = version,
    }
    if is_gone {
        watching.fail(&too_old(watching.seen, store.version()));
    } else if sends_initial_events == Some(true) && watching.with_bookmarks {
        watching.bookmark(true);
    }
    drop(store);
    Ok(Body::from_stream(stream::unfold(
        watching,
        async |mut watching| {
            let line = watching.next().await?;
            Some((Ok::<_, std::io::Error>(line), watching))
        },
    )))
}

/// Reads whether a watch begins with what is there already; the older way says so by the version alone.
fn initial_events(request: &Request) -> Result<Option<bool>, Status> {
    let asked = match request.parameter("sendInitialEvents") {
        None => None,
        Some("1" | "true") => Some(true),
        Some(_) => Some(false),
    };
    let forbidden = |reason: &str| {
        Err(Status::invalid(format!(
            "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: {reason}"
        )))
    };
    match (asked, request.parameter("resourceVersionMatch")) {
        (Some(_), Some("NotOlderThan")) | (None, None) => Ok(asked),
        (Some(_), _) => {
            forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
        }
        (None, Some(_)) => forbidden(
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        ),
    }
}

fn too_old(version: u64, current: u64) -> Status {
    Status::expired(format!("too old resource version: {version} ({current})"))
}

impl Watching {
    /// Tells what is there already.
    fn begin(&mut self, store: &Store) {
        self.seen = store.version();
        let namespace = self.request.namespace.clone();
        let known: Vec<Arc<Object>> = store
            .from(self.request.resource, namespace.as_deref(), None)
            .filter(|object| self.selector.meets(object))
            .map(Arc::clone)
            .collect();
        for object in known {
            self.tell("ADDED", &object);
        }
    }

    fn fail(&mut self, status: &Status) {
        self.lines.clear();
        self.push(&json!({"type": "ERROR", "object": status.document()}));
        self.has_ended = true;
    }

    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Some(line);
            }
            if self.has_ended {
                return None;
            }
            self.catch_up();
            if !self.lines.is_empty() || self.has_ended {
                continue;
            }
            let pause = (Instant::now() + BOOKMARKS).min(self.ends);
            let stopped = async {
                // The guard that comes back would keep everything borrowed.
                drop(self.is_shutting_down.wait_for(|stopped| *stopped).await);
            };
            tokio::select! {
                changed = self.latest.changed() => self.has_ended = changed.is_err(),
                () = stopped => return None,
                () = tokio::time::sleep_until(pause) => {
                    self.has_ended = Instant::now() >= self.ends;
                    if self.with_bookmarks {
                        self.bookmark(false);
                    }
                }
            }
        }
    }

    fn catch_up(&mut self) {
        let kubernetes = Arc::clone(&self.kubernetes);
        let store = kubernetes.lock();
        if store.is_forgotten(self.seen) {
            self.fail(&too_old(self.seen, store.version()));
            return;
        }
        let changes: Vec<Change> = store.since(self.seen).cloned().collect();
        self.seen = store.version();
        drop(store);
        for change in changes {
            let is_asked_for = change.resource == self.request.resource
                && self
                    .request
                    .namespace
                    .as_ref()
                    .is_none_or(|namespace| *namespace == change.object.namespace);
            if !is_asked_for {
                continue;
            }
            let was_in = change
                .before
                .as_ref()
                .is_some_and(|object| self.selector.meets(object));
            let is_in = !change.is_gone && self.selector.meets(&change.object);
            match (was_in, is_in) {
                (false, true) => self.tell("ADDED", &change.object),
                (true, true) => self.tell("MODIFIED", &change.object),
                (true, false) => self.tell("DELETED", &change.object),
                (false, false) => {}
            }
        }
    }

    fn tell(&mut self, kind: &str, object: &Object) {
        if self.as_table {
            let rows = table::single(&self.request, object);
            self.push(&json!({"type": kind, "object": rows}));
            return;
        }
        self.lines.push_back(format!(
            "{{\"type\":\"{kind}\",\"object\":{}}}\n",
            object.text
        ));
    }

    fn bookmark(&mut self, is_first: bool) {
        let mut metadata = json!({"resourceVersion": self.seen.to_string()});
        if let (Value::Object(members), true) = (&mut metadata, is_first) {
            members.insert(
                "annotations".to_owned(),
                json!({"k8s.io/initial-events-end": "true"}),
            );
        }
        let resource = self.request.resource;
        self.push(&json!({"type": "BOOKMARK", "object": {
            "kind": resource.kind, "apiVersion": resource.api_version(), "metadata": metadata,
        }}));
    }

    fn push(&mut self, event: &Value) {
        self.lines.push_back(format!("{event}\n"));
    }
}
