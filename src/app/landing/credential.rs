//! What comes of a credential test, and of the question which pod it may be about.

use crate::app::effect::Effect;
use crate::app::modal::Modal;
use crate::app::modal::credential::{CredentialPanel, Ending, PodChoice, Podless, Stage};
use crate::app::msg::TestStep;
use crate::app::remote::Ticket;
use crate::app::state::State;
use crate::app::update::credential::{ask, panel, panel_mut};
use crate::model::Failure;

impl State {
    /// Whether a test of this ticket is being made.
    pub(in crate::app) fn is_testing(&self, ticket: Ticket) -> bool {
        let course = panel(self).and_then(CredentialPanel::course);
        course.is_some_and(|course| course.is_running() && course.ticket == ticket)
    }

    /// Takes the pods: one is asked about at once, of several one is chosen.
    pub(super) fn land_pods(&mut self, ticket: Ticket, pods: Vec<PodChoice>, others: usize) {
        let Some(panel) = self.panel_waiting_for(ticket) else {
            return;
        };
        let count = pods.len();
        panel.pods = pods;
        panel.is_listed = true;
        panel.top = 0;
        panel.stage = match count {
            0 => Stage::Podless {
                why: Podless::None { others },
                button: 0,
            },
            _ => Stage::Picking { cursor: 0 },
        };
        if count == 1 {
            ask(self, 0);
        }
    }

    pub(super) fn finish_pods(&mut self, ticket: Ticket, outcome: Result<(), Failure>) {
        let Some(panel) = self.panel_waiting_for(ticket) else {
            return;
        };
        let why = outcome.map_or_else(Podless::Unlisted, |()| Podless::None { others: 0 });
        panel.stage = Stage::Podless { why, button: 0 };
    }

    fn panel_waiting_for(&mut self, ticket: Ticket) -> Option<&mut CredentialPanel> {
        self.modals.iter_mut().find_map(|modal| match modal {
            Modal::Credential(panel) if panel.waiting() == Some(ticket) => Some(&mut **panel),
            _ => None,
        })
    }

    pub(in crate::app) fn land_test(
        &mut self,
        ticket: Ticket,
        step: TestStep,
        effects: &mut Vec<Effect>,
    ) {
        if !self.is_testing(ticket) {
            return;
        }
        let Some(course) = panel_mut(self).and_then(CredentialPanel::course_mut) else {
            return;
        };
        match step {
            TestStep::Step(step) => course.take(step),
            TestStep::Report(report) => {
                let runs = report.releases();
                course.ending = Some(Ending::Verdict(report));
                if runs {
                    // The command has the screen now; what there is to say afterwards is how it ended.
                    self.modals
                        .retain(|modal| !matches!(modal, Modal::Credential(_)));
                    effects.push(Effect::RunWith(ticket));
                    return;
                }
            }
        }
        self.end_test();
    }

    /// The test has ended, and if it brought no report, that is how it ended.
    pub(in crate::app) fn finish_test(
        &mut self,
        outcome: Result<(), Failure>,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(course) = panel_mut(self).and_then(CredentialPanel::course_mut) {
            course.stop();
            course.ending = Some(match outcome {
                Err(failure) => Ending::Failed(failure),
                Ok(()) => Ending::Cancelled,
            });
        }
        self.end_test();
        self.tick(effects);
    }

    /// The verdict stands on top, so the view goes there.
    fn end_test(&mut self) {
        let Some(panel) = panel_mut(self) else { return };
        let Some(ending) = panel.course().and_then(|course| course.ending.as_ref()) else {
            return;
        };
        // A verdict stands on top of the panel, and the keys that go on from there in the footer.
        let failed = match ending {
            Ending::Failed(failure) => Some(failure.to_string()),
            Ending::Verdict(_) | Ending::Cancelled => None,
        };
        panel.top = 0;
        if let Some(text) = failed {
            self.complain(text);
        }
    }
}
