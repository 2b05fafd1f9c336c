//! The pods whose logs are looked through: a few stand for many.

use std::collections::BTreeMap;

use super::account;
use crate::cloud::{Kubernetes, ObjectFilter, Urgency};
use crate::model::Failure;
use crate::model::diagnosis::{Diagnosis, Evidence, Severity, Standing};
use crate::model::pod::Pod;
use crate::model::signature::{LogsOf, PodsOf};
use crate::ops::load::kubernetes::every;

/// Of one service account, so many pods stand for the others.
pub(super) const PODS_OF_ACCOUNT: usize = 3;
const MOST_PODS: usize = 24;
/// Service accounts whose pods are listed one by one; for more, all pods of the cluster cost less.
const LISTED_ALONE: usize = 8;

/// Pods to look at, and how many more there would be.
#[derive(Debug, Default)]
pub(super) struct Chosen<'a> {
    pub(super) pods: Vec<&'a Pod>,
    pub(super) passed: usize,
}

/// Lists the pods of the service accounts that are wanted.
pub(super) async fn pods_of(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    of: &LogsOf,
) -> Result<Vec<Pod>, Failure> {
    let every_pod = || std::iter::once(ObjectFilter::default()).collect();
    let one_by_one = || {
        let accounts = of.accounts.keys();
        let filters = accounts.map(|(namespace, name)| ObjectFilter {
            namespace: Some(namespace.to_string()),
            service_account: Some(name.to_string()),
            ..ObjectFilter::default()
        });
        filters.collect()
    };
    let filters: Vec<ObjectFilter> = if of.accounts.len() > LISTED_ALONE {
        every_pod()
    } else {
        one_by_one()
    };
    let mut pods = Vec::new();
    for filter in &filters {
        let listed = every("list the pods", |page| async move {
            kubernetes.pods(urgency, filter, page.as_deref()).await
        });
        pods.extend(listed.await?);
    }
    Ok(pods)
}

/// Of the pods that are wanted a few for each service account: those that are named before the others.
pub(super) fn chosen_of<'a>(of: &LogsOf, pods: &'a [Pod]) -> Chosen<'a> {
    let asked = |pod: &Pod| {
        let place = (pod.namespace.clone(), pod.service_account.clone());
        of.accounts.get(&place)
    };
    let is_first = |of: &PodsOf, pod: &Pod| of.first.contains(&pod.name);
    let wanted = pods.iter().filter_map(|pod| Some((asked(pod)?, pod)));
    let mut wanted: Vec<(&PodsOf, &Pod)> = wanted
        .filter(|(of, pod)| has_begun(pod) && (!of.only || is_first(of, pod)))
        .collect();
    wanted.sort_by_key(|(of, pod)| !is_first(of, pod));
    some(wanted.into_iter().map(|(_, pod)| pod))
}

/// Whether it may have logs: one that waits for a node has none, one whose first containers fail waits and has.
fn has_begun(pod: &Pod) -> bool {
    pod.node.is_some()
}

/// A few of each service account, and not too many of all.
fn some<'a>(pods: impl Iterator<Item = &'a Pod>) -> Chosen<'a> {
    let mut of_account: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut chosen = Chosen::default();
    for pod in pods {
        let place = (&*pod.namespace, &*pod.service_account);
        let count = of_account.entry(place).or_default();
        *count += 1;
        if *count > PODS_OF_ACCOUNT {
            continue;
        }
        if chosen.pods.len() < MOST_PODS {
            chosen.pods.push(pod);
        } else {
            chosen.passed += 1;
        }
    }
    chosen
}

/// The pods that a diagnosis finds in trouble, or that were asked for.
pub(super) fn chosen<'a>(evidence: &'a Evidence, diagnosis: &Diagnosis) -> Chosen<'a> {
    let census = &evidence.census;
    let is_asked = !census.scope().is_everything();
    let is_in_trouble = |pod: &Pod| {
        let mut findings = diagnosis.findings.iter();
        findings.any(|finding| {
            finding.severity >= Severity::Warning
                && !matches!(finding.standing, Standing::Unknown(_))
                && finding.subject == account(pod)
                && (finding.pods.is_empty() || finding.pods.contains(&pod.name))
        })
    };
    some(census.pods().map(AsRef::as_ref).filter(|pod: &&Pod| {
        let is_within = census.scope().covers(&pod.namespace, &pod.service_account);
        has_begun(pod) && is_within && (is_asked || is_in_trouble(pod))
    }))
}
