//! What comes of questions about changes, and of changes.

use crate::app::applying::{Applying, Kind};
use crate::app::availability::may_test;
use crate::app::effect::{Effect, Request};
use crate::app::modal::{Act, ChangeForm, Modal};
use crate::app::msg::{ChangeStep, Step};
use crate::app::remote::Ticket;
use crate::app::state::State;
use crate::app::update::confirm;
use crate::input::Command;
use crate::model::credential::Purpose;
use crate::model::journal::Way;
use crate::model::preflight::Why;
use crate::model::{AssociationKey, Failure, Learned};

impl State {
    /// Whether a change is being made.
    pub fn is_changing(&self) -> bool {
        let applying = self.applying.as_ref();
        applying.is_some_and(Applying::is_running)
    }

    pub(in crate::app) fn is_applying(&self, ticket: Ticket) -> bool {
        let applying = self.applying.as_ref();
        applying.is_some_and(|applying| applying.is_running() && applying.ticket == ticket)
    }

    pub(in crate::app) fn land_progress(&mut self, ticket: Ticket, step: ChangeStep) {
        if !self.is_applying(ticket) {
            return;
        }
        let Some(applying) = self.applying.as_mut() else {
            return;
        };
        if let (ChangeStep::ReadingBack, Some(offer)) = (&step, &mut applying.offer) {
            // AWS has just taken it, and from here on its delay counts.
            offer.purpose = Purpose::AfterChange {
                accepted: Some(self.now),
            };
        }
        // Of several waits for one thing, the last one stands for all.
        let waits = |step: &ChangeStep| matches!(step, ChangeStep::Waiting(_));
        if waits(&step) && applying.steps.last().is_some_and(waits) {
            applying.steps.pop();
        }
        applying.steps.push(step);
    }

    /// The change has ended: what it touched is read again, whatever came of it.
    pub(in crate::app) fn finish_applying(
        &mut self,
        outcome: &Result<(), Failure>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(applying) = self.applying.as_mut() else {
            return;
        };
        let (title, target, kind) = (
            applying.title.clone(),
            applying.target.clone(),
            applying.kind,
        );
        let is_as_planned = applying.is_as_planned();
        let remarks: Vec<String> = applying.remarks().map(ToString::to_string).collect();
        applying.outcome = Some(outcome.clone());
        if outcome.is_err() {
            applying.act.rest.clear();
        }
        let way = applying.act.why.way().map(|way| way.link.way);
        let more = applying.act.rest.len();
        let form = applying.form.take();
        let is_begun = applying.is_begun();
        let may_test = may_test(self, &target.cluster).is_ok();
        if let Some(applying) = self.applying.as_mut()
            && (outcome.is_err() || !may_test || more > 0)
        {
            applying.offer = None;
        }
        let offers = self
            .applying
            .as_ref()
            .is_some_and(|applying| applying.offer.is_some());
        // Where there is more to read than fits a notice, or something to do, the window stays.
        let stays = outcome.is_err() || !remarks.is_empty() || offers;
        if !stays {
            self.modals
                .retain(|modal| !matches!(modal, Modal::Progress));
        }
        if let (Err(_), false, Some(form)) = (outcome, is_begun, form) {
            // Below what lies on the screen: what was typed is there again once that is closed.
            self.modals.insert(0, Modal::Form(form));
        }
        // What was undone is made again by another key, and what was made again is undone as before.
        let (command, does) = match way {
            Some(Way::Undo) => (Command::Redo, "makes it again"),
            Some(Way::Redo) | None => (Command::Undo, "takes it back"),
        };
        match outcome {
            Ok(()) if !is_as_planned => self.complain(format!("{title}: {}", Applying::UNLIKE)),
            Ok(()) => self.say(match self.options.keymap.shown(command) {
                Some(key) => format!("done: {title}; {key} {does}"),
                None => format!("done: {title}"),
            }),
            Err(failure) => self.complain(failure.to_string()),
        }
        self.outdate_diagnoses(&target.cluster, effects);
        if let (Some(key), Kind::Stays, Ok(())) = (target.key(), kind, outcome) {
            if let Some(row) = self.fleet.associations.get_mut(&key) {
                row.detail.expire();
            }
            self.describe_association(&key, true, effects);
        } else {
            self.expire_details(std::slice::from_ref(&target.cluster));
            self.list_associations(&target.cluster, true, effects);
        }
        if more > 0 {
            // The other half is another change, and wants another yes.
            let what = if way.is_some() {
                "brings all of it back"
            } else {
                "was typed and is still to be made"
            };
            self.say(format!("done: {title}; one more change {what}"));
        }
    }

