//! The credential test by keys: which pod, one yes for one test, and what it must not do by itself.

mod more;
mod run_with;

use roledex::app::effect::Timer;
use roledex::app::modal::credential::{Ending, Podless, Stage};
use roledex::app::msg::TestStep;
use roledex::app::{Effect, Msg, Options, Request, Step};
use roledex::model::credential::{self, Purpose, StepKind, StepState, TokenSource, Verdict};
use roledex::model::pattern::{ClusterPattern, Glob};
use roledex::model::{Failure, FailureKind, Guard, Route};

use crate::script::credential::{choice, steps};
use crate::script::kubernetes::{account, pod, world as world_of};
use crate::script::{ACCOUNT, Script, association, cluster_arn};

/// One cluster with two associations; the cursor is on shop/api.
fn world_with(options: Options) -> Script {
    let routes = vec![Route::new(Some("prod"), "eu-west-1")];
    let mut script = Script::new(routes, options, 100, 30);
    script.open_scope("prod", "eu-west-1", &["alpha"]);
    let arn = cluster_arn("eu-west-1", "alpha");
    script.describe_cluster(&arn, "ACTIVE");
    let rows = vec![
        association(&arn, 1, "shop", "api"),
        association(&arn, 2, "shop", "web"),
    ];
    script.list_associations(&arn, rows);
    script.describe_all();
    script.keys("2 g");
    script.effects.clear();
    script
}

fn world() -> Script {
    world_with(Options::default())
}

/// The consent for the only pod of shop/api.
fn asked() -> Script {
    let mut script = world();
    script.keys("t");
    script.pods_to_test(vec![choice("api-1", true)]);
    script
}

fn running() -> Script {
    let mut script = asked();
    script.keys("tab enter");
    script
}

