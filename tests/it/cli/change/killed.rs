//! SIGKILL in the midst of a change: the next start says what came of it, and nothing is done twice.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use roledex::model::Guard;
use roledex::model::journal::{ChangeKind, Entry, Outcome};
use roledex::model::reference::AssociationReference;
use roledex::ops::change::{Desk, Patience, Progress, Request, find};
use roledex::ops::recover::recover;
use roledex::store::Journal;

use super::super::Site;
use super::hands::{Hands, api, now, on, relocate, role};
use super::{OPERATIONS, READER, VAULT, WRITER, approval, entries, seen, site, writes};

const HOME: &str = "ROLEDEX_TEST_HOME";
const URL: &str = "ROLEDEX_TEST_URL";

const SET: [&str; 6] = [
    "set-role",
    "shop",
    "payments/api",
    "--role",
    WRITER,
    "--yes",
];

/// The simulator shows at once what it did, and does nothing later than a second.
const SHORT: Patience = Patience {
    passing: Duration::ZERO,
    settle: Duration::from_secs(1),
    verify: Duration::ZERO,
    pause: Duration::from_millis(50),
};

/// The process that moves an association and is killed; without its parent it has nothing to do.
#[test]
fn mover() {
    let (Some(home), Ok(url)) = (std::env::var_os(HOME), std::env::var(URL)) else {
        return;
    };
    on(async {
        let hands = Hands::at(Path::new(&home), url, Guard::default()).await;
        let applied = hands.apply(hands.approved(&relocate()).await).await;
        assert!(applied.is_done(), "{applied:?}");
    });
}

/// This program, as one of the processes above.
fn this(site: &Site, name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", &format!("cli::change::killed::{name}")])
        .env(HOME, site.home.path(""))
        .env(URL, site.simulated.simulator().url());
    command
}

fn start(mut command: Command) -> Child {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.spawn().unwrap()
}

/// Gives the processor to those who are watched: two tests that spin would take all of it.
fn pause() {
    std::thread::park_timeout(Duration::from_micros(100));
}

/// An entry of the run that was killed, and whether its change is there.
struct Found {
    kind: ChangeKind,
    outcome: Outcome,
    is_done: bool,
}

/// Starts what a person would start next.
fn next_start(site: &Site) -> Vec<Found> {
    let (journal, unfinished) = open(site);
    if unfinished.is_empty() {
        return Vec::new();
    }
    on(async {
        let hands = Hands::free(site).await;
        let desk = Desk {
            journal: journal.into(),
            now,
            patience: SHORT,
        };
        let mut all = Vec::new();
        for recovered in recover(&hands.cloud, &desk, unfinished, |_, _| {}).await {
            all.push(Found {
                kind: recovered.entry.intent.kind.clone(),
                outcome: recovered.found.unwrap(),
                is_done: is_done(&hands, &recovered.entry).await,
            });
        }
        all
    })
}

fn open(site: &Site) -> (Journal, Vec<Entry>) {
    Journal::open(site.home.path("state/roledex")).unwrap()
}

/// Whether what an entry was to do is there, asked in another way than the recovery asks.
async fn is_done(hands: &Hands, entry: &Entry) -> bool {
    let reference = AssociationReference::parse(&entry.intent.target.to_string()).unwrap();
    let found = find(&hands.place.session, &hands.place.arn, &reference).await;
    let found = found.map(|found| found.document);
    match entry.intent.kind {
        ChangeKind::CreateAssociation => found.is_ok(),
        ChangeKind::DeleteAssociation => found.is_err(),
        ChangeKind::UpdateAssociation => found.unwrap()["roleArn"] == WRITER,
        ChangeKind::TagAssociation => found.unwrap()["tags"]["team"] == "z",
        ChangeKind::UntagAssociation => found.unwrap()["tags"].get("old").is_none(),
        ref other => panic!("{other:?}"),
    }
}

/// The moment at which it is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So many requests were answered.
    Answered(usize),
    /// So many lines are in the journal.
    Written(usize),
}

impl Moment {
    fn has_come(self, site: &Site) -> bool {
        match self {
            Self::Answered(count) => site.simulated.log().len() >= count,
            Self::Written(count) => {
                let path = site.home.path("state/roledex/journal.jsonl");
                let journal = std::fs::read_to_string(path).unwrap_or_default();
                journal.matches('\n').count() >= count
            }
        }
    }
}

