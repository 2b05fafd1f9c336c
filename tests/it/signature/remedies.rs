//! What is offered against a trouble of a log: for this cluster, this pod and this role, or as words alone.

use roledex::model::Learned;
use roledex::model::census::Part;
use roledex::model::diagnosis::{Evidence, Finding, Remedy, RemedyKind, Subject};
use roledex::model::pod::Pod;
use roledex::model::signature::{SIGNATURES, Seen, findings, scan};
use serde_json::{Value, json};

use crate::diagnosis::state::world::{ROLE, World, pod, trust};

/// What a line in the log of a pod comes to.
fn told(evidence: &Evidence, pod: &Pod, lines: &[&str]) -> Vec<Finding> {
    let found = scan(lines.iter().copied()).into_iter();
    let seen = found.map(|found| Seen {
        found,
        pod,
        container: "app",
        previous: false,
        subject: Subject::Account {
            namespace: pod.namespace.clone(),
            service_account: pod.service_account.clone(),
        },
    });
    findings(evidence, seen.collect())
}

fn only(evidence: &Evidence, pod: &Pod, line: &str) -> Finding {
    let mut all = told(evidence, pod, &[line]);
    assert_eq!(all.len(), 1, "{line}");
    all.remove(0)
}

/// The pod of the healthy world, as the evidence has it.
fn api(evidence: &Evidence) -> Pod {
    let mut pods = evidence.census.pods_of("payments", "api");
    Pod::clone(pods.next().unwrap())
}

fn text_of(finding: &Finding, kind: RemedyKind) -> &str {
    let mut remedies = finding.remedies.iter();
    let remedy = remedies.find(|remedy| remedy.kind == kind);
    remedy.map_or_else(|| panic!("{:?}", finding.remedies), |remedy| &*remedy.text)
}

#[test]
fn nothing_is_left_to_be_filled_in() {
    let evidence = World::healthy().evidence();
    let pod = api(&evidence);
    for signature in SIGNATURES {
        for fragments in signature.patterns {
            let line = super::line_of(signature, fragments);
            for finding in told(&evidence, &pod, &[&line]) {
                for remedy in &finding.remedies {
                    let text = &remedy.text;
                    let has = |word: &str| text.contains(word) || remedy.title.contains(word);
                    let left = [
                        "REGION", "ACCOUNT", "CLUSTER", "ROLE", "capitals", "<", "{}",
                    ];
                    assert!(!left.into_iter().any(has), "{}: {remedy:?}", finding.rule);
                    match remedy.kind {
                        RemedyKind::Statement => {
                            let statement: Value = serde_json::from_str(text).unwrap();
                            assert_ne!(statement["Resource"], "*", "{text}");
                        }
                        RemedyKind::Command => {
                            let words = shlex::split(&text.replace("\\\n", " ")).unwrap();
                            assert!(["aws", "kubectl"].contains(&&*words[0]), "{text}");
                            let cluster = evidence.arn.as_str();
                            let is_placed = words.contains(&evidence.arn.region().to_owned())
                                || words.contains(&cluster.to_owned());
                            assert!(is_placed, "{text}");
                        }
                        RemedyKind::Advice | RemedyKind::Patch => {}
                    }
                }
                // A pod that was injected gains nothing by a restart; everything else has its mend.
                let is_told = !finding.remedies.is_empty() || signature.fix.is_empty();
                assert!(is_told, "{}", finding.rule);
            }
        }
    }
}

#[test]
fn a_pod_that_was_not_injected_is_restarted_by_its_workload() {
    let line = "botocore.exceptions.NoCredentialsError: Unable to locate credentials";
    let mut world = World::healthy();
    let evidence = world.evidence();
    let injected = only(&evidence, &api(&evidence), line);
    let is_command = |finding: &Finding| {
        let mut remedies = finding.remedies.iter();
        remedies.any(|remedy| remedy.kind == RemedyKind::Command)
    };
    assert!(!is_command(&injected), "{:?}", injected.remedies);

    world.pods = vec![pod("payments", "api-1", "api", false)];
    let evidence = world.evidence();
    let bare = only(&evidence, &api(&evidence), line);
    let text = text_of(&bare, RemedyKind::Command);
    assert!(
        text.starts_with("kubectl rollout restart deployment/api --namespace "),
        "{text}"
    );

    world.associations().clear();
    let evidence = world.evidence();
    let alone = only(&evidence, &api(&evidence), line);
    assert!(
        !is_command(&alone),
        "a restart brings nothing without an association"
    );
}

