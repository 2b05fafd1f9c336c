//! What the demo world promises.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::World;
use crate::sim::state::{Cluster, PartKind, State, UpdateScope, UpdateStatus};

fn start() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn state() -> State {
    World::demo().unwrap().build(start())
}

fn clusters(state: &State) -> Vec<&Cluster> {
    state
        .accounts
        .values()
        .flat_map(|account| account.clusters.values())
        .collect()
}

fn named<'s>(state: &'s State, name: &str) -> &'s Cluster {
    clusters(state)
        .into_iter()
        .find(|cluster| cluster.name == name)
        .unwrap()
}

#[test]
fn its_size_is_as_told() {
    let state = state();
    let clusters = clusters(&state);
    let regions: BTreeSet<&str> = clusters
        .iter()
        .map(|cluster| cluster.region.as_str())
        .collect();
    let sizes: Vec<usize> = clusters
        .iter()
        .map(|cluster| cluster.associations.len())
        .collect();
    assert_eq!(
        (state.accounts.len(), regions.len(), clusters.len()),
        (2, 3, 8)
    );
    assert_eq!(sizes.iter().sum::<usize>(), 160, "{sizes:?}");
    assert_eq!(
        sizes.iter().filter(|size| **size > 100).count(),
        1,
        "{sizes:?}"
    );
}

#[test]
fn the_printed_account_and_region_are_rich_enough() {
    let state = state();
    let first = World::demo().unwrap().accounts().remove(0);
    let printed: Vec<&Cluster> = clusters(&state)
        .into_iter()
        .filter(|cluster| cluster.account == first.id && cluster.region == first.regions[0])
        .collect();
    let active = printed
        .iter()
        .filter(|cluster| cluster.current_status(start()) == "ACTIVE");
    assert!(active.count() >= 2);
    assert!(
        printed
            .iter()
            .map(|cluster| cluster.associations.len())
            .sum::<usize>()
            >= 60
    );
}

#[test]
fn every_kind_of_update_and_trouble_is_there() {
    let state = state();
    let clusters = clusters(&state);
    let updates: Vec<_> = clusters
        .iter()
        .flat_map(|cluster| cluster.updates.values())
        .collect();
    let statuses: BTreeSet<&str> = updates
        .iter()
        .map(|update| update.status(start()).name())
        .collect();
    assert_eq!(
        statuses,
        BTreeSet::from(["Cancelled", "Failed", "InProgress", "Successful"])
    );
    let codes: BTreeSet<&str> = updates
        .iter()
        .flat_map(|update| &update.errors)
        .map(|issue| issue.code.as_str())
        .collect();
    assert!(codes.len() >= 8, "{codes:?}");
    let scopes: BTreeSet<u8> = updates
        .iter()
        .map(|update| match update.scope {
            UpdateScope::Cluster => 0,
            UpdateScope::Nodegroup(_) => 1,
            UpdateScope::Addon(_) => 2,
            UpdateScope::Capability(_) => 3,
        })
        .collect();
    assert_eq!(scopes.len(), 4);
    let associations: Vec<_> = clusters
        .iter()
        .flat_map(|cluster| cluster.associations.values())
        .collect();
    assert!(
        associations
            .iter()
            .any(|association| association.owner_arn.is_some())
    );
    assert!(
        associations
            .iter()
            .any(|association| association.target_role_arn.is_some())
    );
    assert!(
        associations
            .iter()
            .any(|association| association.policy.is_some())
    );
    let hostile = |text: &String| text.contains('\u{1b}') && text.contains('\u{202e}');
    assert!(
        associations
            .iter()
            .any(|association| association.tags.values().any(hostile))
    );
    assert!(clusters.iter().any(|cluster| {
        cluster
            .parts
            .keys()
            .any(|key| key.0 == PartKind::IdentityProvider)
    }));
    assert!(
        clusters
            .iter()
            .any(|cluster| cluster.document.contains_key("computeConfig"))
    );
}

#[test]
fn roles_are_there_unless_they_were_deleted() {
    let state = state();
    let missing: BTreeSet<&str> = clusters(&state)
        .into_iter()
        .flat_map(|cluster| {
            let roles = &state.accounts[&cluster.account].roles;
            cluster.associations.values().filter(move |association| {
                !roles.values().any(|role| role.arn == association.role_arn)
            })
        })
        .map(|association| association.role_arn.as_str())
        .collect();
    assert_eq!(
        missing,
        BTreeSet::from([
            "arn:aws:iam::111122223333:role/analytics-notebooks",
            "arn:aws:iam::111122223333:role/payments-legacy-batch",
        ])
    );
}

#[test]
fn updates_move_with_time_and_leave_their_mark() {
    let state = state();
    let cluster = named(&state, "storefront");
    let version = |now| cluster.updated_to(&UpdateScope::Cluster, "Version", now);
    assert_eq!(cluster.current_status(start()), "UPDATING");
    assert_eq!(version(start()), None);
    let later = start() + SignedDuration::from_mins(31);
    assert_eq!(cluster.current_status(later), "ACTIVE");
    assert_eq!(version(later), Some("1.34"));
    assert!(
        cluster
            .running_update(&UpdateScope::Cluster, later)
            .is_none()
    );
    let ended = cluster.updates.values().filter(|update| {
        update.status(start()) != update.status(later)
            && update.status(later) == UpdateStatus::Successful
    });
    assert_eq!(ended.count(), 2);
}
