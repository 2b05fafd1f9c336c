//! Checks about the cluster and its workloads.

use roledex::model::plan::{Edit, Plan};
use roledex::model::preflight::{CheckId, Evidence, Outcome, Placement};
use roledex::model::{Cluster, Learned};
use serde_json::json;

use super::{active, assert_check, check, fine, unknowns};
use crate::plan::{creation, deletion, edit_role, relocation, tagging, update};

fn with_cluster(
    plan: &Plan,
    cluster: Learned<Cluster>,
    id: CheckId,
) -> roledex::model::preflight::Check {
    check(
        plan,
        &Evidence {
            cluster,
            ..fine(plan)
        },
        id,
    )
}

#[test]
fn status() {
    let id = CheckId::ClusterStatus;
    let with = |plan: &Plan, status: Option<&str>| {
        let cluster = Cluster {
            status: status.map(Into::into),
            ..active()
        };
        with_cluster(plan, Learned::Known(cluster), id)
    };
    let (edit, gone, tagged) = (update(edit_role("b")), deletion(), tagging(&["a=1"]));
    for (status, on_edit, on_delete) in [
        (Some("ACTIVE"), Outcome::Ok, Outcome::Ok),
        (Some("UPDATING"), Outcome::Warning, Outcome::Warning),
        (Some("CREATING"), Outcome::Blocking, Outcome::Warning),
        (Some("DELETING"), Outcome::Blocking, Outcome::Warning),
        (Some("FAILED"), Outcome::Blocking, Outcome::Warning),
        (Some("PENDING"), Outcome::Blocking, Outcome::Warning),
        (Some("RESTING"), Outcome::Unknown, Outcome::Unknown),
        (None, Outcome::Unknown, Outcome::Unknown),
    ] {
        let words = status.unwrap_or("AWS sent no status");
        assert_check(&with(&edit, status), on_edit, words);
        assert_check(&with(&gone, status), on_delete, words);
        assert_check(&with(&tagged, status), on_delete, words);
    }
    let found = with_cluster(&edit, Learned::Absent, id);
    assert_check(&found, Outcome::Blocking, "no such cluster");
    for (unknown, words) in unknowns() {
        assert_check(&with_cluster(&edit, unknown, id), Outcome::Unknown, words);
    }
}

#[test]
fn platform() {
    let id = CheckId::Platform;
    let old = Cluster {
        version: Some("1.24".into()),
        platform_version: Some("eks.12".into()),
        ..active()
    };
    let odd = Cluster {
        platform_version: None,
        ..active()
    };
    let mut outpost = active();
    outpost
        .document
        .insert("outpostConfig".to_owned(), json!({}));
    let mut connected = active();
    connected
        .document
        .insert("connectorConfig".to_owned(), json!({}));
    for (cluster, on_create, on_update, words) in [
        (
            active(),
            Outcome::Ok,
            Outcome::Ok,
            "Kubernetes 1.34 on platform eks.4",
        ),
        (old, Outcome::Blocking, Outcome::Warning, "too old"),
        (
            odd,
            Outcome::Unknown,
            Outcome::Unknown,
            "an unknown version",
        ),
        (outpost, Outcome::Blocking, Outcome::Warning, "Outposts"),
        (
            connected,
            Outcome::Blocking,
            Outcome::Warning,
            "connected cluster",
        ),
    ] {
        let cluster = Learned::Known(cluster);
        assert_check(
            &with_cluster(&creation(), cluster.clone(), id),
            on_create,
            words,
        );
        assert_check(
            &with_cluster(&update(edit_role("b")), cluster, id),
            on_update,
            words,
        );
    }
    for (unknown, words) in unknowns() {
        assert_check(
            &with_cluster(&creation(), unknown, id),
            Outcome::Unknown,
            words,
        );
    }
}

#[test]
fn quota() {
    for plan in [creation(), relocation("web", Edit::default())] {
        let with = |associations| {
            let evidence = Evidence {
                associations,
                ..fine(&plan)
            };
            check(&plan, &evidence, CheckId::Quota)
        };
        for (count, outcome) in [
            (0, Outcome::Ok),
            (4_499, Outcome::Ok),
            (4_500, Outcome::Warning),
            (4_999, Outcome::Warning),
            (5_000, Outcome::Blocking),
            (6_000, Outcome::Blocking),
        ] {
            let found = with(Learned::Known(count));
            assert_check(&found, outcome, &format!("{count} of 5000"));
        }
        for (unknown, words) in unknowns() {
            assert_check(&with(unknown), Outcome::Unknown, words);
        }
    }
}

#[test]
fn names_that_kubernetes_does_not_know_are_legal() {
    let plan = creation();
    let of = |evidence: &Evidence, id| check(&plan, evidence, id);
    for (id, what) in [
        (CheckId::Namespace, "namespace payments | exists"),
        (CheckId::ServiceAccount, "service account api | exists"),
    ] {
        assert_check(&of(&fine(&plan), id), Outcome::Ok, what);
        let evidence = Evidence {
            namespace: Learned::Absent,
            service_account: Learned::Absent,
            ..fine(&plan)
        };
        assert_check(
            &of(&evidence, id),
            Outcome::Warning,
            "the association waits for it",
        );
        for (unknown, words) in unknowns::<()>() {
            let evidence = Evidence {
                namespace: unknown.clone(),
                service_account: unknown,
                ..fine(&plan)
            };
            assert_check(&of(&evidence, id), Outcome::Unknown, words);
        }
    }
}

#[test]
fn placement() {
    let plan = update(edit_role("b"));
    let with = |placement| {
        let evidence = Evidence {
            placement,
            ..fine(&plan)
        };
        check(&plan, &evidence, CheckId::Placement)
    };
    for (pods, on_fargate, on_windows, outcome, words) in [
        (0, 0, 0, Outcome::Ok, "no pods yet"),
        (3, 0, 0, Outcome::Ok, "none of its 3 pods"),
        (3, 1, 0, Outcome::Warning, "some of its pods get nothing"),
        (3, 1, 2, Outcome::Warning, "all of its pods get nothing"),
        (1, 1, 0, Outcome::Warning, "use IRSA"),
    ] {
        let placement = Placement {
            pods,
            on_fargate,
            on_windows,
            undecided: 0,
        };
        assert_check(&with(Learned::Known(placement)), outcome, words);
    }
    for (unknown, words) in unknowns() {
        assert_check(&with(unknown), Outcome::Unknown, words);
    }
    // Who may not read nodes does not know that a pod runs on Linux.
    let undecided = Placement {
        pods: 3,
        undecided: 1,
        ..Placement::default()
    };
    let words = "what 1 run on is not known";
    assert_check(&with(Learned::Known(undecided)), Outcome::Unknown, words);
}
