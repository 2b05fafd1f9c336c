//! Commands of text views.

use crate::app::availability;
use crate::app::describe::{self, TextLine};
use crate::app::effect::Effect;
use crate::app::layout::text_lines;
use crate::app::line::Line;
use crate::app::modal::{Form, Menu, Modal, Subject, TextView};
use crate::app::pane::RowKey;
use crate::app::remote::Ticket;
use crate::app::state::State;
use crate::app::update::{navigate, reading};
use crate::input::Command;
use crate::model::measure::rows;

pub(super) fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    use Command as C;
    let room = room(state);
    let page = isize::try_from(room.max(1)).unwrap_or(1);
    match command {
        C::Down => scroll(state, 1),
        C::Up => scroll(state, -1),
        C::PageDown => scroll(state, page),
        C::PageUp => scroll(state, -page),
        C::HalfPageDown => scroll(state, (page / 2).max(1)),
        C::HalfPageUp => scroll(state, -(page / 2).max(1)),
        C::Top => scroll(state, isize::MIN),
        C::Bottom => scroll(state, isize::MAX),
        C::Right => change(state, |view| {
            view.left = view.left.saturating_add(8).min(10_000);
        }),
        C::Left => change(state, |view| view.left = view.left.saturating_sub(8)),
        C::Wrap => change(state, |view| {
            view.wrap = !view.wrap;
            view.left = 0;
        }),
        C::Search => change(state, |view| view.typing = Some(Line::default())),
        C::NextMatch => to_match(state, 1),
        C::PreviousMatch => to_match(state, -1),
        C::ToggleJson => toggle_json(state, effects),
        C::CopyText => copy(state, effects),
        C::CopyMenu => offer_copies(state),
        C::Refresh => reading::explain_again(state, effects),
        C::ReadLogs => state.read_logs(effects),
        C::GoToRow => go_to(state, effects),
        C::Help => help(state),
        C::Back | C::Leave => {
            let searched =
                matches!(state.modals.last(), Some(Modal::Text(view)) if !view.pattern.is_empty());
            if searched && command == C::Back {
                change(state, |view| view.pattern.clear());
            } else {
                close(state, effects);
            }
        }
        _ => {}
    }
}

/// Help for where the keys go now; help on help would only nest.
pub(super) fn help(state: &mut State) {
    let context = state.context();
    let helping = matches!(state.modals.last(), Some(Modal::Text(view)) if matches!(view.subject, Subject::Help(_)));
    if !helping {
        state.modals.push(Modal::Text(Box::new(TextView::new(
            Subject::Help(context),
            Form::Explained,
        ))));
    }
}

/// Closes the view; a document that is still awaited is not wanted any more.
fn close(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Modal::Text(view)) = state.modals.pop() else {
        return;
    };
    let open: Vec<Ticket> = view.logs_waiting().chain(view.document.waiting()).collect();
    for ticket in open {
        state.supersede(Some(ticket), effects);
    }
    if view.explains() {
        state.stop_explaining(effects);
    }
}

/// What mends what was found, to choose from.
fn offer_copies(state: &mut State) {
    let items = availability::explained_copies(state);
    state.modals.push(Modal::Menu(Menu::new("Copy", items)));
}

/// Closes the explanation and goes to the row that it is about; of a role, to the role among all roles.
fn go_to(state: &mut State, effects: &mut Vec<Effect>) {
    let key = match availability::explained(state).cloned() {
        Some(Subject::Explanation(key)) => key,
        Some(Subject::Radius { role, .. }) => RowKey::Role(role),
        _ => return,
    };
    close(state, effects);
    navigate::go_to(state, &key);
}

fn change(state: &mut State, change: impl FnOnce(&mut TextView)) {
    if let Some(Modal::Text(view)) = state.modals.last_mut() {
        change(view);
    }
}

/// Lines that a text view has room for: the screen without the footer and the view's own frame.
fn room(state: &State) -> usize {
    usize::from(text_lines(state.size).height)
}

fn lines(state: &State) -> Vec<TextLine> {
    match state.modals.last() {
        Some(Modal::Text(view)) => describe::lines(state, view),
        _ => Vec::new(),
    }
}

fn scroll(state: &mut State, by: isize) {
    let last = last_top(state);
    change(state, |view| view.scroll(by, last));
}

/// The first line from which on the rest of the text fits: a wrapped line takes several rows.
fn last_top(state: &State) -> usize {
    let Some(Modal::Text(view)) = state.modals.last() else {
        return 0;
    };
    let room = text_lines(state.size);
    let lines = lines(state);
    let mut free = usize::from(room.height);
    let mut top = lines.len();
    for line in lines.iter().rev() {
        let rows = if view.wrap {
            rows(&line.text(), usize::from(room.width)).len()
        } else {
            1
        };
        if rows > free {
            break;
        }
        free -= rows;
        top -= 1;
    }
    top.min(lines.len().saturating_sub(1))
}

fn matching(state: &State) -> Vec<usize> {
    let Some(Modal::Text(view)) = state.modals.last() else {
        return Vec::new();
    };
    let pattern = view.pattern.to_lowercase();
    let lines = lines(state).into_iter().enumerate();
    lines
        .filter(|(_, line)| line.text().to_lowercase().contains(&pattern))
        .map(|(index, _)| index)
        .collect()
}

fn to_match(state: &mut State, direction: isize) {
    let matches = matching(state);
    let Some(Modal::Text(view)) = state.modals.last_mut() else {
        return;
    };
    let next = if direction > 0 {
        matches
            .iter()
            .find(|line| **line > view.top)
            .or(matches.first())
    } else {
        matches
            .iter()
            .rev()
            .find(|line| **line < view.top)
            .or(matches.last())
    };
    if let Some(line) = next {
        view.top = *line;
    } else {
        let text = format!("nothing matches \"{}\"", view.pattern);
        state.complain(text);
    }
}

/// Moves to the first match from the top of the text, while the search is typed.
pub(super) fn search_as_typed(state: &mut State) {
    change(state, |view| {
        view.pattern = view.typing.as_ref().map(Line::text).unwrap_or_default();
        view.top = 0;
    });
    let first = matching(state).first().copied();
    change(state, |view| {
        if let (Some(line), false) = (first, view.pattern.is_empty()) {
            view.top = line;
        }
    });
}

fn toggle_json(state: &mut State, effects: &mut Vec<Effect>) {
    let mut fetch = None;
    change(state, |view| {
        view.form = match view.form {
            Form::Yaml => Form::Json,
            Form::Json | Form::Explained => Form::Yaml,
        };
        view.top = 0;
        let asked = view.document.value().is_some() || view.document.waiting().is_some();
        if let (Subject::Row(key), false) = (&view.subject, asked) {
            fetch = Some(key.clone());
        }
    });
    if let Some(key) = fetch {
        reading::fetch_document(state, &key, effects);
    }
}

fn copy(state: &State, effects: &mut Vec<Effect>) {
    let lines: Vec<String> = lines(state)
        .iter()
        .map(|line| line.text().trim_end().to_owned())
        .collect();
    effects.push(Effect::Copy {
        text: lines.join("\n"),
        what: "text",
    });
}
