//! The gate before every write: what was shown is what is approved, and what is approved is what is written.

use std::fmt;

use crate::model::plan::Plan;
use crate::model::plan::digest::Digest;
use crate::model::preflight::{Consent, Preflight};
use crate::model::text::visible;

/// Something that a person must have seen before it is done: a change, or a test that issues credentials.
pub trait Reviewable {
    /// What was found out about it beforehand, and is shown beside it.
    type Checks: Checks;

    /// The fingerprint of all that is shown of it.
    fn digest(&self) -> Digest;
}

/// What was found out about something before it is done, and what that asks of whoever approves.
pub trait Checks {
    /// What the checks are about.
    fn subject(&self) -> Digest;

    /// The fingerprint of all that is shown of the checks.
    fn digest(&self) -> Digest;

    /// What it takes to have it done.
    fn consent(&self) -> Consent;
}

impl Reviewable for Plan {
    type Checks = Preflight;

    fn digest(&self) -> Digest {
        self.digest()
    }
}

impl Checks for Preflight {
    fn subject(&self) -> Digest {
        self.subject()
    }

    fn digest(&self) -> Digest {
        self.digest()
    }

    fn consent(&self) -> Consent {
        self.consent()
    }
}

/// The memory of a plan and its checks as they were shown to a person, or printed.
///
/// It is no permission. It is not to be had twice from one showing: there is no `Clone`.
#[derive(Debug, PartialEq, Eq)]
pub struct Reviewed {
    plan: Digest,
    checks: Digest,
}

impl Reviewed {
    /// To be called where the plan is put on the screen, and again whenever another one takes its place.
    pub fn of<P: Reviewable>(plan: &P, checks: &P::Checks) -> Self {
        Self {
            plan: plan.digest(),
            checks: checks.digest(),
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

impl<P: Reviewable> Approved<P> {
    /// Approves a plan; it must be the very plan that was reviewed, with the very checks that were reviewed.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "one showing is good for one approval"
    )]
    pub fn new(
        plan: P,
        checks: &P::Checks,
        reviewed: Reviewed,
        assent: Assent<'_>,
    ) -> Result<Self, NotApproved> {
        let Reviewed {
            plan: seen,
            checks: checked,
        } = reviewed;
        let digest = plan.digest();
        if digest != seen || checks.subject() != digest {
            return Err(NotApproved::AnotherPlan);
        }
        if checks.digest() != checked {
            return Err(NotApproved::OtherChecks);
        }
        match checks.consent() {
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
