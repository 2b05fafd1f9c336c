//! How the program ends, for scripts.

use std::process::ExitCode;

/// The exit codes; each means the same whatever the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked for was done.
    Done = 0,
    /// It failed, or nothing could be read.
    Failed = 1,
    /// The command line or the configuration is wrong, or there is no terminal.
    Usage = 2,
    /// Some of it could be read: rows on stdout, what is missing on stderr.
    Partly = 3,
    /// roledex refused: preflight, read-only or protected.
    Refused = 4,
    /// Nobody approved the change.
    NotApproved = 5,
    /// Some of the change was made.
    PartlyDone = 6,
    /// What was asked has the answer no.
    Negative = 7,
    /// Ended by a signal; the same code for all of them, not 128 and the signal's number.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        // The discriminants are the codes, and all of them fit.
        Self::from(exit as u8)
    }
}
