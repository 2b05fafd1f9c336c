//! What doctor says of logs, which it reads only where somebody asks for it.

use std::collections::BTreeSet;
use std::time::Duration;

use roledex::cloud::{Cloud, Settings, Urgency};
use roledex::model::diagnosis::Standing;
use roledex::model::signature::LogsOf;
use roledex::model::{ClusterArn, Route};
use roledex::ops::diagnose::logs_within;
use roledex::ops::fleet::Site as Place;
use serde_json::Value;

use super::command::ended;
use super::world::patched;
use super::{Patient, now, run};
use crate::cli::Site;

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

/// Each permission that reading logs takes, removed: what they told becomes unknown, and says what it takes.
#[test]
fn without_a_permission_what_logs_tell_is_not_known() {
    let asked = ["--service-account", "api", "--logs", "-o", "json"];
    for (operation, needs) in [
        ("kube:get:pods/log", "needs get pods/log in Kubernetes"),
        ("kube:list:pods", "needs list pods in Kubernetes"),
    ] {
        let site = Site::new(patched(TOLD), &[&format!("{operation}=denied")]);
        let ended = ended(&site, &asked);
        assert_eq!(ended.code, 3, "only a part could be read: {ended:?}");
        let rows = ended.rows();
        let findings = rows[0]["findings"].as_array().unwrap();
        let is_told = |finding: &&Value| finding["standing"] != "unknown";
        assert_eq!(findings.iter().find(is_told), None, "{operation}");
        let mut unread = findings.iter().filter(|one| one["rule"] == "logs-unread");
        assert!(
            unread.any(|one| one["reason"] == needs),
            "{operation}: {findings:?}"
        );
        let words = needs
            .trim_start_matches("needs ")
            .trim_end_matches(" in Kubernetes");
        let words: BTreeSet<&str> = words.split(' ').collect();
        assert!(
            words.iter().all(|word| ended.err.contains(word)),
            "{}",
            ended.err
        );
    }
}

impl Patient {
    fn place(&self) -> (std::sync::Arc<Cloud>, Route, ClusterArn) {
        let file = |name: &str| self.directory.path().join(name);
        let settings =
            Settings::isolated(file("config"), file("credentials"), self.simulator.url());
        let arn = "arn:aws:eks:eu-central-1:111122223333:cluster/payments";
        (
            Cloud::new(settings).unwrap(),
            Route::new(Some("prod"), "eu-central-1"),
            ClusterArn::parse(arn).unwrap(),
        )
    }

    /// What logs say to somebody who waits so long.
    async fn logs(&self, patience: Duration, of: &LogsOf) -> Result<Vec<String>, String> {
        let (cloud, route, arn) = self.place();
        let site = Place {
            session: cloud.session(&route).await.unwrap(),
            arn,
            route,
            profiles: Vec::new(),
        };
        let read = Box::pin(logs_within(patience, &site, Urgency::Interactive, of, now)).await;
        let read = read.map_err(|failure| failure.to_string())?;
        let told = read.findings.iter().map(|finding| match &finding.standing {
            Standing::Unknown(needs) => needs.to_string(),
            _ => finding.rule.to_string(),
        });
        Ok(told.collect())
    }
}

/// All of it has one deadline, whichever call is late.
#[test]
fn whatever_is_late_is_told() {
    run(async {
        let mut of = LogsOf::default();
        of.add("shop".into(), "api".into(), &[]);
        let (long, short) = (Duration::from_mins(1), Duration::from_millis(700));
        let patient = Patient::of(patched(TOLD)).await;
        assert_eq!(
            patient.logs(long, &of).await.unwrap(),
            ["agent-called-by-proxy"]
        );
        for (operation, late) in [
            ("DescribeCluster", None),
            (
                "kube:list:pods",
                Some("the list of the pods did not come in time"),
            ),
            ("kube:get:pods/log", Some("logs did not come in time")),
        ] {
            let patient = Patient::of(patched(TOLD)).await;
            patient.fault(&format!("{operation}=latency:30000"));
            let told = patient.logs(short, &of).await;
            match late {
                None => assert!(told.unwrap_err().contains("answered within"), "{operation}"),
                Some(words) => {
                    let told = told.unwrap();
                    assert!(
                        told.iter().any(|one| one.contains(words)),
                        "{operation}: {told:?}"
                    );
                }
            }
        }
    });
}
