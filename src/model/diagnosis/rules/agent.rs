//! The agent of Pod Identity: its add-on, its daemon set, its pods.

use serde_json::json;

use super::configured::configured;
use crate::model::addon::{AGENT, Addon};
use crate::model::census::Part;
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, command, kubectl};
use crate::model::diagnosis::served::{Met, Seen, each, found, is_idle, listed, unread};
use crate::model::diagnosis::{
    DaemonSet, Finding, Look, Remedy, Rule, RuleId, Severity, Standing, Subject,
};
use crate::model::identity::{Agent, Fact};
use crate::model::node::{Compute, Node};
use crate::model::text::visible;
use crate::model::verdict::Verdict;

pub(super) const MISSING: RuleId = RuleId("agent-missing");
pub(super) const UNHEALTHY: RuleId = RuleId("agent-addon-unhealthy");

/// How long the agent may take to start on a new node.
const STARTING: i64 = 120;
const ADDONS: &str = "eks:ListAddons";
const DESCRIBED: &str = "eks:DescribeAddon";
const DAEMON_SETS: &str = "GET daemonsets in kube-system";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: MISSING,
        rows: &[16],
        severity: Severity::Error,
        title: "the agent of Pod Identity is not installed",
        explanation: "pods ask an agent on their node for credentials, and nothing answers there; what does not time out falls back to the role of the node",
        after: &[],
        judge: missing,
    },
    Rule {
        id: RuleId("agent-self-managed"),
        rows: &[17],
        severity: Severity::Info,
        title: "the agent is installed without the add-on of EKS",
        explanation: "it works, and nobody but its owner updates it",
        after: &[],
        judge: self_managed,
    },
    Rule {
        id: UNHEALTHY,
        rows: &[18],
        severity: Severity::Error,
        title: "the add-on of the agent is not healthy",
        explanation: "pods of the agent may be missing, or not as they were configured",
        after: &[],
        judge: unhealthy,
    },
    Rule {
        id: RuleId("agent-not-ready"),
        rows: &[19],
        severity: Severity::Error,
        title: "the agent on the node is not ready",
        explanation: "pods on that node get no credentials until it is",
        after: &[UNHEALTHY],
        judge: not_ready,
    },
    Rule {
        id: RuleId("agent-not-on-node"),
        rows: &[20],
        severity: Severity::Error,
        title: "no agent runs on the node",
        explanation: "its daemon set does not place a pod on every node: an affinity, a taint that it does not tolerate, or an architecture that it has no image for",
        after: &[MISSING, RuleId("hybrid-node-without-agent"), UNHEALTHY],
        judge: not_on_node,
    },
];

fn addon<'a>(look: &Look<'a>) -> Option<&'a Addon> {
    let addons = listed(&look.evidence.addons)?;
    addons.iter().find(|addon| &*addon.key.name == AGENT)
}

/// A daemon set of the agent; hybrid nodes have others, whose names go on.
fn daemon_set<'a>(look: &Look<'a>) -> Option<&'a DaemonSet> {
    let sets = listed(&look.evidence.daemon_sets)?;
    sets.iter().find(|set| set.name.starts_with(AGENT))
}

/// Whether a node can have the agent: it is neither built in there nor without use.
fn takes_agent(node: &Node) -> bool {
    !matches!(node.compute, Compute::Auto | Compute::Fargate) && !node.is_windows()
}

fn missing(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let evidence = look.evidence;
    let cluster = evidence.cluster.known();
    let census = look.census();
    let mut nodes = census.nodes();
    let has_no_use = census.is_read(Part::Nodes)
        && census.count(Part::Nodes) > 0
        && !nodes.any(|node| takes_agent(node));
    let is_there =
        addon(look).is_some() || daemon_set(look).is_some() || census.count(Part::Agents) > 0;
    if is_idle(look) || is_there || has_no_use || cluster.is_some_and(|cluster| cluster.auto_mode) {
        return Vec::new();
    }
    let sets = listed(&evidence.daemon_sets);
    if sets.is_none() && !(listed(&evidence.addons).is_some() && census.is_read(Part::Agents)) {
        let needs = gap(&evidence.daemon_sets).or_else(|| gap(&evidence.addons));
        return vec![rule.unknown(Subject::Cluster, needs.unwrap_or_default())];
    }
    let said = "no agent of Pod Identity is installed";
    // Auto Mode would have it built in; without associations nobody would need it.
    let is_sure = sets.is_some() && cluster.is_some() && look.bindings_gap().is_none();
    let mut finding = if is_sure {
        rule.found(Subject::Cluster, said)
    } else {
        rule.possible(Subject::Cluster, said)
    };
    if listed(&evidence.addons).is_some() {
        finding = finding.proof(ADDONS, "addons[]", format!("no {AGENT}"));
    }
    if sets.is_some() {
        finding = finding.proof(DAEMON_SETS, "items[].metadata.name", format!("no {AGENT}"));
    }
    let install = look.eks("create-addon", &[("--addon-name", AGENT)]);
    vec![finding.remedy(command("install the agent", install))]
}

