//! Undo and redo as properties over random changes, with and without other people's.

use super::{document, intent, later};
use proptest::prelude::*;
use roledex::model::journal::{
    ChangeKind, Conclusion, Entry, EntryId, Family, History, Image, Intent, Link, Outcome,
    Reversal, Settings, Standing, Target,
};
use roledex::model::{Document, Text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const NAMES: [&str; 3] = ["api", "web", "job"];

/// What AWS holds, and the journal of the changes to it.
#[derive(Default)]
struct World {
    associations: BTreeMap<&'static str, Document>,
    /// Newest first.
    entries: Vec<Entry>,
    ids: usize,
}

/// Settings of chance, from a few values, so that they meet again.
#[derive(Debug, Clone)]
struct Chosen {
    role: u8,
    target: Option<u8>,
    sealed: Option<u8>,
    tags: BTreeMap<String, u8>,
}

impl Chosen {
    fn document(&self) -> Document {
        let mut settings = document(json!({"roleArn": format!("role-{}", self.role)}));
        let mut put = |name: &str, value: Value| settings.insert(name.to_owned(), value);
        if let Some(target) = self.target {
            put("targetRoleArn", format!("target-{target}").into());
        }
        put("disableSessionTags", self.sealed.is_some().into());
        if let Some(policy) = self.sealed {
            put("policy", format!("{{\"Version\": {policy}}}").into());
        }
        if !self.tags.is_empty() {
            put("tags", json!(self.tags));
        }
        settings
    }
}

#[derive(Debug, Clone)]
enum Act {
    Put(Chosen),
    Delete,
}

#[derive(Debug, Clone)]
enum Step {
    Change {
        name: &'static str,
        act: Act,
        read_back: bool,
    },
    /// Somebody else's, unseen by the journal.
    Foreign {
        name: &'static str,
        act: Act,
    },
    Undo,
    Redo,
}

fn act() -> impl Strategy<Value = Act> {
    let tags = prop::collection::btree_map("[ab]", 0..2_u8, 0..3);
    let options = || prop::option::of(0..2_u8);
    let put = (0..3_u8, options(), options(), tags).prop_map(|(role, target, sealed, tags)| {
        Act::Put(Chosen {
            role,
            target,
            sealed,
            tags,
        })
    });
    prop_oneof![3 => put, 1 => Just(Act::Delete)]
}

fn change() -> impl Strategy<Value = Step> {
    (prop::sample::select(&NAMES[..]), act(), any::<bool>()).prop_map(|(name, act, read_back)| {
        Step::Change {
            name,
            act,
            read_back,
        }
    })
}

fn foreign() -> impl Strategy<Value = Step> {
    (prop::sample::select(&NAMES[..]), act()).prop_map(|(name, act)| Step::Foreign { name, act })
}

impl World {
    fn now(&self, name: &str) -> Image {
        let association = self.associations.get(name);
        association.map_or(Image::Absent, |document| Image::Present(document.clone()))
    }

    fn settings(&self) -> BTreeMap<&'static str, Settings> {
        let read = |document| Settings::read(Family::Association, document);
        self.associations
            .iter()
            .map(|(name, document)| (*name, read(document)))
            .collect()
    }

    /// Makes it so, as the calls would: an edit keeps the id, a creation gives a new one.
    fn bring(&mut self, name: &'static str, goal: &Image) {
        let Some(settings) = goal.document() else {
            self.associations.remove(name);
            return;
        };
        let settings = Settings::read(Family::Association, settings).to_document();
        let id = if let Some(association) = self.associations.get(name) {
            association["associationId"].clone()
        } else {
            self.ids += 1;
            format!("a-{}", self.ids).into()
        };
        let mut association = settings;
        association.insert("associationId".to_owned(), id);
        self.associations.insert(name, association);
    }

    /// A change through the journal.
    fn record(&mut self, name: &'static str, planned: Image, link: Option<Link>, read_back: bool) {
        let before = self.now(name);
        self.bring(name, &planned);
        let kind = match (&before, &planned) {
            (Image::Absent, _) => ChangeKind::CreateAssociation,
            (_, Image::Absent) => ChangeKind::DeleteAssociation,
            _ => ChangeKind::UpdateAssociation,
        };
        let id = EntryId::parse(&format!("{:08}", self.entries.len())).unwrap();
        let after = if read_back {
            self.now(name)
        } else {
            Image::Unknown
        };
        let entry = Entry {
            id,
            run: "r".into(),
            intent: Arc::new(Intent {
                kind,
                target: Target {
                    namespace: Some("ns".into()),
                    name: name.into(),
                    id: None,
                },
                before,
                planned,
                link,
                ..intent(name)
            }),
            conclusions: vec![Conclusion {
                at: later(),
                outcome: Outcome::Applied {
                    request_id: None,
                    after,
                },
                rest: Document::new(),
            }],
        };
        self.entries.insert(0, entry);
    }

    /// Says whether something was changed; a change that changes nothing is refused by AWS.
    fn act(&mut self, name: &'static str, act: &Act, recorded: Option<bool>) -> bool {
        let planned = match act {
            Act::Put(chosen) => Image::Present(chosen.document()),
            Act::Delete => Image::Absent,
        };
        let read = |image: &Image| {
            image
                .document()
                .map(|it| Settings::read(Family::Association, it))
        };
        if read(&planned) == read(&self.now(name)) {
            return false;
        }
        match recorded {
            Some(read_back) => self.record(name, planned, None, read_back),
            None => self.bring(name, &planned),
        }
        true
    }

    fn next(&self, undo: bool) -> Option<(Entry, Reversal)> {
        let history = History::new(&self.entries);
        let entry = if undo {
            history.undoable().next()
        } else {
            history.redoable().next()
        }?;
        let now = self.now(static_name(&entry.intent.target.name));
        let reversal = if undo {
            history.undo(&entry.id, &now)
        } else {
            history.redo(&entry.id, &now)
        };
        Some((entry.clone(), reversal.unwrap()))
    }

    /// Undoes or redoes what is next; it must be clean, and bring the thing exactly to where it was.
    fn turn(&mut self, undo: bool) -> Result<bool, TestCaseError> {
        let Some((entry, reversal)) = self.next(undo) else {
            return Ok(false);
        };
        prop_assert_eq!(
            &reversal.standing,
            &Standing::Clean,
            "{:?} {:?}",
            entry,
            reversal
        );
        prop_assert!(!reversal.tramples());
        let name = static_name(&entry.intent.target.name);
        self.record(name, reversal.goal, Some(reversal.link), true);
        let wanted = if undo {
            &entry.intent.before
        } else {
            &entry.intent.planned
        };
        let read = |image: &Image| {
            image
                .document()
                .map(|it| Settings::read(Family::Association, it))
        };
        prop_assert_eq!(read(&self.now(name)), read(wanted));
        prop_assert_eq!(
            History::new(&self.entries).undone_by(&entry.id).is_some(),
            undo
        );
        Ok(true)
    }
}

