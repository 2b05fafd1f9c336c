//! What was one act is taken back as one; and only what was done in the world at hand is offered.

use serde_json::Value;

use super::super::Site;
use super::{READER, WRITER, entries, seen, site, writes};

fn done(site: &Site, arguments: &[&str]) -> String {
    let ended = site.run(arguments);
    assert_eq!(ended.code, 0, "{arguments:?} {ended:?}");
    ended.out
}

const MOVE: [&str; 7] = [
    "move",
    "association",
    "shop",
    "payments/api",
    "payments/moved",
    "--confirm",
    "api",
];

#[test]
fn a_move_is_taken_back_and_made_again_as_a_whole() {
    let site = site(&[]);
    let tags = |name: &str| seen(&site, name).map(|row| row["tags"].clone());
    let before = tags("payments/api");
    assert!(before.is_some());
    done(&site, &MOVE);
    let said = done(&site, &["undo", "--confirm", "moved"]);
    assert!(said.contains("all of it is brought back"), "{said}");
    assert_eq!(tags("payments/api"), before);
    assert_eq!(tags("payments/moved"), None);
    done(&site, &["redo", "--confirm", "api"]);
    assert_eq!(
        (tags("payments/api"), tags("payments/moved")),
        (None, before.clone())
    );
    done(&site, &["undo", "--confirm", "moved"]);
    assert_eq!(
        (tags("payments/api"), tags("payments/moved")),
        (before, None)
    );
    let nothing = site.run(&["undo", "--yes"]);
    assert_eq!(nothing.code, 1, "{nothing:?}");
}

/// Half of a way back is no way back: what is left of it is offered again.
#[test]
fn half_an_undo_does_not_count() {
    let site = site(&[]);
    done(&site, &MOVE);
    let fault = "DeletePodIdentityAssociation=denied";
    site.simulated.simulator().add_fault(fault.parse().unwrap());
    let half = site.run(&["undo", "--confirm", "moved"]);
    assert_eq!(half.code, 6, "{half:?}");
    assert!(seen(&site, "payments/api").is_some() && seen(&site, "payments/moved").is_some());
    let table = done(&site, &["journal"]);
    assert!(table.contains("part of the undo of"), "{table}");
    assert!(!table.contains("undone by"), "{table}");
    site.simulated.simulator().clear_faults();
    let rest = done(&site, &["undo", "--confirm", "moved"]);
    assert!(!rest.contains("create-pod-identity-association"), "{rest}");
    assert!(seen(&site, "payments/api").is_some() && seen(&site, "payments/moved").is_none());
    let table = done(&site, &["journal"]);
    assert_eq!(table.matches("undone by").count(), 2, "{table}");
}

#[test]
fn tags_set_and_removed_at_once_come_back_at_once() {
    let site = site(&[]);
    let tags = || seen(&site, "payments/api").unwrap()["tags"].clone();
    let before = tags();
    done(
        &site,
        &[
            "tag",
            "shop",
            "payments/api",
            "team=z",
            "new=1",
            "old-",
            "--yes",
        ],
    );
    let after = tags();
    done(&site, &["undo", "--yes"]);
    assert_eq!(tags(), before);
    done(&site, &["redo", "--yes"]);
    assert_eq!(tags(), after);
    // By the entry of either half, too.
    let entry = entries(&site)
        .into_iter()
        .find(|entry| {
            let is_change = entry.get("undoes").is_none() && entry.get("redoes").is_none();
            entry["intent"] == "untag-association" && is_change
        })
        .unwrap();
    let id = entry["entry"].as_str().unwrap().to_owned();
    done(&site, &["undo", &id, "--yes"]);
    assert_eq!(tags(), before);
}

/// One journal serves many worlds.
#[test]
fn what_was_done_at_another_endpoint_is_not_next() {
    let site = site(&[]);
    let set = [
        "set-role",
        "shop",
        "payments/api",
        "--role",
        WRITER,
        "--yes",
    ];
    done(&site, &set);
    done(&site, &["tag", "shop", "payments/api", "team=z", "--yes"]);
    let path = site.home.path("state/roledex/journal.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let elsewhere = |line: &str| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        if record["intent"] == "tag-association" {
            record["endpoint"] = "http://127.0.0.1:9".into();
        }
        format!("{record}\n")
    };
    std::fs::write(&path, text.lines().map(elsewhere).collect::<String>()).unwrap();
    done(&site, &["undo", "--yes"]);
    let now = seen(&site, "payments/api").unwrap();
    assert_eq!(
        (now["roleArn"].as_str(), now["tags"]["team"].as_str()),
        (Some(READER), Some("z"))
    );
    let nothing = site.run(&["undo", "--yes"]);
    assert_eq!(nothing.code, 1, "{nothing:?}");
    assert!(nothing.err.contains("127.0.0.1:9"), "{nothing:?}");
}

