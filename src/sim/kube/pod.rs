//! Pods, from a template to the node they run on.

mod status;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::event::{News, record};
use super::node;
use super::object::{Head, Object, text};
use super::seed::{Admission, GivenNode, NodeKind, PodState, the};
use super::store::Store;
use super::webhook::{self, Known};
use super::workload::Context;
use crate::sim::identifier;

pub(super) use self::status::is_ready;

/// A pod to be.
#[derive(Debug)]
pub(super) struct NewPod<'a> {
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
    /// Labels, annotations and `spec`, as a workload holds them.
    pub(super) template: &'a Value,
    pub(super) more_labels: Vec<(String, String)>,
    pub(super) owner: Option<Value>,
    /// The node it has to run on.
    pub(super) node: Option<String>,
    pub(super) created: Timestamp,
    pub(super) state: PodState,
}

/// Creates a pod: admission, scheduling and start, all at once.
pub(super) fn create(cx: &Context<'_>, store: &mut Store, new: &NewPod<'_>) -> Value {
    let resource = the("Pod");
    let mut labels = object(new.template.pointer("/metadata/labels"));
    for (key, value) in &new.more_labels {
        labels.insert(key.clone(), json!(value));
    }
    let mut spec = object(new.template.get("spec"));
    let account = spec
        .entry("serviceAccountName")
        .or_insert_with(|| json!("default"))
        .as_str()
        .unwrap_or("default")
        .to_owned();
    spec.insert("serviceAccount".to_owned(), json!(account));
    for (member, value) in [
        ("restartPolicy", json!("Always")),
        ("dnsPolicy", json!("ClusterFirst")),
        ("schedulerName", json!("default-scheduler")),
        ("terminationGracePeriodSeconds", json!(30)),
    ] {
        spec.entry(member).or_insert(value);
    }
    mount_api_token(&mut spec, new.name);
    let fargate = cx.fargate_profile(new.namespace);
    if let Some(profile) = fargate {
        labels.insert(
            "eks.amazonaws.com/fargate-profile".to_owned(),
            json!(profile),
        );
        spec.insert("schedulerName".to_owned(), json!("fargate-scheduler"));
    }
    let head = Head {
        namespace: new.namespace,
        name: new.name,
        seed: &seed(cx, store, new.namespace, new.name),
        created: new.created,
        labels,
        annotations: object(new.template.pointer("/metadata/annotations")),
        owner: new.owner.clone(),
    };
    let mut pod = head.object(resource, json!({"spec": spec}));
    if cx.is_seen_by_webhook(new.namespace) {
        let annotations = store.annotations_of_service_account(new.namespace, &account);
        let key = (new.namespace.to_owned(), account);
        let is_associated = cx
            .associations
            .get(&key)
            .is_some_and(|since| *since + cx.seed.propagation <= new.created);
        webhook::mutate(
            &mut pod,
            Known {
                region: &cx.seed.region,
                is_ipv6: cx.seed.is_ipv6,
                is_associated: is_associated || cx.admission() == Admission::Injected,
                annotations: &annotations,
            },
        );
    }
    let node = new
        .node
        .clone()
        .or_else(|| schedule(cx, store, &pod, new.created));
    status::start(&mut pod, node, new, new.state);
    let made = store.put(resource, pod.clone());
    tell(cx, store, (&made, &pod), new);
    pod
}

/// Tells of a new pod what scheduler and kubelet tell.
fn tell(cx: &Context<'_>, store: &mut Store, (pod, value): (&Object, &Value), new: &NewPod<'_>) {
    let about = (the("Pod"), pod);
    let node = text(value, "/spec/nodeName");
    if node.is_empty() {
        let message = "0/0 nodes are available";
        let news = News::warning("default-scheduler", "FailedScheduling", message);
        return record(cx, store, about, news);
    }
    let is_crashing = new.state == PodState::Crashing;
    if !is_crashing && !store.is_open() {
        // A large world would be parsed for nothing.
        return;
    }
    let message = format!(
        "Successfully assigned {}/{} to {node}",
        pod.namespace, pod.name
    );
    record(
        cx,
        store,
        about,
        News::normal("default-scheduler", "Scheduled", &message),
    );
    for name in container_names(value) {
        for (reason, message) in [
            ("Created", format!("Created container: {name}")),
            ("Started", format!("Started container {name}")),
        ] {
            record(cx, store, about, News::normal("kubelet", reason, &message));
        }
        if is_crashing {
            let message = format!(
                "Back-off restarting failed container {name} in pod {}_{}({})",
                pod.name, pod.namespace, pod.uid
            );
            record(
                cx,
                store,
                about,
                News::warning("kubelet", "BackOff", &message),
            );
        }
    }
}

