//! What the logs of pods in trouble say, read only when somebody asks for it, and kept nowhere.
//!
//! Logs may hold anything. Of each, a few lines from its end are looked through, and what leaves here is a window
//! around words that are known, without what looks like a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};

use crate::cloud::{Kubernetes, LogOf, ObjectFilter, Urgency};
use crate::model::addon::AGENT;
use crate::model::diagnosis::{Diagnosis, Evidence, Finding, RuleId, Severity, Standing, Subject};
use crate::model::pod::{ContainerKind, Phase, Pod};
use crate::model::signature::scan;
use crate::model::{Failure, FailureKind, Text};
use crate::ops::fleet::Site;
use crate::ops::load::kubernetes::every;

/// That a log, or all of them, could not be read.
pub(super) const UNREAD: RuleId = RuleId("logs-unread");

const LINES: usize = 200;
/// Of one service account, so many pods stand for the others.
const PODS_OF_ACCOUNT: usize = 3;
const MOST_PODS: usize = 24;
const MOST_CONTAINERS: usize = 4;
const MOST_AGENTS: usize = 8;
const TOGETHER: usize = 6;
const DEADLINE: Duration = Duration::from_secs(20);
const SYSTEM: &str = "kube-system";

/// One log to read, and what it is about.
struct Log<'a> {
    pod: &'a Pod,
    container: &'a str,
    subject: Subject,
}

/// Reads the logs of the pods that a diagnosis names, or that were asked for, and of the agents beside them.
pub async fn logs(
    site: &Site,
    urgency: Urgency,
    evidence: &Evidence,
    diagnosis: &Diagnosis,
) -> Vec<Finding> {
    let Some(cluster) = evidence.cluster.known() else {
        let needs = evidence.cluster.unknown();
        return vec![unread(
            needs.unwrap_or_else(|| "the cluster is gone".to_owned()),
        )];
    };
    let kubernetes = match site.session.kubernetes(&site.arn, cluster).await {
        Ok(kubernetes) => kubernetes,
        Err(failure) => return vec![unread(failure.to_string())],
    };
    let (pods, passed) = chosen(evidence, diagnosis);
    let mut findings = Vec::new();
    if passed > 0 {
        findings.push(unread(format!(
            "{passed} more pods are in trouble: name their service account to read their logs"
        )));
    }
    let nodes = pods.iter().filter_map(|pod| pod.node.clone());
    let nodes: BTreeSet<Text> = nodes.take(MOST_AGENTS).collect();
    let agents = match agents(&kubernetes, urgency, &nodes).await {
        Ok(agents) => agents,
        Err(failure) => {
            findings.push(unread(words(&failure)));
            Vec::new()
        }
    };
    let of_pods = pods.iter().flat_map(|pod| {
        containers(pod).map(|container| Log {
            pod,
            container,
            subject: account(pod),
        })
    });
    let of_agents = agents.iter().flat_map(|pod| {
        containers(pod).map(|container| Log {
            pod,
            container,
            subject: Subject::Node(pod.node.clone().unwrap_or_default()),
        })
    });
    let wanted: Vec<Log<'_>> = of_agents.chain(of_pods).collect();
    findings.extend(read(&kubernetes, urgency, evidence, wanted).await);
    findings
}

async fn read(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    evidence: &Evidence,
    wanted: Vec<Log<'_>>,
) -> Vec<Finding> {
    let count = wanted.len();
    // Collected, because a stream that borrows its closure is not `Send` as far as the compiler can tell.
    let asked: Vec<_> = wanted
        .into_iter()
        .map(|log| async move {
            let of = LogOf {
                namespace: &log.pod.namespace,
                pod: &log.pod.name,
                container: log.container,
                lines: LINES,
                previous: false,
            };
            let read = Box::pin(kubernetes.log(urgency, of)).await;
            read.map(|text| {
                let seen = scan(text.lines()).into_iter();
                let seen = seen.map(|seen| {
                    seen.finding(&evidence.arn, log.subject.clone(), log.pod, log.container)
                });
                seen.collect::<Vec<_>>()
            })
        })
        .collect();
    let read = stream::iter(asked).buffer_unordered(TOGETHER);
    let read = read.take_until(Box::pin(tokio::time::sleep(DEADLINE)));
    let read: Vec<Result<Vec<Finding>, Failure>> = read.collect().await;
    let late = count - read.len();
    let (mut seen, mut gaps) = (Vec::new(), BTreeSet::new());
    for read in read {
        match read {
            Ok(found) => seen.extend(found),
            // A container that has not started has no log, and a pod may be gone by now.
            Err(failure)
                if matches!(failure.kind, FailureKind::Invalid | FailureKind::NotFound) => {}
            Err(failure) => {
                gaps.insert(words(&failure));
            }
        }
    }
    if late > 0 {
        gaps.insert(format!("{late} of {count} logs did not come in time"));
    }
    let mut findings = together(seen);
    findings.extend(gaps.into_iter().map(unread));
    findings
}

