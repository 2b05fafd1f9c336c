//! Policy variables.

use roledex::model::verdict::Verdict::{No, Unknown, Yes};
use serde_json::json;

use super::{TAGGED, UNTAGGED, check_conditions, pods_if, policy};

#[test]
fn variables_are_put_in_where_their_value_is_known() {
    let namespace =
        |value: &str| json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": value}});
    let source = |value: &str| json!({"ArnLike": {"aws:SourceArn": value}});
    check_conditions(
        TAGGED,
        &[
            (source("arn:aws:eks:eu-west-1:${aws:SourceAccount}:*"), Yes),
            (source("arn:aws:eks:us-east-1:${aws:SourceAccount}:*"), No),
            (namespace("${aws:RequestTag/Kubernetes-Namespace}"), Yes),
            (
                namespace("${aws:RequestTag/kubernetes-service-account}"),
                No,
            ),
            (namespace("${aws:PrincipalTag/team}"), Unknown),
            (namespace("${aws:RequestTag/team, 'web'}"), Yes),
            (namespace("${aws:RequestTag/team, 'api'}"), No),
            (namespace("${aws:RequestTag/team}"), Unknown),
            (namespace("${aws:TagKeys}"), Unknown),
            (namespace("${aws:RequestTag/kubernetes-pod-name}"), Unknown),
            (namespace("${*}"), No),
            (namespace("web${"), Unknown),
            (
                json!({"StringLike": {"aws:RequestTag/kubernetes-namespace": "w${*}b"}}),
                No,
            ),
            (
                json!({"StringLike": {"aws:RequestTag/kubernetes-namespace": ["${aws:username}", "web"]}}),
                Yes,
            ),
            (
                json!({"StringEquals": {"aws:SourceArn": "${aws:SourceArn}"}}),
                Yes,
            ),
        ],
    );
    check_conditions(UNTAGGED, &[(namespace("${aws:username}"), No)]);
}

#[test]
fn old_policies_have_no_variables() {
    let statement = pods_if(json!({"StringEquals": {"aws:SourceAccount": "${aws:SourceAccount}"}}));
    for (document, expected) in [
        (
            json!({"Version": "2012-10-17", "Statement": statement}),
            Yes,
        ),
        (json!({"Version": "2008-10-17", "Statement": statement}), No),
        (json!({"Statement": statement}), No),
    ] {
        assert_eq!(
            TAGGED.judge(&policy(document.clone())).verdict,
            expected,
            "{document}"
        );
    }
}
