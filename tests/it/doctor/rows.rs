//! A world for each row of the decision table that can be seen in a state: exactly that trouble, named first.

pub(super) mod table;

use roledex::model::diagnosis::coverage::{Coverage, rows, tried_on_evidence};
use std::collections::BTreeSet;

use roledex::model::diagnosis::{Finding, Standing};
use roledex::ops::fleet::Selection;
use roledex::sim::World;

use super::world::{healthy, patched};
use super::{Patient, all, each, everything, findings, run};
use table::ROWS;

#[test]
fn a_healthy_world_has_no_finding() {
    run(async {
        let found = Patient::of(healthy()).await.examine(&everything()).await;
        assert_eq!(found.faults, [], "everything can be read");
        assert_eq!(found.rows.len(), 1);
        assert!(findings(&found).next().is_none(), "{}", all(&found));
    });
}

#[test]
fn a_generated_world_has_no_finding() {
    run(async {
        let world = World::load("gen:2x40x60").unwrap();
        let found = Patient::of(world).await.examine(&everything()).await;
        assert_eq!(found.faults, [], "everything can be read");
        assert_eq!(found.rows.len(), 2);
        assert!(findings(&found).next().is_none(), "{}", all(&found));
    });
}

#[test]
fn each_trouble_is_named_first() {
    each(ROWS, |(row, rule, patch)| {
        let found = run(async {
            let patient = Patient::of(patched(patch)).await;
            patient.examine(&everything()).await
        });
        let told: Vec<&Finding> = findings(&found).collect();
        let wrong = |why: String| Err(format!("row {row}, {rule}: {why}\n  {}", all(&found)));
        let Some(first) = told.first().filter(|first| first.rule.0 == *rule) else {
            return wrong("it is not named first".to_owned());
        };
        let may_be = POSSIBLE.iter().any(|(of, _)| of == rule);
        if (first.standing == Standing::Found) == may_be {
            return wrong(format!("it is {:?}", first.standing));
        }
        let mut explained: BTreeSet<&str> = BTreeSet::from([*rule]);
        for other in told.iter().skip(1) {
            let follows = other.cause.is_some_and(|cause| explained.contains(cause.0));
            let is_beside = BESIDE
                .iter()
                .any(|(of, beside, _)| of == rule && *beside == other.rule.0);
            if !follows && !is_beside && other.rule != first.rule {
                return wrong(format!("{} is told besides", other.rule));
            }
            explained.insert(other.rule.0);
        }
        Ok(())
    });
}

/// Rules that cannot be sure in a world of their own, and why.
const POSSIBLE: &[(&str, &str)] = &[
    ("pods-predate-change", "nobody tells when an SDK last asked"),
    (
        "network-policy-blocks-agent",
        "whether the network plug-in enforces policies is not told in this world",
    ),
    ("profile-first", "what a profile holds is not visible"),
    (
        "kubernetes-refuses",
        "it is a question that stayed open, by its nature",
    ),
];

/// What a world shows beside its trouble, and does not follow from it: the trouble, the other rule, and why.
const BESIDE: &[(&str, &str, &str)] = &[(
    "target-trust-lacks-role",
    "target-confused-deputy",
    "the policy trusts a whole account without a condition, which is a trouble of its own",
)];

/// Whoever adds a rule adds a world, or says why there is none.
#[test]
fn every_row_that_rules_cover_has_a_world_or_a_reason() {
    for row in rows() {
        let Coverage::Covered { rules } = row.coverage else {
            continue;
        };
        // Rows 5 and 72 have tests of their own: one takes somebody who asks, the other thousands of associations.
        let mut worlds = ROWS.iter().filter(|(number, _, _)| *number == row.number);
        let is_named = worlds.all(|(_, rule, _)| rules.iter().any(|id| id.0 == *rule));
        let has_world = [5, 72].contains(&row.number)
            || ROWS.iter().any(|(number, _, _)| *number == row.number);
        assert!(is_named, "{} {}: another rule", row.number, row.trouble);
        assert_eq!(
            has_world,
            tried_on_evidence(row.number).is_none(),
            "{} {}",
            row.number,
            row.trouble
        );
    }
}

/// Row 5: a service account without an association is nobody's trouble until somebody asks for it.
#[test]
fn a_missing_association_is_named_where_it_is_asked_for() {
    run(async {
        let patch = "cluster: {kubernetes: {workloads: {shop: {kiosk: {pods: -3d}}}}}";
        let patient = Patient::of(patched(patch)).await;
        let kiosk = Selection {
            namespaces: vec!["shop".to_owned()],
            service_accounts: vec!["kiosk".to_owned()],
            ..Selection::default()
        };
        let found = patient.examine(&kiosk).await;
        let first = findings(&found).next().map(|finding| finding.rule.0);
        assert_eq!(first, Some("association-missing"), "{}", all(&found));
        let api = Selection {
            service_accounts: vec!["api".to_owned()],
            ..kiosk
        };
        let found = patient.examine(&api).await;
        assert!(findings(&found).next().is_none(), "{}", all(&found));
    });
}

/// Row 72: whoever asks for one service account alone is told as well, as the quota is the cluster's.
#[test]
fn a_quota_that_is_nearly_exhausted_is_named_first() {
    run(async {
        let bulk: Vec<String> = (0..4_500)
            .map(|number| format!("s{number}: {{role: shop-api, created: -9d}}"))
            .collect();
        let absent: Vec<String> = (0..4_500).map(|number| format!("bulk/s{number}")).collect();
        let patch = format!(
            "cluster: {{associations: {{bulk: {{{}}}}}, kubernetes: {{without_service_account: [{}]}}}}",
            bulk.join(", "),
            absent.join(", ")
        );
        let patient = Patient::of(patched(&patch)).await;
        let api = Selection {
            namespaces: vec!["shop".to_owned()],
            service_accounts: vec!["api".to_owned()],
            ..Selection::default()
        };
        let found = patient.examine(&api).await;
        let told: Vec<&str> = findings(&found).map(|finding| finding.rule.0).collect();
        assert_eq!(told, ["association-quota"], "{}", all(&found));
    });
}
