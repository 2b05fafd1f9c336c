//! How a change ends on screen.

use roledex::app::Step;
use roledex::app::diagnosis::About;
use roledex::app::modal::Modal;
use roledex::app::msg::ChangeStep;
use roledex::app::pane::PaneId;
use roledex::model::{Failure, FailureKind};

use super::{answer, apply_ticket, edit_role, world};
use crate::script::diagnosis::{about_account, error, of_account};
use crate::script::{Script, cluster_arn};
use crate::update::diagnosis::text;

#[test]
fn what_aws_shows_otherwise_is_no_plain_success() {
    let mut script = world();
    edit_role(&mut script, "new");
    answer(&mut script);
    script.keys("tab enter");
    let ticket = apply_ticket(&script);
    let note = "AWS took the change, but shows another role: none";
    script.step(ticket, Step::Change(ChangeStep::Unlike(note.into())));
    script.done(ticket, Ok(()));
    let notice = script.notice();
    assert!(
        notice.contains("applied, but AWS does not show it"),
        "{notice}"
    );
    assert!(!notice.starts_with("done"), "{notice}");
    assert!(matches!(script.top(), Some(Modal::Progress)), "it stays");
}

/// The diagnoses of the cluster and of the service account, both made before the change.
fn diagnosed(script: &mut Script) -> [About; 2] {
    let arn = cluster_arn("eu-west-1", "alpha");
    let abouts = [
        About::Cluster(arn.clone()),
        about_account(&arn, "shop", "api"),
    ];
    script.keys("1 g x");
    let finding = || vec![error("trust", of_account("shop", "api"), "trusts nobody")];
    script.diagnosed(&abouts[0], finding());
    script.keys("esc 2 g x");
    script.diagnosed(&abouts[1], finding());
    script.keys("esc");
    abouts
}

#[test]
fn what_the_rules_said_before_a_change_is_told_as_old_and_read_anew_for_whoever_looks() {
    let mut script = world();
    let [cluster, account] = diagnosed(&mut script);
    edit_role(&mut script, "new");
    answer(&mut script);
    script.keys("tab enter esc x");
    let early = script.diagnosis(&account);
    script.keys("X");
    let ticket = apply_ticket(&script);
    assert_eq!(script.column(PaneId::Clusters, 6), ["1 error"]);
    script.done(ticket, Ok(()));
    assert_eq!(script.column(PaneId::Clusters, 6), ["1 error, outdated"]);
    assert!(text(&script).contains("out of date"), "{}", text(&script));
    // What was being read saw the world before the change.
    assert_ne!(script.diagnosis(&account), early);
    script.diagnosed(&account, Vec::new());
    assert!(text(&script).contains("● nothing wrong found"));
    script.keys("esc");
    assert!(
        script.diagnosing().is_empty(),
        "nobody looks at the cluster"
    );
    script.keys("X");
    assert_eq!(script.diagnosing(), std::slice::from_ref(&cluster));
    assert_eq!(script.column(PaneId::Clusters, 6), ["1 error, reading"]);
    assert_eq!(script.column(PaneId::Findings, 0), ["error"]);
    script.diagnosed(&cluster, Vec::new());
    assert_eq!(script.column(PaneId::Clusters, 6), ["none"]);
}

#[test]
fn a_change_that_failed_may_have_been_made_all_the_same() {
    let mut script = world();
    diagnosed(&mut script);
    edit_role(&mut script, "new");
    answer(&mut script);
    script.keys("tab enter");
    let ticket = apply_ticket(&script);
    let failure = Failure::new(FailureKind::Timeout, "change the role", "no answer");
    script.done(ticket, Err(failure));
    assert_eq!(script.column(PaneId::Clusters, 6), ["1 error, outdated"]);
}
