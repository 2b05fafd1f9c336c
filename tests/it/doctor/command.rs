//! `roledex doctor` as it is typed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cli::{Ended, Site};

use super::world::{healthy, patched};

const WARNED: &str = "cluster: {health: [{code: Ec2SubnetNotFound, message: A subnet is gone.}]}";
const ROLE_GONE: &str = "roles: {shop-api: {deleted: true}}";

pub(super) fn ended(site: &Site, arguments: &[&str]) -> Ended {
    site.run(&[&["doctor"], arguments].concat())
}

#[test]
fn exit_codes_say_how_it_stands() {
    let site = Site::new(healthy(), &[]);
    let out = ended(&site, &[]).done();
    let nothing = "payments  prod/eu-central-1  nothing found";
    assert_eq!(
        out,
        format!("{nothing}; logs were not looked at (--logs)\n")
    );
    assert_eq!(ended(&site, &["--logs"]).done(), format!("{nothing}\n"));
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

/// A typing error must not end green: what was to be looked at is not there.
#[test]
fn selectors_that_match_nothing_are_errors() {
    let site = Site::new(healthy(), &[]);
    for (asked, words) in [
        (
            &["-n", "shpo"][..],
            "no namespace \"shpo\" in cluster payments",
        ),
        (
            &["--service-account", "apii"],
            "no service account \"apii\" in cluster payments",
        ),
        (
            &["-n", "shop", "--service-account", "apii"],
            "no service account \"apii\" of namespace shop in cluster payments",
        ),
        // It is there, but not in that namespace.
        (
            &["-n", "kube-system", "--service-account", "api"],
            "no service account \"api\"",
        ),
        (
            &["-n", "shpo", "--service-account", "api"],
            "no namespace \"shpo\"",
        ),
    ] {
        let text = ended(&site, asked);
        assert_eq!((text.code, &*text.out), (1, ""), "{asked:?}: {text:?}");
        assert!(text.err.contains(words), "{asked:?}: {}", text.err);
        assert_eq!(text.err.matches("error: ").count(), 1, "{}", text.err);
        let json = ended(&site, &[asked, &["-o", "json"]].concat());
        assert_eq!((json.code, json.rows().len()), (1, 0), "{json:?}");
    }
    // One of two is there: what is known is told, and what is not there, too.
    let partly = ended(&site, &["-n", "shop", "-n", "shpo"]);
    assert_eq!(partly.code, 3, "{partly:?}");
    assert!(partly.out.starts_with("payments  "), "{}", partly.out);
    assert!(partly.err.contains("shpo"), "{}", partly.err);
    for asked in [&["-n", ""][..], &["--service-account", ""]] {
        assert_eq!(ended(&site, asked).code, 2, "{asked:?}");
    }
    for asked in [
        &["-n", "shop"][..],
        &["--service-account", "api"],
        &["-n", "kube-system"],
    ] {
        assert_eq!(ended(&site, asked).code, 0, "{asked:?}");
    }

    // Where not everything can be read, it may be there.
    let blind = Site::new(
        healthy(),
        &["kube:get:namespaces=denied", "kube:list:pods=denied"],
    );
    let open = ended(&blind, &["-n", "shpo"]);
    assert_eq!(open.code, 3, "{open:?}");
    assert!(open.err.contains("it may be there"), "{}", open.err);
}

/// An update that failed keeps no pod from its role; a missing agent keeps all of them.
#[test]
fn of_a_selection_only_what_concerns_it_is_told_and_counted() {
    let patch = r#"
roles: {shop-api: {deleted: true}}
cluster:
  health: [{code: Ec2SubnetNotFound, message: A subnet is gone.}]
  addons: {eks-pod-identity-agent: null, metrics-server: {version: v0.7.2-eksbuild.1, status: DEGRADED, health: [{code: InsufficientNumberOfReplicas, message: Too few.}]}}
  updates: [{type: EndpointAccessUpdate, started: -3h, takes: 6m, outcome: Failed, params: {EndpointPublicAccess: "false"}, errors: [{code: IpNotAvailable, message: No addresses.}]}]
"#;
    let site = Site::new(patched(patch), &[]);
    let told = |asked: &[&str]| {
        let rows = ended(&site, &[asked, &["-o", "json"]].concat()).rows();
        let findings = rows[0]["findings"].as_array().unwrap();
        let rules = findings
            .iter()
            .map(|finding| finding["rule"].as_str().unwrap().to_owned());
        rules.collect::<BTreeSet<String>>()
    };
    let all = told(&[]);
    for rule in [
        "role-missing",
        "cluster-health",
        "update-failed",
        "agent-missing",
    ] {
        assert!(all.contains(rule), "{rule}: {all:?}");
    }
    let exporter = told(&["--service-account", "exporter"]);
    assert!(exporter.contains("agent-missing"), "{exporter:?}");
    for rule in ["role-missing", "cluster-health", "update-failed"] {
        assert!(!exporter.contains(rule), "{rule}: {exporter:?}");
    }
    assert!(told(&["-n", "shop"]).contains("role-missing"));

    let patch = patch
        .replace("eks-pod-identity-agent: null, ", "")
        .replace("deleted: true", "last_used: -1h");
    let site = Site::new(patched(&patch), &[]);
    assert_eq!(ended(&site, &["--fail-on", "warning"]).code, 7);
    let narrow = ended(&site, &["-n", "shop", "--fail-on", "warning"]);
    assert_eq!(narrow.code, 0, "{}", narrow.out);
}

/// A wall of ids helps nobody: what is lacking is said once, and programs are told everything.
#[test]
fn what_a_whole_api_leaves_open_is_said_once() {
    let site = Site::new(healthy(), &["kube:list:pods=denied"]);
    let text = ended(&site, &[]);
    let open: Vec<&str> = text
        .out
        .lines()
        .skip_while(|line| *line != "  not known")
        .collect();
    let pods = "    needs list pods in Kubernetes: ";
    let said: Vec<&&str> = open.iter().filter(|line| line.starts_with(pods)).collect();
    assert_eq!(said.len(), 1, "{}", text.out);
    assert!(said[0].ends_with(" rules"), "{}", text.out);
    assert!(open.len() < 6, "{}", text.out);
    let rows = ended(&site, &["-o", "json"]).rows();
    let findings = rows[0]["findings"].as_array().unwrap().iter();
    let of_pods = findings.filter(|one| one["reason"] == "needs list pods in Kubernetes");
    let count = said[0].trim_start_matches(pods).trim_end_matches(" rules");
    assert_eq!(count, of_pods.count().to_string());
}

/// What a person names and cannot be used is bad input, said once, whatever the number of clusters.
#[test]
fn a_kubeconfig_or_a_region_that_is_none_is_refused() {
    let site = Site::new(healthy(), &[]);
    let broken = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(broken.path(), "contexts: [").unwrap();
    for path in ["/nowhere/kubeconfig", broken.path().to_str().unwrap()] {
        let bad = ended(&site, &["--kubeconfig", path]);
        assert_eq!((bad.code, &*bad.out), (2, ""), "{bad:?}");
        let errors = bad.err.lines().filter(|line| line.starts_with("error: "));
        assert_eq!(errors.count(), 1, "{}", bad.err);
        assert!(bad.err.contains(path), "{}", bad.err);
    }
    let bad = ended(&site, &["--region", "mars-1"]);
    assert_eq!(bad.code, 2, "{bad:?}");
    assert!(
        bad.err.contains("no region of AWS is named so"),
        "{}",
        bad.err
    );
    let new = ended(&site, &["--region", "eu-central-9"]);
    assert_eq!(new.code, 1, "{new:?}");
    assert!(
        new.err.contains("nearest are eu-central-1, "),
        "{}",
        new.err
    );
}
