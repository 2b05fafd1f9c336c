//! The rule, case by case: where the pod runs, and what lies between it and the agent.

use roledex::model::identity::Agent;
use serde_json::json;

use super::case::{Case, IRSA_ROLE, associated, bare, injected, main};
use super::table::check;

#[test]
fn fargate_has_no_agent() {
    let fargate = |case: Case| {
        case.with(
            "/metadata/labels/eks.amazonaws.com~1fargate-profile",
            json!("fp"),
        )
        .with("/spec/nodeName", json!("fargate-ip-10-0-0-9"))
        .agent(Agent::Unknown)
    };
    check(vec![
        (
            "Fargate, injected",
            fargate(injected(main())),
            "none !FargateUnsupported",
        ),
        (
            "Fargate, not injected",
            fargate(associated([main()])),
            "none !FargateUnsupported",
        ),
        (
            "Fargate, IRSA",
            fargate(bare(main().irsa()).annotated(IRSA_ROLE)),
            "IRSA @irsa",
        ),
        ("Fargate, keys", fargate(bare(main().keys())), "static keys"),
        ("Fargate, nothing", fargate(bare(main())), "none"),
        (
            "Fargate, by the node's label",
            injected(main()).on("fargate", "linux"),
            "none !FargateUnsupported",
        ),
    ]);
}

#[test]
fn windows_has_no_agent() {
    let windows_irsa = main()
        .var("AWS_ROLE_ARN", IRSA_ROLE)
        .var(
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            r"C:\var\run\secrets\eks.amazonaws.com\serviceaccount\token",
        )
        .mount(
            "aws-iam-token",
            r"C:\var\run\secrets\eks.amazonaws.com\serviceaccount",
        );
    check(vec![
        (
            "Windows, injected",
            injected(main()).on("ec2", "windows"),
            "none (likely) ?WindowsUnsupported,MayFallThrough !WindowsUnsupported",
        ),
        (
            "Windows, by its node selector",
            injected(main())
                .unknown_node()
                .with("/spec/nodeSelector", json!({"kubernetes.io/os": "windows"})),
            "none (likely) ?WindowsUnsupported,MayFallThrough !WindowsUnsupported",
        ),
        (
            "Windows, IRSA",
            bare(windows_irsa).annotated(IRSA_ROLE).on("ec2", "windows"),
            "IRSA @irsa",
        ),
        (
            "Windows, nothing",
            bare(main()).on("ec2", "windows"),
            "node role (likely) @node ?MetadataUnseen",
        ),
    ]);
}

#[test]
fn auto_mode_and_hybrid_nodes() {
    check(vec![
        (
            "Auto Mode has its agent",
            injected(main()).on("auto", "linux").agent(Agent::Missing),
            "pod identity @pod",
        ),
        (
            "Auto Mode, nothing",
            bare(main()).on("auto", "linux"),
            "unknown (may be node role) @node ?MetadataUnseen",
        ),
        (
            "Auto Mode, nothing, network of the node",
            bare(main())
                .on("auto", "linux")
                .with("/spec/hostNetwork", json!(true)),
            "node role (likely) @node ?MetadataUnseen",
        ),
        (
            "hybrid with its agent",
            injected(main()).on("hybrid", "linux"),
            "pod identity @pod !HybridAgent",
        ),
        (
            "hybrid, agent not known",
            injected(main()).on("hybrid", "linux").agent(Agent::Unknown),
            "pod identity (likely) @pod ?AgentUnknown !HybridAgent",
        ),
        (
            "hybrid without agent",
            injected(main()).on("hybrid", "linux").agent(Agent::Missing),
            "none (likely) ?AgentMissing,MayFallThrough",
        ),
        (
            "hybrid, nothing",
            bare(main()).on("hybrid", "linux"),
            "none (likely) ?MetadataUnseen",
        ),
    ]);
}

#[test]
fn the_node_and_its_agent() {
    check(vec![
        (
            "hostNetwork, injected",
            injected(main()).with("/spec/hostNetwork", json!(true)),
            "pod identity @pod !HostNetwork",
        ),
        (
            "hostNetwork, nothing",
            bare(main()).with("/spec/hostNetwork", json!(true)),
            "node role (likely) @node ?MetadataUnseen",
        ),
        (
            "an interface of its own",
            injected(main()).with(
                "/metadata/annotations/vpc.amazonaws.com~1pod-eni",
                json!("[]"),
            ),
            "pod identity @pod !OwnInterface",
        ),
        (
            "no agent",
            injected(main()).agent(Agent::Missing),
            "none (likely) ?AgentMissing,MayFallThrough",
        ),
        (
            "agent not ready",
            injected(main()).agent(Agent::NotReady),
            "pod identity (likely) @pod ?AgentNotReady",
        ),
        (
            "agent not known",
            injected(main()).agent(Agent::Unknown),
            "pod identity (likely) @pod ?AgentUnknown",
        ),
        (
            "node not known",
            injected(main()).unknown_node(),
            "pod identity (likely) @pod ?NodeUnknown",
        ),
        (
            "a kind of node not known",
            injected(main()).on("lunar", "linux"),
            "pod identity (likely) @pod ?NodeUnknown",
        ),
        (
            "node not known, no agent seen",
            injected(main()).unknown_node().agent(Agent::Missing),
            "pod identity (likely) @pod ?NodeUnknown,AgentMissing",
        ),
        (
            "node not known, nothing",
            bare(main()).unknown_node(),
            "unknown ?NodeUnknown",
        ),
        (
            "node not known, IRSA",
            bare(main().irsa()).annotated(IRSA_ROLE).unknown_node(),
            "IRSA @irsa",
        ),
        (
            "another pod's node",
            injected(main()).with("/spec/nodeName", json!("ip-10-9-9-9")),
            "pod identity (likely) @pod ?NodeUnknown",
        ),
        (
            "not scheduled",
            injected(main()).with("/spec/nodeName", json!(null)),
            "pod identity (likely) @pod ?NotScheduled",
        ),
        (
            "not scheduled, nothing",
            bare(main()).with("/spec/nodeName", json!(null)),
            "unknown ?NotScheduled",
        ),
    ]);
}

#[test]
fn on_the_way_to_the_agent() {
    let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let uri = "http://169.254.170.23/v1/credentials";
    let proxied = || main().var("HTTP_PROXY", "http://u:p@proxy:3128");
    check(vec![
        (
            "no token file",
            associated([main().var(full, uri)]),
            "pod identity (likely) @pod ?NoToken",
        ),
        (
            "the user's volume has the name",
            injected(main()).with(
                "/spec/volumes",
                json!([{"name": "eks-pod-identity-token", "emptyDir": {}}]),
            ),
            "pod identity (likely) @pod ?TokenNotMounted",
        ),
        (
            "a proxy",
            injected(proxied()),
            "pod identity (likely) @pod ?Proxy",
        ),
        (
            "a proxy, and the agent excepted",
            injected(proxied().var("no_proxy", "10.0.0.0/8, 169.254.170.23")),
            "pod identity @pod",
        ),
        (
            "a proxy, and all excepted",
            injected(proxied().var("NO_PROXY", "*")),
            "pod identity @pod",
        ),
        (
            "a proxy for TLS only",
            injected(main().var("HTTPS_PROXY", "http://proxy:3128")),
            "pod identity @pod",
        ),
        (
            "the address of the agent, another path",
            bare(main().var(full, "http://169.254.170.23/other")),
            "own endpoint",
        ),
    ]);
}
