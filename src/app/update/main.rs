//! Commands of the panes.

use std::collections::HashSet;

use crate::app::effect::{Effect, Request};
use crate::app::layout::table_rows;
use crate::app::modal::{
    Action, FilterPrompt, Form, Item, Menu, Modal, Palette, QuitDialog, Subject, TextView,
};
use crate::app::pane::{PaneId, RowKey, Sort, row_key};
use crate::app::remote::Ticket;
use crate::app::share;
use crate::app::state::State;
use crate::app::update::follow;
use crate::app::{availability, line::Line};
use crate::input::{Command, Context, Group};
use crate::model::ClusterArn;

pub(super) fn run(state: &mut State, command: Command, effects: &mut Vec<Effect>) {
    use Command as C;
    hold(state, command);
    match command {
        C::Down => move_by(state, 1),
        C::Up => move_by(state, -1),
        C::PageDown => move_by(state, page(state)),
        C::PageUp => move_by(state, -page(state)),
        C::Top => move_by(state, isize::MIN),
        C::Bottom => move_by(state, isize::MAX),
        C::Right => skip_columns(state, 1),
        C::Left => skip_columns(state, -1),
        C::NextPane => focus(state, 1),
        C::PreviousPane => focus(state, PaneId::ALL.len() - 1),
        C::Open => open(state, effects),
        C::Describe => view_row(state, Form::Explained, effects),
        C::Yaml => view_row(state, Form::Yaml, effects),
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
        C::ClearScope => {
            state.restriction.scope.clear();
            state.touch_all();
        }
        C::Scopes => state.modals.push(text(Subject::Scopes)),
        C::Help => state.modals.push(text(Subject::Help(Context::Main))),
        C::Filter => open_filter(state),
        C::Sort => open_sort_menu(state),
        C::InvertSort => change_pane(state, |pane| pane.sort.descending = !pane.sort.descending),
        C::Problems => change_pane(state, |pane| pane.problems_only = !pane.problems_only),
        C::Mark => mark(state),
        C::ClearMarks => change_pane(state, |pane| pane.marks.clear()),
        C::Refresh => refresh(state, effects),
        C::RefreshAll => refresh_all(state, effects),
        C::Pause => {
            state.paused = !state.paused;
            state.say(if state.paused {
                "background loading is paused"
            } else {
                "background loading goes on"
            });
        }
        C::CopyName => copy(state, share::name, "name", effects),
        C::CopyArn => copy(state, share::arn, "ARN", effects),
        C::CopyMenu => {
            if let Some(key) = state.selected().cloned() {
                let items = share::items(state, &key);
                state.modals.push(Modal::Menu(Menu::new("Copy", items)));
            }
        }
        C::Palette => state.modals.push(Modal::Palette(Palette::default())),
        C::Menu => open_action_menu(state),
        C::Back => back(state),
        C::Leave => state.modals.push(Modal::Quit(QuitDialog::default())),
        // Commands of other contexts have no key here, and the palette does not offer them.
        _ => {}
    }
}

/// From the first command that moves or uses the cursor on, the pane keeps it on its row.
fn hold(state: &mut State, command: Command) {
    use Command as C;
    let uses_row = matches!(
        command,
        C::Open
            | C::Describe
            | C::Yaml
            | C::Mark
            | C::Menu
            | C::CopyName
            | C::CopyArn
            | C::CopyMenu
    );
    if (uses_row || command.group() == Group::Move)
        && !matches!(command, C::NextPane | C::PreviousPane)
        && let Some(pane) = state.focused_mut()
    {
        pane.held = true;
    }
}

fn text(subject: Subject) -> Modal {
    Modal::Text(Box::new(TextView::new(subject, Form::Explained)))
}

fn page(state: &State) -> isize {
    let area = state.layout().pane(state.focus).unwrap_or_default();
    isize::try_from(table_rows(area).max(1)).unwrap_or(1)
}

fn move_by(state: &mut State, rows: isize) {
    let room = state.layout().pane(state.focus).map_or(1, table_rows);
    let (fleet, focus) = (&state.fleet, state.focus);
    let Some(pane) = state.panes.get_mut(&focus) else {
        return;
    };
    pane.cursor = pane
        .cursor
        .saturating_add_signed(rows)
        .min(pane.rows.len().saturating_sub(1));
    pane.selected = pane
        .rows
        .get(pane.cursor)
        .and_then(|row| row_key(fleet, focus, *row));
    pane.follow(room);
}

fn skip_columns(state: &mut State, by: isize) {
    let most = state.focus.columns().len().saturating_sub(2);
    if let Some(pane) = state.focused_mut() {
        pane.skipped = pane.skipped.saturating_add_signed(by).min(most);
    }
}

fn focus(state: &mut State, by: usize) {
    let all = PaneId::ALL;
    let here = all.iter().position(|id| *id == state.focus).unwrap_or(0);
    if let Some(next) = all.get((here + by) % all.len()) {
        state.focus = *next;
    }
    follow(state);
}

fn change_pane(state: &mut State, change: impl FnOnce(&mut crate::app::pane::Pane)) {
    if let Some(pane) = state.focused_mut() {
        change(pane);
        pane.stale = true;
    }
}

