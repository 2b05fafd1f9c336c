//! What must show up nowhere.

use std::fs;
use std::path::Path;

use super::super::Ended;
use super::{WORLD, rows, site, text};

/// A value that a container has and that must show up nowhere.
const CANARY: &str = "c4n4ry";

#[test]
fn what_pods_hold_besides_shows_up_nowhere() {
    let site = site();
    let (rows, ended) = rows(&site, &["pods", "--cluster", "shop"]);
    ended.done();
    // The canary is really there: whoever reads raw objects must see it.
    let account = &rows["shop/keys"];
    let pod = format!("shop/{}", text(account, "name"));
    let (key, secret) = ("AKIAc4n4ry", "c4n4ry-secret");
    assert!(WORLD.contains(key) && WORLD.contains(secret) && WORLD.contains(CANARY));
    assert_eq!(account["mechanism"], "StaticKeys");
    let mut runs = Vec::new();
    for format in ["table", "wide", "json", "yaml", "csv", "name"] {
        runs.push(vec!["get", "pods", "--cluster", "shop", "-o", format]);
        runs.push(vec!["get", "sa", "--cluster", "shop", "-o", format]);
        runs.push(vec!["describe", "pod", "shop", &pod, "-o", format]);
        runs.push(vec!["describe", "sa", "shop", "shop/keys", "-o", format]);
    }
    for run in runs {
        let output = site
            .command(&run)
            .env("ROLEDEX_LOG", "trace")
            .output()
            .unwrap();
        let ended = Ended::new(&output);
        assert_eq!(ended.code, 0, "{run:?}: {ended:?}");
        assert!(!ended.out.is_empty(), "{run:?}");
        assert!(
            !ended.out.contains(CANARY) && !ended.err.contains(CANARY),
            "{run:?}: {ended:?}"
        );
    }
    let written = files(&site.home.path(""));
    assert!(
        written.iter().any(|(path, _)| path.contains("log")),
        "there is a log to look through"
    );
    for (path, bytes) in written {
        assert!(!String::from_utf8_lossy(&bytes).contains(CANARY), "{path}");
    }
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}
