//! What keeps the pod itself from the role that EKS Auth gives: the verdict names it, and says no more than is true.

use roledex::sim::World;
use serde_json::Value;

use super::{Site, WORLD, report, step};

struct Case {
    cluster: &'static str,
    account: &'static str,
    /// What keeps the pod, and whether that is sure.
    by: Option<(&'static str, bool)>,
    says: &'static str,
}

const fn kept(
    cluster: &'static str,
    account: &'static str,
    by: &'static str,
    says: &'static str,
) -> Case {
    Case {
        cluster,
        account,
        by: Some((by, true)),
        says,
    }
}

const CASES: &[Case] = &[
    kept(
        "payments",
        "payments/swift-gateway",
        "accessKeys",
        ", but this pod uses the access keys in its variables: take them out",
    ),
    kept(
        "payments",
        "payments/sepa-gateway",
        "endpoint",
        ", but a container of this pod asks another endpoint",
    ),
    kept(
        "payments",
        "fraud/graph-loader",
        "networkPolicy",
        ", but this pod is not let out to the agent by network policies",
    ),
    kept(
        "payments",
        "fraud/model-refresh",
        "neverInjected",
        ", but this pod was never injected: restart it",
    ),
    kept(
        "payments",
        "settlement/clearing",
        "proxy",
        ", but this pod asks a proxy instead of the agent: name the agent in NO_PROXY",
    ),
    kept(
        "payments",
        "cards/tokens",
        "securityGroups",
        ", but this pod is kept from the agent by security groups",
    ),
    kept(
        "payments",
        "wallet/top-ups",
        "neverInjected",
        ", but this pod was never injected: restart it",
    ),
    kept(
        "payments",
        "payouts/bank-validation",
        "webIdentity",
        ", but this pod uses the web identity in its variables",
    ),
    kept(
        "payments-staging",
        "payments/webhooks",
        "agent",
        ", but this pod has no agent to ask on its node",
    ),
    Case {
        cluster: "payments",
        account: "merchant-portal/bff",
        by: Some(("profile", false)),
        says: "; it may be that this pod takes what a profile or shared files of AWS hold",
    },
    // Those beside them that are right.
    Case {
        cluster: "payments",
        account: "fraud/case-api",
        by: None,
        says: "as its association says",
    },
    Case {
        cluster: "payments",
        account: "settlement/scheme-reports",
        by: None,
        says: "as its association says",
    },
];

#[test]
fn the_verdict_names_what_keeps_the_pod() {
    let site = Site::demo();
    for case in CASES {
        let ended = site.run(&["test", case.cluster, case.account, "-o", "json"]);
        let report = report(&ended);
        let verdict = step(&report, "verdict");
        let said = verdict["said"].as_str().unwrap();
        assert_eq!(
            (ended.code, report["verdict"].as_str()),
            (0, Some("matches")),
            "{}: {said}",
            case.account
        );
        assert!(said.starts_with("EKS Auth gives "), "{said}");
        assert!(said.contains(case.says), "{}: {said}", case.account);
        assert!(said.contains(&format!(" to {}, ", case.account)), "{said}");
        let first = &report["kept"][0];
        let by = case.by.map_or((Value::Null, Value::Null), |(by, sure)| {
            (by.into(), sure.into())
        });
        assert_eq!(
            (&first["by"], &first["sure"]),
            (&by.0, &by.1),
            "{}: {}",
            case.account,
            report["kept"]
        );
        let state = if case.by.is_some() {
            "warning"
        } else {
            "passed"
        };
        assert_eq!(verdict["state"], state, "{}: {verdict}", case.account);
        // With what mends it, where something does.
        if matches!(case.by, Some(("accessKeys" | "networkPolicy" | "proxy", _))) {
            let remedies = step(&report, "pod")["remedies"].as_array().unwrap();
            assert!(!remedies.is_empty(), "{}", case.account);
        }
    }
}

/// What cannot be read is said, and nothing is claimed of it.
#[test]
fn what_was_not_read_keeps_nobody() {
    let site = Site::with_faults(&["kube:list:networkpolicies=denied"]);
    let ended = site.run(&["test", "payments", "fraud/graph-loader", "-o", "json"]);
    let report = report(&ended);
    assert_eq!(report["kept"], Value::Array(Vec::new()), "{report}");
    let pod = step(&report, "pod")["evidence"].to_string();
    assert!(
        pod.contains("network policies are not known: needs list networkpolicies"),
        "{pod}"
    );
}

/// A pod of `shop/late`, which is older than its association, with more about it or about its cluster.
fn late(more: &str, faults: &[&str]) -> (String, Value) {
    let plain = "late: {replicas: 1, pods: -10d}\n              irsa";
    let (cluster, pod) = match more.strip_prefix("webhook") {
        Some(_) => (more, String::new()),
        None => ("", format!(", {more}")),
    };
    let world = WORLD
        .replacen(plain, &plain.replace('}', &format!("{pod}}}")), 1)
        .replacen(
            "          without_service_account: [shop/nobody]",
            &format!("          without_service_account: [shop/nobody]\n          {cluster}"),
            1,
        );
    let site = Site::new(World::parse(&world).unwrap(), faults);
    let report = report(&site.run(&["test", "shop", "shop/late", "-o", "json"]));
    assert_eq!(report["kept"][0]["by"], "neverInjected", "{report}");
    let said = step(&report, "verdict")["said"]
        .as_str()
        .unwrap()
        .to_owned();
    (said, step(&report, "pod").clone())
}

/// A restart is no use where whatever kept the webhook from this pod keeps it from the next one.
#[test]
fn what_keeps_the_webhook_away_is_told_instead_of_a_restart() {
    let opted_out = r#"labels: {eks.amazonaws.com/skip-pod-identity-webhook: "true"}"#;
    for (more, words) in [
        (
            opted_out,
            "take the label eks.amazonaws.com/skip-pod-identity-webhook out",
        ),
        (
            "webhook: {without: [shop]}",
            "put the configuration pod-identity-webhook right",
        ),
        (
            "webhook: {deleted: true}",
            "put the configuration pod-identity-webhook right",
        ),
    ] {
        let (said, pod) = late(more, &[]);
        assert!(
            said.contains(", but this pod was never injected; a restart does not help")
                && said.contains(words),
            "{more}: {said}"
        );
        let remedies = pod["remedies"].to_string();
        assert!(
            remedies.contains(words) && !remedies.contains("rollout restart"),
            "{more}: {remedies}"
        );
    }
    let (said, pod) = late("labels: {app: late}", &[]);
    assert!(
        said.ends_with("this pod was never injected: restart it"),
        "{said}"
    );
    let remedies = pod["remedies"].to_string();
    assert!(
        remedies.contains("kubectl rollout restart deployment/late"),
        "{remedies}"
    );
}

/// What nothing is known against is offered, and what is not known is said.
#[test]
fn whoever_may_not_look_at_the_webhook_is_told_so() {
    for (operation, words) in [
        (
            "mutatingwebhookconfigurations",
            "the webhook is not known: needs get mutatingwebhookconfigurations",
        ),
        (
            "namespaces",
            "labels of the namespace are not known: needs get namespaces",
        ),
    ] {
        let fault = format!("kube:get:{operation}=denied");
        let (said, pod) = late("webhook: {deleted: true}", &[&fault]);
        let is_blind = operation.starts_with("mutating");
        let is_offered = said.ends_with("this pod was never injected: restart it");
        assert_eq!(is_offered, is_blind, "{said}");
        assert!(pod["evidence"].to_string().contains(words), "{pod}");
    }
}
