//! What must hold of every census.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use roledex::model::census::{Associations, Census};
use roledex::model::identity::Certainty;
use roledex::model::kubernetes::{KubeId, KubeObject, WatchedKind};

use super::world::{Told, account, agent, association, denied, joined, lines, look, node, pod};

const ACCOUNTS: [&str; 3] = ["a", "b", "c"];
const NODES: [&str; 2] = ["n1", "n2"];

/// An object of a small cluster, in which names meet often.
fn object() -> impl Strategy<Value = KubeObject> {
    let told = proptest::sample::select(vec![
        Told::Nothing,
        Told::PodIdentity,
        Told::Irsa,
        Told::Keys,
    ]);
    let accounts = proptest::sample::select(ACCOUNTS.to_vec());
    let on = proptest::sample::select(NODES.to_vec());
    let compute = proptest::sample::select(vec!["ec2", "auto", "fargate", "hybrid", "?"]);
    prop_oneof![
        2 => (accounts.clone(), any::<bool>()).prop_map(|(name, annotated)| {
            account("shop", name, annotated.then_some("arn:aws:iam::111122223333:role/irsa")).into()
        }),
        4 => (0..4, accounts, proptest::option::of(on.clone()), told).prop_map(
            |(number, account, node, told)| {
                pod("shop", &format!("p{number}"), account, node, told).into()
            }
        ),
        1 => (on.clone(), compute).prop_map(|(name, compute)| node(name, compute, None).into()),
        1 => (on, any::<bool>(), any::<bool>()).prop_map(|(name, ready, labelled)| {
            agent(name, ready, labelled).into()
        }),
    ]
}

#[derive(Debug, Clone)]
enum Event {
    Apply(Box<KubeObject>),
    Delete(KubeId),
}

impl Event {
    fn id(&self) -> KubeId {
        match self {
            Self::Apply(object) => object.id(),
            Self::Delete(id) => id.clone(),
        }
    }

    fn tell(&self, census: &mut Census) {
        match self {
            Self::Apply(object) => census.apply((**object).clone()),
            Self::Delete(id) => census.delete(id),
        }
    }
}

fn event() -> impl Strategy<Value = Event> {
    (object(), proptest::bool::weighted(0.2)).prop_map(|(object, deletes)| {
        if deletes {
            Event::Delete(object.id())
        } else {
            Event::Apply(Box::new(object))
        }
    })
}

fn restart_all(census: &mut Census) {
    for kind in WatchedKind::ALL {
        census.restart(kind);
    }
}

fn sync_all(census: &mut Census) {
    for kind in WatchedKind::ALL {
        census.synced(kind);
    }
}

fn told<'e>(events: impl IntoIterator<Item = &'e Event>) -> Census {
    let mut census = Census::new();
    restart_all(&mut census);
    events.into_iter().for_each(|event| event.tell(&mut census));
    sync_all(&mut census);
    census
}

