//! The second hop: who may go on to a target role, and under which conditions.

use roledex::model::verdict::Verdict::{self, No, Unknown, Yes};
use serde_json::{Value, json};

use super::{CLUSTER, EXTERNAL_ID, ROLE, Stage, TAGGED, UNTAGGED, statements};

fn allow(principal: &Value, condition: &Value) -> Value {
    json!({
        "Effect": "Allow",
        "Principal": principal,
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": condition,
    })
}

#[test]
fn the_first_role_must_be_trusted() {
    for (principal, expected) in [
        (json!({"AWS": ROLE}), Yes),
        (
            json!({"AWS": ["arn:aws:iam::444455556666:root", ROLE]}),
            Yes,
        ),
        (json!({"AWS": "arn:aws:iam::111122223333:root"}), Yes),
        (json!({"AWS": "111122223333"}), Yes),
        (json!({"aws": "111122223333"}), Yes),
        (json!({"AWS": "*"}), Yes),
        (json!("*"), Yes),
        (json!({"AWS": "444455556666"}), No),
        (json!({"AWS": "arn:aws-cn:iam::111122223333:root"}), No),
        (json!({"AWS": "arn:aws:iam::111122223333:role/cart"}), No),
        (
            json!({"AWS": "arn:aws:iam::111122223333:role/team/other"}),
            No,
        ),
        (
            json!({"AWS": "arn:aws:iam::444455556666:role/team/cart"}),
            No,
        ),
        (
            json!({"AWS": "arn:aws:iam::111122223333:user/team/cart"}),
            No,
        ),
        (json!({"AWS": "AROAEXAMPLEEXAMPLE123"}), No),
        (json!({"AWS": ["AROAEXAMPLEEXAMPLE123", ROLE]}), Yes),
        (json!({"AWS": "arn:aws:iam::111122223333:role/*"}), Unknown),
        (
            json!({"AWS": "arn:aws:iam::111122223333:role/team/Cart"}),
            Unknown,
        ),
        (
            json!({"AWS": "arn:aws:sts::111122223333:assumed-role/cart/eks-shop-cart-0"}),
            Unknown,
        ),
        (
            json!({"AWS": "arn:aws:sts::111122223333:assumed-role/other/eks-shop-cart-0"}),
            No,
        ),
        (json!({"Service": "pods.eks.amazonaws.com"}), No),
        (json!({"Federated": ROLE}), No),
    ] {
        let policy = statements(allow(&principal, &json!({})));
        assert_eq!(
            TAGGED.judge_target(&policy).verdict,
            expected,
            "{principal}"
        );
    }
}

fn check(stage: Stage, rows: &[(Value, Verdict)]) {
    for (condition, expected) in rows {
        let policy = statements(allow(&json!({"AWS": ROLE}), condition));
        let judgement = stage.judge_target(&policy);
        assert_eq!(
            judgement.verdict,
            *expected,
            "{condition}\n{:#?}",
            judgement.reasons()
        );
    }
}

#[test]
fn conditions_with_tags() {
    check(
        TAGGED,
        &[
            (
                json!({"StringEquals": {"aws:RequestTag/eks-cluster-arn": CLUSTER}}),
                Yes,
            ),
            (
                json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "api"}}),
                No,
            ),
            (
                json!({"StringEquals": {"aws:PrincipalTag/kubernetes-namespace": "web"}}),
                Yes,
            ),
            (
                json!({"StringEquals": {"aws:PrincipalTag/team": "checkout"}}),
                Unknown,
            ),
            (json!({"ArnEquals": {"aws:PrincipalArn": ROLE}}), Yes),
            (
                json!({"ArnLike": {"aws:PrincipalARN": "arn:aws:iam::111122223333:role/team/*"}}),
                Yes,
            ),
            (
                json!({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/x"}}),
                No,
            ),
            (
                json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}}),
                Yes,
            ),
            (
                json!({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}),
                Yes,
            ),
            // Whether the external id is sent beside tags is not documented, but no other one ever is.
            (
                json!({"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}),
                Unknown,
            ),
            (json!({"StringEquals": {"sts:ExternalId": "other"}}), No),
            (
                json!({"StringEqualsIfExists": {"sts:ExternalId": EXTERNAL_ID}}),
                Yes,
            ),
            (json!({"ArnEquals": {"aws:SourceArn": CLUSTER}}), Unknown),
            (
                json!({"StringEquals": {"aws:PrincipalOrgID": "o-a"}}),
                Unknown,
            ),
            (
                json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
                Unknown,
            ),
        ],
    );
}

#[test]
fn conditions_without_tags() {
    check(
        UNTAGGED,
        &[
            (
                json!({"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}),
                Yes,
            ),
            (
                json!({"StringLike": {"sts:ExternalId": "eu-west-1/111122223333/shop/*"}}),
                Yes,
            ),
            (
                json!({"StringEquals": {"sts:ExternalId": "eu-west-1/111122223333/shop/web/other"}}),
                No,
            ),
            (
                json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "web"}}),
                No,
            ),
            (
                json!({"StringEquals": {"aws:PrincipalTag/kubernetes-namespace": "web"}}),
                Unknown,
            ),
        ],
    );
}

#[test]
fn a_denial_of_the_account_denies_its_roles() {
    let deny = json!({"Effect": "Deny", "Principal": {"AWS": "111122223333"}, "Action": "sts:*"});
    let policy = statements(json!([allow(&json!({"AWS": ROLE}), &json!({})), deny]));
    assert_eq!(TAGGED.judge_target(&policy).verdict, No);
}

#[test]
fn tagging_is_needed_on_the_second_hop_too() {
    let policy = statements(
        json!({"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "sts:AssumeRole"}),
    );
    assert_eq!(TAGGED.judge_target(&policy).verdict, No);
    assert_eq!(UNTAGGED.judge_target(&policy).verdict, Unknown);
}
