//! Answers that come late, twice, in another order, or after nobody wants them any more.

use proptest::prelude::*;
use roledex::app::pane::PaneId;
use roledex::app::{Msg, Options, Request, Step};
use roledex::model::snapshot::{AssociationSnapshot, ClusterSnapshot, Snapshot};
use roledex::model::{ClusterArn, Failure, FailureKind, Known, Region, Route};

use crate::script::{ACCOUNT, Script, association, caller, cluster_arn, noon, role};

#[test]
fn a_late_answer_to_an_old_question_does_not_land() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    let old = script.ticket(|r| matches!(r, Request::ListAssociations { .. }));
    script.step(
        old,
        Step::Associations(vec![association(&arn, 1, "ns", "old")]),
    );
    script.keys("tab ctrl-r");
    let new = script.ticket(|r| matches!(r, Request::ListAssociations { .. }));
    assert_ne!(old, new, "the older question was cancelled");
    // The pages of both come interleaved; the older one ends last.
    script.step(
        new,
        Step::Associations(vec![association(&arn, 2, "ns", "new")]),
    );
    script.step(
        old,
        Step::Associations(vec![association(&arn, 3, "ns", "ghost")]),
    );
    script.done(old, Ok(()));
    assert_eq!(script.column(PaneId::Associations, 1), ["new", "old"]);
    script.done(new, Ok(()));
    script.done(
        old,
        Err(Failure::new(FailureKind::Timeout, "list", "too late")),
    );
    assert_eq!(script.column(PaneId::Associations, 1), ["new"]);
    assert_eq!(script.column(PaneId::Clusters, 5), ["1"]);
}

#[test]
fn two_refreshes_in_a_row_lose_no_cluster() {
    let mut script = Script::with_clusters(&["a", "b"]);
    script.keys("ctrl-r");
    let first = script.ticket(|r| matches!(r, Request::OpenRoute { .. }));
    script.keys("ctrl-r");
    script.step(first, Step::Clusters(vec![cluster_arn("eu-west-1", "a")]));
    script.done(first, Ok(()));
    assert_eq!(script.column(PaneId::Clusters, 0), ["a", "b"]);
    script.open_scope("prod", "eu-west-1", &["a", "b"]);
    assert_eq!(script.column(PaneId::Clusters, 0), ["a", "b"]);
}

#[test]
fn interleaved_listings_of_two_profiles_keep_both_routes() {
    let routes = vec![
        Route::new(Some("one"), "eu-west-1"),
        Route::new(Some("two"), "eu-west-1"),
    ];
    let mut script = Script::new(routes, Options::default(), 140, 40);
    let ticket = |script: &Script, id| {
        script.ticket(|r| matches!(r, Request::OpenRoute { route } if route.0 == id))
    };
    let (one, two) = (ticket(&script, 0), ticket(&script, 1));
    for ticket in [one, two] {
        script.step(ticket, Step::Identified(caller()));
    }
    let arn = cluster_arn("eu-west-1", "shop");
    script.step(one, Step::Clusters(vec![arn.clone()]));
    script.step(two, Step::Clusters(vec![arn.clone()]));
    script.done(one, Ok(())).done(two, Ok(()));
    assert_eq!(script.state.fleet.clusters[&arn].routes.len(), 2);
    assert_eq!(script.column(PaneId::Clusters, 8), ["one"]);
    // The first profile's session runs out: what it led to is reached through the second.
    script.keys("ctrl-r");
    let again = ticket(&script, 0);
    script.done(
        again,
        Err(Failure::new(
            FailureKind::Expired,
            "list clusters",
            "expired",
        )),
    );
    assert_eq!(script.column(PaneId::Clusters, 8), ["two"]);
}

