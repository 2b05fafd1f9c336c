//! Commands of the form of a change.

use crate::app::editor::Edit;
use crate::app::effect::Effect;
use crate::app::line::Line;
use crate::app::modal::form::{Freshness, Purpose, Stop};
use crate::app::modal::{ChangeForm, Modal};
use crate::app::state::State;
use crate::app::update::confirm;
use crate::input::Command;
use crate::model::preflight::Why;

pub(super) fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    use Command as C;
    if let Some(form) = form(state) {
        form.leaving &= command == C::Back;
    }
    match command {
        C::NextField => go(state, 1),
        C::PreviousField => go(state, -1),
        C::NextSuggestion => choose(state, 1),
        C::PreviousSuggestion => choose(state, -1),
        C::Accept => accept(state, effects),
        C::Review => review(state, effects),
        C::NewLine => edit(state, None, Some(Edit::NewLine)),
        C::LineDown => edit(state, None, Some(Edit::Down)),
        C::LineUp => edit(state, None, Some(Edit::Up)),
        C::UndoTyping => edit(state, None, Some(Edit::Undo)),
        C::RedoTyping => edit(state, None, Some(Edit::Redo)),
        C::CursorLeft => arrow(state, -1),
        C::CursorRight => arrow(state, 1),
        C::OpenEditor => open_editor(state, effects),
        C::LineStart => edit(state, Some(Line::move_to_start), Some(Edit::LineStart)),
        C::LineEnd => edit(state, Some(Line::move_to_end), Some(Edit::LineEnd)),
        C::EraseLeft => edit(state, Some(Line::erase_left), Some(Edit::EraseLeft)),
        C::EraseRight => edit(state, Some(Line::erase_right), Some(Edit::EraseRight)),
        C::EraseWord => edit(state, Some(Line::erase_word), Some(Edit::EraseWord)),
        C::EraseLine => edit(state, Some(Line::erase_to_start), Some(Edit::EraseToStart)),
        C::Back => leave(state, effects),
        _ => {}
    }
}

fn form(state: &mut State) -> Option<&mut ChangeForm> {
    match state.modals.last_mut() {
        Some(Modal::Form(form)) => Some(form),
        _ => None,
    }
}

/// Left and right also switch what is on or off.
fn arrow(state: &mut State, by: isize) {
    match form(state) {
        Some(form) if form.stop == Stop::SessionTags => {
            form.toggle();
            changed(state);
        }
        _ if by < 0 => edit(state, Some(Line::move_left), Some(Edit::Left)),
        _ => edit(state, Some(Line::move_right), Some(Edit::Right)),
    }
}

fn edit(state: &mut State, line: Option<fn(&mut Line)>, text: Option<Edit>) {
    let Some(form) = form(state) else { return };
    let before = form.line().map(Line::text);
    form.is_fresh = false;
    if let (Some(change), Some(line)) = (line, form.line_mut()) {
        change(line);
    }
    if let (Some(change), Some(editor)) = (text, form.editor_mut()) {
        editor.edit(change);
    }
    if form.line().map(Line::text) != before {
        typed(form);
    }
    changed(state);
}

pub(super) fn type_char(state: &mut State, character: char) {
    let Some(form) = form(state) else { return };
    form.leaving = false;
    let replaces = std::mem::take(&mut form.is_fresh);
    if let Some(line) = form.line_mut() {
        if replaces {
            *line = Line::default();
        }
        line.insert(character);
        typed(form);
    } else if let Some(editor) = form.editor_mut() {
        editor.type_char(character);
    } else if form.stop == Stop::SessionTags && character == ' ' {
        form.toggle();
    } else {
        let hint = if form.stop == Stop::SessionTags {
            "space switches session tags on or off"
        } else {
            "enter shows what would be changed"
        };
        state.complain(hint);
        return;
    }
    changed(state);
}

/// Has the field edited outside; meanwhile the form stands still.
fn open_editor(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(form) = form(state) else { return };
    let suffix = if form.stop == Stop::Policy {
        ".json"
    } else {
        ".txt"
    };
    if let Some(editor) = form.editor_mut() {
        let text = editor.text();
        effects.push(Effect::EditText { text, suffix });
    }
}

/// Takes over what the person's own editor left; the form is where it was, because it took no keys.
pub(super) fn take_edited(state: &mut State, text: &str) {
    let Some(form) = form(state) else { return };
    let Some(editor) = form.editor_mut() else {
        return;
    };
    // Editors end the last line, too.
    let text = text.strip_suffix('\n').unwrap_or(text);
    if editor.text() != text {
        editor.replace(text);
    }
    changed(state);
}

pub(super) fn paste(state: &mut State, text: &str) {
    let Some(form) = form(state) else { return };
    form.leaving = false;
    let replaces = std::mem::take(&mut form.is_fresh);
    if let Some(line) = form.line_mut() {
        if replaces {
            *line = Line::default();
        }
        line.paste(text.trim());
        typed(form);
    } else if let Some(editor) = form.editor_mut() {
        editor.paste(text);
    } else {
        state.complain("there is nothing to paste into here");
        return;
    }
    changed(state);
}

/// A line was typed into: its suggestions open, the best of them chosen, unless it is a whole ARN.
fn typed(form: &mut ChangeForm) {
    form.is_open = true;
    let text = form.line().map(Line::text).unwrap_or_default();
    let picks = matches!(form.stop, Stop::Role | Stop::TargetRole);
    form.choice = (picks && !text.trim().is_empty() && !text.contains(':')).then_some(0);
}

