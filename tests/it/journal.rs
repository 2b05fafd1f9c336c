//! The journal: on disk before the call, whole after any crash, shared by several runs, and the way back.

mod disk;
mod file;
mod killed;
mod reconcile;
mod recover;
mod several;
mod stands;
mod undo;
mod weigh;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use roledex::model::journal::{ChangeKind, Entry, Image, Intent, Outcome, Place, Target, Who};
use roledex::model::{ClusterArn, Document};
use roledex::store::Journal;
use serde_json::{Value, json};

use disk::Disk;

const ARN: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/demo";

fn document(value: Value) -> Document {
    let Value::Object(document) = value else {
        panic!("an object")
    };
    document
}

fn image(value: Value) -> Image {
    Image::Present(document(value))
}

/// A change of the role of `payments/NAME`.
fn intent(name: &str) -> Intent {
    Intent {
        kind: ChangeKind::UpdateAssociation,
        who: Who {
            caller: "arn:aws:sts::111122223333:assumed-role/Admin/alice".into(),
            account: "111122223333".into(),
        },
        place: Place {
            cluster: ClusterArn::parse(ARN).unwrap(),
            profile: Some("prod".into()),
            endpoint: None,
        },
        target: Target {
            namespace: Some("payments".into()),
            name: name.into(),
            id: Some("a-1".into()),
        },
        at: Timestamp::new(1_790_000_000, 123_000_000).unwrap(),
        token: Some("5f3c".into()),
        before: image(json!({"roleArn": "old", "associationId": "a-1"})),
        planned: image(json!({"roleArn": "new", "associationId": "a-1"})),
        link: None,
        batch: None,
        rest: Document::new(),
    }
}

/// A change of the role of `payments/NAME` that was applied.
pub(crate) fn entry(name: &str) -> Entry {
    let conclusion = roledex::model::journal::Conclusion {
        at: later(),
        outcome: applied(),
        rest: Document::new(),
    };
    Entry {
        id: roledex::model::journal::EntryId::parse("01997b1e-7d1c-7c3e-9b5c-2f4f8c1d0a9b")
            .unwrap(),
        run: "r".into(),
        intent: Arc::new(intent(name)),
        conclusions: vec![conclusion],
    }
}

fn later() -> Timestamp {
    Timestamp::new(1_790_000_009, 0).unwrap()
}

fn applied() -> Outcome {
    Outcome::Applied {
        request_id: Some("r-1".into()),
        after: image(json!({"roleArn": "new", "associationId": "a-1"})),
    }
}

/// Opens a journal on a disk that does not wait for the platters.
fn open(directory: &Path) -> (Journal, Vec<Entry>) {
    Journal::open_on(directory.to_owned(), Arc::new(Disk::quick())).unwrap()
}

fn file(directory: &Path) -> PathBuf {
    directory.join("journal.jsonl")
}

/// The names that the entries were made under, oldest first.
fn names(entries: &[Entry]) -> Vec<String> {
    let names = entries.iter().rev();
    names
        .map(|entry| entry.intent.target.name.to_string())
        .collect()
}

/// Only the file layer may say that an intent is on disk.
#[test]
fn nobody_else_attests_that_an_intent_is_recorded() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read_to_string(&path).unwrap().contains("attest(") {
                found.push(path.file_name().unwrap().to_owned());
                let parent = path.parent().unwrap().file_name().unwrap();
                assert!(parent == "store" || parent == "model", "{}", path.display());
            }
        }
    }
    // Where it is defined, and the one place that calls it.
    assert_eq!(found, ["journal.rs", "journal.rs"]);
}
