//! Less evidence makes rules say less, and never nothing where they said that something is wrong.

use proptest::prelude::*;
use roledex::model::Learned;
use roledex::model::census::{Part, Scope};
use roledex::model::diagnosis::{Diagnosis, Finding, Severity, Standing, Subject};

use super::table::CASES;
use super::world::World;
use super::{line, ours};

fn needs<T>(permission: &str) -> Learned<T> {
    Learned::Needs(permission.into())
}

/// A permission, and the world without it.
type Removal = (&'static str, fn(&mut World));

/// What a caller may lack.
const REMOVALS: &[Removal] = &[
    ("cluster", |world| {
        world.evidence.cluster = needs("eks:DescribeCluster");
    }),
    ("associations", |world| {
        world.evidence.associations = needs("eks:ListPodIdentityAssociations");
    }),
    ("details", |world| {
        for detail in world.evidence.details.values_mut() {
            *detail = needs("eks:DescribePodIdentityAssociation");
        }
    }),
    ("addons", |world| {
        world.evidence.addons = needs("eks:ListAddons");
    }),
    ("daemon sets", |world| {
        world.evidence.daemon_sets = needs("list daemonsets");
    }),
    ("webhook", |world| {
        world.evidence.webhook = needs("get mutatingwebhookconfigurations");
    }),
    ("policies", |world| {
        world.evidence.network_policies = needs("list networkpolicies");
    }),
    ("node roles", |world| {
        for permissions in world.evidence.node_permissions.values_mut() {
            *permissions = needs("iam:SimulatePrincipalPolicy");
        }
    }),
    ("pods", |world| world.denied.push(Part::Pods)),
    ("nodes", |world| world.denied.push(Part::Nodes)),
    ("service accounts", |world| {
        world.denied.push(Part::ServiceAccounts);
    }),
    ("agents", |world| world.denied.push(Part::Agents)),
];

/// Agents are read apart only where not all pods are.
fn narrowed(world: &mut World) {
    world.scope = Scope {
        namespaces: vec!["payments".into()],
        service_accounts: vec![],
    };
}

/// Whether a rule says that it knows nothing of anybody, so that it says it once.
fn is_of_all(finding: &Finding) -> bool {
    matches!(finding.standing, Standing::Unknown(_)) && finding.subject == Subject::Cluster
}

/// What was wrong with a subject is still told of that very subject, or not known of it; nothing new is found.
fn check(about: &str, before: &Diagnosis, after: &Diagnosis) {
    let (before, after) = (ours(before), ours(after));
    let told = || {
        after
            .iter()
            .map(|finding| line(finding))
            .collect::<Vec<_>>()
    };
    for finding in &before {
        if matches!(finding.standing, Standing::Unknown(_)) || finding.severity < Severity::Warning
        {
            continue;
        }
        let is_still = after.iter().any(|other| {
            other.rule == finding.rule && (other.subject == finding.subject || is_of_all(other))
        });
        assert!(is_still, "{about}: {} is gone: {:?}", line(finding), told());
    }
    for finding in after
        .iter()
        .filter(|finding| finding.standing == Standing::Found)
    {
        let was = before.iter().any(|other| {
            other.rule == finding.rule
                && other.subject == finding.subject
                && other.standing == Standing::Found
        });
        assert!(was, "{about}: {} is new: {:?}", line(finding), told());
    }
}

#[test]
fn every_permission_removed_one_by_one() {
    for (case, change, _) in CASES.iter() {
        let mut world = World::healthy();
        narrowed(&mut world);
        change(&mut world);
        let before = world.diagnosis();
        for (removal, remove) in REMOVALS {
            let mut less = world.clone();
            remove(&mut less);
            check(
                &format!("{case} without {removal}"),
                &before,
                &less.diagnosis(),
            );
        }
    }
}

/// What is not read is told once by each rule, and not for each pod.
#[test]
fn without_anything_every_rule_that_lacks_something_says_so_once() {
    let mut world = World::healthy();
    narrowed(&mut world);
    for (_, remove) in REMOVALS {
        remove(&mut world);
    }
    let diagnosis = world.diagnosis();
    let told = ours(&diagnosis);
    assert!(
        told.iter()
            .all(|finding| matches!(finding.standing, Standing::Unknown(_))),
        "{told:#?}"
    );
    let mut rules: Vec<_> = told.iter().map(|finding| finding.rule).collect();
    let count = rules.len();
    rules.sort();
    rules.dedup();
    assert_eq!(
        rules.len(),
        count,
        "{:?}",
        told.iter().map(|finding| line(finding)).collect::<Vec<_>>()
    );
    assert!(count >= 25, "{count}");
}

/// The healthy world with one kind of thing unread says which rules cannot be applied, and nothing else.
#[test]
fn what_is_not_read_is_never_fine() {
    for (removal, remove) in REMOVALS {
        // None of these decides anything where every pod has what it should.
        if ["cluster", "details", "service accounts"].contains(removal) {
            continue;
        }
        let mut world = World::healthy();
        narrowed(&mut world);
        remove(&mut world);
        let diagnosis = world.diagnosis();
        let told = ours(&diagnosis);
        assert!(!told.is_empty(), "{removal}");
        for finding in told {
            assert!(
                matches!(finding.standing, Standing::Unknown(_)),
                "{removal}: {}",
                line(finding)
            );
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_removed_no_error_goes_silently(
        case in 0..CASES.len(), removed in prop::collection::vec(0..REMOVALS.len(), 1..5),
    ) {
        let (about, change, _) = CASES[case];
        let mut world = World::healthy();
        narrowed(&mut world);
        change(&mut world);
        let before = world.diagnosis();
        for index in removed {
            REMOVALS[index].1(&mut world);
        }
        check(about, &before, &world.diagnosis());
    }

    #[test]
    fn the_order_of_evidence_does_not_matter(case in 0..CASES.len(), other in 0..CASES.len()) {
        let mut world = World::healthy();
        CASES[case].1(&mut world);
        // Two troubles at once, where they go together.
        if case < other && !["a pod on its way out"].contains(&CASES[case].0) {
            world.pods.push(super::world::pod("api-2", "api"));
        }
        let before = world.diagnosis();
        world.pods.reverse();
        world.nodes.reverse();
        world.agents.reverse();
        if let Learned::Known(sets) = &mut world.evidence.daemon_sets {
            sets.reverse();
        }
        if let Learned::Known(policies) = &mut world.evidence.network_policies {
            policies.reverse();
        }
        prop_assert_eq!(before, world.diagnosis());
    }
}
