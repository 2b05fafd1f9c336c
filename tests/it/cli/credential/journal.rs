//! What the journal says of tests, in the words of tests.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{Site, site};

/// The outcomes of the journal, the newest first.
fn outcomes(site: &Site) -> Vec<String> {
    let shown = site.run(&["journal"]);
    let rows = shown.out.lines().skip(1);
    let words = [
        "issued",
        "refused",
        "interrupted",
        "applied",
        "failed",
        "cannot-be-told",
    ];
    rows.map(|row| {
        let found = row.split_whitespace().find(|word| words.contains(word));
        found.unwrap_or(row).to_owned()
    })
    .collect()
}

#[test]
fn a_test_is_issued_refused_or_interrupted() {
    let site = site(&[]);
    assert_eq!(site.run(&["test", "shop", "shop/api"]).code, 0);
    assert_eq!(site.run(&["test", "shop", "shop/plain"]).code, 7);
    assert_eq!(outcomes(&site), ["refused", "issued"]);
    // Killed on its way: nobody knows what EKS Auth answered.
    let slow = "AssumeRoleForPodIdentity=latency:600000";
    site.simulated.simulator().fault(slow.parse().unwrap());
    let mut command = site.command(&["test", "shop", "shop/api"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    let file = site.home.path("state/roledex/journal.jsonl");
    let begun = || {
        let text = fs::read_to_string(&file).unwrap();
        text.matches("\"test-credentials\"").count()
    };
    while begun() < 3 {
        assert!(Instant::now() < deadline, "it never began");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // The next start settles it.
    let settled = site.run(&["journal", "-o", "json"]);
    assert!(
        settled.out.contains("credentials may have been issued"),
        "{settled:?}"
    );
    assert_eq!(outcomes(&site), ["interrupted", "refused", "issued"]);
}
