//! One run and its file: the order of what is done, trouble with the disk, and what a crash leaves.

use super::disk::{Disk, Trouble};
use super::{applied, file, intent, later, names, open};
use proptest::prelude::*;
use roledex::model::journal::{Entry, Outcome, Recorded};
use roledex::store::Journal;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

/// Stands for any call that changes something: it cannot be made without the proof.
fn call(disk: &Disk, recorded: &Recorded) {
    disk.note(&format!("CALL {}", recorded.intent().target.name));
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_intent_is_on_disk_before_the_first_byte_of_the_call() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Disk::new();
    let path = directory.path().join("state/roledex");
    let (journal, _) = Journal::open_on(path, Arc::new(disk.clone())).unwrap();
    assert!(disk.log().is_empty(), "looking leaves no trace");
    for name in ["first", "second"] {
        let recorded = journal.intend(intent(name)).unwrap();
        call(&disk, &recorded);
        journal.conclude(recorded, applied(), later()).unwrap();
    }
    drop(journal);
    let change = |name: &str| {
        let call = format!("CALL {name}");
        let before = ["append journal.jsonl", "sync journal.jsonl"];
        let steps = before.into_iter().chain([call.as_str()]).chain(before);
        steps.map(str::to_owned).collect::<Vec<_>>()
    };
    let (log, base) = (
        disk.log(),
        directory.path().file_name().unwrap().to_str().unwrap(),
    );
    let made = [
        "make state",
        &format!("sync {base}"),
        "make roledex",
        "sync state",
        "create journal.jsonl",
        "sync roledex",
        "make runs",
        "sync roledex",
        "create RUN",
        "append RUN",
        "sync RUN",
        "sync runs",
    ];
    let expected = made.iter().map(|step| (*step).to_owned());
    let expected = expected.chain(change("first")).chain(change("second"));
    let expected: Vec<_> = expected.chain(["remove RUN".to_owned()]).collect();
    assert_eq!(log, expected);
}

#[test]
fn only_the_person_may_read_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("roledex");
    let (journal, _) = open(&path);
    journal.prepare().unwrap();
    for (path, expected) in [
        (path.clone(), 0o700),
        (path.join("runs"), 0o700),
        (file(&path), 0o600),
    ] {
        assert_eq!(mode(&path), expected, "{}", path.display());
    }
    drop(journal);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(file(&path), fs::Permissions::from_mode(0o644)).unwrap();
    open(&path).0.prepare().unwrap();
    assert_eq!((mode(&path), mode(&file(&path))), (0o700, 0o600));
}

#[test]
fn a_link_is_not_followed_and_no_change_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let victim = directory.path().join("victim");
    fs::write(&victim, "precious").unwrap();
    let path = directory.path().join("roledex");
    fs::create_dir(&path).unwrap();
    let (journal, _) = open(&path);
    std::os::unix::fs::symlink(&victim, file(&path)).unwrap();
    let failure = journal.intend(intent("x")).unwrap_err();
    assert_eq!(&*failure.cause, "it is a link, and links are not followed");
    assert!(failure.hint.unwrap().contains("nothing was changed in AWS"));
    assert!(Journal::open(path).is_err());
    assert_eq!(fs::read_to_string(victim).unwrap(), "precious");
}

#[test]
fn what_is_no_file_is_no_journal() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(file(directory.path())).unwrap();
    let failure = Journal::open(directory.path().to_owned()).unwrap_err();
    assert_eq!(&*failure.cause, "it is not a plain file");
    let in_the_way = directory.path().join("in-the-way");
    fs::write(&in_the_way, "").unwrap();
    let (journal, _) = open(&directory.path().join("elsewhere"));
    journal.prepare().unwrap();
    assert!(Journal::open(in_the_way).is_err());
}

