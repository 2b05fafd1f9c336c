//! Single cases of undo: drift, deletion, replacement, and what can never be brought back.

use super::{document, image, intent, later};
use roledex::model::journal::{
    ChangeKind, Conclusion, Entry, EntryId, Field, History, Image, Intent, Link, Outcome, Reversal,
    Standing,
};
use roledex::model::{Document, Failure, FailureKind};
use serde_json::{Value, json};
use std::sync::Arc;

fn entry(number: usize, intent: Intent, outcome: impl Into<Option<Outcome>>) -> Entry {
    let conclusion = |outcome| Conclusion {
        at: later(),
        outcome,
        rest: Document::new(),
    };
    Entry {
        id: id(number),
        run: "r".into(),
        intent: Arc::new(intent),
        conclusions: outcome.into().into_iter().map(conclusion).collect(),
    }
}

fn id(number: usize) -> EntryId {
    EntryId::parse(&format!("{number:08}")).unwrap()
}

fn applied() -> Outcome {
    Outcome::Applied {
        request_id: None,
        after: Image::Unknown,
    }
}

fn full(role: &str, more: Value) -> Image {
    let mut whole = document(json!({"associationId": "a-1", "roleArn": role}));
    whole.extend(document(more));
    Image::Present(whole)
}

fn change(kind: ChangeKind, before: Image, planned: Image) -> Intent {
    Intent {
        kind,
        before,
        planned,
        ..intent("api")
    }
}

fn role_change() -> Entry {
    let (before, planned) = (full("old", json!({})), full("new", json!({})));
    entry(
        1,
        change(ChangeKind::UpdateAssociation, before, planned),
        applied(),
    )
}

fn undo(entry: &Entry, now: &Image) -> Reversal {
    let entries = std::slice::from_ref(entry);
    History::new(entries).undo(&entry.id, now).unwrap()
}

