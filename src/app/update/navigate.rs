//! Moving: within a view, from view to view, into a row and back.

use crate::app::diagnosis::FindingKey;
use crate::app::effect::Effect;
use crate::app::filter::Filter;
use crate::app::kubernetes::AccountKey;
use crate::app::layout::table_rows;
use crate::app::modal::Form;
use crate::app::pane::{Opens, PaneId, PodsOf, RowKey, row_key};
use crate::app::state::State;
use crate::app::update::{follow, reading};
use crate::input::Command;
use crate::model::diagnosis::Subject;
use crate::model::{AddonKey, ClusterArn, UpdateKey, UpdateSubject};

pub(super) fn page(state: &State) -> isize {
    let area = state.layout().pane(state.focus).unwrap_or_default();
    isize::try_from(table_rows(area).max(1)).unwrap_or(1)
}

pub(super) fn move_by(state: &mut State, rows: isize) {
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

pub(super) fn skip_columns(state: &mut State, by: isize) {
    let most = state.focus.columns().len().saturating_sub(2);
    if let Some(pane) = state.focused_mut() {
        pane.skipped = pane.skipped.saturating_add_signed(by).min(most);
    }
}

/// Goes through the views that can be seen together, or through all where one is seen at a time.
pub(super) fn cycle(state: &mut State, by: isize) {
    let seen: Vec<PaneId> = state.layout().panes.iter().map(|(id, _)| *id).collect();
    let order = if seen.len() > 1 {
        seen
    } else {
        PaneId::ALL.to_vec()
    };
    let here = order.iter().position(|id| *id == state.focus).unwrap_or(0);
    let len = isize::try_from(order.len()).unwrap_or(1);
    let next = isize::try_from(here)
        .unwrap_or(0)
        .saturating_add(by)
        .rem_euclid(len.max(1));
    let next = usize::try_from(next).ok().and_then(|next| order.get(next));
    if let Some(next) = next.copied() {
        // From tab to tab there is no way back to keep, except out of views that only stand alone.
        if state.focus.is_together() && !next.is_together() {
            leave_trail(state);
        }
        state.focus = next;
        forget_trail_to(state, next);
    }
    follow(state);
}

/// Focuses a view; if that hides the one before, there is a way back to it.
pub(super) fn show(state: &mut State, id: PaneId) {
    if id == state.focus {
        return;
    }
    let before = state.focus;
    state.focus = id;
    if state.layout().pane(before).is_none() {
        state.focus = before;
        leave_trail(state);
        state.focus = id;
    }
    forget_trail_to(state, id);
    follow(state);
}

fn leave_trail(state: &mut State) {
    let here = state.focus;
    state.trail.retain(|id| *id != here);
    state.trail.push(here);
}

/// Whoever comes to a view by another way than back has no way back beyond it.
fn forget_trail_to(state: &mut State, id: PaneId) {
    if let Some(index) = state.trail.iter().position(|left| *left == id) {
        state.trail.truncate(index);
    }
    // Views that can be seen are not gone back to.
    let layout = state.layout();
    while state
        .trail
        .last()
        .is_some_and(|left| layout.pane(*left).is_some())
    {
        state.trail.pop();
    }
}

/// Returns to the view that was left for this one, and says whether there was one.
fn return_to_view_before(state: &mut State) -> bool {
    let Some(before) = state.trail.pop() else {
        return false;
    };
    state.focus = before;
    follow(state);
    true
}

/// Enter: a cluster (or all marked ones) scopes the other panes, and the focus moves on; other rows are described.
pub(super) fn open(state: &mut State, effects: &mut Vec<Effect>) {
    let opens = state
        .selected()
        .map(|key| key.view().opens(&state.fleet, key));
    match opens {
        Some(Opens::Scope) => scope(state, effects),
        Some(Opens::Pods(of)) => show_pods(state, of, effects),
        Some(Opens::Explanation | Opens::Description) => {
            reading::view_row(state, Form::Explained, effects);
        }
        None => {}
    }
}

/// Restricts the other panes to the marked clusters, or to the one under the cursor, and moves on to them.
fn scope(state: &mut State, effects: &mut Vec<Effect>) {
    let marked = state
        .focused()
        .into_iter()
        .flat_map(|pane| pane.marks.iter());
    let mut scope: Vec<ClusterArn> = marked.filter_map(|key| key.cluster().cloned()).collect();
    if scope.is_empty() {
        scope.extend(state.selected().and_then(|key| key.cluster().cloned()));
    }
    state.restriction.scope.clone_from(&scope);
    state.restriction.pods_of = None;
    state.focus = PaneId::Associations;
    state.touch_all();
    follow(state);
    for arn in &scope {
        // Updates of add-ons, node groups and capabilities are read only of clusters that somebody looks at.
        state.list_updates(arn, true, effects);
    }
    state.look_into(&scope, effects);
}

/// Shows the pods of something, and where that hides the view before, leaves a way back to it.
fn show_pods(state: &mut State, of: PodsOf, effects: &mut Vec<Effect>) {
    state.look_at_pods_of(of, effects);
    show(state, PaneId::Pods);
    if let Some(pane) = state.focused_mut() {
        // What was looked for among other pods has nothing to say about these.
        (pane.cursor, pane.top, pane.held) = (0, 0, false);
        pane.filter = Filter::default();
        pane.problems_only = false;
    }
}

/// Lifts the restriction to clusters, and to the pods of something.
pub(super) fn clear_scope(state: &mut State, effects: &mut Vec<Effect>) {
    state.restriction.scope.clear();
    state.restriction.pods_of = None;
    state.touch_all();
    state.follow_view(effects);
}

/// Undoes what showed the view: the way back, and whose pods it shows. Says whether there was anything to undo.
pub(super) fn leave_view(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let restricted = state.focus == PaneId::Pods && state.restriction.pods_of.take().is_some();
    if restricted {
        state.touch(PaneId::Pods);
        state.follow_view(effects);
    }
    return_to_view_before(state) || restricted
}

/// Esc at the panes: filter, then marks, then problems, then the view, then zoom, then scope, one a press.
pub(super) fn back(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(pane) = state.focused_mut() else {
        return;
    };
    if !pane.filter.is_empty() {
        pane.filter = Filter::default();
        pane.stale = true;
    } else if !pane.marks.is_empty() {
        pane.marks.clear();
    } else if pane.problems_only {
        pane.problems_only = false;
        pane.stale = true;
    } else if leave_view(state, effects) {
        // One step back was all that was asked for.
    } else if state.zoomed && state.focus.is_together() {
        state.zoomed = false;
        follow(state);
    } else if !state.restriction.scope.is_empty() {
        clear_scope(state, effects);
        state.focus = PaneId::Clusters;
    } else {
        let leave = state
            .options
            .keymap
            .shown(Command::Leave)
            .unwrap_or_else(|| "the palette".to_owned());
        state.say(format!("nothing to go back from; {leave} quits"));
    }
}

/// The row that a finding is about; what has no row of its own is found at its cluster.
pub(super) fn target(state: &State, finding: &FindingKey) -> RowKey {
    let cluster = &finding.cluster;
    match &finding.subject {
        Subject::Cluster | Subject::Node(_) => RowKey::Cluster(cluster.clone()),
        Subject::Addon(name) => RowKey::Addon(AddonKey {
            cluster: cluster.clone(),
            name: name.clone(),
        }),
        Subject::Update { of, id } => {
            let key = UpdateKey {
                cluster: cluster.clone(),
                subject: of.clone(),
                id: id.clone(),
            };
            if state.fleet.updates.contains_key(&key) {
                return RowKey::Update(key);
            }
            match of {
                UpdateSubject::Addon(name) => RowKey::Addon(AddonKey {
                    cluster: key.cluster,
                    name: name.clone(),
                }),
                _ => RowKey::Cluster(key.cluster),
            }
        }
        Subject::Role(arn) => RowKey::Role(arn.clone()),
        Subject::Account {
            namespace,
            service_account,
        } => RowKey::Account(AccountKey {
            cluster: cluster.clone(),
            namespace: namespace.clone(),
            name: service_account.clone(),
        }),
    }
}

/// Goes to a row in its view; where it is not listed, to the next best that is, and says so if there is none.
pub(super) fn go_to(state: &mut State, key: &RowKey) {
    if let RowKey::Finding(finding) = key {
        let target = target(state, finding);
        let association = finding.association.clone().map(RowKey::Association);
        let cluster = RowKey::Cluster(finding.cluster.clone());
        let choices = [Some(target), association, Some(cluster)];
        let found = choices
            .into_iter()
            .flatten()
            .find(|key| is_listed(state, key));
        return match found {
            Some(key) => go_to(state, &key),
            None => state.complain("the row that it is about is not listed any more"),
        };
    }
    if !is_listed(state, key) {
        state.complain("the row is not listed any more");
        return;
    }
    if matches!(key, RowKey::Update(_)) {
        state.restriction.finished_updates = true;
    }
    show(state, key.pane());
    if let Some(pane) = state.panes.get_mut(&key.pane()) {
        pane.filter = Filter::default();
        pane.problems_only = false;
        pane.selected = Some(key.clone());
        // The cursor goes where the row is, once the rows are made.
        (pane.held, pane.stale) = (true, true);
    }
}

fn is_listed(state: &mut State, key: &RowKey) -> bool {
    // Roles are made only where they are seen.
    if matches!(key, RowKey::Role(_)) {
        state.fleet.refresh_roles();
    }
    key.view().index(&state.fleet, key).is_some()
}
