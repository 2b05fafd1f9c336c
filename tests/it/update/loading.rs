//! What is asked, in which order, and what is never asked again.

use roledex::app::effect::Timer;
use roledex::app::pane::PaneId;
use roledex::app::{Effect, Msg, Options, Request};
use roledex::model::{Failure, FailureKind, Route, UpdateSubject};

use crate::script::{Script, association, cluster_arn, update};

fn describes(script: &Script) -> Vec<String> {
    let requests = script.open().into_iter();
    requests
        .filter_map(|request| match request {
            Request::DescribeAssociation { key, .. } => Some(
                script.state.fleet.associations[&key]
                    .summary
                    .service_account
                    .to_string(),
            ),
            _ => None,
        })
        .collect()
}

#[test]
fn a_scope_is_read_as_its_clusters_become_known() {
    let mut script = Script::one_scope();
    assert_eq!(script.open().len(), 1, "one question a scope");
    script.open_scope("prod", "eu-west-1", &["a", "b"]);
    let requests = script.open();
    for wanted in ["a", "b"] {
        let arn = cluster_arn("eu-west-1", wanted);
        assert!(
            requests
                .iter()
                .any(|r| matches!(r, Request::DescribeCluster { cluster, .. } if *cluster == arn))
        );
        assert!(
            requests
                .iter()
                .any(|r| matches!(r, Request::ListAssociations { cluster, .. } if *cluster == arn))
        );
        assert!(requests.iter().any(
            |r| matches!(r, Request::ListUpdates { cluster, every_subject: false, .. } if *cluster == arn)
        ));
    }
}

#[test]
fn two_profiles_on_one_account_show_a_cluster_once() {
    let routes = vec![
        Route::new(Some("one"), "eu-west-1"),
        Route::new(Some("two"), "eu-west-1"),
    ];
    let mut script = Script::new(routes, Options::default(), 140, 40);
    // The second profile answers first: the first in the user's order still becomes the one that is used.
    script.open_scope("two", "eu-west-1", &["shop"]);
    script.open_scope("one", "eu-west-1", &["shop"]);
    assert_eq!(script.column(PaneId::Clusters, 0), ["shop"]);
    assert_eq!(script.column(PaneId::Clusters, 8), ["one"]);
    let asked = script
        .open()
        .iter()
        .filter(|r| matches!(r, Request::ListAssociations { .. }))
        .count();
    assert_eq!(asked, 1, "a second route costs no second reading");
}

#[test]
fn one_broken_scope_harms_no_other() {
    let routes = vec![
        Route::new(Some("dead"), "eu-west-1"),
        Route::new(Some("fine"), "us-east-1"),
    ];
    let mut script = Script::new(routes, Options::default(), 140, 40);
    let dead = script.ticket(|r| matches!(r, Request::OpenRoute { route } if route.0 == 0));
    let expired = Failure::new(
        FailureKind::Expired,
        "list clusters",
        "the SSO session has expired",
    )
    .hint("aws sso login --profile dead");
    script.done(dead, Err(expired));
    script.open_scope("fine", "us-east-1", &["shop"]);
    assert_eq!(script.column(PaneId::Clusters, 0), ["shop"]);
    assert_eq!(
        script.state.fleet.routes[0].failed().unwrap().failure.kind,
        FailureKind::Expired
    );
}

#[test]
fn rows_on_screen_are_described_before_the_rest() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    let rows = (0..300)
        .map(|n| association(&arn, n, "ns", &format!("sa-{n:03}")))
        .collect();
    // Give the associations all places at once: the list arrives while nothing is in flight.
    script.list_associations(&arn, rows);
    let first = describes(&script);
    assert!(!first.is_empty() && first.len() <= 24, "{first:?}");

    script.keys("tab G");
    for _ in 0..first.len() {
        // As places become free, rows at the end of the table, where the cursor now is, come first.
        let ticket = script.ticket(|r| matches!(r, Request::DescribeAssociation { .. }));
        script.done(ticket, Ok(()));
    }
    let next = describes(&script);
    assert!(next.iter().all(|name| name.as_str() > "sa-240"), "{next:?}");
    script.describe_all();
    assert_eq!(script.state.details_missing().1, 300);
}

