//! What Kubernetes says: who runs where, and what stands around it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::asking::{Asking, Progress};
use super::together;
use crate::cloud::{Kubernetes, ObjectFilter, ObjectKind, Urgency};
use crate::model::census::{Census, Scope};
use crate::model::diagnosis::{DaemonSet, NetworkPolicy, Webhook};
use crate::model::namespace::Namespace;
use crate::model::pod::Labels;
use crate::model::{Failure, FailureKind, Learned, Text};
use crate::ops::fleet::{census, no_census};
use crate::ops::load::kubernetes::every;

/// Where the agent and the network plug-in run.
const SYSTEM: &str = "kube-system";

const NAMESPACES: &str = "list namespaces in Kubernetes";
const NAMESPACE: &str = "get namespaces in Kubernetes";
const POLICIES: &str = "list networkpolicies in Kubernetes";
const DAEMON_SETS: &str = "list daemonsets in kube-system in Kubernetes";
const WEBHOOK: &str = "get mutatingwebhookconfigurations in Kubernetes";

pub(super) struct Inside {
    pub(super) census: Census,
    pub(super) webhook: Learned<Webhook>,
    pub(super) network_policies: Learned<Vec<NetworkPolicy>>,
    pub(super) daemon_sets: Learned<Vec<DaemonSet>>,
    pub(super) namespaces: Learned<BTreeMap<Text, Labels>>,
}

impl Inside {
    /// There is no connection, so nothing is known, and all for the same reason.
    pub(super) fn unreachable(scope: &Scope, failure: &Failure) -> Self {
        // Even where the cluster is not there: whatever would be in it is not known.
        fn nothing<T>(failure: &Failure) -> Learned<T> {
            match failure.kind {
                FailureKind::Denied => Learned::Needs("eks:DescribeCluster".into()),
                _ => Learned::Failed(failure.to_string().into()),
            }
        }
        Self {
            census: no_census(scope.clone(), failure),
            webhook: nothing(failure),
            network_policies: nothing(failure),
            daemon_sets: nothing(failure),
            namespaces: nothing(failure),
        }
    }
}

pub(super) async fn read<P: FnMut(Progress) + Send>(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    scope: &Scope,
    asking: &Asking<P>,
) -> Inside {
    let (census, webhook, policies, daemon_sets, namespaces) = tokio::join!(
        Box::pin(asking.wait(census(kubernetes, urgency, scope.clone()))),
        Box::pin(asking.wait(kubernetes.identity_webhook(urgency))),
        Box::pin(asking.wait(network_policies(kubernetes, urgency, scope))),
        Box::pin(asking.wait(daemon_sets(kubernetes, urgency))),
        Box::pin(asking.wait(namespaces(kubernetes, urgency, scope))),
    );
    let (census, failures) = census;
    for failure in &failures {
        asking.failed(failure);
    }
    let permission = if scope.namespaces.is_empty() {
        NAMESPACES
    } else {
        NAMESPACE
    };
    Inside {
        census,
        webhook: asking.learned(webhook, WEBHOOK),
        network_policies: asking.learned(policies, POLICIES),
        daemon_sets: asking.learned(daemon_sets, DAEMON_SETS),
        namespaces: asking.learned(namespaces, permission),
    }
}

async fn network_policies(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    scope: &Scope,
) -> Result<Vec<NetworkPolicy>, Failure> {
    let mut places: Vec<Option<&Text>> = scope.namespaces.iter().map(Some).collect();
    if places.is_empty() {
        places.push(None);
    }
    let read = |(place, namespace): (usize, Option<&Text>)| {
        let filter = of_namespace(namespace.map(|name| &**name));
        async move {
            let ask = |page: Option<String>| {
                let filter = &filter;
                async move {
                    let page = page.as_deref();
                    kubernetes.network_policies(urgency, filter, page).await
                }
            };
            (place, every("list network policies", ask).await)
        }
    };
    let found = together(places.into_iter().enumerate().map(read)).await;
    let mut policies = Vec::new();
    for found in found.into_values() {
        policies.extend(found?);
    }
    Ok(policies)
}

async fn daemon_sets(kubernetes: &Kubernetes, urgency: Urgency) -> Result<Vec<DaemonSet>, Failure> {
    let filter = &of_namespace(Some(SYSTEM));
    let ask = |page: Option<String>| async move {
        let page = page.as_deref();
        kubernetes.daemon_sets(urgency, filter, page).await
    };
    every("list daemon sets", ask).await
}

/// All namespaces, or those of the scope that are there.
async fn namespaces(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    scope: &Scope,
) -> Result<BTreeMap<Text, Labels>, Failure> {
    if scope.namespaces.is_empty() {
        let filter = &of_namespace(None);
        let ask = |page: Option<String>| async move {
            let page = page.as_deref();
            kubernetes.namespaces(urgency, filter, page).await
        };
        let found = every("list namespaces", ask).await?.into_iter();
        return Ok(found.map(|one| (one.name, one.labels)).collect());
    }
    let read = |name: &Text| {
        let name = name.clone();
        async move {
            let found = kubernetes.document(urgency, ObjectKind::Namespace, None, &name);
            let found = found.await;
            (name, found)
        }
    };
    let mut there = BTreeMap::new();
    for (name, found) in together(scope.namespaces.iter().map(read)).await {
        match found {
            Ok(document) => {
                let read = Namespace::decode(&Value::Object(document));
                let read = read.map_err(|wrong| {
                    let doing = format!("read namespace {name}");
                    Failure::new(FailureKind::Other, doing, wrong.to_string())
                })?;
                there.insert(name, read.labels);
            }
            Err(failure) if failure.kind == FailureKind::NotFound => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(there)
}

fn of_namespace(namespace: Option<&str>) -> ObjectFilter {
    ObjectFilter {
        namespace: namespace.map(str::to_owned),
        ..ObjectFilter::default()
    }
}
