//! What is found out at the next start about a change whose run died.

use super::{document, image, intent};
use roledex::model::Document;
use roledex::model::journal::{ChangeKind, Entry, EntryId, Image, Intent, Outcome, reconcile};
use serde_json::{Value, json};
use std::sync::Arc;

fn found(kind: ChangeKind, before: &Image, planned: &Image, now: &Image) -> String {
    let entry = Entry {
        id: EntryId::parse("00000001").unwrap(),
        run: "r".into(),
        intent: Arc::new(Intent {
            kind,
            before: before.clone(),
            planned: planned.clone(),
            ..intent("api")
        }),
        conclusions: Vec::new(),
    };
    match reconcile(&entry, now) {
        Outcome::Applied { after, .. } => {
            let stands = after == *now;
            format!(
                "applied, {}",
                if stands { "and stands" } else { "and gone" }
            )
        }
        other => other.word().to_owned(),
    }
}

fn one(id: &str, role: &str, more: Value) -> Image {
    let mut whole: Document = document(json!({"associationId": id, "roleArn": role}));
    whole.extend(document(more));
    Image::Present(whole)
}

#[test]
fn before_planned_and_now_tell_what_came_of_it() {
    use ChangeKind::{CreateAssociation, DeleteAssociation, TagAssociation, UpdateAssociation};
    let (old, new) = (one("a-1", "old", json!({})), one("a-1", "new", json!({})));
    let planned = image(json!({"roleArn": "new"}));
    let tags = |tags| one("a-1", "old", json!({"tags": tags}));
    let (stands, gone) = ("applied, and stands", "applied, and gone");
    let (no, doubt) = ("not-applied", "cannot-be-told");
    for (kind, before, planned, now, expected) in [
        (UpdateAssociation, &old, &new, &new, stands),
        (UpdateAssociation, &old, &new, &old, no),
        // Somebody's tag since does not blur the picture.
        (
            UpdateAssociation,
            &old,
            &new,
            &one("a-1", "new", json!({"tags": {"a": "b"}})),
            stands,
        ),
        (UpdateAssociation, &old, &new, &tags(json!({"a": "b"})), no),
        (
            UpdateAssociation,
            &old,
            &new,
            &one("a-1", "theirs", json!({})),
            doubt,
        ),
        (UpdateAssociation, &old, &new, &Image::Absent, doubt),
        (UpdateAssociation, &old, &old, &old, doubt),
        (UpdateAssociation, &old, &new, &Image::Unknown, doubt),
        (UpdateAssociation, &Image::Unknown, &new, &new, doubt),
        (
            TagAssociation,
            &old,
            &tags(json!({"a": "b", "c": "d"})),
            &tags(json!({"a": "b"})),
            doubt,
        ),
        (CreateAssociation, &Image::Absent, &planned, &new, stands),
        (
            CreateAssociation,
            &Image::Absent,
            &planned,
            &Image::Absent,
            no,
        ),
        (CreateAssociation, &Image::Absent, &planned, &old, doubt),
        (
            DeleteAssociation,
            &old,
            &Image::Absent,
            &Image::Absent,
            stands,
        ),
        (DeleteAssociation, &old, &Image::Absent, &old, no),
        // Changed by somebody, but not deleted.
        (DeleteAssociation, &old, &Image::Absent, &new, no),
        (
            DeleteAssociation,
            &old,
            &Image::Absent,
            &one("a-2", "old", json!({})),
            gone,
        ),
        (ChangeKind::RestartWorkload, &old, &new, &new, doubt),
    ] {
        let found = found(kind.clone(), before, planned, now);
        assert_eq!(found, expected, "{kind:?} {before:?} {planned:?} {now:?}");
    }
}
