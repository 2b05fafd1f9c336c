//! Scenes of changes: forms, reviews, progress, history.

use roledex::app::msg::{ChangeStep, Journalled};
use roledex::app::{Effect, Request, Step};
use roledex::model::RoleDetail;
use roledex::model::preflight::{Evidence, RoleEvidence};
use roledex::model::{Failure, FailureKind, Learned};

use super::ready;
use crate::script::{ACCOUNT, Script};

/// Trusts Pod Identity, or something else.
fn listed(name: &str, service: &str) -> RoleDetail {
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let mut role = RoleDetail::of(arn.into(), name.into());
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":["sts:AssumeRole","sts:TagSession"]}}]}}"#
    );
    role.trust = Some(trust.into());
    role
}

fn answer_roles(script: &mut Script) {
    let ticket = script.ticket(|request| matches!(request, Request::ListRoles { .. }));
    let pods = "pods.eks.amazonaws.com";
    let roles = vec![
        listed("admin", "ec2.amazonaws.com"),
        listed("checkout-cart", pods),
        listed("checkout-cart-next", pods),
        listed("ci-deployer", "codebuild.amazonaws.com"),
        listed("orders-writer", pods),
    ];
    script.step(ticket, Step::Roles(roles));
    script.done(ticket, Ok(()));
}

/// The cursor on checkout/cart of the first cluster.
pub(super) fn at_cart(width: u16, height: u16) -> Script {
    let mut script = ready(width, height);
    script.keys("2 /").typed("cart").keys("enter");
    script
}

pub(in crate::render) fn form_roles(width: u16, height: u16) -> Script {
    let mut script = at_cart(width, height);
    script.keys("e");
    answer_roles(&mut script);
    script.keys("down down");
    script
}

/// Three fields are wrong, and the text of the policy is open.
pub(in crate::render) fn form_wrong(width: u16, height: u16) -> Script {
    let mut script = at_cart(width, height);
    script
        .keys("A")
        .typed("Shop")
        .keys("tab")
        .typed("new")
        .keys("tab");
    script
        .typed("arn:aws:iam::999999999999:role/x")
        .keys("tab tab tab");
    script
        .typed("{\"Version\":")
        .keys("enter ctrl-s tab tab tab tab tab");
    script
}

pub(in crate::render) fn form_tags(width: u16, height: u16) -> Script {
    let mut script = at_cart(width, height);
    script
        .keys("T")
        .typed("team=checkout")
        .keys("enter")
        .typed("tier=1");
    script
}

pub(in crate::render) fn review_asking(width: u16, height: u16) -> Script {
    let mut script = at_cart(width, height);
    script.keys("e ctrl-u");
    script.typed(&format!("arn:aws:iam::{ACCOUNT}:role/checkout-cart-next"));
    script.keys("ctrl-s");
    script
}

fn answer_review(script: &mut Script, evidence: Evidence) {
    let ticket = script.ticket(|request| matches!(request, Request::Review { .. }));
    let plan = script.open().into_iter().find_map(|request| match request {
        Request::Review { plan, .. } => Some(*plan),
        _ => None,
    });
    script.step(ticket, Step::Evidence(Box::new((plan.unwrap(), evidence))));
    script.done(ticket, Ok(()));
}

/// The role does not trust Pod Identity, which blocks.
pub(in crate::render) fn review_blocking(width: u16, height: u16) -> Script {
    let mut script = review_asking(width, height);
    let role = listed("checkout-cart-next", "ec2.amazonaws.com");
    let evidence = Evidence {
        role: Learned::Known(RoleEvidence::of(&role)),
        permissions: Learned::Needs("iam:SimulatePrincipalPolicy".into()),
        ..Evidence::default()
    };
    answer_review(&mut script, evidence);
    script.keys("tab");
    script
}

pub(in crate::render) fn review_deletion(width: u16, height: u16) -> Script {
    let mut script = at_cart(width, height);
    script.keys("ctrl-d");
    answer_review(&mut script, Evidence::default());
    script.keys("tab enter").typed("car");
    script
}

pub(super) fn applying(width: u16, height: u16) -> (Script, roledex::app::Ticket) {
    let mut script = review_asking(width, height);
    answer_review(&mut script, Evidence::default());
    script.keys("tab enter");
    let mut tickets = script.effects.iter().filter_map(|effect| match effect {
        Effect::Apply { ticket, .. } => Some(*ticket),
        _ => None,
    });
    let ticket = tickets.next_back().unwrap();
    for step in [
        ChangeStep::ReadingAgain,
        ChangeStep::Journalled("8c1d0a9b".into()),
        ChangeStep::Sent("update-association".into()),
        ChangeStep::Waiting("EKS does not see the role yet; waiting at most 120 s".into()),
    ] {
        script.step(ticket, Step::Change(step));
    }
    (script, ticket)
}

pub(in crate::render) fn progress(width: u16, height: u16) -> Script {
    applying(width, height).0
}

pub(in crate::render) fn progress_failed(width: u16, height: u16) -> Script {
    let (mut script, ticket) = applying(width, height);
    let failure = Failure::new(
        FailureKind::Denied,
        "change checkout/cart of the cluster checkout-eu",
        "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:PassRole",
    )
    .hint("allow iam:PassRole for the role");
    script.done(ticket, Err(failure));
    script.state.notice = None;
    script
}

pub(in crate::render) fn history(width: u16, height: u16) -> Script {
    let mut script = at_cart(width, height);
    script.now = "2026-09-21T14:13:20Z".parse().unwrap();
    script.keys("H");
    let ticket = script.ticket(|request| matches!(request, Request::ReadJournal));
    let mut unfinished = crate::journal::entry("worker");
    unfinished.conclusions.clear();
    let read = Journalled {
        entries: vec![unfinished, crate::journal::entry("api")],
        ..Journalled::default()
    };
    script.step(ticket, Step::Journal(Box::new(read)));
    script.done(ticket, Ok(()));
    script.keys("j");
    script
}
