//! Who is named.

use roledex::model::verdict::Verdict::{No, Unknown, Yes};
use serde_json::json;

use super::{TAGGED, statements};

#[test]
fn the_service_must_be_named() {
    for (principal, expected) in [
        (json!({"Service": "pods.eks.amazonaws.com"}), Yes),
        (
            json!({"Service": ["ec2.amazonaws.com", "pods.eks.amazonaws.com"]}),
            Yes,
        ),
        (json!({"service": "pods.eks.amazonaws.com"}), Yes),
        (
            json!({"Service": "pods.eks.amazonaws.com", "AWS": "111122223333"}),
            Yes,
        ),
        (json!({"Service": []}), No),
        (json!({}), No),
        (json!({"Service": "eks.amazonaws.com"}), No),
        (
            json!({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}),
            No,
        ),
        (json!({"Service": "pods.eks.amazonaws.com.example.org"}), No),
        (json!({"Service": "PODS.eks.amazonaws.com"}), Unknown),
        (json!({"Service": "pods.eks.amazonaws.com.cn"}), Unknown),
        (json!({"Service": "*.amazonaws.com"}), Unknown),
        (json!({"Service": "*.example.org"}), No),
        (json!("*"), Unknown),
        (json!({"AWS": "*"}), Unknown),
        (json!({"AWS": "arn:aws:iam::111122223333:root"}), No),
        (json!({"AWS": "111122223333"}), No),
        (json!({"AWS": "pods.eks.amazonaws.com"}), No),
        (
            json!({"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"}),
            No,
        ),
        (json!({"Federated": "pods.eks.amazonaws.com"}), No),
        (json!({"CanonicalUser": "79a59df900b949e5"}), No),
        (json!({"Robot": "pods.eks.amazonaws.com"}), Unknown),
    ] {
        let policy = statements(json!({
            "Effect": "Allow", "Principal": principal, "Action": ["sts:AssumeRole", "sts:TagSession"],
        }));
        assert_eq!(TAGGED.judge(&policy).verdict, expected, "{principal}");
    }
}

#[test]
fn not_principal_is_left_to_iam() {
    for (principal, effect, expected) in [
        (
            json!({"Service": "pods.eks.amazonaws.com"}),
            "Allow",
            Unknown,
        ),
        (json!({"Service": "ec2.amazonaws.com"}), "Allow", Unknown),
        (json!("*"), "Allow", Unknown),
        (
            json!({"Service": "pods.eks.amazonaws.com"}),
            "Deny",
            Unknown,
        ),
    ] {
        let policy = statements(json!([
            {"Effect": effect, "NotPrincipal": principal, "Action": "sts:*"},
            if effect == "Deny" { super::pods() } else { json!({"Effect": "Deny", "Principal": {"AWS": "111122223333"}, "Action": "sts:*"}) },
        ]));
        assert_eq!(
            TAGGED.judge(&policy).verdict,
            expected,
            "{effect} NotPrincipal {principal}"
        );
    }
}
