//! What is offered to be copied is right, and safe to paste.

use roledex::model::Learned;
use roledex::model::census::Part;
use roledex::model::diagnosis::{Remedy, RemedyKind};
use roledex::model::preflight::Decision;
use roledex::model::text::is_hidden;

use super::ours;
use super::table::CASES;
use super::world::{ROLE, World, node, simulated};

/// As `aws eks update-kubeconfig` names it: whatever context is the current one, the right cluster is meant.
const CONTEXT: &str = "--context arn:aws:eks:eu-west-1:111122223333:cluster/demo";

fn remedies(case: &str, kind: RemedyKind) -> Vec<Remedy> {
    let (_, change, _) = CASES.iter().find(|(about, _, _)| *about == case).unwrap();
    let mut world = World::healthy();
    change(&mut world);
    let diagnosis = world.diagnosis();
    let first = ours(&diagnosis)[0].clone();
    first
        .remedies
        .into_iter()
        .filter(|remedy| remedy.kind == kind)
        .collect()
}

#[test]
fn commands_mend_what_was_found() {
    for (case, command) in [
        (
            "the pod is older",
            "kubectl rollout restart deployment/api --namespace payments",
        ),
        (
            "the workload runs as default",
            "kubectl set serviceaccount deployment/api api --namespace payments",
        ),
        (
            "access keys",
            "kubectl set env deployment/api AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- --containers app --namespace payments",
        ),
        (
            "security groups, strictly",
            "kubectl set env daemonset/aws-node POD_SECURITY_GROUP_ENFORCING_MODE=standard --namespace kube-system",
        ),
    ] {
        let commands = remedies(case, RemedyKind::Command);
        assert!(
            commands
                .iter()
                .any(|remedy| *remedy.text == *format!("{command} {CONTEXT}")),
            "{case}: {commands:#?}"
        );
    }
    for (case, words) in [
        (
            "no agent",
            [
                "aws",
                "eks",
                "create-addon",
                "--cluster-name",
                "demo",
                "--addon-name",
                "eks-pod-identity-agent",
            ],
        ),
        (
            "a hybrid node",
            [
                "aws",
                "eks",
                "update-addon",
                "--addon-name",
                "--configuration-values",
                r#"{"daemonsets":{"hybrid":{"create":true}}}"#,
                "eu-west-1",
            ],
        ),
        (
            "an agent that is not ready",
            [
                "aws",
                "eks",
                "update-addon",
                "--addon-name",
                "--configuration-values",
                r#"{"agent":{"additionalArgs":{"-b":"169.254.170.23"}}}"#,
                "eu-west-1",
            ],
        ),
        (
            "a role of nodes that may not",
            [
                "aws",
                "iam",
                "attach-role-policy",
                "--role-name",
                "nodes",
                "--policy-arn",
                "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy",
            ],
        ),
    ] {
        let commands = remedies(case, RemedyKind::Command);
        let split = |remedy: &Remedy| shlex::split(&remedy.text.replace("\\\n", " ")).unwrap();
        let fits = |remedy: &Remedy| {
            let known = split(remedy);
            words
                .iter()
                .all(|word| known.iter().any(|other| other == word))
        };
        assert!(commands.iter().any(fits), "{case}: {commands:#?}");
    }
}

fn remedies_of(world: &World, rule: &str, kind: RemedyKind) -> Vec<String> {
    let diagnosis = world.diagnosis();
    let findings = diagnosis.findings.iter().filter(|one| one.rule.0 == rule);
    let remedies = findings.flat_map(|finding| &finding.remedies);
    let texts = remedies.filter(|remedy| remedy.kind == kind);
    texts.map(|remedy| remedy.text.to_string()).collect()
}

