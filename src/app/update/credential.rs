//! The credential test by keys: whose, which pod, and a look at the exact calls; the yes is said in `confirm`.

mod pods;

use std::sync::Arc;

use crate::app::availability::testable;
use crate::app::describe;
use crate::app::effect::{Effect, Timer};
use crate::app::modal::credential::{
    Asked, Button, CredentialPanel, Ending, PodChoice, Podless, Stage, Tested,
};
use crate::app::modal::{Menu, Modal};
use crate::app::pane::RowKey;
use crate::app::secret::{SecretId, Typed};
use crate::app::state::State;
use crate::app::update::{confirm, run_with, textview};
use crate::input::Command;
use crate::model::Guard;
use crate::model::credential::{Clearance, CredentialTest, TokenSource};
use crate::model::plan::Reviewed;
use crate::model::pod::Pod;
use pods::{look_for_pods, other_pod, podless, unfit, went_back};

/// Opens the test of the row: of its pod where it is one, else of the pod that is chosen.
pub(super) fn open(state: &mut State, effects: &mut Vec<Effect>) {
    if let Ok(of) = testable(state) {
        let pod = pod_of_row(state);
        open_for(state, of, pod.as_deref(), effects);
    }
}

/// The pod of the row under the cursor, where it is one.
pub(super) fn pod_of_row(state: &State) -> Option<Arc<Pod>> {
    let Some(RowKey::Container(key)) = state.selected() else {
        return None;
    };
    let row = state.fleet.containers.get(key)?;
    Some(Arc::clone(&row.pod))
}

/// The same for whatever the credentials are wanted for.
pub(super) fn open_for(
    state: &mut State,
    of: Tested,
    pod: Option<&Pod>,
    effects: &mut Vec<Effect>,
) {
    let Some(pod) = pod else {
        look_for_pods(state, of, effects);
        return;
    };
    if let Some(why) = unfit(pod) {
        let pod = pod.name.clone();
        podless(state, of, Podless::Unfit { pod, why });
        return;
    }
    let mut opened = CredentialPanel::new(of, Stage::Picking { cursor: 0 });
    opened.pods = vec![PodChoice::of(pod)];
    state.modals.push(Modal::Credential(Box::new(opened)));
    ask(state, 0);
}

/// Opens the test of what was just changed, until the new role comes back.
pub(super) fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    let offer = state.applying.as_mut().and_then(|it| it.offer.take());
    if let Some(of) = offer {
        state
            .modals
            .retain(|modal| !matches!(modal, Modal::Progress));
        look_for_pods(state, of, effects);
    }
}

pub(in crate::app) fn panel_mut(state: &mut State) -> Option<&mut CredentialPanel> {
    state.modals.iter_mut().rev().find_map(|modal| match modal {
        Modal::Credential(panel) => Some(&mut **panel),
        _ => None,
    })
}

pub(in crate::app) fn panel(state: &State) -> Option<&CredentialPanel> {
    state.modals.iter().rev().find_map(|modal| match modal {
        Modal::Credential(panel) => Some(&**panel),
        _ => None,
    })
}

/// Shows what a test of one of the pods would do, with the cursor on Cancel.
pub(in crate::app) fn ask(state: &mut State, index: usize) {
    let Some(panel) = panel(state) else { return };
    let Some(pod) = panel.pods.get(index) else {
        return;
    };
    let token = TokenSource::Pod {
        name: pod.name.clone(),
        uid: pod.uid.clone(),
        node: pod.node.clone(),
    };
    ask_with(state, token, None);
}

