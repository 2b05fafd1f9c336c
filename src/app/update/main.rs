//! Commands of the panes.

use crate::app::effect::Effect;
use crate::app::modal::{
    Action, FilterPrompt, Form, Item, Menu, Modal, Palette, QuitDialog, Subject, TextView,
};
use crate::app::pane::{PaneId, Sort};
use crate::app::state::State;
use crate::app::update::{change, credential, follow, navigate, reading, run_with};
use crate::app::{availability, line::Line, share};
use crate::input::{Command, Context, Group};

pub(super) fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    use Command as C;
    hold(state, command);
    match command {
        C::Down => navigate::move_by(state, 1),
        C::Up => navigate::move_by(state, -1),
        C::PageDown => navigate::move_by(state, navigate::page(state)),
        C::PageUp => navigate::move_by(state, -navigate::page(state)),
        C::Top => navigate::move_by(state, isize::MIN),
        C::Bottom => navigate::move_by(state, isize::MAX),
        C::Right => navigate::skip_columns(state, 1),
        C::Left => navigate::skip_columns(state, -1),
        C::NextPane => navigate::cycle(state, 1),
        C::PreviousPane => navigate::cycle(state, -1),
        C::Open => navigate::open(state, effects),
        C::Describe => reading::view_row(state, Form::Explained, effects),
        C::Yaml => reading::view_row(state, Form::Yaml, effects),
        C::Explain => reading::explain(state, effects),
        C::UsedBy => reading::radius(state, effects),
        C::Zoom => {
            state.zoomed = !state.zoomed;
            follow(state);
        }
        C::Header => {
            state.header = !state.header;
            follow(state);
        }
        C::Wide => state.wide = !state.wide,
        C::Finished => {
            state.restriction.finished_updates = !state.restriction.finished_updates;
            state.touch(PaneId::Updates);
        }
        C::ClearScope => navigate::clear_scope(state, effects),
        C::Scopes => state.modals.push(text(Subject::Scopes)),
        C::Help => state.modals.push(text(Subject::Help(Context::Main))),
        C::Filter => open_filter(state),
        C::Sort => open_sort_menu(state),
        C::InvertSort => change_pane(state, |pane| pane.sort.descending = !pane.sort.descending),
        C::Problems => change_pane(state, |pane| pane.problems_only = !pane.problems_only),
        C::Mark => mark(state),
        C::ClearMarks => change_pane(state, |pane| pane.marks.clear()),
        C::Refresh => reading::refresh(state, effects),
        C::RefreshAll => reading::refresh_all(state, effects),
        C::Pause => {
            state.paused = !state.paused;
            state.say(if state.paused {
                "background loading is paused"
            } else {
                "background loading goes on"
            });
            if state.paused {
                state.pause_diagnoses(effects);
            }
        }
        C::Test => credential::open(state, effects),
        C::RunWith => run_with::open(state),
        C::Edit => change::edit(state, effects),
        C::Create => change::create(state, effects),
        C::Delete => change::delete(state, effects),
        C::EditTags => change::tags(state, effects),
        C::Undo | C::Redo => change::reverse(state, None, command == C::Redo, effects),
        C::History => change::history(state, effects),
        C::CopyName => copy_name(state, effects),
        C::CopyArn => copy_arn(state, effects),
        C::CopyMenu => {
            if let Some(key) = state.selected().cloned() {
                let items = share::items(state, &key);
                state.modals.push(Modal::Menu(Menu::new("Copy", items)));
            }
        }
        C::Palette => state.modals.push(Modal::Palette(Palette::default())),
        C::Menu => open_action_menu(state),
        C::Back => navigate::back(state, effects),
        C::Leave => {
            if !navigate::leave_view(state, effects) {
                state.modals.push(Modal::Quit(QuitDialog::default()));
            }
        }
        other => {
            // Commands of other contexts have no key here, and the palette does not offer them.
            if let Some(id) = PaneId::of(other) {
                navigate::show(state, id);
            }
        }
    }
}

