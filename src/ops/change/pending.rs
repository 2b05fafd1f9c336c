//! An intent on disk whose outcome is still to be written, whatever happens to the task.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Desk, blocking};
use crate::model::journal::{Entry, EntryId, Intent, Outcome, Recorded};
use crate::model::{Failure, FailureKind};
use crate::store::Journal;

/// A recorded intent. Dropped, as by cancelling the task, it writes down what is known at that moment.
///
/// While the call may be on its way nothing is known, and nothing is written: the entry stays open, and the next
/// start asks AWS what came of it.
#[derive(Debug)]
pub(in crate::ops) struct Pending {
    journal: Arc<Journal>,
    now: fn() -> Timestamp,
    recorded: Option<Recorded>,
    /// What is true if nothing more is learnt; none if that is for the next start to find out.
    fate: Option<Outcome>,
}

impl Pending {
    /// Writes the intent down; comes back when it is on disk.
    pub(in crate::ops) async fn record(desk: &Desk, intent: Intent) -> Result<Self, Failure> {
        let (journal, now) = (desk.journal.clone(), desk.now);
        // Made within the task that writes: dropping the future between the two would lose the record.
        blocking("write the change down before making it", move || {
            let recorded = journal.intend(intent)?;
            Ok(Self {
                journal,
                now,
                recorded: Some(recorded),
                fate: Some(Outcome::NotApplied {
                    reason: "it was cancelled before the call".into(),
                }),
            })
        })
        .await
    }

    pub(in crate::ops) fn recorded(&self) -> Result<&Recorded, Failure> {
        self.recorded.as_ref().ok_or_else(|| {
            let cause = "its outcome is written already";
            Failure::new(FailureKind::Bug, "make a change", cause)
        })
    }

    /// From here on the call may be on its way.
    pub(in crate::ops) fn is_called(&mut self) {
        self.fate = None;
    }

    pub(in crate::ops) fn is_now(&mut self, fate: Outcome) {
        self.fate = Some(fate);
    }

    /// What is known to have come of it, if that is that AWS took it.
    pub(in crate::ops) fn applied(&self) -> Option<&Outcome> {
        let fate = self.fate.as_ref();
        fate.filter(|fate| matches!(fate, Outcome::Applied { .. }))
    }

    /// The entry as the journal holds it, for comparing it with what stands there.
    pub(in crate::ops) fn entry(&self) -> Result<Entry, Failure> {
        let recorded = self.recorded()?;
        Ok(Entry {
            id: recorded.id().clone(),
            run: "".into(),
            intent: recorded.intent().clone(),
            conclusions: Vec::new(),
        })
    }

    pub(in crate::ops) fn id(&self) -> Result<EntryId, Failure> {
        Ok(self.recorded()?.id().clone())
    }

    /// Writes the outcome down.
    pub(in crate::ops) async fn conclude(mut self, outcome: Outcome) -> Result<(), Failure> {
        self.fate = Some(outcome);
        blocking("write down what came of the change", move || self.write()).await
    }

    fn write(&mut self) -> Result<(), Failure> {
        let (Some(recorded), Some(outcome)) = (self.recorded.take(), self.fate.take()) else {
            return Ok(());
        };
        self.journal.conclude(recorded, outcome, (self.now)())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Err(failure) = self.write() {
            // The next start finds the intent without an outcome and asks AWS.
            tracing::error!(target: "roledex::ops", %failure, "the outcome is not in the journal");
        }
    }
}
