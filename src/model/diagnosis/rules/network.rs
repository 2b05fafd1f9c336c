//! What lies between a pod and the agent: policies, proxies, interfaces.

mod enforcement;

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::model::census::Part;
use crate::model::diagnosis::egress::{AGENT_IPV4, AGENT_IPV6, AGENT_PORT, is_within, way};
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, command, kubectl, patch};
use crate::model::diagnosis::served::{Met, Seen, each, is_idle, listed};
use crate::model::diagnosis::{
    Finding, Look, NetworkPolicy, Rule, RuleId, Selector, Severity, Subject,
};
use crate::model::identity::{Doubt, Verdict as Identity};
use crate::model::node::Compute;
use crate::model::pod::{Container, Env, Setting, Variable};
use crate::model::text::visible;
use crate::model::verdict::Verdict;
use enforcement::{enforcer, is_enforced};

const POLICIES: &str = "GET networkpolicies";
/// As NO_PROXY is written.
const ADDRESSES: [&str; 2] = ["169.254.170.23", "[fd00:ec2::23]"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("host-network"),
        rows: &[43],
        severity: Severity::Warning,
        title: "pods use the network of their node",
        explanation: "Pod Identity mostly works there, but some network set-ups conflict with the agent, and such a pod reaches the role of its node whatever the hop limit is",
        after: &[],
        judge: host_network,
    },
    Rule {
        id: RuleId("proxy-without-ipv6-agent"),
        rows: &[45],
        severity: Severity::Error,
        title: "a proxy receives what is meant for the IPv6 address of the agent",
        explanation: "in this IPv6 cluster the agent is asked at fd00:ec2::23, which NO_PROXY does not name; the proxy cannot reach the node's own address",
        after: &[],
        judge: |rule, look| proxied(rule, look, AGENT_IPV6),
    },
    Rule {
        id: RuleId("network-policy-blocks-agent"),
        rows: &[46],
        severity: Severity::Error,
        title: "network policies do not let pods out to the agent",
        explanation: "where the network of the cluster enforces policies, the SDK waits for the agent until it times out",
        after: &[],
        judge: policies,
    },
    Rule {
        id: RuleId("proxy-without-agent"),
        rows: &[47],
        severity: Severity::Error,
        title: "a proxy receives what is meant for the agent",
        explanation: "the agent is asked at a link-local address of the node, which NO_PROXY does not name; the proxy cannot reach it, or is refused with 403",
        after: &[],
        judge: |rule, look| proxied(rule, look, AGENT_IPV4),
    },
    Rule {
        id: RuleId("security-groups-strict"),
        rows: &[48],
        severity: Severity::Error,
        title: "security groups for pods keep them from the agent",
        explanation: "a pod with an interface of its own does not reach link-local addresses of its node, unless the network plug-in enforces security groups in its standard mode",
        after: &[],
        judge: security_groups,
    },
];

fn host_network(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    each(rule, look, &[Part::Pods], |served| {
        // Add-ons of EKS such as its network plug-in do this by design.
        let association = served.binding.association;
        let is_by_design = association.owner.is_some() || &*association.namespace == "kube-system";
        served.findings(
            rule,
            "with the network of their node",
            |seen| Verdict::from(seen.pod.host_network && !is_by_design),
            |finding, met| {
                let finding = met.shown().fold(finding, |finding, seen| {
                    finding.proof(seen.call(), "spec.hostNetwork", "true")
                });
                finding.remedy(advice(
                    "give the pods a network of their own, or test their credentials",
                ))
            },
        )
    })
}

/// Containers that a proxy keeps from the agent at an address.
fn proxied(rule: &Rule, look: &Look<'_>, address: IpAddr) -> Vec<Finding> {
    let judge = |seen: &Seen<'_>| {
        let containers = seen.containers();
        Verdict::any(containers.map(|(container, identity)| {
            let is_asked = Verdict::from(asked(&container.env) == Some(address));
            is_asked.and(is_proxied(container, identity, address))
        }))
    };
    let fill = |finding: Finding, met: &Met<'_, '_>| {
        let mut first = None;
        let finding = met.shown().fold(finding, |finding, seen| {
            seen.containers()
                .fold(finding, |finding, (container, identity)| {
                    let Some(variable) = proxy_of(identity) else {
                        return finding;
                    };
                    first.get_or_insert(container);
                    let name = visible(&container.name);
                    let known = no_proxy(&container.env).unwrap_or("absent, or not visible");
                    finding
                        .proof(
                            seen.call(),
                            format!("spec.containers[{name}].env[{}]", variable.name()),
                            container
                                .env
                                .literal(variable)
                                .cloned()
                                .unwrap_or_else(|| "not visible".into()),
                        )
                        .proof(
                            seen.call(),
                            format!("spec.containers[{name}].env[NO_PROXY]"),
                            known,
                        )
                })
        });
        match first {
            Some(container) => finding.remedy(patch(
                "add the agent to NO_PROXY in the template of the pods",
                &excepted(container),
            )),
            None => finding,
        }
    };
    each(rule, look, &[Part::Pods], |served| {
        served.findings(
            rule,
            "behind a proxy that is not told to leave the agent alone",
            judge,
            fill,
        )
    })
}

