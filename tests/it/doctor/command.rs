//! `roledex doctor` as it is typed.

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
