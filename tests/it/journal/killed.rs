//! SIGKILL at every step of a change, and at moments of chance: the next start knows what it cannot know.

use super::disk::{Disk, Trouble};
use super::{applied, intent, later, open};
use roledex::model::journal::Entry;
use roledex::store::Journal;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const DIRECTORY: &str = "JOURNAL_TEST_DIRECTORY";
const STEP: &str = "JOURNAL_TEST_STEP";

/// The process that is killed; without its parent it has nothing to do.
#[test]
fn victim() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let (disk, changes) = match std::env::var(STEP) {
        Err(_) => (Disk::new(), usize::MAX),
        Ok(step) => {
            let (number, half) = step.split_once('.').unwrap();
            let trouble = match half {
                "half" => Trouble::DiesHalfWay,
                _ => Trouble::Dies,
            };
            (
                Disk::quick().trouble_at(number.parse().unwrap(), trouble),
                2,
            )
        }
    };
    let (journal, _) = Journal::open_on(directory.into(), Arc::new(disk)).unwrap();
    // The harness begins a line of its own before the first.
    println!();
    for change in 0..changes {
        let recorded = journal.intend(intent(&change.to_string())).unwrap();
        let id = recorded.id().clone();
        println!("@called {id}");
        std::io::stdout().flush().unwrap();
        journal.conclude(recorded, applied(), later()).unwrap();
        println!("@concluded {id}");
        std::io::stdout().flush().unwrap();
    }
}

fn start(directory: &Path, step: Option<String>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "journal::killed::victim", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(step) = step {
        command.env(STEP, step);
    }
    command.spawn().unwrap()
}

/// What the victim said it had done: a pair of the word and the entry.
fn said(child: &mut Child, enough: usize) -> BTreeSet<(String, String)> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines.map_while(Result::ok).filter_map(|line| {
        let (word, id) = line.strip_prefix('@')?.split_once(' ')?;
        Some((word.to_owned(), id.to_owned()))
    });
    said.take(enough).collect()
}

/// Whatever the victim had said holds, and the next start finds all that is open, once.
fn check(directory: &Path, said: &BTreeSet<(String, String)>, when: &str) -> usize {
    let (journal, unfinished) = open(directory);
    let view = journal.newest(usize::MAX).unwrap();
    for (word, id) in said {
        let entry = view.entries.iter().find(|entry| entry.id.as_str() == id);
        let entry = entry.unwrap_or_else(|| panic!("{when}: {word} {id} is lost"));
        assert!(word != "concluded" || entry.is_applied(), "{when}: {id}");
    }
    let open_entries: Vec<_> = view
        .entries
        .iter()
        .filter(|entry| entry.is_unfinished())
        .collect();
    assert!(
        open_entries.iter().copied().eq(unfinished.iter().rev()),
        "{when}"
    );
    assert!(unfinished.len() <= 1, "{when}: one change at a time");
    assert!(view.unread.len() <= 1, "{when}: {:?}", view.unread);
    // A second start leaves them to the first, and a third takes over what the first did not settle.
    assert_eq!(open(directory).1, [], "{when}");
    drop(journal);
    let (journal, again) = open(directory);
    assert_eq!(again, unfinished, "{when}");
    for entry in &again {
        journal.settle(&entry.id, applied(), later()).unwrap();
    }
    let next = journal.intend(intent("next")).unwrap();
    journal.conclude(next, applied(), later()).unwrap();
    let view = journal.newest(usize::MAX).unwrap();
    assert!(view.entries.iter().all(Entry::is_applied), "{when}");
    drop(journal);
    assert_eq!(open(directory).1, [], "{when}");
    assert_eq!(
        fs::read_dir(directory.join("runs")).unwrap().count(),
        0,
        "{when}"
    );
    unfinished.len()
}

#[test]
fn killed_at_any_step_the_next_start_finds_what_is_open() {
    let (mut killed, mut found) = (0, 0);
    for half in ["before", "half"] {
        for number in 0.. {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("roledex");
            let step = format!("{number}.{half}");
            let mut child = start(&path, Some(step.clone()));
            let said = said(&mut child, usize::MAX);
            if child.wait().unwrap().success() {
                break;
            }
            killed += 1;
            found += check(&path, &said, &step);
        }
    }
    assert!(killed >= 36, "{killed} kills");
    assert!(found >= 8, "{found} times something was open");
}

#[test]
fn killed_at_a_moment_of_chance_nothing_is_lost() {
    for enough in (1..24).step_by(2) {
        let directory = tempfile::tempdir().unwrap();
        let mut child = start(directory.path(), None);
        let said = said(&mut child, enough);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(said.len() == enough);
        check(directory.path(), &said, &format!("after {enough} lines"));
    }
}

#[test]
fn the_changes_of_a_living_process_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = start(directory.path(), None);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while !lines.next().unwrap().unwrap().starts_with("@called") {}
    // It goes on writing; whatever is open now is its own.
    let (journal, unfinished) = open(directory.path());
    assert_eq!(unfinished, []);
    drop(journal);
    child.kill().unwrap();
    child.wait().unwrap();
}
