//! What the program is built from: one version of each crate that matters, and a reason for each that is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Crates of which a second version would be a second protocol stack, a second terminal, or a second TLS.
const ONLY_ONE: [&str; 8] = [
    "hyper",
    "rustls",
    "http",
    "ratatui",
    "ratatui-core",
    "crossterm",
    "tokio",
    "serde",
];

/// Crates that must not be in the tree at all: the other TLS and crypto stacks.
const NEVER: [&str; 4] = ["openssl", "native-tls", "ring", "webpki"];

/// Crates that are there twice, and why that is somebody else's to mend.
const TWICE: [(&str, &str); 6] = [
    ("base64", "crossterm's osc52 is on 0.22, hyper-util on 0.23"),
    ("block-buffer", "with digest"),
    ("cpufeatures", "with digest"),
    ("crypto-common", "with digest"),
    (
        "digest",
        "aws-config hashes the names of SSO sessions with sha1 0.10; everything else is on 0.11",
    ),
    (
        "syn",
        "macros are built once a major version; nothing of them is in the program",
    ),
];

fn built() -> BTreeMap<String, BTreeSet<String>> {
    // `cargo tree` knows the features and the platform; the lock file also lists what is never built.
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap();
    assert!(
        tree.status.success(),
        "{}",
        String::from_utf8_lossy(&tree.stderr)
    );
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(tree.stdout).unwrap().lines() {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            versions
                .entry(name.to_owned())
                .or_default()
                .insert(version.to_owned());
        }
    }
    versions
}

#[test]
fn nothing_that_matters_is_there_twice() {
    let built = built();
    for name in ONLY_ONE {
        let versions = built
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not in the tree: mend this table"));
        assert_eq!(versions.len(), 1, "{name}: {versions:?}");
    }
    for name in NEVER {
        assert!(!built.contains_key(name), "{name} is in the tree");
    }
}

#[test]
fn every_other_double_has_a_reason() {
    let doubles: BTreeSet<String> = built()
        .into_iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, _)| name)
        .collect();
    let known: BTreeSet<String> = TWICE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        doubles, known,
        "left: built twice; right: known, with a reason"
    );
}
