//! `--test`: a change, and then the proof of it.

use std::fs;

use roledex::sim::World;
use serde_json::{Value, json};

use super::super::{Ended, Site};
use super::document;

const WORLD: &str = include_str!("../kubernetes/world.yaml");
const BOTH: &str = "arn:aws:iam::111122223333:role/shop-both";
const ASSUME: &str = "AssumeRoleForPodIdentity";
const SET: [&str; 6] = ["set-role", "shop", "shop/api", "--role", BOTH, "--yes"];

fn site(faults: &[&str]) -> Site {
    Site::new(World::parse(WORLD).unwrap(), faults)
}

fn asked(site: &Site) -> usize {
    site.simulated.log().count(ASSUME)
}

fn role_now(site: &Site, name: &str) -> Option<String> {
    let rows = site.run(&[
        "get",
        "pia",
        "--cluster",
        "shop",
        "-o",
        "json",
        "--no-cache",
    ]);
    let rows = rows.rows();
    let is_meant = |row: &&Value| row["serviceAccount"] == name;
    let row = rows.iter().find(is_meant)?;
    row["roleArn"].as_str().map(str::to_owned)
}

fn with(more: &[&'static str]) -> Vec<&'static str> {
    [&SET[..], more].concat()
}

#[track_caller]
fn ends(ended: &Ended, code: i32, verdict: &str) -> Value {
    assert_eq!(ended.code, code, "{ended:?}");
    let document = document(ended);
    assert_eq!(document["test"]["verdict"], verdict, "{document}");
    document
}

#[test]
fn a_role_that_was_set_is_tested_until_it_arrives() {
    // The first answer is from before the change.
    let late = format!("{ASSUME}=first:1:error:404:ResourceNotFoundException:not yet");
    let site = site(&[&late]);
    let ended = site.run(&with(&["--test", "-o", "json"]));
    let told = ends(&ended, 0, "matches");
    assert_eq!(told["result"], "applied");
    let test = &told["test"];
    assert_eq!((&test["calls"], asked(&site)), (&json!(2), 2));
    let arn = test["session"]["assumedRoleArn"].as_str().unwrap();
    assert!(arn.contains("assumed-role/shop-both/"), "{arn}");
    assert_eq!(test["expected"]["roleArn"], BOTH);
    assert!(test["elapsedMs"].as_u64().is_some(), "{test}");
    for part in [
        "then tests it (--test)",
        "at most 8 times within 60 s",
        "tested: EKS Auth gives shop-both to shop/api, ",
        " s after the change, with 2 calls",
    ] {
        assert!(ended.err.contains(part), "{part}: {}", ended.err);
    }
    let entries = site.run(&["journal", "-o", "json"]).rows();
    assert_eq!(entries.len(), 2, "the change and its test: {entries:?}");
}

#[test]
fn the_calls_are_shown_before_the_change_and_a_yes_to_it_makes_none_of_them() {
    let site = site(&[]);
    let dry = site.run(&[&SET[..5], &["--test", "--dry-run"]].concat());
    assert_eq!(dry.code, 0, "{dry:?}");
    let calls = dry
        .out
        .find("eks-auth:AssumeRoleForPodIdentity on")
        .unwrap();
    assert!(calls > dry.out.find("changes\n").unwrap(), "{}", dry.out);
    let silent = site.run(&with(&["-o", "json"]));
    assert_eq!(document(&silent)["test"], Value::Null);
    assert!(!silent.err.contains("--test"), "{}", silent.err);
    assert_eq!(asked(&site), 0);
    // What is so already can be proven all the same.
    let again = site.run(&with(&["--test", "-o", "json"]));
    assert_eq!(ends(&again, 0, "matches")["result"], "unchanged");
    assert_eq!(asked(&site), 1);
    let people = site.run(&with(&["--test"]));
    assert_eq!(people.code, 0, "{people:?}");
    assert!(
        people.out.contains(
            "nothing was changed, and it was tested as it is: EKS Auth gives shop-both to shop/api"
        ) && people.out.contains("✓ "),
        "{}",
        people.out
    );
    assert!(
        people.out.contains("tests it as it is (--test)")
            && !people.out.contains("after the change"),
        "{}",
        people.out
    );
}

/// The clock runs from the moment when AWS took the change: reading it back and having a token made are part of it.
#[test]
fn the_seconds_count_from_the_change_and_not_from_the_question() {
    let slow = "kube:create:serviceaccounts/token=latency:1200";
    let site = site(&[slow]);
    let told = ends(&site.run(&with(&["--test", "-o", "json"])), 0, "matches");
    let test = &told["test"];
    let elapsed = test["elapsedMs"].as_u64().unwrap();
    assert!(elapsed >= 1_200, "{elapsed}");
    let mut steps = test["steps"].as_array().unwrap().iter();
    let asking = steps.find(|step| step["step"] == "assumeRole").unwrap();
    assert!(asking["elapsedMs"].as_u64().unwrap() < elapsed, "{asking}");
}

#[test]
fn a_pod_that_was_never_injected_is_named_with_the_proof() {
    let site = site(&[]);
    let ended = site.run(&[
        "set-role",
        "shop",
        "shop/late",
        "--role",
        BOTH,
        "--yes",
        "--test",
    ]);
    // The status rests on the answer of EKS Auth.
    assert_eq!(ended.code, 0, "{ended:?}");
    let line = ended.out.lines().last().unwrap();
    assert!(
        line.starts_with("tested: EKS Auth gives shop-both to shop/late, ")
            && line.ends_with("with 1 call, but this pod was never injected: restart it"),
        "{line}"
    );
}

/// A pod that nobody knew of when the change was approved: its calls were not shown, so they are not made.
#[test]
fn calls_that_were_not_shown_are_not_made() {
    let lists = {
        let site = site(&[]);
        let dry = site.run(&[&SET[..5], &["--test", "--dry-run"]].concat());
        assert_eq!(dry.code, 0, "{dry:?}");
        site.simulated.log().count("kube:list:pods")
    };
    // Until the change is approved nobody may look for pods, and from then on everybody may.
    let site = site(&[&format!("kube:list:pods=first:{lists}:denied")]);
    let ended = site.run(&with(&["--test", "-o", "json"]));
    let told = ends(&ended, 6, "untestable");
    assert_eq!(told["result"], "applied");
    assert!(
        ended.err.contains("it cannot: the pods may not be listed"),
        "{}",
        ended.err
    );
    assert_eq!(asked(&site), 0);
}

#[test]
fn where_tests_are_off_nothing_is_changed_either() {
    let site = site(&[]);
    let config = site.home.path("config/roledex/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("no-credential-tests = ['sh*']\n{text}")).unwrap();
    let ended = site.run(&with(&["--test"]));
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(
        ended.err.contains("turns credential tests off")
            && ended.err.contains("nothing was changed"),
        "{}",
        ended.err
    );
    assert_eq!(site.simulated.log().writes(), 0);
    assert!(role_now(&site, "api").unwrap().ends_with("/shop-api"));
}

#[test]
fn a_change_that_cannot_be_proven_is_done_in_part() {
    let site = site(&[]);
    let ended = site.run(&[
        "create",
        "association",
        "shop",
        "shop/new",
        "--role",
        BOTH,
        "--yes",
        "--test",
        "-o",
        "json",
    ]);
    let told = ends(&ended, 6, "untestable");
    assert_eq!(told["result"], "applied");
    assert!(ended.err.contains("could not be tested"), "{}", ended.err);
    assert_eq!(role_now(&site, "new").as_deref(), Some(BOTH));
    assert_eq!(asked(&site), 0);
}

#[test]
fn a_change_whose_test_says_no_ends_with_no() {
    let refused = format!("{ASSUME}=error:400:InvalidTokenException:bad");
    let site = site(&[&refused]);
    let ended = site.run(&with(&["--test", "-o", "json"]));
    let told = ends(&ended, 7, "refused");
    assert_eq!(told["test"]["elapsedMs"], Value::Null);
    assert_eq!(role_now(&site, "api").as_deref(), Some(BOTH));
}

#[test]
fn a_change_that_was_not_made_is_not_tested() {
    let site = site(&["UpdatePodIdentityAssociation=denied"]);
    let ended = site.run(&with(&["--test", "-o", "json"]));
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(document(&ended)["test"], Value::Null);
    assert!(ended.err.contains("not tested"), "{}", ended.err);
    assert_eq!(asked(&site), 0);
}