/// At whichever step the disk is full: no proof, so no call; and when there is room again, all goes on.
#[test]
fn a_full_disk_means_no_call_and_nothing_is_lost_or_mixed() {
    let mut refused = 0;
    for trouble in [Trouble::Fails, Trouble::FailsHalfWay] {
        for step in 0.. {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("roledex");
            let disk = Disk::quick().trouble_at(step, trouble);
            let (journal, _) = Journal::open_on(path.clone(), Arc::new(disk.clone())).unwrap();
            let first = journal.intend(intent("first"));
            disk.heal();
            refused += usize::from(first.is_err());
            let done = first.is_ok();
            if let Err(failure) = &first {
                assert!(failure.cause.contains("no storage space"), "{failure}");
            }
            let second = journal.intend(intent("second")).unwrap();
            journal.conclude(second, applied(), later()).unwrap();
            let view = journal.newest(9).unwrap();
            assert_eq!(names(&view.entries).last().unwrap(), "second", "{step}");
            assert!(view.entries[0].is_applied());
            assert!(view.unread.len() <= 1, "{:?}", view.unread);
            let phantom = view.entries.len() == 2;
            drop((first, journal));
            // What may have reached the disk is looked into by the next start, and nothing else.
            let (_, unfinished) = open(&path);
            let expected: &[&str] = if phantom { &["first"] } else { &[] };
            assert_eq!(names(&unfinished), expected, "{step}");
            if done {
                break;
            }
        }
    }
    assert!(refused > 20, "{refused} steps can fail");
}

#[test]
fn an_outcome_that_cannot_be_written_is_found_by_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Disk::quick();
    let (journal, _) = Journal::open_on(directory.path().into(), Arc::new(disk.clone())).unwrap();
    let recorded = journal.intend(intent("x")).unwrap();
    let id = recorded.id().clone();
    let broken = disk.clone().trouble_at(0, Trouble::FailsHalfWay);
    let failure = journal.conclude(recorded, applied(), later()).unwrap_err();
    assert!(failure.hint.unwrap().contains("next start asks AWS"));
    broken.heal();
    drop(journal);
    let (journal, unfinished) = open(directory.path());
    assert_eq!(unfinished[0].id, id);
    journal.settle(&id, applied(), later()).unwrap();
    assert!(journal.newest(1).unwrap().entries[0].is_applied());
    drop(journal);
    assert_eq!(
        fs::read_dir(directory.path().join("runs")).unwrap().count(),
        0
    );
    assert_eq!(open(directory.path()).1, []);
}

#[test]
fn a_journal_cut_at_any_byte_of_its_last_record_opens_and_goes_on() {
    for concluded in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let (journal, _) = open(directory.path());
        let first = journal.intend(intent("first")).unwrap();
        journal.conclude(first, applied(), later()).unwrap();
        let second = journal.intend(intent("second")).unwrap();
        if concluded {
            journal.conclude(second, applied(), later()).unwrap();
        }
        let whole = fs::read(file(directory.path())).unwrap();
        let last = whole[..whole.len() - 1]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .unwrap()
            + 1;
        for cut in last..=whole.len() {
            let directory = tempfile::tempdir().unwrap();
            fs::write(file(directory.path()), &whole[..cut]).unwrap();
            let (journal, unfinished) = open(directory.path());
            // The line is whole with its last brace; only its end is missing then.
            let stands = cut >= whole.len() - 1;
            let second: &[&str] = if stands || concluded {
                &["second"]
            } else {
                &[]
            };
            let open_second = !(second.is_empty() || stands && concluded);
            assert_eq!(unfinished.len(), usize::from(open_second), "cut at {cut}");
            let third = journal.intend(intent("third")).unwrap();
            journal.conclude(third, applied(), later()).unwrap();
            let view = journal.newest(9).unwrap();
            let expected: Vec<_> = [&["first"][..], second, &["third"]].concat();
            assert_eq!(names(&view.entries), expected, "cut at {cut}");
            let torn = usize::from(!stands && cut > last);
            assert_eq!(view.unread.len(), torn, "cut at {cut}: {:?}", view.unread);
        }
    }
}

