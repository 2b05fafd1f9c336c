//! Explanations of add-ons and updates: how their updates went, and when what is told was read.

use roledex::app::Effect;
use roledex::app::diagnosis::About;
use roledex::app::pane::RowKey;
use roledex::model::diagnosis::{Finding, Severity, Subject};
use roledex::model::{AddonKey, ClusterArn, Update, UpdateKey, UpdateSubject};

use super::diagnosis::text;
use crate::script::diagnosis::{error, of_update, warning};
use crate::script::{Script, association, cluster_arn, update};

fn alpha() -> ClusterArn {
    cluster_arn("eu-west-1", "alpha")
}

fn of_subject(of: UpdateSubject, id: &str) -> Subject {
    Subject::Update { of, id: id.into() }
}

fn info(subject: Subject, summary: &str) -> Finding {
    Finding {
        severity: Severity::Info,
        ..warning("update-running", subject, summary)
    }
}

impl Script {
    /// Explains a row, listed or not, by these findings of its cluster.
    fn explained(&mut self, key: &RowKey, findings: &[Finding]) -> String {
        self.keys("esc esc");
        let mut effects: Vec<Effect> = Vec::new();
        self.state.explain(key, &mut effects);
        self.keys("ctrl-r");
        self.diagnosed(&About::Cluster(alpha()), findings.to_vec());
        text(self)
    }
}

#[test]
fn an_add_on_and_its_updates_are_told_what_failed_of_them() {
    let mut script = Script::with_clusters(&["alpha"]);
    let findings = [
        warning("update-failed", of_update("vpc-cni", "u-1"), "it failed"),
        error("update-failed", of_update("coredns", "u-2"), "so did this"),
        warning(
            "update-failed",
            of_subject(UpdateSubject::Capability("argocd".into()), "u-3"),
            "the capability failed",
        ),
    ];
    let addon = |name: &str| {
        RowKey::Addon(AddonKey {
            cluster: alpha(),
            name: name.into(),
        })
    };
    let row = |subject: UpdateSubject, id: &str| {
        RowKey::Update(UpdateKey {
            cluster: alpha(),
            subject,
            id: id.into(),
        })
    };
    let cni = || UpdateSubject::Addon("vpc-cni".into());
    for (key, wanted, others) in [
        (addon("vpc-cni"), "it failed", "so did this"),
        (addon("coredns"), "so did this", "it failed"),
        (row(cni(), "u-1"), "it failed", "so did this"),
        (
            row(UpdateSubject::Capability("argocd".into()), "u-3"),
            "the capability failed",
            "it failed",
        ),
    ] {
        let told = script.explained(&key, &findings);
        assert!(!told.contains("nothing wrong"), "{told}");
        assert!(told.contains(wanted) && !told.contains(others), "{told}");
    }
    // What is well is not blamed for the others.
    let told = script.explained(&addon("kube-proxy"), &findings);
    assert!(told.contains("● nothing wrong found"), "{told}");
    // Another update of the same thing stands beside.
    let told = script.explained(&row(cni(), "u-9"), &findings);
    assert!(
        told.contains("What it stands on") && told.contains("it failed"),
        "{told}"
    );
}

#[test]
fn what_runs_is_no_trouble_and_not_among_what_was_not_found() {
    let mut script = Script::with_clusters(&["alpha"]);
    let running = [info(of_update("vpc-cni", "u-1"), "it is in progress")];
    let key = RowKey::Addon(AddonKey {
        cluster: alpha(),
        name: "vpc-cni".into(),
    });
    let told = script.explained(&key, &running);
    assert!(
        told.contains("● nothing wrong found, and 1 thing to know")
            && told.contains("it is in progress"),
        "{told}"
    );
    assert!(!told.contains("    an update is in progress"), "{told}");
}

#[test]
fn an_update_that_failed_and_was_repeated_is_not_called_fine() {
    let mut script = Script::with_clusters(&["alpha"]);
    let of = |id: &str, status: &str, created: &str| Update {
        ..update(&alpha(), id, status, created)
    };
    let list = vec![
        of("u-1", "Failed", "2026-11-20T10:00:00Z"),
        of("u-2", "Successful", "2026-11-20T12:00:00Z"),
    ];
    script.list_updates(&alpha(), list);
    let row = |id: &str| {
        RowKey::Update(UpdateKey {
            cluster: alpha(),
            subject: UpdateSubject::Cluster,
            id: id.into(),
        })
    };
    let failed = script.explained(&row("u-1"), &[]);
    assert!(
        failed.contains("the update failed, and a later one") && !failed.contains("nothing wrong"),
        "{failed}"
    );
    let done = script.explained(&row("u-2"), &[]);
    assert!(done.contains("● nothing wrong found"), "{done}");
}

/// The table has its own time: what was read for an explanation alone is not in it.
#[test]
fn an_explanation_says_when_it_was_read_and_when_its_row_was() {
    let mut script = Script::with_clusters(&["alpha"]);
    script.list_associations(&alpha(), vec![association(&alpha(), 1, "shop", "api")]);
    script.describe_all();
    script.wait(20 * 60);
    script.keys("2 g x");
    let about = crate::script::diagnosis::about_account(&alpha(), "shop", "api");
    script.diagnosed(&about, Vec::new());
    let told = text(&script);
    assert!(
        told.contains("by this diagnosis") && told.contains("20m ago: the row itself was not read"),
        "{told}"
    );
    script.keys("esc ctrl-r");
    script.describe_all();
    script.keys("x");
    script.diagnosed(&about, Vec::new());
    assert!(
        !text(&script).contains("the row itself"),
        "{}",
        text(&script)
    );
}
