//! The pods whose logs are looked through: a few stand for many.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::{Instant, timeout_at};

use super::{account, words};
use crate::cloud::{Kubernetes, ObjectFilter, Urgency};
use crate::model::diagnosis::{Diagnosis, Evidence, Severity, Standing};
use crate::model::pod::Pod;
use crate::model::signature::{LogsOf, PodsOf};
use crate::model::{Failure, Text};
use crate::ops::load::kubernetes::first;

/// Of one service account, so many pods stand for the others.
pub(super) const PODS_OF_ACCOUNT: usize = 3;
const MOST_PODS: usize = 24;
/// Service accounts, or namespaces, whose pods are listed one by one; for more, one list of all pods costs less.
const LISTED_ALONE: usize = 8;
/// Pods that are listed to choose from: somebody waits, and a cluster may have a hundred thousand.
pub(super) const MOST_LISTED: usize = 5_000;

/// Pods to look at, and how many more there would be.
#[derive(Debug, Default)]
pub(super) struct Chosen<'a> {
    pub(super) pods: Vec<&'a Pod>,
    pub(super) passed: usize,
}

/// Pods, and why some may be missing.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) pods: Vec<Pod>,
    pub(super) gaps: BTreeSet<String>,
    pub(super) failures: Vec<Failure>,
}

/// Lists the pods of the service accounts that are wanted, as many and for as long as somebody waits.
///
/// Fails if none of the lists can be read.
pub(super) async fn pods_of(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    of: &LogsOf,
    until: Instant,
) -> Result<Listed, Failure> {
    let mut listed = Listed::default();
    let filters = filters(of);
    for filter in &filters {
        let room = MOST_LISTED.saturating_sub(listed.pods.len());
        let list = first("list the pods", room, |page| async move {
            kubernetes.pods(urgency, filter, page.as_deref()).await
        });
        match timeout_at(until, list).await {
            Ok(Ok((pods, is_cut))) => {
                listed.pods.extend(pods);
                if is_cut {
                    listed.gaps.insert(format!(
                        "only the first {MOST_LISTED} pods were listed: ask about one service account to look at its others"
                    ));
                    break;
                }
            }
            Ok(Err(failure)) => listed.failed(failure, "list pods"),
            Err(_) => {
                let late = "the list of the pods did not come in time";
                listed.gaps.insert(late.to_owned());
                break;
            }
        }
    }
    if !filters.is_empty() && listed.failures.len() == filters.len() {
        return Err(listed.failures.remove(0));
    }
    Ok(listed)
}

impl Listed {
    fn failed(&mut self, failure: Failure, permission: &str) {
        self.gaps.insert(words(&failure, permission));
        self.failures.push(failure);
    }
}

/// By service account, by namespace or all of them: whichever are few lists.
fn filters(of: &LogsOf) -> Vec<ObjectFilter> {
    let within = |namespace: &Text| ObjectFilter {
        namespace: Some(namespace.to_string()),
        ..ObjectFilter::default()
    };
    if of.accounts.len() <= LISTED_ALONE {
        let accounts = of.accounts.keys();
        let one_by_one = accounts.map(|(namespace, name)| ObjectFilter {
            service_account: Some(name.to_string()),
            ..within(namespace)
        });
        return one_by_one.collect();
    }
    let namespaces: BTreeSet<&Text> = of.accounts.keys().map(|(namespace, _)| namespace).collect();
    if namespaces.len() <= LISTED_ALONE {
        return namespaces.into_iter().map(within).collect();
    }
    std::iter::once(ObjectFilter::default()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_are_listed_by_account_then_by_namespace_then_all_at_once() {
        let of = |count: usize, namespaces: usize| {
            let mut of = LogsOf::default();
            for n in 0..count {
                let namespace = format!("n{}", n % namespaces);
                of.add(namespace.into(), format!("a{n}").into(), &[]);
            }
            let filters = filters(&of);
            let first = filters.first().unwrap();
            let by = (first.namespace.is_some(), first.service_account.is_some());
            (filters.len(), by)
        };
        assert_eq!(of(8, 8), (8, (true, true)));
        assert_eq!(of(9, 2), (2, (true, false)));
        assert_eq!(of(9, 9), (1, (false, false)));
        assert!(filters(&LogsOf::default()).is_empty());
    }
}
