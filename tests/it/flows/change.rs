//! Changes by keys alone against the simulator: one accepted write each, and none without approval.

use roledex::app::State;
use roledex::app::modal::Modal;
use roledex::app::pane::PaneId;
use roledex::model::{FailureKind, Guard, Route};
use roledex::sim::{self, Kind, Simulator, World};

use super::Flow;

async fn world() -> Flow {
    let mut flow = Flow::start(World::demo().unwrap()).await;
    flow.idle().await;
    flow.keys("2");
    flow
}

/// The checks of the review on top are answered.
fn is_reviewed(state: &State) -> bool {
    matches!(state.modals.last(), Some(Modal::Review(review)) if review.consent().is_some())
}

fn is_done(state: &State) -> bool {
    let applying = state.applying.as_ref();
    applying.is_some_and(|applying| !applying.is_running()) && state.in_flight() == 0
}

/// Moves to an association that may be changed; says its role, and how it is called.
fn to_own(flow: &mut Flow) -> (String, String) {
    for _ in 0..200 {
        let key = flow.state.selected().cloned().unwrap();
        let roledex::app::pane::RowKey::Association(key) = key else {
            panic!("{key:?}")
        };
        let row = &flow.state.fleet.associations[&key];
        if row.summary.owner.is_none() && row.detail.value().unwrap().target_role.is_none() {
            let role = row.detail.value().unwrap().role.clone().unwrap();
            return (role.to_string(), row.summary.name());
        }
        flow.keys("j");
    }
    panic!("every association is owned")
}

