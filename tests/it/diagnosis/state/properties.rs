//! Less evidence makes rules say less, and never nothing where they said that something is wrong.

use proptest::prelude::*;
use roledex::model::Learned;
use roledex::model::census::Part;
use roledex::model::diagnosis::{Diagnosis, Evidence, Severity, Standing, diagnose};

use super::table::ALL;
use super::world::{World, time};
use super::{line, lines};

fn needs<T>(permission: &str) -> Learned<T> {
    Learned::Needs(permission.into())
}

type Removal = (&'static str, fn(&mut World));

/// What a caller may lack.
const REMOVALS: &[Removal] = &[
    ("cluster", |w| {
        w.evidence.cluster = needs("eks:DescribeCluster");
    }),
    ("associations", |w| {
        w.evidence.associations = needs("eks:ListPodIdentityAssociations");
    }),
    ("count", |w| {
        w.evidence.association_count = needs("eks:ListPodIdentityAssociations");
    }),
    ("details", |w| {
        for detail in w.evidence.details.values_mut() {
            *detail = needs("eks:DescribePodIdentityAssociation");
        }
    }),
    ("details never asked for", |w| w.evidence.details.clear()),
    ("roles", |w| {
        for role in w.evidence.roles.values_mut() {
            *role = needs("iam:GetRole");
        }
    }),
    ("roles never asked for", |w| w.evidence.roles.clear()),
    ("policies", |w| {
        for role in w.evidence.roles.values_mut() {
            if let Learned::Known(facts) = role {
                facts.policies = needs("iam:ListRolePolicies");
            }
        }
    }),
    ("hops", |w| {
        for hop in w.evidence.hop_permissions.values_mut() {
            *hop = needs("iam:SimulatePrincipalPolicy");
        }
    }),
    ("add-ons", |w| w.evidence.addons = needs("eks:ListAddons")),
    ("updates", |w| w.evidence.updates = needs("eks:ListUpdates")),
    ("namespaces", |w| {
        w.evidence.namespaces = needs("list namespaces in Kubernetes");
    }),
    ("providers", |w| {
        w.evidence.oidc_providers = needs("iam:ListOpenIDConnectProviders");
    }),
    ("audiences", |w| {
        if let Learned::Known(providers) = &mut w.evidence.oidc_providers {
            for provider in providers {
                provider.client_ids = needs("iam:GetOpenIDConnectProvider");
            }
        }
    }),
    ("pods", |w| w.denied.push(Part::Pods)),
    ("service accounts", |w| w.denied.push(Part::ServiceAccounts)),
];

fn check(about: &str, before: &Diagnosis, after: &Diagnosis) {
    for finding in &before.findings {
        if matches!(finding.standing, Standing::Unknown(_)) || finding.severity < Severity::Warning
        {
            continue;
        }
        let is_still = after
            .findings
            .iter()
            .any(|other| other.rule == finding.rule);
        assert!(
            is_still,
            "{about}: {} is gone: {:#?}",
            line(finding),
            lines(after)
        );
    }
    for finding in after
        .findings
        .iter()
        .filter(|one| one.standing == Standing::Found)
    {
        let was = before
            .findings
            .iter()
            .any(|other| other.rule == finding.rule && other.subject == finding.subject);
        assert!(
            was,
            "{about}: {} is new: {:#?}",
            line(finding),
            lines(before)
        );
    }
}

#[test]
fn every_permission_removed_one_by_one() {
    for (case, change, _) in ALL.iter() {
        let mut world = World::healthy();
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

#[test]
fn what_is_not_read_is_never_fine() {
    // Of these, the healthy world has nothing that would be read.
    let idle = ["hops", "audiences", "providers", "policies", "add-ons"];
    for (removal, remove) in REMOVALS.iter().filter(|(name, _)| !idle.contains(name)) {
        let mut world = World::healthy();
        remove(&mut world);
        let diagnosis = world.diagnosis();
        assert!(!diagnosis.findings.is_empty(), "{removal}");
        for finding in &diagnosis.findings {
            assert!(
                matches!(finding.standing, Standing::Unknown(_)),
                "{removal}: {}",
                line(finding)
            );
        }
    }
}

#[test]
fn nothing_at_all_is_not_known_and_said_once_by_each_rule() {
    let arn = World::healthy().evidence.arn;
    let diagnosis = diagnose(&Evidence::nothing(arn, time("2026-11-21T12:00:00Z")));
    assert!(diagnosis.findings.len() > 20, "{:#?}", lines(&diagnosis));
    let mut told = lines(&diagnosis);
    told.sort();
    let count = told.len();
    told.dedup();
    assert_eq!(told.len(), count);
    assert!(
        diagnosis
            .findings
            .iter()
            .all(|one| matches!(one.standing, Standing::Unknown(_)))
    );
}

#[test]
fn the_same_unknown_of_many_accounts_is_one() {
    let mut world = World::healthy();
    for number in 0..20 {
        world.associate("payments", &format!("worker-{number}"));
        world.accounts.push(super::world::account(
            "payments",
            &format!("worker-{number}"),
            None,
        ));
    }
    world.evidence.roles.clear();
    let told = lines(&world.diagnosis());
    let about_roles: Vec<_> = told
        .iter()
        .filter(|line| line.contains(" role-missing "))
        .collect();
    assert_eq!(
        about_roles,
        ["error unknown (it was not asked for) role-missing cluster"]
    );
}

#[test]
fn what_kubernetes_refuses_stands_under_the_refusal() {
    let mut world = World::healthy();
    world.denied.push(Part::ServiceAccounts);
    let diagnosis = world.diagnosis();
    assert_eq!(
        diagnosis.findings[0].rule.0,
        "kubernetes-refuses",
        "{:#?}",
        lines(&diagnosis)
    );
    let needs = "needs list serviceaccounts in Kubernetes";
    assert_eq!(
        diagnosis.findings[0].standing,
        Standing::Unknown(needs.into())
    );
    for finding in &diagnosis.findings[1..] {
        if finding.standing == Standing::Unknown(needs.into()) {
            assert_eq!(
                finding.cause,
                Some(diagnosis.findings[0].rule),
                "{}",
                line(finding)
            );
        }
    }
}

/// Foreign words in the places that rules read.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z.-]{0,6}",
        ".{0,8}",
        Just("ACTIVE".to_owned()),
        Just("arn:aws:iam::111122223333:role/x".to_owned()),
        Just("arn:aws:iam::444455556666:role/a/b".to_owned()),
        Just(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}"#.to_owned()),
    ]
}

proptest! {
    #[test]
    fn whatever_is_removed_nothing_goes_silently(
        case in 0..ALL.len(), removed in prop::collection::vec(0..REMOVALS.len(), 1..5),
    ) {
        let (about, change, _) = ALL[case];
        let mut world = World::healthy();
        change(&mut world);
        let before = world.diagnosis();
        for index in removed {
            REMOVALS[index].1(&mut world);
        }
        check(about, &before, &world.diagnosis());
    }

    #[test]
    fn the_order_of_evidence_does_not_matter(cases in prop::collection::vec(0..ALL.len(), 1..4)) {
        let mut world = World::healthy();
        world.irsa();
        world.associate("shop", "other");
        for case in cases {
            // Cases that look for what another one took away.
            if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ALL[case].1(&mut world))).is_err() {
                return Ok(());
            }
        }
        let before = world.diagnosis();
        world.accounts.reverse();
        world.pods.reverse();
        world.associations().reverse();
        for list in [&mut world.evidence.addons] {
            if let Learned::Known(list) = list {
                list.reverse();
            }
        }
        if let Learned::Known(updates) = &mut world.evidence.updates {
            updates.reverse();
        }
        if let Learned::Known(providers) = &mut world.evidence.oidc_providers {
            providers.reverse();
        }
        prop_assert_eq!(lines(&before), lines(&world.diagnosis()));
        prop_assert_eq!(before, world.diagnosis());
    }

    #[test]
    fn no_words_make_a_rule_panic(
        words in prop::collection::vec(words(), 12), tags in any::<Option<bool>>(),
    ) {
        let mut world = World::healthy();
        world.irsa();
        let mut next = words.iter().map(|word| std::sync::Arc::<str>::from(word.as_str())).cycle();
        let mut word = || next.next().unwrap();
        let cluster = world.cluster();
        (cluster.status, cluster.version) = (Some(word()), Some(word()));
        (cluster.platform_version, cluster.oidc_issuer) = (Some(word()), Some(word()));
        cluster.health_issues = vec![word(), word()];
        let detail = world.detail();
        (detail.role, detail.target_role) = (Some(word()), Some(word()));
        detail.session_tags_disabled = tags;
        let policy = words[0].clone();
        world.extra(Some(&policy), Some(&policy));
        let association = &mut world.associations()[0];
        (association.namespace, association.service_account) = (word(), word());
        association.owner = Some(word());
        let facts = world.facts().clone();
        for _ in 0..4 {
            let mut facts = facts.clone();
            (facts.detail.arn, facts.detail.trust) = (word(), Some(word()));
            facts.policies = Learned::Known([(word(), word())].into());
            world.evidence.roles.insert(word(), Learned::Known(facts));
        }
        for finding in world.diagnosis().findings {
            for text in [&finding.summary, &finding.explanation] {
                prop_assert!(!text.chars().any(roledex::model::text::is_hidden), "{text}");
            }
        }
    }
}