#[test]
fn the_list_says_what_changed_and_whose_undo_it_is() {
    let site = site(&[]);
    done(
        &site,
        &[
            "set-role",
            "shop",
            "payments/api",
            "--role",
            WRITER,
            "--yes",
        ],
    );
    done(&site, &["undo", "--yes"]);
    let table = done(&site, &["journal"]);
    let rows: Vec<&str> = table.lines().collect();
    let id = |row: &str| row.split_whitespace().next().unwrap().to_owned();
    let (undo, change) = (rows[1], rows[2]);
    assert!(change.contains("role: reader → writer"), "{table}");
    assert!(
        change.contains(&format!("undone by {}", id(undo))),
        "{table}"
    );
    assert!(
        undo.contains(&format!("undo of {}; role: writer → reader", id(change))),
        "{table}"
    );
    assert!(!undo.contains("undone by"), "{table}");
}

#[test]
fn a_dry_run_says_what_would_be_asked_for() {
    let site = site(&[]);
    let set = [
        "set-role",
        "shop",
        "payments/api",
        "--role",
        WRITER,
        "--dry-run",
    ];
    let delete = ["delete", "association", "shop", "payments/api", "--dry-run"];
    let nothing = [
        "set-role",
        "shop",
        "payments/api",
        "--role",
        READER,
        "--dry-run",
    ];
    let closed = [
        "set-role",
        "shop",
        "payments/api",
        "--role",
        "closed",
        "--dry-run",
    ];
    let cases: [(&[&str], &[&str], i32, &str); 12] = [
        (&set, &[], 0, "nothing was changed"),
        (&set, &["--yes"], 0, "nothing was changed"),
        (&set, &["--confirm", "api"], 0, "nothing was changed"),
        (&set, &["--read-only"], 4, "it would be refused"),
        (&delete, &[], 0, "--confirm api"),
        (&delete, &["--confirm", "api"], 0, "nothing was changed"),
        (&delete, &["--confirm", "web"], 5, "--confirm api"),
        (&delete, &["--read-only", "--yes"], 4, "it would be refused"),
        (&nothing, &[], 0, "nothing to change"),
        (&nothing, &["--read-only"], 0, "nothing to change"),
        (&closed, &["--yes"], 4, "--confirm api"),
        (&closed, &["--confirm", "api"], 0, "nothing was changed"),
    ];
    for (what, more, code, says) in cases {
        let ended = site.run(&[what, more].concat());
        assert_eq!(ended.code, code, "{what:?} {more:?} {ended:?}");
        assert!(ended.out.contains(says), "{what:?} {more:?} {ended:?}");
    }
    assert_eq!(writes(&site).1, 0);
    assert!(!site.home.path("state/roledex").exists());
    done(
        &site,
        &[
            "set-role",
            "shop",
            "payments/api",
            "--role",
            "writer",
            "--yes",
        ],
    );
    let undo = site.run(&["undo", "--dry-run", "--read-only"]);
    assert_eq!((undo.code, writes(&site).1), (4, 1), "{undo:?}");
    assert!(undo.out.contains("undo of"), "{undo:?}");
}

#[test]
fn a_role_can_be_named() {
    let site = site(&[]);
    let set = |role: &str| site.run(&["set-role", "shop", "payments/api", "--role", role, "--yes"]);
    for name in ["writer", "team/writer"] {
        let ended = set(name);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert!(ended.out.contains(WRITER), "{ended:?}");
        assert_eq!(seen(&site, "payments/api").unwrap()["roleArn"], WRITER);
        assert_eq!(set("reader").code, 0);
    }
    for name in ["nobody", "other/writer"] {
        let ended = set(name);
        assert_eq!((ended.code, &*ended.out), (1, ""), "{ended:?}");
        assert!(
            ended
                .err
                .contains("account 111122223333 has no role of that name"),
            "{ended:?}"
        );
    }
    let ended = set("arn:aws:iam::999999999999:role/reader");
    assert_ne!(ended.code, 0);
    assert!(
        ended.err.contains("is in account 999999999999"),
        "{ended:?}"
    );
    assert!(ended.err.contains("can be the target role"), "{ended:?}");
    let target = [
        "set-role",
        "shop",
        "payments/api",
        "--target-role",
        "vault",
        "--confirm",
        "api",
    ];
    done(&site, &target);
    let now = seen(&site, "payments/api").unwrap();
    assert_eq!(now["targetRoleArn"], super::VAULT);
}

#[test]
fn a_deletion_names_the_pods_that_lose_their_credentials() {
    let site = site(&[]);
    let ended = site.run(&["delete", "association", "shop", "payments/api", "--dry-run"]);
    let (_, pods) = ended.out.split_once("  pods ").unwrap();
    let named: Vec<&str> = pods
        .lines()
        .filter(|line| line.starts_with("    api-"))
        .collect();
    assert_eq!(named.len(), 3, "{ended:?}");
    assert!(pods.contains("made anew, they fall back to"), "{ended:?}");
    assert!(
        named
            .iter()
            .all(|line| line.contains("lose its credentials")),
        "{named:?}"
    );
    let ended = site.run(&[
        "delete",
        "association",
        "shop",
        "payments/api",
        "--dry-run",
        "-o",
        "json",
    ]);
    let document = super::document(&ended);
    let affected = &document["plans"][0]["affectedPods"];
    assert_eq!(affected["pods"].as_array().unwrap().len(), 3, "{affected}");
    assert!(affected["withoutAssociation"].is_string());
}
