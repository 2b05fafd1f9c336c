//! Every rule that is checked before any call, with the message that names it.

use roledex::model::plan::{
    Draft, Edit, New, Plan, RoleArn, Setting, TagEdit, name, role_of, target_of,
};
use roledex::model::{AssociationRecord, Caller};

use super::{basis, cluster, creation, edit_role, foreign, new, read, record, role, role_arn};

/// Says whether the text is accepted, or with which words it is refused.
pub(super) fn check<T, E: ToString>(read: Result<T, E>, expected: Option<&str>, input: &str) {
    match (read.map_err(|error| error.to_string()), expected) {
        (Ok(_), None) => {}
        (Err(message), Some(words)) => {
            assert!(message.contains(words), "{input}: {message}");
            assert!(!message.ends_with('.'), "{message}");
        }
        (Ok(_), Some(words)) => panic!("{input} was accepted, expected: {words}"),
        (Err(message), None) => panic!("{input} was refused: {message}"),
    }
}

#[test]
fn roles() {
    let long = "x".repeat(65);
    for (text, expected) in [
        ("arn:aws:iam::111122223333:role/api", None),
        ("  arn:aws:iam::111122223333:role/team/a/api\n", None),
        ("arn:aws:iam::111122223333:role/a_b+c=d,e.f@g-h", None),
        ("", Some("a value is needed")),
        ("api", Some("must start with \"arn:\"")),
        (
            "arn:aws:iam::11112222:role/api",
            Some("must have 12 digits"),
        ),
        ("arn:aws:iam:111122223333", Some("not the ARN expected")),
        (
            "arn:aws:iam::111122223333:user/bob",
            Some("is not the ARN of a role"),
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/api/s",
            Some("is not the ARN of a role"),
        ),
        (
            "arn:aws:iam:eu-west-1:111122223333:role/api",
            Some("is not the ARN of a role"),
        ),
        (
            "arn:aws:iam::aws:role/api",
            Some("is not the ARN of a role"),
        ),
        (
            "arn:aws:iam::111122223333:role/",
            Some("is not the name of a role"),
        ),
        (
            "arn:aws:iam::111122223333:role/a b",
            Some("is not the name of a role"),
        ),
        (
            "arn:aws:iam::111122223333:role/a\u{1b}[31m",
            Some(r"a\u{1b}[31m"),
        ),
        ("arn:aws:iam::111122223333:role/a*", Some("1 to 64 letters")),
        (
            "arn:aws-cn:iam::111122223333:role/api",
            Some("partition aws-cn, the cluster in aws"),
        ),
        (
            "arn:aws:iam::444455556666:role/api",
            Some("wants a role of the cluster's own account 111122223333"),
        ),
    ] {
        check(role_of(text, &cluster()), expected, text);
    }
    let text = role_arn(&long);
    check(role_of(&text, &cluster()), Some("1 to 64"), &text);
}

#[test]
fn target_roles_may_be_elsewhere_but_in_one_partition() {
    for (text, expected) in [
        ("arn:aws:iam::444455556666:role/vault", None),
        ("arn:aws:iam::111122223333:role/vault", None),
        (
            "arn:aws-us-gov:iam::444455556666:role/vault",
            Some("partitions share nothing"),
        ),
    ] {
        check(target_of(text, &cluster()), expected, text);
    }
}

