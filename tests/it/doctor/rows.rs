//! A world for each row of the decision table that can be seen in a state: exactly that trouble, named first.

pub(super) mod table;

use roledex::model::diagnosis::coverage::{Coverage, rows, tried_on_evidence};
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
        let first = findings(&found).next().map(|finding| finding.rule.0);
        if first == Some(*rule) {
            return Ok(());
        }
        Err(format!("row {row}, {rule}:\n  {}", all(&found)))
    });
}

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
