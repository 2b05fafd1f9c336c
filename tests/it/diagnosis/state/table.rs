//! One trouble at a time: what is told first, and that a healthy world has nothing to tell.

mod role;

use std::sync::LazyLock;

use roledex::model::census::Scope;
use roledex::model::{Learned, UpdateStatus};
use serde_json::json;

use super::lines;
use super::world::{ROLE, World, account, addon, namespaces, pod, time};

pub(super) type Case = (&'static str, fn(&mut World), &'static [&'static str]);

/// All cases: what is changed, and all that is told of it, in its order.
pub(super) static ALL: LazyLock<Vec<Case>> = LazyLock::new(|| [CASES, role::CASES].concat());

const CASES: &[Case] = &[
    (
        "failed cluster",
        |w| w.cluster().status = Some("FAILED".into()),
        &["error found cluster-status cluster"],
    ),
    (
        "updating cluster",
        |w| w.cluster().status = Some("UPDATING".into()),
        &["info found cluster-status cluster"],
    ),
    (
        "newer status",
        |w| w.cluster().status = Some("DREAMING".into()),
        &["error possible cluster-status cluster"],
    ),
    (
        "cluster health",
        |w| w.cluster().health_issues = vec!["KmsKeyDisabled".into()],
        &["warning found cluster-health cluster"],
    ),
    (
        "old platform",
        |w| {
            w.cluster().version = Some("1.24".into());
            w.cluster().platform_version = Some("eks.12".into());
        },
        &["error found platform-too-old cluster"],
    ),
    (
        "outpost",
        |w| {
            w.cluster()
                .document
                .insert("outpostConfig".into(), json!({}));
            w.cluster().platform_version = None;
        },
        &["error found cluster-kind-unsupported cluster"],
    ),
    (
        "no association",
        |w| {
            w.associations().clear();
            w.pods = vec![pod("payments", "api-1", "api", false)];
            w.scope = Scope {
                namespaces: vec!["payments".into()],
                service_accounts: vec!["api".into()],
            };
        },
        &["error found association-missing payments/api"],
    ),
    (
        "association deleted",
        |w| w.associations().clear(),
        &["error found association-deleted payments/api"],
    ),
    (
        "letter case",
        |w| {
            w.associations()[0].service_account = "Api-".into();
            w.pods = vec![pod("payments", "api-1", "api", false)];
        },
        &[
            "error found names-nearly-match payments/api",
            "warning found service-account-missing payments/Api-",
        ],
    ),
    (
        "other namespace",
        |w| {
            w.associations()[0].namespace = "shop".into();
            w.pods = vec![pod("payments", "api-1", "api", false)];
        },
        &[
            "warning found service-account-missing shop/api",
            "warning possible names-nearly-match payments/api",
        ],
    ),
    (
        "no service account",
        |w| w.associate("payments", "ghost"),
        &["warning found service-account-missing payments/ghost"],
    ),
    (
        "no namespace",
        |w| w.associate("gone", "ghost"),
        &[
            "warning found namespace-missing gone/ghost",
            "warning found service-account-missing gone/ghost",
        ],
    ),
    (
        "quota",
        |w| w.evidence.association_count = Learned::Known(4_500),
        &["warning found association-quota cluster"],
    ),
    (
        "IRSA leftover",
        |w| w.accounts = vec![account("payments", "api", Some(ROLE))],
        &["warning found irsa-leftover payments/api"],
    ),
    ("IRSA in order", World::irsa, &[]),
    (
        "no provider",
        |w| {
            w.irsa();
            w.evidence.oidc_providers = Learned::Known(vec![]);
        },
        &["error found irsa-provider-missing cluster"],
    ),
    (
        "no audience",
        |w| {
            w.irsa();
            if let Learned::Known(providers) = &mut w.evidence.oidc_providers {
                providers[0].client_ids = Learned::Known(vec!["other".into()]);
            }
        },
        &["error found irsa-audience-missing cluster"],
    ),
    (
        "IRSA of another account",
        |w| {
            w.irsa();
            w.accounts.last_mut().unwrap()["metadata"]["name"] = json!("site");
        },
        &["error found irsa-trust-differs shop/site"],
    ),
    (
        "IRSA without its role",
        |w| {
            w.irsa();
            w.evidence
                .roles
                .insert("arn:aws:iam::111122223333:role/web".into(), Learned::Absent);
        },
        &["error found irsa-role-missing shop/web"],
    ),
    (
        "owned and changed",
        |w| {
            own(w);
            w.detail().session_tags_disabled = Some(true);
        },
        &["warning found add-on-association-changed payments/api"],
    ),
    ("owned and in order", own, &[]),
    (
        "owner gone",
        |w| {
            own(w);
            if let Learned::Known(addons) = &mut w.evidence.addons {
                addons.pop();
            }
        },
        &["warning found add-on-owner-gone payments/api"],
    ),
    (
        "update running",
        |w| w.update(UpdateStatus::InProgress, "2026-11-21T11:55:00Z"),
        &["info found update-running update u-2026-11-21T11:55:00Z"],
    ),
    (
        "update failed",
        |w| w.update(UpdateStatus::Failed, "2026-11-01T11:55:00Z"),
        &["warning found update-failed update u-2026-11-01T11:55:00Z"],
    ),
    (
        "failed and repeated",
        |w| {
            w.update(UpdateStatus::Failed, "2026-11-01T11:55:00Z");
            w.update(UpdateStatus::Successful, "2026-11-02T11:55:00Z");
        },
        &[],
    ),
    (
        "role changed",
        |w| w.detail().modified = Some(time("2026-11-21T11:30:00Z")),
        &["warning possible pods-predate-change payments/api"],
    ),
    (
        "namespaces of others",
        |w| w.evidence.namespaces = namespaces(&["payments"]),
        &[],
    ),
];

fn own(world: &mut World) {
    let mut owner = addon("billing");
    owner.status = Some("ACTIVE".into());
    let association = &mut world.associations()[0];
    association.owner.clone_from(&owner.arn);
    owner.associations = association.arn.iter().cloned().collect();
    if let Learned::Known(addons) = &mut world.evidence.addons {
        addons.push(owner);
    }
}

#[test]
fn a_healthy_world_has_nothing_to_tell() {
    assert_eq!(lines(&World::healthy().diagnosis()), Vec::<String>::new());
}

#[test]
fn each_trouble_is_told_and_nothing_else() {
    let mut wrong = Vec::new();
    for (case, change, expected) in ALL.iter() {
        let mut world = World::healthy();
        change(&mut world);
        let told = lines(&world.diagnosis());
        if told != *expected {
            wrong.push(format!("{case}: {told:?}, expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn consequences_stand_under_their_cause() {
    let mut world = World::healthy();
    world.associations()[0].service_account = "Api-".into();
    world.pods = vec![pod("payments", "api-1", "api", false)];
    world.update(UpdateStatus::Failed, "2026-11-01T11:55:00Z");
    let diagnosis = world.diagnosis();
    assert_eq!(
        lines(&diagnosis),
        [
            "error found names-nearly-match payments/api",
            "warning found service-account-missing payments/Api-",
            "warning found update-failed update u-2026-11-01T11:55:00Z",
        ]
    );
    assert_eq!(diagnosis.findings[0].cause, None);
    assert_eq!(
        diagnosis.findings[1].cause,
        Some(diagnosis.findings[0].rule)
    );
}
