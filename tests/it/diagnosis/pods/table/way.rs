//! What stands between a pod and the agent, or comes before it.

use roledex::model::Learned;
use roledex::model::diagnosis::{EgressRule, Peer, Port, Selector};
use serde_json::json;

use super::super::world::{addon, daemon_set, names_alone};
use super::Case;

pub(super) const CASES: &[Case] = &[
    // 43
    (
        "the network of the node",
        |world| world.pods[0]["spec"]["hostNetwork"] = json!(true),
        &["host-network found api-1"],
    ),
    // 45
    (
        "a proxy and IPv6",
        |world| {
            let uri = "http://[fd00:ec2::23]/v1/credentials";
            world.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri);
            world.set("HTTP_PROXY", "http://proxy.example.com:3128");
            world.set("NO_PROXY", "169.254.170.23,10.0.0.0/8");
        },
        &["proxy-without-ipv6-agent found api-1"],
    ),
    // 46
    (
        "a policy for names alone",
        |world| world.evidence.network_policies = Learned::Known(vec![names_alone("payments")]),
        &["network-policy-blocks-agent possible api-1"],
    ),
    (
        "a policy for names alone, and Calico",
        |world| {
            world.evidence.network_policies = Learned::Known(vec![names_alone("payments")]);
            world.sets().push(daemon_set("calico-node", 1, 1));
        },
        &["network-policy-blocks-agent found api-1"],
    ),
    (
        "a policy for names alone, and the network plug-in enforces it",
        |world| {
            world.evidence.network_policies = Learned::Known(vec![names_alone("payments")]);
            let mut plug_in = addon("vpc-cni", "ACTIVE");
            plug_in.configuration = Some(r#"{"enableNetworkPolicy":"true"}"#.into());
            world.addons().push(plug_in);
        },
        &["network-policy-blocks-agent found api-1"],
    ),
    (
        "a policy for names alone, and the network plug-in does not enforce it",
        |world| {
            world.evidence.network_policies = Learned::Known(vec![names_alone("payments")]);
            let mut plug_in = addon("vpc-cni", "ACTIVE");
            plug_in.configuration = Some(r#"{"enableNetworkPolicy":"false"}"#.into());
            world.addons().push(plug_in);
        },
        &["network-policy-blocks-agent possible api-1"],
    ),
    (
        "a policy of another namespace",
        |world| world.evidence.network_policies = Learned::Known(vec![names_alone("other")]),
        &[],
    ),
    (
        "a policy with a port by name",
        |world| {
            let mut policy = names_alone("payments");
            policy.egress.push(EgressRule {
                peers: vec![Peer::Block {
                    cidr: "0.0.0.0/0".into(),
                    except: vec![],
                }],
                ports: vec![Port {
                    protocol: None,
                    port: None,
                    end: None,
                    named: Some("http".into()),
                }],
            });
            world.evidence.network_policies = Learned::Known(vec![policy]);
        },
        &["network-policy-blocks-agent possible api-1"],
    ),
    (
        "a policy that lets out",
        |world| {
            let mut policy = names_alone("payments");
            policy.pods = Selector::default();
            policy.egress.push(EgressRule {
                peers: vec![Peer::Block {
                    cidr: "169.254.170.23/32".into(),
                    except: vec![],
                }],
                ports: vec![Port {
                    protocol: None,
                    port: Some(80),
                    end: None,
                    named: None,
                }],
            });
            world.evidence.network_policies = Learned::Known(vec![names_alone("payments"), policy]);
        },
        &[],
    ),
    // 47
    (
        "a proxy",
        |world| world.set("HTTP_PROXY", "http://proxy.example.com:3128"),
        &["proxy-without-agent found api-1"],
    ),
    (
        "a proxy, and a network that some SDKs except",
        |world| {
            world.set("HTTP_PROXY", "http://proxy.example.com:3128");
            world.set("NO_PROXY", "169.254.0.0/16");
        },
        &["proxy-without-agent possible api-1"],
    ),
    (
        "a proxy that leaves the agent alone",
        |world| {
            world.set("HTTP_PROXY", "http://proxy.example.com:3128");
            world.set("no_proxy", "localhost,169.254.170.23");
        },
        &[],
    ),
    // 48
    (
        "security groups, strictly",
        |world| {
            world.pods[0]["metadata"]["annotations"]["vpc.amazonaws.com/pod-eni"] = json!("[]");
        },
        &["security-groups-strict found api-1"],
    ),
    (
        "security groups, in the standard mode",
        |world| {
            world.pods[0]["metadata"]["annotations"]["vpc.amazonaws.com/pod-eni"] = json!("[]");
            world.sets()[1].enforcing_mode = Some("standard".into());
        },
        &[],
    ),
    // 50
    (
        "access keys",
        |world| {
            world.set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
            world.set("AWS_SECRET_ACCESS_KEY", "x");
        },
        &["static-keys found api-1"],
    ),
    // 51
    (
        "a web identity by hand",
        |world| {
            world.set("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/other");
            world.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/tokens/own");
        },
        &["web-identity-by-hand found api-1"],
    ),
    // 52
    (
        "a profile with its file",
        |world| {
            world.set("AWS_PROFILE", "prod");
            world.set("AWS_SHARED_CREDENTIALS_FILE", "/aws/credentials");
        },
        &["profile-first found api-1"],
    ),
    (
        "a profile alone",
        |world| world.set("AWS_PROFILE", "prod"),
        &["profile-first possible api-1"],
    ),
    // 53
    (
        "an endpoint of its own",
        |world| {
            world.set(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "http://localhost:8080/creds",
            );
        },
        &["own-credential-endpoint found api-1"],
    ),
    // 80
    (
        "a pod on its way out",
        |world| {
            world.pods[0]["metadata"]["deletionTimestamp"] = json!("2026-11-21T11:59:59Z");
        },
        &["pods-gone found api-1"],
    ),
    (
        "a job that did its work",
        |world| world.pods[0]["status"]["phase"] = json!("Succeeded"),
        &[],
    ),
    // 81
    (
        "another region",
        |world| world.set("AWS_REGION", "us-east-1"),
        &["region-elsewhere found api-1"],
    ),
    (
        "another add-on",
        |world| {
            let vpc_cni = addon("vpc-cni", "DEGRADED");
            world.addons().push(vpc_cni);
        },
        &[],
    ),
];
