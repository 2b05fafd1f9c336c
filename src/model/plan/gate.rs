//! The gate before every write: what was shown is what is approved, and what is approved is what is written.

use std::fmt;

use crate::model::plan::Plan;
use crate::model::plan::digest::Digest;
use crate::model::preflight::{Consent, Preflight};
use crate::model::text::visible;

/// The memory of a plan and its preflight as they were shown to a person, or printed.
///
/// It is no permission. It is not to be had twice from one showing: there is no `Clone`.
#[derive(Debug, PartialEq, Eq)]
pub struct Reviewed {
    plan: Digest,
    preflight: Digest,
}

impl Reviewed {
    /// To be called where the plan is put on the screen, and again whenever another one takes its place.
    pub fn of(plan: &Plan, preflight: &Preflight) -> Self {
        Self {
            plan: plan.digest(),
            preflight: preflight.digest(),
        }
    }
}

/// What a person said to the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assent<'a> {
    /// Confirmed: the button, or `--yes`.
    Yes,
    /// Confirmed by typing a name: into the modal, or as `--confirm NAME`.
    Typed(&'a str),
}

/// A plan that a person has seen and approved: the only thing that a write accepts.
///
/// The only way to one leads through [`Approved::new`], and only the confirm modal and the command line's
/// `--yes` may call it; a test of the architecture names them. It cannot be cloned: one approval, one write.
///
/// ```compile_fail,E0451
/// use roledex::model::plan::{Approved, Plan};
/// fn forge(plan: Plan) -> Approved<Plan> {
///     Approved { plan }
/// }
/// ```
/// ```compile_fail,E0599
/// use roledex::model::plan::{Approved, Plan};
/// fn twice(approved: &Approved<Plan>) -> Approved<Plan> {
///     Approved::<Plan>::clone(approved)
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Approved<P> {
    plan: P,
}

impl Approved<Plan> {
    /// Approves a plan; it must be the very plan that was reviewed, with the very checks that were reviewed.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "one showing is good for one approval"
    )]
    pub fn new(
        plan: Plan,
        preflight: &Preflight,
        reviewed: Reviewed,
        assent: Assent<'_>,
    ) -> Result<Self, NotApproved> {
        let Reviewed {
            plan: seen,
            preflight: checked,
        } = reviewed;
        let digest = plan.digest();
        if digest != seen || preflight.subject() != digest {
            return Err(NotApproved::AnotherPlan);
        }
        if preflight.digest() != checked {
            return Err(NotApproved::OtherChecks);
        }
        match preflight.consent() {
            Consent::Plain => Ok(Self { plan }),
            Consent::TypedName(wanted) => match assent {
                Assent::Typed(typed) if typed == wanted => Ok(Self { plan }),
                Assent::Typed(typed) => Err(NotApproved::WrongName {
                    typed: typed.to_owned(),
                    wanted,
                }),
                Assent::Yes => Err(NotApproved::NameNeeded { wanted }),
            },
            Consent::Refused(reasons) => Err(NotApproved::Refused(reasons)),
        }
    }
}

impl<P> Approved<P> {
    pub fn plan(&self) -> &P {
        &self.plan
    }

    /// Gives the plan up; the approval is spent.
    pub fn into_plan(self) -> P {
        self.plan
    }
}

/// Why a plan is not approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotApproved {
    /// What is to be written is not what was shown.
    AnotherPlan,
    /// The checks were run again since they were shown, and say something else.
    OtherChecks,
    NameNeeded {
        wanted: String,
    },
    WrongName {
        typed: String,
        wanted: String,
    },
    Refused(Vec<String>),
}

impl fmt::Display for NotApproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnotherPlan => f.write_str(
                "the plan is not the one that was shown, so it was not applied; look at it again",
            ),
            Self::OtherChecks => f.write_str(
                "the checks changed since they were shown, so nothing was applied; look at them again",
            ),
            Self::NameNeeded { wanted } => write!(
                f,
                "this must be confirmed by its name; type {}",
                visible(wanted)
            ),
            Self::WrongName { typed, wanted } => write!(
                f,
                "the name typed is \"{}\", the one wanted is {}",
                visible(typed),
                visible(wanted)
            ),
            Self::Refused(reasons) => write!(f, "refused: {}", reasons.join("; ")),
        }
    }
}

impl std::error::Error for NotApproved {}
