//! The clock: the only place that asks what time it is.

use jiff::Timestamp;

/// The present moment.
#[expect(
    clippy::disallowed_methods,
    reason = "everything else is given the time"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}
