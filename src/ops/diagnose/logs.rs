//! What the logs of pods in trouble say, read only when somebody asks for it, and kept nowhere.
//!
//! Logs may hold anything. Of each, a few lines from its end are looked through, and what leaves here is a window
//! around words that are known, without what looks like a secret. Of containers that were started again, the log of
//! the one before is read too: it tells why that one ended.

mod choice;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::cloud::{Kubernetes, LogOf, ObjectFilter, Urgency};
use crate::model::addon::AGENT;
use crate::model::diagnosis::{Diagnosis, Evidence, Finding, RuleId, Severity, Standing, Subject};
use crate::model::identity::Fact;
use crate::model::node::Compute;
use crate::model::pod::{ContainerKind, Pod};
use crate::model::signature::{LogsOf, LogsRead, Looked, Seen, findings, scan};
use crate::model::{Failure, FailureKind, Learned, Text};
use crate::ops::fleet::Site;
use crate::ops::load;
use crate::ops::load::kubernetes::every;
use choice::{Chosen, chosen, chosen_of, pods_of};

/// That a log, or all of them, could not be read.
pub(super) const UNREAD: RuleId = RuleId("logs-unread");

const LINES: usize = 200;
const MOST_CONTAINERS: usize = 4;
const MOST_AGENTS: usize = 8;
const TOGETHER: usize = 6;
/// For all of it: somebody waits.
const DEADLINE: Duration = Duration::from_secs(20);
const SYSTEM: &str = "kube-system";

/// One log to read, and what it is about.
struct Log<'a> {
    pod: &'a Pod,
    container: &'a str,
    /// That of the container that ran before.
    previous: bool,
    subject: Subject,
}

/// Reads the logs of the pods that a diagnosis names, or that were asked for, and of the agents beside them.
///
/// A finding for each known trouble that they tell of, with the lines around it, and an unknown for whatever could not
/// be read. It takes at most [`DEADLINE`], a bounded number of pods, and of each log its end.
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
    read(&kubernetes, urgency, evidence, chosen, nodes)
        .await
        .findings
}

/// Reads the logs of some service accounts, and of the agents beside their pods, bounded in the same way.
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
    let at = now();
    let mut evidence = Evidence::nothing(site.arn.clone(), at);
    evidence.profile.clone_from(&site.route.profile);
    evidence.cluster = Learned::Known(cluster);
    let nodes = of.nodes.clone();
    let Read { looked, findings } = read(&kubernetes, urgency, &evidence, chosen, nodes).await;
    Ok(LogsRead {
        at,
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
    evidence: &Evidence,
    chosen: Chosen<'_>,
    mut nodes: BTreeSet<Text>,
) -> Read {
    let until = Instant::now() + DEADLINE;
    let Chosen { pods, passed } = chosen;
    let mut gaps = BTreeSet::new();
    if passed > 0 {
        gaps.insert(format!(
            "{passed} more pods were passed over: ask about their service account alone to read their logs"
        ));
    }
    nodes.extend(pods.iter().filter_map(|pod| pod.node.clone()));
    let nodes: BTreeSet<Text> = nodes.into_iter().take(MOST_AGENTS).collect();
    gaps.extend(built_in(evidence, &nodes));
    let agents = match timeout_at(until, agents(kubernetes, urgency, &nodes)).await {
        Ok(Ok(agents)) => agents,
        Ok(Err(failure)) => {
            gaps.insert(words(&failure, "list pods"));
            Vec::new()
        }
        Err(_) => {
            gaps.insert("the list of the agents did not come in time".to_owned());
            Vec::new()
        }
    };
    let of_pods = pods.iter().flat_map(|pod| all_of(pod, account(pod)));
    let of_agents = agents.iter().flat_map(|pod| {
        let node = pod.node.clone().unwrap_or_default();
        all_of(pod, Subject::Node(node))
    });
    let wanted: Vec<Log<'_>> = of_agents.chain(of_pods).collect();
    let (looked, seen) = look_through(kubernetes, urgency, until, wanted, &mut gaps).await;
    let mut findings = findings(evidence, seen);
    findings.extend(gaps.into_iter().map(unread));
    Read { looked, findings }
}

/// The logs of a pod.
fn all_of(pod: &Pod, subject: Subject) -> impl Iterator<Item = Log<'_>> {
    // Which of its containers ended is not kept of a pod; Kubernetes says so of those that never did.
    let runs: &[bool] = if pod.restarts > 0 {
        &[false, true]
    } else {
        &[false]
    };
    containers(pod).flat_map(move |container| {
        let subject = subject.clone();
        runs.iter().map(move |previous| Log {
            pod,
            container,
            previous: *previous,
            subject: subject.clone(),
        })
    })
}

