//! What stands in the file comes back as it was, and what is not known is kept.

use super::*;
use proptest::prelude::*;
use serde_json::json;

pub(crate) fn intent() -> Intent {
    let document =
        |role: &str| Image::Present(object(json!({"roleArn": role, "associationId": "a-1"})));
    Intent {
        kind: ChangeKind::UpdateAssociation,
        who: Who {
            caller: "arn:aws:sts::111122223333:assumed-role/Admin/alice".into(),
            account: "111122223333".into(),
        },
        place: Place {
            cluster: ClusterArn::parse("arn:aws:eks:eu-west-1:111122223333:cluster/demo").unwrap(),
            profile: Some("prod".into()),
            endpoint: None,
        },
        target: Target {
            namespace: Some("payments".into()),
            name: "api".into(),
            id: Some("a-1".into()),
        },
        at: Timestamp::new(1_790_000_000, 123_000_000).unwrap(),
        token: Some("5f3c".into()),
        before: document("old"),
        planned: document("new"),
        link: None,
        batch: None,
        rest: Document::new(),
    }
}

pub(crate) fn conclusion(outcome: Outcome) -> Conclusion {
    Conclusion {
        at: Timestamp::new(1_790_000_001, 0).unwrap(),
        outcome,
        rest: Document::new(),
    }
}

fn object(value: Value) -> Document {
    let Value::Object(object) = value else {
        unreachable!()
    };
    object
}

fn id() -> EntryId {
    EntryId::parse("01997b1e-7d1c-7c3e-9b5c-2f4f8c1d0a9b").unwrap()
}

#[test]
fn an_intent_is_one_readable_object() {
    let record = Record::Intent {
        id: id(),
        run: "r".into(),
        intent: Arc::new(Intent {
            planned: Image::Absent,
            link: Some(Link::undoes(id())),
            ..intent()
        }),
    };
    assert_eq!(
        Value::Object(record.to_document()).to_string(),
        r#"{"journal":1,"entry":"01997b1e-7d1c-7c3e-9b5c-2f4f8c1d0a9b","run":"r","at":"2026-09-21T14:13:20.123Z","intent":"update-association","cluster":"arn:aws:eks:eu-west-1:111122223333:cluster/demo","profile":"prod","account":"111122223333","caller":"arn:aws:sts::111122223333:assumed-role/Admin/alice","namespace":"payments","name":"api","id":"a-1","token":"5f3c","undoes":"01997b1e-7d1c-7c3e-9b5c-2f4f8c1d0a9b","before":{"roleArn":"old","associationId":"a-1"},"planned":null}"#
    );
    assert_eq!(Record::read(record.to_document()), Ok(record));
}

#[test]
fn every_kind_of_failure_is_found_by_its_word() {
    // A kind that is added must be added to the list too; this match then stops compiling.
    for kind in FAILURES {
        match kind {
            FailureKind::Denied
            | FailureKind::Expired
            | FailureKind::Unconfigured
            | FailureKind::Unsupported
            | FailureKind::RegionDisabled
            | FailureKind::Throttled
            | FailureKind::NotFound
            | FailureKind::Conflict
            | FailureKind::Invalid
            | FailureKind::Unreachable
            | FailureKind::Timeout
            | FailureKind::Server
            | FailureKind::Malformed
            | FailureKind::Refused
            | FailureKind::Cancelled
            | FailureKind::Bug
            | FailureKind::Other => {}
        }
        let failure = Failure {
            kind,
            ..Failure::new(kind, "set the role", "no").code("X").hint("h")
        };
        let record = Record::Conclusion {
            id: id(),
            conclusion: conclusion(Outcome::Failed { failure }),
        };
        assert_eq!(Record::read(record.to_document()), Ok(record));
    }
}

#[test]
fn what_a_newer_version_wrote_is_kept() {
    let mut newer = Record::Intent {
        id: id(),
        run: "r".into(),
        intent: Arc::new(intent()),
    }
    .to_document();
    newer.insert("intent".to_owned(), "rename-cluster".into());
    newer.insert("moonPhase".to_owned(), json!({"a": [null]}));
    let Ok(Record::Intent { intent, .. }) = Record::read(newer.clone()) else {
        panic!("it is shown")
    };
    assert_eq!(intent.kind, ChangeKind::Other("rename-cluster".into()));
    let again = Record::Intent {
        id: id(),
        run: "r".into(),
        intent,
    };
    assert_eq!(again.to_document(), newer);

    let strange = object(json!({
        "journal": 1, "entry": id().as_str(), "at": "2026-01-01T00:00:00+01:00",
        "outcome": "half-applied", "how": "somehow"
    }));
    let Ok(Record::Conclusion { conclusion, .. }) = Record::read(strange) else {
        panic!("it is shown")
    };
    let word = "half-applied".into();
    assert_eq!(conclusion.outcome, Outcome::Other { word });
    assert_eq!(conclusion.rest, object(json!({"how": "somehow"})));
}

