//! Deny wins, and one that cannot be decided makes a "yes" doubtful.

use roledex::model::verdict::Verdict::{No, Unknown, Yes};
use serde_json::{Value, json};

use super::{CLUSTER, TAGGED, UNTAGGED, pods, statements};

#[expect(
    clippy::needless_pass_by_value,
    reason = "tables of json! read better by value"
)]
fn deny(principal: Value, action: Value, condition: Value) -> Value {
    json!({"Effect": "Deny", "Principal": principal, "Action": action, "Condition": condition})
}

#[test]
fn denials_are_weighed_against_a_sound_allow() {
    let service = || json!({"Service": "pods.eks.amazonaws.com"});
    let namespace = "aws:RequestTag/kubernetes-namespace";
    for (denial, expected) in [
        (deny(service(), json!("sts:AssumeRole"), json!({})), No),
        (deny(service(), json!("sts:*"), json!({})), No),
        (deny(service(), json!("sts:TagSession"), json!({})), No),
        (deny(json!("*"), json!("*"), json!({})), No),
        (deny(json!({"AWS": "*"}), json!("*"), json!({})), Unknown),
        (
            deny(json!({"AWS": "111122223333"}), json!("*"), json!({})),
            Yes,
        ),
        (
            deny(
                json!({"Service": "ec2.amazonaws.com"}),
                json!("*"),
                json!({}),
            ),
            Yes,
        ),
        (
            deny(service(), json!("sts:AssumeRoleWithSAML"), json!({})),
            Yes,
        ),
        (
            deny(
                service(),
                json!("*"),
                json!({"StringNotEquals": {namespace: "web"}}),
            ),
            Yes,
        ),
        (
            deny(
                service(),
                json!("*"),
                json!({"StringNotEquals": {namespace: "api"}}),
            ),
            No,
        ),
        (
            deny(
                service(),
                json!("*"),
                json!({"StringEquals": {namespace: "kube-system"}}),
            ),
            Yes,
        ),
        (
            deny(
                service(),
                json!("*"),
                json!({"ArnNotEquals": {"aws:SourceArn": CLUSTER}}),
            ),
            Unknown,
        ),
        (
            deny(
                service(),
                json!("*"),
                json!({"ArnNotLike": {"aws:SourceArn": "arn:aws:eks:us-*:*:*"}}),
            ),
            No,
        ),
        (
            deny(
                service(),
                json!("*"),
                json!({"StringEquals": {"aws:PrincipalOrgID": "o-a"}}),
            ),
            Unknown,
        ),
        (
            deny(
                json!("*"),
                json!("*"),
                json!({"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}),
            ),
            Unknown,
        ),
        (
            deny(
                service(),
                json!("*"),
                json!({"StringSounds": {namespace: "web"}}),
            ),
            Unknown,
        ),
    ] {
        for policy in [json!([pods(), denial]), json!([denial, pods()])] {
            let judgement = TAGGED.judge(&statements(policy));
            assert_eq!(
                judgement.verdict,
                expected,
                "{denial}\n{:#?}",
                judgement.reasons()
            );
        }
    }
}

#[test]
fn a_denial_by_missing_tags_strikes_when_tags_are_off() {
    let missing = json!({"Null": {"aws:RequestTag/kubernetes-namespace": "true"}});
    let service = json!({"Service": "pods.eks.amazonaws.com"});
    let policy = statements(json!([
        pods(),
        deny(service, json!("sts:AssumeRole"), missing)
    ]));
    assert_eq!(TAGGED.judge(&policy).verdict, Yes);
    assert_eq!(UNTAGGED.judge(&policy).verdict, No);
}

#[test]
fn not_action_spares_what_it_lists() {
    let denial = |listed: Value| {
        statements(json!([
            pods(),
            {"Effect": "Deny", "Principal": {"Service": "pods.eks.amazonaws.com"}, "NotAction": listed},
        ]))
    };
    assert_eq!(
        TAGGED
            .judge(&denial(json!(["sts:AssumeRole", "sts:TagSession"])))
            .verdict,
        Yes
    );
    assert_eq!(
        TAGGED.judge(&denial(json!("sts:AssumeRole"))).verdict,
        Unknown
    );
}