fn why(reversal: &Reversal) -> &str {
    match &reversal.standing {
        Standing::Impossible { why } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_field_that_somebody_changed_stays() {
    let now = full(
        "new",
        json!({"tags": {"team": "theirs"}, "disableSessionTags": true}),
    );
    let reversal = undo(&role_change(), &now);
    assert_eq!(reversal.standing, Standing::Drifted);
    assert!(!reversal.tramples());
    assert_eq!(
        reversal.goal,
        image(json!({
            "namespace": "payments", "serviceAccount": "api",
            "roleArn": "old", "disableSessionTags": true, "tags": {"team": "theirs"}
        }))
    );
    let drifted = reversal.differences.iter().filter(|row| row.is_drift());
    let fields: Vec<_> = drifted.map(|row| row.field.clone()).collect();
    assert_eq!(fields, [Field::SessionTagsOff, Field::Tag("team".into())]);
}

#[test]
fn the_same_field_that_somebody_changed_is_shown_in_three_columns() {
    let reversal = undo(&role_change(), &full("theirs", json!({})));
    assert_eq!(reversal.standing, Standing::Drifted);
    assert!(reversal.tramples());
    let [row] = &reversal.differences[..] else {
        panic!("{reversal:?}")
    };
    let columns =
        [&row.wanted, &row.left, &row.now].map(|value| value.as_ref().unwrap().as_str().unwrap());
    assert_eq!(columns, ["old", "new", "theirs"]);
}

#[test]
fn what_somebody_took_back_by_hand_is_done() {
    assert_eq!(
        undo(&role_change(), &full("old", json!({}))).standing,
        Standing::AlreadyThere
    );
    let with_tag = full("old", json!({"tags": {"a": "b"}}));
    let reversal = undo(&role_change(), &with_tag);
    assert_eq!(
        (&reversal.standing, reversal.tramples()),
        (&Standing::AlreadyThere, false)
    );
}

#[test]
fn what_was_deleted_since_cannot_be_changed_back() {
    assert!(why(&undo(&role_change(), &Image::Absent)).contains("deleted since"));
    assert!(why(&undo(&role_change(), &Image::Unknown)).contains("could not be read"));
}

#[test]
fn a_deletion_is_undone_by_creating_it_with_every_settable_field() {
    let before = full(
        "old",
        json!({"targetRoleArn": "t", "disableSessionTags": true, "policy": "{}", "externalId": "x",
               "tags": {"a": "b", "aws:eks:x": "y"}, "createdAt": "2026-01-01T00:00:00Z"}),
    );
    let deleted = entry(
        1,
        change(ChangeKind::DeleteAssociation, before, Image::Absent),
        applied(),
    );
    let reversal = undo(&deleted, &Image::Absent);
    assert_eq!(
        (&reversal.standing, reversal.recreates),
        (&Standing::Clean, true)
    );
    assert_eq!(
        reversal.goal,
        image(json!({
            "namespace": "payments", "serviceAccount": "api", "roleArn": "old", "targetRoleArn": "t",
            "disableSessionTags": true, "policy": "{}", "tags": {"a": "b"}
        }))
    );
    let theirs = undo(&deleted, &full("theirs", json!({"associationId": "a-9"})));
    assert_eq!(
        (&theirs.standing, theirs.tramples()),
        (&Standing::Drifted, true)
    );
}

#[test]
fn a_creation_is_not_undone_unseen_where_somebody_made_it_anew() {
    let created = || {
        let planned = image(json!({"roleArn": "new"}));
        let outcome = Outcome::Applied {
            request_id: None,
            after: full("new", json!({})),
        };
        entry(
            1,
            change(ChangeKind::CreateAssociation, Image::Absent, planned),
            Some(outcome),
        )
    };
    let clean = undo(&created(), &full("new", json!({})));
    assert_eq!(
        (&clean.standing, &clean.goal),
        (&Standing::Clean, &Image::Absent)
    );
    let another = undo(&created(), &full("new", json!({"associationId": "a-2"})));
    assert_eq!(
        (&another.standing, another.tramples()),
        (&Standing::Drifted, true)
    );
    let replaced = another.replaced.unwrap();
    assert_eq!((&*replaced.was, &*replaced.now), ("a-1", "a-2"));
    let tagged = undo(&created(), &full("new", json!({"tags": {"a": "b"}})));
    assert_eq!(
        (&tagged.standing, tagged.tramples()),
        (&Standing::Drifted, true)
    );
    assert_eq!(
        undo(&created(), &Image::Absent).standing,
        Standing::AlreadyThere
    );
}

#[test]
fn an_identity_provider_is_brought_back_whole_or_not_at_all() {
    let provider = |client: &str| {
        image(json!({"oidc": {
            "identityProviderConfigName": "keycloak", "clientId": client, "status": "ACTIVE",
            "identityProviderConfigArn": format!("arn-{client}"),
        }}))
    };
    let intent = change(
        ChangeKind::DisassociateIdentityProvider,
        provider("one"),
        Image::Absent,
    );
    let gone = entry(1, intent, applied());
    let reversal = undo(&gone, &Image::Absent);
    assert_eq!(reversal.standing, Standing::Clean);
    assert_eq!(
        reversal.goal,
        image(json!({"clientId": "one", "identityProviderConfigName": "keycloak"}))
    );
    assert_eq!(
        undo(&gone, &provider("one")).standing,
        Standing::AlreadyThere
    );
    assert!(why(&undo(&gone, &provider("two"))).contains("cannot edit"));
}

#[test]
fn what_cannot_be_brought_back_says_why() {
    let now = full("new", json!({}));
    let with = |outcome| entry(1, role_change().intent.as_ref().clone(), outcome);
    let failure = Failure::new(FailureKind::Denied, "set the role", "no");
    let reason = || "x".into();
    for (entry, part) in [
        (with(None), "not known yet"),
        (with(Some(Outcome::Failed { failure })), "never applied"),
        (
            with(Some(Outcome::NotApplied { reason: reason() })),
            "never applied",
        ),
        (
            with(Some(Outcome::Other { word: reason() })),
            "newer version",
        ),
    ] {
        assert!(why(&undo(&entry, &now)).contains(part), "{part}");
    }
    for kind in [
        "cancel-update",
        "restart-workload",
        "test-credentials",
        "rename-cluster",
    ] {
        let intent = change(ChangeKind::parse(kind), Image::Unknown, Image::Unknown);
        assert!(
            !why(&undo(&entry(1, intent, applied()), &now)).is_empty(),
            "{kind}"
        );
    }
    let unknown = change(
        ChangeKind::UpdateAssociation,
        Image::Unknown,
        full("new", json!({})),
    );
    assert!(why(&undo(&entry(1, unknown, applied()), &now)).contains("does not hold"));
    // What could not be told may well stand there.
    let doubt = with(Some(Outcome::CannotBeTold { reason: reason() }));
    assert_eq!(undo(&doubt, &now).standing, Standing::Clean);
    assert_eq!(
        undo(&doubt, &full("old", json!({}))).standing,
        Standing::AlreadyThere
    );
}

#[test]
fn undone_changes_are_skipped_and_undos_are_not_undone() {
    let on = |number: usize, name: &str, link: Option<Link>| {
        let mut intent = role_change().intent.as_ref().clone();
        intent.target.name = name.into();
        intent.link = link;
        entry(number, intent, applied())
    };
    let ids = |entries: &mut dyn Iterator<Item = &Entry>| {
        entries.map(|entry| entry.id.clone()).collect::<Vec<_>>()
    };
    // Newest first: 4 undoes 3, and 5 is a change of something else.
    let mut entries = vec![
        on(5, "web", None),
        on(4, "api", Some(Link::undoes(id(3)))),
        on(3, "api", None),
        on(2, "api", None),
    ];
    let history = History::new(&entries);
    assert_eq!(ids(&mut history.undoable()), [id(5), id(2)]);
    assert_eq!(ids(&mut history.redoable()), [id(3)]);
    assert_eq!(history.undone_by(&id(3)).map(|undo| &undo.id), Some(&id(4)));
    assert!(why(&history.undo(&id(4), &Image::Absent).unwrap()).contains("redo that one instead"));
    assert!(history.undo(&id(77), &Image::Absent).is_none());
    // A later change of the same thing ends the offer of a redo; so does the redo itself.
    entries.insert(0, on(6, "api", None));
    assert_eq!(ids(&mut History::new(&entries).redoable()), []);
    entries[0] = on(6, "api", Some(Link::redoes(id(3))));
    let history = History::new(&entries);
    assert_eq!(ids(&mut history.redoable()), []);
    assert_eq!(ids(&mut history.undoable()), [id(5), id(3), id(2)]);
}

#[test]
fn an_undo_without_a_choice_does_not_pass_over_what_nobody_knows() {
    let on = |number: usize, link: Option<Link>, outcome: Option<Outcome>| {
        let mut intent = role_change().intent.as_ref().clone();
        intent.link = link;
        entry(number, intent, outcome)
    };
    let doubt = || Some(Outcome::CannotBeTold { reason: "x".into() });
    let next = |entries: &[Entry]| {
        let next = History::new(entries).undo_candidates().next();
        next.unwrap()
            .map(|next| next.id.clone())
            .map_err(|undecided| undecided.id.clone())
    };
    let last = || on(1, None, Some(applied()));
    assert_eq!(next(&[last()]), Ok(id(1)));
    assert_eq!(next(&[on(2, None, None), last()]), Err(id(2)));
    assert_eq!(next(&[on(2, None, doubt()), last()]), Err(id(2)));
    let failed = Outcome::NotApplied { reason: "x".into() };
    assert_eq!(next(&[on(2, None, Some(failed)), last()]), Ok(id(1)));
    // What is older is not in question yet, and a test of credentials changed nothing.
    assert_eq!(next(&[last(), on(0, None, doubt())]), Ok(id(1)));
    let mut test = on(2, None, doubt());
    Arc::make_mut(&mut test.intent).kind = ChangeKind::TestCredentials;
    assert_eq!(next(&[test, last()]), Ok(id(1)));
    // An undo of which nobody knows is in doubt too, until a later one is made.
    let undo = |number, outcome| on(number, Some(Link::undoes(id(1))), outcome);
    assert_eq!(next(&[undo(2, doubt()), last()]), Err(id(2)));
    let redo = on(3, Some(Link::redoes(id(1))), Some(applied()));
    assert_eq!(next(&[redo, undo(2, doubt()), last()]), Ok(id(1)));
    // And so is a change that was in doubt and is undone by its entry.
    let undone = on(3, Some(Link::undoes(id(2))), Some(applied()));
    assert_eq!(next(&[undone, on(2, None, doubt()), last()]), Ok(id(1)));
}
