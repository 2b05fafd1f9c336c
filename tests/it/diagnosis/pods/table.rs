//! One trouble at a time, and what is told of it.

mod way;

use std::sync::LazyLock;

use roledex::model::Learned;
use roledex::model::health::HealthIssue;
use roledex::model::preflight::Decision;
use serde_json::json;

use super::world::{OPT_OUT, ROLE, World, daemon_set, expression, node, pod, simulated};
use super::{line, ours};

type Case = (&'static str, fn(&mut World), &'static [&'static str]);

/// Each world differs from the healthy one by its change alone.
pub(super) static CASES: LazyLock<Vec<Case>> =
    LazyLock::new(|| FIRST.iter().chain(way::CASES).copied().collect());

const FIRST: &[Case] = &[
    ("healthy", |_| {}, &[]),
    (
        "nobody has an association",
        |world| {
            world.evidence.associations = Learned::Known(vec![]);
            world.without_agent();
            world.evidence.webhook = Learned::Absent;
        },
        &[],
    ),
    // 9
    (
        "the workload runs as default",
        |world| world.pods[0]["spec"]["serviceAccountName"] = json!("default"),
        &["workload-uses-another-account found api-1"],
    ),
    (
        "a workload with a longer name runs as another",
        |world| {
            world.pods[0]["spec"]["serviceAccountName"] = json!("other");
            world.pods[0]["metadata"]["ownerReferences"][0]["name"] = json!("api-server-5d4f8c7b9");
        },
        &["workload-uses-another-account possible api-1"],
    ),
    (
        "a workload of another name runs as default",
        |world| {
            world.pods[0]["spec"]["serviceAccountName"] = json!("default");
            world.pods[0]["metadata"]["ownerReferences"][0]["name"] = json!("web-5d4f8c7b9");
        },
        &[],
    ),
    // 10
    (
        "the pod is older",
        |world| {
            world.not_injected();
            world.pods[0]["metadata"]["creationTimestamp"] = json!("2026-11-21T09:00:00Z");
        },
        &[
            "pod-older-than-association found api-1",
            "node-role-instead possible api-1 <- pod-older-than-association",
        ],
    ),
    (
        "the association was not described",
        |world| {
            world.not_injected();
            for detail in world.evidence.details.values_mut() {
                *detail = Learned::Needs("eks:DescribePodIdentityAssociation".into());
            }
        },
        &[
            "pod-older-than-association possible api-1",
            "node-role-instead possible api-1 <- pod-older-than-association",
            "pod-created-with-association unknown: needs eks:DescribePodIdentityAssociation",
            "pod-not-injected unknown: needs eks:DescribePodIdentityAssociation",
        ],
    ),
    // 11
    (
        "the pod came right after",
        |world| {
            world.not_injected();
            world.pods[0]["metadata"]["creationTimestamp"] = json!("2026-11-21T10:00:12Z");
        },
        &[
            "pod-created-with-association found api-1",
            "node-role-instead possible api-1 <- pod-created-with-association",
        ],
    ),
    // 12
    (
        "the webhook failed",
        |world| world.not_injected(),
        &[
            "pod-not-injected found api-1",
            "node-role-instead possible api-1 <- pod-not-injected",
        ],
    ),
    (
        "the webhook failed for one of two",
        |world| {
            world.pods.push(pod("api-2", "api"));
            world.not_injected();
        },
        &[
            "pod-not-injected found api-1",
            "node-role-instead possible api-1 <- pod-not-injected",
        ],
    ),
    // 13
    (
        "no webhook",
        |world| {
            world.evidence.webhook = Learned::Absent;
            world.not_injected();
        },
        &[
            "webhook-missing found",
            "pod-not-injected found api-1 <- webhook-missing",
            "node-role-instead possible api-1 <- pod-not-injected",
        ],
    ),
    (
        "another webhook",
        |world| world.webhook().name = "other.example.com".into(),
        &["webhook-missing found"],
    ),
    (
        "reviews of another version",
        |world| world.webhook().review_versions = vec!["v1".into()],
        &["webhook-altered found"],
    ),
    (
        "pods are refused",
        |world| world.webhook().failure_policy = Some("Fail".into()),
        &["webhook-altered found"],
    ),
    (
        "namespaces by name",
        |world| {
            let selector = &mut world.webhook().namespace_selector;
            let name = "kubernetes.io/metadata.name";
            selector
                .expressions
                .push(expression(name, "NotIn", &["payments"]));
        },
        &["webhook-altered found"],
    ),
    (
        "other namespaces by name",
        |world| {
            let selector = &mut world.webhook().namespace_selector;
            let name = "kubernetes.io/metadata.name";
            selector
                .expressions
                .push(expression(name, "NotIn", &["kube-system"]));
        },
        &[],
    ),
    (
        "namespaces by a label of their own",
        |world| {
            let selector = &mut world.webhook().namespace_selector;
            selector.labels.insert("team".into(), "x".into());
        },
        &["webhook-altered possible"],
    ),
    (
        "pods by label",
        |world| {
            let selector = &mut world.webhook().object_selector;
            selector.labels.insert("app".into(), "other".into());
        },
        &["webhook-altered found"],
    ),
    // 14
    (
        "opted out by label",
        |world| {
            world.not_injected();
            world.pods[0]["metadata"]["labels"][OPT_OUT] = json!("true");
        },
        &[
            "pod-opted-out found api-1",
            "node-role-instead possible api-1 <- pod-opted-out",
        ],
    ),
    (
        "opted out by annotation",
        |world| {
            world.not_injected();
            world.pods[0]["metadata"]["annotations"]["eks.amazonaws.com/skip-containers"] =
                json!("app");
        },
        &[
            "pod-opted-out found api-1",
            "node-role-instead possible api-1 <- pod-opted-out",
        ],
    ),
    // 15
    (
        "a volume of its own",
        |world| {
            world.pods[0]["spec"]["volumes"][0] =
                json!({"name": "eks-pod-identity-token", "emptyDir": {}});
        },
        &["token-volume-taken found api-1"],
    ),
    // 16
    (
        "no agent",
        |world| world.without_agent(),
        &[
            "agent-missing found",
            "agent-not-on-node found api-1 <- agent-missing",
        ],
    ),
    (
        "no agent is needed with Auto Mode",
        |world| {
            world.without_agent();
            world.cluster().auto_mode = true;
            world.nodes = vec![node("n1", "auto")];
            world.evidence.node_roles = roledex::model::census::NodeRoles::default();
        },
        &[],
    ),
    // 17
    (
        "a self-managed agent",
        |world| world.evidence.addons = Learned::Known(vec![]),
        &["agent-self-managed found"],
    ),
    // 18
    (
        "an add-on in trouble",
        |world| {
            world.addon().status = Some("DEGRADED".into());
            world.addon().issues = vec![HealthIssue {
                code: Some("InsufficientNumberOfReplicas".into()),
                ..HealthIssue::default()
            }];
        },
        &["agent-addon-unhealthy found"],
    ),
    // 19
    (
        "an agent that is not ready",
        |world| world.agents = vec![("n1", false)],
        &["agent-not-ready found api-1"],
    ),
    (
        "an agent that is not ready elsewhere",
        |world| world.sets()[0] = daemon_set("eks-pod-identity-agent", 1, 2),
        &["agent-not-ready found"],
    ),
    // 20
    (
        "a node without an agent",
        |world| world.agents = vec![("n2", true)],
        &["agent-not-on-node found api-1"],
    ),
    (
        "a new node without an agent",
        |world| {
            world.agents = vec![("n2", true)];
            world.nodes[0]["metadata"]["creationTimestamp"] = json!("2026-11-21T11:59:00Z");
        },
        &["agent-not-on-node possible api-1"],
    ),
    // 21
    (
        "Fargate",
        |world| {
            world.pods[0]["spec"]["nodeName"] = json!("fargate-ip-10-0-0-1");
            world.nodes.push(node("fargate-ip-10-0-0-1", "fargate"));
        },
        &["pod-on-fargate found api-1"],
    ),
    // 22
    (
        "Windows",
        |world| world.nodes[0]["metadata"]["labels"]["kubernetes.io/os"] = json!("windows"),
        &["pod-on-windows found api-1"],
    ),
    // 23
    (
        "a hybrid node",
        |world| {
            world.nodes = vec![node("n1", "hybrid"), node("n2", "ec2")];
            world.agents = vec![("n2", true)];
        },
        &[
            "hybrid-node-without-agent found api-1",
            "agent-not-on-node found api-1 <- hybrid-node-without-agent",
        ],
    ),
    // 25
    (
        "a role of nodes that may not",
        |world| {
            let denied = simulated(Decision::ImplicitDeny);
            world.evidence.node_permissions.insert(ROLE.into(), denied);
        },
        &["node-role-lacks-eks-auth found api-1"],
    ),
    (
        "a role of nodes that was not asked about",
        |world| {
            let needs = Learned::Needs("iam:SimulatePrincipalPolicy".into());
            world.evidence.node_permissions.insert(ROLE.into(), needs);
        },
        &["node-role-lacks-eks-auth unknown: needs iam:SimulatePrincipalPolicy"],
    ),
];

#[test]
fn each_trouble_is_told_by_its_rule() {
    for (about, change, expected) in CASES.iter() {
        let mut world = World::healthy();
        change(&mut world);
        let diagnosis = world.diagnosis();
        let told: Vec<String> = ours(&diagnosis).into_iter().map(line).collect();
        assert_eq!(told, *expected, "{about}: {:#?}", ours(&diagnosis));
    }
}

#[test]
fn every_rule_has_a_case() {
    for rule in super::RULES.iter().chain(&super::MORE) {
        let mut lines = CASES.iter().flat_map(|(_, _, lines)| *lines);
        assert!(
            lines
                .any(|line| line.starts_with(&format!("{rule} found"))
                    || *rule == "node-role-instead"),
            "{rule}"
        );
    }
}
