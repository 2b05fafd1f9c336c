//! Changes from the command line, against the simulator, whose log counts what was asked of it.

mod acts;
mod back;
mod bad;
mod drift;
mod elsewhere;
mod hands;
mod killed;
mod next;
mod proof;
mod races;
mod round_trip;
mod trouble;
mod undo;

use roledex::sim::World;
use serde_json::{Value, json};

use super::{Ended, Site};

const WORLD: &str = "
accounts:
  - id: '111122223333'
    name: one
    access_key_id: AKIAONE
    secret_access_key: a
    caller: user/a
    regions: [eu-west-1]
    roles:
      reader: {}
      writer: {path: /team/}
      vault: {}
      closed: {trust: account 111122223333}
    clusters:
      - name: shop
        region: eu-west-1
        version: '1.34'
        platform: eks.1
        created: -9d
        associations:
          payments:
            api: {role: reader, tags: {team: a, old: x}}
            full: {role: reader, target: 'arn:aws:iam::111122223333:role/vault', tags: {team: b}}
";

const READER: &str = "arn:aws:iam::111122223333:role/reader";
const WRITER: &str = "arn:aws:iam::111122223333:role/team/writer";
const VAULT: &str = "arn:aws:iam::111122223333:role/vault";

fn site(faults: &[&str]) -> Site {
    Site::new(World::parse(WORLD).unwrap(), faults)
}

/// What AWS says of an association; none if there is none.
fn seen(site: &Site, name: &str) -> Option<Value> {
    let rows = site.run(&["get", "pia", "-o", "json", "--no-cache"]).rows();
    let is_meant = |row: &Value| {
        let text = |member: &str| row[member].as_str().unwrap().to_owned();
        format!("{}/{}", text("namespace"), text("serviceAccount")) == name
    };
    rows.into_iter().find(is_meant)
}

/// Writes that AWS took, and those that it was asked for.
fn writes(site: &Site) -> (usize, usize) {
    let log = site.simulated.log();
    let accepted = log
        .entries()
        .into_iter()
        .filter(|entry| entry.kind == Some(roledex::sim::Kind::Write) && entry.status == Some(200));
    (accepted.count(), log.writes())
}

#[track_caller]
fn document(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

fn entries(site: &Site) -> Vec<Value> {
    site.run(&["journal", "-o", "json"]).rows()
}

/// Each operation, and what it makes of the world.
const OPERATIONS: [(&[&str], &str); 5] = [
    (
        &["set-role", "shop", "payments/api", "--role", WRITER],
        "UpdatePodIdentityAssociation",
    ),
    (
        &[
            "create",
            "association",
            "shop",
            "payments/new",
            "--role",
            READER,
            "--tag",
            "a=b",
        ],
        "CreatePodIdentityAssociation",
    ),
    (&["tag", "shop", "payments/api", "team=z"], "TagResource"),
    (&["tag", "shop", "payments/api", "old-"], "UntagResource"),
    (
        &["delete", "association", "shop", "payments/api"],
        "DeletePodIdentityAssociation",
    ),
];

/// What approves it.
fn approval(operation: &str) -> [&'static str; 2] {
    match operation {
        "DeletePodIdentityAssociation" => ["--confirm", "api"],
        _ => ["--yes", "--no-cache"],
    }
}

#[test]
fn each_operation_is_one_write_and_is_in_the_journal() {
    for (arguments, operation) in OPERATIONS {
        let site = site(&[]);
        let arguments = [arguments, &approval(operation), &["-o", "json"]].concat();
        let ended = site.run(&arguments);
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(writes(&site), (1, 1), "{arguments:?}");
        assert_eq!(site.simulated.log().count(operation), 1);
        let said = document(&ended);
        assert_eq!(said["result"], "applied");
        assert_eq!(said["steps"][0]["outcome"], "applied");
        assert!(said["steps"][0]["requestId"].is_string(), "{said}");
        assert_eq!(said["steps"][0]["notes"], json!([]), "{said}");
        let entries = entries(&site);
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0]["conclusions"][0]["outcome"], "applied");
        assert_eq!(entries[0]["entry"], said["steps"][0]["entry"]);
    }
}