/// The same with any source of a token.
fn ask_with(state: &mut State, token: TokenSource, secret: Option<SecretId>) {
    let Some(panel) = panel(state) else { return };
    let of = &panel.of;
    let route = state.route_to(&of.cluster);
    let Some(route) = route.and_then(|id| state.fleet.route(id)) else {
        state.complain("no scope of this run reaches the cluster");
        return;
    };
    let test = CredentialTest {
        cluster: of.cluster.clone(),
        route: route.route.clone(),
        caller: route.caller.value().cloned(),
        namespace: of.namespace.clone(),
        service_account: of.service_account.clone(),
        token,
        expected: of.expected.clone(),
        purpose: of.purpose.clone(),
    };
    let profiles: Vec<&str> = state.profiles_of(&test.cluster).collect();
    let clearance = Clearance::of(&test, guard(state), &profiles);
    let reviewed = Some(Reviewed::of(&test, &clearance));
    let asked = Asked {
        test,
        clearance,
        reviewed,
        secret,
        button: 0,
    };
    if let Some(panel) = panel_mut(state) {
        panel.stage = Stage::Consent(Box::new(asked));
        panel.before = None;
        panel.top = 0;
    }
}

fn guard(state: &State) -> &Guard {
    &state.options.guard
}

pub(super) fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    use Command as C;
    if panel(state).is_some_and(|panel| panel.line().is_some()) {
        run_with::run(state, command, effects);
        return;
    }
    let page = isize::try_from(describe::credential_room(state))
        .unwrap_or(1)
        .max(1);
    match command {
        C::Down => move_by(state, 1),
        C::Up => move_by(state, -1),
        C::PageDown => move_by(state, page),
        C::PageUp => move_by(state, -page),
        C::HalfPageDown => move_by(state, (page / 2).max(1)),
        C::HalfPageUp => move_by(state, -(page / 2).max(1)),
        C::Top => move_by(state, isize::MIN),
        C::Bottom => move_by(state, isize::MAX),
        C::NextButton => choose(state, 1),
        C::PreviousButton => choose(state, -1),
        C::CopyOffer => offer_copies(state),
        C::Accept => accept(state, effects),
        C::Test => again(state, effects),
        C::Help => textview::help(state),
        C::Back | C::Leave => back(state, effects),
        _ => {}
    }
}

fn choose(state: &mut State, by: isize) {
    if let Some(panel) = panel_mut(state) {
        panel.choose(by);
    }
}

/// Moves the cursor among pods, or scrolls.
fn move_by(state: &mut State, by: isize) {
    let last = panel(state).map_or(0, |panel| describe::credential_last_top(state, panel));
    let room = describe::credential_room(state).max(1);
    let Some(panel) = panel_mut(state) else {
        return;
    };
    let rows = panel.pods.len();
    match &mut panel.stage {
        Stage::Picking { cursor } => {
            *cursor = cursor.saturating_add_signed(by).min(rows.saturating_sub(1));
            let line = describe::CREDENTIAL_FIRST_POD + *cursor;
            // At the first pod what stands above it is in view as well.
            panel.top = match *cursor {
                0 => 0,
                _ => panel.top.clamp((line + 1).saturating_sub(room), line),
            };
        }
        _ => panel.top = panel.top.saturating_add_signed(by).min(last),
    }
}

fn accept(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(panel) = panel(state) else { return };
    match &panel.stage {
        Stage::Picking { cursor } => {
            let cursor = *cursor;
            ask(state, cursor);
        }
        Stage::Course(course) if course.is_running() => {
            state.complain("the test is still running; esc cancels it");
        }
        Stage::Course(_) => leave(state, effects),
        // What is typed there never comes here.
        Stage::Pasting { .. } | Stage::Command { .. } => {}
        Stage::Looking(_) | Stage::Podless { .. } | Stage::Consent(_) => {
            match panel.buttons().get(panel.chosen()) {
                Some(Button::Test | Button::Run) if is_named_now(state) => {}
                Some(Button::Test | Button::Run) => confirm::approve_test(state, effects),
                Some(Button::Paste) => paste(state, effects),
                Some(Button::OtherPod | Button::LookAgain) => other_pod(state, effects),
                Some(Button::Cancel) | None => leave(state, effects),
            }
        }
    }
}