fn self_managed(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let set = daemon_set(look).filter(|set| &*set.name == AGENT && is_complete(set));
    let (Some(set), false) = (set, is_idle(look)) else {
        return Vec::new();
    };
    if let Some(needs) = gap(&look.evidence.addons) {
        return vec![rule.unknown(Subject::Cluster, needs)];
    }
    if addon(look).is_some() {
        return Vec::new();
    }
    let image = set.image.clone().unwrap_or_else(|| "unknown".into());
    let finding = found(
        rule,
        look,
        Subject::Cluster,
        "the agent is installed without its add-on",
    )
    .proof(ADDONS, "addons[]", format!("no {AGENT}"))
    .proof(
        DAEMON_SETS,
        format!("items[{AGENT}].spec.template.spec.containers[].image"),
        image,
    )
    .remedy(advice(
        "update it by hand from time to time, or let EKS do it",
    ))
    .remedy(command(
        "let the add-on take it over",
        look.eks(
            "create-addon",
            &[
                ("--addon-name", AGENT),
                ("--resolve-conflicts", "OVERWRITE"),
            ],
        ),
    ));
    vec![finding]
}

fn is_complete(set: &DaemonSet) -> bool {
    match (set.ready, set.desired) {
        (Some(ready), Some(desired)) => ready >= desired,
        _ => true,
    }
}

fn unhealthy(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    if is_idle(look) {
        return Vec::new();
    }
    if let Some(needs) = gap(&look.evidence.addons) {
        return vec![rule.unknown(Subject::Addon(AGENT.into()), needs)];
    }
    let Some(addon) = addon(look) else {
        return Vec::new();
    };
    let status = addon.status.as_deref().unwrap_or_default();
    let severity = match status {
        "CREATE_FAILED" | "UPDATE_FAILED" | "DELETE_FAILED" | "DEGRADED" => Severity::Error,
        "DELETING" => Severity::Warning,
        _ if addon.issues.is_empty() => return Vec::new(),
        _ => Severity::Error,
    };
    let codes = crate::model::health::codes(&addon.issues);
    let mut said = format!("the add-on {AGENT} is {}", visible(status));
    if !codes.is_empty() {
        said = format!("{said}: {}", visible(&codes));
    }
    let finding = found(rule, look, Subject::Addon(AGENT.into()), said)
        .severity(severity)
        .proof(DESCRIBED, "addon.status", status);
    let finding = addon.issues.iter().fold(finding, |finding, issue| {
        finding.proof(DESCRIBED, "addon.health.issues[]", issue.line())
    });
    let is_conflict = codes.contains("ConfigurationConflict");
    let finding = if is_conflict || status.ends_with("_FAILED") {
        finding.remedy(command(
            "let EKS overwrite what stands in the way",
            look.eks(
                "update-addon",
                &[
                    ("--addon-name", AGENT),
                    ("--resolve-conflicts", "OVERWRITE"),
                ],
            ),
        ))
    } else {
        finding
    };
    let pods = kubectl(
        &look.evidence.arn,
        &[
            "get",
            "pods",
            "--namespace",
            "kube-system",
            "--output",
            "wide",
            "--selector",
            "app.kubernetes.io/name=eks-pod-identity-agent",
        ],
    );
    vec![finding.remedy(command("see the pods of the agent", pods))]
}