#[test]
fn paused_loading_still_describes_what_is_looked_at() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    script.keys("s");
    script.list_associations(
        &arn,
        (0..300)
            .map(|n| association(&arn, n, "ns", &format!("sa-{n:03}")))
            .collect(),
    );
    script.describe_all();
    let (missing, all) = script.state.details_missing();
    assert_eq!(all, 300);
    assert!(
        missing > 150,
        "only rows in view and their neighbours were read, not {}",
        all - missing
    );
    script.keys("s").describe_all();
    assert_eq!(script.state.details_missing().0, 0);
}

#[test]
fn an_update_that_ended_is_never_described_again() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    let (old, new) = ("2026-11-20T12:00:00Z", "2026-11-21T11:58:00Z");
    script.list_updates(
        &arn,
        vec![
            update(&arn, "u-1", "Successful", old),
            update(&arn, "u-2", "InProgress", new),
        ],
    );
    script.send(Msg::Woke(Timer::Poll));
    let asked = script.open().into_iter().find_map(|request| match request {
        Request::ListUpdates { ended, .. } => Some(ended),
        _ => None,
    });
    let ended: Vec<_> = asked
        .unwrap()
        .iter()
        .map(|key| key.id.to_string())
        .collect();
    assert_eq!(ended, ["u-1"]);
    // The history stays although this answer does not repeat it; the running one has ended meanwhile.
    script.list_updates(&arn, vec![update(&arn, "u-2", "Successful", new)]);
    assert_eq!(script.state.fleet.updates.len(), 2);
    assert_eq!(script.column(PaneId::Updates, 0), Vec::<String>::new());
    script.keys("tab tab F");
    assert_eq!(script.column(PaneId::Updates, 8), ["u-2", "u-1"]);
}

#[test]
fn polling_follows_what_runs_and_backs_off_otherwise() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    // Wakes it when it asked to be woken, and tells how long that was.
    let waits = |script: &mut Script| {
        let asked = script.effects.iter().rev().find_map(|effect| match effect {
            Effect::Wake {
                timer: Timer::Poll,
                at,
            } => Some(*at),
            _ => None,
        });
        let waited = asked.unwrap().as_second() - script.now.as_second();
        script.now = asked.unwrap();
        script.send(Msg::Woke(Timer::Poll));
        waited
    };
    script.list_updates(
        &arn,
        vec![update(&arn, "u", "InProgress", "2026-11-21T11:59:00Z")],
    );
    assert_eq!(waits(&mut script), 10);
    let failed = update(&arn, "u", "Failed", "2026-11-21T11:59:00Z");
    script.list_updates(&arn, vec![failed]);
    let mut seen = Vec::new();
    for _ in 0..8 {
        seen.push(waits(&mut script));
        let asked = |r: &Request| matches!(r, Request::ListUpdates { .. });
        if script.open().iter().any(asked) {
            script.list_updates(&arn, Vec::new());
        }
    }
    // The first wait was asked for while it still ran, the second is the rest of the slow one.
    assert!(seen[2..].is_sorted() && seen[7] == 960, "{seen:?}");
}

#[test]
fn only_a_scoped_cluster_has_all_kinds_of_updates_read() {
    let mut script = Script::with_clusters(&["a", "b"]);
    for name in ["a", "b"] {
        script.list_updates(&cluster_arn("eu-west-1", name), Vec::new());
    }
    script.keys("enter");
    let every = script
        .open()
        .into_iter()
        .filter_map(|request| match request {
            Request::ListUpdates {
                cluster,
                every_subject,
                ..
            } => Some((cluster.name().to_owned(), every_subject)),
            _ => None,
        });
    assert_eq!(every.collect::<Vec<_>>(), [("a".to_owned(), true)]);
}