/// The pods to look at, and how many more there would be.
fn chosen<'a>(evidence: &'a Evidence, diagnosis: &Diagnosis) -> (Vec<&'a Pod>, usize) {
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
    let mut of_account: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let (mut pods, mut passed) = (Vec::new(), 0);
    for pod in census.pods().map(AsRef::as_ref) {
        let is_within = census.scope().covers(&pod.namespace, &pod.service_account);
        if pod.phase == Phase::Pending || !is_within || !(is_asked || is_in_trouble(pod)) {
            continue;
        }
        let count = of_account
            .entry((&pod.namespace, &pod.service_account))
            .or_default();
        *count += 1;
        if *count > PODS_OF_ACCOUNT {
            continue;
        }
        if pods.len() < MOST_PODS {
            pods.push(pod);
        } else {
            passed += 1;
        }
    }
    (pods, passed)
}

fn account(pod: &Pod) -> Subject {
    Subject::Account {
        namespace: pod.namespace.clone(),
        service_account: pod.service_account.clone(),
    }
}

fn containers(pod: &Pod) -> impl Iterator<Item = &str> {
    let containers = pod.containers.iter();
    let lasting = containers.filter(|container| container.kind != ContainerKind::Ephemeral);
    lasting
        .map(|container| &*container.name)
        .take(MOST_CONTAINERS)
}

/// The pods of the agent on some nodes.
async fn agents(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    nodes: &BTreeSet<Text>,
) -> Result<Vec<Pod>, Failure> {
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    let filter = &ObjectFilter {
        namespace: Some(SYSTEM.to_owned()),
        labels: Some(format!("app.kubernetes.io/name={AGENT}")),
        ..ObjectFilter::default()
    };
    let mut agents = every("list the agents", |page| async move {
        kubernetes.pods(urgency, filter, page.as_deref()).await
    })
    .await?;
    agents.retain(|agent| agent.node.as_ref().is_some_and(|node| nodes.contains(node)));
    Ok(agents)
}

/// What is said of several containers of one subject is one finding, with a few lines to show for it.
fn together(seen: Vec<Finding>) -> Vec<Finding> {
    let mut all: BTreeMap<(RuleId, Subject), Finding> = BTreeMap::new();
    for finding in seen {
        let place = (finding.rule, finding.subject.clone());
        match all.get_mut(&place) {
            Some(known) => {
                known.pods.extend(finding.pods);
                known.pods.sort();
                known.pods.dedup();
                known.proofs.extend(finding.proofs);
                known.proofs.sort();
                known.proofs.truncate(PODS_OF_ACCOUNT);
            }
            None => {
                all.insert(place, finding);
            }
        }
    }
    let mut findings: Vec<Finding> = all.into_values().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// What it takes, where that is known.
fn words(failure: &Failure) -> String {
    if failure.kind == FailureKind::Denied {
        return "needs get pods/log in Kubernetes".to_owned();
    }
    failure.to_string()
}

fn unread(needs: impl Into<Text>) -> Finding {
    Finding {
        rule: UNREAD,
        severity: Severity::Warning,
        standing: Standing::Unknown(needs.into()),
        subject: Subject::Cluster,
        pods: Vec::new(),
        association: None,
        summary: "not known: what the logs say".into(),
        explanation: "some troubles show in logs alone".into(),
        proofs: Vec::new(),
        remedies: Vec::new(),
        cause: None,
    }
}
