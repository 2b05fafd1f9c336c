//! The AWS CLI commands of a plan, read back by a shell.

use roledex::model::plan::{Edit, Plan, SessionPolicy, Setting, TagEdit, revoke_command};

use super::{
    ID, basis, creation, deletion, edit_role, foreign, read, record, record_with, relocation,
    update,
};

fn words(plan: &Plan) -> Vec<Vec<String>> {
    let commands = plan.commands().into_iter();
    commands
        .map(|command| shlex::split(&command.unwrap().replace("\\\n", " ")).unwrap())
        .collect()
}

fn value<'a>(words: &'a [String], name: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| word == name)?;
    words.get(at + 1).map(String::as_str)
}

#[test]
fn an_update_sends_what_differs_and_nothing_else() {
    let policy =
        "{\n \"Statement\": [{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"it's\"}]}";
    let edit = Edit {
        role: Some(super::role("b")),
        target_role: Setting::Set(foreign("vault")),
        session_tags: Some(false),
        policy: Setting::Set(SessionPolicy::parse(policy).unwrap()),
    };
    let words = &words(&update(edit))[0];
    assert_eq!(
        words[..3],
        ["aws", "eks", "update-pod-identity-association"]
    );
    for (name, expected) in [
        ("--cluster-name", Some("shop")),
        ("--association-id", Some(ID)),
        ("--role-arn", Some("arn:aws:iam::111122223333:role/b")),
        (
            "--target-role-arn",
            Some("arn:aws:iam::444455556666:role/vault"),
        ),
        ("--region", Some("eu-west-1")),
        ("--profile", Some("prod")),
        ("--namespace", None),
        ("--service-account", None),
    ] {
        assert_eq!(value(words, name), expected, "{name}");
    }
    assert!(words.contains(&"--disable-session-tags".to_owned()));
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(parse(value(words, "--policy").unwrap()), parse(policy));

    let words = &super::commands::words(&update(edit_role("b")))[0];
    for absent in [
        "--target-role-arn",
        "--policy",
        "--disable-session-tags",
        "--no-disable-session-tags",
    ] {
        assert!(!words.iter().any(|word| word == absent), "{absent}");
    }
}

#[test]
fn clearing_is_an_empty_text() {
    let policy = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    let before = read(record_with(&[], Some(foreign("v").as_str()), Some(policy)));
    let edit = Edit {
        target_role: Setting::Clear,
        policy: Setting::Clear,
        session_tags: Some(true),
        role: None,
    };
    let words = &words(&Plan::update(basis(), before, &edit).unwrap())[0];
    assert_eq!(value(words, "--target-role-arn"), Some(""));
    assert_eq!(value(words, "--policy"), Some(""));
    assert!(words.contains(&"--no-disable-session-tags".to_owned()));
}

#[test]
fn each_kind_has_its_commands() {
    let kinds = |plan: &Plan| -> Vec<String> {
        words(plan)
            .into_iter()
            .map(|words| words[2].clone())
            .collect()
    };
    assert_eq!(kinds(&creation()), ["create-pod-identity-association"]);
    assert_eq!(kinds(&deletion()), ["delete-pod-identity-association"]);
    // The new one first: a failure in between loses nothing.
    assert_eq!(
        kinds(&relocation("web", Edit::default())),
        [
            "create-pod-identity-association",
            "delete-pod-identity-association"
        ]
    );
    let words = words(&deletion());
    assert_eq!(value(&words[0], "--association-id"), Some(ID));
}

#[test]
fn tags_go_as_json() {
    let before = read(record_with(&[("-x y", "1"), ("b", "2")], None, None));
    let edit = TagEdit::of([("a,b=", "it's")], ["-x y", "b"]);
    // A comma is no character of a tag.
    assert!(edit.is_err());
    let edit = TagEdit::of([("a=b", "x y")], ["-x y", "b"]).unwrap();
    let words = words(&Plan::tag(basis(), before, &edit).unwrap());
    assert_eq!(words[0][2], "tag-resource");
    assert_eq!(value(&words[0], "--tags"), Some(r#"{"a=b":"x y"}"#));
    assert_eq!(words[1][2], "untag-resource");
    assert_eq!(value(&words[1], "--tag-keys"), Some(r#"["-x y","b"]"#));
    let arn = "arn:aws:eks:eu-west-1:111122223333:podidentityassociation/shop/a-0123456789abcdefg";
    for words in &words {
        assert_eq!(value(words, "--resource-arn"), Some(arn));
    }
    // AWS sends the ARN; where it did not, it is put together as documented.
    let mut silent = record();
    silent.association.arn = None;
    let plan = Plan::tag(basis(), read(silent), &TagEdit::parse(["a=1"]).unwrap()).unwrap();
    assert_eq!(plan.association_arn().as_deref(), Some(arn));
}

#[test]
fn what_must_not_be_pasted_is_not_written() {
    let mut hostile = basis();
    hostile.route.profile = Some("a\u{1b}b".into());
    let plan = Plan::delete(hostile, read(record())).unwrap();
    let refused = plan.commands()[0].clone().unwrap_err();
    assert!(
        refused.to_string().contains("control characters"),
        "{refused}"
    );
}

#[test]
fn sessions_can_be_revoked() {
    let command = revoke_command(
        &super::role_arn("team/a"),
        "2026-11-01T00:00:00Z".parse().unwrap(),
    );
    let words = shlex::split(&command.unwrap().replace("\\\n", " ")).unwrap();
    assert_eq!(value(&words, "--role-name"), Some("a"));
    let policy = value(&words, "--policy-document").unwrap();
    assert!(
        policy.contains(r#""aws:TokenIssueTime":"2026-11-01T00:00:00Z""#),
        "{policy}"
    );
}