#[test]
fn names() {
    let (label, domain) = ("a".repeat(63), vec!["a".repeat(63); 4].join("."));
    for (text, namespace, account) in [
        ("payments", None, None),
        ("a", None, None),
        ("0-9", None, None),
        (label.as_str(), None, None),
        ("a.b", Some("label of RFC 1123"), None),
        ("", Some("it is empty"), Some("it is empty")),
        ("Web", Some("it has \"W\""), Some("subdomain of RFC 1123")),
        (
            "-web",
            Some("with a letter or digit at both ends; it starts or ends"),
            Some("it starts or ends"),
        ),
        ("web-", Some("it starts or ends"), Some("it starts or ends")),
        (
            "a..b",
            Some("it has \".\""),
            Some("at both ends of each part"),
        ),
        ("a_b", Some("it has \"_\""), Some("it has \"_\"")),
        ("a\nb", Some(r#"it has "\n""#), Some(r#"it has "\n""#)),
        ("é", Some("it has \"é\""), Some("it has \"é\"")),
    ] {
        check(name::namespace(text), namespace, text);
        check(name::service_account(text), account, text);
    }
    check(
        name::namespace(&"a".repeat(64)),
        Some("it has 64 characters"),
        "64",
    );
    assert_eq!(domain.len(), 255);
    check(
        name::service_account(&domain),
        Some("it has 255 characters"),
        "255",
    );
    check(name::service_account(&domain[2..]), None, "253");
}

#[test]
fn association_ids() {
    for (text, expected) in [
        ("a-0123456789abcdefg", None),
        (
            "",
            Some("has 19 characters (a- and 17 letters or digits), this one has 0"),
        ),
        ("a-0123456789abcdef", Some("this one has 18")),
        ("a-0123456789abcdefgh", Some("this one has 20")),
        (
            "b-0123456789abcdefg",
            Some("17 lower-case letters or digits"),
        ),
        (
            "a-0123456789ABCDEFG",
            Some("17 lower-case letters or digits"),
        ),
        (
            "a-0123456789abcdef/",
            Some("17 lower-case letters or digits"),
        ),
    ] {
        check(name::association_id(text), expected, text);
    }
    let mut wrong: AssociationRecord = record();
    wrong.association.key.id = "a-short".into();
    for refused in [
        Plan::update(basis(), read(wrong.clone()), &edit_role("b")),
        Plan::delete(basis(), read(wrong.clone())),
        Plan::tag(
            basis(),
            read(wrong.clone()),
            &TagEdit::parse(["a=b"]).unwrap(),
        ),
        Plan::relocate(basis(), read(wrong), "web", "api", Edit::default()),
    ] {
        let message = refused.unwrap_err()[0].to_string();
        assert!(
            message.contains("association id: an association id has 19"),
            "{message}"
        );
    }
}

#[test]
fn roles_are_checked_again_against_the_cluster_of_the_plan() {
    let chinese = RoleArn::parse("arn:aws-cn:iam::111122223333:role/x").unwrap();
    for (edit, expected) in [
        (
            Edit {
                role: Some(foreign("x")),
                ..Edit::default()
            },
            "role: the role is in account 444455556666",
        ),
        (
            Edit {
                role: Some(chinese.clone()),
                ..Edit::default()
            },
            "role: the role is in partition aws-cn",
        ),
        (
            Edit {
                target_role: Setting::Set(chinese),
                ..Edit::default()
            },
            "target role: the role is in partition aws-cn",
        ),
    ] {
        let moved = Plan::relocate(basis(), read(record()), "web", "api", edit.clone());
        for refused in [Plan::update(basis(), read(record()), &edit), moved] {
            let message = refused.unwrap_err()[0].to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
    let mut elsewhere = new("payments", "api");
    elsewhere.role = foreign("x");
    assert!(Plan::create(basis(), cluster(), elsewhere).is_err());
}

#[test]
fn the_way_must_lead_to_the_cluster() {
    let mut region = basis();
    region.route = roledex::model::Route::new(Some("prod"), "us-east-1");
    let mut account = basis();
    account.caller = Some(Caller {
        account: "999988887777".into(),
        arn: "arn:aws:iam::999988887777:user/eve".into(),
        user_id: "AIDA".into(),
    });
    for (basis, expected) in [
        (
            region,
            "cluster: the route goes to region us-east-1, the cluster is in eu-west-1",
        ),
        (
            account,
            "cluster: the credentials belong to account 999988887777, the cluster to 111122223333",
        ),
    ] {
        let wrong = Plan::delete(basis, read(record())).unwrap_err();
        assert!(wrong[0].to_string().starts_with(expected), "{}", wrong[0]);
    }
}

#[test]
fn a_form_hears_of_every_field_at_once() {
    let draft = Draft {
        role: Some("x".to_owned()),
        target_role: Setting::Set("y".to_owned()),
        session_tags: None,
        policy: Setting::Set("z".to_owned()),
    };
    let wrong = New::read(&cluster(), "A", "B", &draft, [("aws:x", "1")]).unwrap_err();
    let fields: Vec<String> = wrong.iter().map(|wrong| wrong.field.to_string()).collect();
    let expected = [
        "namespace",
        "service account",
        "role",
        "target role",
        "session policy",
        "tag aws:x",
    ];
    assert_eq!(fields, expected);
    let nameless = New::read(&cluster(), "a", "b", &Draft::default(), []).unwrap_err();
    assert_eq!(nameless[0].to_string(), "role: a value is needed");
    // Nothing of it is an error by itself: what is left out is kept.
    assert!(Draft::default().read(&cluster()).unwrap().is_empty());
    assert_eq!(
        creation().after().unwrap().role.as_deref(),
        Some(role("a").as_str())
    );
}
