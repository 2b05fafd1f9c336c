//! The test after a change, and that of a pasted token.

use jiff::SignedDuration;
use roledex::app::diagnosis::About;
use roledex::app::modal::Modal;
use roledex::app::modal::credential::{Button, Stage};
use roledex::app::msg::ChangeStep;
use roledex::app::secret::Typed;
use roledex::app::{Effect, Msg, Options, Request, Step, Ticket};
use roledex::model::Guard;
use roledex::model::credential::{Purpose, TokenSource, Verdict};
use roledex::model::diagnosis::Subject;
use roledex::model::pattern::{ClusterPattern, Glob};
use roledex::model::preflight::Evidence;

use super::{role, world, world_with};
use crate::flows::screen;
use crate::script::credential::choice;
use crate::script::diagnosis::{error, of_account};
use crate::script::{Script, cluster_arn};

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

fn applied(script: &Script) -> Ticket {
    let mut applied = script.effects.iter().filter_map(|effect| match effect {
        Effect::Apply { ticket, .. } => Some(*ticket),
        _ => None,
    });
    applied.next().unwrap()
}

fn end_change(script: &mut Script) {
    let ticket = applied(script);
    script.done(ticket, Ok(()));
}

#[test]
fn esc_in_the_choice_of_another_pod_goes_back() {
    let mut script = world();
    script.keys("t");
    script.pods_to_test(vec![choice("api-1", true), choice("api-2", true)]);
    script.keys("j enter");
    let shown = script.asked().clone();
    for open in [false, true] {
        script.keys("tab tab enter");
        assert!(matches!(script.panel().stage, Stage::Looking(_)));
        if open {
            script.pods_to_test(vec![choice("api-1", true), choice("api-2", true)]);
            assert!(matches!(script.panel().stage, Stage::Picking { .. }));
        }
        script.keys("esc");
        assert_eq!(*script.asked(), shown, "back to what was shown before");
        // The button stays where it was.
        script.keys("shift-tab shift-tab");
    }
    script.keys("esc");
    assert!(script.state.modals.is_empty(), "and from there it leaves");
    assert!(script.tested().is_empty());
}

/// Nobody says yes in the name of nobody: once STS has said who asks, it is shown again with the name in it.
#[test]
fn the_consent_waits_for_sts() {
    let mut script = world();
    let named = std::mem::take(&mut script.state.fleet.routes[0].caller);
    script.keys("t");
    script.pods_to_test(vec![choice("api-1", true)]);
    assert!(script.panel().refusal().unwrap().contains("STS"));
    script.keys("tab enter");
    assert!(script.tested().is_empty());
    assert_eq!(script.panel().chosen(), 0, "the cursor is on Cancel again");
    script.state.fleet.routes[0].caller = named;
    script.keys("tab enter");
    assert!(
        script.notice().contains("STS has said who asks"),
        "{}",
        script.notice()
    );
    assert_eq!(script.panel().refusal(), None);
    assert_eq!(script.panel().chosen(), 0);
    assert!(script.tested().is_empty(), "it was not looked at yet");
    script.keys("tab enter");
    assert_eq!(script.tested().len(), 1);
    assert!(script.tested()[0].1.caller.is_some());
}

#[test]
fn another_pod_is_offered_only_where_there_may_be_one() {
    let mut script = world();
    script.keys("t");
    script.pods_to_test(vec![choice("api-1", true)]);
    let offers = |script: &Script| script.panel().buttons().contains(&Button::OtherPod);
    assert!(!offers(&script), "it is the only one");
    script.keys("esc t");
    script.pods_to_test(vec![choice("api-1", true), choice("api-2", true)]);
    script.keys("enter");
    assert!(offers(&script));
}

#[test]
fn the_footer_of_a_test_offers_nothing_of_changes() {
    let mut script = world();
    script.keys("t");
    script.pods_to_test(vec![choice("api-1", true)]);
    script.keys("tab enter");
    let footer = |script: &Script| {
        let screen = screen(&script.state);
        screen.lines().last().unwrap().to_owned()
    };
    let running = footer(&script);
    assert!(
        !running.contains("undo") && !running.contains("enter"),
        "{running}"
    );
    script.verdict(Verdict::Matches);
    script.state.notice = None;
    let ended = footer(&script);
    assert!(
        ended.contains("enter close") && ended.contains("t test"),
        "{ended}"
    );
    assert!(
        !ended.contains("undo") && !ended.contains("redo"),
        "{ended}"
    );
}

#[test]
fn a_finding_that_names_a_service_account_can_be_tested() {
    let mut script = world();
    let arn = cluster_arn("eu-west-1", "alpha");
    script.keys("X");
    script.diagnosed(
        &About::Cluster(arn),
        vec![
            error("agent", Subject::Cluster, "no agent"),
            error("refused", of_account("shop", "api"), "refused"),
        ],
    );
    script.keys("g t");
    assert!(
        script.notice().contains("not about one service account"),
        "{}",
        script.notice()
    );
    script.keys("j t");
    script.pods_to_test(vec![choice("api-1", true)]);
    let test = script.asked();
    assert_eq!(test.name(), "shop/api");
    assert_eq!(test.expected.role.as_deref(), Some(&*role("api")));
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
    let accepted = script.now + SignedDuration::from_secs(3);
    script.now = accepted;
    let ticket = applied(&script);
    script.step(ticket, Step::Change(ChangeStep::ReadingBack));
    script.now = accepted + SignedDuration::from_secs(9);
    end_change(&mut script);
    assert!(
        matches!(script.top(), Some(Modal::Progress)),
        "the offer stands"
    );
    assert!(script.tested().is_empty());
    script.now = accepted + SignedDuration::from_secs(40);
    script.keys("t");
    script.pods_to_test(vec![choice("api-1", true)]);
    assert_eq!(script.asked().expected.role.as_deref(), Some(&*role("new")));
    script.keys("tab enter");
    assert_eq!(script.tested().len(), 1);
    let purpose = &script.tested()[0].1.purpose;
    let accepted = Some(accepted);
    assert_eq!(
        *purpose,
        Purpose::AfterChange { accepted },
        "its delay counts from when AWS took the change, and not from the test"
    );
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
