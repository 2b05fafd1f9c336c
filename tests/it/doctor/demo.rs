//! The demo world: every trouble that the map at the head of its file lists is found there.

use roledex::model::diagnosis::{Diagnosis, Standing, Subject};
use roledex::model::export::diagnosis::{document, sarif, text};
use roledex::sim::World;

use super::{Patient, all, diagnoses, everything, run, told};

/// What shows in no state is not here: rows 35, 55, 56 and 61, keys that a secret may hold, and a change of role that is so
/// long ago that no pod can hold credentials from before (69).
///
/// Cluster, service account (empty for what is about something else), and the rule.
const TROUBLES: &[(&str, &str, &str)] = &[
    (
        "payments",
        "payments/card-tokeniser",
        "trust-source-differs",
    ),
    ("payments", "payments/retry-scheduler", "role-missing"),
    (
        "payments",
        "payments/sepa-gateway",
        "own-credential-endpoint",
    ),
    ("payments", "payments/swift-gateway", "static-keys"),
    ("payments", "payments/webhooks", "abac-without-session-tags"),
    (
        "payments",
        "fraud/graph-loader",
        "network-policy-blocks-agent",
    ),
    (
        "payments",
        "fraud/model-refresh",
        "pod-older-than-association",
    ),
    ("payments", "fraud/scoring", "pod-older-than-association"),
    ("payments", "settlement/bank-files", "trust-undecided"),
    (
        "payments",
        "settlement/calendar-synch",
        "names-nearly-match",
    ),
    ("payments", "settlement/clearing", "proxy-without-agent"),
    ("payments", "cards/lifecycle", "pod-not-injected"),
    ("payments", "cards/pin-service", "trust-lacks-pod-identity"),
    ("payments", "cards/tokens", "security-groups-strict"),
    ("payments", "wallet/limits", "trust-for-irsa-only"),
    ("payments", "wallet/limits", "irsa-leftover"),
    ("payments", "wallet/statements", "irsa-trust-differs"),
    ("payments", "wallet/top-ups", "pod-older-than-association"),
    ("payments", "wallet/top-ups", "irsa-leftover"),
    ("payments", "wallet/vouchers", "irsa-leftover"),
    ("payments", "kyc/face-match", "pod-created-with-association"),
    ("payments", "kyc/watchlist-sync", "pod-opted-out"),
    ("payments", "billing/dunning", "trust-lacks-tag-session"),
    ("payments", "billing/pdf-renderer", "token-volume-taken"),
    ("payments", "billing/tax-service", "pods-gone"),
    ("payments", "billing/usage-meter", "pods-gone"),
    (
        "payments",
        "payouts/bank-validation",
        "web-identity-by-hand",
    ),
    ("payments", "payouts/fx-rates", "service-account-missing"),
    ("payments", "disputes/evidence-upload", "region-elsewhere"),
    ("payments", "disputes/letters", "own-credential-endpoint"),
    ("payments", "merchant-portal/bff", "profile-first"),
    (
        "payments",
        "merchant-portal/file-exchange",
        "target-trust-lacks-role",
    ),
    ("payments", "fraud/scoring", "node-role-instead"),
    (
        "payments",
        "data-pipeline/airflow-worker",
        "target-external-id-differs",
    ),
    ("payments", "data-pipeline/cdc-postgres", "pod-opted-out"),
    (
        "payments",
        "data-pipeline/s3-sink",
        "target-confused-deputy",
    ),
    (
        "payments",
        "monitoring/prometheus-remote-write",
        "host-network",
    ),
    ("payments", "internal-tools/admin-ui", "role-never-used"),
    (
        "payments",
        "internal-tools/bulk-corrections",
        "trust-tags-differ",
    ),
    (
        "payments",
        "internal-tools/legacy-importer",
        "association-deleted",
    ),
    (
        "payments",
        "internal-tools/support-search",
        "workload-uses-another-account",
    ),
    ("payments", "", "update-failed"),
    ("checkout", "checkout/cart", "trust-source-differs"),
    ("checkout", "checkout/gift-cards", "trust-tags-differ"),
    (
        "checkout",
        "checkout/inventory-hold",
        "target-permission-missing",
    ),
    ("storefront", "", "update-running"),
    ("storefront", "", "agent-addon-unhealthy"),
    ("storefront", "", "node-role-lacks-eks-auth"),
    ("storefront", "cms/media-upload", "pod-on-windows"),
    ("storefront", "", "irsa-provider-missing"),
    ("analytics", "", "cluster-health"),
    ("analytics", "notebooks/jupyterhub", "role-missing"),
    ("payments-dr", "payments/worker", "trust-source-differs"),
    ("payments-staging", "", "update-running"),
    ("payments-staging", "", "update-failed"),
    ("payments-staging", "", "webhook-altered"),
    ("payments-staging", "", "agent-not-on-node"),
    ("payments-staging", "", "hybrid-node-without-agent"),
    ("sandbox", "chaos/litmus", "namespace-missing"),
    ("edge", "", "agent-missing"),
    ("edge", "edge/geo-router", "proxy-without-ipv6-agent"),
];

fn is_there(diagnosis: &Diagnosis, account: &str, rule: &str) -> bool {
    let mut findings = diagnosis.findings.iter();
    findings.any(|finding| {
        let is_meant = match &finding.subject {
            Subject::Account {
                namespace,
                service_account,
            } => account.is_empty() || format!("{namespace}/{service_account}") == account,
            // What is wrong with a role is wrong for those who use it.
            Subject::Role(_) => true,
            _ => account.is_empty(),
        };
        finding.rule.0 == rule && is_meant && !matches!(finding.standing, Standing::Unknown(_))
    })
}

#[test]
fn every_trouble_of_the_map_is_found() {
    let found = run(async {
        let patient = Patient::of(World::demo().unwrap()).await;
        patient.examine(&everything()).await
    });
    let diagnosis = |name: &str| {
        let mut named = diagnoses(&found);
        let named = named.find(|diagnosis| diagnosis.cluster.name() == name);
        named.unwrap_or_else(|| panic!("{name} is not among the clusters"))
    };
    let missing = TROUBLES
        .iter()
        .filter(|(cluster, account, rule)| !is_there(diagnosis(cluster), account, rule));
    let missing: Vec<String> = missing
        .map(|(cluster, account, rule)| {
            let findings = diagnosis(cluster).findings.iter();
            let related: Vec<String> = findings
                .filter(|finding| {
                    finding.rule.0 == *rule
                        || (!account.is_empty() && told(finding).contains(&format!("{account}:")))
                })
                .map(told)
                .collect();
            format!(
                "{cluster} {account} {rule}; there is\n    {}",
                related.join("\n    ")
            )
        })
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));

    let mut printed = all(&found);
    for diagnosis in diagnoses(&found) {
        printed.push_str(&document(diagnosis, None).to_string());
        printed.push_str(&text::lines(diagnosis, None, false, 80).join("\n"));
    }
    printed.push_str(&sarif::log(diagnoses(&found), &[], "0").to_string());
    assert!(
        !printed.contains("canary"),
        "values of variables are nobody's business"
    );
}
