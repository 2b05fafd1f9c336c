//! The test after a change, and that of a pasted token.

use roledex::app::modal::Modal;
use roledex::app::modal::credential::Stage;
use roledex::app::secret::Typed;
use roledex::app::{Effect, Msg, Options, Request, Step};
use roledex::model::Guard;
use roledex::model::credential::{Purpose, TokenSource};
use roledex::model::pattern::{ClusterPattern, Glob};
use roledex::model::preflight::Evidence;

use super::{role, world, world_with};
use crate::script::Script;
use crate::script::credential::choice;

/// Changes the role of shop/api and says yes.
fn change_role(script: &mut Script) {
    script.keys("e ctrl-u").typed(&role("new")).keys("ctrl-s");
    let ticket = script.ticket(|request| matches!(request, Request::Review { .. }));
    let plan = script.open().into_iter().find_map(|request| match request {
        Request::Review { plan, .. } => Some(*plan),
        _ => None,
    });
    let found = Box::new((plan.unwrap(), Evidence::default()));
    script.step(ticket, Step::Evidence(found));
    script.done(ticket, Ok(()));
    script.keys("tab enter");
}

fn end_change(script: &mut Script) {
    let mut applied = script.effects.iter().filter_map(|effect| match effect {
        Effect::Apply { ticket, .. } => Some(*ticket),
        _ => None,
    });
    let ticket = applied.next().unwrap();
    script.done(ticket, Ok(()));
}

#[test]
fn a_change_of_role_offers_the_test_and_does_nothing_by_itself() {
    let mut script = world();
    change_role(&mut script);
    script.keys("t");
    assert!(
        script.notice().contains("not done yet"),
        "{}",
        script.notice()
    );
    end_change(&mut script);
    assert!(
        matches!(script.top(), Some(Modal::Progress)),
        "the offer stands"
    );
    assert!(script.tested().is_empty());
    script.keys("t");
    script.pods_to_test(vec![choice("api-1", true)]);
    assert_eq!(script.asked().expected.role.as_deref(), Some(&*role("new")));
    script.keys("tab enter");
    assert_eq!(script.tested().len(), 1);
    let purpose = &script.tested()[0].1.purpose;
    assert_eq!(*purpose, Purpose::AfterChange);
}

#[test]
fn no_test_is_offered_where_none_may_be_made() {
    let off = Guard {
        no_credential_tests: vec![ClusterPattern {
            cluster: Some(Glob::new("*")),
            ..ClusterPattern::default()
        }],
        ..Guard::default()
    };
    let mut script = world_with(Options {
        guard: off,
        ..Options::default()
    });
    change_role(&mut script);
    end_change(&mut script);
    assert!(script.state.modals.is_empty(), "there is nothing to offer");
}

#[test]
fn a_pasted_token_stays_in_the_runtime() {
    let mut script = world();
    script.keys("t");
    script.pods_to_test(Vec::new());
    script.keys("shift-tab enter");
    let id = script.state.last_secret;
    assert!(
        script
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::AskSecret(asked) if *asked == id))
    );
    script.send(Msg::Secret(id, Typed::Count(900)));
    assert!(matches!(
        script.panel().stage,
        Stage::Pasting { count: 900, .. }
    ));
    script.send(Msg::Secret(id, Typed::Left));
    assert!(
        matches!(script.panel().stage, Stage::Podless { .. }),
        "back to where it came from"
    );
    script.keys("enter");
    let id = script.state.last_secret;
    script.send(Msg::Secret(id, Typed::Entered));
    assert_eq!(script.asked().token, TokenSource::Given);
    assert_eq!(script.asked().calls().len(), 2, "no token is asked for");
    script.keys("tab enter");
    let token = script.effects.iter().find_map(|effect| match effect {
        Effect::Test { token, .. } => Some(*token),
        _ => None,
    });
    assert_eq!(token, Some(Some(id)));
}

#[test]
fn a_pasted_token_is_wiped_by_who_leaves() {
    let mut script = world();
    script.keys("t");
    script.pods_to_test(Vec::new());
    script.keys("shift-tab enter");
    let id = script.state.last_secret;
    script.send(Msg::Secret(id, Typed::Entered));
    script.keys("enter");
    assert!(script.state.modals.is_empty());
    let wiped = |effect: &Effect| matches!(effect, Effect::DropSecret(dropped) if *dropped == id);
    assert!(script.effects.iter().any(wiped));
    assert!(script.tested().is_empty());
}