/// Shows the consent once more where it waited for STS to say who asks, and STS has said it by now.
fn is_named_now(state: &mut State) -> bool {
    let waiting = match panel(state).map(|panel| &panel.stage) {
        Some(Stage::Consent(asked)) if asked.test.caller.is_none() => asked,
        _ => return false,
    };
    let route = state.route_to(&waiting.test.cluster);
    let row = route.and_then(|id| state.fleet.route(id));
    if row.is_none_or(|row| row.caller.value().is_none()) {
        return false;
    }
    let (token, secret) = (waiting.test.token.clone(), waiting.secret);
    ask_with(state, token, secret);
    state.say("STS has said who asks; look at the calls once more");
    true
}

/// The same test once more, from a new consent on: one yes is good for one test.
fn again(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(panel) = panel(state) else { return };
    let course = panel.course().filter(|course| !course.is_running());
    let token = course.map(|course| course.test.token.clone());
    match token {
        Some(token @ TokenSource::Pod { .. }) => ask_with(state, token, None),
        // What was given is wiped with the test that it was given for.
        Some(TokenSource::Given) => paste(state, effects),
        None => {}
    }
}

/// Esc: cancels what runs; then leaves.
fn back(state: &mut State, effects: &mut Vec<Effect>) {
    if went_back(state, effects) {
        return;
    }
    let Some(course) = panel_mut(state).and_then(CredentialPanel::course_mut) else {
        leave(state, effects);
        return;
    };
    if !course.is_running() {
        leave(state, effects);
        return;
    }
    course.stop();
    course.ending = Some(Ending::Cancelled);
    let ticket = course.ticket;
    effects.push(Effect::Cancel(ticket));
    state.say("the test was cancelled; esc closes");
}

/// Closes the panel; what it still asks for is not wanted any more, and what was pasted is wiped.
fn leave(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(Modal::Credential(panel)) = state.modals.pop() {
        state.supersede(panel.waiting(), effects);
        if let Stage::Consent(asked) = &panel.stage {
            effects.extend(asked.secret.map(Effect::DropSecret));
        }
    }
}

/// Opens the hidden prompt for a token.
fn paste(state: &mut State, effects: &mut Vec<Effect>) {
    let secret = state.ask_secret(effects);
    if let Some(panel) = panel_mut(state) {
        let before = std::mem::replace(&mut panel.stage, Stage::Picking { cursor: 0 });
        panel.stage = Stage::Pasting {
            secret,
            count: 0,
            before: Box::new(before),
        };
        panel.top = 0;
    }
}

/// Takes what happened in the hidden prompt; says whether it was the prompt of a test.
pub(super) fn on_secret(state: &mut State, id: SecretId, typed: Typed) -> bool {
    let Some(panel) = panel_mut(state) else {
        return false;
    };
    let Stage::Pasting {
        secret,
        count,
        before,
    } = &mut panel.stage
    else {
        return false;
    };
    if *secret != id {
        return false;
    }
    match typed {
        Typed::Count(now) => *count = now,
        Typed::Left => {
            panel.stage = std::mem::replace(&mut **before, Stage::Picking { cursor: 0 });
        }
        Typed::Entered => ask_with(state, TokenSource::Given, Some(id)),
    }
    true
}

fn offer_copies(state: &mut State) {
    let Some(panel) = panel(state) else { return };
    match Menu::of_copies(describe::credential_copies(panel)) {
        Some(menu) => state.modals.push(Modal::Menu(menu)),
        None => state.complain("there is nothing to copy here"),
    }
}

impl State {
    /// Wakes up in a second where a panel shows a time that goes on, and not otherwise.
    pub(in crate::app) fn tick(&mut self, effects: &mut Vec<Effect>) {
        let now = self.now;
        let course = panel(self).and_then(CredentialPanel::course);
        if course.is_some_and(|course| course.ticks(now)) {
            let at = crate::app::loading::after(now, 1);
            effects.push(Effect::Wake {
                timer: Timer::Second,
                at,
            });
        }
    }
}