#[test]
fn a_file_that_was_taken_away_is_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("roledex");
    let (journal, _) = open(&path);
    journal
        .conclude(journal.intend(intent("lost")).unwrap(), applied(), later())
        .unwrap();
    fs::remove_file(file(&path)).unwrap();
    let second = journal.intend(intent("second")).unwrap();
    assert_eq!(names(&journal.newest(9).unwrap().entries), ["second"]);
    fs::remove_dir_all(&path).unwrap();
    journal.conclude(second, applied(), later()).unwrap();
    let _third = journal.intend(intent("third")).unwrap();
    let view = journal.newest(9).unwrap();
    assert_eq!(names(&view.entries), ["third"]);
    assert!(
        view.unread[0].reason.contains("is missing"),
        "{:?}",
        view.unread
    );
    drop(journal);
    assert_eq!(names(&open(&path).1), ["third"]);
}

#[test]
fn the_newest_are_read_without_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = open(directory.path());
    for index in 0..50 {
        let recorded = journal.intend(intent(&index.to_string())).unwrap();
        let doubt = Outcome::CannotBeTold { reason: "x".into() };
        journal.settle(recorded.id(), doubt, later()).unwrap();
        journal.conclude(recorded, applied(), later()).unwrap();
    }
    let view = journal.newest(3).unwrap();
    assert_eq!(
        (names(&view.entries), view.more),
        (vec!["47".into(), "48".into(), "49".into()], true)
    );
    assert_eq!(view.entries[0].conclusions.len(), 2);
    assert!(!journal.newest(50).unwrap().more);
    let wanted = view.entries[2].id.clone();
    let back = journal.back_to(wanted.short()).unwrap().unwrap();
    assert_eq!(back.entries, view.entries);
    assert_eq!(journal.back_to("00000000").unwrap(), None);
    let all: Vec<Entry> = journal.newest(usize::MAX).unwrap().entries;
    assert_eq!(all.len(), 50);
    assert!(all.iter().is_sorted_by(|newer, older| newer.id != older.id));
}

fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let plain = prop::collection::vec(any::<u8>(), 1..60);
    let json = prop_oneof![
        Just("{}"),
        Just("[1]"),
        Just("null"),
        Just("{\"journal\":1}"),
        Just("{\"journal\":9,\"entry\":\"x\"}"),
        Just("{\"journal\":1,\"entry\":\"00000000\",\"intent\":\"x\"}"),
        Just("{\"journal\":1,\"entry\":\"00000000\",\"memo\":\"of a newer version\"}"),
        Just(
            "{\"journal\":1,\"entry\":\"00000000\",\"outcome\":\"applied\",\"at\":\"2026-01-01T00:00:00Z\"}"
        ),
    ];
    prop_oneof![plain, json.prop_map(|text| text.as_bytes().to_vec())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn garbage_is_named_kept_and_skipped(pieces in prop::collection::vec(garbage(), 1..6)) {
        let directory = tempfile::tempdir().unwrap();
        let (journal, _) = open(directory.path());
        let mut expected = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            let name = index.to_string();
            journal.conclude(journal.intend(intent(&name)).unwrap(), applied(), later()).unwrap();
            expected.push(name);
            let mut content = fs::read(file(directory.path())).unwrap();
            content.extend(piece);
            fs::write(file(directory.path()), &content).unwrap();
        }
        let view = journal.newest(99).unwrap();
        prop_assert_eq!(names(&view.entries), expected);
        prop_assert!(view.entries.iter().all(Entry::is_applied));
        let lines = pieces.iter().flat_map(|piece| piece.split(|byte| *byte == b'\n'));
        let lines = lines.filter(|line| !line.is_empty()).count();
        prop_assert_eq!(view.unread.len(), lines);
        let content = fs::read(file(directory.path())).unwrap();
        for piece in pieces {
            prop_assert!(content.windows(piece.len()).any(|window| window == piece));
        }
    }
}