fn proxy_of(identity: &Identity) -> Option<Variable> {
    identity.doubts.iter().find_map(|doubt| match doubt {
        Doubt::Proxy { variable } => Some(*variable),
        _ => None,
    })
}

fn is_proxied(container: &Container, identity: &Identity, address: IpAddr) -> Verdict {
    let Some(variable) = proxy_of(identity) else {
        return Verdict::No;
    };
    let env = &container.env;
    let is_visible = |variable| {
        !matches!(
            env.setting(variable),
            Some(Setting::Reference { .. } | Setting::Withheld)
        )
    };
    // Some SDKs take networks for exceptions, others do not.
    let blocks = [Variable::NoProxy, Variable::NoProxyLower]
        .into_iter()
        .filter_map(|variable| env.literal(variable))
        .flat_map(|hosts| hosts.split(','));
    let mut blocks = blocks.filter(|entry| entry.contains('/'));
    let may_be_excepted = blocks.any(|block| !is_within(block, address).is_no())
        || ![Variable::NoProxy, Variable::NoProxyLower]
            .into_iter()
            .all(is_visible)
        || container.env_from.iter().any(|from| {
            "NO_PROXY".starts_with(&*from.prefix) || "no_proxy".starts_with(&*from.prefix)
        });
    let is_set = !matches!(env.setting(variable), Some(Setting::Reference { .. }));
    if is_set && !may_be_excepted {
        Verdict::Yes
    } else {
        Verdict::Unknown
    }
}

/// The address at which a container asks the agent.
fn asked(env: &Env) -> Option<IpAddr> {
    let uri = env.literal(Variable::FullUri)?;
    if uri.contains("[fd00:ec2::23]") {
        return Some(AGENT_IPV6);
    }
    uri.contains("//169.254.170.23").then_some(AGENT_IPV4)
}

fn no_proxy(env: &Env) -> Option<&str> {
    let known = [Variable::NoProxy, Variable::NoProxyLower];
    known
        .into_iter()
        .find_map(|variable| env.literal(variable))
        .map(|text| &**text)
}

/// A patch of a workload whose container asks no proxy for the agent.
fn excepted(container: &Container) -> Value {
    let known = no_proxy(&container.env).into_iter();
    let hosts: Vec<&str> = known
        .filter(|hosts| !hosts.is_empty())
        .chain(ADDRESSES)
        .collect();
    let hosts = hosts.join(",");
    json!({"spec": {"template": {"spec": {"containers": [{
        "name": &*container.name,
        "env": [{"name": "NO_PROXY", "value": hosts}, {"name": "no_proxy", "value": hosts}],
    }]}}}})
}

fn policies(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    if is_idle(look) {
        return Vec::new();
    }
    if let Some(needs) = gap(&look.evidence.network_policies) {
        return vec![rule.unknown(Subject::Cluster, needs)];
    }
    let all = listed(&look.evidence.network_policies).unwrap_or_default();
    let enforcer = enforcer(look);
    each(rule, look, &[Part::Pods], |served| {
        let namespace = &served.binding.association.namespace;
        let own: Vec<&NetworkPolicy> = all
            .iter()
            .filter(|policy| policy.namespace == *namespace)
            .collect();
        let way_of = |seen: &Seen<'_>| {
            let mut asked = seen
                .containers()
                .filter_map(|(container, _)| asked(&container.env));
            let address = asked.next().unwrap_or_else(|| address_of(look));
            (
                address,
                way(own.iter().copied(), seen.pod, address, AGENT_PORT),
            )
        };
        let judge = |seen: &Seen<'_>| {
            // Policies are not for pods with the network of their node, and Fargate has no agent to reach.
            if own.is_empty() || seen.pod.host_network || seen.pod.is_on_fargate() {
                return Verdict::No;
            }
            (!way_of(seen).1.is_open).and(is_enforced(enforcer.as_ref()))
        };
        served.findings(rule, "not let out to the agent by network policies", judge, |finding, met| {
            let Some(seen) = met.seen().next() else {
                return finding;
            };
            let (address, way) = way_of(seen);
            let finding = way.by.iter().fold(finding, |finding, policy| {
                finding.proof(
                    format!("{POLICIES} {namespace}/{}", policy.name),
                    "spec.egress[]",
                    format!("no rule lets out to {address} on TCP port {AGENT_PORT}"),
                )
            });
            let Some(first) = way.by.first() else {
                return finding;
            };
            let finding = match &enforcer {
                Some(proof) => finding.proof(proof.call, proof.field, proof.value.clone()),
                None => finding.remedy(advice(
                    "see whether anything in the cluster enforces policies: the network plug-in of EKS does so only with enableNetworkPolicy in the configuration values of the add-on vpc-cni",
                )),
            };
            finding
                .remedy(patch(
                    "apply this beside them: it lets the same pods out to the agent",
                    &opening(first, address),
                ))
                .remedy(advice(
                    "with Cilium, a block of addresses does not mean the node: allow the entity host by a policy of Cilium",
                ))
        })
    })
}

