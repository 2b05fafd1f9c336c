//! What the logs of pods in trouble say, read only when somebody asks for it, and kept nowhere.
//!
//! Logs may hold anything. Of each, a few lines from its end are looked through, and what leaves here is a window
//! around words that are known, without what looks like a secret.

mod choice;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;

use crate::cloud::{Kubernetes, LogOf, ObjectFilter, Urgency};
use crate::model::addon::AGENT;
use crate::model::diagnosis::{Diagnosis, Evidence, Finding, RuleId, Severity, Standing, Subject};
use crate::model::pod::{ContainerKind, Pod};
use crate::model::signature::{LogsOf, LogsRead, Looked, scan};
use crate::model::{ClusterArn, Failure, FailureKind, Text};
use crate::ops::fleet::Site;
use crate::ops::load;
use crate::ops::load::kubernetes::every;
use choice::{Chosen, PODS_OF_ACCOUNT, chosen, chosen_of, pods_of};

/// That a log, or all of them, could not be read.
pub(super) const UNREAD: RuleId = RuleId("logs-unread");

const LINES: usize = 200;
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
    let chosen = chosen(evidence, diagnosis);
    let nodes = BTreeSet::new();
    read(&kubernetes, urgency, &evidence.arn, chosen, nodes)
        .await
        .findings
}

/// Reads the logs of some service accounts, and of the agents beside their pods.
pub async fn logs_of(
    site: &Site,
    urgency: Urgency,
    of: &LogsOf,
    now: fn() -> Timestamp,
) -> Result<LogsRead, Failure> {
    let cluster = load::cluster(&site.session, urgency, &site.arn).await?;
    let kubernetes = site.session.kubernetes(&site.arn, &cluster).await?;
    let pods = pods_of(&kubernetes, urgency, of).await?;
    let chosen = chosen_of(of, &pods);
    let Read { looked, findings } =
        read(&kubernetes, urgency, &site.arn, chosen, of.nodes.clone()).await;
    Ok(LogsRead {
        at: now(),
        looked,
        findings,
    })
}

/// What came of the logs that were read.
#[derive(Debug, Default)]
struct Read {
    looked: Vec<Looked>,
    findings: Vec<Finding>,
}

async fn read(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    cluster: &ClusterArn,
    chosen: Chosen<'_>,
    mut nodes: BTreeSet<Text>,
) -> Read {
    let Chosen { pods, passed } = chosen;
    let mut all = Read::default();
    if passed > 0 {
        all.findings.push(unread(format!(
            "{passed} more pods were passed over: ask about their service account alone to read their logs"
        )));
    }
    nodes.extend(pods.iter().filter_map(|pod| pod.node.clone()));
    let nodes: BTreeSet<Text> = nodes.into_iter().take(MOST_AGENTS).collect();
    let agents = match agents(kubernetes, urgency, &nodes).await {
        Ok(agents) => agents,
        Err(failure) => {
            all.findings.push(unread(words(&failure)));
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
    let read = look_through(kubernetes, urgency, cluster, wanted).await;
    all.looked = read.looked;
    all.findings.extend(read.findings);
    all
}

async fn look_through(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    cluster: &ClusterArn,
    wanted: Vec<Log<'_>>,
) -> Read {
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
            read_log(cluster, &log, read)
        })
        .collect();
    let read = stream::iter(asked).buffer_unordered(TOGETHER);
    let read = read.take_until(Box::pin(tokio::time::sleep(DEADLINE)));
    let read: Vec<Result<(Looked, Vec<Finding>), Failure>> = read.collect().await;
    let late = count - read.len();
    let (mut looked, mut seen, mut gaps) = (Vec::new(), Vec::new(), BTreeSet::new());
    for read in read {
        match read {
            Ok((log, found)) => {
                looked.push(log);
                seen.extend(found);
            }
            Err(failure) => {
                gaps.insert(words(&failure));
            }
        }
    }
    if late > 0 {
        gaps.insert(format!("{late} of {count} logs did not come in time"));
    }
    looked.sort();
    let mut findings = together(seen);
    findings.extend(gaps.into_iter().map(unread));
    Read { looked, findings }
}

/// What one log says.
fn read_log(
    cluster: &ClusterArn,
    log: &Log<'_>,
    read: Result<String, Failure>,
) -> Result<(Looked, Vec<Finding>), Failure> {
    let looked = |lines| Looked {
        agent_of: match &log.subject {
            Subject::Node(node) => Some(node.clone()),
            _ => None,
        },
        namespace: log.pod.namespace.clone(),
        pod: log.pod.name.clone(),
        container: log.container.into(),
        lines,
    };
    match read {
        Ok(text) => {
            let seen = scan(text.lines()).into_iter();
            let seen =
                seen.map(|seen| seen.finding(cluster, log.subject.clone(), log.pod, log.container));
            Ok((looked(Some(text.lines().count())), seen.collect()))
        }
        // A container that has not started has no log, and a pod may be gone by now.
        Err(failure) if matches!(failure.kind, FailureKind::Invalid | FailureKind::NotFound) => {
            Ok((looked(None), Vec::new()))
        }
        Err(failure) => Err(failure),
    }
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
