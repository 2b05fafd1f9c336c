//! Large fleets: arranging and moving stay quick, and rows stay small.

use std::time::{Duration, Instant};

use roledex::app::pane::PaneId;
use roledex::app::{Msg, Request, Step};

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
