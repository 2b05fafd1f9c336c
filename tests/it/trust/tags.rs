//! Conditions on the six session tags.

use roledex::model::verdict::Verdict::{No, Yes};
use serde_json::json;

use super::{CLUSTER, TAGGED, UNTAGGED, check_conditions};

#[test]
fn the_six_tags_say_who_the_pod_is() {
    let rows = [
        (json!({"aws:RequestTag/eks-cluster-arn": CLUSTER}), Yes),
        (json!({"aws:RequestTag/eks-cluster-name": "shop"}), Yes),
        (json!({"aws:RequestTag/eks-cluster-name": "shop2"}), No),
        (json!({"aws:RequestTag/kubernetes-namespace": "web"}), Yes),
        (json!({"aws:RequestTag/kubernetes-namespace": "api"}), No),
        (
            json!({"aws:RequestTag/kubernetes-service-account": ["x", "cart"]}),
            Yes,
        ),
        (
            json!({"aws:RequestTag/kubernetes-service-account": "default"}),
            No,
        ),
        (json!({"aws:RequestTag/team": "checkout"}), No),
        (
            json!({"aws:RequestTag/kubernetes-namespace": "web", "aws:RequestTag/kubernetes-service-account": "cart"}),
            Yes,
        ),
    ];
    let tagged = rows
        .clone()
        .map(|(keys, expected)| (json!({"StringEquals": keys}), expected));
    check_conditions(TAGGED, &tagged);
    let untagged = rows.map(|(keys, _)| (json!({"StringEquals": keys}), No));
    check_conditions(UNTAGGED, &untagged);
}
