//! `get` and `describe` of service accounts and pods.

mod canary;
mod describe;

use std::collections::BTreeMap;

use roledex::sim::World;
use serde_json::{Value, json};

use super::{Ended, Site};

const WORLD: &str = include_str!("kubernetes/world.yaml");

fn site() -> Site {
    Site::new(World::parse(WORLD).unwrap(), &[])
}

fn text<'v>(row: &'v Value, member: &str) -> &'v str {
    row[member].as_str().unwrap_or_default()
}

/// The rows of one cluster, by what names them.
fn rows(site: &Site, arguments: &[&str]) -> (BTreeMap<String, Value>, Ended) {
    let ended = site.run(&[&["get"], arguments, &["-o", "json"]].concat());
    let rows = ended.rows().into_iter();
    // Names of pods have a random end.
    let name = |row: &Value| match text(row, "serviceAccountName") {
        "" => format!("{}/{}", text(row, "namespace"), text(row, "name")),
        account => format!("{}/{account}", text(row, "namespace")),
    };
    (rows.map(|row| (name(&row), row)).collect(), ended)
}

fn role(name: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{name}")
}

#[test]
fn service_accounts_of_every_kind() {
    let site = site();
    let (rows, ended) = rows(&site, &["sa", "--cluster", "shop"]);
    ended.done();
    for (name, mechanism, role_name, pods) in [
        ("shop/api", "PodIdentity", Some("shop-api"), [2, 0]),
        ("shop/both", "Both", Some("shop-both"), [1, 0]),
        ("shop/irsa", "IRSA", Some("shop-irsa"), [1, 0]),
        ("shop/late", "PodIdentity", Some("shop-late"), [1, 1]),
        ("shop/nobody", "PodIdentity", Some("shop-nobody"), [0, 0]),
        ("shop/plain", "None", None, [1, 0]),
    ] {
        let row = rows
            .get(name)
            .unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(row["mechanism"], mechanism, "{name}");
        assert_eq!(row["certainty"], "Certain", "{name}");
        assert_eq!(
            text(row, "roleArn"),
            role_name.map(role).unwrap_or_default(),
            "{name}"
        );
        assert_eq!(
            json!([row["pods"]["running"], row["pods"]["lacking"]]),
            json!(pods),
            "{name}"
        );
        assert_eq!(row["dormant"], name == "shop/nobody");
        assert_eq!(row["exists"], name != "shop/nobody");
        assert_eq!(row["uid"].is_string(), name != "shop/nobody");
        assert!(row.get("unknown").is_none(), "{row}");
        for (member, value) in [
            ("cluster", "shop"),
            ("profile", "one"),
            ("accountId", "111122223333"),
            ("region", "eu-west-1"),
        ] {
            assert_eq!(row[member], value, "{name}");
        }
    }
    assert_eq!(
        rows["shop/irsa"]["annotations"]["eks.amazonaws.com/role-arn"],
        role("shop-irsa")
    );
    let table = site
        .run(&["get", "service-accounts", "--cluster", "shop", "-n", "shop"])
        .done();
    let line = |name: &str| {
        let line = table
            .lines()
            .find(|line| line.split_whitespace().nth(2) == Some(name));
        line.unwrap_or_else(|| panic!("{name}: {table}")).to_owned()
    };
    assert!(line("nobody").contains("pod identity (dormant)"), "{table}");
    assert!(
        line("nobody").contains("no such service account"),
        "{table}"
    );
    assert!(line("late").contains("1 pod to restart"), "{table}");
    assert!(
        !table.contains("report"),
        "only the namespace that was asked for: {table}"
    );
}

