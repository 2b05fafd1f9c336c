//! The clock, asked once a command: everything below takes the time as an argument.

use jiff::Timestamp;

#[expect(
    clippy::disallowed_methods,
    reason = "the command line has no other clock"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
