//! Commands that lead to a change: each opens a form or a review, none changes anything.

use crate::app::availability::{changeable, cluster_for_new};
use crate::app::effect::{Effect, Request};
use crate::app::modal::form::Freshness;
use crate::app::modal::{ChangeForm, HistoryView, Modal};
use crate::app::msg::Reversing;
use crate::app::pane::RowKey;
use crate::app::state::State;
use crate::app::unfinished::Unfinished;
use crate::app::update::confirm;
use crate::model::journal::{EntryId, Standing};
use crate::model::known::Origin;
use crate::model::plan::{Basis, BlastRadius, Plan};
use crate::model::preflight::Why;
use crate::model::{AssociationKey, AssociationRecord, ClusterArn, Known};

impl State {
    /// An association as it was read, for a change of it.
    pub(in crate::app) fn record(&self, key: &AssociationKey) -> Option<Known<AssociationRecord>> {
        let row = self.fleet.associations.get(key)?;
        let detail = row.detail.known()?;
        Some(Known {
            value: AssociationRecord {
                association: row.summary.clone(),
                detail: detail.value.clone(),
            },
            origin: detail.origin,
            at: detail.at,
        })
    }

    /// How a cluster is reached, and as whom; the pods are counted with the checks.
    pub(in crate::app) fn basis(&self, cluster: &ClusterArn) -> Option<Basis> {
        let route = self.fleet.route(self.route_to(cluster)?)?;
        Some(Basis {
            route: route.route.clone(),
            caller: route.caller.value().cloned(),
            pods: BlastRadius::unknown("they are counted with the checks"),
        })
    }

    /// Takes what it takes to bring a change back, and shows it.
    pub(in crate::app) fn land_reversal(&mut self, found: Reversing, effects: &mut Vec<Effect>) {
        let Reversing { entry, way, plans } = found;
        let target = &entry.intent.target;
        match (way.standing(), plans.is_empty()) {
            (Standing::Impossible { why }, _) => {
                let text = format!("{target} stays as it is: {why}");
                self.complain(text);
            }
            (Standing::AlreadyThere, _) => {
                self.say(format!("nothing is left to do: {target} is so already"));
            }
            (_, true) => self.complain(format!("{target} stays as it is: there is no way back")),
            (_, false) => {
                // Who has begun something else meanwhile is not interrupted.
                if matches!(self.modals.last(), None | Some(Modal::History(_))) {
                    // What was asked for is there, so the keys of the review are what there is to say.
                    self.notice = None;
                    confirm::open(self, plans, Why::Back(way), None, effects);
                } else {
                    self.say(
                        "what it takes to bring the change back is known; ask again to see it",
                    );
                }
            }
        }
    }
}

/// Opens the form that changes the selected association.
pub(super) fn edit(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(before) = selected(state) {
        reread(state, ChangeForm::edit(before), effects);
    }
}

pub(super) fn tags(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(before) = selected(state) {
        reread(state, ChangeForm::tags(before), effects);
    }
}

/// Opens a form on what is known, and reads the association again, unless that was just done.
fn reread(state: &mut State, mut form: ChangeForm, effects: &mut Vec<Effect>) {
    /// Seconds in which nobody sees a difference.
    const YOUNG: i64 = 5;
    let Some(before) = &form.before else { return };
    let key = before.value.association.key.clone();
    let age = state.now.as_second().saturating_sub(before.at.as_second());
    let is_fresh = before.origin == Origin::Live && age < YOUNG;
    if !is_fresh {
        if let Some(row) = state.fleet.associations.get_mut(&key) {
            row.detail.expire();
        }
        form.freshness = Freshness::Reading;
    }
    open(state, form, effects);
    if !is_fresh {
        state.describe_association(&key, true, effects);
    }
}

/// Opens the form of a new association, with the names of the row under the cursor where it has some.
pub(super) fn create(state: &mut State, effects: &mut Vec<Effect>) {
    let Ok(cluster) = cluster_for_new(state) else {
        return;
    };
    let (namespace, name) = match state.selected() {
        Some(RowKey::Account(key)) => (key.namespace.to_string(), key.name.to_string()),
        Some(RowKey::Container(key)) => {
            let row = state.fleet.containers.get(key);
            let account = row.map(|row| row.pod.service_account.to_string());
            (key.namespace.to_string(), account.unwrap_or_default())
        }
        _ => Default::default(),
    };
    let form = ChangeForm::create(cluster, &namespace, &name);
    open(state, form, effects);
    super::form::meet_existing(state);
}

/// Shows what deleting the selected association means.
pub(super) fn delete(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(before) = selected(state) else {
        return;
    };
    let Some(basis) = state.basis(&before.value.association.key.cluster) else {
        return;
    };
    match Plan::delete(basis, before) {
        Ok(plan) => confirm::open(state, vec![plan], Why::Asked, None, effects),
        Err(wrong) => {
            let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            state.complain(wrong.join("; "));
        }
    }
}

fn selected(state: &State) -> Option<Known<AssociationRecord>> {
    state.record(&changeable(state).ok()?)
}

/// Opens a form, and reads the roles of the account if it has a field for one.
fn open(state: &mut State, mut form: ChangeForm, effects: &mut Vec<Effect>) {
    let needs_roles = form.purpose != crate::app::modal::form::Purpose::Tags;
    if let (Some(route), true) = (state.route_to(&form.cluster), needs_roles) {
        let ticket = state.call(Request::ListRoles { route }, true, effects);
        form.listing.ask(ticket);
    }
    state.modals.push(Modal::Form(Box::new(form)));
}

/// Weighs the taking back of a change, or the making again; the next in line if none is named.
pub(super) fn reverse(
    state: &mut State,
    entry: Option<EntryId>,
    redo: bool,
    effects: &mut Vec<Effect>,
) {
    let is_open = |request: &Request| matches!(request, Request::Reverse { .. });
    if state.loading.flights.values().any(is_open) {
        state.say("the journal is being read already");
        return;
    }
    state.call(Request::Reverse { entry, redo }, true, effects);
    state.say("reading the journal, and what stands there now");
}

/// Shows the changes that were made; what is known of them stays in sight while the journal is read again.
pub(super) fn history(state: &mut State, effects: &mut Vec<Effect>) {
    read_journal(state, effects);
    state.modals.push(Modal::History(HistoryView::default()));
    state.hold_entry();
    // Whoever looks at the list has seen them.
    state
        .unfinished
        .take_if(|unfinished| matches!(unfinished, Unfinished::Checked { .. }));
}

fn read_journal(state: &mut State, effects: &mut Vec<Effect>) {
    let before = state.journal.waiting();
    state.supersede(before, effects);
    let ticket = state.call(Request::ReadJournal, true, effects);
    state.journal.ask(ticket);
}

/// What became of changes that an earlier run did not finish is known, or is being asked.
pub(super) fn unfinished(state: &mut State, unfinished: Unfinished, effects: &mut Vec<Effect>) {
    state.unfinished = Some(unfinished);
    let is_shown = |modal: &Modal| matches!(modal, Modal::History(_));
    if matches!(unfinished, Unfinished::Checked { .. }) && state.modals.iter().any(is_shown) {
        read_journal(state, effects);
        state.unfinished = None;
    }
}