#[test]
fn containers_of_every_kind() {
    let site = site();
    let (rows, ended) = rows(&site, &["pods", "--cluster", "shop"]);
    ended.done();
    for (name, mechanism, certainty, role_name, injection) in [
        (
            "shop/api",
            "PodIdentity",
            "Certain",
            Some("shop-api"),
            "Injected",
        ),
        (
            "shop/both",
            "PodIdentity",
            "Certain",
            Some("shop-both"),
            "Injected",
        ),
        (
            "shop/irsa",
            "IRSA",
            "Certain",
            Some("shop-irsa"),
            "Injected",
        ),
        ("shop/keys", "StaticKeys", "Certain", None, "NotExpected"),
        (
            "shop/late",
            "NodeRole",
            "Likely",
            Some("shop-nodes"),
            "Lacking",
        ),
        (
            "shop/plain",
            "NodeRole",
            "Likely",
            Some("shop-nodes"),
            "NotExpected",
        ),
        ("batch/report", "None", "Certain", None, "Injected"),
    ] {
        let row = rows
            .get(name)
            .unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(row["mechanism"], mechanism, "{row}");
        assert_eq!(row["certainty"], certainty, "{row}");
        assert_eq!(
            text(row, "roleArn"),
            role_name.map(role).unwrap_or_default(),
            "{name}"
        );
        assert_eq!(row["injection"], injection, "{name}");
        assert_eq!(row["phase"], "Running", "{name}");
        let place = if name == "batch/report" {
            "Fargate"
        } else {
            "EC2"
        };
        assert_eq!(row["compute"], place, "{name}");
        assert_eq!(row["workload"]["kind"], "Deployment", "{name}");
        assert!(row["uid"].is_string() && row["container"].is_string());
        assert!(row.get("unknown").is_none(), "{row}");
    }
    let (auto, ended) = self::rows(&site, &["po", "--cluster", "auto"]);
    ended.done();
    let row = &auto["shop/api"];
    assert_eq!(
        (text(row, "mechanism"), text(row, "certainty")),
        ("PodIdentity", "Certain")
    );
    assert_eq!(row["compute"], "Auto Mode");
}

#[test]
fn clusters_that_do_not_answer_leave_rows_that_say_so() {
    let site = site();
    let (closed, ended) = rows(&site, &["sa", "--cluster", "closed"]);
    assert_eq!(ended.code, 3);
    let row = &closed["shop/api"];
    assert_eq!(
        (text(row, "mechanism"), text(row, "certainty")),
        ("PodIdentity", "Likely")
    );
    assert_eq!(row["roleArn"], role("shop-api"));
    for member in ["uid", "exists", "pods"] {
        assert!(row[member].is_null(), "{row}");
        let why = text(&row["unknown"], member);
        assert!(why.starts_with("could not "), "{member}: {why}");
    }
    let told = ended
        .err
        .lines()
        .filter(|line| line.starts_with("error: "))
        .count();
    assert_eq!(
        told, 1,
        "one API server that does not answer is told once: {}",
        ended.err
    );

    let (half, ended) = rows(&site, &["sa", "--cluster", "half"]);
    assert_eq!(ended.code, 3);
    let row = &half["shop/api"];
    assert_eq!(
        (text(row, "mechanism"), text(row, "certainty")),
        ("PodIdentity", "Certain")
    );
    assert_eq!(row["exists"], true);
    assert!(
        row["pods"].is_null() && text(&row["unknown"], "pods").contains("pods"),
        "{row}"
    );
    assert!(ended.err.contains("forbidden"), "{}", ended.err);
    let table = site.run(&[
        "get",
        "sa",
        "--cluster",
        "half",
        "-n",
        "shop",
        "--no-headers",
    ]);
    let cells: Vec<_> = table
        .out
        .lines()
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    assert!(cells.contains(&"?"), "{table:?}");
    // Of a cluster whose pods nobody may list there is no row, and that is no success.
    let pods = site.run(&[
        "get",
        "pods",
        "--cluster",
        "half",
        "--cluster",
        "shop",
        "-o",
        "json",
    ]);
    assert_eq!(pods.code, 3, "{pods:?}");
    assert!(pods.rows().iter().all(|row| row["cluster"] == "shop"));
}