fn not_ready(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let judge = |seen: &Seen<'_>| {
        let is_built_in = matches!(seen.evidence.node, Fact::Present(node) if !takes_agent(node));
        Verdict::from(seen.evidence.agent == Agent::NotReady && !is_built_in)
    };
    let mut findings = each(rule, look, &[Part::Pods, Part::Agents], |served| {
        served.findings(
            rule,
            "on nodes whose agent is not ready",
            judge,
            |finding, met| with_nodes(finding, met, "not ready").remedies(looking(look, met)),
        )
    });
    let is_told = |finding: &Finding| !matches!(finding.standing, Standing::Unknown(_));
    if is_idle(look) || findings.iter().any(is_told) {
        return findings;
    }
    let unread = gap(&look.evidence.daemon_sets);
    if findings.is_empty() {
        findings.extend(unread.map(|needs| rule.unknown(Subject::Cluster, needs)));
    }
    if let Some(set) = daemon_set(look).filter(|set| !is_complete(set)) {
        let (ready, desired) = (set.ready.unwrap_or(0), set.desired.unwrap_or(0));
        let said = format!("the agent is ready on {ready} of {desired} nodes");
        let finding = found(rule, look, Subject::Addon(AGENT.into()), said)
            .severity(Severity::Warning)
            .proof(
                DAEMON_SETS,
                format!("items[{}].status", set.name),
                format!("numberReady {ready}, desiredNumberScheduled {desired}"),
            );
        findings.push(finding);
    }
    findings
}

fn not_on_node(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let judge = |seen: &Seen<'_>| {
        // Where the pod itself says that no agent could run there, its node need not be known.
        let is_elsewhere = seen.pod.is_on_fargate() || seen.pod.os.as_deref() == Some("windows");
        if seen.evidence.agent != Agent::Missing || is_elsewhere {
            return Verdict::No;
        }
        let Fact::Present(node) = seen.evidence.node else {
            // It may be one of Auto Mode, which has the agent built in.
            return Verdict::Unknown;
        };
        let is_new = node
            .created
            .is_some_and(|created| look.evidence.at.duration_since(created).as_secs() < STARTING);
        match node.compute {
            _ if !takes_agent(node) => Verdict::No,
            Compute::Ec2 | Compute::Hybrid if !is_new => Verdict::Yes,
            _ => Verdict::Unknown,
        }
    };
    let mut findings = each(rule, look, &[Part::Pods, Part::Nodes], |served| {
        served.findings(rule, "on nodes without an agent", judge, |finding, met| {
            with_nodes(finding, met, "no pod of the agent").remedy(advice(format!(
                "see the affinity and tolerations of daemonset/{AGENT}, and in the configuration values of the add-on: the defaults place it on every Linux node of amd64 and arm64"
            )))
        })
    });
    if findings
        .iter()
        .all(|finding| finding.subject != Subject::Cluster)
    {
        findings.extend(unread(rule, look, &[Part::Agents]));
    }
    findings
}

/// What of the nodes speaks for it.
fn with_nodes(finding: Finding, met: &Met<'_, '_>, what: &str) -> Finding {
    met.shown().fold(finding, |finding, seen| {
        let name = seen.pod.node.as_deref().unwrap_or_default();
        let finding = finding.proof(seen.call(), "spec.nodeName", name).proof(
            "GET pods in kube-system",
            format!("spec.nodeName={name}"),
            what,
        );
        let arch = seen
            .evidence
            .node
            .present()
            .and_then(|node| node.arch.as_deref());
        match arch.filter(|arch| !["amd64", "arm64"].contains(arch)) {
            Some(arch) => finding.proof(
                format!("GET nodes/{name}"),
                "metadata.labels[kubernetes.io/arch]",
                arch,
            ),
            None => finding,
        }
    })
}

/// What shows why the agent is not ready, and what mends the commonest reason.
fn looking(look: &Look<'_>, met: &Met<'_, '_>) -> Vec<Remedy> {
    let node = met.shown().find_map(|seen| seen.pod.node.as_deref());
    let field = format!("spec.nodeName={}", node.unwrap_or_default());
    let selector = format!("app.kubernetes.io/name={AGENT}");
    let place = ["--namespace", "kube-system", "--selector", &*selector];
    let with = |first: &[&str], last: &[&str]| {
        let all: Vec<&str> = first.iter().chain(&place).chain(last).copied().collect();
        kubectl(&look.evidence.arn, &all)
    };
    let values = json!({"agent": {"additionalArgs": {"-b": "169.254.170.23"}}});
    vec![
        command(
            "see the agent on the node",
            with(
                &["get", "pods"],
                &["--field-selector", &*field, "--output", "wide"],
            ),
        ),
        command(
            "see what the agents say",
            with(&["logs"], &["--prefix", "--tail", "20"]),
        ),
        configured(
            look,
            "if it cannot listen on fd00:ec2::23, because the node has no IPv6: let it listen on IPv4 alone",
            &values,
        ),
    ]
}
