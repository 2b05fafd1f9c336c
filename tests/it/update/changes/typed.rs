//! What was typed into a form, and what the form started from, while the world goes on.

use roledex::app::{Request, Step, describe};
use roledex::model::preflight::Evidence;
use roledex::model::{Failure, FailureKind, Learned};

use super::{answer, applied, apply_ticket, arn_of, edit_role, form, review, world};
use crate::script::{Script, role};

#[test]
fn what_was_typed_is_not_discarded_unasked() {
    let mut script = world();
    script.keys("e esc");
    assert!(script.top().is_none(), "nothing was typed");
    script.keys("e").typed("arn:x").keys("esc");
    assert!(
        script.notice().contains("discard what was typed"),
        "{}",
        script.notice()
    );
    assert!(!form(&script).role.is_empty());
    // Any other key goes on, and the next esc asks again.
    script.keys("x esc");
    assert!(form(&script).role.text().ends_with('x'));
    script.keys("esc");
    assert!(script.top().is_none(), "{}", script.notice());
}

/// What was typed comes back if nothing came of the change.
#[test]
fn a_change_that_was_refused_gives_the_form_back() {
    let mut script = world();
    edit_role(&mut script, "new");
    answer(&mut script);
    script.keys("tab enter");
    let ticket = apply_ticket(&script);
    let failure = Failure::new(
        FailureKind::Denied,
        "change shop/api",
        "not authorized to perform: iam:PassRole",
    );
    script.done(ticket, Err(failure));
    script.keys("esc");
    assert_eq!(form(&script).role.text(), arn_of("new"));
}

fn asked(script: &Script) -> Vec<Request> {
    let open = script.open().into_iter();
    open.filter(|request| matches!(request, Request::DescribeAssociation { .. }))
        .collect()
}

/// A form that starts from what may be old reads it again, and takes it over where nothing was typed.
#[test]
fn a_form_reads_again_what_it_starts_from() {
    let mut script = world();
    script.keys("e");
    assert_eq!(asked(&script), [], "it was read just now");
    script.keys("esc");
    script.wait(600);
    script.keys("e");
    assert!(form(&script).notes()[0].contains("being read again"));
    let [Request::DescribeAssociation { key, .. }] = &asked(&script)[..] else {
        panic!("{:?}", asked(&script))
    };
    let key = key.clone();
    script.keys("tab").typed("arn:typed");
    let ticket = script.ticket(|request| matches!(request, Request::DescribeAssociation { .. }));
    let now = role("theirs");
    script.step(ticket, Step::Association(Box::new(now)));
    script.done(ticket, Ok(()));
    let notes = form(&script).notes().join("; ");
    assert!(
        notes.contains("it has changed since it was last read: role:"),
        "{notes}"
    );
    assert!(form(&script).role.text().ends_with("theirs"));
    assert!(form(&script).target_role.text().contains("typed"));
    assert!(script.state.fleet.associations.get(&key).is_some());
}

#[test]
fn what_somebody_deleted_is_said_to_be_gone() {
    let mut script = world();
    script.wait(600);
    script.keys("e ctrl-u").typed(&arn_of("new"));
    let ticket = script.ticket(|request| matches!(request, Request::DescribeAssociation { .. }));
    let failure = Failure::new(
        FailureKind::NotFound,
        "describe shop/api",
        "No pod identity association found",
    );
    script.done(ticket, Err(failure));
    assert!(
        form(&script).notes()[0].contains("shop/api is gone"),
        "{:?}",
        form(&script).notes()
    );
    script.keys("ctrl-s");
    assert!(
        script.notice().contains("it is gone"),
        "{}",
        script.notice()
    );
    assert!(
        script
            .open()
            .iter()
            .any(|request| matches!(request, Request::ListAssociations { .. }))
    );
    assert_eq!(form(&script).role.text(), arn_of("new"));
}

/// What is found to be gone by the checks is not shown as a change that could be made.
#[test]
fn a_review_of_what_is_gone_says_so() {
    let mut script = world();
    edit_role(&mut script, "new");
    let ticket = script.ticket(|request| matches!(request, Request::Review { .. }));
    let plan = review(&script).plan.clone();
    let evidence = Evidence {
        current: Learned::Absent,
        ..Default::default()
    };
    script.step(ticket, Step::Evidence(Box::new((plan, evidence))));
    script.done(ticket, Ok(()));
    let said: Vec<String> = describe::review_lines(review(&script))
        .iter()
        .map(|line| line.text().into_owned())
        .collect();
    assert!(said[0].contains("shop/api is gone"), "{said:?}");
    assert!(
        !said.iter().any(|line| line.contains("What changes")),
        "{said:?}"
    );
    script.keys("tab enter");
    assert!(applied(&script).is_empty() && review(&script).naming.is_none());
    assert!(
        script.notice().contains("it is gone"),
        "{}",
        script.notice()
    );
}
