//! Identity providers, add-ons and access entries are read when somebody looks at them, and not before.

use roledex::app::effect::Part;
use roledex::app::pane::PaneId;
use roledex::app::{Effect, Request};
use roledex::model::{ClusterArn, Failure, FailureKind, UpdateSubject};

use crate::parts::{addon, list, some};
use crate::script::{Script, cluster_arn, update};

fn arn(name: &str) -> ClusterArn {
    cluster_arn("eu-west-1", name)
}

/// Every question for parts so far, open or not.
fn asked(script: &Script) -> Vec<(String, Part)> {
    let calls = script.effects.iter().filter_map(|effect| match effect {
        Effect::Call {
            request: Request::ListParts { cluster, part, .. },
            ..
        } => Some((cluster.name().to_owned(), *part)),
        _ => None,
    });
    calls.collect()
}

#[test]
fn a_view_reads_each_cluster_once_when_it_is_looked_at() {
    for (key, part) in [
        ("7", Part::IdentityProviders),
        ("8", Part::Addons),
        ("9", Part::AccessEntries),
    ] {
        let mut script = Script::with_clusters(&["alpha", "beta"]);
        assert_eq!(asked(&script), [], "nobody has looked yet");
        script.keys(key);
        let each = [("alpha".to_owned(), part), ("beta".to_owned(), part)];
        assert_eq!(asked(&script), each);
        for name in ["alpha", "beta"] {
            list(&mut script, &arn(name), part, some(&arn(name), part));
        }
        script.keys("1").keys(key).keys("j k");
        assert_eq!(asked(&script), each, "what is known is not asked for again");
        assert_eq!(
            script.column(part.pane(), 0).len(),
            2 * some(&arn("alpha"), part).len()
        );
    }
}

#[test]
fn only_clusters_in_scope_are_read() {
    let mut script = Script::with_clusters(&["alpha", "beta"]);
    script.keys("j enter 8");
    assert_eq!(asked(&script), [("beta".to_owned(), Part::Addons)]);
}

#[test]
fn what_a_complete_list_does_not_name_is_gone() {
    let mut script = Script::with_clusters(&["alpha"]);
    script.keys("8");
    list(
        &mut script,
        &arn("alpha"),
        Part::Addons,
        some(&arn("alpha"), Part::Addons),
    );
    script.keys("ctrl-r");
    let ticket = script.ticket(|request| matches!(request, Request::ListParts { .. }));
    let failure = Failure::new(FailureKind::Throttled, "list add-ons", "too fast");
    script.done(ticket, Err(failure));
    assert_eq!(
        script.column(PaneId::Addons, 0).len(),
        3,
        "a failed list says nothing of what is gone"
    );
    script.keys("ctrl-r");
    list(
        &mut script,
        &arn("alpha"),
        Part::Addons,
        vec![addon(&arn("alpha"), "vpc-cni", |_| {})],
    );
    assert_eq!(script.column(PaneId::Addons, 0), ["vpc-cni"]);
}

#[test]
fn a_late_answer_to_an_older_question_does_not_land() {
    let mut script = Script::with_clusters(&["alpha"]);
    script.keys("8");
    let old = script.ticket(|request| matches!(request, Request::ListParts { .. }));
    script.keys("ctrl-r");
    let late = roledex::app::Step::Part(Box::new(addon(&arn("alpha"), "late", |_| {})));
    script.step(old, late);
    assert_eq!(script.column(PaneId::Addons, 0), Vec::<String>::new());
}

#[test]
fn what_cannot_be_described_says_why() {
    let mut script = Script::with_clusters(&["alpha"]);
    script.keys("7");
    list(
        &mut script,
        &arn("alpha"),
        Part::IdentityProviders,
        some(&arn("alpha"), Part::IdentityProviders),
    );
    assert_eq!(script.column(PaneId::IdentityProviders, 2), ["?", "ACTIVE"]);
    assert_eq!(
        script.column(PaneId::IdentityProviders, 7),
        ["denied", "live"]
    );
    script.keys("p");
    assert_eq!(script.column(PaneId::IdentityProviders, 0), ["corp"]);
}

#[test]
fn updates_of_parts_that_cannot_be_listed_stay_and_the_cluster_has_a_problem() {
    let mut script = Script::with_clusters(&["alpha"]);
    script.list_updates(&arn("alpha"), Vec::new());
    script.keys("enter");
    let mut running = update(&arn("alpha"), "u-1", "InProgress", "2026-11-21T11:00:00Z");
    running.key.subject = UpdateSubject::Addon("vpc-cni".into());
    script.list_updates(&arn("alpha"), vec![running]);
    assert_eq!(script.column(PaneId::Updates, 0), ["InProgress"]);
    script.keys("3 ctrl-r");
    let ticket = script.ticket(|request| matches!(request, Request::ListUpdates { .. }));
    let failure = Failure::new(FailureKind::Denied, "list add-ons", "no eks:ListAddons");
    script.step(ticket, roledex::app::Step::Unread(vec![failure]));
    script.done(ticket, Ok(()));
    assert_eq!(
        script.column(PaneId::Updates, 0),
        ["InProgress"],
        "nobody said that it is gone"
    );
    script.keys("1 p");
    assert_eq!(script.column(PaneId::Clusters, 0), ["alpha"]);
}
