//! Changes that bring others back: reviewed like any other, linked, and never over somebody else's work unasked.

use roledex::app::msg::Reversing;
use roledex::app::unfinished::Unfinished;
use roledex::app::{Effect, Msg, Request, Step};
use roledex::model::journal::{Image, Link};

use super::{answer, edit_role, review, world};
use crate::script::{Script, cluster_arn};

pub(super) fn entry() -> roledex::model::journal::Entry {
    let mut entry = crate::journal::entry("api");
    let intent = std::sync::Arc::make_mut(&mut entry.intent);
    intent.place.cluster = cluster_arn("eu-west-1", "alpha");
    intent.target.namespace = Some("shop".into());
    entry
}

#[test]
fn an_undo_is_reviewed_and_linked() {
    let mut script = world();
    edit_role(&mut script, "new");
    let plan = review(&script).plan.clone();
    script.keys("esc esc esc z");
    let ticket = script.ticket(|request| {
        matches!(
            request,
            Request::Reverse {
                entry: None,
                redo: false
            }
        )
    });
    let entry = entry();
    let entries = [entry.clone()];
    let history = roledex::model::journal::History::new(&entries);
    let now = entry.left().clone();
    let reversal = history.undo(&entry.id, &now).unwrap();
    let reversing = Reversing {
        entry: entry.clone(),
        way: reversal.into(),
        plans: vec![plan],
    };
    assert!(script.notice().contains("reading the journal"));
    script.step(ticket, Step::Reversal(Box::new(reversing)));
    script.done(ticket, Ok(()));
    assert!(script.state.notice.is_none(), "it would hide the keys");
    answer(&mut script);
    script.keys("tab enter");
    let linked = script.effects.iter().any(|effect| {
        matches!(effect, Effect::Apply { link: Some(link), .. } if *link == Link::undoes(entry.id.clone()))
    });
    assert!(linked, "{}", script.notice());
    // What was undone is not undone once more by the same key.
    let ticket = super::apply_ticket(&script);
    script.done(ticket, Ok(()));
    let notice = script.notice();
    assert!(notice.ends_with("; Z makes it again"), "{notice}");
}

/// What somebody else changed since is not overwritten by a mere enter.
#[test]
fn an_undo_that_tramples_wants_the_name() {
    let mut script = world();
    edit_role(&mut script, "new");
    let plan = review(&script).plan.clone();
    let name = plan.target().service_account.to_string();
    script.keys("esc esc esc z");
    let ticket = script.ticket(|request| matches!(request, Request::Reverse { .. }));
    let entry = entry();
    let entries = [entry.clone()];
    let mut now = entry.left().clone();
    let Image::Present(document) = &mut now else {
        panic!("{now:?}")
    };
    let theirs = "arn:aws:iam::111122223333:role/theirs";
    document.insert("roleArn".to_owned(), theirs.into());
    let history = roledex::model::journal::History::new(&entries);
    let reversal = history.undo(&entry.id, &now).unwrap();
    assert!(reversal.tramples(), "{reversal:?}");
    let plans = vec![plan];
    let reversing = Reversing {
        entry,
        way: reversal.into(),
        plans,
    };
    script.step(ticket, Step::Reversal(Box::new(reversing)));
    script.done(ticket, Ok(()));
    answer(&mut script);
    let is_applied = |script: &Script| {
        let mut effects = script.effects.iter();
        effects.any(|effect| matches!(effect, Effect::Apply { .. }))
    };
    script.keys("tab enter");
    assert!(review(&script).naming.is_some(), "{}", script.notice());
    script.keys("q enter");
    assert!(!is_applied(&script));
    // The prompt stays, so that what is typed on are no commands.
    let notice = script.notice();
    assert!(notice.contains(&format!("that is not {name}")), "{notice}");
    assert!(review(&script).naming.as_ref().unwrap().is_empty());
    let typed: Vec<String> = name.chars().map(String::from).collect();
    script.keys(&typed.join(" "));
    script.keys("enter");
    assert!(is_applied(&script), "{}", script.notice());
}

/// A way back of two calls is one way back: the first is no undo by itself, and says so.
#[test]
fn an_undo_of_two_changes_counts_after_the_second() {
    let mut script = world();
    edit_role(&mut script, "new");
    let plan = review(&script).plan.clone();
    script.keys("esc esc esc z");
    let ticket = script.ticket(|request| matches!(request, Request::Reverse { .. }));
    let entry = entry();
    let entries = [entry.clone()];
    let history = roledex::model::journal::History::new(&entries);
    let now = entry.left().clone();
    let way = history.undo(&entry.id, &now).unwrap().into();
    let reversing = Reversing {
        entry: entry.clone(),
        way,
        plans: vec![plan.clone(), plan],
    };
    script.step(ticket, Step::Reversal(Box::new(reversing)));
    script.done(ticket, Ok(()));
    let said = |script: &Script| {
        let lines = roledex::app::describe::review_lines(review(script));
        let lines = lines.iter().map(|line| line.text().into_owned());
        lines.collect::<Vec<_>>().join("\n")
    };
    assert!(
        said(&script).contains("this is not all of it"),
        "{}",
        said(&script)
    );
    let title = review(&script).title();
    assert!(
        title.starts_with(&format!("undo of {}: ", entry.id.short())),
        "{title}"
    );
    let links = |script: &Script| {
        let effects = script.effects.iter();
        let links = effects.filter_map(|effect| match effect {
            Effect::Apply { link, .. } => link.clone(),
            _ => None,
        });
        links.collect::<Vec<_>>()
    };
    answer(&mut script);
    script.keys("tab enter");
    let undo = Link::undoes(entry.id.clone());
    assert_eq!(links(&script), [undo.clone().partly()]);
    let ticket = super::apply_ticket(&script);
    script.done(ticket, Ok(()));
    assert!(
        !said(&script).contains("this is not all of it"),
        "{}",
        said(&script)
    );
    answer(&mut script);
    script.keys("tab enter");
    assert_eq!(links(&script), [undo.clone().partly(), undo]);
}

#[test]
fn what_an_earlier_run_left_is_in_sight_until_somebody_looks() {
    let is_reading = |request: &Request| matches!(request, Request::ReadJournal);
    let mut script = world();
    let shown = |script: &Script| script.state.unfinished.map(Unfinished::phrase);
    script.send(Msg::Unfinished(Unfinished::Checking(2)));
    assert_eq!(
        shown(&script).unwrap(),
        "2 unfinished changes being checked"
    );
    // A look at the list does not end what is still to come of it.
    script.keys("H");
    let ticket = script.ticket(is_reading);
    script.done(ticket, Ok(()));
    assert!(shown(&script).is_some());
    let checked = Unfinished::Checked { count: 2, open: 1 };
    script.send(Msg::Unfinished(checked));
    assert_eq!(shown(&script), None, "the list is open, and is read again");
    assert!(script.open().iter().any(is_reading));
    script.keys("esc");
    script.send(Msg::Unfinished(checked));
    assert_eq!(shown(&script).unwrap(), "1 unfinished change still open");
    script.keys("j");
    assert!(shown(&script).is_some(), "no key but the one that shows it");
    script.keys("H");
    assert_eq!(shown(&script), None);
}
