//! A Deny outweighs every Allow: it is named with what makes it apply, and no Allow is offered beside it.

use roledex::model::diagnosis::{Finding, RemedyKind, Standing};
use serde_json::{Value, json};

use super::lines;
use super::world::{ISSUER, ROLE, TARGET, World, trust};

fn deny(sid: &str, action: &Value, condition: &Value) -> Value {
    json!({"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": action, "Condition": condition})
}

fn allow() -> Value {
    trust(json!({}))[0].clone()
}

fn only(world: &World, rule: &str) -> Finding {
    let diagnosis = world.diagnosis();
    let known = |one: &&Finding| !matches!(one.standing, Standing::Unknown(_));
    let told: Vec<&Finding> = diagnosis.findings.iter().filter(known).collect();
    let rules: Vec<&str> = told.iter().map(|one| one.rule.0).collect();
    assert_eq!(rules, [rule], "{:#?}", lines(&diagnosis));
    told[0].clone()
}

/// Everything that is to be done about it, and that nothing of it is one more Allow.
fn advised(finding: &Finding) -> String {
    for remedy in &finding.remedies {
        assert_eq!(remedy.kind, RemedyKind::Advice, "{finding:#?}");
    }
    let texts = finding.remedies.iter().map(|remedy| &*remedy.text);
    texts.collect::<Vec<_>>().join("\n")
}

fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_deny_is_named_by_its_sid_and_its_condition() {
    let mut world = World::healthy();
    let strangers = json!({"StringNotEquals": {"aws:SourceAccount": "444455556666"}});
    let stop = deny("Stop", &json!("sts:*"), &strangers);
    world.role(ROLE, &json!([allow(), stop]));
    let told = advised(&only(&world, "trust-denies"));
    contains(
        &told,
        &[
            "in the trust policy of api: change statement 2 \"Stop\"",
            "sts:AssumeRole and sts:TagSession",
            "StringNotEquals aws:SourceAccount wants 444455556666",
            "except 111122223333 as well",
        ],
    );
    assert!(!told.contains("none does"), "an Allow is there: {told}");
}

#[test]
fn a_deny_of_tags_alone_is_named_although_an_allow_is_missing_too() {
    let mut world = World::healthy();
    let stop = deny("NoTags", &json!("sts:TagSession"), &json!({}));
    let other = json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
    world.role(ROLE, &json!([stop, other]));
    let told = advised(&only(&world, "trust-denies"));
    contains(
        &told,
        &[
            "remove statement 1 \"NoTags\", which denies sts:TagSession without any condition",
            "then let a statement allow it",
        ],
    );
}

#[test]
fn a_deny_that_may_apply_is_named_before_an_allow_is_added() {
    let mut world = World::healthy();
    let stop = deny(
        "Org",
        &json!("sts:AssumeRole"),
        &json!({"StringNotEquals": {"aws:SourceOrgID": "o-1"}}),
    );
    world.role(ROLE, &json!([stop]));
    let told = advised(&only(&world, "trust-lacks-pod-identity"));
    contains(
        &told,
        &[
            "statement 1 \"Org\", a Deny, does not apply",
            "aws:SourceOrgID",
        ],
    );
}

#[test]
fn a_deny_of_a_target_role_is_told_of_that_role_whatever_its_external_id() {
    let mut world = World::healthy();
    world.detail().session_tags_disabled = Some(true);
    world.extra(None, Some("eu-west-1/111122223333/demo/payments/api"));
    world.target(json!({}));
    let stop = deny(
        "Elsewhere",
        &json!(["sts:AssumeRole", "sts:TagSession"]),
        &json!({"StringNotEquals": {"aws:PrincipalAccount": "444455556666"}}),
    );
    let allow = json!({"Effect": "Allow", "Principal": {"AWS": ROLE},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"sts:ExternalId": "other"}}});
    world.role(TARGET, &json!([allow, stop]));
    let found = only(&world, "target-trust-lacks-role");
    contains(&found.summary, &["a Deny of the target role vault"]);
    contains(
        &advised(&found),
        &["in the trust policy of vault: change statement 2 \"Elsewhere\""],
    );
}

#[test]
fn a_deny_of_a_web_identity_is_named() {
    let mut world = World::healthy();
    world.irsa();
    let provider = format!("arn:aws:iam::111122223333:oidc-provider/{ISSUER}");
    let stop = json!({"Sid": "NoWeb", "Effect": "Deny", "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity"});
    let allow = json!({"Effect": "Allow", "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {
            format!("{ISSUER}:sub"): "system:serviceaccount:shop:web",
            format!("{ISSUER}:aud"): "sts.amazonaws.com"}}});
    world.role("arn:aws:iam::111122223333:role/web", &json!([allow, stop]));
    let found = only(&world, "irsa-trust-differs");
    contains(&advised(&found), &["remove statement 2 \"NoWeb\""]);
    assert!(
        found
            .proofs
            .iter()
            .any(|proof| proof.value.contains("NoWeb"))
    );
}

/// Two roles stand in one finding: each policy is told with the name of the role that it belongs to.
#[test]
fn what_is_wrong_with_a_target_role_is_told_by_its_name() {
    for condition in [
        json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop"}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
    ] {
        let mut world = World::healthy();
        world.target(condition);
        let diagnosis = world.diagnosis();
        let found = &diagnosis.findings[0];
        assert!(found.rule.0.starts_with("target-"), "{found:#?}");
        assert!(found.summary.contains("vault"), "{}", found.summary);
        for proof in &found.proofs {
            let is_of_policy = &*proof.field == "Role.AssumeRolePolicyDocument";
            assert!(
                !is_of_policy || &*proof.call == "iam:GetRole vault",
                "{proof:?}"
            );
        }
        let is_named = |text: &str| text.contains("vault") || text.contains("roledex test");
        for remedy in &found.remedies {
            assert!(is_named(&remedy.title), "{remedy:?}");
            assert!(!remedy.title.contains("trust policy of api"), "{remedy:?}");
        }
    }
    let mut world = World::healthy();
    let other = trust(json!({"StringEquals": {"aws:SourceAccount": "444455556666"}}));
    world.role(ROLE, &other);
    let diagnosis = world.diagnosis();
    let proofs = &diagnosis.findings[0].proofs;
    assert!(proofs.iter().any(|proof| &*proof.call == "iam:GetRole api"));
}