    /// Shows what else a change takes, as soon as nobody is in the middle of something else.
    pub(in crate::app) fn show_rest(&mut self, effects: &mut Vec<Effect>) {
        let is_free = matches!(self.modals.last(), None | Some(Modal::Progress));
        let Some(applying) = self.applying.as_mut().filter(|_| is_free) else {
            return;
        };
        if !matches!(applying.outcome, Some(Ok(()))) || applying.act.rest.is_empty() {
            return;
        }
        let Act { why, rest, first } = std::mem::take(&mut applying.act);
        // Whoever typed the name for the first of it knows that it exists.
        let why = match why {
            Why::Existing => Why::Asked,
            why => why,
        };
        confirm::open(self, rest, why, first, effects);
    }

    /// The cursor of the list of changes stays on the entry that it was shown on.
    pub(in crate::app) fn hold_entry(&mut self) {
        let newest = self.journal.value().and_then(|read| read.entries.first());
        let newest = newest.map(|entry| entry.id.clone());
        if let Some(Modal::History(view)) = self.modals.last_mut() {
            view.selected = view.selected.take().or(newest);
        }
    }

    pub(super) fn land_change(&mut self, ticket: Ticket, step: Step, effects: &mut Vec<Effect>) {
        let now = self.now;
        match step {
            Step::Roles(roles) => {
                if let Some(form) = self.form_waiting_for(ticket) {
                    form.add_roles(&roles);
                }
            }
            Step::Asking(text) => {
                for modal in &mut self.modals {
                    if let Modal::Review(review) = modal
                        && review.checks.waiting() == Some(ticket)
                    {
                        review.asking = Some(text.clone());
                    }
                }
            }
            Step::Evidence(found) => {
                let (plan, evidence) = *found;
                self.land_evidence(ticket, &plan, &evidence);
                if evidence.current == Learned::Absent {
                    self.list_associations(plan.cluster(), true, effects);
                }
            }
            Step::Journal(read) => {
                self.journal.settle(ticket, Ok(*read), now);
                self.hold_entry();
            }
            Step::Reversal(reversing) => self.land_reversal(*reversing, effects),
            _ => {}
        }
    }

    pub(super) fn finish_change(
        &mut self,
        ticket: Ticket,
        request: &Request,
        outcome: Result<(), Failure>,
    ) {
        let now = self.now;
        match request {
            Request::ListRoles { .. } => {
                if let Some(form) = self.form_waiting_for(ticket) {
                    let count = form.roles.len();
                    form.listing.settle(ticket, outcome.map(|()| count), now);
                }
            }
            Request::Review { .. } => {
                // What answered has landed; what did not is unknown.
                self.land_no_evidence(ticket);
                if let Err(failure) = outcome {
                    self.complain(failure.to_string());
                }
            }
            Request::ReadJournal => super::end(&mut self.journal, ticket, outcome, now),
            Request::Reverse { .. } => {
                if let Err(failure) = outcome {
                    self.complain(failure.to_string());
                }
            }
            _ => {}
        }
    }

    /// An association was read again, or could not be: a form that changes it takes that over.
    pub(super) fn renew_forms(
        &mut self,
        key: &AssociationKey,
        outcome: &Result<(), Failure>,
        effects: &mut Vec<Effect>,
    ) {
        let record = self.record(key);
        let mut is_gone = false;
        for modal in &mut self.modals {
            let Modal::Form(form) = modal else { continue };
            let before = form.before.as_ref();
            if before.is_none_or(|before| before.value.association.key != *key) {
                continue;
            }
            match (outcome, &record) {
                (Ok(()), Some(record)) => form.renew(record.clone()),
                (Ok(()), None) => {}
                (Err(failure), _) => {
                    form.unread(failure);
                    is_gone |= failure.is_gone();
                }
            }
        }
        if is_gone {
            self.list_associations(&key.cluster, true, effects);
        }
    }

    fn form_waiting_for(&mut self, ticket: Ticket) -> Option<&mut ChangeForm> {
        self.modals.iter_mut().find_map(|modal| match modal {
            Modal::Form(form) if form.listing.waiting() == Some(ticket) => Some(&mut **form),
            _ => None,
        })
    }
}
