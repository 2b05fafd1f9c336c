//! The change that is being made: how far it has come, and what came of it.

use jiff::Timestamp;

use crate::app::modal::credential::Tested;
use crate::app::modal::{Act, ChangeForm};
use crate::app::msg::ChangeStep;
use crate::app::remote::Ticket;
use crate::model::plan::{Change, Target};
use crate::model::{Failure, Text};

/// A change from its approval to its outcome.
#[derive(Debug)]
pub struct Applying {
    pub ticket: Ticket,
    /// One sentence, such as `change payments/api of the cluster shop`.
    pub title: String,
    pub target: Target,
    pub kind: Kind,
    pub since: Timestamp,
    pub steps: Vec<ChangeStep>,
    /// What comes next if it is done, and what both are part of.
    pub act: Act,
    pub outcome: Option<Result<(), Failure>>,
    /// Whose credentials can be tested once it is done: whoever gets another role by it.
    pub offer: Option<Tested>,
    /// Its user wanted to quit, and was told what that leaves behind.
    pub warned: bool,
    /// What was typed, for another try if nothing comes of this one.
    pub form: Option<Box<ChangeForm>>,
}

/// What the change does to the rows of the association.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The row stays, and is read again.
    Stays,
    /// Rows come or go, so the list is read again.
    Lists,
}

impl Kind {
    pub fn of(change: &Change) -> Self {
        match change {
            Change::Update(_) | Change::Tag(_) => Self::Stays,
            Change::Create(_) | Change::Delete | Change::Move(_) => Self::Lists,
        }
    }
}

impl Applying {
    /// What came of it where that is not so.
    pub const UNLIKE: &'static str = "applied, but AWS does not show it as it was to be";

    /// Whether AWS took any of it.
    pub fn is_begun(&self) -> bool {
        let is_taken = |step: &ChangeStep| matches!(step, ChangeStep::ReadingBack);
        self.steps.iter().any(is_taken)
    }

    pub fn is_running(&self) -> bool {
        self.outcome.is_none()
    }

    /// What there is to say at the end, beside that it is done.
    pub fn remarks(&self) -> impl Iterator<Item = &Text> {
        self.steps.iter().filter_map(|step| match step {
            ChangeStep::Remark(text) | ChangeStep::Unlike(text) => Some(text),
            _ => None,
        })
    }

    /// Says whether AWS shows all that it took as it was to be.
    pub fn is_as_planned(&self) -> bool {
        let is_unlike = |step: &ChangeStep| matches!(step, ChangeStep::Unlike(_));
        !self.steps.iter().any(is_unlike)
    }
}