/// The address that new pods of the cluster are given.
fn address_of(look: &Look<'_>) -> IpAddr {
    let family = look.evidence.cluster.known().and_then(|cluster| {
        cluster
            .document
            .get("kubernetesNetworkConfig")?
            .get("ipFamily")?
            .as_str()
    });
    if family == Some("ipv6") {
        AGENT_IPV6
    } else {
        AGENT_IPV4
    }
}

/// A policy for the pods of another one, which are restricted already, so that it only adds.
fn opening(policy: &NetworkPolicy, address: IpAddr) -> Value {
    let length = if address.is_ipv4() { 32 } else { 128 };
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"namespace": &*policy.namespace, "name": format!("{}-pod-identity-agent", policy.name)},
        "spec": {
            "podSelector": selector(&policy.pods),
            "policyTypes": ["Egress"],
            "egress": [{
                "to": [{"ipBlock": {"cidr": format!("{address}/{length}")}}],
                "ports": [{"protocol": "TCP", "port": AGENT_PORT}],
            }],
        },
    })
}

fn selector(selector: &Selector) -> Value {
    let labels: serde_json::Map<_, _> = selector
        .labels
        .iter()
        .map(|(key, value)| (key.to_string(), json!(&**value)))
        .collect();
    let expressions = selector.expressions.iter().map(|expression| {
        let values: Vec<&str> = expression.values.iter().map(|value| &**value).collect();
        let mut written = json!({"key": &*expression.key, "operator": &*expression.operator});
        if let (false, Some(members)) = (values.is_empty(), written.as_object_mut()) {
            members.insert("values".to_owned(), json!(values));
        }
        written
    });
    let mut written = serde_json::Map::new();
    if !labels.is_empty() {
        written.insert("matchLabels".to_owned(), Value::Object(labels));
    }
    if !selector.expressions.is_empty() {
        written.insert("matchExpressions".to_owned(), expressions.collect());
    }
    Value::Object(written)
}

fn security_groups(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    const PLUG_IN: &str = "aws-node";
    let sets = listed(&look.evidence.daemon_sets);
    let plug_in = sets.and_then(|sets| sets.iter().find(|set| &*set.name == PLUG_IN));
    let mode = plug_in.map(|set| set.enforcing_mode.as_deref());
    let is_strict = match mode {
        // Where it is not set, it is strict.
        Some(None | Some("strict")) => Verdict::Yes,
        Some(Some("standard")) => Verdict::No,
        Some(Some(_)) | None => Verdict::Unknown,
    };
    let judge = |seen: &Seen<'_>| {
        let node = seen.evidence.node.present();
        let is_auto = node.is_some_and(|node| node.compute == Compute::Auto);
        let is_behind = seen.pod.marks.own_interface && !is_auto && !seen.pod.is_on_fargate();
        Verdict::from(is_behind).and(is_strict)
    };
    let mend = kubectl(
        &look.evidence.arn,
        &[
            "set",
            "env",
            "daemonset/aws-node",
            "POD_SECURITY_GROUP_ENFORCING_MODE=standard",
            "--namespace",
            "kube-system",
        ],
    );
    each(rule, look, &[Part::Pods], |served| {
        let findings = served.findings(rule, "with security groups of their own", judge, |finding, met| {
            let finding = met.shown().fold(finding, |finding, seen| {
                finding.proof(seen.call(), "metadata.annotations[vpc.amazonaws.com/pod-eni]", "present")
            });
            let finding = match mode {
                Some(mode) => finding.proof(
                    "GET daemonsets kube-system/aws-node",
                    "env[POD_SECURITY_GROUP_ENFORCING_MODE]",
                    mode.unwrap_or("absent, which is strict"),
                ),
                None => finding,
            };
            finding
                .remedy(command("enforce security groups in the standard mode", mend.clone()))
                .remedy(advice(
                    "where the add-on vpc-cni manages it, set env.POD_SECURITY_GROUP_ENFORCING_MODE in its configuration values; pods made since then are met by it, so restart those that are there",
                ))
        });
        // Without the mode, all that is known is that the pods have interfaces of their own.
        match gap(&look.evidence.daemon_sets) {
            Some(needs) if !findings.is_empty() => {
                vec![rule.unknown(served.binding.subject(), needs)]
            }
            _ => findings,
        }
    })
}