/// What is left after the events, each object once.
fn remaining(events: &[Event]) -> Vec<Event> {
    let mut last = BTreeMap::new();
    for event in events {
        last.insert(event.id(), event.clone());
    }
    let is_there = |event: &Event| matches!(event, Event::Apply(_));
    last.into_values().filter(is_there).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_order_of_events_does_not_matter(
        events in proptest::collection::vec(event(), 0..24),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 24),
    ) {
        let rows = [association("shop", "a"), association("shop", "x")];
        let associations = joined(&rows);
        let expected = lines(&told(&remaining(&events)), &associations);
        prop_assert_eq!(&lines(&told(&events), &associations), &expected);
        // Any order in which the events of one object keep theirs.
        let mut queues: BTreeMap<KubeId, Vec<&Event>> = BTreeMap::new();
        for event in events.iter().rev() {
            queues.entry(event.id()).or_default().push(event);
        }
        let mut mixed = Vec::new();
        for pick in picks.iter().take(events.len()) {
            let mut open: Vec<_> = queues.values_mut().filter(|queue| !queue.is_empty()).collect();
            mixed.extend(pick.get_mut(&mut open).pop());
        }
        prop_assert_eq!(&lines(&told(mixed), &associations), &expected);
    }

    #[test]
    fn a_complete_list_drops_exactly_what_it_did_not_name(
        before in proptest::collection::vec(event(), 0..16),
        named in proptest::collection::vec(object(), 0..8),
        relisted in proptest::sample::select(WatchedKind::ALL.to_vec()),
    ) {
        let rows = [association("shop", "a")];
        let associations = joined(&rows);
        let mut census = told(&before);
        let before = remaining(&before).into_iter();
        let mut expected: BTreeMap<_, _> = before.map(|event| (event.id(), event)).collect();
        let mut ids = BTreeSet::new();
        census.restart(relisted);
        for object in named.into_iter().filter(|object| object.kind() == relisted) {
            census.apply(object.clone());
            ids.insert(object.id());
            expected.insert(object.id(), Event::Apply(Box::new(object)));
        }
        // Nothing goes before the list is complete.
        let kept = expected.keys().filter(|id| id.kind() == relisted).count();
        prop_assert_eq!(census.count(relisted), kept);
        census.synced(relisted);
        expected.retain(|id, _| id.kind() != relisted || ids.contains(id));
        let listed = told(expected.values());
        prop_assert_eq!(lines(&census, &associations), lines(&listed, &associations));
        prop_assert_eq!(census.count(relisted), listed.count(relisted));
    }

    #[test]
    fn what_was_not_read_makes_nothing_certain(
        events in proptest::collection::vec(event(), 0..24),
        unread in proptest::collection::vec(proptest::sample::select(WatchedKind::ALL.to_vec()), 0..3),
        some in any::<prop::sample::Index>(),
        fails in any::<bool>(),
        associations_unread in any::<bool>(),
    ) {
        let rows = [association("shop", "a"), association("shop", "x")];
        let all = joined(&rows);
        let world = remaining(&events);
        let complete = told(&world);
        let mut partial = Census::new();
        restart_all(&mut partial);
        // Of a part that is not read, some objects may have come before its list broke off.
        let seen = some.index(world.len() + 1);
        for (place, event) in world.iter().enumerate() {
            if !unread.contains(&event.id().kind()) || place < seen {
                event.tell(&mut partial);
            }
        }
        for kind in WatchedKind::ALL {
            match (unread.contains(&kind), fails) {
                (false, _) => partial.synced(kind),
                (true, true) => partial.failed(kind, &denied()),
                (true, false) => {}
            }
        }
        let none = Associations::unread();
        let known = if associations_unread { &none } else { &all };
        look(&complete, &all, |whole| look(&partial, known, |picture| {
            for row in picture.containers() {
                let full = whole.containers_of(complete.pod(&row.pod.namespace, &row.pod.name).unwrap());
                let full = full.iter().find(|full| full.id() == row.id()).unwrap();
                if row.verdict.certainty == Certainty::Certain {
                    prop_assert_eq!(row.verdict.mechanism, full.verdict.mechanism);
                    prop_assert_eq!(full.verdict.certainty, Certainty::Certain);
                }
                if row.injection.word() != "unknown" {
                    prop_assert_eq!(row.injection.word(), full.injection.word());
                }
            }
            for row in picture.accounts() {
                let full = whole.account(row.namespace, row.name);
                if row.new_pods.certainty == Certainty::Certain {
                    let full = full.as_ref().unwrap();
                    prop_assert_eq!(row.new_pods.mechanism, full.new_pods.mechanism);
                    prop_assert_eq!(row.is_dormant(), full.is_dormant());
                    prop_assert!(!associations_unread && !row.account.is_unknown());
                }
                if let Some(tally) = row.tally {
                    prop_assert!(!unread.contains(&WatchedKind::Pods));
                    let full = full.and_then(|full| full.tally).unwrap_or_default();
                    prop_assert_eq!(tally.running, full.running);
                    prop_assert!(tally.lacking <= full.lacking);
                }
            }
            Ok(())
        }))?;
    }
}