async fn look_through<'a>(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    until: Instant,
    wanted: Vec<Log<'a>>,
    gaps: &mut BTreeSet<String>,
) -> (Vec<Looked>, Vec<Seen<'a>>) {
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
                previous: log.previous,
            };
            let read = Box::pin(kubernetes.log(urgency, of)).await;
            read_log(&log, read)
        })
        .collect();
    let read = stream::iter(asked).buffer_unordered(TOGETHER);
    let read = read.take_until(Box::pin(sleep_until(until)));
    let read: Vec<Result<OfLog<'_>, Failure>> = read.collect().await;
    let late = count - read.len();
    if late > 0 {
        gaps.insert(format!("{late} of {count} logs did not come in time"));
    }
    let (mut looked, mut seen) = (Vec::new(), Vec::new());
    for read in read {
        match read {
            Ok((log, found)) => {
                looked.extend(log);
                seen.extend(found);
            }
            Err(failure) => {
                gaps.insert(words(&failure, "get pods/log"));
            }
        }
    }
    looked.sort();
    (looked, seen)
}

/// What was read of one log, if it was there, and what was found in it.
type OfLog<'a> = (Option<Looked>, Vec<Seen<'a>>);

/// What one log says.
fn read_log<'a>(log: &Log<'a>, read: Result<String, Failure>) -> Result<OfLog<'a>, Failure> {
    let looked = |lines| Looked {
        agent_of: match &log.subject {
            Subject::Node(node) => Some(node.clone()),
            _ => None,
        },
        namespace: log.pod.namespace.clone(),
        pod: log.pod.name.clone(),
        container: if log.previous {
            format!("{} before its last restart", log.container).into()
        } else {
            log.container.into()
        },
        lines,
    };
    match read {
        Ok(text) => {
            let seen = scan(text.lines()).into_iter().map(|found| Seen {
                found,
                pod: log.pod,
                container: log.container,
                previous: log.previous,
                subject: log.subject.clone(),
            });
            Ok((Some(looked(Some(text.lines().count()))), seen.collect()))
        }
        // A container that has not started has no log, and a pod may be gone by now. Of a pod whose other container it was
        // that ended, there is no earlier log, and that is nothing to be told.
        Err(failure) if matches!(failure.kind, FailureKind::Invalid | FailureKind::NotFound) => {
            Ok(((!log.previous).then(|| looked(None)), Vec::new()))
        }
        Err(failure) => Err(failure),
    }
}

/// That agents have no log in Kubernetes: those of Auto Mode are a part of their node.
fn built_in(evidence: &Evidence, nodes: &BTreeSet<Text>) -> Option<String> {
    let is_auto = |name: &&Text| match evidence.census.node(name) {
        Fact::Present(node) => node.compute == Compute::Auto,
        Fact::Absent | Fact::Unknown => false,
    };
    match nodes.iter().filter(is_auto).count() {
        0 => None,
        1 => Some("the agent of a node of Auto Mode is no pod, and has no log here".to_owned()),
        several => Some(format!(
            "the agents of {several} nodes of Auto Mode are no pods, and have no logs here"
        )),
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

/// What it takes, where that is known.
fn words(failure: &Failure, permission: &str) -> String {
    if failure.kind == FailureKind::Denied {
        return format!("needs {permission} in Kubernetes");
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
