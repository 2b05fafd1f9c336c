//! Roles that pods do not get, in the views of those that are set up for them.

use roledex::app::pane::{PaneId, Tone, cell};
use roledex::model::{ClusterArn, Failure, FailureKind};

use super::diagnosis::text;
use crate::parts::{asked_about, delete_role, distrust_role};
use crate::script::kubernetes::{account, pod, world};
use crate::script::{Script, association, cluster_arn};

const ACCOUNTS: PaneId = PaneId::ServiceAccounts;
const PODS: PaneId = PaneId::Pods;

fn alpha() -> ClusterArn {
    cluster_arn("eu-west-1", "alpha")
}

/// One cluster, with a role each for three service accounts, and one for an annotated one; IAM is being asked.
fn asking() -> Script {
    let mut script = Script::with_clusters(&["alpha"]);
    let names = ["gone", "shy", "unread"];
    let associations = (1..).zip(names);
    let associations = associations.map(|(n, name)| association(&alpha(), n, "shop", name));
    script.list_associations(&alpha(), associations.collect());
    script.describe_all();
    script.keys("enter");
    let mut objects = vec![
        account("shop", "old", Some("irsa")),
        pod("shop", "shy-2", "shy", false),
    ];
    for name in names {
        objects.push(account("shop", name, None));
        objects.push(pod("shop", &format!("{name}-1"), name, true));
    }
    script.say(&alpha(), world(objects));
    script.keys("6");
    script
}

fn answered() -> Script {
    let mut script = asking();
    delete_role(&mut script, "gone");
    delete_role(&mut script, "irsa");
    distrust_role(&mut script, "shy");
    script.keys("4");
    script
}

#[test]
fn a_role_that_is_not_given_is_marked_and_one_that_was_not_read_is_not() {
    let mut script = asking();
    assert_eq!(
        script.column(ACCOUNTS, 3),
        ["gone", "irsa", "shy", "unread"]
    );
    delete_role(&mut script, "gone");
    delete_role(&mut script, "irsa");
    distrust_role(&mut script, "shy");
    script.keys("4");
    assert_eq!(
        script.column(ACCOUNTS, 3),
        ["deleted: gone", "deleted: irsa", "no trust: shy", "unread"]
    );
    assert_eq!(
        script.column(ACCOUNTS, 5),
        [
            "0, role deleted",
            "0, role deleted",
            "1, role does not trust it",
            "0"
        ]
    );
    script.keys("5");
    let roles = script.column(PODS, 4);
    assert_eq!(
        roles[1..],
        ["deleted: gone", "no trust: shy", "unknown", "unread"],
        "a pod that lacks the role altogether has that of its node"
    );
    let why = script.column(PODS, 5);
    assert!(
        why[1].starts_with("role deleted; association a-"),
        "{why:?}"
    );
    assert!(why[2].starts_with("role does not trust it; "), "{why:?}");
    assert!(why[4].starts_with("association a-"), "{why:?}");
    let tones = |column| {
        let pane = script.state.pane(PODS).unwrap();
        let row = |row: &usize| cell(&script.state.fleet, PODS, *row, column, script.now).tone;
        pane.rows.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!((tones(4)[1], tones(5)[2]), (Tone::Bad, Tone::Bad));
    assert_eq!((tones(4)[4], tones(5)[4]), (Tone::Plain, Tone::Muted));
}

#[test]
fn what_iam_did_not_tell_is_no_doubt() {
    let mut script = asking();
    for (name, kind) in [
        ("gone", FailureKind::Denied),
        ("shy", FailureKind::Throttled),
    ] {
        let ticket = asked_about(&script, name);
        script.done(ticket, Err(Failure::new(kind, "read role", "no")));
    }
    script.keys("4");
    assert_eq!(
        script.column(ACCOUNTS, 3),
        ["gone", "irsa", "shy", "unread"]
    );
    script.keys("p");
    assert_eq!(
        script.column(ACCOUNTS, 1),
        ["shy"],
        "one of its pods lacks it"
    );
}

#[test]
fn a_later_answer_takes_the_mark_away() {
    let mut script = answered();
    assert_eq!(script.column(ACCOUNTS, 3)[0], "deleted: gone");
    script.keys("6");
    let role = format!("arn:aws:iam::{}:role/gone", crate::script::ACCOUNT);
    script
        .state
        .describe_role(&role.as_str().into(), &mut Vec::new());
    let ticket = *script.state.loading.flights.keys().next_back().unwrap();
    let failure = Failure::new(FailureKind::Denied, "read role gone", "no");
    script.done(ticket, Err(failure));
    script.keys("4");
    assert_eq!(script.column(ACCOUNTS, 3)[0], "gone");
}

#[test]
fn marks_are_found_and_roles_stay_in_order() {
    let mut script = answered();
    script.keys("/").typed("deleted").keys("enter");
    assert_eq!(script.column(ACCOUNTS, 1), ["gone", "old"]);
    script.keys("esc /").typed("role:trust").keys("enter");
    assert_eq!(script.column(ACCOUNTS, 1), ["shy"]);
    script.keys("5 /").typed("deleted").keys("enter");
    assert_eq!(script.column(PODS, 1), ["gone-1"]);
    script.keys("esc p");
    assert_eq!(script.column(PODS, 1), ["gone-1", "shy-1", "shy-2"]);
}

#[test]
fn a_description_says_why_a_role_is_not_given() {
    let mut script = answered();
    script.keys("d");
    let told = text(&script);
    assert!(
        told.contains("✗ role gone is deleted: IAM knows no role of this ARN"),
        "{told}"
    );
    script.keys("esc G d");
    assert!(!text(&script).contains("not given"), "{}", text(&script));
    script.keys("esc 5 j j d");
    let told = text(&script);
    assert!(
        told.contains("✗ the trust policy of role shy keeps it from these pods: "),
        "{told}"
    );
}

/// Rows that an answer of IAM makes anew are those that making all of them anew would give.
#[test]
fn no_row_is_left_behind_by_an_answer() {
    let mut script = answered();
    script.keys("5");
    let fleet = &script.state.fleet;
    let (accounts, containers) = (fleet.accounts.clone(), fleet.containers.clone());
    let fleet = &mut script.state.fleet;
    fleet.clusters.get_mut(&alpha()).unwrap().kubernetes.touch();
    assert!(fleet.refresh(script.now));
    assert_eq!(accounts, fleet.accounts);
    assert_eq!(containers, fleet.containers);
}
