//! A role that nobody used is called a leftover only where somebody could have used it.

use roledex::model::diagnosis::{Finding, forest};
use roledex::model::{LastUse, Learned};
use serde_json::json;

use super::lines;
use super::world::{ROLE, TARGET, World, account, pod, trust};

const RULE: &str = "role-never-used";

/// An association that has stood for long, with a role that nobody used.
fn idle() -> World {
    let mut world = World::healthy();
    let created = Some(super::world::time("2026-01-02T00:00:00Z"));
    (world.detail().created, world.detail().modified) = (created, created);
    world.facts().detail.last_use = LastUse::Never;
    world
}

fn told(world: &World) -> (Vec<String>, Finding) {
    let diagnosis = world.diagnosis();
    let found = diagnosis.findings.iter().find(|one| one.rule.0 == RULE);
    let found = found.unwrap_or_else(|| panic!("{:#?}", lines(&diagnosis)));
    (lines(&diagnosis), found.clone())
}

fn suggests_deletion(finding: &Finding) -> bool {
    let texts = finding.remedies.iter().map(|remedy| &*remedy.text);
    texts
        .chain([&*finding.explanation])
        .any(|text| text.contains("delete") || text.contains("taken away"))
}

#[test]
fn a_role_that_could_be_used_and_was_not_may_be_a_leftover() {
    let (lines, found) = told(&idle());
    assert_eq!(lines, ["info found role-never-used role api"]);
    assert!(suggests_deletion(&found) && found.cause.is_none());
}

type Case = (&'static str, &'static str, fn(&mut World));

#[test]
fn a_role_that_nobody_could_use_is_none() {
    let cases: &[Case] = &[
        ("distrusted", "trust-lacks-pod-identity", |w| {
            let ec2 = json!([{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]);
            w.role(ROLE, &ec2);
            w.facts().detail.last_use = LastUse::Never;
        }),
        ("denied", "trust-denies", |w| {
            let allow = trust(json!({}))[0].clone();
            let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:*"});
            w.role(ROLE, &json!([allow, deny]));
            w.facts().detail.last_use = LastUse::Never;
        }),
        ("in a cluster that failed", "cluster-status", |w| {
            w.cluster().status = Some("FAILED".into());
        }),
        ("never injected", "pod-not-injected", |w| {
            w.pods = vec![pod("payments", "api-1", "api", false)];
        }),
        ("without its target", "target-role-missing", |w| {
            w.target(json!({}));
            w.evidence.roles.insert(TARGET.into(), Learned::Absent);
        }),
        ("still by IRSA", "irsa-leftover", |w| {
            w.accounts = vec![account("payments", "api", Some(ROLE))];
        }),
    ];
    for (about, rule, change) in cases {
        let mut world = idle();
        change(&mut world);
        let (lines, found) = told(&world);
        assert_eq!(
            found.cause.map(|cause| cause.0),
            Some(*rule),
            "{about}: {lines:#?}"
        );
        assert!(!suggests_deletion(&found), "{about}: {found:#?}");
        // It stands under what explains it.
        let diagnosis = world.diagnosis();
        let roots = forest(&diagnosis.findings);
        let alone = roots.iter().any(|branch| branch.finding.rule.0 == RULE);
        assert!(!alone, "{about}: {lines:#?}");
    }
}

/// What does not keep the role away excuses nothing.
#[test]
fn a_trouble_of_somebody_else_is_no_excuse() {
    let mut world = idle();
    let detail = world.detail().clone();
    world.associate("shop", "other");
    world
        .evidence
        .details
        .insert("a-shop-other".into(), Learned::Known(detail));
    let (lines, found) = told(&world);
    assert!(lines.iter().any(|line| line.contains("shop/other")));
    // Its own service account does not exist, and it has the same role: nobody could use it there, but here.
    assert!(found.cause.is_some() && !suggests_deletion(&found));
    let mut world = idle();
    world.evidence.association_count = Learned::Known(4_999);
    let (_, found) = told(&world);
    assert!(suggests_deletion(&found) && found.cause.is_none());
}
