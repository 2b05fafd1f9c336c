//! Commands that read: a row closer, a view again, everything again.

use crate::app::availability;
use crate::app::effect::Effect;
use crate::app::modal::{Form, Modal, Subject, TextView};
use crate::app::pane::RowKey;
use crate::app::state::State;
use crate::app::update::navigate;
use crate::model::ClusterArn;

/// Describes the selected row, or shows its raw document, which is fetched if it is not kept with the row.
pub(super) fn view_row(state: &mut State, form: Form, effects: &mut Vec<Effect>) {
    let Some(key) = state.selected().cloned() else {
        return;
    };
    if form == Form::Explained && matches!(key, RowKey::Finding(_)) {
        state.explain(&key, effects);
        return;
    }
    key.view().look(state, &key, effects);
    let view = TextView::new(Subject::Row(key.clone()), form);
    state.modals.push(Modal::Text(Box::new(view)));
    if form != Form::Explained {
        fetch_document(state, &key, effects);
    }
}

/// Explains the selected row; of a finding, what it is about, by evidence that is read now.
pub(super) fn explain(state: &mut State, effects: &mut Vec<Effect>) {
    let key = match state.selected().cloned() {
        Some(RowKey::Finding(finding)) => navigate::target(state, &finding),
        Some(key) => key,
        None => return,
    };
    state.explain(&key, effects);
}

/// Whom the role of the selected row reaches.
pub(super) fn radius(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(key) = state.selected().cloned() else {
        return;
    };
    if let Some(role) = key.view().role(&state.fleet, &key).cloned() {
        state.show_radius(&role, key, effects);
    }
}

/// Reads what the explanation on top rests on once more.
pub(super) fn explain_again(state: &mut State, effects: &mut Vec<Effect>) {
    match availability::explained(state).cloned() {
        Some(Subject::Explanation(key)) => {
            state.ask_explanation(&key, true, effects);
            let has_logs =
                matches!(state.modals.last(), Some(Modal::Text(view)) if !view.logs.is_empty());
            if has_logs {
                state.read_logs(effects);
            }
        }
        Some(Subject::Radius { .. }) => state.read_radius_again(effects),
        _ => {}
    }
}

/// Fetches the raw document for the text view on top, unless it is kept with its row.
pub(super) fn fetch_document(state: &mut State, key: &RowKey, effects: &mut Vec<Effect>) {
    let route = state.route_for(key);
    let request = route.and_then(|route| key.view().ask_document(state, key, route));
    let Some(request) = request else { return };
    let ticket = state.call(request, true, effects);
    if let Some(Modal::Text(view)) = state.modals.last_mut() {
        view.document.ask(ticket);
    }
}

/// Reads the focused view again: of the clusters it is scoped to, or of all.
pub(super) fn refresh(state: &mut State, effects: &mut Vec<Effect>) {
    let clusters: Vec<ClusterArn> = state
        .fleet
        .clusters
        .keys()
        .filter(|arn| state.focus.view().admits_cluster(&state.restriction, arn))
        .cloned()
        .collect();
    state.expire_diagnoses(&clusters);
    state.focus.view().refresh(state, &clusters, effects);
    state.say("reading again");
}

pub(super) fn refresh_all(state: &mut State, effects: &mut Vec<Effect>) {
    let clusters: Vec<ClusterArn> = state.fleet.clusters.keys().cloned().collect();
    state.expire_details(&clusters);
    state.expire_diagnoses(&clusters);
    for id in state.fleet.route_ids() {
        state.open_route(id, true, effects);
    }
    for arn in &clusters {
        state.read_cluster(arn, true, effects);
    }
    state.read_kubernetes_again(effects);
    state.say("reading every scope again");
}
