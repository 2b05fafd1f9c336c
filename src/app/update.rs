//! The one function that changes the state. It dispatches; what happens stands in the files it calls.

mod change;
pub(in crate::app) mod confirm;
pub(in crate::app) mod credential;
mod form;
mod history;
mod main;
mod modals;
mod navigate;
mod reading;
mod run_with;
mod textview;

use jiff::Timestamp;

use crate::app::effect::{Effect, Timer};
use crate::app::layout::table_rows;
use crate::app::modal::Modal;
use crate::app::msg::{Msg, Step};
use crate::app::pane;
use crate::app::secret::{SecretId, Typed};
use crate::app::state::State;
use crate::input::{Command, Context, Key};

/// What is done once at the start.
pub fn start(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![Effect::LoadCache];
    let routes: Vec<_> = state.fleet.route_ids().collect();
    for id in routes {
        state.open_route(id, false, &mut effects);
    }
    state.schedule_minute(&mut effects);
    effects
}

/// Takes one message, changes the state, and says what is to be done.
pub fn update(state: &mut State, now: Timestamp, msg: Msg) -> Vec<Effect> {
    state.now = now;
    let mut effects = Vec::new();
    match msg {
        Msg::Key(key) => on_key(state, key, &mut effects),
        Msg::Paste(text) => match state.modals.last() {
            Some(Modal::Form(_)) => form::paste(state, &text),
            _ => modals::paste(state, &text),
        },
        Msg::Resize(size) => {
            state.size = size;
            follow(state);
        }
        Msg::Step {
            ticket,
            step: Step::Change(step),
        } => state.land_progress(ticket, step),
        Msg::Done { ticket, outcome } if state.is_applying(ticket) => {
            state.finish_applying(&outcome, &mut effects);
        }
        Msg::Step {
            ticket,
            step: Step::Test(step),
        } => state.land_test(ticket, step, &mut effects),
        Msg::Done { ticket, outcome } if state.is_testing(ticket) => {
            state.finish_test(outcome, &mut effects);
        }
        Msg::Step { ticket, step } => state.land(ticket, step, &mut effects),
        Msg::Done { ticket, outcome } => state.finish(ticket, outcome, &mut effects),
        Msg::Cached(snapshots) => state.seed(snapshots),
        Msg::Woke(Timer::Minute) => {
            state.schedule_minute(&mut effects);
            // Which updates count as recent depends on the time, and so does whom a young association reaches.
            state.touch(pane::PaneId::Updates);
            state.age_kubernetes();
        }
        Msg::Woke(Timer::Poll) => state.poll(&mut effects),
        Msg::Woke(Timer::Save) => state.save(&mut effects),
        Msg::Woke(Timer::Second) => state.tick(&mut effects),
        Msg::Spent(spent) => state.spent = spent,
        Msg::Signal(signal) => {
            state.told.get_or_insert(signal);
            quit(state, &mut effects);
        }
        Msg::Resumed => effects.push(Effect::Redraw),
        Msg::Edited(Ok(text)) => form::take_edited(state, &text),
        Msg::Edited(Err(failure)) | Msg::Told(Err(failure)) => state.complain(failure.to_string()),
        Msg::Told(Ok(text)) => state.say(text),
        Msg::Unfinished(found) => change::unfinished(state, found, &mut effects),
        Msg::Ran(ended) => run_with::ended(state, ended),
        Msg::Secret(id, typed) => on_secret(state, id, typed, &mut effects),
    }
    state.show_rest(&mut effects);
    state.pump(&mut effects);
    effects
}

/// Brings every pane's rows up to date. Called before rows are looked at: by drawing, and by keys that move.
pub fn arrange(state: &mut State) {
    let made = [pane::PaneId::ServiceAccounts, pane::PaneId::Pods];
    let waits = |state: &State, id| state.pane(id).is_some_and(|pane| pane.stale);
    if made.into_iter().any(|id| waits(state, id)) && state.fleet.refresh(state.now) {
        for id in made {
            state.touch(id);
        }
    }
    let layout = state.layout();
    // Roles rest on everything that is known, so they are made only where they are seen.
    let hides_roles = !state.shows_roles();
    if !hides_roles && waits(state, pane::PaneId::Roles) {
        state.fleet.refresh_roles();
    }
    let due =
        |pane: &&mut pane::Pane| pane.stale && !(hides_roles && pane.id == pane::PaneId::Roles);
    for pane in state.panes.values_mut().filter(due) {
        let room = layout.pane(pane.id).map_or(1, table_rows);
        pane::arrange(pane, &state.fleet, &state.restriction, room, state.now);
    }
}