fn static_name(name: &Text) -> &'static str {
    NAMES.into_iter().find(|known| *known == &**name).unwrap()
}

proptest! {
    #[test]
    fn all_is_undone_and_all_is_redone(
        first in prop::collection::vec(foreign(), 0..4),
        changes in prop::collection::vec(change(), 1..12),
    ) {
        let mut world = World::default();
        let mut made = 0;
        for step in first.iter().chain(&changes) {
            match step {
                Step::Foreign { name, act } => { world.act(name, act, None); }
                Step::Change { name, act, read_back } => {
                    made += usize::from(world.act(name, act, Some(*read_back)));
                }
                Step::Undo | Step::Redo => {}
            }
        }
        let last = world.settings();
        let mut start = World::default();
        for step in &first {
            if let Step::Foreign { name, act } = step { start.act(name, act, None); }
        }
        for _ in 0..2 {
            let mut turns = 0;
            while world.turn(true)? { turns += 1; }
            prop_assert_eq!(turns, made);
            prop_assert_eq!(world.settings(), start.settings());
            while world.turn(false)? { turns -= 1; }
            prop_assert_eq!(turns, 0);
            prop_assert_eq!(world.settings(), last.clone());
        }
    }

    #[test]
    fn undo_and_redo_in_between_are_always_clean(
        steps in prop::collection::vec(
            prop_oneof![3 => change(), 2 => Just(Step::Undo), 2 => Just(Step::Redo)], 1..40),
    ) {
        let mut world = World::default();
        for step in steps {
            match step {
                Step::Change { name, act, read_back } => { world.act(name, &act, Some(read_back)); }
                Step::Undo => { world.turn(true)?; }
                Step::Redo => { world.turn(false)?; }
                Step::Foreign { .. } => {}
            }
        }
        while world.turn(true)? {}
        prop_assert!(world.associations.is_empty());
    }

    #[test]
    fn nobody_elses_work_is_lost_unseen(
        steps in prop::collection::vec(prop_oneof![2 => change(), 1 => foreign()], 1..14),
        undo: bool,
    ) {
        let mut world = World::default();
        for step in steps {
            match step {
                Step::Change { name, act, read_back } => { world.act(name, &act, Some(read_back)); }
                Step::Foreign { name, act } => { world.act(name, &act, None); }
                Step::Undo | Step::Redo => {}
            }
        }
        let history = History::new(&world.entries);
        for entry in &world.entries {
            let now = world.now(static_name(&entry.intent.target.name));
            let reversal = if undo { history.undo(&entry.id, &now) } else { history.redo(&entry.id, &now) };
            let reversal = reversal.unwrap();
            let read = |image: &Image| image.document().map(|it| Settings::read(Family::Association, it));
            let (goal, before) = (read(&reversal.goal).unwrap_or_default(), read(&now).unwrap_or_default());
            if let Standing::Impossible { .. } = reversal.standing {
                continue;
            }
            for field in goal.fields().chain(before.fields()) {
                if goal.get(field) == before.get(field) {
                    continue;
                }
                // What is overwritten is in the table, and it is either ours or said to be trampled on.
                let row = reversal.differences.iter().find(|row| row.field == *field);
                let row = row.expect("every change is shown");
                prop_assert!(row.touched);
                prop_assert!(row.now == row.left || reversal.tramples(), "{:?}", row);
            }
            if reversal.standing == Standing::Clean {
                prop_assert!(reversal.differences.iter().all(|row| !row.is_drift()));
            }
            if reversal.standing == Standing::AlreadyThere {
                prop_assert_eq!(goal, before);
            }
        }
    }
}
