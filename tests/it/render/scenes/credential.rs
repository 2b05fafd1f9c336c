//! Scenes of the credential test.

use roledex::app::msg::{ChangeStep, TestStep};
use roledex::app::secret::Typed;
use roledex::app::{Msg, Step};
use roledex::model::credential::{self, Hindrance, Kept, StepKind, StepState, Verdict};

use super::changes::{applying, at_cart};
use crate::script::Script;
use crate::script::credential::{choice, report, steps};

pub(in crate::render) fn test_pick(width: u16, height: u16) -> Script {
    let mut script = at_cart(width, height);
    script.keys("t");
    script.pods_to_test(vec![
        choice("cart-7d9f6c5b8-x2x4v", true),
        choice("cart-7d9f6c5b8-pq7wz", true),
        choice("cart-worker-with-a-rather-long-name-6b5d8f9c7-hh2lk", false),
    ]);
    script.keys("j");
    script
}

pub(in crate::render) fn test_podless(width: u16, height: u16) -> Script {
    let mut script = at_cart(width, height);
    script.keys("t");
    script.pods_to_test(Vec::new());
    script.keys("tab");
    script
}

pub(in crate::render) fn test_pasting(width: u16, height: u16) -> Script {
    let mut script = test_podless(width, height);
    script.keys("tab enter");
    let id = script.state.last_secret;
    script.send(Msg::Secret(id, Typed::Count(1_034)));
    script
}

pub(in crate::render) fn test_consent(width: u16, height: u16) -> Script {
    let mut script = at_cart(width, height);
    script.keys("t");
    script.pods_to_test(vec![choice("cart-7d9f6c5b8-x2x4v", true)]);
    script.keys("tab");
    script
}

pub(in crate::render) fn run_typing(width: u16, height: u16) -> Script {
    let mut script = at_cart(width, height);
    script.keys("!");
    script
}

pub(in crate::render) fn run_consent(width: u16, height: u16) -> Script {
    let mut script = run_typing(width, height);
    script.typed("aws s3 ls").keys("enter");
    script.pods_to_test(vec![choice("cart-7d9f6c5b8-x2x4v", true)]);
    script.keys("tab");
    script
}

/// Some seconds on, in the midst of it.
pub(in crate::render) fn test_running(width: u16, height: u16) -> Script {
    let mut script = test_consent(width, height);
    script.keys("enter");
    for step in steps().into_iter().take(8) {
        script.test_step(TestStep::Step(step));
    }
    script.now = "2026-11-21T12:00:03Z".parse().unwrap();
    let assuming = credential::Step::new(StepKind::Assume, StepState::Running, "asking EKS Auth");
    script.test_step(TestStep::Step(assuming));
    script
}

pub(in crate::render) fn test_verdict(width: u16, height: u16) -> Script {
    let mut script = test_running(width, height);
    script.verdict(Verdict::Matches);
    script.state.notice = None;
    script
}

pub(in crate::render) fn test_kept(width: u16, height: u16) -> Script {
    let mut script = test_running(width, height);
    let (ticket, test) = *script.tested().last().unwrap();
    let mut report = report(test, Verdict::Matches);
    report.kept = vec![Kept {
        by: Hindrance::AccessKeys,
        is_sure: true,
        is_of_container: false,
        says: None,
        seen: "with access keys in variables: pod cart-7d9f6c5b8-x2x4v".into(),
        remedies: Vec::new(),
    }];
    let report = Step::Test(TestStep::Report(Box::new(report)));
    script.step(ticket, report);
    script.done(ticket, Ok(()));
    script.state.notice = None;
    script
}

pub(in crate::render) fn test_refused(width: u16, height: u16) -> Script {
    let mut script = test_running(width, height);
    let why = "EKS may not assume the role: its trust policy does not name pods.eks.amazonaws.com";
    script.verdict(Verdict::Refused(why.into()));
    script.state.notice = None;
    script
}

pub(in crate::render) fn test_cancelled(width: u16, height: u16) -> Script {
    let mut script = test_running(width, height);
    script.keys("esc");
    script.state.notice = None;
    script
}

/// A change of role is done, and the test is offered.
pub(in crate::render) fn test_offer(width: u16, height: u16) -> Script {
    let (mut script, ticket) = applying(width, height);
    script.done(ticket, Ok(()));
    script.state.notice = None;
    script
}

pub(in crate::render) fn test_settled(width: u16, height: u16) -> Script {
    let (mut script, ticket) = applying(width, height);
    script.step(ticket, Step::Change(ChangeStep::ReadingBack));
    script.done(ticket, Ok(()));
    script.keys("t");
    script.pods_to_test(vec![choice("cart-7d9f6c5b8-x2x4v", true)]);
    script.keys("tab enter");
    script.verdict(Verdict::Matches);
    script.state.notice = None;
    script
}
