//! Operators over texts, and keys and operators that are not known.

use roledex::model::verdict::Verdict::{No, Unknown, Yes};
use serde_json::json;

use super::{TAGGED, UNTAGGED, check_conditions};

const NAMESPACE: &str = "aws:RequestTag/kubernetes-namespace";
const POD: &str = "aws:RequestTag/kubernetes-pod-name";

#[test]
fn texts_are_compared_as_each_operator_says() {
    check_conditions(
        TAGGED,
        &[
            (json!({"StringEquals": {NAMESPACE: "web"}}), Yes),
            (json!({"StringEquals": {NAMESPACE: "Web"}}), No),
            (json!({"StringEquals": {NAMESPACE: "w*"}}), No),
            (
                json!({"StringEquals": {"AWS:requesttag/Kubernetes-Namespace": "web"}}),
                Yes,
            ),
            (json!({"StringEqualsIgnoreCase": {NAMESPACE: "WEB"}}), Yes),
            (json!({"StringEqualsIgnoreCase": {NAMESPACE: "api"}}), No),
            (json!({"StringNotEqualsIgnoreCase": {NAMESPACE: "WEB"}}), No),
            (
                json!({"StringNotEqualsIgnoreCase": {NAMESPACE: "API"}}),
                Yes,
            ),
            (json!({"StringNotEquals": {NAMESPACE: "Web"}}), Yes),
            (json!({"StringLike": {NAMESPACE: "w?b"}}), Yes),
            (json!({"StringLike": {NAMESPACE: ["api-*", "web*"]}}), Yes),
            (json!({"StringLike": {NAMESPACE: "W*"}}), No),
            (json!({"StringLike": {NAMESPACE: "web-*"}}), No),
            (json!({"StringNotLike": {NAMESPACE: "kube-*"}}), Yes),
            (json!({"StringNotLike": {NAMESPACE: ["kube-*", "*"]}}), No),
            (json!({"StringLikeIgnoreCase": {NAMESPACE: "web"}}), Unknown),
            (json!({"StringEquals": {}}), Yes),
            (
                json!({"StringEquals": {NAMESPACE: "web", "aws:SourceAccount": "0"}}),
                No,
            ),
        ],
    );
}

#[test]
fn a_pod_to_come_has_a_name_that_is_not_known() {
    check_conditions(
        TAGGED,
        &[
            (json!({"StringLike": {POD: "*"}}), Yes),
            (json!({"Null": {POD: "false"}}), Yes),
            (json!({"StringLike": {POD: "cart-*"}}), Unknown),
            (json!({"StringEquals": {POD: "cart-0"}}), Unknown),
            (json!({"StringNotLike": {POD: "*"}}), No),
            (json!({"StringEqualsIgnoreCase": {POD: "cart-0"}}), Unknown),
        ],
    );
}

#[test]
fn what_is_not_known_stays_unknown() {
    check_conditions(
        TAGGED,
        &[
            (
                json!({"StringEquals": {"aws:PrincipalOrgID": "o-abc"}}),
                Unknown,
            ),
            (json!({"StringLike": {"aws:PrincipalOrgID": "*"}}), Unknown),
            (
                json!({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}),
                Unknown,
            ),
            (
                json!({"StringNotEquals": {"aws:SourceOrgID": "o-abc"}}),
                Unknown,
            ),
            (
                json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
                Unknown,
            ),
            (
                json!({"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}),
                Unknown,
            ),
            (json!({"Bool": {"aws:SecureTransport": "true"}}), Unknown),
            (json!({"Bool": {"aws:SecureTransport": true}}), Unknown),
            (json!({"Bool": {"aws:SecureTransport": "perhaps"}}), Unknown),
            (json!({"BinaryEquals": {NAMESPACE: "d2Vi"}}), Unknown),
            (json!({"StringSounds": {NAMESPACE: "web"}}), Unknown),
            (
                json!({"StringEquals": {"sts:RoleSessionName": "eks-shop"}}),
                Unknown,
            ),
            (json!({"Null": {"aws:SourceVpc": "true"}}), Unknown),
            (json!({"Null": {NAMESPACE: "maybe"}}), Unknown),
            // One condition that surely fails settles it, whatever else there is.
            (
                json!({"StringSounds": {NAMESPACE: "web"}, "StringEquals": {NAMESPACE: "api"}}),
                No,
            ),
        ],
    );
}

#[test]
fn a_key_that_is_not_sent_is_treated_as_each_operator_says() {
    check_conditions(
        UNTAGGED,
        &[
            (json!({"StringEquals": {NAMESPACE: "web"}}), No),
            (json!({"StringLike": {NAMESPACE: "*"}}), No),
            (json!({"StringEqualsIfExists": {NAMESPACE: "api"}}), Yes),
            (json!({"StringLikeIfExists": {NAMESPACE: "api"}}), Yes),
            (json!({"StringNotEquals": {NAMESPACE: "web"}}), Yes),
            (json!({"StringNotLike": {NAMESPACE: "*"}}), Yes),
            (json!({"StringNotEqualsIfExists": {NAMESPACE: "web"}}), Yes),
            (
                json!({"ArnEquals": {"aws:RequestTag/eks-cluster-arn": "arn:aws:eks:*:*:*"}}),
                No,
            ),
            (
                json!({"ArnNotEquals": {"aws:RequestTag/eks-cluster-arn": "arn:aws:eks:*:*:*"}}),
                Yes,
            ),
            (json!({"Bool": {NAMESPACE: "true"}}), No),
            (json!({"Null": {NAMESPACE: "true"}}), Yes),
            (json!({"Null": {NAMESPACE: "false"}}), No),
            (json!({"Null": {NAMESPACE: ["true", "false"]}}), Yes),
            (json!({"NullIfExists": {NAMESPACE: "true"}}), Unknown),
        ],
    );
}

#[test]
fn if_exists_still_compares_what_exists() {
    check_conditions(
        TAGGED,
        &[
            (json!({"StringEqualsIfExists": {NAMESPACE: "web"}}), Yes),
            (json!({"StringEqualsIfExists": {NAMESPACE: "api"}}), No),
            (
                json!({"ArnLikeIfExists": {"aws:SourceArn": "arn:aws:eks:us-*:*:*"}}),
                No,
            ),
        ],
    );
}