/// Kills a change at every moment around its calls, which are slow or lose their answers; `holds` is looked at
/// after each.
fn kill(calls: &[&str], change: impl Fn(&Site) -> Command, holds: impl Fn(&Site) -> bool) {
    let site_with = |effect: &str| {
        let faults: Vec<String> = calls
            .iter()
            .map(|call| format!("{call}={effect}"))
            .collect();
        let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
        site(&faults)
    };
    let untouched = site(&[]);
    assert!(start(change(&untouched)).wait().unwrap().success());
    let all = untouched.simulated.log().len();
    let answered = (all.saturating_sub(12)..=all).flat_map(|seen| {
        let moment = Moment::Answered(seen);
        [(moment, "lost"), (moment, "latency:100")]
    });
    // An intent is on disk, and its call is on the way at most.
    let written = (0..calls.len() * 2).map(|n| (Moment::Written(n / 2 * 2 + 1), "latency:300"));
    let (mut killed, mut applied, mut not_applied) = (0, 0, 0);
    for (moment, effect) in answered.chain(written) {
        let when = format!("{calls:?} {moment:?} {effect}");
        let site = site_with(effect);
        let mut child = start(change(&site));
        while !moment.has_come(&site) && child.try_wait().unwrap().is_none() {
            pause();
        }
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().signal() == Some(9));
        site.simulated.simulator().clear_faults();
        let found = next_start(&site);
        assert!(found.len() <= 1, "{when}: one call at a time");
        for Found {
            kind,
            outcome,
            is_done,
        } in &found
        {
            let is_applied = matches!(outcome, Outcome::Applied { .. });
            let is_not = matches!(outcome, Outcome::NotApplied { .. });
            assert_eq!(
                (is_applied, is_not),
                (*is_done, !is_done),
                "{when} {kind:?}: {outcome:?}"
            );
            applied += usize::from(is_applied);
            not_applied += usize::from(is_not);
        }
        assert!(holds(&site), "{when}");
        // All is settled: the start after it finds nothing, and nothing was asked to be changed again.
        let (journal, unfinished) = open(&site);
        assert_eq!(unfinished, [], "{when}");
        let entries = journal.newest(usize::MAX).unwrap().entries;
        assert!(
            entries.iter().all(|entry| entry.conclusions.len() == 1),
            "{when}: {entries:#?}"
        );
        let log = site.simulated.log();
        for call in calls {
            assert!(log.count(call) <= 1, "{when}: {call} was made twice");
        }
    }
    assert!(killed >= 20, "{calls:?}: killed {killed} times");
    assert!(
        applied > 0 && not_applied > 0,
        "{calls:?}: {applied} applied, {not_applied} not"
    );
}

fn kill_command(operation: &str) {
    let (arguments, _) = OPERATIONS
        .iter()
        .find(|(_, name)| *name == operation)
        .unwrap();
    let arguments = [*arguments, &approval(operation)].concat();
    kill(&[operation], |site| site.command(&arguments), |_| true);
}

#[test]
fn killed_while_changing_a_role() {
    kill_command("UpdatePodIdentityAssociation");
}

#[test]
fn killed_while_creating() {
    kill_command("CreatePodIdentityAssociation");
}

#[test]
fn killed_while_tagging() {
    kill_command("TagResource");
}

#[test]
fn killed_while_removing_tags() {
    kill_command("UntagResource");
}

#[test]
fn killed_while_deleting() {
    kill_command("DeletePodIdentityAssociation");
}

#[test]
fn killed_while_moving() {
    let calls = [
        "CreatePodIdentityAssociation",
        "DeletePodIdentityAssociation",
    ];
    // It may be there twice, but never not at all.
    let is_there = |site: &Site| {
        seen(site, "payments/api")
            .or(seen(site, "payments/moved"))
            .is_some()
    };
    kill(&calls, |site| this(site, "mover"), is_there);
}