fn role_now(flow: &Flow, name: &str) -> Option<String> {
    let rows = flow.state.fleet.associations.values();
    let mut rows = rows.filter(|row| row.summary.name() == name);
    Some(rows.next()?.detail.value()?.role.as_deref()?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_changed_and_taken_back_by_keys_alone() {
    let mut flow = world().await;
    let (before, name) = to_own(&mut flow);
    flow.keys("e").until("roles", |state| {
        matches!(state.modals.last(), Some(Modal::Form(form)) if !form.roles.is_empty() && form.listing.waiting().is_none())
    })
    .await;
    // The suggestions begin with the roles that trust; the one that the association has is passed over.
    flow.keys("down");
    let Some(Modal::Form(form)) = flow.state.modals.last() else {
        panic!("no form")
    };
    let offered = form.suggestions(&flow.state.fleet);
    let other = offered.iter().position(|one| one.value != before).unwrap();
    let role = offered[other].value.clone();
    assert_eq!(offered[other].note, "trusts Pod Identity", "{offered:#?}");
    for _ in 0..other {
        flow.keys("down");
    }
    flow.keys("enter ctrl-s");
    flow.until("checks", is_reviewed).await;
    assert_eq!(
        flow.simulator.log().writes(),
        0,
        "nothing is written before the approval"
    );
    approve(&mut flow, &name).await;
    assert_eq!(
        role_now(&flow, &name),
        Some(role),
        "{:?}",
        flow.state.notice
    );
    let log = flow.simulator.log();
    assert_eq!(log.count("UpdatePodIdentityAssociation"), 1);
    assert_eq!(log.writes(), 1);

    flow.keys("z").until("the way back", is_reviewed).await;
    approve(&mut flow, &name).await;
    assert_eq!(role_now(&flow, &name), Some(before));
    assert_eq!(flow.simulator.log().writes(), 2);
    flow.finish().await;
}

/// Says yes, and types the name where it is wanted; waits for the end.
async fn approve(flow: &mut Flow, name: &str) {
    flow.keys("tab enter");
    if let Some(Modal::Review(_)) = flow.state.modals.last() {
        let account = name.split('/').nth(1).unwrap().to_owned();
        flow.typed(&account).keys("enter");
    }
    assert!(flow.state.applying.is_some(), "{:?}", flow.state.notice);
    flow.until("the end of the change", is_done).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_association_is_deleted_and_created_again() {
    let mut flow = world().await;
    let (role, name) = to_own(&mut flow);
    let rows = flow.column(PaneId::Associations, 0).len();
    flow.keys("ctrl-d").until("checks", is_reviewed).await;
    approve(&mut flow, &name).await;
    assert_eq!(flow.column(PaneId::Associations, 0).len(), rows - 1);
    assert_eq!(
        flow.simulator.log().count("DeletePodIdentityAssociation"),
        1
    );
    flow.keys("z").until("the way back", is_reviewed).await;
    approve(&mut flow, &name).await;
    assert_eq!(flow.column(PaneId::Associations, 0).len(), rows);
    assert_eq!(role_now(&flow, &name), Some(role));
    flow.keys("esc H")
        .until("the journal", |state| state.journal.value().is_some())
        .await;
    let entries = &flow.state.journal.value().unwrap().entries;
    assert_eq!(entries.len(), 2);
    assert!(
        entries
            .iter()
            .all(roledex::model::journal::Entry::is_applied)
    );
    assert_eq!(flow.simulator.log().writes(), 2);
    flow.finish().await;
}

/// Writes that AWS took, in their order; each was asked for once.
#[track_caller]
fn accepted(flow: &Flow) -> Vec<&'static str> {
    let log = flow.simulator.log();
    let writes: Vec<_> = log
        .entries()
        .into_iter()
        .filter(|entry| entry.kind == Some(Kind::Write))
        .collect();
    assert!(
        writes.iter().all(|entry| entry.status == Some(200)),
        "{writes:?}"
    );
    writes.iter().map(|entry| entry.operation).collect()
}

fn tag_now(flow: &Flow, name: &str, key: &str) -> Option<String> {
    let rows = flow.state.fleet.associations.values();
    let mut rows = rows.filter(|row| row.summary.name() == name);
    let detail = rows.next()?.detail.value()?;
    let mut tags = detail.tags().filter(|(found, _)| &***found == key);
    Some(tags.next()?.1.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_association_is_created_by_keys_alone() {
    let mut flow = world().await;
    let (role, _) = to_own(&mut flow);
    flow.keys("A")
        .typed("keys")
        .keys("tab")
        .typed("alone")
        .keys("tab");
    flow.typed(&role)
        .keys("tab tab tab tab")
        .typed("made=by keys")
        .keys("ctrl-s");
    flow.until("checks", is_reviewed).await;
    assert_eq!(
        accepted(&flow),
        [""; 0],
        "nothing is written before the approval"
    );
    // Cancel is what enter presses first.
    flow.keys("enter");
    assert!(matches!(flow.state.modals.last(), Some(Modal::Form(_))));
    flow.keys("ctrl-s").until("checks", is_reviewed).await;
    assert_eq!(accepted(&flow), [""; 0]);
    approve(&mut flow, "keys/alone").await;
    assert_eq!(role_now(&flow, "keys/alone"), Some(role));
    assert_eq!(
        tag_now(&flow, "keys/alone", "made").as_deref(),
        Some("by keys")
    );
    assert_eq!(accepted(&flow), ["CreatePodIdentityAssociation"]);
    flow.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_set_and_removed_by_keys_alone() {
    let mut flow = world().await;
    let (role, name) = to_own(&mut flow);
    let to_last_line = "down ".repeat(50);
    // The last in the order of keys, so that it is the last line again.
    flow.keys("T")
        .keys(&to_last_line)
        .keys("end enter")
        .typed("zzz=by keys")
        .keys("ctrl-s");
    flow.until("checks", is_reviewed).await;
    assert_eq!(accepted(&flow), [""; 0]);
    approve(&mut flow, &name).await;
    assert_eq!(tag_now(&flow, &name, "zzz").as_deref(), Some("by keys"));
    assert_eq!(accepted(&flow), ["TagResource"]);

    flow.keys("T").keys(&to_last_line).keys("end ctrl-u ctrl-s");
    flow.until("checks", is_reviewed).await;
    assert_eq!(accepted(&flow), ["TagResource"]);
    approve(&mut flow, &name).await;
    assert_eq!(tag_now(&flow, &name, "zzz"), None);
    assert_eq!(role_now(&flow, &name), Some(role), "the rest stays");
    assert_eq!(accepted(&flow), ["TagResource", "UntagResource"]);
    flow.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_association_is_moved_and_taken_back_by_keys_alone() {
    let mut flow = world().await;
    let (role, name) = to_own(&mut flow);
    let moved = format!("{}/moved-by-keys", name.split('/').next().unwrap());
    flow.keys("e shift-tab ctrl-u")
        .typed("moved-by-keys")
        .keys("ctrl-s");
    flow.until("checks", is_reviewed).await;
    assert_eq!(accepted(&flow), [""; 0]);
    approve(&mut flow, &name).await;
    assert_eq!(
        (role_now(&flow, &name), role_now(&flow, &moved)),
        (None, Some(role.clone()))
    );
    let (create, delete) = (
        "CreatePodIdentityAssociation",
        "DeletePodIdentityAssociation",
    );
    assert_eq!(accepted(&flow), [create, delete]);
    // It was one act, and is taken back as one.
    flow.keys("esc z").until("the way back", is_reviewed).await;
    approve(&mut flow, &moved).await;
    assert_eq!(
        (role_now(&flow, &name), role_now(&flow, &moved)),
        (Some(role), None)
    );
    assert_eq!(accepted(&flow), [create, delete, create, delete]);
    flow.finish().await;
}

/// EKS takes a role and tags in two calls; whoever typed both into one form takes both back by one key.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_of_what_is_there_is_taken_back_as_a_whole() {
    let mut flow = world().await;
    let (before, name) = to_own(&mut flow);
    let rows = flow.state.fleet.associations.values();
    let roles = rows.filter_map(|row| row.detail.value()?.role.as_deref());
    let other = roles.filter(|role| **role != *before).min().unwrap();
    let other = other.to_owned();
    let (namespace, account) = name.split_once('/').unwrap();
    flow.keys("A")
        .typed(namespace)
        .keys("tab")
        .typed(account)
        .keys("tab")
        .typed(&other)
        .keys("tab tab tab tab")
        .typed("made=by keys")
        .keys("ctrl-s");
    flow.until("checks", is_reviewed).await;
    approve(&mut flow, &name).await;
    flow.until("the checks of the tags", is_reviewed).await;
    approve(&mut flow, &name).await;
    let (update, tag, untag) = (
        "UpdatePodIdentityAssociation",
        "TagResource",
        "UntagResource",
    );
    assert_eq!(accepted(&flow), [update, tag]);
    assert_eq!(role_now(&flow, &name), Some(other));
    assert_eq!(tag_now(&flow, &name, "made").as_deref(), Some("by keys"));

    flow.keys("esc z").until("the way back", is_reviewed).await;
    approve(&mut flow, &name).await;
    flow.until("the other half of it", is_reviewed).await;
    approve(&mut flow, &name).await;
    assert_eq!(accepted(&flow), [update, tag, update, untag]);
    assert_eq!(role_now(&flow, &name), Some(before));
    assert_eq!(tag_now(&flow, &name, "made"), None);
    flow.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_writes_where_nothing_may_be_changed() {
    let simulator = Simulator::start(World::demo().unwrap(), sim::Options::default())
        .await
        .unwrap();
    let account = &simulator.accounts()[0];
    let routes = vec![Route::new(Some(&account.name), &account.regions[0])];
    let mut flow = Flow::read_only(simulator, routes).await;
    flow.idle().await;
    flow.keys("2");
    let (role, name) = to_own(&mut flow);
    // As if the screen had not been told: what makes the calls refuses by itself.
    flow.keys("e shift-tab ctrl-u")
        .typed("moved-by-keys")
        .keys("ctrl-s");
    flow.until("checks", is_reviewed).await;
    approve(&mut flow, &name).await;
    let outcome = flow.state.applying.as_ref().unwrap().outcome.clone();
    let failure = outcome.unwrap().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
    assert_eq!(role_now(&flow, &name), Some(role));

    // As it is told at the start.
    flow.state.options.guard = Guard::read_only();
    flow.state.applying = None;
    flow.keys("esc esc esc 2");
    for key in ["e", "A", "T", "ctrl-d", "z", "Z"] {
        flow.keys(key);
        assert!(flow.state.modals.is_empty(), "{key}");
        flow.keys("ctrl-s tab enter").idle().await;
        assert!(flow.state.applying.is_none(), "{key}");
        flow.keys("esc esc esc 2");
    }
    assert_eq!(flow.simulator.log().writes(), 0);
    flow.finish().await;
}
