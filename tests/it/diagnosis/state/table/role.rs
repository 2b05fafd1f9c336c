//! Troubles with roles, their trust, and what a session of them carries.

use roledex::model::preflight::Decision;
use roledex::model::{LastUse, Learned};
use serde_json::json;

use super::Case;
use crate::diagnosis::state::world::{CLUSTER, ROLE, TARGET, World, simulated, time, trust};

fn trusts(world: &mut World, condition: serde_json::Value) {
    world.role(ROLE, &trust(condition));
}

pub(super) const CASES: &[Case] = &[
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
            );
        },
        &["error found trust-source-differs payments/api"],
    ),
    (
        "another account",
        |w| {
            trusts(
                w,
                json!({"StringEquals": {"aws:SourceAccount": "444455556666"}}),
            );
        },
        &["error found trust-source-differs payments/api"],
    ),
    (
        "another namespace in the tags",
        |w| {
            trusts(
                w,
                json!({"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop"}}),
            );
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
        "open to the clusters of the account, as AWS documents it",
        |w| trusts(w, json!({})),
        &[],
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
];
