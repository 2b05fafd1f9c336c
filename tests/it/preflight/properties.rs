//! What holds of every preflight.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use roledex::model::guard::Access;
use roledex::model::plan::Plan;
use roledex::model::preflight::{
    CheckId, Decision, Evidence, Outcome, Placement, Preflight, RoleEvidence, Simulated,
};
use roledex::model::trust::Policy;
use roledex::model::{Cluster, Learned};
use serde_json::json;

use super::{active, fine, pods, policy};
use crate::plan::plans;

/// Pieces of evidence, each of which can be taken away by itself.
const PIECES: [fn(&mut Evidence); 11] = [
    |evidence| evidence.current = Learned::NotAsked,
    |evidence| evidence.existing = Learned::NotAsked,
    |evidence| evidence.cluster = Learned::NotAsked,
    |evidence| evidence.associations = Learned::NotAsked,
    |evidence| evidence.role = Learned::NotAsked,
    |evidence| evidence.target_role = Learned::NotAsked,
    |evidence| evidence.role_permissions = Learned::NotAsked,
    |evidence| evidence.permissions = Learned::NotAsked,
    |evidence| evidence.namespace = Learned::NotAsked,
    |evidence| evidence.service_account = Learned::NotAsked,
    |evidence| evidence.placement = Learned::NotAsked,
];

fn blurred<T: Clone + std::fmt::Debug + 'static>(value: T) -> BoxedStrategy<Learned<T>> {
    prop_oneof![
        1 => Just(Learned::NotAsked),
        1 => Just(Learned::Needs("x:Y".into())),
        1 => Just(Learned::Failed("no".into())),
        1 => Just(Learned::Absent),
        6 => Just(Learned::Known(value)),
    ]
    .boxed()
}

fn trust() -> impl Strategy<Value = Result<Policy, roledex::model::trust::Malformed>> {
    select(vec![0, 1, 2, 3]).prop_map(|kind| match kind {
        0 => Ok(pods()),
        1 => Policy::parse("{"),
        2 => Ok(policy(&json!({
            "Effect": "Deny", "Principal": "*", "Action": "sts:*",
        }))),
        _ => Ok(policy(&json!({
            "Effect": "Allow", "Principal": "*", "Action": "sts:*",
            "Condition": {"StringSounds": {"aws:x": "y"}},
        }))),
    })
}

fn simulated(plan: &Plan) -> BoxedStrategy<Vec<Simulated>> {
    let all = |evidence: Learned<Vec<Simulated>>| evidence.known().cloned().unwrap_or_default();
    let mut answers = all(fine(plan).permissions);
    answers.extend(all(fine(plan).role_permissions));
    let count = answers.len();
    let decisions = select(vec!["allowed", "implicitDeny", "explicitDeny", "maybe"]);
    let answered = prop::collection::vec((decisions, any::<bool>()), count).prop_map(move |said| {
        let said = said.into_iter().zip(answers.clone());
        said.map(|((decision, vague), answer)| Simulated {
            decision: Decision::of(decision),
            missing_context: if vague {
                vec!["aws:x".into()]
            } else {
                Vec::new()
            },
            ..answer
        })
        .collect::<Vec<_>>()
    });
    (answered, 0..=count)
        .prop_flat_map(|(answers, count)| subsequence(answers, count))
        .boxed()
}

fn evidence(plan: &Plan) -> BoxedStrategy<Evidence> {
    let fine = fine(plan);
    let cluster = |status: &str, version: &str| Cluster {
        status: Some(status.into()),
        version: Some(version.into()),
        ..active()
    };
    let clusters = vec![
        cluster("ACTIVE", "1.34"),
        cluster("FAILED", "1.23"),
        cluster("?", "2.0"),
    ];
    let role = |known: Learned<RoleEvidence>| {
        let arn = known.known().map(|role| role.arn.clone());
        let arn = arn.unwrap_or_else(|| "arn:aws:iam::111122223333:role/x".into());
        trust()
            .prop_flat_map(move |trust| {
                let arn = arn.clone();
                blurred(RoleEvidence { arn, trust })
            })
            .boxed()
    };
    let record = crate::plan::record();
    (
        (
            blurred(record.clone()),
            blurred(record.association),
            select(clusters).prop_flat_map(blurred).boxed(),
            select(vec![1_usize, 4_900, 5_000])
                .prop_flat_map(blurred)
                .boxed(),
        ),
        (role(fine.role), role(fine.target_role)),
        (
            simulated(plan).prop_flat_map(blurred).boxed(),
            simulated(plan).prop_flat_map(blurred).boxed().boxed(),
        ),
        (blurred(()), blurred(())),
        blurred(Placement {
            pods: 2,
            on_fargate: 2,
            on_windows: 0,
            undecided: 0,
        }),
    )
        .prop_map(
            |((current, existing, cluster, associations), roles, permissions, names, placement)| {
                Evidence {
                    current,
                    existing,
                    cluster,
                    associations,
                    role: roles.0,
                    target_role: roles.1,
                    role_permissions: permissions.0,
                    permissions: permissions.1,
                    namespace: names.0,
                    service_account: names.1,
                    placement,
                }
            },
        )
        .boxed()
}