#[test]
fn what_somebody_changed_after_the_kill_cannot_be_told() {
    let site = site(&["UpdatePodIdentityAssociation=first:1:lost"]);
    let mut child = start(site.command(&SET));
    while site.simulated.log().count("UpdatePodIdentityAssociation") == 0 {
        assert!(child.try_wait().unwrap().is_none());
        pause();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let somebody = tempfile::tempdir().unwrap();
    std::fs::create_dir(somebody.path().join(".aws")).unwrap();
    for name in [".aws/config", ".aws/credentials"] {
        std::fs::copy(site.home.path(name), somebody.path().join(name)).unwrap();
    }
    on(async {
        let url = site.simulated.simulator().url();
        let hands = Hands::at(somebody.path(), url, Guard::default()).await;
        let request = Request::Update {
            association: api(),
            draft: role(VAULT),
        };
        assert!(hands.apply(hands.approved(&request).await).await.is_done());
    });
    let found = next_start(&site);
    let [found] = &found[..] else {
        panic!("one entry is open")
    };
    let Outcome::CannotBeTold { reason } = &found.outcome else {
        panic!("{:?}", found.outcome)
    };
    assert!(
        reason.contains("neither as before nor as planned"),
        "{reason}"
    );
    assert_eq!(
        seen(&site, "payments/api").unwrap()["roleArn"],
        VAULT,
        "it stays theirs"
    );
    // Both images are kept for whoever has to decide.
    let entry = &entries(&site)[0];
    assert_eq!(entry["conclusions"][0]["outcome"], "cannot-be-told");
    assert_eq!(entry["before"]["roleArn"], READER);
    assert_eq!(entry["planned"]["roleArn"], WRITER);
    let shown = site
        .run(&["journal", entry["entry"].as_str().unwrap()])
        .done();
    assert!(
        shown.contains("cannot be told") || shown.contains("cannot-be-told"),
        "{shown}"
    );
    assert!(shown.contains(READER) && shown.contains(WRITER), "{shown}");
    // An undo that names nothing does not pass over it.
    let undo = site.run(&["undo", "--yes"]);
    assert_eq!(undo.code, 4, "{undo:?}");
    let id = entry["entry"].as_str().unwrap();
    assert!(undo.err.contains(&id[id.len() - 8..]), "{undo:?}");
    assert_eq!(seen(&site, "payments/api").unwrap()["roleArn"], VAULT);
}

/// The process that changes a role and does not get beyond the call.
#[test]
fn stuck() {
    let (Some(home), Ok(url)) = (std::env::var_os(HOME), std::env::var(URL)) else {
        return;
    };
    on(async {
        let hands = Hands::at(Path::new(&home), url, Guard::default()).await;
        let request = Request::Update {
            association: api(),
            draft: role(WRITER),
        };
        let approved = hands.approved(&request).await;
        let stop = |progress: Progress| {
            if matches!(progress, Progress::Waiting { .. }) {
                // Parked threads may wake up by themselves.
                loop {
                    std::thread::park();
                }
            }
        };
        hands.apply_as(approved, None, stop).await;
    });
    panic!("its answer is lost");
}

#[test]
fn the_command_line_tells_what_an_earlier_run_left() {
    let site = site(&["UpdatePodIdentityAssociation=lost"]);
    let mut child = start(this(&site, "stuck"));
    while site.simulated.log().count("UpdatePodIdentityAssociation") == 0 {
        assert!(child.try_wait().unwrap().is_none());
        pause();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let ended = site.run(&["journal"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.err.contains("did not finish"), "{ended:?}");
    assert!(ended.err.contains("is applied"), "{ended:?}");
    // The list does not wait for the answer.
    assert!(ended.out.contains("still being checked"), "{ended:?}");
    assert_eq!(writes(&site).1, 1);
    // Told once.
    let again = site.run(&["journal"]);
    assert_eq!(again.err, "");
    assert!(again.out.contains("  applied  "), "{again:?}");
}

/// Whatever ends the program in mid-call, only AWS knows what came of it: the next start asks.
#[test]
fn a_signal_in_mid_call_leaves_it_to_the_next_start() {
    let site = site(&["UpdatePodIdentityAssociation=reset"]);
    let mut child = site
        .command(&SET)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = said.next().unwrap().unwrap();
    assert!(first.contains("asking AWS what came of it"), "{first}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let last = said.last().unwrap().unwrap();
    assert!(last.starts_with("interrupted on its way"), "{last}");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let found = next_start(&site);
    let [found] = &found[..] else {
        panic!("one entry is open")
    };
    assert!(matches!(found.outcome, Outcome::NotApplied { .. }));
    assert!(!found.is_done);
    assert_eq!(open(&site).1, []);
}