#[test]
fn a_cache_that_comes_late_brings_back_nothing_that_is_gone() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    script.list_associations(&arn, vec![association(&arn, 1, "ns", "api")]);
    let kept = |cluster: &ClusterArn, number: usize| ClusterSnapshot {
        arn: cluster.clone(),
        detail: None,
        associations: Some(Known::cached(
            vec![AssociationSnapshot {
                summary: association(cluster, number, "ns", "gone"),
                detail: None,
            }],
            noon(),
        )),
        updates: Vec::new(),
    };
    let snapshot = |region: &str, clusters| Snapshot {
        account: ACCOUNT.into(),
        region: Region::new(region),
        clusters,
    };
    let (gone, elsewhere) = (
        cluster_arn("eu-west-1", "gone"),
        cluster_arn("us-east-1", "far"),
    );
    script.send(Msg::Cached(vec![
        snapshot("eu-west-1", vec![kept(&arn, 9), kept(&gone, 8)]),
        snapshot("us-east-1", vec![kept(&elsewhere, 7)]),
    ]));
    assert_eq!(script.column(PaneId::Clusters, 0), ["shop"]);
    assert_eq!(script.column(PaneId::Associations, 1), ["api"]);
}

#[test]
fn a_cache_of_an_account_that_no_scope_reaches_is_dropped() {
    let mut script = Script::one_scope();
    let foreign = ClusterArn::new(&Region::new("eu-west-1"), "444455556666", "theirs");
    let cluster = ClusterSnapshot {
        arn: foreign,
        detail: None,
        associations: None,
        updates: Vec::new(),
    };
    script.send(Msg::Cached(vec![Snapshot {
        account: "444455556666".into(),
        region: Region::new("eu-west-1"),
        clusters: vec![cluster],
    }]));
    assert_eq!(
        script.column(PaneId::Clusters, 0),
        ["theirs"],
        "the scope's account is not known yet"
    );
    script.open_scope("prod", "eu-west-1", &["ours"]);
    assert_eq!(script.column(PaneId::Clusters, 0), ["ours"]);
}

#[test]
fn an_answer_after_the_view_was_closed_is_dropped() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    script
        .list_associations(&arn, vec![association(&arn, 1, "ns", "api")])
        .describe_all();
    script.keys("tab y");
    let ticket = script.ticket(|r| matches!(r, Request::AssociationDocument { .. }));
    script.keys("esc");
    assert!(
        script
            .open()
            .iter()
            .all(|r| !matches!(r, Request::AssociationDocument { .. })),
        "it was cancelled"
    );
    script.step(ticket, Step::Document(serde_json::Map::new()));
    assert!(script.state.modals.is_empty());
}

#[test]
fn an_association_that_is_gone_takes_no_details() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    script.list_associations(&arn, vec![association(&arn, 1, "ns", "api")]);
    let describing = script.ticket(|r| matches!(r, Request::DescribeAssociation { .. }));
    script.keys("tab ctrl-r");
    script.list_associations(&arn, Vec::new());
    script.step(describing, Step::Association(Box::new(role("api"))));
    script.done(describing, Ok(()));
    assert!(script.state.fleet.associations.is_empty());
}

proptest! {
    /// Whatever the order in which details arrive, twice or not, the pane ends the same.
    #[test]
    fn details_land_in_any_order(order in Just((0..20usize).collect::<Vec<_>>()).prop_shuffle(), again in 0..20usize) {
        let mut script = Script::with_clusters(&["shop"]);
        let arn = cluster_arn("eu-west-1", "shop");
        script.list_associations(&arn, (0..20).map(|n| association(&arn, n, "ns", &format!("sa-{n:02}"))).collect());
        while let Some(pick) = {
            let open: Vec<_> = script.open().into_iter().filter_map(|r| match r {
                Request::DescribeAssociation { key, .. } => Some(key),
                _ => None,
            }).collect();
            (!open.is_empty()).then(|| open[order[again % order.len()] % open.len()].clone())
        } {
            let ticket = script.ticket(|r| matches!(r, Request::DescribeAssociation { key, .. } if *key == pick));
            let name = script.state.fleet.associations[&pick].summary.service_account.to_string();
            script.step(ticket, Step::Association(Box::new(role(&name))));
            script.done(ticket, Ok(()));
            script.step(ticket, Step::Association(Box::new(role("twice"))));
        }
        let names = script.column(PaneId::Associations, 1);
        prop_assert_eq!(script.column(PaneId::Associations, 2), names);
    }
}
