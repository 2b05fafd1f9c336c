//! Conditions on where the request comes from.

use roledex::model::verdict::Verdict::{No, Unknown, Yes};
use serde_json::json;

use super::{ASSOCIATION, CLUSTER, NOT_YET_THERE, TAGGED, check_conditions, pods_if, statements};

#[test]
fn a_source_is_no_only_if_neither_arn_can_match() {
    check_conditions(
        TAGGED,
        &[
            (json!({"ArnEquals": {"aws:SourceArn": CLUSTER}}), Unknown),
            (json!({"ArnLike": {"aws:SourceArn": ASSOCIATION}}), Unknown),
            (
                json!({"ArnLike": {"AWS:sourcearn": [CLUSTER, ASSOCIATION]}}),
                Yes,
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:*"}}),
                Yes,
            ),
            (
                json!({"ArnEquals": {"aws:SourceArn": "arn:aws:eks:*:111122223333:*/shop*"}}),
                Yes,
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:*:podidentityassociation/*"}}),
                Unknown,
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:*:cluster/shop2"}}),
                No,
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:eks:us-east-1:111122223333:*"}}),
                No,
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws-cn:eks:*:*:*"}}),
                No,
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:cluster/*"}}),
                Unknown,
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:eks:*:cluster/*:*"}}),
                No,
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": "arn:aws:eks:EU-WEST-1:111122223333:*"}}),
                No,
            ),
            (
                json!({"StringEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:*"}}),
                No,
            ),
            (
                json!({"StringEquals": {"aws:SourceArn": [CLUSTER, ASSOCIATION]}}),
                Yes,
            ),
            (
                json!({"StringLike": {"aws:SourceArn": "arn:aws:eks:*shop*"}}),
                Yes,
            ),
            (json!({"ArnNotEquals": {"aws:SourceArn": CLUSTER}}), Unknown),
            (
                json!({"ArnNotLike": {"aws:SourceArn": "arn:aws:eks:*:*:*/shop*"}}),
                No,
            ),
            (
                json!({"ArnNotLike": {"aws:SourceArn": "arn:aws:eks:us-*:*:*"}}),
                Yes,
            ),
            (json!({"Null": {"aws:SourceArn": "true"}}), No),
            (json!({"Null": {"aws:SourceArn": "false"}}), Yes),
        ],
    );
}

#[test]
fn two_statements_may_accept_a_source_together() {
    let both = statements(json!([
        pods_if(json!({"ArnLike": {"aws:SourceArn": CLUSTER}})),
        pods_if(json!({"ArnLike": {"aws:SourceArn": ASSOCIATION}})),
    ]));
    assert_eq!(TAGGED.judge(&both).verdict, Yes);
    let contradictory = statements(pods_if(json!({
        "ArnLike": {"aws:SourceArn": CLUSTER}, "StringEquals": {"aws:SourceArn": ASSOCIATION},
    })));
    assert_eq!(TAGGED.judge(&contradictory).verdict, No);
}

#[test]
fn the_id_of_an_association_to_come_is_not_known() {
    let prefix = "arn:aws:eks:eu-west-1:111122223333:podidentityassociation/";
    check_conditions(
        NOT_YET_THERE,
        &[
            (
                json!({"ArnLike": {"aws:SourceArn": [CLUSTER, format!("{prefix}shop/*")]}}),
                Yes,
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": [CLUSTER, format!("{prefix}shop/a-*")]}}),
                Yes,
            ),
            (json!({"ArnLike": {"aws:SourceArn": ASSOCIATION}}), Unknown),
            (
                json!({"ArnLike": {"aws:SourceArn": format!("{prefix}shop/b-*")}}),
                No,
            ),
            (
                json!({"ArnLike": {"aws:SourceArn": format!("{prefix}other/*")}}),
                No,
            ),
        ],
    );
}

#[test]
fn the_account_is_the_clusters() {
    check_conditions(
        TAGGED,
        &[
            (
                json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}),
                Yes,
            ),
            (
                json!({"stringequals": {"AWS:SOURCEACCOUNT": ["444455556666", "111122223333"]}}),
                Yes,
            ),
            (
                json!({"StringEquals": {"aws:SourceAccount": 111_122_223_333_u64}}),
                Yes,
            ),
            (
                json!({"StringEquals": {"aws:SourceAccount": "444455556666"}}),
                No,
            ),
            (json!({"StringEquals": {"aws:SourceAccount": []}}), Unknown),
            (
                json!({"StringNotEquals": {"aws:SourceAccount": "444455556666"}}),
                Yes,
            ),
            (
                json!({"StringNotEquals": {"aws:SourceAccount": ["444455556666", "111122223333"]}}),
                No,
            ),
            (
                json!({"NumericEquals": {"aws:SourceAccount": "111122223333"}}),
                Unknown,
            ),
            (json!({"ArnLike": {"aws:SourceAccount": "1111*"}}), Unknown),
            (json!({"Bool": {"aws:SourceAccount": "true"}}), Unknown),
            (
                json!({"StringEquals": {"aws:SourceAccount": "111122223333"}, "ArnEquals": {"aws:SourceArn": CLUSTER}}),
                Unknown,
            ),
            (
                json!({"StringEquals": {"aws:SourceAccount": "444455556666"}, "ArnEquals": {"aws:SourceArn": CLUSTER}}),
                No,
            ),
        ],
    );
}
