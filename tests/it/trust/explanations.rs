//! What the user reads: why, and what would mend it.

use roledex::model::trust::Policy;
use serde_json::{Value, json};

use super::{ASSOCIATION, CLUSTER, ROLE, Stage, TAGGED, UNTAGGED, pods, pods_if, statements};

fn explained(stage: Stage, policy: &Policy) -> (String, String) {
    let judgement = stage.judge(policy);
    (
        judgement.reasons().join("\n"),
        judgement.remedy().unwrap_or_default(),
    )
}

fn with_sid(mut statement: Value, sid: &str) -> Value {
    statement["Sid"] = sid.into();
    statement
}

#[test]
fn a_yes_names_the_statements() {
    let (reasons, remedy) = explained(TAGGED, &statements(json!([with_sid(pods(), "Pods")])));
    assert_eq!(
        reasons,
        "statement 1 \"Pods\" lets pods.eks.amazonaws.com use sts:AssumeRole and sts:TagSession"
    );
    assert_eq!(remedy, "");
}

#[test]
fn a_failed_condition_shows_wanted_and_found() {
    let other = "arn:aws:eks:eu-west-1:111122223333:cluster/other";
    let condition = json!({"ArnEquals": {"aws:SourceArn": other}});
    let (reasons, remedy) = explained(TAGGED, &statements(json!([pods_if(condition)])));
    for expected in [
        "statement 1 does not apply: ArnEquals aws:SourceArn wants",
        other,
        "the request carries",
        CLUSTER,
    ] {
        assert!(reasons.contains(expected), "{reasons}");
    }
    assert_eq!(
        remedy,
        format!("in statement 1 let ArnEquals aws:SourceArn accept {CLUSTER} or {ASSOCIATION}")
    );
}

#[test]
fn a_source_in_doubt_can_be_settled() {
    let condition = json!({"ArnEquals": {"aws:SourceArn": CLUSTER}});
    let (reasons, remedy) = explained(TAGGED, &statements(json!([pods_if(condition)])));
    assert!(
        reasons.contains("it depends on which of them is sent"),
        "{reasons}"
    );
    assert_eq!(
        remedy,
        format!(
            "to be sure, in statement 1 let aws:SourceArn accept both {CLUSTER} and {ASSOCIATION}"
        )
    );
}

#[test]
fn a_missing_action_is_named() {
    let mut statement = pods();
    statement["Action"] = "sts:AssumeRole".into();
    let policy = statements(json!([statement]));
    let (reasons, remedy) = explained(TAGGED, &policy);
    assert_eq!(
        reasons,
        "statement 1 trusts pods.eks.amazonaws.com but with sts:AssumeRole only, not sts:TagSession"
    );
    assert_eq!(remedy, "add sts:TagSession to the Action of statement 1");
    let (reasons, remedy) = explained(UNTAGGED, &policy);
    assert!(reasons.contains("session tags are off"), "{reasons}");
    assert_eq!(remedy, "add sts:TagSession to the Action of statement 1");
}

#[test]
fn a_role_for_irsa_is_recognised() {
    let irsa = json!({
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"oidc.example:sub": "system:serviceaccount:web:cart"}},
    });
    let (reasons, remedy) = explained(TAGGED, &statements(json!([irsa])));
    assert!(reasons.contains("made for IRSA"), "{reasons}");
    assert!(
        remedy.starts_with("add a statement that allows sts:AssumeRole"),
        "{remedy}"
    );
}

#[test]
fn a_denial_is_named() {
    let deny = json!({"Sid": "Stop", "Effect": "Deny", "Principal": "*", "Action": "*"});
    let (reasons, remedy) = explained(TAGGED, &statements(json!([pods(), deny])));
    assert!(
        reasons.starts_with("statement 2 \"Stop\" denies sts:AssumeRole"),
        "{reasons}"
    );
    assert_eq!(
        remedy,
        "remove statement 2 \"Stop\", which denies sts:AssumeRole without any condition, or narrow it: no Allow outweighs a Deny"
    );
}