/// Where a new pod would be no better off, no restart is offered, but what helps.
#[test]
fn no_restart_is_offered_where_it_would_not_help() {
    let line = "botocore.exceptions.NoCredentialsError: Unable to locate credentials";
    let mut world = World::healthy();
    let mut bare = pod("payments", "api-1", "api", false);
    bare["metadata"]["labels"]["eks.amazonaws.com/skip-pod-identity-webhook"] = "true".into();
    world.pods = vec![bare];
    let advised = |world: &World, words: &str| {
        let evidence = world.evidence();
        let finding = only(&evidence, &api(&evidence), line);
        let mut texts = finding.remedies.iter().map(|remedy| &*remedy.text);
        assert!(!texts.clone().any(|text| text.contains("rollout")));
        assert!(texts.any(|text| text.starts_with(words)), "{finding:?}");
    };
    advised(&world, "a restart does not help: take the label");
    world.evidence.associations = Learned::Needs("eks:ListPodIdentityAssociations".into());
    advised(
        &world,
        "if the service account has an association, a restart does not help: take the label",
    );

    let mut world = World::healthy();
    world.pods = vec![pod("payments", "api-1", "api", false)];
    world.evidence.webhook = Learned::Absent;
    advised(
        &world,
        "a restart does not help yet: the API server does not ask the webhook",
    );
}

/// No Allow outweighs a Deny, so that none is offered beside it.
#[test]
fn a_deny_in_the_trust_policy_is_to_be_changed_before_anything_is_allowed() {
    let line = "InvalidParameterException: Trust policy of the role provided is invalid";
    let mut world = World::healthy();
    let told = |world: &World| {
        let evidence = world.evidence();
        only(&evidence, &api(&evidence), line).remedies
    };
    world.role(ROLE, &json!([]));
    let allowing = told(&world);
    assert_eq!(allowing[0].kind, RemedyKind::Statement, "{allowing:?}");

    let mut statements = trust(json!({}));
    let stop =
        json!({"Sid": "Stop", "Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"});
    statements.as_array_mut().unwrap().push(stop);
    world.role(ROLE, &statements);
    let denied = told(&world);
    assert!(
        denied.iter().all(|one| one.kind == RemedyKind::Advice),
        "{denied:?}"
    );
    assert!(
        denied[0]
            .text
            .starts_with("in the trust policy of api: remove ")
            && denied[0]
                .text
                .contains("\"Stop\", which denies sts:TagSession"),
        "{denied:?}"
    );

    // Of a role that nobody may read, no Deny is known.
    let needs = Learned::Needs("iam:GetRole".into());
    world.evidence.roles.insert(ROLE.into(), needs);
    assert_eq!(told(&world)[0].kind, RemedyKind::Statement);
}