fn cases() -> BoxedStrategy<(Plan, Evidence)> {
    plans()
        .prop_flat_map(|plan| {
            let evidence = evidence(&plan);
            evidence.prop_map(move |evidence| (plan.clone(), evidence))
        })
        .boxed()
}

/// The outcome of each check; a permission is told apart by its title.
fn outcomes(preflight: &Preflight) -> BTreeMap<(CheckId, String), Outcome> {
    let checks = preflight.checks().iter();
    checks
        .map(|check| ((check.id, check.title.clone()), check.outcome))
        .collect()
}

fn run(plan: &Plan, evidence: &Evidence) -> Preflight {
    Preflight::run(plan, evidence, Access::Open)
}

proptest! {
    /// Knowing less never makes anything better: no check is lost, and none becomes "ok".
    #[test]
    fn removing_evidence_never_makes_a_check_ok(
        (plan, evidence) in cases(), gone in subsequence(PIECES.to_vec(), 1..=PIECES.len()),
    ) {
        let before = outcomes(&run(&plan, &evidence));
        let mut less = evidence;
        for take in gone {
            take(&mut less);
        }
        let after = outcomes(&run(&plan, &less));
        prop_assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        for (check, outcome) in before {
            let now = after[&check];
            prop_assert!(now != Outcome::Ok || outcome == Outcome::Ok, "{check:?}: {outcome} to {now}");
            prop_assert!(now == outcome || now == Outcome::Unknown, "{check:?}: {outcome} to {now}");
        }
    }

    /// Of nothing at all, only what the plan itself shows is known.
    #[test]
    fn without_evidence_nothing_about_the_world_is_ok(plan in plans()) {
        let of_the_plan = [CheckId::Changes, CheckId::AddOn, CheckId::ManagedBy, CheckId::PolicyTags];
        for check in run(&plan, &Evidence::default()).checks() {
            let is_known = of_the_plan.contains(&check.id);
            prop_assert_eq!(check.outcome == Outcome::Unknown, !is_known, "{:?}", check);
        }
    }

    #[test]
    fn every_check_explains_itself((plan, evidence) in cases()) {
        for check in run(&plan, &evidence).checks() {
            prop_assert!(!check.evidence.is_empty(), "{check:?}");
            prop_assert!(check.evidence.iter().all(|line| !line.trim().is_empty()), "{check:?}");
            let blocks = check.outcome == Outcome::Blocking;
            let bare = [CheckId::Changes, CheckId::ClusterStatus];
            prop_assert!(!blocks || check.fix.is_some() || bare.contains(&check.id), "{check:?}");
        }
    }

    /// The digest of the checks changes if and only if a check does.
    #[test]
    fn digests_follow_the_checks(plan in plans(), picks in any::<[Index; 2]>(), seed in any::<u8>()) {
        let variants: Vec<Evidence> = PIECES
            .iter()
            .map(|take| {
                let mut evidence = fine(&plan);
                take(&mut evidence);
                evidence
            })
            .chain([fine(&plan), Evidence::default()])
            .collect();
        let access = |on: bool| if on { Access::Protected } else { Access::Open };
        let (one, other) = (&variants[picks[0].index(variants.len())], &variants[picks[1].index(variants.len())]);
        let one = Preflight::run(&plan, one, access(seed & 1 == 0));
        let other = Preflight::run(&plan, other, access(seed & 2 == 0));
        prop_assert_eq!(one == other, one.digest() == other.digest());
    }
}

#[test]
fn names_of_checks_are_unlike() {
    let names: std::collections::BTreeSet<_> =
        CheckId::ALL.into_iter().map(CheckId::name).collect();
    assert_eq!(names.len(), CheckId::ALL.len());
}