/// Enter: a cluster (or all marked ones) scopes the other panes, and the focus moves on; other rows are described.
fn open(state: &mut State, effects: &mut Vec<Effect>) {
    if state.focus != PaneId::Clusters {
        view_row(state, Form::Explained, effects);
        return;
    }
    let marked = state
        .focused()
        .into_iter()
        .flat_map(|pane| pane.marks.iter());
    let mut scope: Vec<ClusterArn> = marked.map(|key| key.cluster().clone()).collect();
    if scope.is_empty() {
        scope.extend(state.selected().map(|key| key.cluster().clone()));
    }
    state.restriction.scope.clone_from(&scope);
    state.focus = PaneId::Associations;
    state.touch_all();
    follow(state);
    for arn in scope {
        // Updates of add-ons, node groups and capabilities are read only of clusters that somebody looks at.
        state.list_updates(&arn, true, effects);
    }
}

/// Describes the selected row, or shows its raw document, which is fetched if it is not kept with the row.
fn view_row(state: &mut State, form: Form, effects: &mut Vec<Effect>) {
    let Some(key) = state.selected().cloned() else {
        return;
    };
    if let RowKey::Association(key) = &key {
        state.describe_association(key, true, effects);
    }
    let view = TextView::new(Subject::Row(key.clone()), form);
    state.modals.push(Modal::Text(Box::new(view)));
    if form != Form::Explained {
        fetch_document(state, &key, effects);
    }
}

/// Fetches the raw document for the text view on top; clusters keep theirs.
pub(super) fn fetch_document(state: &mut State, key: &RowKey, effects: &mut Vec<Effect>) {
    let Some(route) = state.route_to(key.cluster()) else {
        return;
    };
    let request = match key {
        RowKey::Cluster(_) => return,
        RowKey::Association(key) => Request::AssociationDocument {
            route,
            key: key.clone(),
        },
        RowKey::Update(key) => Request::UpdateDocument {
            route,
            key: key.clone(),
        },
    };
    let ticket: Ticket = state.call(request, true, effects);
    if let Some(Modal::Text(view)) = state.modals.last_mut() {
        view.document.ask(ticket);
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
        C::Yaml,
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
    move_by(state, 1);
}

fn copy(
    state: &State,
    text: impl Fn(&State, &RowKey) -> String,
    what: &'static str,
    effects: &mut Vec<Effect>,
) {
    if let Some(key) = state.selected() {
        effects.push(Effect::Copy {
            text: text(state, key),
            what,
        });
    }
}

/// Reads the focused pane again: of the clusters it is scoped to, or of all.
fn refresh(state: &mut State, effects: &mut Vec<Effect>) {
    let clusters: Vec<ClusterArn> = state
        .fleet
        .clusters
        .keys()
        .filter(|arn| state.restriction.admits(arn))
        .cloned()
        .collect();
    match state.focus {
        PaneId::Clusters | PaneId::ServiceAccounts => {
            for id in state.fleet.route_ids() {
                state.open_route(id, true, effects);
            }
            for arn in clusters {
                state.describe_cluster(&arn, true, effects);
            }
        }
        PaneId::Associations => {
            expire_details(state, &clusters);
            for arn in clusters {
                state.list_associations(&arn, true, effects);
            }
        }
        PaneId::Updates => {
            for arn in clusters {
                state.list_updates(&arn, true, effects);
            }
        }
    }
    state.say("reading again");
}

fn refresh_all(state: &mut State, effects: &mut Vec<Effect>) {
    let clusters: Vec<ClusterArn> = state.fleet.clusters.keys().cloned().collect();
    expire_details(state, &clusters);
    for id in state.fleet.route_ids() {
        state.open_route(id, true, effects);
    }
    for arn in clusters {
        state.read_cluster(&arn, true, effects);
    }
    state.say("reading every scope again");
}

/// What is known of the associations stays in sight until it is read again.
fn expire_details(state: &mut State, clusters: &[ClusterArn]) {
    let clusters: HashSet<_> = clusters.iter().collect();
    for (key, row) in &mut state.fleet.associations {
        if clusters.contains(&key.cluster) {
            row.detail.expire();
        }
    }
    state.touch(PaneId::Associations);
}

/// Esc at the panes: filter, then marks, then problems, then scope, one a press.
fn back(state: &mut State) {
    let Some(pane) = state.focused_mut() else {
        return;
    };
    if !pane.filter.is_empty() {
        pane.filter = crate::app::filter::Filter::default();
        pane.stale = true;
    } else if !pane.marks.is_empty() {
        pane.marks.clear();
    } else if pane.problems_only {
        pane.problems_only = false;
        pane.stale = true;
    } else if state.zoomed {
        state.zoomed = false;
        follow(state);
    } else if !state.restriction.scope.is_empty() {
        state.restriction.scope.clear();
        state.focus = PaneId::Clusters;
        state.touch_all();
    } else {
        let leave = state
            .options
            .keymap
            .shown(Command::Leave)
            .unwrap_or_else(|| "the palette".to_owned());
        state.say(format!("nothing to go back from; {leave} quits"));
    }
}
