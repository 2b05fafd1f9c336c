//! Changes by keys alone: reviews, approvals, and what must not lead to one.

mod ends;
mod forms;
mod reversals;
mod typed;

use roledex::app::modal::{ChangeForm, Modal, Review};
use roledex::app::msg::{ChangeStep, Journalled};
use roledex::app::{Effect, Options, Request, Step, Ticket};
use roledex::model::plan::{Change, Plan, Setting};
use roledex::model::preflight::Evidence;
use roledex::model::{Access, Failure, FailureKind, Guard, Route};

use crate::script::{ACCOUNT, Script, association, cluster_arn};

/// One cluster with three associations, the second owned by an add-on; the cursor is on the first, shop/api.
fn world_with(options: Options) -> Script {
    let routes = vec![Route::new(Some("prod"), "eu-west-1")];
    let mut script = Script::new(routes, options, 100, 30);
    script.open_scope("prod", "eu-west-1", &["alpha"]);
    let arn = cluster_arn("eu-west-1", "alpha");
    script.describe_cluster(&arn, "ACTIVE");
    let mut rows = vec![
        association(&arn, 1, "shop", "api"),
        association(&arn, 2, "shop", "owned"),
        association(&arn, 3, "shop", "web"),
    ];
    rows[1].owner = Some("arn:aws:eks:eu-west-1:111122223333:addon/alpha/vpc-cni/x".into());
    script.list_associations(&arn, rows);
    script.describe_all();
    script.keys("2 g");
    script.effects.clear();
    script
}

fn world() -> Script {
    world_with(Options::default())
}

