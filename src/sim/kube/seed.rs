//! What a cluster's Kubernetes holds at the start, and how it is planted.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::authorization::Grant;
use super::node;
use super::object::Head;
use super::resource::{self, Resource};
use super::store::{Key, Store};
use super::webhook;
use super::workload::{self, Context};
use crate::sim::identifier;

/// Everything that objects are made of; they are made when somebody asks for the first time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seed {
    pub(crate) region: String,
    pub(crate) is_ipv6: bool,
    pub(crate) born: Timestamp,
    pub(crate) start: Timestamp,
    pub(crate) is_unreachable: bool,
    /// Verbs and resources that nobody may use.
    pub(crate) denied: Vec<(String, String)>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) nodes: Vec<GivenNode>,
    /// Names of Fargate profiles, and the namespaces whose pods they take.
    pub(crate) fargate: Vec<(String, Vec<String>)>,
    /// There is no webhook configuration, or pods of these namespaces are kept from it.
    pub(crate) has_no_webhook: bool,
    pub(crate) unwatched_namespaces: Vec<String>,
    pub(crate) service_accounts: Vec<GivenServiceAccount>,
    pub(crate) workloads: Vec<GivenWorkload>,
    /// Namespace, name and `spec` of network policies.
    pub(crate) network_policies: Vec<(String, String, Value)>,
    /// When each associated service account got its association.
    pub(crate) associations: HashMap<Key, Timestamp>,
    /// How long the webhook takes to learn of an association.
    pub(crate) propagation: SignedDuration,
    /// So many service accounts more, each with a deployment, and so many pods among them.
    pub(crate) generated: u32,
    pub(crate) generated_pods: u32,
    pub(crate) generated_name: Option<fn(u32) -> Key>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    Ec2,
    Windows,
    Auto,
    Hybrid,
}

#[derive(Clone, Debug)]
pub(crate) struct GivenNode {
    pub(crate) kind: NodeKind,
    pub(crate) nodegroup: String,
    pub(crate) instance_type: String,
    pub(crate) ami_type: String,
    /// Only pods that select its node group run on it.
    pub(crate) is_reserved: bool,
    pub(crate) created: Timestamp,
}

/// How a pod fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PodState {
    #[default]
    Running,
    /// Its containers are there, but not ready yet.
    Starting,
    Crashing,
    Completed,
    Failed,
    /// No node takes it.
    Pending,
    /// It was deleted, and is not gone yet.
    Terminating,
}

/// What the webhook did when the pods of the start were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Admission {
    /// What the associations and annotations of that time ask for.
    #[default]
    InTime,
    /// It did not answer, which its failure policy ignores.
    Missed,
    /// It injected pod identity, for an association that is gone by now.
    Injected,
}

/// How the pods of a daemon fare on the nodes of one group.
#[derive(Clone, Debug)]
pub(crate) struct GivenDaemon {
    pub(crate) nodegroup: String,
    /// Without a state there are none.
    pub(crate) state: Option<PodState>,
    pub(crate) log: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct GivenServiceAccount {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) annotations: Vec<(String, String)>,
    pub(crate) automounts: Option<bool>,
    pub(crate) created: Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) struct GivenWorkload {
    pub(crate) kind: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) replicas: u32,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) annotations: Vec<(String, String)>,
    /// The pod's `spec`, whose defaults are filled in.
    pub(crate) spec: Value,
    pub(crate) created: Timestamp,
    /// When its pods were made; the first ones are repeated where there are more pods.
    pub(crate) pods_created: Vec<Timestamp>,
    pub(crate) admission: Admission,
    pub(crate) state: PodState,
    /// Where a daemon fares otherwise.
    pub(crate) elsewhere: Vec<GivenDaemon>,
    pub(crate) log: Vec<String>,
    /// Of the containers that crashed last; empty if they wrote the same.
    pub(crate) previous_log: Vec<String>,
}

/// Makes the objects of a new cluster.
pub(super) fn plant(arn: &str, seed: &Seed, store: &mut Store) {
    let cx = Context {
        arn,
        seed,
        associations: &seed.associations,
        planted: None,
        now: seed.start,
    };
    let mut namespaces: BTreeSet<&str> =
        BTreeSet::from(["default", "kube-node-lease", "kube-public", "kube-system"]);
    let generated: Vec<Key> = seed
        .generated_name
        .map(|name| (0..seed.generated).map(name).collect())
        .unwrap_or_default();
    namespaces.extend(
        seed.service_accounts
            .iter()
            .map(|given| given.namespace.as_str()),
    );
    namespaces.extend(seed.workloads.iter().map(|given| given.namespace.as_str()));
    namespaces.extend(generated.iter().map(|(namespace, _)| namespace.as_str()));
    for namespace in namespaces {
        put_namespace(&cx, store, namespace, seed.born);
    }
    for (index, given) in seed.nodes.iter().enumerate() {
        let node = node::make(&cx, index, given);
        store.put(the("Node"), node);
    }
    for given in &seed.service_accounts {
        put_service_account(&cx, store, given);
    }
    if !seed.has_no_webhook {
        webhook::put_configuration(&cx, store);
    }
    for (namespace, name, spec) in &seed.network_policies {
        let resource = the("NetworkPolicy");
        let head = Head {
            namespace,
            name,
            seed: &cx.seed_of(resource, namespace, name),
            created: seed.born,
            ..Head::default()
        };
        let policy = head.object(resource, json!({"spec": spec}));
        store.put(resource, policy);
    }
    for given in &seed.workloads {
        workload::plant(&cx, store, given);
    }
    for (index, key) in generated.iter().enumerate() {
        generate(&cx, store, index, key);
    }
}

