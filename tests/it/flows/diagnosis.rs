//! Explanations, findings and blast radius by keys alone, over the demo world.

use roledex::app::modal::Modal;
use roledex::app::pane::PaneId;
use roledex::app::{Request, describe};
use roledex::sim::{Effect, Fault, Options};

use super::Flow;
use super::kubernetes::at;

fn text(flow: &Flow) -> String {
    let Some(Modal::Text(view)) = flow.state.modals.last() else {
        panic!("no text on top");
    };
    let lines = describe::lines(&flow.state, view);
    let lines: Vec<String> = lines.iter().map(|line| line.text().into_owned()).collect();
    lines.join("\n")
}

impl Flow {
    /// Explains the only association that a filter leaves.
    async fn explain(&mut self, filter: &str) -> String {
        self.keys("esc esc esc 2 /").typed(filter).keys("enter g x");
        assert!(
            text(self).contains("reading the evidence"),
            "{}",
            text(self)
        );
        self.idle().await;
        text(self)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_the_demo_are_explained_by_evidence_that_is_read_on_request() {
    let (mut flow, _) = at("payments", Options::default()).await;
    for (filter, wanted) in [
        ("scoring", "fraud/scoring"),
        ("model-refresh", "fraud/model-refresh"),
    ] {
        let told = flow.explain(filter).await;
        assert!(
            told.contains(wanted) && !told.contains("● nothing wrong found"),
            "{told}"
        );
        assert!(
            told.contains("seen  ") && told.contains("✗ error"),
            "{told}"
        );
    }
    flow.keys("esc x esc");
    let diagnosing = |request: &Request| matches!(request, Request::Diagnose { .. });
    assert!(!flow.state.loading.flights.values().any(diagnosing));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_findings_of_the_whole_demo_are_read_when_they_are_looked_at() {
    let (mut flow, arn) = at("payments", Options::default()).await;
    assert!(flow.state.fleet.findings.is_empty(), "nobody has asked");
    flow.keys("X").idle().await;
    let rows = flow.state.fleet.clusters.values();
    let diagnosed = rows.filter(|row| row.diagnosis.value().is_some()).count();
    assert!(diagnosed > 1 && !flow.state.fleet.findings.is_empty());
    let counts = flow.state.fleet.clusters[&arn]
        .diagnosis
        .value()
        .unwrap()
        .counts();
    assert!(counts.errors > 0, "{counts}");
    let shown = flow.column(PaneId::Clusters, 6);
    assert!(
        shown
            .iter()
            .any(|cell| cell.starts_with(&counts.to_string()))
    );
    // The first one is explained by what is known already, and leads to a row.
    flow.keys("g enter");
    assert_eq!(flow.state.in_flight(), 0);
    assert!(text(&flow).contains("error"));
    flow.keys("enter");
    assert!(flow.state.modals.is_empty() && flow.state.focus != PaneId::Findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blast_radius_reads_the_clusters_that_use_the_role() {
    let (mut flow, _) = at("payments", Options::default()).await;
    flow.keys("2 /")
        .typed("scoring")
        .keys("enter g u")
        .idle()
        .await;
    let told = text(&flow);
    assert!(
        told.contains("asked from here") && told.contains("act as it now"),
        "{told}"
    );
    flow.keys("ctrl-r").idle().await;
    assert!(
        !text(&flow).contains("pods were not read"),
        "{}",
        text(&flow)
    );
    flow.keys("enter");
    assert_eq!(flow.state.focus, PaneId::Roles);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_logs_of_a_pod_are_looked_through_on_request() {
    let (mut flow, _) = at("payments", Options::default()).await;
    let log = flow.simulator.log();
    let told = flow.explain("notifications push").await;
    assert!(!told.contains("What the logs say"), "{told}");
    assert_eq!(log.count("kube:get:pods/log"), 0, "nobody has asked");
    flow.keys("L").idle().await;
    let told = text(&flow);
    for part in [
        "What the logs say",
        "only loopback hosts are allowed",
        "looked through:",
        "agent on ",
        "notifications/push",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(log.count("kube:get:pods/log") > 1);
    // Nothing stands in the logs of somebody else.
    flow.explain("fraud scoring").await;
    assert!(!text(&flow).contains("loopback"), "{}", text(&flow));
    flow.keys("L").idle().await;
    let told = text(&flow);
    assert!(
        told.contains("known troubles is named in them") && told.contains("fraud/scoring"),
        "{told}"
    );
    assert_eq!(log.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_that_may_not_be_read_say_what_it_takes() {
    let (mut flow, _) = at("payments", Options::default()).await;
    let denied = Fault::new("kube:get:pods/log", Effect::Denied);
    flow.simulator.fault(denied);
    flow.explain("notifications push").await;
    flow.keys("L").idle().await;
    let told = text(&flow);
    assert!(
        told.contains("? needs get pods/log in Kubernetes")
            && told.contains("? no log could be read")
            && !told.contains("loopback"),
        "{told}"
    );
}