fn arn_of(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn form(script: &Script) -> &ChangeForm {
    match script.top() {
        Some(Modal::Form(form)) => form,
        other => panic!("no form but {other:?}; {}", script.notice()),
    }
}

fn review(script: &Script) -> &Review {
    match script.top() {
        Some(Modal::Review(review)) => review,
        other => panic!("no review but {other:?}; {}", script.notice()),
    }
}

/// Answers the open question about a plan with nothing but the plan itself.
fn answer(script: &mut Script) {
    let is_review = |request: &Request| matches!(request, Request::Review { .. });
    let ticket = script.ticket(is_review);
    let plan = review_plan(script, ticket);
    let found = Box::new((plan, Evidence::default()));
    script.step(ticket, Step::Evidence(found));
    script.done(ticket, Ok(()));
}

fn review_plan(script: &Script, _: Ticket) -> Plan {
    let open = script.open();
    let found = open.into_iter().find_map(|request| match request {
        Request::Review { plan, .. } => Some(*plan),
        _ => None,
    });
    found.unwrap()
}

fn applied(script: &Script) -> Vec<&Plan> {
    let effects = script.effects.iter();
    let applied = effects.filter_map(|effect| match effect {
        Effect::Apply { approved, .. } => Some(approved.plan()),
        _ => None,
    });
    applied.collect()
}

fn apply_ticket(script: &Script) -> Ticket {
    let effects = script.effects.iter().rev();
    let mut found = effects.filter_map(|effect| match effect {
        Effect::Apply { ticket, .. } => Some(*ticket),
        _ => None,
    });
    found.next().unwrap()
}

/// Types another role into the form that `e` opens, and asks for the review.
fn edit_role(script: &mut Script, name: &str) {
    script.keys("e ctrl-u").typed(&arn_of(name)).keys("ctrl-s");
}

#[test]
fn a_role_is_changed_by_keys_alone() {
    let mut script = world();
    edit_role(&mut script, "new");
    assert!(
        review(&script).consent().is_none(),
        "checks are asked first"
    );
    script.keys("tab enter");
    assert!(script.notice().contains("checks are still being asked"));
    assert!(applied(&script).is_empty());
    answer(&mut script);
    assert!(!review(&script).apply, "nobody has seen these checks yet");
    script.keys("tab enter");
    let plans = applied(&script);
    let [plan] = plans.as_slice() else {
        panic!("{plans:?}; {}", script.notice())
    };
    let Change::Update(edit) = plan.change() else {
        panic!("{plan:?}")
    };
    assert_eq!(edit.role.as_ref().unwrap().as_str(), arn_of("new"));
    assert_eq!(
        (&edit.target_role, edit.session_tags, &edit.policy),
        (&Setting::Keep, None, &Setting::Keep),
        "what was not touched is not sent"
    );
    assert!(matches!(script.top(), Some(Modal::Progress)));
}

#[test]
fn what_was_changed_is_read_again_and_can_be_taken_back() {
    let mut script = world();
    edit_role(&mut script, "new");
    answer(&mut script);
    script.keys("tab enter");
    let ticket = apply_ticket(&script);
    for step in [
        ChangeStep::ReadingAgain,
        ChangeStep::Journalled("8c1d0a9b".into()),
        ChangeStep::Waiting("not yet".into()),
        ChangeStep::Waiting("still not".into()),
        ChangeStep::ReadingBack,
    ] {
        script.step(ticket, Step::Change(step));
    }
    let applying = script.state.applying.as_ref().unwrap();
    assert_eq!(
        applying.steps.len(),
        4,
        "a wait takes the place of the one before"
    );
    script.keys("esc e");
    assert!(script.notice().contains("another change is being made"));
    script.done(ticket, Ok(()));
    assert!(script.notice().starts_with("done: change shop/api"));
    assert!(
        script.notice().ends_with("z takes it back"),
        "{}",
        script.notice()
    );
    let reads = script.open();
    assert!(
        reads
            .iter()
            .any(|request| matches!(request, Request::DescribeAssociation { key, .. } if key.id.ends_with('1'))),
        "{reads:#?}"
    );
}

#[test]
fn cancel_is_what_enter_presses_first() {
    let mut script = world();
    edit_role(&mut script, "new");
    answer(&mut script);
    script.keys("enter");
    assert_eq!(
        form(&script).role.text(),
        arn_of("new"),
        "the form is still there"
    );
    assert!(applied(&script).is_empty());
    script.keys("esc esc");
    assert!(script.state.modals.is_empty());
}

#[test]
fn leaving_a_review_takes_its_questions_back() {
    let mut script = world();
    script.keys("ctrl-d");
    let ticket = script.ticket(|request| matches!(request, Request::Review { .. }));
    script.keys("esc");
    assert!(script.state.modals.is_empty());
    let cancelled = script.effects.iter();
    let mut cancelled =
        cancelled.filter(|effect| matches!(effect, Effect::Cancel(t) if *t == ticket));
    assert!(cancelled.next().is_some());
}

#[test]
fn a_deletion_wants_its_name() {
    let mut script = world();
    script.keys("ctrl-d");
    answer(&mut script);
    script.keys("tab enter").typed("web").keys("enter");
    assert!(
        script.notice().contains("that is not api"),
        "{}",
        script.notice()
    );
    assert!(applied(&script).is_empty());
    // The prompt stays open: what follows are no commands.
    script.typed("api").keys("enter");
    let plans = applied(&script);
    assert!(matches!(plans.as_slice(), [plan] if *plan.change() == Change::Delete));
}

#[test]
fn checks_that_could_not_be_asked_are_unknown_and_do_not_bar_the_change() {
    let mut script = world();
    edit_role(&mut script, "new");
    let ticket = script.ticket(|request| matches!(request, Request::Review { .. }));
    let failure = Failure::new(FailureKind::Unreachable, "read role new", "no connection");
    script.done(ticket, Err(failure));
    assert!(script.notice().contains("no connection"));
    script.keys("tab enter");
    assert_eq!(applied(&script).len(), 1);
}

#[test]
fn an_answer_about_another_association_does_not_land() {
    let mut script = world();
    edit_role(&mut script, "new");
    let ticket = script.ticket(|request| matches!(request, Request::Review { .. }));
    script.keys("esc esc esc G ctrl-d");
    let other = review(&script).plan.clone();
    script.keys("esc g");
    edit_role(&mut script, "new");
    let mine = review(&script).plan.clone();
    let found = || Box::new((other.clone(), Evidence::default()));
    script.step(ticket, Step::Evidence(found()));
    let ticket = script.ticket(|request| matches!(request, Request::Review { .. }));
    script.step(ticket, Step::Evidence(found()));
    assert_eq!(review(&script).plan, mine);
    assert!(review(&script).consent().is_none());
}

#[test]
fn nothing_is_offered_where_nothing_may_be_changed() {
    let read_only = Options {
        guard: Guard::read_only(),
        ..Options::default()
    };
    let mut script = world_with(read_only);
    assert_eq!(script.state.access(), Access::ReadOnly);
    for key in ["e", "A", "ctrl-d", "T", "z", "Z"] {
        script.keys(key);
        assert!(
            script.notice().contains("read-only"),
            "{key}: {}",
            script.notice()
        );
        assert!(script.state.modals.is_empty(), "{key}");
    }
    script.keys("H");
    assert!(
        matches!(script.top(), Some(Modal::History(_))),
        "looking is allowed"
    );
    let mut script = world();
    script.keys("j e");
    assert!(
        script.notice().contains("an add-on owns it"),
        "{}",
        script.notice()
    );
    script.keys("1 e");
    assert!(
        script.notice().contains("only associations"),
        "{}",
        script.notice()
    );
}

#[test]
fn whoever_quits_while_a_change_is_made_is_asked_once() {
    let mut script = world();
    edit_role(&mut script, "new");
    answer(&mut script);
    script.keys("tab enter ctrl-c");
    assert!(!script.state.quitting);
    assert!(
        script.notice().contains("the next start finds out"),
        "{}",
        script.notice()
    );
    script.keys("ctrl-c");
    assert!(script.state.quitting);
}

#[test]
fn a_failed_change_stays_on_the_screen() {
    let mut script = world();
    edit_role(&mut script, "new");
    answer(&mut script);
    script.keys("tab enter");
    let failure = Failure::new(
        FailureKind::Conflict,
        "change shop/api",
        "it is not what was reviewed any more",
    );
    script.done(apply_ticket(&script), Err(failure));
    assert!(matches!(script.top(), Some(Modal::Progress)));
    script.keys("enter");
    assert!(
        matches!(script.top(), Some(Modal::Form(_))),
        "for another try"
    );
    assert!(!script.state.is_changing());
}

/// One key for the menu of copies, in every window that has one.
#[test]
fn a_review_offers_its_copies_by_the_key_that_rows_do() {
    for key in ["C", "c"] {
        let mut script = world();
        edit_role(&mut script, "new");
        answer(&mut script);
        script.keys(key);
        let Some(Modal::Menu(menu)) = script.top() else {
            panic!("{key}: {:?}; {}", script.top(), script.notice())
        };
        assert_eq!(menu.items[0].label, "AWS CLI command");
    }
}

#[test]
fn history_shows_entries_and_what_they_changed() {
    let mut script = world();
    script.keys("H");
    let ticket = script.ticket(|request| matches!(request, Request::ReadJournal));
    let read = Journalled {
        entries: vec![reversals::entry()],
        ..Journalled::default()
    };
    script.step(ticket, Step::Journal(Box::new(read)));
    script.done(ticket, Ok(()));
    script.keys("enter");
    let Some(Modal::Text(view)) = script.top() else {
        panic!("no text")
    };
    let lines: Vec<String> = roledex::app::describe::lines(&script.state, view)
        .iter()
        .map(|line| line.text().into_owned())
        .collect();
    let text = lines.join("\n");
    for wanted in ["update-association shop/api", "- old", "+ new", "alice"] {
        assert!(text.contains(wanted), "{wanted} is missing in {text}");
    }
    script.keys("esc z");
    script.ticket(|request| {
        matches!(
            request,
            Request::Reverse {
                entry: Some(_),
                redo: false
            }
        )
    });
}
