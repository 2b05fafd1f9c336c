//! A change as it would be made: what differs, what the checks found, and the buttons.

use crate::app::line::Line;
use crate::app::remote::{Remote, Ticket};
use crate::model::Text;
use crate::model::journal::Link;
use crate::model::plan::{Plan, Reviewed};
use crate::model::preflight::{Consent, Preflight, Why};

/// What a plan is part of: what led to it, and what else it takes.
#[derive(Debug, Default)]
pub struct Act {
    pub why: Why,
    /// What is to be reviewed after this plan was applied, until all of it is made.
    pub rest: Vec<Plan>,
    /// The first of its changes that was approved, if that was another one.
    pub first: Option<Ticket>,
}

/// A plan on the screen.
///
/// It holds at most one approval, for exactly what is shown; whenever something else is shown, the approval is
/// made anew and the cursor goes back to Cancel.
#[derive(Debug)]
pub struct Review {
    pub plan: Plan,
    /// Unless it has a value, the checks are still being asked.
    pub checks: Remote<Preflight>,
    /// What is being asked just now.
    pub asking: Option<Text>,
    /// What it was when it was put on the screen; spent by an approval.
    pub reviewed: Option<Reviewed>,
    pub act: Act,
    /// The cursor is on Apply.
    pub apply: bool,
    /// The name while it is typed.
    pub naming: Option<Line>,
    /// The first line in view.
    pub top: usize,
}

impl Review {
    pub fn new(plan: Plan, act: Act) -> Self {
        Self {
            plan,
            checks: Remote::default(),
            asking: None,
            reviewed: None,
            act,
            apply: false,
            naming: None,
            top: 0,
        }
    }

    /// What the journal is to link the change with.
    pub fn link(&self) -> Option<Link> {
        let link = self.act.why.way()?.link.clone();
        Some(if self.act.rest.is_empty() {
            link
        } else {
            link.partly()
        })
    }

    /// One sentence, such as `undo of 1234abcd: change payments/api of the cluster shop`.
    pub fn title(&self) -> String {
        self.act.why.title(&self.plan)
    }

    /// What it takes to have it applied, once the checks are answered.
    pub fn consent(&self) -> Option<Consent> {
        let asked = self.checks.waiting().is_some();
        self.checks
            .value()
            .filter(|_| !asked)
            .map(Preflight::consent)
    }

    /// Why it cannot be applied now, if it cannot.
    pub fn obstacle(&self) -> Option<String> {
        match self.consent() {
            None => Some("the checks are still being asked; esc leaves".to_owned()),
            Some(Consent::Refused(reasons)) => Some(reasons.join("; ")),
            Some(Consent::Plain | Consent::TypedName(_)) => None,
        }
    }
}
