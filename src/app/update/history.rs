//! Commands of the list of changes.

use crate::app::effect::Effect;
use crate::app::modal::{Form, Modal, Subject, TextView};
use crate::app::state::State;
use crate::app::update::{change, textview};
use crate::input::Command;
use crate::model::journal::EntryId;

pub(super) fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    use Command as C;
    match command {
        C::Down => move_by(state, 1),
        C::Up => move_by(state, -1),
        C::PageDown => move_by(state, 10),
        C::PageUp => move_by(state, -10),
        C::Top => move_by(state, isize::MIN),
        C::Bottom => move_by(state, isize::MAX),
        C::Accept => {
            if let Some(id) = chosen(state) {
                let view = TextView::new(Subject::Entry(id), Form::Explained);
                state.modals.push(Modal::Text(Box::new(view)));
            }
        }
        C::Undo | C::Redo => {
            if let Some(id) = chosen_change(state) {
                change::reverse(state, Some(id), command == C::Redo, effects);
            }
        }
        C::Help => textview::help(state),
        C::Back | C::Leave => {
            state.modals.pop();
            let before = state.journal.waiting();
            state.supersede(before, effects);
            if let Some(ticket) = before {
                state.journal.forget(ticket);
            }
        }
        _ => {}
    }
}

/// The change under the cursor; for an undo or a redo, the change that it belongs to.
fn chosen_change(state: &State) -> Option<EntryId> {
    let id = chosen(state)?;
    let entries = &state.journal.value()?.entries;
    let entry = entries.iter().find(|entry| entry.id == id)?;
    let link = entry.intent.link.as_ref();
    Some(link.map_or(id, |link| link.entry.clone()))
}

/// The entry under the cursor.
fn chosen(state: &State) -> Option<EntryId> {
    let Some(Modal::History(view)) = state.modals.last() else {
        return None;
    };
    let entries = &state.journal.value()?.entries;
    let entry = entries.get(view.cursor(entries))?;
    Some(entry.id.clone())
}

/// Holds the entry that was chosen, from the first look at it on.
fn move_by(state: &mut State, rows: isize) {
    let Some(Modal::History(view)) = state.modals.last_mut() else {
        return;
    };
    let entries = state.journal.value().map(|read| &*read.entries);
    let entries = entries.unwrap_or_default();
    let last = entries.len().saturating_sub(1);
    let next = view.cursor(entries).saturating_add_signed(rows).min(last);
    view.selected = entries.get(next).map(|entry| entry.id.clone());
}
