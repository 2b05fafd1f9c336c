//! What is old, or not known, never looks like what is known now.

use roledex::app::modal::Modal;
use roledex::app::pane::{PaneId, associations};
use roledex::app::{Step, describe};
use roledex::model::census::NodeRoles;
use roledex::model::kubernetes::{WatchEvent, WatchedKind};
use roledex::model::{ClusterArn, Failure, FailureKind};

use crate::script::kubernetes::{account, pod, world};
use crate::script::{Script, association, cluster_arn};

const ACCOUNTS: PaneId = PaneId::ServiceAccounts;

fn alpha() -> ClusterArn {
    cluster_arn("eu-west-1", "alpha")
}

fn failure() -> Failure {
    Failure::new(FailureKind::Denied, "describe node group general", "no")
}

/// A cluster that is watched, with one association and its pod.
fn watched() -> Script {
    let mut script = Script::with_clusters(&["alpha"]);
    script.list_associations(&alpha(), vec![association(&alpha(), 1, "shop", "api")]);
    script.describe_all();
    script.keys("enter");
    let objects = vec![
        account("shop", "api", None),
        pod("shop", "api-1", "api", true),
    ];
    script.say(&alpha(), world(objects));
    script
}

#[test]
fn a_new_watch_is_not_live_by_what_the_one_before_knew() {
    let mut script = watched();
    assert_eq!(script.column(ACCOUNTS, 9), ["live"]);
    script.keys("esc");
    script.now = "2026-11-21T13:00:00Z".parse().unwrap();
    script.keys("enter");
    let kubernetes = |script: &Script| script.state.fleet.clusters[&alpha()].kubernetes.clone();
    for kind in WatchedKind::ALL {
        assert!(!kubernetes(&script).is_live(kind), "nothing was said yet");
    }
    assert_ne!(script.column(ACCOUNTS, 9), ["live"]);
    let ticket = script.kubernetes(&alpha());
    script.done(ticket, Err(failure()));
    assert_eq!(script.column(ACCOUNTS, 9), ["1h old"]);
}

#[test]
fn pods_of_which_it_is_unknown_are_told_beside_their_association() {
    let mut script = watched();
    let pods = |script: &Script| script.column(PaneId::Associations, associations::PODS);
    assert_eq!(pods(&script), ["1"]);
    let first = script.state.fleet.accounts.first();
    let (key, mut row) = first.map(|(key, row)| (key.clone(), row.clone())).unwrap();
    let mut tally = row.tally.unwrap();
    for (lacking, unknown, said) in [
        (0, 2, "2 unknown"),
        (1, 0, "1 lacking"),
        (1, 2, "1 lacking, 2 unknown"),
        (0, 0, "1"),
    ] {
        (tally.lacking, tally.unknown) = (lacking, unknown);
        row.tally = Some(tally);
        script.state.fleet.accounts.insert(key.clone(), row.clone());
        assert_eq!(pods(&script), [said]);
    }
}

#[test]
fn a_role_of_a_node_that_could_not_be_read_says_why() {
    let mut script = watched();
    let ticket = script.kubernetes(&alpha());
    script.step(
        ticket,
        Step::Kubernetes(vec![(
            WatchedKind::Pods,
            WatchEvent::Applied(pod("shop", "plain-1", "plain", false)),
        )]),
    );
    let mut roles = NodeRoles::default();
    roles.group_failed("general".into(), failure());
    script.step(ticket, Step::NodeRoles(Box::new(roles)));
    script.keys("5 G enter");
    let Some(Modal::Text(view)) = script.top() else {
        panic!("no text view")
    };
    let lines = describe::lines(&script.state, view);
    let said: Vec<_> = lines.iter().map(|line| line.text()).collect();
    assert!(
        said.iter().any(|line| *line == "Pod shop/plain-1"),
        "{said:#?}"
    );
    let why = "the role of its node is not known: could not describe node group general: no";
    assert!(said.iter().any(|line| line.trim() == why), "{said:#?}");
}