#[test]
fn the_world_is_as_it_was_to_become() {
    let site = site(&[]);
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    site.home.write("policy.json", policy);
    for arguments in [
        &[
            "set-role",
            "shop",
            "payments/api",
            "--role",
            WRITER,
            "--target-role",
            "arn:aws:iam::111122223333:role/vault",
            "--session-tags",
            "off",
            "--policy",
            "policy.json",
            "--yes",
            "--confirm",
            "api",
        ][..],
        &[
            "tag",
            "shop",
            "payments/api",
            "team=z",
            "new=1",
            "old-",
            "--yes",
        ],
        &[
            "set-role",
            "shop",
            "payments/full",
            "--target-role",
            "none",
            "--yes",
        ],
    ] {
        let ended = site.run(arguments);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    let api = seen(&site, "payments/api").unwrap();
    for (member, expected) in [
        ("roleArn", json!(WRITER)),
        (
            "targetRoleArn",
            json!("arn:aws:iam::111122223333:role/vault"),
        ),
        ("disableSessionTags", json!(true)),
        ("policy", json!(policy)),
        ("tags", json!({"team": "z", "new": "1"})),
    ] {
        assert_eq!(api[member], expected, "{member}");
    }
    assert!(
        seen(&site, "payments/full")
            .unwrap()
            .get("targetRoleArn")
            .is_none()
    );
    // Tags are set and removed by two calls, written down as two.
    assert_eq!(writes(&site), (4, 4));
    assert_eq!(entries(&site).len(), 4);
}

#[test]
fn nothing_is_written_without_approval() {
    for (arguments, operation) in OPERATIONS {
        let site = site(&[]);
        for (more, code) in [
            (&[][..], 5),
            (&["--dry-run"], 0),
            (
                &[
                    "--read-only",
                    approval(operation)[0],
                    approval(operation)[1],
                ],
                4,
            ),
        ] {
            let mut command = site.command(&[arguments, more].concat());
            let output = command.stdin(std::process::Stdio::null()).output().unwrap();
            let ended = Ended::new(&output);
            assert_eq!(ended.code, code, "{more:?} {ended:?}");
        }
        let ended = site.run(&[arguments, &["--confirm", "another"]].concat());
        assert_eq!(ended.code, 5, "{ended:?}");
        assert_eq!(writes(&site), (0, 0), "{arguments:?}");
    }
}

#[test]
fn read_only_and_protected_clusters_are_told_apart() {
    let site = site(&[]);
    let scopes = std::fs::read_to_string(site.home.path("config/roledex/config.toml")).unwrap();
    let set = |line: &str| {
        site.home
            .write("config/roledex/config.toml", &format!("{line}\n{scopes}"));
    };
    let role = &["set-role", "shop", "payments/api", "--role", WRITER];
    set("read-only = [\"sh*\"]");
    let ended = site.run(&[&role[..], &["--yes", "--confirm", "api"]].concat());
    assert_eq!((ended.code, writes(&site).1), (4, 0), "{ended:?}");
    assert!(ended.err.contains("read-only"), "{ended:?}");
    set("protected = [\"sh*\"]");
    let ended = site.run(&[&role[..], &["--yes"]].concat());
    assert_eq!((ended.code, writes(&site).1), (4, 0), "{ended:?}");
    assert!(ended.err.contains("--confirm api"), "{ended:?}");
    let ended = site.run(&[&role[..], &["--confirm", "api"]].concat());
    assert_eq!((ended.code, writes(&site)), (0, (1, 1)), "{ended:?}");
}

#[test]
fn the_preview_says_where_what_and_why_not() {
    let site = site(&[]);
    let closed = "arn:aws:iam::111122223333:role/closed";
    let arguments = &["set-role", "shop", "payments/api", "--role", closed];
    let ended = site.run(&[&arguments[..], &["--dry-run"]].concat());
    assert_eq!((ended.code, &*ended.err), (4, ""), "{}", ended.out);
    for part in [
        "change payments/api of the cluster shop",
        "111122223333",
        "eu-west-1",
        &format!("{READER} → {closed}"),
        "aws eks update-pod-identity-association",
        "blocking  ",
        "sts:TagSession",
        "pods.eks.amazonaws.com",
    ] {
        assert!(ended.out.contains(part), "{part}: {}", ended.out);
    }
    // A blocking check is overridden by the name alone.
    let ended = site.run(&[&arguments[..], &["--yes"]].concat());
    assert_eq!((ended.code, writes(&site).1), (4, 0), "{ended:?}");
    let unchanged = site.run(&[
        "set-role",
        "shop",
        "payments/api",
        "--role",
        READER,
        "--yes",
    ]);
    assert_eq!((unchanged.code, writes(&site).1), (0, 0), "{unchanged:?}");
    assert!(unchanged.out.contains("nothing to change"));
}

#[test]
fn what_exists_is_changed_and_not_created_twice() {
    let site = site(&[]);
    let arguments = [
        "create",
        "association",
        "shop",
        "payments/api",
        "--role",
        WRITER,
        "--tag",
        "team=z",
    ];
    let off = ["set-role", "shop", "payments/api", "--session-tags", "off"];
    assert_eq!(site.run(&[&off[..], &["--yes"]].concat()).code, 0);
    let ended = site.run(&[&arguments[..], &["--yes"]].concat());
    assert_eq!((ended.code, writes(&site).1), (4, 1), "{ended:?}");
    assert!(ended.err.contains("it exists already"), "{ended:?}");
    // What is suggested works.
    assert!(ended.err.contains("--confirm api"), "{ended:?}");
    let ended = site.run(&[&arguments[..], &["--confirm", "api"]].concat());
    assert_eq!((ended.code, writes(&site).1), (0, 3), "{ended:?}");
    let now = seen(&site, "payments/api").unwrap();
    assert_eq!(now["roleArn"], WRITER);
    assert_eq!(now["tags"], json!({"team": "z", "old": "x"}));
    assert_eq!(now["disableSessionTags"], true, "nobody named them");
    // It was one act, and is taken back as one.
    let ended = site.run(&["undo", "--yes"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let now = seen(&site, "payments/api").unwrap();
    assert_eq!(now["roleArn"], READER);
    assert_eq!(now["tags"], json!({"team": "a", "old": "x"}));
    let again = site.run(&[&arguments[..5], &["reader", "--yes"]].concat());
    assert_eq!(again.code, 0, "{again:?}");
    assert!(again.out.contains("nothing to change"), "{again:?}");
}
