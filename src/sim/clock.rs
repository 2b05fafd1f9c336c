//! The time that the simulated world lives in.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time of the simulated world.
///
/// Signatures are judged by the machine's own time, because the clients that sign know no other.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<Mutex<Timestamp>>>);

impl Clock {
    /// Follows the machine.
    pub fn system() -> Self {
        Self(None)
    }

    /// Stands still until it is advanced, so that a test decides when an update ends.
    pub fn manual(start: Timestamp) -> Self {
        Self(Some(Arc::new(Mutex::new(start))))
    }

    /// Moves a manual clock on; the machine's time cannot be moved.
    pub fn advance(&self, by: Duration) {
        if let Some(shared) = &self.0 {
            let mut now = shared.lock().unwrap_or_else(PoisonError::into_inner);
            *now = now.checked_add(by).unwrap_or(Timestamp::MAX);
        }
    }

    /// Returns the machine's time, whatever this clock says.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulator stands for another machine"
    )]
    pub(crate) fn machine() -> Timestamp {
        Timestamp::now()
    }

    /// Returns the time to the millisecond, as EKS reports it.
    pub fn now(&self) -> Timestamp {
        let now = self.0.as_ref().map_or_else(Self::machine, |shared| {
            *shared.lock().unwrap_or_else(PoisonError::into_inner)
        });
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}
