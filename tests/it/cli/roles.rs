//! Roles, and who uses them.

use roledex::sim::World;
use serde_json::{Value, json};

use super::Site;
use super::parts::{row, rows, site};

/// The service accounts that name a role by their annotation.
fn accounts(role: &Value) -> Vec<String> {
    let accounts = role["serviceAccounts"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    accounts
        .map(|user| {
            ["clusterName", "namespace", "serviceAccount"]
                .map(|member| text(&user[member]))
                .join("/")
        })
        .collect()
}

#[test]
fn roles_are_looked_up_from_everything_that_names_them() {
    let site = site(&[]);
    let roles = rows(site.run(&["get", "roles", "-o", "json"]));
    let names: Vec<_> = roles
        .iter()
        .map(|role| role["RoleName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["cni", "foreign", "gone", "reader", "twin", "vault"]);

    let reader = row(&roles, "RoleName", "reader");
    let users: Vec<_> = reader["associations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| {
            format!(
                "{}/{}",
                user["clusterName"].as_str().unwrap(),
                user["serviceAccount"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(users.len(), 4, "{users:?}");
    assert!(users.contains(&"old/job".to_owned()) && users.contains(&"shop/api".to_owned()));
    assert_eq!(
        (&reader["Path"], &reader["accountId"], reader.get("region")),
        (&json!("/team/"), &json!("111122223333"), None)
    );
    assert_eq!(reader["MaxSessionDuration"], 7200);
    assert!(reader["RoleLastUsed"]["LastUsedDate"].is_string());
    assert!(reader["AssumeRolePolicyDocument"]["Statement"].is_array());
    assert!(
        reader["trustSummary"]
            .as_str()
            .unwrap()
            .starts_with("Pod Identity")
    );
    assert!(reader.get("unknown").is_none() && reader.get("incomplete").is_none());
    assert_eq!(accounts(reader), ["shop/ns/job"]);
    // Nothing but an annotation names it.
    let twin = row(&roles, "RoleName", "twin");
    assert_eq!(accounts(twin), ["shop/ns/alone"]);
    assert_eq!(twin["associations"], json!([]));

    let vault = row(&roles, "RoleName", "vault");
    assert_eq!(
        (
            vault["associations"].clone(),
            vault["targetOf"].as_array().unwrap().len()
        ),
        (json!([]), 1)
    );
    // Read in its own account, which another profile leads to.
    assert_eq!(
        (&vault["profile"], &vault["trustSummary"]),
        (&json!("two"), &json!("no Pod Identity, trusts reader"))
    );
    let cni = row(&roles, "RoleName", "cni");
    assert_eq!(cni["addons"][0]["addonName"], "vpc-cni");

    let gone = row(&roles, "RoleName", "gone");
    assert_eq!(
        (gone["exists"].clone(), gone.get("RoleId")),
        (json!(false), None)
    );
    let foreign = row(&roles, "RoleName", "foreign");
    assert!(foreign["AssumeRolePolicyDocument"].is_null());
    assert_eq!(
        foreign["unknown"]["AssumeRolePolicyDocument"],
        "no profile leads to account 999900001111"
    );

    let table = site.run(&["get", "roles", "--no-headers"]).done();
    let line = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(line("gone").contains("the role does not exist"), "{table}");
    let counts: Vec<&str> = line("reader").split_whitespace().rev().take(4).collect();
    assert_eq!(counts, ["1", "0", "0", "4"], "{table}");

    let some = rows(site.run(&["get", "roles", "--cluster", "old", "-o", "json"]));
    assert_eq!(some.len(), 1);
    assert_eq!(some[0]["associations"].as_array().unwrap().len(), 1);
}

#[test]
fn what_could_not_be_read_is_said_beside_the_counts() {
    let site = site(&["GetRole=denied", "DescribeAddon=denied"]);
    let ended = site.run(&["get", "roles", "-o", "json"]);
    assert_eq!(ended.code, 3);
    let roles = ended.rows();
    let reader = row(&roles, "RoleName", "reader");
    assert!(reader["RoleLastUsed"].is_null());
    assert!(
        reader["unknown"]["RoleLastUsed"]
            .as_str()
            .unwrap()
            .contains("iam:GetRole"),
        "{reader}"
    );
    assert_eq!(reader["addons"], json!([]));
    assert!(
        reader["incomplete"]["addons"]
            .as_str()
            .unwrap()
            .contains("add-on"),
        "{reader}"
    );
    assert!(reader["incomplete"].get("associations").is_none());
    // One line for all roles of a profile.
    let said: Vec<_> = ended
        .err
        .lines()
        .filter(|line| line.contains("read role"))
        .collect();
    assert_eq!(said.len(), 2, "{}", ended.err);
    assert!(
        ended.err.contains("needs the permission iam:GetRole"),
        "{}",
        ended.err
    );
    let table = site.run(&["get", "roles", "--no-headers"]).out;
    let line: Vec<&str> = table
        .lines()
        .find(|line| line.starts_with("reader"))
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(line[2..], ["?", "?", "4", "0", "0+", "1"]);
}

#[test]
fn a_role_is_described_by_name_or_arn_without_a_cluster() {
    let site = site(&[]);
    let yaml = site.run(&["describe", "role", "reader"]).done();
    let reader: Value = serde_norway::from_str(&yaml).unwrap();
    assert_eq!(
        (&reader["Arn"], &reader["profile"]),
        (
            &json!("arn:aws:iam::111122223333:role/team/reader"),
            &json!("one")
        )
    );
    assert_eq!(accounts(&reader), ["shop/ns/job"]);
    assert_eq!(reader["associations"].as_array().unwrap().len(), 4);
    // Its one user is in a cluster of another account.
    let vault = "arn:aws:iam::444455556666:role/vault";
    let vault = site.run(&["describe", "role", vault, "-o", "json"]).done();
    let vault: Value = serde_json::from_str(&vault).unwrap();
    assert_eq!(vault["targetOf"][0]["clusterName"], "shop");
    assert_eq!(vault["targetOf"][0]["serviceAccount"], "web");
    for (name, says) in [
        (
            "twin",
            "arn:aws:iam::111122223333:role/twin, arn:aws:iam::444455556666:role/twin",
        ),
        ("nobody", "none of the 2 accounts has it"),
        (
            "arn:aws:iam::111122223333:role/elsewhere",
            "has no role with this ARN",
        ),
        (
            "arn:aws:iam::999900001111:role/x",
            "no profile leads to account 999900001111",
        ),
    ] {
        let ended = site.run(&["describe", "role", name]);
        assert_eq!((ended.code, &*ended.out), (1, ""), "{name}");
        assert!(ended.err.contains(says), "{name}: {}", ended.err);
    }
    let twin = site.run(&[
        "describe",
        "role",
        "arn:aws:iam::444455556666:role/twin",
        "-o",
        "name",
    ]);
    assert_eq!(twin.done(), "arn:aws:iam::444455556666:role/twin\n");
}

#[test]
fn a_role_is_described_with_everybody_whom_it_reaches() {
    let world = World::parse(include_str!("kubernetes/world.yaml")).unwrap();
    let site = Site::new(world, &[]);
    let ended = site.run(&["describe", "role", "shop-api", "-o", "json"]);
    let role: Value = serde_json::from_str(&ended.out).unwrap();
    let radius = &role["blastRadius"];
    // Of one cluster the pods cannot be told from those of another identity, and two do not answer.
    assert_eq!(
        radius["counts"],
        json!({
            "clusters": 5, "namespaces": 5, "serviceAccounts": 5, "workloads": 3, "pods": 4,
            "podsActingAsIt": 3, "podsThatMayBe": 1,
        }),
        "{radius}"
    );
    let clusters = radius["clusters"].as_array().unwrap();
    let cluster = row(clusters, "clusterName", "shop");
    let account = &cluster["serviceAccounts"][0];
    assert_eq!(
        (&account["namespace"], &account["serviceAccount"]),
        (&json!("shop"), &json!("api"))
    );
    let workload = &account["workloads"][0];
    assert_eq!(workload["workload"], "Deployment/api");
    assert_eq!(workload["pods"].as_array().unwrap().len(), 2);
    assert_eq!(workload["pods"][0]["actsAsIt"], "yes");
    assert_eq!(ended.code, 3, "{}", ended.err);
    for part in ["annotated service accounts", "pods"] {
        let reason = radius["incomplete"][part].as_str().unwrap();
        assert!(reason.contains("closed"), "{reason}");
    }
    // A pod that is older than the association does not act as its role.
    let ended = site.run(&["describe", "role", "shop-late", "-o", "json"]);
    let role: Value = serde_json::from_str(&ended.out).unwrap();
    let counts = &role["blastRadius"]["counts"];
    assert_eq!(
        (&counts["pods"], &counts["podsActingAsIt"]),
        (&json!(2), &json!(0))
    );
}

#[test]
fn pods_that_could_not_be_read_leave_the_reach_of_a_role_open() {
    let world = World::parse(include_str!("kubernetes/world.yaml")).unwrap();
    let site = Site::new(world, &["kube:list:pods#shop=denied"]);
    let ended = site.run(&["describe", "role", "shop-api", "-o", "json"]);
    let role: Value = serde_json::from_str(&ended.out).unwrap();
    let radius = &role["blastRadius"];
    assert_eq!(ended.code, 3, "{}", ended.err);
    let clusters = radius["clusters"].as_array().unwrap();
    let shop = row(clusters, "clusterName", "shop");
    assert_eq!(shop["serviceAccounts"][0]["workloads"], json!([]));
    let reason = radius["incomplete"]["pods"].as_str().unwrap();
    assert!(reason.contains("in 2 other clusters"), "{reason}");
    assert!(
        ended
            .err
            .contains("list pods of namespace shop in cluster shop"),
        "{}",
        ended.err
    );
    // Whoever runs on nodes whose role it is, is nobody's association.
    let nodes = site.run(&["describe", "role", "shop-nodes", "-o", "json"]);
    let role: Value = serde_json::from_str(&nodes.out).unwrap();
    let reason = &role["blastRadius"]["incomplete"]["pods"];
    assert!(
        reason.as_str().unwrap().contains("the role of their node"),
        "{role}"
    );
}