/// `update-addon` replaces all values that there are.
#[test]
fn values_of_an_add_on_are_kept() {
    let rule = "hybrid-node-without-agent";
    let mut world = World::healthy();
    world.nodes = vec![node("n1", "hybrid"), node("n2", "ec2")];
    world.agents = vec![("n2", true)];
    world.addon().configuration =
        Some(r#"{"agent":{"priority":1},"daemonsets":{"hybrid":{"create":false,"x":[1]}}}"#.into());
    let commands = remedies_of(&world, rule, RemedyKind::Command);
    let words = shlex::split(&commands[0].replace("\\\n", " ")).unwrap();
    let at = words
        .iter()
        .position(|word| word == "--configuration-values");
    let values: serde_json::Value = serde_json::from_str(&words[at.unwrap() + 1]).unwrap();
    assert_eq!(
        values,
        serde_json::json!({
            "agent": {"priority": 1},
            "daemonsets": {"hybrid": {"create": true, "x": [1]}},
        })
    );
    for unknown in ["agent:\n  priority: 1\n", r#"{"daemonsets":[]}"#] {
        world.addon().configuration = Some(unknown.into());
        assert!(remedies_of(&world, rule, RemedyKind::Command).is_empty());
        let patches = remedies_of(&world, rule, RemedyKind::Patch);
        assert!(patches[0].contains("create: true"), "{patches:?}");
    }
}

#[test]
fn what_stands_above_a_role_is_not_mended_by_a_policy_of_it() {
    for (by_organisation, by_boundary, words) in [
        (Some(false), Some(true), "the organisation"),
        (None, Some(false), "the permissions boundary of the role"),
    ] {
        for decision in [Decision::ImplicitDeny, Decision::ExplicitDeny] {
            let mut world = World::healthy();
            let Learned::Known(mut answers) = simulated(decision) else {
                panic!("it is known");
            };
            answers[0].by_organisation = by_organisation;
            answers[0].by_boundary = by_boundary;
            let learned = Learned::Known(answers);
            world.evidence.node_permissions.insert(ROLE.into(), learned);
            let diagnosis = world.diagnosis();
            let finding = ours(&diagnosis)[0];
            assert_eq!(finding.rule.0, "node-role-lacks-eks-auth");
            assert!(
                finding
                    .summary
                    .ends_with(&format!(": {words} does not allow it")),
                "{}",
                finding.summary
            );
            let mut remedies = finding.remedies.iter();
            assert!(remedies.all(|remedy| remedy.kind == RemedyKind::Advice));
        }
    }
}

#[test]
fn kubernetes_is_opened_no_further_than_it_is_needed() {
    let mut world = World::healthy();
    let rule = "kubernetes-refuses";
    world.denied = vec![Part::Nodes, Part::Pods];
    let commands = remedies_of(&world, rule, RemedyKind::Command);
    assert!(
        commands[0].contains("--kubernetes-groups roledex-readers"),
        "{commands:?}"
    );
    assert!(
        !commands
            .iter()
            .any(|command| command.contains("cluster-access-policy"))
    );
    let patches = remedies_of(&world, rule, RemedyKind::Patch);
    let written: serde_json::Value = serde_norway::from_str(&patches[0]).unwrap();
    let granted = &written["items"][0];
    assert_eq!(
        granted["rules"],
        serde_json::json!([{"apiGroups": [""], "resources": ["pods", "nodes"], "verbs": ["list", "watch"]}])
    );
    assert_eq!(
        written["items"][1]["roleRef"]["name"],
        granted["metadata"]["name"]
    );
    assert_eq!(
        written["items"][1]["subjects"][0]["name"],
        "roledex-readers"
    );

    world.denied = vec![Part::Pods];
    let commands = remedies_of(&world, rule, RemedyKind::Command);
    let policies = commands
        .iter()
        .filter(|command| command.contains("cluster-access-policy"));
    let policies: Vec<_> = policies.collect();
    assert!(
        policies[0].contains("/AmazonEKSViewPolicy") && policies.len() == 1,
        "{policies:?}"
    );
}

#[test]
fn a_policy_is_opened_for_the_same_pods_alone() {
    let patches = remedies("a policy for names alone", RemedyKind::Patch);
    let written: serde_json::Value = serde_norway::from_str(&patches[0].text).unwrap();
    assert_eq!(
        written,
        serde_json::json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"namespace": "payments", "name": "egress-pod-identity-agent"},
            "spec": {
                "podSelector": {"matchLabels": {"app": "api"}},
                "policyTypes": ["Egress"],
                "egress": [{
                    "to": [{"ipBlock": {"cidr": "169.254.170.23/32"}}],
                    "ports": [{"protocol": "TCP", "port": 80}],
                }],
            },
        })
    );
}

#[test]
fn no_proxy_keeps_what_it_names() {
    let patches = remedies(
        "a proxy, and a network that some SDKs except",
        RemedyKind::Patch,
    );
    assert!(
        patches[0]
            .text
            .contains("169.254.0.0/16,169.254.170.23,[fd00:ec2::23]"),
        "{}",
        patches[0].text
    );
}

#[test]
fn everything_is_told_in_full_and_safe_to_show() {
    for (about, change, _) in CASES.iter() {
        let mut world = World::healthy();
        change(&mut world);
        for finding in ours(&world.diagnosis()) {
            assert!(!finding.explanation.is_empty() && !finding.summary.is_empty());
            assert!(
                !finding.summary.ends_with('.') && !finding.explanation.ends_with('.'),
                "{about}"
            );
            if !matches!(
                finding.standing,
                roledex::model::diagnosis::Standing::Unknown(_)
            ) {
                assert!(!finding.proofs.is_empty(), "{about}: {finding:#?}");
                assert!(
                    !finding.remedies.is_empty() || finding.pods.is_empty(),
                    "{about}: {finding:#?}"
                );
            }
            for remedy in &finding.remedies {
                let shown = remedy.text.chars().all(|c| c == '\n' || !is_hidden(c));
                assert!(
                    shown && !remedy.title.is_empty() && !remedy.text.is_empty(),
                    "{about}"
                );
            }
        }
    }
}

/// Names come from Kubernetes, but not everything that answers like it is.
#[test]
fn hostile_names_reach_no_command() {
    let mut world = World::healthy();
    world.not_injected();
    world.pods[0]["metadata"]["ownerReferences"][0]["name"] =
        serde_json::json!("a\nrm -rf b-5d4f8c7b9");
    let diagnosis = world.diagnosis();
    let finding = ours(&diagnosis)[0];
    assert!(
        finding
            .remedies
            .iter()
            .all(|remedy| !remedy.text.contains('\n')),
        "{finding:#?}"
    );
}
