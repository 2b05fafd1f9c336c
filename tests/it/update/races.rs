//! Answers that come late, twice, in another order, or after nobody wants them any more.

use proptest::prelude::*;
use roledex::app::pane::PaneId;
use roledex::app::{Request, Step};
use roledex::model::{Failure, FailureKind};

use crate::script::{Script, association, cluster_arn, role};

#[test]
fn a_late_answer_to_an_old_question_does_not_land() {
    let mut script = Script::with_clusters(&["shop"]);
    let arn = cluster_arn("eu-west-1", "shop");
    let old = script.ticket(|r| matches!(r, Request::ListAssociations { .. }));
    script.keys("tab ctrl-r");
    // The newer question is answered first; the older one ends later, and must not remove its rows.
    script.step(
        old,
        Step::Associations(vec![association(&arn, 1, "ns", "old")]),
    );
    let newer = script.ticket(|r| matches!(r, Request::ListAssociations { .. }));
    assert_eq!(newer, old, "the older question is the first that is open");
    script.done(old, Ok(()));
    script.list_associations(&arn, vec![association(&arn, 2, "ns", "new")]);
    assert_eq!(script.column(PaneId::Associations, 1), ["new"]);
    script.step(
        old,
        Step::Associations(vec![association(&arn, 3, "ns", "ghost")]),
    );
    script.done(
        old,
        Err(Failure::new(FailureKind::Timeout, "list", "too late")),
    );
    assert_eq!(script.column(PaneId::Associations, 1), ["new"]);
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
