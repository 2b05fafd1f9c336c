//! The rule, case by case: `phrase @role ?doubts !notes`.

use jiff::SignedDuration;
use roledex::model::identity::{Agent, Fact, Mechanism, Sdk};
use serde_json::json;

use super::case::{
    Case, HAND_ROLE, IRSA_ROLE, associated, association, bare, born, injected, main, now,
};

fn check(rows: impl IntoIterator<Item = (&'static str, Case, &'static str)>) {
    let mut wrong = Vec::new();
    for (name, case, expected) in rows {
        let told = case.told().join(" | ");
        if told != expected {
            wrong.push(format!("{name}\n  expected {expected}\n  told     {told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_mechanism_alone() {
    check([
        ("pod identity", injected(main()), "pod identity @pod"),
        (
            "pod identity, IPv6",
            associated([main().agent_at("http://[fd00:ec2::23]/v1/credentials")]),
            "pod identity @pod",
        ),
        (
            "IRSA",
            bare(main().irsa()).annotated(IRSA_ROLE),
            "IRSA @irsa",
        ),
        ("static keys", bare(main().keys()), "static keys"),
        (
            "web identity by hand",
            bare(main().web_by_hand().mount("own-token", "/tokens")),
            "web identity @hand",
        ),
        (
            "web identity by hand, token from nowhere",
            bare(main().web_by_hand()),
            "web identity (likely) @hand ?TokenNotMounted",
        ),
        (
            "AWS files in a Secret",
            bare(main().aws_files()),
            "profile (likely) ?FileContents",
        ),
        (
            "a shared credentials file",
            bare(main().var("AWS_SHARED_CREDENTIALS_FILE", "/x")),
            "profile (likely) ?FileContents",
        ),
        (
            "an endpoint of its own",
            bare(main().var(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "http://127.0.0.1:9000/c",
            )),
            "own endpoint",
        ),
        (
            "an endpoint over TLS",
            bare(main().var(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "https://creds.example/c",
            )),
            "own endpoint",
        ),
        (
            "an endpoint that SDKs refuse",
            bare(main().var(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "http://creds.example/c",
            )),
            "own endpoint (likely) ?HostMayBeRefused",
        ),
        (
            "an endpoint out of a Secret",
            bare(main().secret("AWS_CONTAINER_CREDENTIALS_FULL_URI", false)),
            "own endpoint (likely) ?ByReference",
        ),
        (
            "an endpoint of ECS",
            bare(main().var("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/c")),
            "own endpoint",
        ),
        (
            "nothing",
            bare(main()),
            "node role (likely) @node ?MetadataUnseen",
        ),
        (
            "nothing, metadata off",
            bare(main().var("AWS_EC2_METADATA_DISABLED", "TRUE")),
            "none",
        ),
        (
            "nothing, metadata perhaps off",
            bare(main().secret("AWS_EC2_METADATA_DISABLED", false)),
            "node role (likely) @node ?ByReference,MetadataUnseen",
        ),
    ]);
}

#[test]
fn the_order_of_sdks() {
    let profile = || main().var("AWS_PROFILE", "prod");
    check([
        (
            "keys before pod identity",
            injected(main().keys()),
            "static keys !Shadowed",
        ),
        (
            "keys before IRSA",
            bare(main().irsa().keys()).annotated(IRSA_ROLE),
            "static keys !Shadowed",
        ),
        (
            "keys before all",
            injected(main().irsa().keys().aws_files()),
            "static keys !Shadowed,Shadowed,Shadowed",
        ),
        (
            "IRSA before pod identity",
            injected(main().irsa()).annotated(IRSA_ROLE),
            "IRSA @irsa !Shadowed",
        ),
        (
            "web identity by hand before pod identity",
            injected(main().web_by_hand().mount("own-token", "/tokens/")),
            "web identity @hand !Shadowed",
        ),
        (
            "files before pod identity",
            injected(main().aws_files()),
            "profile (likely) ?FileContents !Shadowed",
        ),
        (
            "files and IRSA: Rust and JavaScript against the rest",
            bare(main().irsa().aws_files()).annotated(IRSA_ROLE),
            "differs by SDK ?SdksDiffer,MayBeShadowed",
        ),
        (
            "files, IRSA and pod identity",
            injected(main().irsa().aws_files()),
            "differs by SDK ?SdksDiffer,MayBeShadowed",
        ),
        (
            "a profile's name without a file",
            injected(profile()),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "a profile's name without a file, IRSA",
            bare(profile().irsa()).annotated(IRSA_ROLE),
            "IRSA (likely) @irsa ?MayBeShadowed",
        ),
        (
            "a profile's name with its file",
            injected(profile().aws_files()),
            "profile (likely) ?FileContents !Shadowed",
        ),
        (
            "keys and a profile's name: JavaScript passes the keys",
            bare(profile().keys()),
            "static keys (likely) ?SdksDiffer,MayBeShadowed",
        ),
        (
            "keys and a profile with its file",
            bare(profile().keys().aws_files()),
            "static keys (likely) ?SdksDiffer !Shadowed",
        ),
        (
            "a default profile, for botocore only",
            injected(main().var("AWS_DEFAULT_PROFILE", "x")),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "a configuration may hold a region only",
            injected(main().var("AWS_CONFIG_FILE", "/x")),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "a directory that starts empty",
            injected(main().mount("scratch", "/root/.aws")),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "old names of keys, for Go only",
            injected(main().var("AWS_ACCESS_KEY", "x").var("AWS_SECRET_KEY", "x")),
            "pod identity (likely) @pod ?SdksDiffer",
        ),
        (
            "the relative URI before the full one",
            injected(main().var("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c")),
            "own endpoint !Shadowed",
        ),
    ]);
}

#[test]
fn each_sdk_is_told_where_they_differ() {
    use Mechanism::{Irsa, Profile};
    let case = bare(main().irsa().aws_files()).annotated(IRSA_ROLE);
    let choices: Vec<_> = case.verdicts()[0]
        .choices
        .iter()
        .map(|choice| (choice.sdk, choice.mechanism))
        .collect();
    assert_eq!(
        choices,
        [
            (Sdk::Rust, Profile),
            (Sdk::Java, Irsa),
            (Sdk::Go, Irsa),
            (Sdk::Botocore, Irsa),
            (Sdk::JavaScript, Profile),
        ]
    );
    assert!(injected(main()).verdicts()[0].choices.is_empty());
}

#[test]
fn variables_that_are_half_or_not_seen() {
    let id = "AWS_ACCESS_KEY_ID";
    let secret = "AWS_SECRET_ACCESS_KEY";
    check([
        (
            "keys out of a Secret",
            bare(main().secret(id, false).secret(secret, false)),
            "static keys (likely) ?ByReference,ByReference",
        ),
        (
            "keys perhaps out of a Secret",
            injected(main().secret(id, true).secret(secret, true)),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "keys of other variables",
            injected(main().var(id, "$(ID)").var(secret, "$(S)")),
            "pod identity (likely) @pod ?MayBeShadowed",
        ),
        (
            "half of the keys",
            injected(main().var(id, "x")),
            "pod identity (likely) @pod ?HalfPair",
        ),
        (
            "a token file without a role",
            injected(main().var("AWS_WEB_IDENTITY_TOKEN_FILE", "/x")),
            "pod identity (likely) @pod ?HalfPair",
        ),
        (
            "a role without a token file",
            injected(main().var("AWS_ROLE_ARN", HAND_ROLE)),
            "pod identity @pod",
        ),
        (
            "empty keys",
            injected(main().var(id, "").var(secret, "")),
            "pod identity @pod",
        ),
        (
            "the later definition counts",
            injected(main().keys().var(id, "").var(secret, "")),
            "pod identity @pod",
        ),
        (
            "a session token alone",
            injected(main().var("AWS_SESSION_TOKEN", "x")),
            "pod identity @pod",
        ),
        (
            "envFrom beside pod identity",
            injected(main().env_from("")),
            "pod identity (likely) @pod ?EnvFrom",
        ),
        (
            "envFrom beside keys",
            bare(main().keys().env_from("AWS_")),
            "static keys (likely) ?EnvFrom",
        ),
        (
            "envFrom with a prefix that cannot matter",
            injected(main().env_from("DB_")),
            "pod identity @pod",
        ),
        (
            "envFrom and nothing else",
            bare(main().env_from("")),
            "unknown (may be node role) @node ?MetadataUnseen,EnvFrom",
        ),
        (
            "a role that is no ARN is not shown",
            bare(main().irsa().var("AWS_ROLE_ARN", "hunter2")).annotated(IRSA_ROLE),
            "IRSA",
        ),
    ]);
}

#[test]
fn where_the_pod_runs() {
    let fargate = |case: Case| {
        case.with(
            "/metadata/labels/eks.amazonaws.com~1fargate-profile",
            json!("fp"),
        )
        .with("/spec/nodeName", json!("fargate-ip-10-0-0-9"))
        .agent(Agent::Unknown)
    };
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
    check([
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
    check([
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

#[test]
fn what_the_association_changes() {
    let undescribed = Fact::Present((association("payments"), None));
    let foreign = Fact::Present((association("other"), None));
    check([
        (
            "removed",
            injected(main()).association(Fact::Absent),
            "pod identity (likely) ?AssociationAbsent",
        ),
        (
            "not known",
            injected(main()).association(Fact::Unknown),
            "pod identity (likely) ?AssociationUnknown",
        ),
        (
            "another's",
            injected(main()).association(foreign),
            "pod identity (likely) ?AssociationUnknown",
        ),
        (
            "not described",
            injected(main()).association(undescribed.clone()),
            "pod identity !RoleNotRead",
        ),
        (
            "with a target role",
            injected(main()).described(|detail| {
                detail.target_role = Some("arn:aws:iam::444455556666:role/target".into())
            }),
            "pod identity @target",
        ),
        (
            "changed while the pod ran",
            injected(main())
                .described(|detail| detail.modified = Some(now() - SignedDuration::from_hours(5))),
            "pod identity @pod !RoleMayLag",
        ),
        (
            "changed long enough ago",
            injected(main())
                .described(|detail| detail.modified = Some(now() - SignedDuration::from_hours(7))),
            "pod identity @pod",
        ),
        (
            "younger than the pod",
            associated([main()])
                .described(|detail| detail.created = Some(born() + SignedDuration::from_secs(1))),
            "node role (likely) @node ?MetadataUnseen !AdmittedBefore,NewPodsGetPodIdentity",
        ),
        (
            "seconds older than the pod",
            associated([main()])
                .described(|detail| detail.created = Some(born() - SignedDuration::from_secs(7))),
            "node role (likely) @node ?MetadataUnseen !InPropagationWindow,NewPodsGetPodIdentity",
        ),
        (
            "older, and yet nothing",
            associated([main()]),
            "node role (likely) @node ?MetadataUnseen !NotInjected,NewPodsGetPodIdentity",
        ),
        (
            "of unknown age",
            associated([main()]).association(undescribed),
            "node role (likely) @node ?MetadataUnseen !MayPredate,NewPodsGetPodIdentity",
        ),
        (
            "younger than an IRSA pod",
            associated([main().irsa()])
                .annotated(IRSA_ROLE)
                .described(|detail| detail.created = Some(born() + SignedDuration::from_hours(1))),
            "IRSA @irsa !AdmittedBefore,NewPodsGetPodIdentity",
        ),
        (
            "beside an annotation",
            injected(main()).annotated(IRSA_ROLE),
            "pod identity @pod !AnnotationIgnored",
        ),
    ]);
}

#[test]
fn what_the_annotation_changes() {
    let mut unknown = bare(main().irsa());
    unknown.account = Fact::Unknown;
    check([
        (
            "only new pods",
            bare(main()).annotated(IRSA_ROLE),
            "node role (likely) @node ?MetadataUnseen !AnnotationForNewPods",
        ),
        (
            "changed",
            bare(main().irsa()).annotated(HAND_ROLE),
            "IRSA @irsa !AnnotationDiffers",
        ),
        ("removed", bare(main().irsa()), "IRSA @irsa !AnnotationGone"),
        ("not known", unknown, "IRSA @irsa"),
    ]);
}

#[test]
fn left_alone_by_the_webhook() {
    let mirror = "/metadata/annotations/kubernetes.io~1config.mirror";
    let skip = "/metadata/annotations/eks.amazonaws.com~1skip-containers";
    let opt_out = "/metadata/labels/eks.amazonaws.com~1skip-pod-identity-webhook";
    let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    check([
        (
            "skipped",
            associated([main()]).with(skip, json!("proxy, app")),
            "node role (likely) @node ?MetadataUnseen !Skipped",
        ),
        (
            "opted out",
            associated([main()]).with(opt_out, json!("")),
            "node role (likely) @node ?MetadataUnseen !OptedOut",
        ),
        (
            "opted out, IRSA",
            bare(main()).annotated(IRSA_ROLE).with(opt_out, json!("")),
            "node role (likely) @node ?MetadataUnseen !OptedOut",
        ),
        (
            "static pod",
            associated([main()]).with(mirror, json!("x")),
            "node role (likely) @node ?MetadataUnseen !StaticPod",
        ),
        (
            "its own variable",
            associated([main().var(full, "http://localhost/c")]),
            "own endpoint !DefinesItself",
        ),
        (
            "its own variable, empty",
            associated([main().var(full, "")]),
            "node role (likely) @node ?MetadataUnseen !DefinesItself",
        ),
        (
            "ephemeral",
            associated([main().kind("ephemeralContainers")]),
            "node role (likely) @node ?MetadataUnseen !Ephemeral",
        ),
        (
            "ended",
            injected(main()).with("/status/phase", json!("Succeeded")),
            "pod identity @pod !Ended",
        ),
    ]);
}

#[test]
fn each_container_has_its_own_answer() {
    let case = associated([
        main().named("app").pod_identity(),
        main().named("proxy"),
        main().named("legacy").pod_identity().keys(),
        main().named("setup").pod_identity().kind("initContainers"),
        main().named("debug").kind("ephemeralContainers"),
    ])
    .with(
        "/metadata/annotations/eks.amazonaws.com~1skip-containers",
        json!("proxy"),
    );
    assert_eq!(
        case.told(),
        [
            "pod identity @pod",
            "node role (likely) @node ?MetadataUnseen !Skipped",
            "static keys !Shadowed",
            "pod identity @pod",
            "node role (likely) @node ?MetadataUnseen !Ephemeral",
        ]
    );
}
