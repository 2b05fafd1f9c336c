//! Several runs on one file: nothing is lost or mixed, the living are left alone, the dead are found once.

use super::{applied, intent, later, names, open};
use proptest::prelude::*;
use roledex::model::journal::{EntryId, Recorded};
use roledex::store::Journal;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

const RUNS: usize = 3;

#[derive(Debug, Clone)]
enum Step {
    Open(usize),
    /// The run ends; whatever it left open is as after a crash.
    End(usize),
    Intend(usize),
    /// Concludes the oldest that the run has open, be it its own or found.
    Conclude(usize),
    /// A run of another machine dies in the middle of a line.
    Tear(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (0..RUNS).prop_map(Step::Open),
        1 => (0..RUNS).prop_map(Step::End),
        4 => (0..RUNS).prop_map(Step::Intend),
        2 => (0..RUNS).prop_map(Step::Conclude),
        1 => (1_usize..80).prop_map(Step::Tear),
    ];
    prop::collection::vec(step, 1..60)
}

struct Expected {
    id: EntryId,
    name: String,
    concluded: bool,
    /// The living run that makes it or looks into it.
    owner: Option<usize>,
}

fn tear(directory: &Path, length: usize) {
    let path = super::file(directory);
    if let Ok(mut file) = OpenOptions::new().append(true).open(path) {
        let line = format!("{{\"journal\":1,\"entry\":\"{}\"", "x".repeat(99));
        file.write_all(&line.as_bytes()[..length]).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_is_lost_or_mixed_whatever_the_order(steps in steps()) {
        let directory = tempfile::tempdir().unwrap();
        let mut runs: [Option<Journal>; RUNS] = [const { None }; RUNS];
        let mut expected: Vec<Expected> = Vec::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Open(run) => {
                    if runs[run].is_some() {
                        continue;
                    }
                    let (journal, unfinished) = open(directory.path());
                    runs[run] = Some(journal);
                    let mut dead = Vec::new();
                    for entry in &mut expected {
                        if entry.owner.is_none() && !entry.concluded {
                            entry.owner = Some(run);
                            dead.push(entry.id.clone());
                        }
                    }
                    let found: Vec<_> = unfinished.into_iter().map(|entry| entry.id).collect();
                    prop_assert_eq!(found, dead);
                }
                Step::End(run) => {
                    runs[run] = None;
                    for entry in expected.iter_mut().filter(|entry| entry.owner == Some(run)) {
                        entry.owner = None;
                    }
                }
                Step::Intend(run) => {
                    let Some(journal) = &runs[run] else { continue };
                    let name = number.to_string();
                    let recorded = journal.intend(intent(&name)).unwrap();
                    expected.push(Expected {
                        id: recorded.id().clone(),
                        name,
                        concluded: false,
                        owner: Some(run),
                    });
                }
                Step::Conclude(run) => {
                    let Some(journal) = &runs[run] else { continue };
                    let own = |entry: &&mut Expected| entry.owner == Some(run) && !entry.concluded;
                    if let Some(entry) = expected.iter_mut().find(own) {
                        journal.settle(&entry.id, applied(), later()).unwrap();
                        entry.concluded = true;
                    }
                }
                Step::Tear(length) => tear(directory.path(), length),
            }
        }
        let reader = runs.iter().flatten().next();
        let view = match reader {
            Some(journal) => journal.newest(usize::MAX).unwrap(),
            None => return Ok(()),
        };
        let wanted: Vec<_> = expected.iter().map(|entry| entry.name.clone()).collect();
        prop_assert_eq!(names(&view.entries), wanted);
        for (seen, entry) in view.entries.iter().rev().zip(&expected) {
            prop_assert_eq!(&seen.id, &entry.id);
            prop_assert_eq!(seen.is_applied(), entry.concluded);
            let running = entry.owner.is_some() && !entry.concluded;
            prop_assert_eq!(view.running.contains(&entry.id), running);
        }
    }
}

#[test]
fn many_at_once_write_whole_lines() {
    const THREADS: usize = 4;
    const CHANGES: usize = 25;
    let directory = tempfile::tempdir().unwrap();
    let shared = open(directory.path()).0;
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (directory, shared) = (directory.path(), &shared);
            scope.spawn(move || {
                // Half of them are tasks of one run, the others are runs of their own.
                let own = (thread % 2 == 0).then(|| open(directory).0);
                let journal = own.as_ref().unwrap_or(shared);
                for change in 0..CHANGES {
                    let name = format!("{thread}-{change}");
                    let recorded: Recorded = journal.intend(intent(&name)).unwrap();
                    journal.conclude(recorded, applied(), later()).unwrap();
                }
            });
        }
    });
    let view = shared.newest(usize::MAX).unwrap();
    assert_eq!(view.unread, []);
    assert!(
        view.entries
            .iter()
            .all(|entry| entry.conclusions.len() == 1)
    );
    let mut found = names(&view.entries);
    for thread in 0..THREADS {
        let prefix = format!("{thread}-");
        let own = found.iter().filter(|name| name.starts_with(&prefix));
        let expected: Vec<_> = (0..CHANGES)
            .map(|change| format!("{prefix}{change}"))
            .collect();
        assert!(own.eq(expected.iter()), "each in its own order");
    }
    found.sort();
    found.dedup();
    assert_eq!(found.len(), THREADS * CHANGES);
}
