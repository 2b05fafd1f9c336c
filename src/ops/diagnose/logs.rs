//! What the logs of pods in trouble say, read only when somebody asks for it, and kept nowhere.
//!
//! Logs may hold anything. Of each, a few lines from its end are looked through, and what leaves here is a window
//! around words that are known, without what looks like a secret. Of containers that were started again, the log of
//! the one before is read too: it tells why that one ended.

mod agents;
mod choice;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::cloud::{Kubernetes, LogOf, Urgency};
use crate::model::census;
use crate::model::diagnosis::{Diagnosis, Evidence, Finding, RuleId, Severity, Standing, Subject};
use crate::model::kubernetes::WatchedKind;
use crate::model::pod::{ContainerKind, Pod};
use crate::model::signature::{LogsOf, LogsRead, Looked, Seen, findings, scan};
use crate::model::{Failure, FailureKind, Learned, Text};
use crate::ops::fleet::Site;
use crate::ops::load;
use agents::Agents;
use choice::{Chosen, Listed, chosen, chosen_of, pods_of};

/// That a log, or all of them, could not be read.
pub(super) const UNREAD: RuleId = RuleId("logs-unread");

const LINES: usize = 200;
const MOST_CONTAINERS: usize = 4;
const TOGETHER: usize = 6;
/// For all of it: somebody waits.
const DEADLINE: Duration = Duration::from_secs(20);

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
/// be read, with why in full. It takes at most `DEADLINE`, a bounded number of pods, and of each log its end.
pub async fn logs(
    site: &Site,
    urgency: Urgency,
    evidence: &Evidence,
    diagnosis: &Diagnosis,
) -> (Vec<Finding>, Vec<Failure>) {
    let until = Instant::now() + DEADLINE;
    let without = |why: String| (vec![unread(why)], Vec::new());
    let Some(cluster) = evidence.cluster.known() else {
        let needs = evidence.cluster.unknown();
        return without(needs.unwrap_or_else(|| "the cluster is gone".to_owned()));
    };
    let connecting = Box::pin(site.session.kubernetes(&site.arn, cluster));
    let kubernetes = match timeout_at(until, connecting).await {
        Ok(Ok(kubernetes)) => kubernetes,
        // The evidence lacks the same, and has said so.
        Ok(Err(failure)) => return without(failure.to_string()),
        Err(_) => return without("the API server did not answer in time".to_owned()),
    };
    let chosen = chosen(evidence, diagnosis);
    let beside: Vec<Text> = nodes_of(&chosen).collect();
    let in_trouble = agents::in_trouble(diagnosis);
    // Whoever asks about some pods wants to know of their nodes before those of all others.
    let nodes: Vec<Text> = if evidence.census.scope().is_everything() {
        in_trouble.into_iter().chain(beside).collect()
    } else {
        beside.into_iter().chain(in_trouble).collect()
    };
    let mut reading = Reading::new(&kubernetes, urgency, until);
    if let census::Reading::Failed(failure) = evidence.census.reading(WatchedKind::Pods) {
        // Whose logs there are is not known; why is among what the evidence lacks.
        reading.gaps.insert(words(failure, "list pods"));
    }
    let Read {
        findings, failures, ..
    } = reading.read(evidence, chosen, nodes).await;
    (findings, failures)
}

/// Reads the logs of some service accounts, and of the agents beside their pods, bounded in the same way.
pub async fn logs_of(
    site: &Site,
    urgency: Urgency,
    of: &LogsOf,
    now: fn() -> Timestamp,
) -> Result<LogsRead, Failure> {
    logs_within(DEADLINE, site, urgency, of, now).await
}

/// The same, for whoever waits longer or not so long.
pub async fn logs_within(
    patience: Duration,
    site: &Site,
    urgency: Urgency,
    of: &LogsOf,
    now: fn() -> Timestamp,
) -> Result<LogsRead, Failure> {
    let until = Instant::now() + patience;
    let connecting = async {
        let cluster = load::cluster(&site.session, urgency, &site.arn).await?;
        let kubernetes = site.session.kubernetes(&site.arn, &cluster).await?;
        Ok::<_, Failure>((cluster, kubernetes))
    };
    let (cluster, kubernetes) = match timeout_at(until, Box::pin(connecting)).await {
        Ok(connected) => connected?,
        Err(_) => return Err(late(patience)),
    };
    let listing = pods_of(&kubernetes, urgency, of, until);
    let Listed {
        pods,
        gaps,
        failures,
    } = Box::pin(listing).await?;
    let chosen = chosen_of(of, &pods);
    let at = now();
    let mut evidence = Evidence::nothing(site.arn.clone(), at);
    evidence.profile.clone_from(&site.route.profile);
    evidence.cluster = Learned::Known(cluster);
    let named = of.nodes.iter().cloned();
    let nodes = named.chain(nodes_of(&chosen)).collect();
    let mut reading = Reading::new(&kubernetes, urgency, until);
    reading.gaps.extend(gaps);
    reading.failures.extend(failures);
    let read = reading.read(&evidence, chosen, nodes).await;
    Ok(LogsRead {
        at,
        looked: read.looked,
        findings: read.findings,
    })
}

