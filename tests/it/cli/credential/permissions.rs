//! Without one permission after the other: no step and no verdict says more than what was seen.

use serde_json::Value;

use super::{Site, report, site, step};

/// What is denied, the verdict that is left with its status, the steps that cannot be sure any more, and words that
/// must be somewhere in the report.
const WITHOUT: &[(&str, &str, i32, &[&str], &str)] = &[
    (
        "DescribeAddon",
        "matches",
        0,
        &[],
        "needs eks:DescribeAddon",
    ),
    ("kube:get:daemonsets", "matches", 0, &[], "get daemonsets"),
    ("kube:get:nodes", "matches", 0, &[], ""),
    (
        "kube:get:serviceaccounts",
        "matches",
        0,
        &["serviceAccount"],
        "get serviceaccounts",
    ),
    (
        "kube:create:selfsubjectaccessreviews",
        "matches",
        0,
        &["permission"],
        "selfsubjectaccessreviews",
    ),
    (
        "GetRole",
        "matches",
        0,
        &["association"],
        "needs iam:GetRole",
    ),
    (
        "DescribePodIdentityAssociation",
        "untestable",
        1,
        &["association", "verdict"],
        "eks:DescribePodIdentityAssociation",
    ),
    (
        "ListPodIdentityAssociations",
        "untestable",
        1,
        &["association", "verdict"],
        "eks:ListPodIdentityAssociations",
    ),
    ("GetCallerIdentity", "", 1, &[], "GetCallerIdentity"),
    (
        "DescribeCluster",
        "untestable",
        1,
        &["cluster", "serviceAccount", "agent", "verdict"],
        "eks:DescribeCluster",
    ),
    (
        "kube:list:pods",
        "untestable",
        1,
        &["verdict"],
        "the pods may not be listed",
    ),
    (
        "kube:create:serviceaccounts/token",
        "untestable",
        1,
        &["verdict"],
        "create serviceaccounts/token",
    ),
    (
        "AssumeRoleForPodIdentity",
        "untestable",
        1,
        &["verdict"],
        "eks-auth:AssumeRoleForPodIdentity",
    ),
];

fn without(site: &Site) -> (i32, Option<Value>, String) {
    let ended = site.run(&["test", "shop", "shop/api", "-o", "json"]);
    let all = format!("{}\n{}", ended.out, ended.err);
    if ended.out.is_empty() {
        return (ended.code, None, all);
    }
    (ended.code, Some(report(&ended)), all)
}

#[test]
fn nothing_is_claimed_that_was_not_seen() {
    let whole = without(&site(&[])).1.unwrap();
    for (operation, verdict, code, unsure, words) in WITHOUT {
        let site = site(&[&format!("{operation}=denied")]);
        let (status, report, all) = without(&site);
        assert_eq!(status, *code, "{operation}: {all}");
        assert!(all.contains(words), "{operation}: {words} in {all}");
        let Some(report) = report else {
            assert_eq!(*verdict, "", "{operation}: {all}");
            continue;
        };
        assert_eq!(report["verdict"], *verdict, "{operation}: {all}");
        for kind in *unsure {
            assert_eq!(
                step(&report, kind)["state"],
                "unknown",
                "{operation}: {kind} in {all}"
            );
        }
        // A step that passes says what it says with every permission, and no other step fails in its place.
        for found in report["steps"].as_array().unwrap() {
            let before = step(&whole, found["step"].as_str().unwrap());
            let is_asked = ["pod", "permission", "token", "assumeRole"]
                .contains(&found["step"].as_str().unwrap());
            match found["state"].as_str().unwrap() {
                "passed" => assert_eq!(before["state"], "passed", "{operation}: {found}"),
                "failed" => assert!(is_asked && *code != 0, "{operation}: {found}"),
                _ => {}
            }
        }
        if *verdict == "untestable" {
            assert!(report["reason"].is_string(), "{operation}");
        }
    }
}

/// Where the pod gets nothing, a permission less does not make it get something, nor blame what was not seen.
#[test]
fn a_refusal_stays_one_and_its_cause_becomes_a_question() {
    for (operation, words) in [
        (
            "ListPodIdentityAssociations",
            "the association is not known: needs eks:ListPodIdentityAssociations",
        ),
        ("kube:get:serviceaccounts", "there is no association"),
        ("DescribeAddon", "there is no association"),
    ] {
        let site = site(&[&format!("{operation}=denied")]);
        let ended = site.run(&["test", "shop", "shop/plain", "-o", "json"]);
        let report = report(&ended);
        assert_eq!(
            (ended.code, report["verdict"].as_str()),
            (7, Some("refused")),
            "{operation} {report}"
        );
        let verdict = step(&report, "verdict").to_string();
        assert!(verdict.contains(words), "{operation} {verdict}");
    }
}

/// `exec` hands over nothing that could not be compared; every other permission may be missing.
#[test]
fn exec_runs_only_with_what_is_known_to_be_right() {
    for (operation, verdict, ..) in WITHOUT {
        let site = site(&[&format!("{operation}=denied")]);
        let ended = site.run(&["exec", "shop", "shop/api", "--", "/bin/echo", "it ran"]);
        let runs = *verdict == "matches";
        let expected = if runs { (0, "it ran\n") } else { (125, "") };
        assert_eq!((ended.code, &*ended.out), expected, "{operation} {ended:?}");
    }
}
