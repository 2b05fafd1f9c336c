//! Fingerprints: they change if and only if something that is shown changes.

use std::sync::Arc;

use proptest::prelude::*;
use roledex::model::association::AssociationExtra;
use roledex::model::plan::{AffectedPod, Basis, BlastRadius, Counted, Fallback, Plan};
use roledex::model::pod::Owner;
use roledex::model::verdict::Verdict;
use roledex::model::{AssociationRecord, Known, Origin};

use super::{basis, edit_role, read, record, record_with};

/// All that is shown of a plan, as text.
fn shown(plan: &Plan) -> String {
    let mut text = plan.title();
    for line in plan.lines().into_iter().chain(plan.record_lines()) {
        text += &format!("\n{}: {}", line.label, line.value);
    }
    if let Some(before) = plan.before() {
        text += &format!(
            "\n{:?}",
            roledex::model::plan::Definition::of(&before.value)
        );
    }
    if let Some(counted) = plan.pods().counted() {
        text += &format!("\n{counted:?}");
    }
    for field in plan.diff() {
        text += &format!("\n{field}");
    }
    for warning in plan.warnings() {
        text += &format!("\n{warning}");
    }
    for command in plan.commands() {
        text += &format!("\n{command:?}");
    }
    text
}

proptest! {
    #[test]
    fn two_plans_look_alike_if_and_only_if_their_digests_do(one in super::plans(), other in super::plans()) {
        prop_assert_eq!(shown(&one) == shown(&other), one.digest() == other.digest());
        prop_assert_eq!(one == other, one.digest() == other.digest());
    }
}

fn plan(basis: Basis, before: Known<AssociationRecord>) -> Plan {
    Plan::update(basis, before, &edit_role("b")).unwrap()
}

fn pods(pods: &[(&str, Verdict)]) -> BlastRadius {
    let pods = pods.iter().map(|(name, uses)| AffectedPod {
        name: (*name).into(),
        workload: Some(Owner {
            kind: "Deployment".into(),
            name: "api".into(),
        }),
        uses: *uses,
    });
    BlastRadius::Counted(Counted {
        pods: pods.collect(),
        fallback: Fallback::Nothing,
        at: "2026-11-01T00:00:00Z".parse().unwrap(),
    })
}

#[test]
fn every_part_of_a_plan_is_in_its_digest() {
    let target = "arn:aws:iam::444455556666:role/vault";
    let altered = |alter: &dyn Fn(&mut AssociationRecord)| {
        let mut record = record();
        alter(&mut record);
        plan(basis(), read(record))
    };
    let with = |alter: &dyn Fn(&mut Basis)| {
        let mut basis = basis();
        alter(&mut basis);
        plan(basis, read(record()))
    };
    let extra = |alter: &dyn Fn(&mut AssociationExtra)| {
        altered(&|record| {
            let mut extra = AssociationExtra::clone(record.detail.extra.as_ref().unwrap());
            alter(&mut extra);
            record.detail.extra = Some(Arc::new(extra));
        })
    };
    let mut later = read(record());
    later.at = "2026-11-01T00:00:01Z".parse().unwrap();
    let mut cached = read(record());
    cached.origin = Origin::Cache;
    let plans = vec![
        plan(basis(), read(record())),
        plan(basis(), later),
        plan(basis(), cached),
        Plan::update(basis(), read(record()), &edit_role("c")).unwrap(),
        altered(&|record| record.association.key.id = "a-zzzzzzzzzzzzzzzzz".into()),
        altered(&|record| record.association.namespace = "web".into()),
        altered(&|record| record.association.service_account = "web".into()),
        altered(&|record| record.association.arn = None),
        altered(&|record| record.association.owner = Some("o".into())),
        altered(&|record| record.detail.role = Some("r".into())),
        altered(&|record| record.detail.role = None),
        altered(&|record| record.detail.target_role = Some(target.into())),
        altered(&|record| record.detail.session_tags_disabled = Some(true)),
        altered(&|record| record.detail.created = None),
        altered(&|record| record.detail.modified = None),
        extra(&|extra| extra.external_id = Some("x".into())),
        extra(&|extra| extra.tags.clear()),
        extra(&|extra| drop(extra.tags.insert("team".into(), "other".into()))),
        extra(&|extra| drop(extra.tags.insert("t".into(), "eam".into()))),
        with(&|basis| basis.route.profile = None),
        with(&|basis| basis.route.profile = Some("other".into())),
        with(&|basis| basis.caller = None),
        with(&|basis| {
            basis.caller.as_mut().unwrap().arn = "arn:aws:iam::111122223333:user/bob".into();
        }),
        with(&|basis| basis.pods = BlastRadius::unknown("denied")),
        with(&|basis| basis.pods = pods(&[])),
        with(&|basis| basis.pods = pods(&[("a", Verdict::Yes)])),
        with(&|basis| basis.pods = pods(&[("a", Verdict::Unknown)])),
        with(&|basis| basis.pods = pods(&[("b", Verdict::Yes)])),
        with(&|basis| basis.pods = pods(&[("a", Verdict::Yes), ("b", Verdict::Yes)])),
    ];
    for (index, one) in plans.iter().enumerate() {
        for other in &plans[..index] {
            assert_ne!(one.digest(), other.digest(), "{one:#?}\n{other:#?}");
        }
    }
}

#[test]
fn what_is_not_shown_is_not_in_the_digest() {
    let mut quiet = basis();
    quiet.route.speculative = true;
    assert_eq!(
        plan(quiet, read(record())).digest(),
        plan(basis(), read(record())).digest()
    );
    // No extra members, or extra members that hold nothing.
    let hollow = record_with(&[], None, None);
    let mut bare = hollow.clone();
    bare.detail.extra = None;
    assert_eq!(
        plan(basis(), read(hollow)).digest(),
        plan(basis(), read(bare)).digest()
    );
}
