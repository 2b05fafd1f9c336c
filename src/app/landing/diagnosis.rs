//! What comes of questions about what is wrong.

use crate::app::diagnosis::About;
use crate::app::msg::Step;
use crate::app::remote::Ticket;
use crate::app::state::State;

impl State {
    pub(super) fn land_diagnosed(&mut self, ticket: Ticket, about: &About, step: Step) {
        match step {
            Step::Asking(what) => {
                self.loading.asking.insert(ticket, what);
            }
            Step::Diagnosed(diagnosis) => self.land_diagnosis(ticket, about, *diagnosis),
            // A step that the request never makes is a bug of the executor.
            _ => {}
        }
    }
}
