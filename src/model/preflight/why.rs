//! What led to a plan: some reasons want more than a yes.

use crate::model::journal::WayBack;
use crate::model::plan::Plan;
use crate::model::preflight::Preflight;

/// What led to a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Why {
    /// Somebody asked for just that.
    #[default]
    Asked,
    /// A creation found that the association is there already.
    Existing,
    /// It brings a change back.
    Back(WayBack),
}

impl Why {
    /// One sentence, such as `undo of 1234abcd: change payments/api of the cluster shop`.
    pub fn title(&self, plan: &Plan) -> String {
        let title = plan.title();
        match self.way() {
            Some(way) => format!("{}: {title}", way.phrase()),
            None => title,
        }
    }

    /// The way back that it is part of, if it is part of one.
    pub fn way(&self) -> Option<&WayBack> {
        match self {
            Self::Back(way) => Some(way),
            Self::Asked | Self::Existing => None,
        }
    }
}

impl Preflight {
    /// The same checks, with what else wants the name to be typed.
    ///
    /// What was done since is lost, and what was to be new is something else, only to whoever types it.
    #[must_use]
    pub fn because(mut self, why: &Why) -> Self {
        match why {
            Why::Asked => {}
            Why::Existing => {
                let reason = "it exists already, so this changes it instead of creating it";
                self.also.push(reason.to_owned());
            }
            Why::Back(way) => self.also.extend(way.reasons()),
        }
        self
    }
}
