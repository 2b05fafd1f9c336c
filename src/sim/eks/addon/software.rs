//! What an add-on runs in the cluster.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::catalog;
use crate::sim::kube::{
    AGENT, Admission, Agent, GivenServiceAccount, GivenWorkload, PodState, Software,
};
use crate::sim::state::Cluster;

/// Returns whether a text can be read as configuration values.
pub(super) fn is_configuration(text: &str) -> bool {
    text.trim().is_empty() || parsed(text).is_some()
}

fn parsed(text: &str) -> Option<Value> {
    // JSON is YAML too.
    serde_norway::from_str(text).ok().filter(Value::is_object)
}

/// Starts what an add-on runs, and ends what it does not run any more.
pub(super) fn install(
    cluster: &Cluster,
    addon: &str,
    namespace: &str,
    configuration: Option<&str>,
    now: Timestamp,
) {
    let values = configuration.and_then(parsed);
    let software = software(cluster, addon, namespace, values.as_ref(), now);
    let everything = everything(cluster, addon, namespace, now);
    let obsolete = Software {
        service_accounts: Vec::new(),
        workloads: everything
            .workloads
            .into_iter()
            .filter(|one| software.workloads.iter().all(|kept| kept.name != one.name))
            .collect(),
    };
    cluster.kubernetes.uninstall(&obsolete);
    let mut since = cluster.associated_since();
    for (key, moment) in &mut since {
        // An add-on's pods are started only after the webhook knows of its associations.
        let is_own = software
            .service_accounts
            .iter()
            .any(|one| key.0 == one.namespace && key.1 == one.name);
        if is_own {
            *moment = (*moment).min(now - cluster.kubernetes.seed.propagation);
        }
    }
    cluster.kubernetes.install(&software, &since, now);
}

/// Ends everything that an add-on may run.
pub(super) fn remove(cluster: &Cluster, addon: &str, namespace: &str) {
    let software = everything(cluster, addon, namespace, cluster.started);
    cluster.kubernetes.uninstall(&software);
}

fn everything(cluster: &Cluster, addon: &str, namespace: &str, now: Timestamp) -> Software {
    let values = json!({"daemonsets": {"hybrid": {"create": true}}});
    software(cluster, addon, namespace, Some(&values), now)
}

fn software(
    cluster: &Cluster,
    addon: &str,
    namespace: &str,
    configuration: Option<&Value>,
    now: Timestamp,
) -> Software {
    let account = |name: &str| GivenServiceAccount {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        annotations: Vec::new(),
        automounts: None,
        created: now,
    };
    if addon == AGENT {
        let compute = cluster.document.get("computeConfig");
        if compute.and_then(|config| config.get("enabled")) == Some(&Value::Bool(true)) {
            // In Auto Mode the agent is a part of the node.
            return Software::default();
        }
        return Software {
            service_accounts: vec![account(AGENT)],
            workloads: Agent {
                cluster: &cluster.name,
                region: &cluster.region,
                configuration,
                created: now,
                ..Agent::default()
            }
            .workloads(),
        };
    }
    let Some(entry) = catalog::find(addon) else {
        return Software::default();
    };
    let names = entry.service_accounts.iter().map(|(name, _)| *name);
    Software {
        service_accounts: names.clone().map(account).collect(),
        workloads: names
            .map(|name| GivenWorkload {
                kind: entry.workload.to_owned(),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                replicas: 2,
                labels: Vec::new(),
                annotations: Vec::new(),
                spec: json!({
                    "serviceAccountName": name,
                    "containers": [{"name": name, "image": format!("public.ecr.aws/eks/{addon}:1")}],
                }),
                created: now,
                pods_created: vec![now],
                admission: Admission::default(),
                state: PodState::default(),
                elsewhere: Vec::new(),
                log: Vec::new(),
                previous_log: Vec::new(),
            })
            .collect(),
    }
}
