//! What can be copied is right: commands come back through a shell, statements let the very association in.

use roledex::model::Learned;
use roledex::model::association::Association;
use roledex::model::diagnosis::{Finding, RemedyKind};
use roledex::model::trust::{AssociationHop, Policy, document_of, for_association};
use serde_json::{Value, json};

use super::table::ALL;
use super::world::{CLUSTER, ROLE, World, pod, trust};

fn finding(world: &World, rule: &str) -> Finding {
    let diagnosis = world.diagnosis();
    let found = diagnosis.findings.iter().find(|one| one.rule.0 == rule);
    found.unwrap_or_else(|| panic!("no {rule}")).clone()
}

fn words(finding: &Finding, starts: &str) -> Vec<String> {
    let commands = finding
        .remedies
        .iter()
        .filter(|remedy| remedy.kind == RemedyKind::Command);
    let found = commands
        .map(|remedy| shlex::split(&remedy.text.replace("\\\n", " ")).unwrap())
        .find(|words| words.join(" ").starts_with(starts));
    found.unwrap_or_else(|| panic!("no {starts}: {:#?}", finding.remedies))
}

fn value<'w>(words: &'w [String], name: &str) -> &'w str {
    let at = words.iter().position(|word| word == name).unwrap();
    &words[at + 1]
}

#[test]
fn every_finding_says_what_to_do_and_what_was_seen() {
    for (case, change, _) in ALL.iter() {
        let mut world = World::healthy();
        change(&mut world);
        for finding in world.diagnosis().findings {
            assert!(!finding.proofs.is_empty(), "{case}: {}", finding.rule);
            assert!(!finding.remedies.is_empty(), "{case}: {}", finding.rule);
            for text in [&finding.summary, &finding.explanation] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{case}: {text}");
            }
            for remedy in &finding.remedies {
                assert!(!remedy.text.is_empty(), "{case}");
                if remedy.kind == RemedyKind::Command {
                    assert!(
                        shlex::split(&remedy.text).is_some(),
                        "{case}: {}",
                        remedy.text
                    );
                }
            }
        }
    }
}

#[test]
fn an_added_statement_lets_the_association_in() {
    let hop = |association: &Association| {
        let cluster = association.key.cluster.clone();
        (cluster, association.arn.clone())
    };
    for (rule, statements) in [
        (
            "trust-lacks-pod-identity",
            json!([{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]),
        ),
        (
            "trust-source-differs",
            trust(json!({"StringEquals": {"aws:SourceAccount": "444455556666"}})),
        ),
        (
            "trust-tags-differ",
            trust(json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop"}})),
        ),
    ] {
        let mut world = World::healthy();
        world.role(ROLE, &statements);
        let finding = finding(&world, rule);
        let (cluster, arn) = hop(&world.associations()[0]);
        let hop = AssociationHop {
            cluster: &cluster,
            namespace: "payments",
            service_account: "api",
            session_tags: true,
            association: arn.as_deref(),
        };
        let is_let_in = |policy: Value| {
            let policy = Policy::from_json(policy).unwrap();
            for_association(&policy, &hop).verdict.is_yes()
        };
        let statement = finding
            .remedies
            .iter()
            .find(|remedy| remedy.kind == RemedyKind::Statement)
            .unwrap();
        assert!(
            is_let_in(document_of(&serde_json::from_str(&statement.text).unwrap())),
            "{rule}"
        );
        let command = words(&finding, "aws iam update-assume-role-policy");
        assert_eq!(value(&command, "--role-name"), "api");
        let document: Value = serde_json::from_str(value(&command, "--policy-document")).unwrap();
        assert_eq!(
            document["Statement"].as_array().unwrap().len(),
            2,
            "the old one is kept"
        );
        assert!(is_let_in(document), "{rule}");
    }
}

/// The policy may well be right: nobody is led to change it before AWS was asked.
#[test]
fn what_only_aws_can_tell_is_tested_and_not_mended() {
    let mut world = World::healthy();
    let statements = trust(json!({"StringEquals": {"aws:SourceOrgID": "o-1"}}));
    world.role(ROLE, &statements);
    let finding = finding(&world, "trust-undecided");
    let is_advice = |remedy: &roledex::model::diagnosis::Remedy| remedy.kind == RemedyKind::Advice;
    assert!(finding.remedies.iter().all(is_advice), "{finding:#?}");
    let mut remedies = finding.remedies.iter();
    assert!(remedies.any(|remedy| remedy.text.contains("roledex test")));
}

#[test]
fn an_association_is_created_and_its_pods_restarted() {
    let mut world = World::healthy();
    world.evidence.profile = Some("team prod".into());
    world.associations()[0].service_account = "Api".into();
    world.pods = vec![pod("payments", "api-1", "api", false)];
    let found = finding(&world, "names-nearly-match");
    assert_eq!(found.pods, ["api-1".into()]);
    let creation = words(&found, "aws eks create-pod-identity-association");
    for (name, expected) in [
        ("--cluster-name", "demo"),
        ("--namespace", "payments"),
        ("--service-account", "api"),
        ("--role-arn", ROLE),
        ("--region", "eu-west-1"),
        ("--profile", "team prod"),
    ] {
        assert_eq!(value(&creation, name), expected);
    }
    let restart = words(&found, "kubectl rollout restart");
    assert_eq!(
        restart[3..],
        [
            "deployment/api",
            "--namespace",
            "payments",
            "--context",
            CLUSTER
        ]
    );
    let deletion = words(&found, "aws eks delete-pod-identity-association");
    assert_eq!(value(&deletion, "--association-id"), "a-payments-api");
}

#[test]
fn a_deleted_role_is_made_again_for_the_association() {
    let mut world = World::healthy();
    let role = "arn:aws:iam::111122223333:role/team/api";
    world.detail().role = Some(role.into());
    world.evidence.roles.insert(role.into(), Learned::Absent);
    let command = words(&finding(&world, "role-missing"), "aws iam create-role");
    assert_eq!(value(&command, "--role-name"), "api");
    assert_eq!(value(&command, "--path"), "/team/");
    let document = value(&command, "--assume-role-policy-document");
    assert!(document.contains(CLUSTER) && Policy::parse(document).is_ok());
}

#[test]
fn hostile_names_never_reach_a_command() {
    let mut world = World::healthy();
    world.associate("payments", "x\u{1b}]0;pwned\u{7}'; rm -rf /");
    for finding in world.diagnosis().findings {
        let texts = [&finding.summary, &finding.explanation];
        let remedies = finding
            .remedies
            .iter()
            .flat_map(|one| [&one.title, &one.text]);
        for text in texts.into_iter().chain(remedies) {
            assert!(!text.contains('\u{1b}'), "{text}");
        }
    }
}
