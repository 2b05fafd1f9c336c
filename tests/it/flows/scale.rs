//! Large fleets: arranging and moving stay quick, and rows stay small.

use std::time::{Duration, Instant};

use roledex::app::pane::PaneId;
use roledex::app::{Msg, Request, Step};
use roledex::model::kubernetes::{WatchEvent, WatchedKind};

use crate::script::kubernetes::{account, pod, world};
use crate::script::{Script, association, cluster_arn, role};

/// 100 clusters with 1,000 associations each.
fn large() -> Script {
    let names: Vec<String> = (0..100).map(|n| format!("cluster-{n:03}")).collect();
    let mut script = Script::one_scope();
    script.open_scope(
        "prod",
        "eu-west-1",
        &names.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    for name in &names {
        let arn = cluster_arn("eu-west-1", name);
        let row = |n: usize| {
            association(
                &arn,
                n,
                &format!("team-{}", n % 40),
                &format!("service-{n}"),
            )
        };
        let ticket = script.ticket(|request| matches!(request, Request::ListAssociations { cluster, .. } if *cluster == arn));
        script.hear(Msg::Step {
            ticket,
            step: Step::Associations((0..1_000).map(row).collect()),
        });
    }
    script
}

#[test]
fn a_hundred_thousand_rows_are_moved_through_without_a_wait() {
    let mut script = large();
    script.keys("tab");
    assert_eq!(script.column(PaneId::Associations, 0).len(), 100_000);
    let start = Instant::now();
    script.keys("G k k k g j j ctrl-f ctrl-f ctrl-b");
    let moving = start.elapsed() / 10;
    // Debug builds are some twenty times slower than what people run; a frame of theirs is 16 ms.
    assert!(moving < Duration::from_millis(100), "{moving:?} a key");
}

#[test]
fn details_that_decide_nothing_cost_no_new_order() {
    let mut script = large();
    script.keys("tab");
    let ticket = script.ticket(|request| matches!(request, Request::DescribeAssociation { .. }));
    let stale = |script: &Script| script.state.pane(PaneId::Associations).unwrap().stale;
    script.hear(Msg::Step {
        ticket,
        step: Step::Association(Box::new(role("x"))),
    });
    assert!(!stale(&script), "the pane is sorted by namespace");
    script.keys("S j j enter");
    let ticket = script.ticket(|request| matches!(request, Request::DescribeAssociation { .. }));
    script.hear(Msg::Done {
        ticket,
        outcome: Ok(()),
    });
    assert!(stale(&script), "the pane is sorted by role");
}

/// A cluster of 20,000 pods in view, with an association for each fourth service account.
fn populous() -> Script {
    let mut script = Script::with_clusters(&["large"]);
    let arn = cluster_arn("eu-west-1", "large");
    let names: Vec<String> = (0..2_000).map(|n| format!("service-{n:04}")).collect();
    let associated = names.iter().enumerate().step_by(4);
    let rows = associated.map(|(n, name)| association(&arn, n, "shop", name));
    script.list_associations(&arn, rows.collect());
    script.describe_all();
    script.keys("enter 5");
    let mut objects: Vec<_> = names
        .iter()
        .map(|name| account("shop", name, None))
        .collect();
    for n in 0..20_000 {
        let name = &names[n % names.len()];
        objects.push(pod("shop", &format!("{name}-{n}"), name, n % 3 == 0));
    }
    script.say(&arn, world(objects));
    script
}

#[test]
fn a_pod_that_comes_to_twenty_thousand_costs_no_wait() {
    let mut script = populous();
    let arn = cluster_arn("eu-west-1", "large");
    assert_eq!(script.column(PaneId::Pods, 0).len(), 20_001);
    let start = Instant::now();
    for n in 0..10 {
        let new = pod("shop", &format!("new-{n}"), "service-0001", true);
        let event = WatchEvent::Applied(new);
        script.say(&arn, vec![(WatchedKind::Pods, event)]);
    }
    let each = start.elapsed() / 10;
    assert_eq!(script.column(PaneId::Pods, 0).len(), 20_011);
    let start = Instant::now();
    let row = script.state.fleet.clusters.get_mut(&arn).unwrap();
    row.kubernetes.touch();
    script.state.touch(PaneId::Pods);
    script.keys("j");
    let all = start.elapsed();
    // Debug builds are some twenty times slower than what people run; there, a wait begins at 50 ms.
    assert!(each < Duration::from_secs(1), "{each:?} a pod");
    assert!(all < Duration::from_secs(8), "{all:?} for all rows");
}