#[test]
fn who_may_read_one_namespace_reads_it_and_is_told_what_that_leaves_open() {
    let site = site();
    let (rows, ended) = rows(&site, &["pods", "--cluster", "narrow", "-n", "shop"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let row = &rows["shop/api"];
    assert_eq!(
        (text(row, "mechanism"), text(row, "certainty")),
        ("PodIdentity", "Likely")
    );
    assert!(
        row["compute"].is_null() && text(&row["unknown"], "compute").contains("nodes"),
        "{row}"
    );
    let everywhere = site.run(&["get", "pods", "--cluster", "narrow"]);
    assert_eq!((everywhere.code, &*everywhere.out), (3, ""));
    let accounts = site.run(&[
        "get",
        "sa",
        "--cluster",
        "narrow",
        "-n",
        "shop",
        "--service-account",
        "api",
        "-o",
        "name",
    ]);
    let name = "arn:aws:eks:eu-west-1:111122223333:cluster/narrow shop/api\n";
    assert_eq!(accounts.done(), name);
}

#[test]
fn a_pod_whose_node_nobody_may_read_is_not_said_to_lack_anything() {
    let site = site();
    let (rows, ended) = rows(&site, &["sa", "--cluster", "narrow", "-n", "shop"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.err.contains("nodes"), "{}", ended.err);
    let pods = |name: &str| rows[name]["pods"].clone();
    assert_eq!(
        pods("shop/late"),
        json!({"running": 1, "lacking": 0, "unknown": 1})
    );
    assert_eq!(
        pods("shop/api"),
        json!({"running": 1, "lacking": 0, "unknown": 0})
    );
}

#[test]
fn roles_say_of_which_clusters_the_service_accounts_were_not_read() {
    let site = site();
    let ended = site.run(&["get", "roles", "--cluster", "closed", "-o", "json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let role = &ended.rows()[0];
    assert_eq!(role["RoleName"], "shop-api", "{role}");
    assert!(role["serviceAccounts"].is_null(), "{role}");
    assert!(text(&role["unknown"], "serviceAccounts").starts_with("could not "));

    // What one cluster said stays, and that another may know more is said beside it.
    let role_arn = self::role("shop-irsa");
    let ended = site.run(&["describe", "role", &role_arn, "-o", "json"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    let role: Value = serde_json::from_str(&ended.out).unwrap();
    let names = role["serviceAccounts"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|user| text(user, "serviceAccount")).collect();
    assert_eq!(names, ["both", "irsa"]);
    let why = text(&role["incomplete"], "serviceAccounts");
    assert!(why.contains("2 of 5 clusters"), "{why}");
    assert!(role["incomplete"].get("associations").is_none(), "{role}");
}

/// An association that was changed after its pods were made.
#[test]
fn pods_may_hold_what_the_association_gave_out_before() {
    let changed = WORLD.replace(
        "both: {role: shop-both, created: -20d}",
        "both: {role: shop-both, created: -20d, modified: -1h}",
    );
    assert_ne!(changed, WORLD);
    let site = Site::new(World::parse(&changed).unwrap(), &[]);
    let (accounts, _) = rows(&site, &["sa", "--cluster", "shop"]);
    let credentials = &accounts["shop/both"]["podCredentials"];
    assert_eq!(credentials["concerned"], 1);
    assert_eq!(credentials["mayBeOld"], 1);
    let until: jiff::Timestamp = text(credentials, "oldCredentialsUntil").parse().unwrap();
    let left = until.duration_since(roledex::runtime::clock::now());
    assert!((4..=5).contains(&left.as_hours()), "{left:?}");
    assert_eq!(accounts["shop/api"]["podCredentials"]["mayBeOld"], 0);
    let (pods, _) = rows(&site, &["pods", "--cluster", "shop"]);
    for (name, credentials) in [
        ("shop/api", "Fresh"),
        ("shop/both", "MayBeOld"),
        ("shop/late", "NeverInjected"),
        ("shop/irsa", ""),
    ] {
        assert_eq!(text(&pods[name], "credentials"), credentials, "{name}");
    }
    assert_eq!(
        text(&pods["shop/both"], "oldCredentialsUntil"),
        text(credentials, "oldCredentialsUntil")
    );
    let wide = site
        .run(&["get", "pods", "--cluster", "shop", "-o", "wide"])
        .out;
    assert!(
        wide.contains("CREDENTIALS") && wide.contains("may be old to "),
        "{wide}"
    );
}
