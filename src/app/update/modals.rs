//! Commands of menus, prompts and dialogs.

use crate::app::effect::Effect;
use crate::app::filter::Filter;
use crate::app::line::Line;
use crate::app::modal::{Action, Modal};
use crate::app::state::State;
use crate::app::update::{self, change, confirm, credential, textview};
use crate::input::Command;

pub(super) fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    use Command as C;
    match command {
        C::CursorLeft => edit(state, Line::move_left),
        C::CursorRight => edit(state, Line::move_right),
        C::LineStart => edit(state, Line::move_to_start),
        C::LineEnd => edit(state, Line::move_to_end),
        C::EraseLeft => edit(state, Line::erase_left),
        C::EraseRight => edit(state, Line::erase_right),
        C::EraseWord => edit(state, Line::erase_word),
        C::EraseLine => edit(state, Line::erase_to_start),
        C::Down | C::NextChoice => choose(state, 1),
        C::Up | C::PreviousChoice => choose(state, -1),
        C::PageDown => choose(state, 10),
        C::PageUp => choose(state, -10),
        C::Top => choose(state, isize::MIN),
        C::Bottom => choose(state, isize::MAX),
        C::NextButton | C::PreviousButton => {
            if let Some(Modal::Quit(dialog)) = state.modals.last_mut() {
                dialog.yes = !dialog.yes;
            }
        }
        C::Accept => accept(state, effects),
        C::Yes | C::No => {
            if let Some(Modal::Quit(dialog)) = state.modals.last_mut() {
                dialog.yes = command == C::Yes;
                accept(state, effects);
            }
        }
        C::Back | C::Leave => dismiss(state),
        // Under the progress of a change.
        C::Test => credential::settle(state, effects),
        C::Undo | C::Redo => {
            state.modals.pop();
            change::reverse(state, None, command == C::Redo, effects);
        }
        C::Help => textview::help(state),
        _ => {}
    }
}

/// Changes the line that is typed, and what follows it.
pub(super) fn edit(state: &mut State, change: impl FnOnce(&mut Line)) {
    if let Some(line) = state.modals.last_mut().and_then(Modal::line_mut) {
        change(line);
    }
    typed(state);
}

pub(super) fn paste(state: &mut State, text: &str) {
    let prompting = state.modals.last_mut().and_then(Modal::line_mut).is_some();
    if prompting {
        edit(state, |line| line.paste(text));
    } else {
        state.complain("there is nothing to paste into here");
    }
}

fn typed(state: &mut State) {
    match state.modals.last_mut() {
        Some(Modal::Filter(prompt)) => {
            let (id, text) = (prompt.pane, prompt.line.text());
            set_filter(state, id, &text);
        }
        Some(Modal::Palette(palette)) => palette.cursor = 0,
        Some(Modal::Text(_)) => textview::search_as_typed(state),
        _ => {}
    }
}

fn set_filter(state: &mut State, id: crate::app::pane::PaneId, text: &str) {
    let titles: Vec<&str> = id.columns().iter().map(|column| column.title).collect();
    if let Some(pane) = state.panes.get_mut(&id) {
        pane.filter = Filter::parse(text, &titles);
        pane.stale = true;
    }
}

fn choose(state: &mut State, by: isize) {
    match state.modals.last_mut() {
        Some(Modal::Menu(menu)) => menu.move_by(by),
        Some(Modal::Palette(palette)) => palette.move_by(by),
        _ => {}
    }
}

fn accept(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(Modal::Review(_)) = state.modals.last() {
        confirm::run(state, Command::Accept, effects);
        return;
    }
    match state.modals.pop() {
        Some(Modal::Menu(menu)) => match menu.chosen().map(|item| item.action.clone()) {
            Some(Action::Run(command)) => update::run(state, command, effects),
            Some(Action::SortBy(column)) => sort_by(state, column),
            Some(Action::Copy { text, what }) => effects.push(Effect::Copy { text, what }),
            Some(Action::Refused(reason)) => state.complain(reason),
            None => {}
        },
        Some(Modal::Palette(palette)) => match palette.chosen() {
            Some(command) => update::run(state, command, effects),
            None => state.complain(format!("no command matches \"{}\"", palette.line.text())),
        },
        Some(Modal::Filter(prompt)) => {
            let problem = state
                .pane(prompt.pane)
                .and_then(|pane| pane.filter.problem())
                .map(str::to_owned);
            if let Some(problem) = problem {
                state.complain(problem);
            }
        }
        Some(Modal::Text(mut view)) => {
            view.typing = None;
            state.modals.push(Modal::Text(view));
        }
        Some(Modal::Quit(dialog)) if dialog.yes => update::run(state, Command::Quit, effects),
        // Closing the window does not stop the change; its end is said.
        Some(Modal::Quit(_) | Modal::Progress) | None => {}
        // These take their commands elsewhere.
        Some(
            other @ (Modal::Form(_) | Modal::Review(_) | Modal::History(_) | Modal::Credential(_)),
        ) => {
            state.modals.push(other);
        }
    }
}

/// The column that is sorted by already is inverted instead.
fn sort_by(state: &mut State, column: usize) {
    if let Some(pane) = state.focused_mut() {
        if pane.sort.column == column {
            pane.sort.descending = !pane.sort.descending;
        } else {
            pane.sort = crate::app::pane::Sort {
                column,
                descending: false,
            };
        }
        pane.stale = true;
    }
}

fn dismiss(state: &mut State) {
    match state.modals.pop() {
        Some(Modal::Filter(prompt)) => {
            if let Some(pane) = state.panes.get_mut(&prompt.pane) {
                pane.filter = prompt.before;
                pane.stale = true;
            }
        }
        Some(Modal::Text(mut view)) if view.typing.is_some() => {
            view.typing = None;
            view.pattern.clear();
            state.modals.push(Modal::Text(view));
        }
        Some(Modal::Review(mut review)) => {
            review.naming = None;
            state.modals.push(Modal::Review(review));
        }
        _ => {}
    }
}
