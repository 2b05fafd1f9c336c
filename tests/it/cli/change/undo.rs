//! There and back again.

use serde_json::{Value, json};

use super::{READER, WRITER, document, entries, seen, site, writes};

/// What can be set of an association.
fn settable(row: &Value) -> Value {
    let members = [
        "roleArn",
        "targetRoleArn",
        "disableSessionTags",
        "policy",
        "tags",
    ];
    members
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), row.get(name)?.clone())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn every_kind_of_change_can_be_undone_and_redone() {
    let site = site(&[]);
    for (change, name, confirm) in [
        (
            &["set-role", "shop", "payments/api", "--role", WRITER][..],
            "payments/api",
            "api",
        ),
        (
            &["tag", "shop", "payments/api", "team=z"],
            "payments/api",
            "api",
        ),
        (
            &["tag", "shop", "payments/api", "old-"],
            "payments/api",
            "api",
        ),
        (
            &[
                "create",
                "association",
                "shop",
                "payments/new",
                "--role",
                READER,
            ],
            "payments/new",
            "new",
        ),
        (
            &["delete", "association", "shop", "payments/full"],
            "payments/full",
            "full",
        ),
    ] {
        let state = || seen(&site, name).as_ref().map(settable);
        let before = state();
        let done = |arguments: &[&str]| {
            let ended = site.run(&[arguments, &["--confirm", confirm]].concat());
            assert_eq!(ended.code, 0, "{arguments:?} {ended:?}");
        };
        done(change);
        let after = state();
        assert_ne!(before, after);
        done(&["undo"]);
        assert_eq!(state(), before, "{change:?}");
        done(&["redo"]);
        assert_eq!(state(), after, "{change:?}");
        done(&["undo"]);
        assert_eq!(state(), before, "{change:?}");
    }
    assert_eq!(writes(&site), (20, 20));
    assert_eq!(entries(&site).len(), 20);
    let nothing = site.run(&["undo", "--yes"]);
    assert_eq!((nothing.code, &*nothing.out), (1, ""));
}

#[test]
fn an_undo_shows_what_others_changed_and_does_not_overwrite_it_unasked() {
    let site = site(&[]);
    let set = |role: &str| {
        let ended = site.run(&[
            "set-role",
            "shop",
            "payments/api",
            "--role",
            role,
            "--yes",
            "-o",
            "json",
        ]);
        assert_eq!(ended.code, 0, "{ended:?}");
        document(&ended)["steps"][0]["entry"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let mine = set(WRITER);
    let vault = "arn:aws:iam::111122223333:role/vault";
    set(vault);
    let ended = site.run(&["undo", &mine, "--yes"]);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.out.contains("would be lost"), "{ended:?}");
    // It was no stranger, and the journal knows that.
    assert!(!ended.out.contains("somebody else"), "{ended:?}");
    assert!(
        ended.err.contains("overwrites the later change"),
        "{ended:?}"
    );
    assert!(
        ended.out.contains(vault) && ended.err.contains("--confirm api"),
        "{ended:?}"
    );
    assert_eq!(seen(&site, "payments/api").unwrap()["roleArn"], vault);
    let ended = site.run(&["undo", &mine[mine.len() - 8..], "--confirm", "api"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(seen(&site, "payments/api").unwrap()["roleArn"], READER);
}

#[test]
fn the_journal_tells_who_where_and_what() {
    let site = site(&[]);
    assert_eq!(site.run(&["journal"]).done(), "");
    site.run(&["tag", "shop", "payments/api", "team=z", "--yes"]);
    let table = site.run(&["journal"]).done();
    for part in [
        "tag-association",
        "eu-west-1/shop",
        "payments/api",
        "applied",
        "user/a",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let entry = &entries(&site)[0];
    assert_eq!(entry["before"]["tags"], json!({"team": "a", "old": "x"}));
    assert_eq!(entry["before"]["roleArn"], READER);
    assert_eq!(entry["account"], "111122223333");
    let id = entry["entry"].as_str().unwrap();
    let one: Value =
        serde_json::from_str(&site.run(&["journal", id, "-o", "json"]).done()).unwrap();
    assert_eq!(&one, entry);
    assert_eq!(site.run(&["journal", "00000000"]).code, 1);
}
