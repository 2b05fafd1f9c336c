//! What is allowed.

use roledex::model::verdict::Verdict::{No, Unknown, Yes};
use serde_json::json;

use super::{TAGGED, UNTAGGED, statements};

#[test]
fn both_actions_are_needed_when_tags_are_sent() {
    // With the tags off, whether TagSession may be missing is not documented.
    for (member, action, tagged, untagged) in [
        (
            "Action",
            json!(["sts:AssumeRole", "sts:TagSession"]),
            Yes,
            Yes,
        ),
        (
            "Action",
            json!(["STS:assumerole", "sts:tagsession"]),
            Yes,
            Yes,
        ),
        (
            "action",
            json!(["sts:AssumeRole", "sts:TagSession"]),
            Yes,
            Yes,
        ),
        ("Action", json!("*"), Yes, Yes),
        ("Action", json!("sts:*"), Yes, Yes),
        ("Action", json!("s?s:*s*s*"), Yes, Yes),
        ("Action", json!(["sts:AssumeRole*", "sts:Tag*"]), Yes, Yes),
        ("Action", json!("sts:Assume*"), No, Unknown),
        ("Action", json!("sts:AssumeRole"), No, Unknown),
        ("Action", json!(["sts:AssumeRole"]), No, Unknown),
        ("Action", json!("sts:TagSession"), No, No),
        ("Action", json!("sts:AssumeRol"), No, No),
        ("Action", json!("AssumeRole"), No, No),
        ("Action", json!("sts:AssumeRoleWithWebIdentity"), No, No),
        (
            "Action",
            json!(["sts:AssumeRole?", "sts:TagSession"]),
            No,
            No,
        ),
        ("Action", json!([]), No, No),
        (
            "NotAction",
            json!("sts:AssumeRoleWithSAML"),
            Unknown,
            Unknown,
        ),
        (
            "NotAction",
            json!(["sts:AssumeRole", "sts:TagSession"]),
            No,
            No,
        ),
        ("NotAction", json!("sts:*"), No, No),
        ("NotAction", json!("sts:TagSession"), No, Unknown),
    ] {
        let policy = statements(json!({
            "Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, member: action,
        }));
        assert_eq!(TAGGED.judge(&policy).verdict, tagged, "{member} {action}");
        assert_eq!(
            UNTAGGED.judge(&policy).verdict,
            untagged,
            "{member} {action}, no tags"
        );
    }
}

#[test]
fn the_actions_may_stand_in_statements_of_their_own() {
    let allow = |action: &str, service: &str| json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": action});
    let (pods, other) = ("pods.eks.amazonaws.com", "ec2.amazonaws.com");
    for (list, expected) in [
        (
            json!([allow("sts:AssumeRole", pods), allow("sts:TagSession", pods)]),
            Yes,
        ),
        (
            json!([
                allow("sts:AssumeRole", pods),
                allow("sts:TagSession", other)
            ]),
            No,
        ),
        (
            json!([allow("sts:AssumeRole", other), allow("sts:*", pods)]),
            Yes,
        ),
        (json!([]), No),
    ] {
        assert_eq!(
            TAGGED.judge(&statements(list.clone())).verdict,
            expected,
            "{list}"
        );
    }
}
