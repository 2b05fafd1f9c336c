//! Each format says the same, in its own way.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Home, Site};

const KINDS: [&str; 3] = ["clusters", "associations", "updates"];

/// Clusters of three accounts and regions with owned and free associations, and few of them.
const FEW: [&str; 6] = [
    "--cluster",
    "storefront",
    "--cluster",
    "payments-staging",
    "--cluster",
    "payments-dr",
];

fn get(site: &Site, kind: &str, arguments: &[&str]) -> String {
    site.run(&[&["get", kind], FEW.as_slice(), arguments].concat())
        .done()
}

#[test]
fn yaml_and_csv_hold_what_json_holds() {
    let site = Site::demo();
    for kind in KINDS {
        let json: Vec<Value> = serde_json::from_str(&get(&site, kind, &["-o", "json"])).unwrap();
        let yaml: Vec<Value> = serde_norway::from_str(&get(&site, kind, &["-o", "yaml"])).unwrap();
        assert_eq!(yaml, json, "{kind}");

        let text = get(&site, kind, &["-o", "csv"]);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), json.len());
        for (record, row) in records.iter().zip(&json) {
            for (name, cell) in header.iter().zip(record) {
                match row.get(name) {
                    None => assert_eq!(cell, "", "{name}"),
                    Some(Value::String(text)) if !text.is_empty() => {
                        assert_eq!(cell, text, "{name}");
                    }
                    Some(other) => {
                        let read: Value = serde_json::from_str(cell).unwrap();
                        assert_eq!(&read, other, "{name}");
                    }
                }
            }
        }
    }
}

#[test]
fn tables_are_aligned_and_wide_ones_have_more() {
    let site = Site::demo();
    for kind in KINDS {
        let get = |arguments: &[&str]| get(&site, kind, arguments);
        let (table, wide) = (get(&[]), get(&["-o", "wide"]));
        let rows = get(&["-o", "name"]).lines().count();
        assert_eq!(table.lines().count(), rows + 1, "{kind}");
        assert!(wide.lines().next().unwrap().len() > table.lines().next().unwrap().len());
        assert_eq!(get(&["--no-headers"]).lines().count(), rows);
        // The second column starts at the same place in every line.
        let starts: BTreeSet<_> = table
            .lines()
            .map(|line| line[..line.len().min(40)].rfind("  "))
            .collect();
        assert!(!starts.contains(&None), "{table}");
    }
}

#[test]
fn names_are_taken_back() {
    let site = Site::demo();
    for kind in KINDS {
        let names = get(&site, kind, &["-o", "name"]);
        let rows: Vec<Value> = serde_json::from_str(&get(&site, kind, &["-o", "json"])).unwrap();
        assert_eq!(names.lines().count(), rows.len());
        let words: Vec<&str> = names.lines().next().unwrap().split(' ').collect();
        let arguments = [&["describe", kind], words.as_slice(), &["-o", "json"]].concat();
        let described: Value = serde_json::from_str(&site.run(&arguments).done()).unwrap();
        assert_eq!(described, rows[0], "{kind}");
    }
}

#[test]
fn describe_prints_one_document() {
    let site = Site::demo();
    let yaml = site
        .run(&["describe", "cluster", "eu-central-1/payments"])
        .done();
    let document: Value = serde_norway::from_str(&yaml).unwrap();
    assert_eq!(document["name"], "payments");
    assert_eq!(document["profile"], "acme-production");
    let id = site
        .run(&[
            "get",
            "pia",
            "--cluster",
            "payments",
            "-n",
            "payments",
            "-o",
            "json",
        ])
        .rows();
    let id = id[0]["associationId"].as_str().unwrap();
    let json = site
        .run(&["describe", "pia", "payments", id, "-o", "json"])
        .done();
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["associationId"], id);
}

#[test]
fn exports_define_what_no_addon_owns() {
    let site = Site::demo();
    let rows: Vec<Value> = serde_json::from_str(&get(&site, "pia", &["-o", "json"])).unwrap();
    let owned = rows
        .iter()
        .filter(|row| row.get("ownerArn").is_some())
        .count();
    assert!(owned > 0);
    let free = rows.len() - owned;

    let text = get(&site, "pia", &["-o", "terraform"]);
    let body: hcl::Body = hcl::parse(&text).unwrap();
    let count = |kind: &str| {
        body.blocks()
            .filter(|block| block.identifier() == kind)
            .count()
    };
    assert_eq!((count("import"), count("resource")), (free, free));
    assert_eq!(
        count("provider"),
        3,
        "one for each account and region that has associations"
    );
    assert_eq!(text.matches("# skipped ").count(), owned);
    let ids: BTreeSet<_> = rows
        .iter()
        .filter(|row| row.get("ownerArn").is_none())
        .map(|row| {
            format!(
                "{},{}",
                row["clusterName"].as_str().unwrap(),
                row["associationId"].as_str().unwrap()
            )
        })
        .collect();
    let imported: BTreeSet<_> = body
        .blocks()
        .filter(|block| block.identifier() == "import")
        .map(|block| {
            let id = block
                .body()
                .attributes()
                .find(|attribute| attribute.key() == "id")
                .unwrap();
            let hcl::Expression::String(id) = id.expr() else {
                panic!("{id:?}")
            };
            id.clone()
        })
        .collect();
    assert_eq!(imported, ids);

    let text = get(&site, "pia", &["-o", "aws-cli"]);
    assert_eq!(
        text.matches("aws eks create-pod-identity-association")
            .count(),
        free
    );

    let text = get(&site, "pia", &["-o", "eksctl"]);
    let mut listed = 0;
    for document in text.split("---\n").skip(1) {
        let config: Value = serde_norway::from_str(document).unwrap();
        assert_eq!(config["kind"], "ClusterConfig");
        listed += config["iam"]["podIdentityAssociations"]
            .as_array()
            .unwrap()
            .len();
    }
    assert_eq!(listed, free);
}

#[test]
fn one_place_needs_no_provider() {
    let site = Site::demo();
    let text = site
        .run(&["get", "pia", "--cluster", "sandbox", "-o", "terraform"])
        .done();
    assert!(!text.contains("provider"), "{text}");
}

#[test]
fn nothing_is_still_a_document() {
    let site = Site::demo();
    for (format, expected) in [
        ("json", "[]\n"),
        ("yaml", "[]\n"),
        ("csv", ""),
        ("table", ""),
        ("name", ""),
    ] {
        let out = site
            .run(&["get", "pia", "-n", "nothing-here", "-o", format])
            .done();
        assert_eq!(out, expected, "{format}");
    }
}

#[test]
fn help_manual_and_completions_are_there() {
    let home = Home::new();
    for arguments in [
        &["--help"][..],
        &["-h"],
        &["man"],
        &["get", "--help"],
        &["sim", "--help"],
    ] {
        assert!(
            home.run(arguments).done().contains("roledex"),
            "{arguments:?}"
        );
    }
    let help = home.run(&["--help"]).done();
    for expected in [
        "Examples:",
        "config.toml",
        "Exit codes:",
        "130 ended by a signal",
        "--demo",
    ] {
        assert!(help.contains(expected), "{expected}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(
            home.run(&["completions", shell])
                .done()
                .contains("associations"),
            "{shell}"
        );
    }
}
