//! Selectors, blocks of addresses, and the way from a pod to its agent.

use std::net::IpAddr;

use proptest::prelude::*;
use roledex::model::diagnosis::egress::{AGENT_IPV4, AGENT_IPV6, AGENT_PORT, is_within, way};
use roledex::model::diagnosis::selector::Label;
use roledex::model::diagnosis::{EgressRule, Expression, NetworkPolicy, Peer, Port, Selector};
use roledex::model::pod::Pod;
use roledex::model::verdict::Verdict::{self, No, Unknown, Yes};
use serde_json::json;

fn selector(labels: &[(&str, &str)], expressions: &[(&str, &str, &[&str])]) -> Selector {
    Selector {
        labels: labels
            .iter()
            .map(|(key, value)| ((*key).into(), (*value).into()))
            .collect(),
        expressions: expressions
            .iter()
            .map(|(key, operator, values)| Expression {
                key: (*key).into(),
                operator: (*operator).into(),
                values: values.iter().map(|value| (*value).into()).collect(),
            })
            .collect(),
    }
}

fn pod() -> Pod {
    Pod::decode(&json!({
        "metadata": {"namespace": "payments", "name": "api-1",
            "labels": {"app": "api", "tier": "web"}},
        "spec": {"containers": []},
    }))
    .unwrap()
}

fn block(cidr: &str, except: &[&str]) -> Peer {
    Peer::Block {
        cidr: cidr.into(),
        except: except.iter().map(|cidr| (*cidr).into()).collect(),
    }
}

fn port(protocol: Option<&str>, port: Option<u16>, end: Option<u16>) -> Port {
    Port {
        protocol: protocol.map(Into::into),
        port,
        end,
        named: None,
    }
}

fn named(name: &str) -> Port {
    Port {
        named: Some(name.into()),
        ..port(None, None, None)
    }
}

fn policy(name: &str, pods: Selector, egress: Vec<EgressRule>) -> NetworkPolicy {
    NetworkPolicy {
        namespace: "payments".into(),
        name: name.into(),
        pods,
        is_egress: true,
        egress,
    }
}

fn rule(peers: Vec<Peer>, ports: Vec<Port>) -> EgressRule {
    EgressRule { peers, ports }
}

#[test]
fn selectors_select_as_kubernetes_does() {
    let pod = pod();
    let label = |key: &str| Label::of(pod.labels.value(key).map(|value| &**value));
    for (selector, expected) in [
        (selector(&[], &[]), Yes),
        (selector(&[("app", "api")], &[]), Yes),
        (selector(&[("app", "other")], &[]), No),
        (selector(&[("team", "x")], &[]), No),
        (selector(&[], &[("app", "In", &["a", "api"])]), Yes),
        (selector(&[], &[("app", "In", &["a"])]), No),
        (selector(&[], &[("team", "In", &["a"])]), No),
        (selector(&[], &[("app", "NotIn", &["api"])]), No),
        (selector(&[], &[("team", "NotIn", &["a"])]), Yes),
        (selector(&[], &[("tier", "Exists", &[])]), Yes),
        (selector(&[], &[("team", "Exists", &[])]), No),
        (selector(&[], &[("tier", "DoesNotExist", &[])]), No),
        (selector(&[], &[("team", "DoesNotExist", &[])]), Yes),
        (selector(&[], &[("tier", "Resembles", &["w"])]), Unknown),
        // One that fails decides, whatever the others are.
        (
            selector(&[("app", "other")], &[("tier", "Resembles", &["w"])]),
            No,
        ),
    ] {
        assert_eq!(selector.selects(label), expected, "{selector:?}");
    }
    let unread = selector(&[("app", "api")], &[("tier", "Exists", &[])]);
    assert_eq!(unread.selects(|_| Label::Unknown), Unknown);
}