fn role(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn ticks(script: &mut Script) -> usize {
    let is_tick = |effect: &Effect| {
        matches!(
            effect,
            Effect::Wake {
                timer: Timer::Second,
                ..
            }
        )
    };
    let count = script
        .effects
        .iter()
        .filter(|effect| is_tick(effect))
        .count();
    script.effects.retain(|effect| !is_tick(effect));
    count
}

#[test]
fn the_only_pod_is_asked_about_at_once() {
    let mut script = world();
    script.keys("t");
    assert!(matches!(script.panel().stage, Stage::Looking(_)));
    script.pods_to_test(vec![choice("api-1", true)]);
    let test = script.asked();
    assert_eq!(test.name(), "shop/api");
    assert_eq!(
        test.token,
        TokenSource::Pod {
            name: "api-1".into(),
            uid: "uid-of-api-1".into(),
            node: choice("api-1", true).node,
        }
    );
    assert_eq!(test.expected.role.as_deref(), Some(&*role("api")));
    assert_eq!(
        test.expected.association.as_deref(),
        Some("a-00000000000000001")
    );
    assert_eq!(script.panel().chosen(), 0, "the cursor is on Cancel");
}

#[test]
fn of_several_pods_the_best_is_chosen_first() {
    let mut script = world();
    script.keys("t");
    script.pods_to_test(vec![
        choice("api-2", true),
        choice("api-1", false),
        choice("api-3", false),
    ]);
    assert!(matches!(script.panel().stage, Stage::Picking { cursor: 0 }));
    script.keys("j j j k enter");
    assert!(matches!(&script.asked().token, TokenSource::Pod { name, .. } if &**name == "api-1"));
    assert!(script.tested().is_empty(), "choosing a pod tests nothing");
}

#[test]
fn the_first_enter_is_no_yes() {
    let mut script = asked();
    script.keys("enter");
    assert!(script.state.modals.is_empty());
    assert!(script.tested().is_empty());
}

#[test]
fn what_is_tested_is_what_was_shown_and_only_once() {
    let mut script = asked();
    let shown = script.asked().clone();
    script.keys("tab enter enter enter");
    let tested = script.tested();
    assert_eq!(tested.len(), 1, "{tested:?}");
    assert_eq!(*tested[0].1, shown);
    assert_eq!(shown.purpose, Purpose::Test);
}

#[test]
fn steps_take_the_place_of_what_ran() {
    let mut script = running();
    let begun = credential::Step::new(StepKind::Cluster, StepState::Running, "asking");
    script.test_step(TestStep::Step(begun));
    assert_eq!(script.course().steps[0].state, StepState::Running);
    for step in steps() {
        script.test_step(TestStep::Step(step));
    }
    assert_eq!(script.course().steps, steps());
    script.verdict(Verdict::Matches);
    assert!(!script.course().is_running());
    assert!(script.course().session().is_some());
}

#[test]
fn a_test_that_fails_without_a_report_says_so() {
    let mut script = running();
    let begun = credential::Step::new(StepKind::Cluster, StepState::Running, "asking");
    script.test_step(TestStep::Step(begun));
    let ticket = script.tested()[0].0;
    let failure = Failure::new(FailureKind::Other, "write the test down", "disk full");
    script.done(ticket, Err(failure));
    assert!(script.notice().contains("disk full"));
    let course = script.course();
    assert!(matches!(&course.ending, Some(Ending::Failed(_))));
    assert_ne!(course.steps[0].state, StepState::Running);
}

#[test]
fn esc_cancels_first_and_closes_then() {
    let mut script = running();
    let ticket = script.tested()[0].0;
    script.keys("esc");
    let cancels = |effect: &Effect| matches!(effect, Effect::Cancel(t) if *t == ticket);
    assert!(script.effects.iter().any(cancels));
    assert!(matches!(script.course().ending, Some(Ending::Cancelled)));
    // What comes late does not land.
    let before = script.course().steps.clone();
    script.step(ticket, Step::Test(TestStep::Step(steps().remove(0))));
    assert_eq!(script.course().steps, before);
    script.done(ticket, Ok(()));
    assert!(matches!(script.course().ending, Some(Ending::Cancelled)));
    script.keys("esc");
    assert!(script.state.modals.is_empty());
}

#[test]
fn time_is_counted_only_while_a_panel_shows_it() {
    let mut script = asked();
    assert_eq!(ticks(&mut script), 0, "nothing is counted before");
    script.keys("tab enter");
    assert_eq!(ticks(&mut script), 1);
    script.send(Msg::Woke(Timer::Second));
    assert_eq!(ticks(&mut script), 1, "it runs");
    script.verdict(Verdict::Matches);
    ticks(&mut script);
    script.send(Msg::Woke(Timer::Second));
    assert_eq!(ticks(&mut script), 1, "it counts down");
    script.now = "2026-11-21T18:00:01Z".parse().unwrap();
    script.send(Msg::Woke(Timer::Second));
    assert_eq!(ticks(&mut script), 0, "it has expired");
    script.now = crate::script::noon();
    script.keys("esc");
    script.send(Msg::Woke(Timer::Second));
    assert_eq!(ticks(&mut script), 0, "nobody looks at it");
}

#[test]
fn testing_again_asks_again() {
    let mut script = running();
    script.keys("t");
    assert!(
        script.notice().contains("running already"),
        "{}",
        script.notice()
    );
    script.verdict(Verdict::Refused("no".into()));
    script.keys("t");
    assert_eq!(script.asked().name(), "shop/api");
    assert_eq!(script.tested().len(), 1);
    script.keys("tab enter");
    assert_eq!(script.tested().len(), 2);
}

#[test]
fn without_a_pod_it_is_said_what_it_takes() {
    let mut script = world();
    script.keys("t");
    script.pods_to_test(Vec::new());
    let is_none = |script: &Script| {
        matches!(
            &script.panel().stage,
            Stage::Podless {
                why: Podless::None { others: 0 },
                ..
            }
        )
    };
    assert!(is_none(&script));
    script.keys("esc t");
    let ticket = script.ticket(|request| matches!(request, Request::PodsToTest { .. }));
    let failure = Failure::new(FailureKind::Denied, "list pods", "forbidden");
    script.done(ticket, Err(failure));
    assert!(
        matches!(&script.panel().stage, Stage::Podless { why: Podless::Unlisted(why), .. } if &*why.cause == "forbidden")
    );
    // Pods may be there by now.
    script.keys("tab enter");
    script.pods_to_test(vec![choice("api-1", false)]);
    assert_eq!(script.asked().name(), "shop/api");
}

#[test]
fn leaving_takes_the_question_for_pods_back() {
    let mut script = world();
    script.keys("t");
    let ticket = script.ticket(|request| matches!(request, Request::PodsToTest { .. }));
    script.keys("esc");
    let cancels = |effect: &Effect| matches!(effect, Effect::Cancel(t) if *t == ticket);
    assert!(script.effects.iter().any(cancels));
    script.step(
        ticket,
        Step::PodsToTest {
            pods: vec![choice("api-1", true)],
            others: 0,
        },
    );
    assert!(script.state.modals.is_empty());
}

#[test]
fn a_row_of_a_pod_tests_that_very_pod() {
    let mut script = world();
    let arn = cluster_arn("eu-west-1", "alpha");
    script.keys("1 g enter");
    script.say(
        &arn,
        world_of(vec![
            account("shop", "api", None),
            pod("shop", "api-6f9c-aaaaa", "api", true),
            pod("shop", "api-6f9c-bbbbb", "api", true),
        ]),
    );
    script.keys("5 /").typed("bbbbb").keys("enter g t");
    let test = script.asked();
    assert!(matches!(&test.token, TokenSource::Pod { name, .. } if &**name == "api-6f9c-bbbbb"));
    assert_eq!(test.expected.role.as_deref(), Some(&*role("api")));
    script.keys("esc 4 /").typed("api").keys("enter g t");
    assert!(matches!(script.panel().stage, Stage::Looking(_)));
    assert_eq!(
        script.panel().of.expected.role.as_deref(),
        Some(&*role("api"))
    );
}

#[test]
fn what_is_forbidden_says_why() {
    let everything = vec![ClusterPattern {
        cluster: Some(Glob::new("alp*")),
        ..ClusterPattern::default()
    }];
    let read_only = Guard::read_only();
    let off = Guard {
        no_credential_tests: everything.clone(),
        ..Guard::default()
    };
    let cluster = Guard {
        read_only_clusters: everything,
        ..Guard::default()
    };
    for (guard, says) in [
        (read_only, "read-only"),
        (off, "the configuration turns credential tests off"),
        (cluster, "this cluster is read-only"),
    ] {
        let mut script = world_with(Options {
            guard,
            ..Options::default()
        });
        script.keys("t");
        assert!(script.notice().contains(says), "{}", script.notice());
        assert!(script.state.modals.is_empty());
    }
    let mut script = world();
    script.keys("1 t");
    assert!(
        script.notice().contains("only associations"),
        "{}",
        script.notice()
    );
}