/// From the first command that moves or uses the cursor on, the pane keeps it on its row.
fn hold(state: &mut State, command: Command) {
    use Command as C;
    let uses_row = matches!(
        command,
        C::Open
            | C::Describe
            | C::Explain
            | C::Yaml
            | C::UsedBy
            | C::Test
            | C::RunWith
            | C::Edit
            | C::Create
            | C::Delete
            | C::EditTags
            | C::Mark
            | C::Menu
            | C::CopyName
            | C::CopyArn
            | C::CopyMenu
    );
    let changes_view =
        matches!(command, C::NextPane | C::PreviousPane) || PaneId::of(command).is_some();
    if (uses_row || command.group() == Group::Move)
        && !changes_view
        && let Some(pane) = state.focused_mut()
    {
        pane.held = true;
    }
}

fn text(subject: Subject) -> Modal {
    Modal::Text(Box::new(TextView::new(subject, Form::Explained)))
}

fn change_pane(state: &mut State, change: impl FnOnce(&mut crate::app::pane::Pane)) {
    if let Some(pane) = state.focused_mut() {
        change(pane);
        pane.stale = true;
    }
}

fn open_filter(state: &mut State) {
    let Some(pane) = state.focused() else { return };
    let (before, line) = (pane.filter.clone(), Line::new(pane.filter.text()));
    state.modals.push(Modal::Filter(FilterPrompt {
        pane: state.focus,
        line,
        before,
    }));
}

fn open_sort_menu(state: &mut State) {
    let Some(pane) = state.focused() else { return };
    let Sort {
        column: current,
        descending,
    } = pane.sort;
    let item = |(index, column): (usize, &crate::app::pane::Column)| {
        let note = match (index == current, descending) {
            (false, _) => "",
            (true, false) => "ascending; choose to invert",
            (true, true) => "descending; choose to invert",
        };
        Item {
            label: column.title.to_lowercase(),
            note: note.to_owned(),
            action: Action::SortBy(index),
        }
    };
    let items = state.focus.columns().iter().enumerate().map(item).collect();
    let mut menu = Menu::new("Sort by", items);
    menu.cursor = current;
    state.modals.push(Modal::Menu(menu));
}

/// Everything that can be done with the row, with its key.
fn open_action_menu(state: &mut State) {
    use Command as C;
    let offered = [
        C::Open,
        C::Describe,
        C::Explain,
        C::Yaml,
        C::UsedBy,
        C::Test,
        C::RunWith,
        C::Edit,
        C::EditTags,
        C::Delete,
        C::Create,
        C::CopyName,
        C::CopyArn,
        C::CopyMenu,
        C::Mark,
        C::Refresh,
    ];
    let items = offered.into_iter().map(|command| {
        let key = state.options.keymap.shown(command).unwrap_or_default();
        match availability::available(state, command) {
            Ok(()) => Item {
                label: command.sentence().to_owned(),
                note: key,
                action: Action::Run(command),
            },
            Err(reason) => {
                let note = reason.to_owned();
                Item {
                    label: command.sentence().to_owned(),
                    note: note.clone(),
                    action: Action::Refused(note),
                }
            }
        }
    });
    let menu = Menu::new("Actions", items.collect());
    state.modals.push(Modal::Menu(menu));
}

fn mark(state: &mut State) {
    if let Some(pane) = state.focused_mut()
        && let Some(key) = pane.selected.clone()
        && !pane.marks.remove(&key)
    {
        pane.marks.insert(key);
    }
    navigate::move_by(state, 1);
}

fn copy_name(state: &State, effects: &mut Vec<Effect>) {
    if let Some(key) = state.selected() {
        let text = key.view().name(&state.fleet, key);
        effects.push(Effect::Copy { text, what: "name" });
    }
}

fn copy_arn(state: &State, effects: &mut Vec<Effect>) {
    let key = state.selected();
    if let Some(text) = key.and_then(|key| key.view().arn(&state.fleet, key)) {
        effects.push(Effect::Copy { text, what: "ARN" });
    }
}
