//! Keys with several values.

use roledex::model::verdict::Verdict::{No, Unknown, Yes};
use serde_json::json;

use super::{TAGGED, UNTAGGED, check_conditions};

const ALL: [&str; 6] = [
    "eks-cluster-arn",
    "eks-cluster-name",
    "kubernetes-namespace",
    "kubernetes-service-account",
    "kubernetes-pod-name",
    "kubernetes-pod-uid",
];

#[test]
fn quantifiers_range_over_the_tags() {
    check_conditions(
        TAGGED,
        &[
            (
                json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "kubernetes-namespace"}}),
                Yes,
            ),
            (
                json!({"foranyvalue:stringlike": {"aws:tagkeys": "eks-*"}}),
                Yes,
            ),
            (
                json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}),
                No,
            ),
            (
                json!({"ForAnyValue:StringNotEquals": {"aws:TagKeys": "eks-cluster-arn"}}),
                Yes,
            ),
            (
                json!({"ForAnyValue:StringNotLike": {"aws:TagKeys": "*"}}),
                No,
            ),
            (
                json!({"ForAllValues:StringEquals": {"aws:TagKeys": ALL}}),
                Yes,
            ),
            (
                json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["kubernetes-namespace"]}}),
                No,
            ),
            (
                json!({"ForAllValues:StringLike": {"aws:TagKeys": ["eks-*", "kubernetes-*"]}}),
                Yes,
            ),
            (
                json!({"ForAllValues:StringLikeIfExists": {"aws:TagKeys": "eks-*"}}),
                No,
            ),
            (
                json!({"ForAllValues:StringNotEquals": {"aws:TagKeys": "team"}}),
                Yes,
            ),
            (
                json!({"ForAllValues:StringNotEquals": {"aws:TagKeys": "kubernetes-pod-uid"}}),
                No,
            ),
            (
                json!({"StringEquals": {"aws:TagKeys": "kubernetes-namespace"}}),
                Unknown,
            ),
            (
                json!({"ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ALL}}),
                Yes,
            ),
            (
                json!({"ForAnyValue:StringEquals": {"aws:SourceAccount": "111122223333"}}),
                Yes,
            ),
            (
                json!({"ForAllValues:StringEquals": {"aws:SourceAccount": "444455556666"}}),
                No,
            ),
            (
                json!({"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-a/*"}}),
                Unknown,
            ),
            (
                json!({"ForSomeValues:StringEquals": {"aws:TagKeys": "eks-cluster-arn"}}),
                Unknown,
            ),
        ],
    );
}

#[test]
fn without_tags_there_is_nothing_to_range_over() {
    check_conditions(
        UNTAGGED,
        &[
            (
                json!({"ForAnyValue:StringEquals": {"aws:TagKeys": ALL}}),
                No,
            ),
            (
                json!({"ForAnyValue:StringNotEquals": {"aws:TagKeys": "team"}}),
                No,
            ),
            (
                json!({"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "team"}}),
                Yes,
            ),
            (
                json!({"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}),
                Yes,
            ),
            (
                json!({"ForAllValues:StringNotEquals": {"aws:TagKeys": "team"}}),
                Yes,
            ),
            (json!({"Null": {"aws:TagKeys": "true"}}), Yes),
        ],
    );
}
