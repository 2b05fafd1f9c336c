//! One change of one association: planned on fresh ground, applied once, read back.
//!
//! ```text
//! prepare ─ Plan ─ shown, checked, approved ─> apply ─ read again ─ intent on disk ─ call ─ read back ─ outcome
//! ```

mod apply;
mod call;
mod document;
mod existing;
mod look;
mod named;
mod pending;
mod prepare;
mod progress;
mod verify;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::journal::{ChangeKind, EntryId, Outcome};
use crate::model::plan::FieldDiff;
use crate::model::text::visible;
use crate::model::{AssociationRecord, Described, Failure, FailureKind, Text};
use crate::store::Journal;

pub use apply::{Belongs, apply};
pub use existing::of_existing;
pub(in crate::ops) use look::by_name;
pub use look::{at, find, look};
pub use named::named_roles;
pub(in crate::ops) use pending::Pending;
pub use prepare::{Prepared, Request, Unprepared, edited, prepare, replan};
pub use progress::Progress;

/// What a change needs besides its plan: where it is written down, what time it is, and how long to wait.
#[derive(Debug, Clone)]
pub struct Desk {
    pub journal: Arc<Journal>,
    pub now: fn() -> Timestamp,
    pub patience: Patience,
}

/// How long AWS is waited for, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// What passes by itself: a new role that EKS does not see yet, a deleted association that is in the way.
    pub passing: Duration,
    /// How old a change must be before the old state is believed to stay.
    pub settle: Duration,
    /// How long the new state may take to be seen.
    pub verify: Duration,
    /// Between two questions.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            passing: Duration::from_mins(2),
            settle: Duration::from_mins(1),
            verify: Duration::from_secs(15),
            pause: Duration::from_secs(2),
        }
    }
}

/// What came of an approved plan.
#[derive(Debug)]
pub struct Applied {
    /// One for each call that was written down, in their order.
    pub steps: Vec<Done>,
    /// Why it ended before its end; `None` if every step was made.
    pub stopped: Option<Stopped>,
}

/// One call, from its intent to what was read back.
#[derive(Debug)]
pub struct Done {
    pub entry: EntryId,
    pub kind: ChangeKind,
    pub outcome: Outcome,
    /// Whether AWS shows it as it was to be; unknown if it was not made, or could not be read back.
    pub verified: Option<bool>,
    /// The association as it was read back; none if it is gone or could not be read.
    pub association: Option<Described<AssociationRecord>>,
    /// What a person should know of it besides.
    pub notes: Vec<String>,
}

/// Why a plan was not carried through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// What stands there is not what was reviewed, so nothing more was asked to be changed.
    Drift(Drift),
    Failure(Failure),
}

/// How the world differs from what was reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    /// It was deleted since.
    Gone,
    /// Something has the name that was free.
    Taken { id: Text },
    /// Fields as they were reviewed, and as they are now.
    Changed { fields: Vec<FieldDiff> },
    /// Another add-on owns it, or none does any more.
    Owner { now: Option<Text> },
    /// The credentials are of another user or role.
    Caller { was: Text, now: Text },
}

impl Applied {
    /// What to do where only some of it was done.
    const STAYS: &'static str =
        "what was done before stays; look at both and decide what is to become of them";

    fn stopped(stopped: Stopped) -> Self {
        Self {
            steps: Vec::new(),
            stopped: Some(stopped),
        }
    }

    /// Whether all of it was done.
    pub fn is_done(&self) -> bool {
        self.stopped.is_none()
    }

    /// Whether something was done, but not all.
    pub fn is_partly_done(&self) -> bool {
        self.stopped.is_some() && self.steps.iter().any(Done::is_applied)
    }

    /// Whether AWS shows all that it took as it was to be.
    pub fn is_verified(&self) -> bool {
        let is_verified = |done: &Done| !done.is_applied() || done.verified == Some(true);
        self.steps.iter().all(is_verified)
    }

    /// Why it ended before its end, for whoever shows failures.
    pub fn to_failure(&self, doing: &str) -> Option<Failure> {
        let stopped = self.stopped.as_ref()?;
        let failure = stopped.to_failure(doing);
        Some(match stopped {
            Stopped::Drift(_) if self.is_partly_done() => failure.hint(Self::STAYS),
            _ => failure,
        })
    }
}

impl Done {
    /// Whether AWS took it.
    pub fn is_applied(&self) -> bool {
        matches!(self.outcome, Outcome::Applied { .. })
    }
}

impl Drift {
    /// Sentences that name what is otherwise, now and as reviewed; safe to print.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Gone => vec!["it was deleted since".to_owned()],
            Self::Taken { id } => {
                vec![format!("association {} has that name now", visible(id))]
            }
            Self::Changed { fields } => fields
                .iter()
                .map(|field| format!("since it was reviewed: {field}"))
                .collect(),
            Self::Owner { now: Some(owner) } => {
                vec![format!("it is owned by {} now", visible(owner))]
            }
            Self::Owner { now: None } => vec!["no add-on owns it any more".to_owned()],
            Self::Caller { was, now } => vec![format!(
                "the credentials were those of {}, and are those of {} now",
                visible(was),
                visible(now)
            )],
        }
    }
}

impl Stopped {
    /// The reason as a failure, for whoever shows failures.
    pub fn to_failure(&self, doing: &str) -> Failure {
        match self {
            Self::Failure(failure) => failure.clone(),
            Self::Drift(drift) => {
                let cause = format!(
                    "it is not what was reviewed any more: {}",
                    drift.lines().join("; ")
                );
                Failure::new(FailureKind::Conflict, doing, cause)
                    .hint("nothing was changed; look at it again and decide anew")
            }
        }
    }
}

/// Does blocking work of the journal where it holds up nobody.
pub(in crate::ops) async fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => {
            let kind = if error.is_panic() {
                FailureKind::Bug
            } else {
                FailureKind::Cancelled
            };
            Err(Failure::new(kind, doing, error.to_string()))
        }
    }
}