#[test]
fn what_was_refused_is_what_is_to_be_allowed() {
    let evidence = World::healthy().evidence();
    let pod = api(&evidence);
    let user = "User: arn:aws:sts::111122223333:assumed-role/api/eks-demo-api-7d is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::shop";
    let missing = only(
        &evidence,
        &pod,
        &format!("{user} because no identity-based policy allows the s3:ListBucket action"),
    );
    let text = text_of(&missing, RemedyKind::Statement);
    let statement: Value = serde_json::from_str(text).unwrap();
    assert_eq!(
        statement,
        json!({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::shop"})
    );
    assert!(
        missing.remedies[0].title.contains("role api"),
        "{:?}",
        missing.remedies
    );

    let denied = only(
        &evidence,
        &pod,
        &format!("{user} with an explicit deny in a service control policy"),
    );
    assert_eq!(denied.remedies.len(), 1, "{:?}", denied.remedies);
    assert_eq!(denied.remedies[0].kind, RemedyKind::Advice);
    assert!(
        denied.remedies[0]
            .text
            .contains("organisation denies s3:ListBucket")
    );

    let passing = only(
        &evidence,
        &pod,
        "User: arn:aws:iam::111122223333:user/dev is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/api",
    );
    let text = text_of(&passing, RemedyKind::Statement);
    let statement: Value = serde_json::from_str(text).unwrap();
    assert_eq!(statement["Resource"], "arn:aws:iam::111122223333:role/api");
}

/// Where the policy of a resource or of an endpoint lacks it, a statement for the role would change nothing.
#[test]
fn what_is_to_be_allowed_is_put_where_it_is_missing() {
    let evidence = World::healthy().evidence();
    let pod = api(&evidence);
    let role = "arn:aws:iam::111122223333:role/api";
    let told = |action: &str, resource: &str, policy: &str| {
        let line = format!(
            "User: arn:aws:sts::111122223333:assumed-role/api/eks-demo-api-7d is not authorized to perform: {action} on resource: {resource} because no {policy} policy allows the {action} action"
        );
        only(&evidence, &pod, &line).remedies
    };
    let statement = |remedy: &Remedy| -> Value { serde_json::from_str(&remedy.text).unwrap() };

    let queue = "arn:aws:sqs:us-west-2:111122223333:orders";
    let endpoint = told("sqs:SendMessage", queue, "VPC endpoint");
    assert_eq!(endpoint.len(), 1, "{endpoint:?}");
    assert!(
        endpoint[0].title.contains("policy of the VPC endpoint"),
        "{endpoint:?}"
    );
    assert_eq!(
        statement(&endpoint[0]),
        json!({
            "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue,
            "Condition": {"ArnEquals": {"aws:PrincipalArn": role}},
        })
    );

    let own = told("sqs:SendMessage", queue, "resource-based");
    assert_eq!(own.len(), 1, "{own:?}");
    assert!(
        own[0].title.ends_with(&format!("to the policy of {queue}")),
        "{own:?}"
    );
    assert_eq!(
        statement(&own[0]),
        json!({
            "Effect": "Allow", "Principal": {"AWS": role}, "Action": "sqs:SendMessage",
            "Resource": queue,
        })
    );

    // Across accounts both have to allow it.
    let theirs = "arn:aws:kms:us-west-2:444455556666:key/1a2b";
    let both = told("kms:Decrypt", theirs, "resource-based");
    let principals = both
        .iter()
        .map(|one| !statement(one)["Principal"].is_null());
    let principals: Vec<bool> = principals.collect();
    assert_eq!(principals, [true, false], "{both:?}");
    assert!(both[1].title.contains("policy of the role api"), "{both:?}");

    let bucket = told("s3:GetObject", "arn:aws:s3:::shop", "resource-based");
    let kinds: Vec<RemedyKind> = bucket.iter().map(|one| one.kind).collect();
    assert_eq!(
        kinds,
        [RemedyKind::Statement, RemedyKind::Advice],
        "{bucket:?}"
    );

    let next = told(
        "sts:AssumeRole",
        "arn:aws:iam::111122223333:role/next",
        "resource-based",
    );
    assert!(next[0].title.contains("the trust policy of"), "{next:?}");
    assert!(statement(&next[0])["Resource"].is_null(), "{next:?}");
}

/// A role that is not the association's may have a path that its session does not tell.
#[test]
fn a_role_that_is_not_known_is_no_principal() {
    let mut world = World::healthy();
    world.associations().clear();
    let evidence = world.evidence();
    let pod = api(&evidence);
    for (policy, words) in [
        ("VPC endpoint", "policy of the VPC endpoint"),
        ("resource-based", "policy of the resource"),
    ] {
        let line = format!(
            "User: arn:aws:sts::111122223333:assumed-role/api/eks-demo-api-7d is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::shop because no {policy} policy allows the s3:ListBucket action"
        );
        let remedies = only(&evidence, &pod, &line).remedies;
        assert_eq!(remedies.len(), 1, "{remedies:?}");
        assert_eq!(remedies[0].kind, RemedyKind::Advice);
        assert!(remedies[0].text.contains(words), "{remedies:?}");
        assert!(remedies[0].text.contains("the role api"), "{remedies:?}");
    }
}

#[test]
fn the_role_of_the_node_is_named() {
    let mut world = World::healthy();
    let line = "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/n/i-0a is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: x";
    world.evidence.node_roles.group(
        "general".into(),
        "arn:aws:iam::111122223333:role/demo-node".into(),
    );
    let evidence = world.evidence();
    let finding = only(&evidence, &api(&evidence), line);
    let text = text_of(&finding, RemedyKind::Command);
    assert!(text.contains("--role-name demo-node"), "{text}");
    let text = text_of(&finding, RemedyKind::Statement);
    assert!(text.contains(evidence.arn.as_str()), "{text}");

    world.denied = vec![Part::Nodes];
    let blind = world.evidence();
    let finding = only(&blind, &api(&blind), line);
    assert!(
        finding
            .remedies
            .iter()
            .all(|remedy| remedy.kind != RemedyKind::Command)
    );
}

#[test]
fn several_logs_that_say_the_same_are_one_finding() {
    let evidence = World::healthy().evidence();
    let pod = api(&evidence);
    let line = "Unable to locate credentials";
    let seen = |previous: bool, container: &'static str| Seen {
        found: scan([line]).remove(0),
        pod: &pod,
        container,
        previous,
        subject: Subject::Cluster,
    };
    let one = findings(
        &evidence,
        vec![seen(true, "app"), seen(false, "app"), seen(false, "proxy")],
    );
    let other = findings(
        &evidence,
        vec![seen(false, "proxy"), seen(false, "app"), seen(true, "app")],
    );
    assert_eq!(one, other, "whichever log comes first");
    assert_eq!(one.len(), 1);
    let places: Vec<&str> = one[0].proofs.iter().map(|proof| &*proof.field).collect();
    assert_eq!(
        places,
        [
            "log of container app",
            "log of container app before its last restart",
            "log of container proxy"
        ]
    );
}