fn late(patience: Duration) -> Failure {
    let cause = format!(
        "neither EKS nor the API server answered within {} seconds",
        patience.as_secs()
    );
    Failure::new(FailureKind::Timeout, "read logs", cause).hint("try again")
}

fn nodes_of(chosen: &Chosen<'_>) -> impl Iterator<Item = Text> {
    chosen.pods.iter().filter_map(|pod| pod.node.clone())
}

/// What came of the logs that were read.
#[derive(Debug, Default)]
struct Read {
    looked: Vec<Looked>,
    findings: Vec<Finding>,
    failures: Vec<Failure>,
}

/// The reading of one cluster's logs, and what it could not read so far.
struct Reading<'k> {
    kubernetes: &'k Kubernetes,
    urgency: Urgency,
    until: Instant,
    gaps: BTreeSet<String>,
    failures: Vec<Failure>,
}

impl<'k> Reading<'k> {
    fn new(kubernetes: &'k Kubernetes, urgency: Urgency, until: Instant) -> Self {
        Self {
            kubernetes,
            urgency,
            until,
            gaps: BTreeSet::new(),
            failures: Vec::new(),
        }
    }

    async fn read(mut self, evidence: &Evidence, chosen: Chosen<'_>, nodes: Vec<Text>) -> Read {
        let Chosen { pods, passed } = chosen;
        if passed > 0 {
            self.gaps.insert(format!(
                "{passed} more pods were passed over: ask about their service account alone to read their logs"
            ));
        }
        let (nodes, gaps) = agents::with_agents(evidence, nodes);
        self.gaps.extend(gaps);
        let asked = agents::of_nodes(self.kubernetes, self.urgency, evidence, &nodes);
        let agents = match timeout_at(self.until, Box::pin(asked)).await {
            Ok(Ok(Agents { pods, gaps })) => {
                self.gaps.extend(gaps);
                pods
            }
            Ok(Err(failure)) => {
                self.failed(failure, "list pods");
                Vec::new()
            }
            Err(_) => {
                let late = "the list of the agents did not come in time";
                self.gaps.insert(late.to_owned());
                Vec::new()
            }
        };
        let of_pods = pods.iter().flat_map(|pod| all_of(pod, account(pod)));
        let of_agents = agents.iter().flat_map(|pod| {
            let node = pod.node.clone().unwrap_or_default();
            all_of(pod, Subject::Node(node))
        });
        let wanted: Vec<Log<'_>> = of_agents.chain(of_pods).collect();
        let (looked, seen) = self.look_through(wanted).await;
        let mut findings = findings(evidence, seen);
        findings.extend(self.gaps.into_iter().map(unread));
        Read {
            looked,
            findings,
            failures: self.failures,
        }
    }

    fn failed(&mut self, failure: Failure, permission: &str) {
        self.gaps.insert(words(&failure, permission));
        self.failures.push(failure);
    }

    async fn look_through<'a>(&mut self, wanted: Vec<Log<'a>>) -> (Vec<Looked>, Vec<Seen<'a>>) {
        let (kubernetes, urgency) = (self.kubernetes, self.urgency);
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
        let read = read.take_until(Box::pin(sleep_until(self.until)));
        let read: Vec<Result<OfLog<'_>, Failure>> = read.collect().await;
        let late = count - read.len();
        if late > 0 {
            self.gaps
                .insert(format!("{late} of {count} logs did not come in time"));
        }
        let (mut looked, mut seen) = (Vec::new(), Vec::new());
        for read in read {
            match read {
                Ok((log, found)) => {
                    looked.extend(log);
                    seen.extend(found);
                }
                Err(failure) => self.failed(failure, "get pods/log"),
            }
        }
        looked.sort();
        (looked, seen)
    }
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