/// Makes a service account of a generated world with its deployment.
fn generate(cx: &Context<'_>, store: &mut Store, index: usize, (namespace, name): &Key) {
    let seed = cx.seed;
    let age = i64::try_from(identifier::number(name, 90)).unwrap_or_default();
    let created = seed.start - SignedDuration::from_hours(24 * (age + 2));
    put_service_account(
        cx,
        store,
        &GivenServiceAccount {
            namespace: namespace.clone(),
            name: name.clone(),
            annotations: Vec::new(),
            automounts: None,
            created,
        },
    );
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    // What does not divide evenly goes to the first ones.
    let more = u32::from(index < seed.generated_pods % seed.generated.max(1));
    let minutes = i64::from(index % 1400);
    workload::plant(
        cx,
        store,
        &GivenWorkload {
            kind: "Deployment".to_owned(),
            namespace: namespace.clone(),
            name: name.clone(),
            replicas: seed.generated_pods / seed.generated.max(1) + more,
            labels: Vec::new(),
            annotations: Vec::new(),
            spec: json!({
                "serviceAccountName": name,
                "containers": [{"name": "app", "image": format!("registry.example/{name}:1")}],
            }),
            created,
            pods_created: vec![seed.start - SignedDuration::from_mins(minutes + 60)],
            admission: Admission::default(),
            state: PodState::default(),
            elsewhere: Vec::new(),
            log: Vec::new(),
            previous_log: Vec::new(),
        },
    );
}

/// Returns the row of a kind that the table has.
pub(super) fn the(kind: &str) -> &'static Resource {
    static NOTHING: Resource = Resource {
        plural: "",
        singular: "",
        kind: "",
        group: "",
        version: "",
        is_namespaced: false,
        short: &[],
    };
    resource::by_kind(kind).unwrap_or(&NOTHING)
}

/// Makes a namespace, and in it what every namespace has.
pub(super) fn put_namespace(cx: &Context<'_>, store: &mut Store, name: &str, created: Timestamp) {
    let resource = the("Namespace");
    let head = Head {
        name,
        seed: &cx.seed_of(resource, "", name),
        created,
        labels: map(&[("kubernetes.io/metadata.name".to_owned(), name.to_owned())]),
        ..Head::default()
    };
    let namespace = head.object(
        resource,
        json!({"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}),
    );
    store.put(resource, namespace);
    put_service_account(
        cx,
        store,
        &GivenServiceAccount {
            namespace: name.to_owned(),
            name: "default".to_owned(),
            annotations: Vec::new(),
            automounts: None,
            created,
        },
    );
}

pub(super) fn put_service_account(
    cx: &Context<'_>,
    store: &mut Store,
    given: &GivenServiceAccount,
) {
    let resource = the("ServiceAccount");
    let head = Head {
        namespace: &given.namespace,
        name: &given.name,
        seed: &cx.seed_of(resource, &given.namespace, &given.name),
        created: given.created,
        annotations: map(&given.annotations),
        ..Head::default()
    };
    let rest = match given.automounts {
        None => json!({}),
        Some(flag) => json!({"automountServiceAccountToken": flag}),
    };
    store.put(resource, head.object(resource, rest));
}

pub(super) fn map(pairs: &[(String, String)]) -> Map<String, Value> {
    pairs
        .iter()
        .map(|(key, value)| (key.clone(), json!(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sim::kube::object::text;

    #[test]
    fn made_pods_are_shared_out_and_differ_in_what_is_their_own() {
        let seed = Seed {
            generated: 3,
            generated_pods: 7,
            generated_name: Some(|number| ("team".to_owned(), format!("account-{number}"))),
            nodes: vec![
                GivenNode {
                    kind: NodeKind::Ec2,
                    nodegroup: "general".to_owned(),
                    instance_type: "m7g.large".to_owned(),
                    ami_type: String::new(),
                    is_reserved: false,
                    created: Timestamp::UNIX_EPOCH,
                };
                3
            ],
            associations: HashMap::from([(
                ("team".to_owned(), "account-0".to_owned()),
                Timestamp::UNIX_EPOCH - SignedDuration::from_hours(24),
            )]),
            start: Timestamp::UNIX_EPOCH,
            ..Seed::default()
        };
        let mut store = Store::default();
        plant("arn", &seed, &mut store);
        let pods: Vec<Value> = store
            .from(the("Pod"), None, None)
            .map(|pod| pod.value())
            .collect();
        let of = |account: &str| {
            let mine = pods.iter();
            mine.filter(|pod| text(pod, "/spec/serviceAccountName") == account)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            ["account-0", "account-1", "account-2"].map(|account| of(account).len()),
            [3, 2, 2]
        );
        for own in [
            "/metadata/name",
            "/metadata/uid",
            "/metadata/resourceVersion",
            "/status/podIP",
        ] {
            let values: BTreeSet<&str> = pods.iter().map(|pod| text(pod, own)).collect();
            assert_eq!(values.len(), pods.len(), "{own}");
        }
        let sisters = of("account-0");
        for sister in &sisters {
            assert!(!text(sister, "/spec/nodeName").is_empty());
            assert_eq!(
                sister.pointer("/spec/containers"),
                sisters[0].pointer("/spec/containers")
            );
            assert_eq!(
                text(sister, "/metadata/labels/eks.amazonaws.com~1pod-identity"),
                "enabled"
            );
        }
    }
}