/// Removes a pod, and tells that its containers are stopped.
pub(super) fn remove(cx: &Context<'_>, store: &mut Store, namespace: &str, name: &str) {
    let Some(pod) = store.remove(the("Pod"), namespace, name) else {
        return;
    };
    for container in container_names(&pod.value()) {
        let message = format!("Stopping container {container}");
        record(
            cx,
            store,
            (the("Pod"), &pod),
            News::normal("kubelet", "Killing", &message),
        );
    }
}

fn container_names(pod: &Value) -> Vec<String> {
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array);
    let containers = containers.into_iter().flatten();
    containers
        .map(|one| text(one, "/name").to_owned())
        .collect()
}

/// Creates a replica of a pod that was created just now, which differs only in what is each pod's own.
///
/// It is for worlds that are being made, where nobody is told of events yet: with tens of thousands of pods, most of the
/// time would go into doing the same again. It returns false where that is not all, as pods of Fargate bring a node of
/// their own.
pub(super) fn create_like(cx: &Context<'_>, store: &mut Store, sister: &Value, name: &str) -> bool {
    let namespace = text(sister, "/metadata/namespace");
    if cx.fargate_profile(namespace).is_some() || sister.pointer("/spec/nodeName").is_none() {
        return false;
    }
    let mut pod = sister.clone();
    let uid = super::object::uid(&seed(cx, store, namespace, name));
    if let Some(metadata) = pod.get_mut("metadata") {
        insert(metadata, "name", json!(name));
        insert(metadata, "uid", json!(uid));
    }
    let Some(node) = schedule(cx, store, &pod, cx.now) else {
        return false;
    };
    status::place(&mut pod, &node, name);
    store.put(the("Pod"), pod);
    true
}

/// Returns what the uid of a pod is made from, which differs for those that follow each other under one name.
fn seed(cx: &Context<'_>, store: &Store, namespace: &str, name: &str) -> String {
    let seed = cx.seed_of(the("Pod"), namespace, name);
    format!("{seed}#{}", store.version())
}

fn object(value: Option<&Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(members)) => members.clone(),
        _ => Map::new(),
    }
}

/// Mounts the token for the API server itself, as admission does.
fn mount_api_token(spec: &mut Map<String, Value>, pod: &str) {
    if spec.get("automountServiceAccountToken") == Some(&Value::Bool(false)) {
        return;
    }
    let suffix: String = identifier::uuid(pod)
        .simple()
        .to_string()
        .chars()
        .take(5)
        .collect();
    let name = format!("kube-api-access-{suffix}");
    for list in ["initContainers", "containers"] {
        if let Some(Value::Array(containers)) = spec.get_mut(list) {
            for container in containers {
                if let Value::Object(container) = container {
                    webhook::push(
                        container,
                        "volumeMounts",
                        json!({
                            "name": name, "readOnly": true,
                            "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                        }),
                    );
                }
            }
        }
    }
    webhook::push(
        spec,
        "volumes",
        json!({"name": name, "projected": {"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        ]}}),
    );
}

/// Chooses a node; Fargate makes one for each pod.
fn schedule(
    cx: &Context<'_>,
    store: &mut Store,
    pod: &Value,
    created: Timestamp,
) -> Option<String> {
    let selector = pod.get("spec").and_then(|spec| spec.get("nodeSelector"));
    let selected = |key: &str| selector?.get(key)?.as_str();
    let uid = text(pod, "/metadata/uid");
    if cx
        .fargate_profile(text(pod, "/metadata/namespace"))
        .is_some()
    {
        return Some(node::put_fargate(cx, store, uid, created));
    }
    let nodegroup = selected("eks.amazonaws.com/nodegroup");
    let takes = |given: &GivenNode| match nodegroup {
        Some(wanted) => given.nodegroup == wanted,
        None => !given.is_reserved,
    };
    let wanted: &[NodeKind] = match (
        selected("kubernetes.io/os"),
        selected("eks.amazonaws.com/compute-type"),
    ) {
        (Some("windows"), _) => &[NodeKind::Windows],
        (_, Some("hybrid")) => &[NodeKind::Hybrid],
        (_, Some("auto")) => &[NodeKind::Auto],
        _ => &[NodeKind::Ec2, NodeKind::Auto],
    };
    let fitting: Vec<(usize, NodeKind)> = cx
        .seed
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, given)| wanted.contains(&given.kind) && takes(given))
        .map(|(index, given)| (index, given.kind))
        .collect();
    let count = u64::try_from(fitting.len()).unwrap_or_default();
    let choice = usize::try_from(identifier::number(uid, count)).unwrap_or_default();
    let (index, kind) = fitting.get(choice)?;
    Some(node::name(cx, *index, *kind))
}

pub(super) fn insert(value: &mut Value, member: &str, new: Value) {
    if let Value::Object(members) = value {
        members.insert(member.to_owned(), new);
    }
}
