//! Rules about pods, agents, nodes, the network and what comes before the agent.

mod properties;
mod remedies;
mod renewal;
mod table;
mod world;

use roledex::model::diagnosis::{Diagnosis, Finding, Standing};

/// The rules that are tested here.
const RULES: [&str; 25] = [
    "workload-uses-another-account",
    "pod-older-than-association",
    "pod-created-with-association",
    "pod-not-injected",
    "webhook-missing",
    "webhook-altered",
    "pod-opted-out",
    "token-volume-taken",
    "agent-missing",
    "agent-self-managed",
    "agent-addon-unhealthy",
    "agent-not-ready",
    "agent-not-on-node",
    "pod-on-fargate",
    "pod-on-windows",
    "hybrid-node-without-agent",
    "node-role-lacks-eks-auth",
    "host-network",
    "proxy-without-ipv6-agent",
    "network-policy-blocks-agent",
    "proxy-without-agent",
    "security-groups-strict",
    "static-keys",
    "web-identity-by-hand",
    "profile-first",
];
const MORE: [&str; 4] = [
    "own-credential-endpoint",
    "node-role-instead",
    "pods-gone",
    "region-elsewhere",
];

/// What these rules say, in the order in which it is told.
fn ours(diagnosis: &Diagnosis) -> Vec<&Finding> {
    let is_ours = |id: &str| RULES.contains(&id) || MORE.contains(&id);
    let findings = diagnosis.findings.iter();
    findings.filter(|finding| is_ours(finding.rule.0)).collect()
}

/// `rule standing pods <- cause`
fn line(finding: &Finding) -> String {
    let standing = match &finding.standing {
        Standing::Found => "found".to_owned(),
        Standing::Possible => "possible".to_owned(),
        Standing::Unknown(needs) => format!("unknown: {needs}"),
    };
    let mut line = format!("{} {standing}", finding.rule);
    if !finding.pods.is_empty() {
        line = format!("{line} {}", finding.pods.join(","));
    }
    match finding.cause {
        Some(cause) => format!("{line} <- {cause}"),
        None => line,
    }
}
