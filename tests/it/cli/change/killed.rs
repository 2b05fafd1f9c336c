//! SIGKILL in the midst of a change: the next start says what came of it, and nothing is done twice.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use roledex::cloud::{Cloud, Settings};
use roledex::model::journal::Outcome;
use roledex::model::reference::AssociationReference;
use roledex::model::{ClusterArn, Route};
use roledex::ops::change::{Desk, Patience, find};
use roledex::ops::recover::recover;
use roledex::store::Journal;

use super::super::Site;
use super::{OPERATIONS, WRITER, approval, site, writes};

const SHOP: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/shop";

/// The simulator shows at once what it did, and does nothing later than a second.
const SHORT: Patience = Patience {
    passing: Duration::ZERO,
    settle: Duration::from_secs(1),
    verify: Duration::ZERO,
    pause: Duration::from_millis(50),
};

fn now() -> jiff::Timestamp {
    roledex::runtime::clock::now()
}

/// Starts what a person would start next: what it finds of the run that was killed, and whether the change is there.
fn next_start(site: &Site, operation: &str) -> (Vec<Outcome>, bool) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let file = |name: &str| site.home.path(&format!(".aws/{name}"));
        let url = site.simulated.simulator().url();
        let settings = Settings::isolated(file("config"), file("credentials"), url);
        let cloud = Cloud::new(settings).unwrap();
        let (journal, unfinished) = Journal::open(site.home.path("state/roledex")).unwrap();
        let desk = Desk {
            journal: Arc::new(journal),
            now,
            patience: SHORT,
        };
        let recovered = recover(&cloud, &desk, unfinished, |_, _| {}).await;
        let found = recovered.into_iter().map(|one| one.found.unwrap());
        let session = cloud
            .session(&Route::new(Some("one"), "eu-west-1"))
            .await
            .unwrap();
        let name = match operation {
            "CreatePodIdentityAssociation" => "payments/new",
            _ => "payments/api",
        };
        let reference = AssociationReference::parse(name).unwrap();
        let stands = find(&session, &ClusterArn::parse(SHOP).unwrap(), &reference).await;
        let is_done = match operation {
            "CreatePodIdentityAssociation" => stands.is_ok(),
            "DeletePodIdentityAssociation" => stands.is_err(),
            "UpdatePodIdentityAssociation" => stands.unwrap().document["roleArn"] == WRITER,
            _ => stands.unwrap().document["tags"]["team"] == "z",
        };
        (found.collect(), is_done)
    })
}

/// How many requests one whole run makes.
fn requests(arguments: &[&str]) -> usize {
    let site = site(&[]);
    assert_eq!(site.run(arguments).code, 0);
    site.simulated.log().entries().len()
}

#[test]
fn killed_at_any_request_the_next_start_tells_what_came_of_it() {
    for (arguments, operation) in OPERATIONS {
        let arguments = [arguments, &approval(operation)].concat();
        let all = requests(&arguments);
        let (mut applied, mut not_applied) = (0, 0);
        // The last ones are around the write, and each is taken at its beginning and on its way.
        let points = (all.saturating_sub(12)..=all).flat_map(|seen| [(seen, false), (seen, true)]);
        for (requests, is_slow) in points {
            let slow = format!("{operation}=latency:100");
            let lost = format!("{operation}=lost");
            let faults = if is_slow { vec![&*slow] } else { vec![&*lost] };
            let site = site(&faults);
            let mut child = site
                .command(&arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            while site.simulated.log().entries().len() < requests
                && child.try_wait().unwrap().is_none()
            {
                std::thread::yield_now();
            }
            child.kill().unwrap();
            child.wait().unwrap();
            site.simulated.simulator().clear_faults();
            let writes = writes(&site).1;
            assert!(writes <= 1, "{operation} {requests}");
            let (found, is_done) = next_start(&site, operation);
            assert!(found.len() <= 1, "{operation} {requests}");
            for outcome in &found {
                let is_applied = matches!(outcome, Outcome::Applied { .. });
                assert_eq!(is_applied, is_done, "{operation} {requests}: {outcome:?}");
                applied += usize::from(is_applied);
                not_applied += usize::from(!is_applied);
            }
            // All is settled: the start after it finds nothing, and nothing more was asked to be changed.
            assert_eq!(next_start(&site, operation).0, [], "{operation} {requests}");
            assert!(self::writes(&site).1 <= 1, "{operation} {requests}");
        }
        assert!(
            applied + not_applied > 0,
            "{operation}: no kill left anything open"
        );
    }
}

#[test]
fn the_command_line_tells_what_an_earlier_run_left() {
    let site = site(&["UpdatePodIdentityAssociation=lost"]);
    let arguments = [
        "set-role",
        "shop",
        "payments/api",
        "--session-tags",
        "off",
        "--yes",
    ];
    let mut child = site
        .command(&arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while site.simulated.log().count("UpdatePodIdentityAssociation") == 0 {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let ended = site.run(&["journal"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    if !ended.err.is_empty() {
        assert!(ended.err.contains("did not finish"), "{ended:?}");
        assert!(ended.err.contains("is applied"), "{ended:?}");
    }
    assert!(ended.out.contains("applied"), "{ended:?}");
    assert_eq!(writes(&site).1, 1);
    // Told once.
    assert_eq!(site.run(&["journal"]).err, "");
}

/// A signal is not a crash: what is known at that moment is written down before the program ends.
#[test]
fn a_signal_on_the_way_leaves_no_open_end() {
    let site = site(&["UpdatePodIdentityAssociation=reset"]);
    let arguments = [
        "set-role",
        "shop",
        "payments/api",
        "--role",
        WRITER,
        "--yes",
    ];
    let mut child = site
        .command(&arguments)
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
    let ended = site.run(&["journal", "-o", "json"]);
    let open = "nothing is left to be found out";
    assert_eq!((ended.code, &*ended.err), (0, ""), "{open}");
    let outcome = &ended.rows()[0]["conclusions"][0]["outcome"];
    assert_eq!(outcome, "cannot-be-told");
}