/// Something in the form has changed: what decides about roles is weighed again, and what was wrong is looked at again.
fn changed(state: &mut State) {
    let basis = form(state).map(|form| form.cluster.clone());
    let basis = basis.and_then(|cluster| state.basis(&cluster));
    let Some(form) = form(state) else { return };
    if form.stop == Stop::SessionTags {
        form.rank();
    }
    if let (true, Some(basis)) = (form.tried, basis) {
        form.wrong = form.plans(basis).err().unwrap_or_default();
    }
}

fn go(state: &mut State, by: isize) {
    let Some(form) = form(state) else { return };
    let named = matches!(form.stop, Stop::Namespace | Stop::ServiceAccount);
    form.go_by(by);
    if named {
        form.rank();
        meet_existing(state);
    }
}

/// Moves among suggestions; where there are none, to the next field.
fn choose(state: &mut State, by: isize) {
    let count = match state.modals.last() {
        Some(Modal::Form(form)) => form.suggestions(&state.fleet).len(),
        _ => 0,
    };
    let Some(form) = form(state) else { return };
    if count == 0 || form.choice.is_none_or(|choice| choice == 0) && by < 0 {
        if form.choice.take().is_none() || count == 0 {
            go(state, by);
        }
        return;
    }
    form.choice = Some(match form.choice {
        None => 0,
        Some(choice) => choice
            .saturating_add_signed(by)
            .min(count.saturating_sub(1)),
    });
}

/// Takes the chosen suggestion; else switches, or shows the change.
fn accept(state: &mut State, effects: &mut Vec<Effect>) {
    let chosen = match state.modals.last() {
        Some(Modal::Form(form)) => form
            .choice
            .and_then(|choice| form.suggestions(&state.fleet).into_iter().nth(choice)),
        _ => None,
    };
    let Some(form) = form(state) else { return };
    match (chosen, form.stop) {
        (Some(chosen), _) => {
            if let Some(line) = form.line_mut() {
                *line = Line::new(&chosen.value);
            }
            changed(state);
            go(state, 1);
        }
        (None, Stop::Namespace | Stop::ServiceAccount) => go(state, 1),
        (None, _) => review(state, effects),
    }
}

/// A pair that has an association already is changed, not created again; a creation finds that out as it is typed.
pub(super) fn meet_existing(state: &mut State) -> bool {
    let Some(form) = form(state) else {
        return false;
    };
    if form.purpose != Purpose::Create {
        return false;
    }
    let (namespace, name) = (form.namespace.text(), form.service_account.text());
    let (namespace, name) = (namespace.trim().to_owned(), name.trim().to_owned());
    let cluster = form.cluster.clone();
    let found = state.fleet.associations.values().find(|row| {
        row.summary.key.cluster == cluster
            && *row.summary.namespace == *namespace
            && *row.summary.service_account == *name
    });
    let found = found.map(|row| row.summary.key.clone());
    let record = found.and_then(|key| state.record(&key));
    let id = |record: &crate::model::AssociationRecord| record.association.key.id.clone();
    let before = record.as_ref().map(|record| id(&record.value));
    let Some(form) = self::form(state) else {
        return false;
    };
    let is_news = before.is_some() && form.before.as_ref().map(|old| id(&old.value)) != before;
    form.before = record;
    form.rank();
    is_news
}

/// Shows what is typed as a plan; what is wrong is said at its field, and nothing has been asked of AWS.
fn review(state: &mut State, effects: &mut Vec<Effect>) {
    if meet_existing(state) {
        // Whoever meant to create must see that it will be something else.
        state.complain(
            "it has an association already, so this would change it; look at the form again",
        );
        return;
    }
    let Some(cluster) = form(state).map(|form| form.cluster.clone()) else {
        return;
    };
    let Some(basis) = state.basis(&cluster) else {
        state.complain("no scope of this run reaches the cluster any more");
        return;
    };
    let Some(form) = form(state) else { return };
    if let Some(addon) = form
        .before
        .as_ref()
        .and_then(|before| before.value.association.owner_name())
    {
        let text = format!("the add-on {addon} owns it; change it through the add-on");
        state.complain(text);
        return;
    }
    if form.freshness == Freshness::Gone {
        state.complain("it is gone: somebody deleted it, so there is nothing to change");
        return;
    }
    match form.plans(basis) {
        Ok(plans) => {
            form.wrong.clear();
            let why = match (form.purpose, &form.before) {
                (Purpose::Create, Some(_)) => Why::Existing,
                _ => Why::Asked,
            };
            if plans.is_empty() {
                state.complain("nothing differs from what is there; change at least one field");
            } else {
                confirm::open(state, plans, why, None, effects);
            }
        }
        Err(wrong) => {
            let first = wrong.first().map(ToString::to_string).unwrap_or_default();
            form.refuse(wrong);
            state.complain(first);
        }
    }
}

/// Closes the suggestions, and without them the form; roles that are still read are not wanted any more.
fn leave(state: &mut State, effects: &mut Vec<Effect>) {
    let shown = match state.modals.last() {
        Some(Modal::Form(form)) => form.suggests() && !form.suggestions(&state.fleet).is_empty(),
        _ => false,
    };
    if let (Some(form), true) = (form(state), shown) {
        (form.is_open, form.choice) = (false, None);
        return;
    }
    let loses =
        |form: &mut ChangeForm| form.is_touched() && !std::mem::replace(&mut form.leaving, true);
    if form(state).is_some_and(loses) {
        let key = state.options.keymap.shown(Command::Back);
        let key = key.unwrap_or_else(|| Command::Back.name().to_owned());
        state.complain(format!(
            "discard what was typed? {key} again discards it, any other key goes on"
        ));
        return;
    }
    if let Some(Modal::Form(form)) = state.modals.pop() {
        state.supersede(form.listing.waiting(), effects);
    }
}