#[test]
fn blocks_hold_addresses() {
    for (cidr, address, expected) in [
        ("169.254.170.23/32", AGENT_IPV4, Yes),
        ("169.254.0.0/16", AGENT_IPV4, Yes),
        ("169.254.170.0/29", AGENT_IPV4, No),
        ("0.0.0.0/0", AGENT_IPV4, Yes),
        ("10.0.0.0/8", AGENT_IPV4, No),
        ("::/0", AGENT_IPV4, No),
        ("fd00:ec2::23/128", AGENT_IPV6, Yes),
        ("fd00:ec2::/64", AGENT_IPV6, Yes),
        ("::/0", AGENT_IPV6, Yes),
        ("0.0.0.0/0", AGENT_IPV6, No),
        ("fd00:ec2::24/128", AGENT_IPV6, No),
        ("169.254.170.23", AGENT_IPV4, Unknown),
        ("169.254.170.23/33", AGENT_IPV4, Unknown),
        ("everywhere/0", AGENT_IPV4, Unknown),
        ("", AGENT_IPV4, Unknown),
    ] {
        assert_eq!(is_within(cidr, address), expected, "{cidr} {address}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table reads best whole")]
fn what_one_policy_allows_is_allowed() {
    let api = || selector(&[("app", "api")], &[]);
    let strange = || selector(&[], &[("app", "Resembles", &["api"])]);
    let dns = || rule(vec![], vec![port(Some("UDP"), Some(53), None)]);
    let agent = || {
        let peer = block("169.254.170.23/32", &[]);
        rule(vec![peer], vec![port(Some("TCP"), Some(80), None)])
    };
    let ingress = NetworkPolicy {
        is_egress: false,
        ..policy("ingress", api(), vec![])
    };
    let elsewhere = NetworkPolicy {
        namespace: "other".into(),
        ..policy("elsewhere", selector(&[], &[]), vec![])
    };
    for (about, policies, expected) in [
        ("no policy", vec![], Yes),
        ("of another namespace", vec![elsewhere], Yes),
        ("of ingress alone", vec![ingress], Yes),
        (
            "of other pods",
            vec![policy("p", selector(&[("app", "x")], &[]), vec![])],
            Yes,
        ),
        ("nothing", vec![policy("p", api(), vec![])], No),
        ("names alone", vec![policy("p", api(), vec![dns()])], No),
        (
            "the agent",
            vec![policy("p", api(), vec![dns(), agent()])],
            Yes,
        ),
        (
            "the agent by another policy",
            vec![
                policy("p", api(), vec![]),
                policy("q", selector(&[], &[]), vec![agent()]),
            ],
            Yes,
        ),
        (
            "everything",
            vec![policy("p", api(), vec![EgressRule::default()])],
            Yes,
        ),
        (
            "pods alone",
            vec![policy("p", api(), vec![rule(vec![Peer::Other], vec![])])],
            No,
        ),
        (
            "everywhere but link-local",
            vec![policy(
                "p",
                api(),
                vec![rule(vec![block("0.0.0.0/0", &["169.254.0.0/16"])], vec![])],
            )],
            No,
        ),
        (
            "another port",
            vec![policy(
                "p",
                api(),
                vec![rule(vec![], vec![port(None, Some(443), None)])],
            )],
            No,
        ),
        (
            "a range of ports",
            vec![policy(
                "p",
                api(),
                vec![rule(vec![], vec![port(None, Some(1), Some(1024))])],
            )],
            Yes,
        ),
        (
            "a port by name",
            vec![policy(
                "p",
                api(),
                vec![rule(vec![block("0.0.0.0/0", &[])], vec![named("http")])],
            )],
            Unknown,
        ),
        (
            "a block that is none",
            vec![policy(
                "p",
                api(),
                vec![rule(vec![block("?", &[])], vec![])],
            )],
            Unknown,
        ),
        (
            "perhaps selected",
            vec![policy("p", strange(), vec![])],
            Unknown,
        ),
        (
            "perhaps selected, and let out",
            vec![policy("p", strange(), vec![agent()])],
            Yes,
        ),
        (
            "perhaps let out by another",
            vec![
                policy("p", api(), vec![]),
                policy("q", strange(), vec![agent()]),
            ],
            Unknown,
        ),
    ] {
        let way = way(&policies, &pod(), AGENT_IPV4, AGENT_PORT);
        assert_eq!(way.is_open, expected, "{about}");
    }
}

#[test]
fn each_address_has_its_own_way() {
    let all = |cidr| {
        vec![policy(
            "p",
            selector(&[], &[]),
            vec![rule(vec![block(cidr, &[])], vec![])],
        )]
    };
    let open =
        |policies: &[NetworkPolicy], address: IpAddr| way(policies, &pod(), address, 80).is_open;
    assert_eq!(open(&all("0.0.0.0/0"), AGENT_IPV4), Yes);
    assert_eq!(open(&all("0.0.0.0/0"), AGENT_IPV6), No);
    assert_eq!(open(&all("::/0"), AGENT_IPV6), Yes);
    let named: Vec<_> = way(&all("10.0.0.0/8"), &pod(), AGENT_IPV4, 80)
        .by
        .iter()
        .map(|policy| policy.name.to_string())
        .collect();
    assert_eq!(named, ["p"]);
}

fn any_policy() -> impl Strategy<Value = NetworkPolicy> {
    let selectors = prop::sample::select(vec![
        selector(&[], &[]),
        selector(&[("app", "api")], &[]),
        selector(&[("app", "x")], &[]),
        selector(&[], &[("app", "Resembles", &["api"])]),
    ]);
    let peers = prop::sample::subsequence(
        vec![
            block("0.0.0.0/0", &["169.254.0.0/16"]),
            block("169.254.170.23/32", &[]),
            block("?", &[]),
            Peer::Other,
        ],
        0..3,
    );
    let ports = prop::sample::subsequence(
        vec![
            port(None, Some(80), None),
            port(Some("UDP"), None, None),
            named("http"),
        ],
        0..3,
    );
    let rules = prop::collection::vec(
        (peers, ports).prop_map(|(peers, ports)| rule(peers, ports)),
        0..3,
    );
    ("[a-z]{3}", selectors, rules).prop_map(|(name, pods, egress)| policy(&name, pods, egress))
}

/// Makes one thing that is not known known, one way or the other.
fn decided(policies: &[NetworkPolicy], to: bool) -> Vec<NetworkPolicy> {
    let mut policies = policies.to_vec();
    for policy in &mut policies {
        if !policy.pods.expressions.is_empty() {
            let value = if to { "api" } else { "x" };
            policy.pods = selector(&[("app", value)], &[]);
        }
        for rule in &mut policy.egress {
            for port in &mut rule.ports {
                if port.named.take().is_some() {
                    port.port = Some(if to { 80 } else { 81 });
                }
            }
            for peer in &mut rule.peers {
                if *peer == block("?", &[]) {
                    *peer = block(if to { "169.254.0.0/16" } else { "10.0.0.0/8" }, &[]);
                }
            }
        }
    }
    policies
}

proptest! {
    #[test]
    fn the_order_of_policies_does_not_matter(policies in prop::collection::vec(any_policy(), 0..4)) {
        let mut turned = policies.clone();
        turned.reverse();
        let (one, other) = (way(&policies, &pod(), AGENT_IPV4, 80), way(&turned, &pod(), AGENT_IPV4, 80));
        prop_assert_eq!(one.is_open, other.is_open);
    }

    #[test]
    fn what_is_certain_stays_so_whatever_the_unknown_turns_out_to_be(
        policies in prop::collection::vec(any_policy(), 0..4), to in any::<bool>(),
    ) {
        let before: Verdict = way(&policies, &pod(), AGENT_IPV4, 80).is_open;
        let after = way(&decided(&policies, to), &pod(), AGENT_IPV4, 80).is_open;
        prop_assert!(!after.is_unknown());
        prop_assert!(before.is_unknown() || before == after);
    }

    #[test]
    fn any_text_is_a_block_or_not_known(text in any::<String>()) {
        is_within(&text, AGENT_IPV4);
        is_within(&text, AGENT_IPV6);
    }
}
