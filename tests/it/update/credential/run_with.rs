//! A command with credentials by keys: nothing without a yes, and only the credentials that the yes was about.

use roledex::app::modal::credential::{Button, Ending, Stage};
use roledex::app::{Effect, Msg, Options, Step, Ticket};
use roledex::model::Guard;
use roledex::model::credential::{Purpose, Verdict};
use roledex::model::pattern::{ClusterPattern, Glob};
use roledex::model::{Failure, FailureKind};

use super::{world, world_with};
use crate::script::Script;
use crate::script::credential::{choice, report};

/// The consent for a command with the credentials of shop/api.
fn asked(line: &str) -> Script {
    let mut script = world();
    script.keys("!");
    assert!(matches!(script.panel().stage, Stage::Command { .. }));
    script.typed(line).keys("enter");
    script.pods_to_test(vec![choice("api-1", true)]);
    script
}

fn run(words: &[&str]) -> Purpose {
    Purpose::Run(words.iter().map(|word| (*word).into()).collect())
}

fn handed_over(script: &Script) -> Vec<Ticket> {
    let effects = script.effects.iter();
    let tickets = effects.filter_map(|effect| match effect {
        Effect::RunWith(ticket) => Some(*ticket),
        _ => None,
    });
    tickets.collect()
}

#[test]
fn nothing_runs_without_a_yes() {
    let mut script = asked("aws s3 ls");
    let test = script.asked();
    assert_eq!(test.purpose, run(&["/bin/sh", "-c", "aws s3 ls"]));
    let calls = test.calls();
    assert_eq!(
        &**calls.last().unwrap(),
        "run with these credentials: /bin/sh -c 'aws s3 ls'"
    );
    assert_eq!(script.panel().buttons()[1], Button::Run);
    script.keys("enter");
    assert!(script.state.modals.is_empty(), "the cursor is on Cancel");
    assert!(script.tested().is_empty() && handed_over(&script).is_empty());
}

#[test]
fn one_yes_is_for_one_run_of_what_was_shown() {
    let mut script = asked("env");
    let shown = script.asked().clone();
    script.keys("tab enter enter");
    let tested = script.tested();
    assert_eq!(tested.len(), 1, "{tested:?}");
    assert_eq!(*tested[0].1, shown);
    let ticket = tested[0].0;
    assert!(handed_over(&script).is_empty(), "not before the verdict");
    script.verdict(Verdict::Matches);
    assert_eq!(handed_over(&script), [ticket]);
    assert!(script.state.modals.is_empty());
    script.send(Msg::Ran(Ok(3)));
    assert!(script.notice().contains("status 3"), "{}", script.notice());
    script.send(Msg::Ran(Ok(0)));
    assert!(script.notice().contains("status 0"), "{}", script.notice());
    let failure = Failure::new(FailureKind::Other, "run the command", "no memory");
    script.send(Msg::Ran(Err(failure)));
    assert!(script.notice().contains("no memory"), "{}", script.notice());
}

#[test]
fn other_credentials_than_those_agreed_to_run_nothing() {
    for verdict in [
        Verdict::Differs("another role".into()),
        Verdict::Refused("no".into()),
        Verdict::Untestable("no".into()),
    ] {
        let mut script = asked("env");
        script.keys("tab enter");
        script.verdict(verdict);
        assert!(handed_over(&script).is_empty());
        assert!(!script.course().is_running());
    }
    // The test proves a thing, and runs nothing.
    let mut script = world();
    script.keys("t");
    script.pods_to_test(vec![choice("api-1", true)]);
    script.keys("tab enter");
    script.verdict(Verdict::Matches);
    assert!(handed_over(&script).is_empty());
}

#[test]
fn what_was_cancelled_runs_no_more() {
    let mut script = asked("env");
    script.keys("tab enter");
    let (ticket, test) = script.tested()[0];
    let late = Box::new(report(test, Verdict::Matches));
    script.keys("esc");
    let cancels = |effect: &Effect| matches!(effect, Effect::Cancel(t) if *t == ticket);
    assert!(script.effects.iter().any(cancels));
    script.step(
        ticket,
        Step::Test(roledex::app::msg::TestStep::Report(late)),
    );
    assert!(matches!(script.course().ending, Some(Ending::Cancelled)));
    assert!(handed_over(&script).is_empty());
}

#[test]
fn without_a_command_it_is_the_persons_shell() {
    for (shell, runs) in [(Some("/bin/zsh"), "/bin/zsh"), (None, "/bin/sh")] {
        let mut script = world_with(Options {
            shell: shell.map(Into::into),
            ..Options::default()
        });
        script.keys("! space enter");
        script.pods_to_test(vec![choice("api-1", true)]);
        assert_eq!(script.asked().purpose, run(&[runs]));
    }
}

#[test]
fn the_line_is_edited_and_left_like_any_other() {
    let mut script = world();
    script.keys("!").typed("env q").keys("backspace");
    script.send(Msg::Paste("-u\nX".to_owned()));
    script.keys("home x enter");
    script.pods_to_test(vec![choice("api-1", true)]);
    let words = run(&["/bin/sh", "-c", "xenv -u X"]);
    assert_eq!(script.asked().purpose, words);
    let mut script = world();
    script.keys("! a esc");
    assert!(script.state.modals.is_empty());
}

#[test]
fn what_is_forbidden_says_why() {
    let off = Guard {
        no_credential_tests: vec![ClusterPattern {
            cluster: Some(Glob::new("alp*")),
            ..ClusterPattern::default()
        }],
        ..Guard::default()
    };
    for (guard, says) in [
        (Guard::read_only(), "read-only"),
        (off, "the configuration turns credential tests off"),
    ] {
        let mut script = world_with(Options {
            guard,
            ..Options::default()
        });
        script.keys("!");
        assert!(script.notice().contains(says), "{}", script.notice());
        assert!(script.state.modals.is_empty());
    }
    let mut script = world();
    script.keys("1 !");
    assert!(
        script.notice().contains("only associations"),
        "{}",
        script.notice()
    );
}
