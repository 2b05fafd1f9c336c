//! What is printed is what the world holds, neither more nor less.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Site;

/// The demo world as its file says it, read without the simulator.
fn file() -> Value {
    let text = include_str!("../../../assets/demo/world.yaml");
    serde_norway::from_str(text).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Every cluster with its account.
fn clusters(world: &Value) -> Vec<(String, Value)> {
    let accounts = list(&world["accounts"]).iter();
    accounts
        .flat_map(|account| {
            let id = account["id"].as_str().unwrap().to_owned();
            list(&account["clusters"])
                .iter()
                .map(move |cluster| (id.clone(), cluster.clone()))
        })
        .collect()
}

fn set(rows: impl IntoIterator<Item = Value>) -> BTreeSet<String> {
    rows.into_iter()
        .map(|row| sorted(row).to_string())
        .collect()
}

/// The same value with its members in one order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .into_iter()
                .map(|(name, value)| (name, sorted(value)))
                .collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[test]
fn clusters_are_those_of_the_world() {
    let site = Site::demo();
    let ended = site.run(&["get", "clusters", "-o", "json"]);
    let rows = ended.rows();
    ended.done();
    let expected = clusters(&file()).into_iter().map(|(account, cluster)| {
        json!([
            account,
            cluster["region"],
            cluster["name"],
            cluster["version"],
            cluster["platform"]
        ])
    });
    let found = rows.iter().map(|row| {
        json!([
            row["accountId"],
            row["region"],
            row["name"],
            row["version"],
            row["platformVersion"]
        ])
    });
    assert_eq!(set(found), set(expected));
    assert!(
        rows.iter()
            .all(|row| row.get("unknown").is_none() && row["createdAt"].is_string())
    );
}

#[test]
fn associations_are_those_of_the_world() {
    let site = Site::demo();
    let ended = site.run(&["get", "associations", "-o", "json"]);
    let rows = ended.rows();
    ended.done();
    let mut expected = Vec::new();
    for (account, cluster) in clusters(&file()) {
        for (namespace, associations) in members(&cluster["associations"]) {
            for (service_account, said) in members(associations) {
                let role = said.as_str().or_else(|| said["role"].as_str()).unwrap();
                let tags = said.get("tags").cloned().unwrap_or_else(|| json!({}));
                expected.push(json!([
                    account,
                    cluster["region"],
                    cluster["name"],
                    namespace,
                    service_account,
                    role.rsplit('/').next(),
                    said.get("target"),
                    said.get("session_tags")
                        .and_then(Value::as_bool)
                        .unwrap_or(true),
                    said.get("addon"),
                    said.get("policy"),
                    tags,
                ]));
            }
        }
    }
    let found = rows.iter().map(|row| {
        let text = |member: &str| row.get(member).and_then(Value::as_str);
        let owner = text("ownerArn").map(|arn| arn.split('/').nth(2).unwrap());
        let policy = text("policy").map(|policy| serde_json::from_str::<Value>(policy).unwrap());
        json!([
            row["accountId"],
            row["region"],
            row["clusterName"],
            row["namespace"],
            row["serviceAccount"],
            text("roleArn").unwrap().rsplit('/').next(),
            row.get("targetRoleArn"),
            !row["disableSessionTags"].as_bool().unwrap(),
            owner,
            policy,
            row["tags"],
        ])
    });
    let (found, expected) = (set(found), set(expected));
    assert!(expected.len() >= 160);
    let differing: Vec<_> = found.symmetric_difference(&expected).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn updates_are_those_of_the_world_and_ended_ones_are_asked_for() {
    let site = Site::demo();
    let world = file();
    let expected: usize = clusters(&world)
        .iter()
        .map(|(_, cluster)| list(&cluster["updates"]).len())
        .sum();
    let all = site.run(&["get", "updates", "--all", "-o", "json"]).rows();
    assert_eq!(all.len(), expected);
    // What runs, and what failed within a day: the demo has one of either kind at least.
    let pending = site.run(&["get", "updates", "-o", "json"]).rows();
    let with = |status: &str| pending.iter().filter(|row| row["status"] == status).count();
    assert!(with("InProgress") > 0 && with("Failed") > 0 && pending.len() < all.len());
    assert_eq!(with("InProgress") + with("Failed"), pending.len());
    let subjects = ["addonName", "nodegroupName", "capabilityName"];
    for subject in subjects {
        assert!(
            all.iter().any(|row| row.get(subject).is_some()),
            "{subject}"
        );
    }
}

#[test]
fn selectors_select() {
    let site = Site::demo();
    let rows = |arguments: &[&str]| {
        let arguments = [&["get", "pia", "-o", "json"], arguments].concat();
        let ended = site.run(&arguments);
        let rows = ended.rows();
        ended.done();
        rows
    };
    let all = rows(&[]);
    let some = rows(&[
        "--cluster",
        "payments",
        "-n",
        "payments",
        "--service-account",
        "api",
    ]);
    assert_eq!(some.len(), 1);
    let two = rows(&["--cluster", "payments", "-n", "payments", "-n", "ledger"]);
    let expected = all.iter().filter(|row| {
        row["clusterName"] == "payments"
            && (row["namespace"] == "payments" || row["namespace"] == "ledger")
    });
    assert_eq!(two.len(), expected.count());
    let region = rows(&["--profile", "acme-production", "--region", "us-east-1"]);
    assert!(!region.is_empty() && region.iter().all(|row| row["region"] == "us-east-1"));
    assert_eq!(rows(&["-n", "no-such-namespace"]).len(), 0);
}

#[test]
fn the_demo_ignores_what_the_person_has_configured() {
    let site = Site::demo();
    let mut command = site
        .home
        .command(&["--demo", "get", "clusters", "-o", "json"]);
    command
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("AWS_PROFILE", "nobody")
        .env("AWS_ACCESS_KEY_ID", "AKIAMINE")
        .env("AWS_SECRET_ACCESS_KEY", "mine")
        .env("AWS_CONFIG_FILE", "/nonexistent");
    site.home.write(
        "config/roledex/config.toml",
        "scopes = [{ profile = \"nobody\" }]",
    );
    let ended = super::Ended::new(&command.output().unwrap());
    let rows = ended.rows();
    ended.done();
    assert_eq!(rows.len(), clusters(&file()).len());
    assert!(site.simulated.log().entries().is_empty());
}

#[test]
fn regions_that_are_not_enabled_are_no_failure() {
    let site = Site::demo();
    let ended = site.run(&[
        "get",
        "clusters",
        "--profile",
        "acme-staging",
        "--region",
        "all",
        "-o",
        "json",
    ]);
    let rows = ended.rows();
    ended.done();
    let expected = clusters(&file())
        .into_iter()
        .filter(|(account, _)| account == "444455556666");
    assert_eq!(rows.len(), expected.count());
}