/// Arranges the rows for a look at the screen, and asks for what the rows that it shows lack.
///
/// Which rows are in view is settled only here, so a message alone cannot ask for all of them.
pub fn look(state: &mut State) -> Vec<Effect> {
    arrange(state);
    let mut effects = Vec::new();
    state.pump(&mut effects);
    effects
}

/// Tells what happened in a hidden prompt to the modal that opened it.
fn on_secret(state: &mut State, id: SecretId, typed: Typed, effects: &mut Vec<Effect>) {
    if credential::on_secret(state, id, typed) {
        return;
    }
    // Nobody waits for it: a secret that nobody will use must not be kept, nor keys be kept from the program.
    if typed != Typed::Left {
        effects.push(Effect::DropSecret(id));
    }
}

/// Keeps every cursor in view after the room for rows has changed.
fn follow(state: &mut State) {
    let layout = state.layout();
    for pane in state.panes.values_mut() {
        pane.follow(layout.pane(pane.id).map_or(1, table_rows));
    }
}

fn on_key(state: &mut State, key: Key, effects: &mut Vec<Effect>) {
    state.notice = None;
    let context = state.context();
    let command = state.options.keymap.command(context, key);
    match (command, context) {
        (Some(command), _) => run(state, command, effects),
        (None, Context::Form | Context::Editor) => {
            if let Some(character) = key.typed() {
                form::type_char(state, character);
            }
        }
        (None, Context::Prompt) => {
            if let Some(character) = key.typed() {
                modals::edit(state, |line| line.insert(character));
            }
        }
        (None, _) => {
            let help = state.options.keymap.shown(Command::Help);
            let hint = help
                .map(|key| format!("; {key} shows the keys that do"))
                .unwrap_or_default();
            state.complain(format!("{key} does nothing here{hint}"));
        }
    }
}

/// Runs a command where the keys go now; one that cannot be given now says why.
pub(crate) fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    arrange(state);
    if let Err(reason) = crate::app::availability::available(state, command) {
        state.complain(format!("{}: {reason}", command.name()));
        return;
    }
    match command {
        Command::Quit => leave(state, effects),
        Command::Suspend => effects.push(Effect::Suspend),
        Command::Redraw => effects.push(Effect::Redraw),
        _ => match state.modals.last() {
            None => main::run(state, command, effects),
            Some(Modal::Text(view)) if view.typing.is_none() => {
                textview::run(state, command, effects);
            }
            Some(Modal::Form(_)) => form::run(state, command, effects),
            Some(Modal::Review(review)) if review.naming.is_none() => {
                confirm::run(state, command, effects);
            }
            Some(Modal::History(_)) => history::run(state, command, effects),
            Some(Modal::Credential(_)) => credential::run(state, command, effects),
            Some(_) => modals::run(state, command, effects),
        },
    }
}

/// Quits; while a change is being made, only when asked twice, because then nobody waits for its end.
fn leave(state: &mut State, effects: &mut Vec<Effect>) {
    let quit_key = state.options.keymap.shown(Command::Quit);
    if let Some(applying) = &mut state.applying
        && applying.is_running()
        && !applying.warned
    {
        applying.warned = true;
        let again =
            quit_key.map_or_else(|| "quitting again".to_owned(), |key| format!("{key} again"));
        state.complain(format!(
            "a change is being made; {again} leaves it: it is written down, and the next start finds out what came of it"
        ));
        return;
    }
    quit(state, effects);
}

fn quit(state: &mut State, effects: &mut Vec<Effect>) {
    state.save(effects);
    state.quitting = true;
    effects.push(Effect::Quit);
}