#[test]
fn a_missing_tag_says_so() {
    let condition = json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "web"}});
    let (reasons, remedy) = explained(UNTAGGED, &statements(json!([pods_if(condition)])));
    assert!(
        reasons.contains("wants web, the request carries nothing"),
        "{reasons}"
    );
    assert!(
        remedy.contains("drop the condition on aws:RequestTag/kubernetes-namespace"),
        "{remedy}"
    );
}

#[test]
fn doubts_are_named() {
    let condition = json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}});
    let (reasons, _) = explained(TAGGED, &statements(json!([pods_if(condition)])));
    assert!(
        reasons.contains("the operator IpAddress is not evaluated here"),
        "{reasons}"
    );
    let near = json!({"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:*"});
    let (reasons, _) = explained(TAGGED, &statements(json!([near])));
    assert!(
        reasons.contains("eks.amazonaws.com is the control plane of EKS"),
        "{reasons}"
    );
}

#[test]
fn a_deleted_principal_is_explained() {
    let statement = json!({
        "Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLEEXAMPLE123"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
    });
    let judgement = TAGGED.judge_target(&statements(json!([statement])));
    let reasons = judgement.reasons().join("\n");
    assert!(reasons.contains("principal that was deleted"), "{reasons}");
    assert_eq!(
        judgement.remedy().unwrap(),
        format!("add a statement that allows sts:AssumeRole to {ROLE}")
    );
}

#[test]
fn nothing_foreign_reaches_the_terminal_raw() {
    let condition = json!({"String\u{1b}[2J": {"aws:\u{7}": "\u{202e}x"}});
    let mut statement = with_sid(pods_if(condition), "\u{1b}]0;x");
    statement["\u{9b}m"] = json!(1);
    let (reasons, remedy) = explained(TAGGED, &statements(json!([statement])));
    let shown = reasons.replace('\n', "") + &remedy;
    assert!(
        !shown.chars().any(roledex::model::text::is_hidden),
        "{shown:?}"
    );
}

#[test]
fn statements_that_accept_only_together_are_explained() {
    let (cluster, association) = (
        pods_if(json!({"ArnLike": {"aws:SourceArn": CLUSTER}})),
        pods_if(json!({"ArnLike": {"aws:SourceArn": ASSOCIATION}})),
    );
    let (reasons, _) = explained(TAGGED, &statements(json!([cluster, association])));
    assert!(
        reasons.starts_with("several statements together let pods"),
        "{reasons}"
    );
    let impossible = json!({"ArnLike": {"aws:SourceArn": CLUSTER}, "StringEquals": {"aws:SourceArn": ASSOCIATION}});
    let (reasons, _) = explained(TAGGED, &statements(json!([pods_if(impossible)])));
    assert!(
        reasons.contains("whichever of these is the case"),
        "{reasons}"
    );
}

#[test]
fn one_failed_condition_is_told_once() {
    let condition = json!({"StringEquals": {"aws:SourceAccount": "444455556666"}});
    let judgement = TAGGED.judge(&statements(json!([pods_if(condition)])));
    assert_eq!(
        judgement.reasons(),
        [
            "statement 1 does not apply: StringEquals aws:SourceAccount wants 444455556666, the request carries 111122223333"
        ]
    );
}

#[test]
fn the_nearest_statement_is_mended() {
    let far = pods_if(
        json!({"StringEquals": {"aws:SourceAccount": "4", "aws:RequestTag/kubernetes-namespace": "x"}}),
    );
    let near = pods_if(json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "x"}}));
    let (_, remedy) = explained(TAGGED, &statements(json!([far, near])));
    assert_eq!(
        remedy,
        "in statement 2 let StringEquals aws:RequestTag/kubernetes-namespace accept web"
    );
}
