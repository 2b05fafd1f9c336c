//! One trouble at a time: what is told first, and that a healthy world has nothing to tell.

use roledex::model::census::Scope;
use roledex::model::preflight::Decision;
use roledex::model::{LastUse, Learned, UpdateStatus};
use serde_json::json;

use super::lines;
use super::world::{
    CLUSTER, ROLE, TARGET, World, account, addon, namespaces, pod, simulated, time, trust,
};

type Case = (&'static str, fn(&mut World), &'static [&'static str]);

fn trusts(world: &mut World, condition: serde_json::Value) {
    world.role(ROLE, &trust(condition));
}

/// What is changed, and all that is told of it, in its order.
pub(super) const CASES: &[Case] = &[
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
        &["warning found namespace-missing gone/ghost", "warning found service-account-missing gone/ghost"],
    ),
    (
        "quota",
        |w| w.evidence.association_count = Learned::Known(4_500),
        &["warning found association-quota cluster"],
    ),
    (
        "role deleted",
        |w| {
            w.evidence.roles.insert(ROLE.into(), Learned::Absent);
        },
        &["error found role-missing payments/api"],
    ),
    (
        "role under another path",
        |w| w.facts().detail.arn = "arn:aws:iam::111122223333:role/team/api".into(),
        &["error found role-missing payments/api"],
    ),
    (
        "role elsewhere",
        |w| w.detail().role = Some("arn:aws:iam::444455556666:role/api".into()),
        &["error found role-in-another-account payments/api"],
    ),
    (
        "role never used",
        |w| {
            w.facts().detail.last_use = LastUse::Never;
            w.detail().created = Some(time("2026-01-01T00:00:00Z"));
            w.detail().modified = w.detail().created;
        },
        &["info found role-never-used role api"],
    ),
    (
        "young role never used",
        |w| w.facts().detail.last_use = LastUse::Never,
        &[],
    ),
    (
        "no service principal",
        |w| {
            w.role(ROLE, &json!([{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]));
        },
        &["error found trust-lacks-pod-identity payments/api"],
    ),
    (
        "no tag session",
        |w| {
            let mut statements =
                trust(json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}));
            statements[0]["Action"] = json!("sts:AssumeRole");
            w.role(ROLE, &statements);
        },
        &["error found trust-lacks-tag-session payments/api"],
    ),
    (
        "no tag session where there are no tags",
        |w| {
            let mut statements =
                trust(json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}));
            statements[0]["Action"] = json!("sts:AssumeRole");
            w.role(ROLE, &statements);
            w.detail().session_tags_disabled = Some(true);
        },
        &["warning possible trust-lacks-tag-session payments/api"],
    ),
    (
        "made for IRSA",
        |w| {
            w.role(ROLE, &json!([{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC"},
            "Action": "sts:AssumeRoleWithWebIdentity"}]));
        },
        &["error found trust-for-irsa-only payments/api"],
    ),
    (
        "another cluster",
        |w| {
            trusts(
                w,
                json!({"ArnEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:111122223333:cluster/other"}}),
            )
        },
        &["error found trust-source-differs payments/api"],
    ),
    (
        "another account",
        |w| {
            trusts(
                w,
                json!({"StringEquals": {"aws:SourceAccount": "444455556666"}}),
            )
        },
        &["error found trust-source-differs payments/api"],
    ),
    (
        "another namespace in the tags",
        |w| {
            trusts(
                w,
                json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop"}}),
            )
        },
        &["error found trust-tags-differ payments/api"],
    ),
    (
        "tags wanted and off",
        |w| {
            trusts(
                w,
                json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "payments"}}),
            );
            w.detail().session_tags_disabled = Some(true);
        },
        &["error found trust-tags-differ payments/api"],
    ),
    (
        "explicit deny",
        |w| {
            let mut statements =
                trust(json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}));
            statements
                .as_array_mut()
                .unwrap()
                .push(json!({"Effect": "Deny", "Principal": "*", "Action": "sts:*"}));
            w.role(ROLE, &statements);
        },
        &["error found trust-denies payments/api"],
    ),
    (
        "a key that only AWS knows",
        |w| trusts(w, json!({"StringEquals": {"aws:SourceOrgID": "o-1"}})),
        &["warning possible trust-undecided payments/api"],
    ),
    (
        "open to clusters",
        |w| trusts(w, json!({})),
        &["warning found trust-open-to-clusters role api"],
    ),
    (
        "open to the world",
        |w| {
            let mut statements =
                trust(json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}));
            statements
                .as_array_mut()
                .unwrap()
                .push(json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}));
            w.role(ROLE, &statements);
        },
        &["error found trust-open-to-world role api"],
    ),
    (
        "target role in order",
        |w| w.target(json!({"StringEquals": {"aws:RequestTag/eks-cluster-arn": CLUSTER}})),
        &[],
    ),
    (
        "no target role",
        |w| {
            w.target(json!({}));
            w.evidence.roles.insert(TARGET.into(), Learned::Absent);
        },
        &["error found target-role-missing payments/api"],
    ),
    (
        "no permission for the target",
        |w| {
            w.target(json!({"StringEquals": {"aws:RequestTag/eks-cluster-arn": CLUSTER}}));
            let denied = simulated(
                &["sts:AssumeRole", "sts:TagSession"],
                TARGET,
                &Decision::ExplicitDeny,
            );
            w.evidence
                .hop_permissions
                .insert((ROLE.into(), TARGET.into()), denied);
        },
        &["error found target-permission-missing payments/api"],
    ),
    (
        "target trusts another cluster",
        |w| w.target(json!({"StringEquals": {"aws:RequestTag/eks-cluster-arn": "other"}})),
        &["error found target-trust-lacks-role payments/api"],
    ),
    (
        "external id",
        |w| {
            w.target(json!({"StringEquals": {"sts:ExternalId": "eu-west-1/111122223333/old/payments/api"}}));
            w.detail().session_tags_disabled = Some(true);
            w.extra(None, Some("eu-west-1/111122223333/demo/payments/api"));
        },
        &["error found target-external-id-differs payments/api"],
    ),
    (
        "confused deputy",
        |w| w.target(json!({})),
        &["warning found target-confused-deputy role vault"],
    ),
    (
        "policy with tags",
        |w| w.extra(Some("{}"), None),
        &["error found policy-with-session-tags payments/api"],
    ),
    (
        "ABAC without tags",
        |w| {
            w.detail().session_tags_disabled = Some(true);
            w.facts().policies = Learned::Known([("s3".into(),
            r#"{"Statement":[{"Condition":{"StringEquals":{"aws:PrincipalTag/Kubernetes-Namespace":"x"}}}]}"#.into())].into());
        },
        &["warning found abac-without-session-tags payments/api"],
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
    for (case, change, expected) in CASES {
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
