//! The rules of session policies and tags, with the message that names each.

use roledex::model::plan::{Edit, Plan, SessionPolicy, Setting, TagEdit, Tags};

use super::rules::check;
use super::{basis, cluster, new, read, record, record_with};

const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

#[test]
fn session_policies() {
    let one = |statement: &str| format!(r#"{{"Statement":[{statement}]}}"#);
    for (text, expected) in [
        (ALLOW.to_owned(), None),
        (format!("\n  {ALLOW}\n"), None),
        (
            one(
                r#"{"Sid":"A","effect":"Allow","action":["s3:Get*"],"NotResource":["x"],"Condition":{"Bool":{"k":"true"}}}"#,
            ),
            None,
        ),
        (
            r#"{"Statement":{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}}"#.to_owned(),
            None,
        ),
        (String::new(), Some("a value is needed")),
        ("{".to_owned(), Some("is not JSON: EOF")),
        ("Effect: Allow".to_owned(), Some("is not JSON")),
        (
            r#"{"Statement":1,"Statement":2}"#.to_owned(),
            Some("appears twice"),
        ),
        ("[]".to_owned(), Some("it must be a JSON object")),
        ("{}".to_owned(), Some("it has no Statement")),
        (r#"{"Statement":[]}"#.to_owned(), Some("Statement is empty")),
        (
            r#"{"Version":"2020","Statement":[]}"#.to_owned(),
            Some("Version must be"),
        ),
        (
            r#"{"Statements":[]}"#.to_owned(),
            Some("Statements is no member that IAM knows"),
        ),
        (
            r#"{"Statement":[],"statement":[]}"#.to_owned(),
            Some("is there twice"),
        ),
        (one("1"), Some("Statement[0] must be an object")),
        (
            one(r#"{"Action":"a","Resource":"*"}"#),
            Some("Statement[0] has no Effect"),
        ),
        (
            one(r#"{"Effect":"allow","Action":"a","Resource":"*"}"#),
            Some("Effect must be"),
        ),
        (
            one(r#"{"Effect":"Allow","Resource":"*"}"#),
            Some("neither Action nor NotAction"),
        ),
        (
            one(r#"{"Effect":"Allow","Action":"a"}"#),
            Some("neither Resource nor NotResource"),
        ),
        (
            one(r#"{"Effect":"Allow","Action":"a","NotAction":"b","Resource":"*"}"#),
            Some("both Action and NotAction"),
        ),
        (
            one(r#"{"Effect":"Allow","Action":[],"Resource":"*"}"#),
            Some("Action must be a text or a list"),
        ),
        (
            one(r#"{"Effect":"Allow","Action":"a","Resource":[1]}"#),
            Some("Resource must be a text or a list"),
        ),
        (
            one(r#"{"Effect":"Allow","Action":"a","Resource":"*","Condition":[]}"#),
            Some("Condition must be"),
        ),
        (
            one(r#"{"Effect":"Allow","Principal":"*","Action":"a","Resource":"*"}"#),
            Some("does not belong in a session policy"),
        ),
        (
            ALLOW.replace("s3:*", "s3:日"),
            Some("those up to U+00FF; write it as \\u65e5"),
        ),
    ] {
        check(SessionPolicy::parse(&text), expected, &text);
    }
}

#[test]
fn session_policies_have_a_length() {
    let filled = |length: usize| {
        let rest = length - ALLOW.len();
        ALLOW.replace("s3:*", &format!("s3:{}*", "x".repeat(rest)))
    };
    check(SessionPolicy::parse(&filled(2_048)), None, "2048");
    let expected = "has 2049 characters, and STS allows a session policy 2048";
    check(SessionPolicy::parse(&filled(2_049)), Some(expected), "2049");
    let airy = ALLOW.replace(',', &format!(",{}", " ".repeat(700)));
    let expected = format!("without white space it has {}", ALLOW.len());
    check(SessionPolicy::parse(&airy), Some(&expected), "airy");
}

#[test]
fn tags() {
    let (key, value) = ("k".repeat(129), "v".repeat(257));
    for (word, expected) in [
        ("team=payments".to_owned(), None),
        ("team=".to_owned(), None),
        ("a=b=c".to_owned(), None),
        ("équipe/日 本=x@y+z".to_owned(), None),
        ("team-".to_owned(), None),
        (format!("{}={}", &key[1..], &value[1..]), None),
        (
            "team".to_owned(),
            Some("write KEY=VALUE to set a tag, or KEY- to remove it"),
        ),
        ("=x".to_owned(), Some("1 to 128 characters, this one has 0")),
        ("-".to_owned(), Some("1 to 128 characters, this one has 0")),
        (
            format!("{key}=x"),
            Some("1 to 128 characters, this one has 129"),
        ),
        (
            format!("k={value}"),
            Some("at most 256 characters, this one has 257"),
        ),
        ("aws:x=1".to_owned(), Some("start with aws: belong to AWS")),
        ("AwS:x=1".to_owned(), Some("start with aws: belong to AWS")),
        ("aws:x-".to_owned(), Some("neither set nor removed")),
        ("x=aws:1".to_owned(), Some("values that start with aws:")),
        ("a\tb=1".to_owned(), Some(r#"this one has "\t""#)),
        ("a=<b>".to_owned(), Some("this one has \"<\"")),
        (
            "a#b=1".to_owned(),
            Some("letters, digits, spaces and _.:/=+-@"),
        ),
        ("odd#-".to_owned(), None),
    ] {
        let edit = TagEdit::parse([word.as_str()]).map_err(|wrong| wrong[0].to_string());
        check(edit, expected, &word);
    }
    for words in [&["a=1", "a=2"][..], &["a=1", "a-"], &["a-", "a-"]] {
        let wrong = TagEdit::parse(words.iter().copied()).unwrap_err();
        assert!(wrong[0].to_string().contains("named twice"), "{words:?}");
    }
    let none = TagEdit::parse([]).unwrap_err();
    assert!(none[0].to_string().contains("no tag is named"));
}

#[test]
fn fifty_tags_and_no_more() {
    let keys: Vec<String> = (0..51).map(|index| format!("k{index}")).collect();
    let pairs = |count: usize| keys.iter().take(count).map(|key| (key.as_str(), "v"));
    assert!(Tags::parse(pairs(50)).is_ok());
    let wrong = Tags::parse(pairs(51)).unwrap_err();
    let message = "tags: there would be 51 tags, and AWS allows a resource 50";
    assert_eq!(wrong[0].to_string(), message);

    let mut full: Vec<(&str, &str)> = pairs(50).collect();
    full.push(("aws:cloudformation:stack-name", "s"));
    let before = read(record_with(&full, None, None));
    let plan = |words: &[&str]| {
        let edit = TagEdit::parse(words.iter().copied()).unwrap();
        Plan::tag(basis(), before.clone(), &edit)
    };
    assert_eq!(plan(&["new=1"]).unwrap_err()[0].to_string(), message);
    // Those of AWS do not count, and one that goes makes room.
    assert!(plan(&["new=1", "k0-"]).is_ok());
    assert!(plan(&["k0=other"]).is_ok());
}

#[test]
fn a_policy_needs_session_tags_off() {
    let policy = || Setting::Set(SessionPolicy::parse(ALLOW).unwrap());
    let with = |session_tags, policy| Edit {
        session_tags,
        policy,
        ..Edit::default()
    };
    let (open, narrow) = (record(), record_with(&[], None, Some(ALLOW)));
    for (before, edit, is_allowed) in [
        (&open, with(Some(false), policy()), true),
        (&open, with(None, policy()), false),
        (&open, with(Some(true), policy()), false),
        (&narrow, with(Some(true), Setting::Keep), false),
        (&narrow, with(Some(true), Setting::Clear), true),
        (&narrow, with(None, Setting::Clear), true),
    ] {
        let plan = Plan::update(basis(), read(before.clone()), &edit);
        match plan {
            Ok(_) => assert!(is_allowed, "{edit:?}"),
            Err(wrong) => {
                assert!(!is_allowed, "{edit:?}");
                let message = wrong[0].to_string();
                assert!(
                    message.starts_with("session policy: a session policy needs session tags off")
                );
            }
        }
    }
    let mut limited = new("payments", "api");
    limited.policy = Some(SessionPolicy::parse(ALLOW).unwrap());
    assert!(Plan::create(basis(), cluster(), limited).is_err());
}