#[test]
fn what_is_no_record_says_why() {
    let whole = Record::Intent {
        id: id(),
        run: "r".into(),
        intent: Arc::new(intent()),
    }
    .to_document();
    let bent = |name: &str, value: Value| {
        let mut bent = whole.clone();
        bent.insert(name.to_owned(), value);
        Record::read(bent).unwrap_err()
    };
    for (name, value, reason) in [
        ("journal", json!(2), "newer version"),
        ("journal", json!("x"), "no record"),
        ("entry", json!("../x"), "malformed"),
        ("at", json!("yesterday"), "time"),
        ("cluster", json!("demo"), "is not the ARN"),
        ("before", json!([]), "no object"),
        ("name", json!(1), "no text"),
        ("undoes", json!(""), "malformed"),
    ] {
        assert!(bent(name, value).contains(reason), "{name}");
    }
    for name in [
        "journal", "entry", "run", "at", "cluster", "account", "caller", "name",
    ] {
        let mut bent = whole.clone();
        bent.remove(name);
        assert!(Record::read(bent).is_err(), "{name}");
    }
}

fn text() -> impl Strategy<Value = Text> {
    "\\PC{0,12}|[\\x00-\\x20\"\\\\]{1,4}".prop_map(Text::from)
}

fn image() -> impl Strategy<Value = Image> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(|text| Value::from(&*text)),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    let document = prop::collection::btree_map(".{0,6}", value, 0..5);
    prop_oneof![
        Just(Image::Unknown),
        Just(Image::Absent),
        document.prop_map(|map| Image::Present(map.into_iter().collect())),
    ]
}

fn any_intent() -> impl Strategy<Value = Intent> {
    let words = (text(), text(), text());
    let maybe = || prop::option::of(text());
    let link = prop_oneof![
        Just(None),
        Just(Some(Link::undoes(id()))),
        Just(Some(Link::redoes(id()).partly())),
        Just(Some(Link {
            with: vec![id(), id()],
            ..Link::undoes(id())
        })),
    ];
    let kind = prop_oneof![
        prop::sample::select(ChangeKind::ALL.to_vec()),
        "[a-z-]{1,12}".prop_map(|word| ChangeKind::parse(&word)),
    ];
    let options = (maybe(), maybe(), maybe(), maybe(), maybe(), maybe());
    (
        words,
        options,
        image(),
        image(),
        link,
        kind,
        0..4_000_000_000_i64,
    )
        .prop_map(
            |((caller, account, name), options, before, planned, link, kind, second)| {
                let (profile, endpoint, namespace, id, token, batch) = options;
                Intent {
                    kind,
                    who: Who { caller, account },
                    place: Place {
                        profile,
                        endpoint,
                        ..intent().place
                    },
                    target: Target {
                        namespace,
                        name,
                        id,
                    },
                    at: Timestamp::from_second(second).unwrap(),
                    token,
                    before,
                    planned,
                    link,
                    batch,
                    rest: Document::new(),
                }
            },
        )
}

proptest! {
    #[test]
    fn records_come_back_from_their_line(intent in any_intent(), after in image(), reason in text()) {
        let run: Text = "r".into();
        let outcomes = [
            Outcome::Applied { request_id: Some(reason.clone()), after },
            Outcome::NotApplied { reason: reason.clone() },
            Outcome::CannotBeTold { reason },
        ];
        let conclusions = outcomes.map(|outcome| Record::Conclusion {
            id: id(),
            conclusion: conclusion(outcome),
        });
        let first = Record::Intent { id: id(), run, intent: Arc::new(intent) };
        for record in conclusions.into_iter().chain([first]) {
            let line = Value::Object(record.to_document()).to_string();
            prop_assert!(!line.contains('\n'));
            let document = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(Record::read(document), Ok(record));
        }
    }
}

#[test]
fn an_export_shows_an_entry_with_all_that_came_of_it() {
    let reason: Text = "x".into();
    let entry = Entry {
        id: id(),
        run: "r".into(),
        intent: Arc::new(intent()),
        conclusions: vec![conclusion(Outcome::NotApplied { reason })],
    };
    let shown = Value::Object(entry.to_document());
    assert_eq!(shown["entry"], id().as_str());
    assert_eq!(shown["before"]["roleArn"], "old");
    assert_eq!(
        shown["conclusions"],
        json!([{"at": "2026-09-21T14:13:21Z", "outcome": "not-applied", "reason": "x"}])
    );
}