#[test]
fn a_cluster_that_is_gone_is_dropped_by_the_next_listing() {
    let mut script = Script::with_clusters(&["a", "b"]);
    let arn = cluster_arn("eu-west-1", "a");
    script.list_associations(&arn, vec![association(&arn, 1, "ns", "sa")]);
    script.keys("R").open_scope("prod", "eu-west-1", &["b"]);
    assert_eq!(script.column(PaneId::Clusters, 0), ["b"]);
    assert!(script.state.fleet.associations.is_empty());
}

#[test]
fn refreshing_keeps_what_is_known_in_sight() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    script
        .list_associations(&arn, vec![association(&arn, 1, "ns", "api")])
        .describe_all();
    script.keys("tab ctrl-r");
    assert_eq!(script.column(PaneId::Associations, 2), ["api"]);
    assert_eq!(script.column(PaneId::Associations, 8), ["loading"]);
    script
        .list_associations(&arn, vec![association(&arn, 1, "ns", "api")])
        .describe_all();
    assert_eq!(script.column(PaneId::Associations, 8), ["live"]);
}

#[test]
fn a_cluster_is_described_again_while_it_updates() {
    let mut script = Script::one_scope();
    script.open_scope("prod", "eu-west-1", &["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    script.describe_cluster(&arn, "UPDATING");
    let running = update(&arn, "u", "InProgress", "2026-11-21T11:59:00Z");
    script.list_updates(&arn, vec![running]);
    script.describe_cluster(&arn, "UPDATING");
    script.send(Msg::Woke(Timer::Poll));
    script.list_updates(
        &arn,
        vec![update(&arn, "u", "Successful", "2026-11-21T11:59:00Z")],
    );
    script.describe_cluster(&arn, "ACTIVE");
    assert_eq!(script.column(PaneId::Clusters, 1), ["ACTIVE"]);
    let asked = script
        .open()
        .iter()
        .filter(|r| matches!(r, Request::DescribeCluster { .. }))
        .count();
    assert_eq!(asked, 0, "an active cluster is left alone");
}

#[test]
fn an_update_of_an_add_on_is_followed_after_its_cluster_was_left() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    let mut addon = update(&arn, "u", "InProgress", "2026-11-21T11:59:00Z");
    addon.key.subject = UpdateSubject::Addon("vpc-cni".into());
    script.list_updates(&arn, vec![addon]);
    script.send(Msg::Woke(Timer::Poll));
    let every = script.open().into_iter().any(|r| {
        matches!(
            r,
            Request::ListUpdates {
                every_subject: true,
                ..
            }
        )
    });
    assert!(every);
}

#[test]
fn a_stuck_update_does_not_starve_the_other_clusters() {
    let mut script = Script::with_clusters(&["busy", "quiet"]);
    let (busy, quiet) = (
        cluster_arn("eu-west-1", "busy"),
        cluster_arn("eu-west-1", "quiet"),
    );
    script.list_updates(&quiet, Vec::new());
    script.list_updates(
        &busy,
        vec![update(&busy, "u", "InProgress", "2026-11-21T11:59:00Z")],
    );
    let mut looked = 0;
    for _ in 0..20 {
        script.now = roledex::app::loading::after(script.now, 10);
        script.send(Msg::Woke(Timer::Poll));
        let asked = |arn| move |r: &Request| matches!(r, Request::ListUpdates { cluster, .. } if cluster == arn);
        if script.open().iter().any(asked(&quiet)) {
            looked += 1;
            script.list_updates(&quiet, Vec::new());
        }
        script.list_updates(
            &busy,
            vec![update(&busy, "u", "InProgress", "2026-11-21T11:59:00Z")],
        );
        script.describe_cluster(&busy, "ACTIVE");
    }
    assert!(
        (2..=4).contains(&looked),
        "once a minute, not {looked} times in 200 seconds"
    );
}
