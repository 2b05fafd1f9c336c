//! `roledex doctor` as it is typed.

use serde_json::Value;

use crate::cli::{Ended, Site};

use super::world::{healthy, patched};

const WARNED: &str = "cluster: {health: [{code: Ec2SubnetNotFound, message: A subnet is gone.}]}";
const ROLE_GONE: &str = "roles: {shop-api: {deleted: true}}";

fn ended(site: &Site, arguments: &[&str]) -> Ended {
    site.run(&[&["doctor"], arguments].concat())
}

#[test]
fn exit_codes_say_how_it_stands() {
    let site = Site::new(healthy(), &[]);
    let out = ended(&site, &[]).done();
    assert_eq!(out, "payments  prod/eu-central-1  nothing found\n");
    assert_eq!(ended(&site, &["--cluster", "nowhere"]).code, 1);
    assert_eq!(ended(&site, &["-o", "csv"]).code, 2);
    assert_eq!(site.run(&["get", "clusters", "-o", "sarif"]).code, 2);
    let wanted = ended(&site, &["-o", "json"]);
    assert_eq!(wanted.rows()[0]["findings"], Value::Array(Vec::new()));

    let warned = Site::new(patched(WARNED), &[]);
    assert_eq!(ended(&warned, &[]).code, 0);
    assert_eq!(ended(&warned, &["--fail-on", "warning"]).code, 7);
    assert_eq!(ended(&Site::new(patched(ROLE_GONE), &[]), &[]).code, 7);

    let partly = Site::new(healthy(), &["GetRole=denied"]);
    let read = ended(&partly, &[]);
    assert_eq!(read.code, 3, "{read:?}");
    assert!(read.out.contains("needs iam:GetRole: "), "{}", read.out);
    assert!(read.err.contains("iam:GetRole"), "{}", read.err);
}

const TOLD: &str = "cluster: {kubernetes: {workloads: {shop: {api: {log: [starting, 'via http://app:S3cr3t@proxy:3128: Called agent through invalid address', 'canary of the shop']}}}}}";

#[test]
fn logs_are_read_where_it_is_asked_for() {
    let site = Site::new(patched(TOLD), &[]);
    let asked = ["-n", "shop", "--service-account", "api", "-o", "json"];
    assert_eq!(
        ended(&site, &asked).rows()[0]["findings"],
        Value::Array(Vec::new())
    );
    assert_eq!(
        ended(&site, &["--logs"]).code,
        0,
        "nobody is in trouble, so no log is read"
    );

    let read = ended(&site, &[&asked[..], &["--logs"]].concat());
    assert!(
        !read.out.contains("canary") && !read.out.contains("S3cr3t"),
        "{}",
        read.out
    );
    let finding = read.rows()[0]["findings"][0].clone();
    assert_eq!(finding["rule"], "agent-called-by-proxy");
    assert_eq!(finding["standing"], "possible");
    assert_eq!(finding["subject"]["serviceAccount"], "api");
    assert_eq!(finding["pods"].as_array().map(Vec::len), Some(2));
    let line = &finding["evidence"][0]["value"];
    assert_eq!(
        line,
        "via http://app:(hidden)@proxy:3128: Called agent through invalid address"
    );
    assert!(!finding["remedies"].as_array().unwrap().is_empty());
}

/// A container that was started again writes its trouble and ends; what runs now has only begun.
#[test]
fn the_log_before_a_restart_is_read() {
    let patch = "cluster: {kubernetes: {workloads: {shop: {api: {state: crashing, log: [starting], previous_log: ['Unable to locate credentials, token=canary'], pods: -3h}}}}}";
    let site = Site::new(patched(patch), &[]);
    let asked = [
        "-n",
        "shop",
        "--service-account",
        "api",
        "--logs",
        "-o",
        "json",
    ];
    let rows = ended(&site, &asked).rows();
    let findings = rows[0]["findings"].as_array().unwrap();
    let is_meant = |finding: &&Value| finding["rule"] == "no-credentials";
    let finding = findings.iter().find(is_meant).unwrap();
    let proof = &finding["evidence"][0];
    assert_eq!(
        proof["field"],
        "log of container api before its last restart"
    );
    assert_eq!(
        proof["value"],
        "Unable to locate credentials, token=(hidden)"
    );
}

/// Agents of Auto Mode have no pod: their silence is no good news.
#[test]
fn agents_without_a_pod_are_told_of() {
    let patch = "cluster: {auto_mode: true, addons: null, nodegroups: null}";
    let site = Site::new(patched(patch), &[]);
    let asked = ["--service-account", "api", "--logs", "-o", "json"];
    let rows = ended(&site, &asked).rows();
    let findings = rows[0]["findings"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|one| one["rule"] == "logs-unread")
        .unwrap();
    let reason = finding["reason"].as_str().unwrap();
    assert!(reason.contains("of Auto Mode"), "{reason}");
}

#[test]
fn logs_that_may_not_be_read_are_named() {
    let site = Site::new(patched(TOLD), &["kube:get:pods/log=denied"]);
    let asked = ["--service-account", "api", "--logs", "-o", "json"];
    let finding = ended(&site, &asked).rows()[0]["findings"][0].clone();
    assert_eq!(finding["rule"], "logs-unread");
    assert_eq!(finding["reason"], "needs get pods/log in Kubernetes");
}

#[test]
fn people_and_programs_are_told_the_same() {
    let site = Site::new(patched(ROLE_GONE), &[]);
    let text = ended(&site, &["--cluster", "payments", "-n", "shop"]);
    assert_eq!((text.code, &*text.err), (7, ""));
    assert!(
        text.out.contains("  shop/api\n    error    "),
        "{}",
        text.out
    );
    assert!(text.out.contains("[role-missing]"), "{}", text.out);
    assert!(text.out.contains("seen  iam:GetRole"), "{}", text.out);

    let json = ended(&site, &["-o", "json"]).rows();
    assert_eq!(json[0]["clusterName"], "payments");
    assert_eq!(
        (&json[0]["profile"], &json[0]["accountId"]),
        (&"prod".into(), &"111122223333".into())
    );
    let finding = &json[0]["findings"][0];
    assert_eq!(finding["rule"], "role-missing");
    assert_eq!(finding["subject"]["serviceAccount"], "api");
    assert!(
        finding["evidence"]
            .as_array()
            .is_some_and(|list| !list.is_empty())
    );
    assert!(
        finding["remedies"]
            .as_array()
            .is_some_and(|list| !list.is_empty())
    );

    let sarif = ended(&site, &["-o", "sarif"]);
    assert_eq!(sarif.code, 7);
    let log: Value = serde_json::from_str(&sarif.out).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "role-missing");
    assert_eq!(result["level"], "error");

    let yaml = ended(&site, &["-o", "yaml"]);
    let yaml: Value = serde_norway::from_str(&yaml.out).unwrap();
    assert_eq!(yaml[0]["findings"][0]["rule"], "role-missing");
}
