//! Whom a role reaches, down to the pods.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::document::Document;
use crate::model::usage::{AccountUser, Radius, ReachedPod};
use crate::model::verdict::Verdict;

/// Adds whom a role reaches. Counts are lower bounds where `incomplete` says why there may be more.
pub fn with_radius(mut document: Document, radius: &Radius) -> Document {
    let tally = radius.tally();
    let clusters = radius.clusters();
    let accounts: usize = clusters.values().map(std::collections::BTreeSet::len).sum();
    let mut members = Map::new();
    members.insert(
        "counts".to_owned(),
        json!({
            "clusters": clusters.len(),
            "namespaces": radius.namespaces().len(),
            "serviceAccounts": accounts,
            "workloads": radius.workloads().len(),
            "pods": radius.pods.known.len(),
            "podsActingAsIt": tally.acting,
            "podsThatMayBe": tally.unknown,
        }),
    );
    let reached = clusters.iter().map(|(cluster, accounts)| {
        let accounts = accounts.iter().map(|account| of_account(radius, account));
        json!({
            "clusterName": cluster.name(),
            "clusterArn": cluster.as_str(),
            "serviceAccounts": accounts.collect::<Vec<_>>(),
        })
    });
    members.insert("clusters".to_owned(), reached.collect::<Vec<_>>().into());
    let gaps: Map<String, Value> = radius
        .gaps()
        .into_iter()
        .map(|(what, gap)| (what.to_owned(), (&**gap.reason()).into()))
        .collect();
    if !gaps.is_empty() {
        members.insert("incomplete".to_owned(), gaps.into());
    }
    document.insert("blastRadius".to_owned(), members.into());
    document
}

fn of_account(radius: &Radius, account: &AccountUser) -> Value {
    let mut workloads: BTreeMap<Option<&str>, Vec<Value>> = BTreeMap::new();
    let pods = radius.pods.known.iter();
    for pod in pods.filter(|pod| pod.account == *account) {
        let of = workloads.entry(pod.workload.as_deref()).or_default();
        of.push(of_pod(pod));
    }
    let workloads = workloads
        .into_iter()
        .map(|(workload, pods)| json!({"workload": workload, "pods": pods}));
    json!({
        "namespace": &*account.namespace,
        "serviceAccount": &*account.name,
        "workloads": workloads.collect::<Vec<_>>(),
    })
}

fn of_pod(pod: &ReachedPod) -> Value {
    let acts = match pod.acts {
        Verdict::Yes => "yes",
        Verdict::No => "no",
        Verdict::Unknown => "unknown",
    };
    json!({"name": &*pod.name, "actsAsIt": acts})
}
