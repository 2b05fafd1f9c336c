//! How the program ends, for scripts.

use std::process::ExitCode;

/// The exit codes; each means the same whatever the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked for was done.
    Done,
    /// It failed, or nothing could be read.
    Failed,
    /// The command line or the configuration is wrong, or there is no terminal.
    Usage,
    /// Some of it could be read: rows on stdout, what is missing on stderr.
    Partly,
    /// roledex refused: preflight, read-only or protected.
    Refused,
    /// Nobody approved the change.
    NotApproved,
    /// Some of the change was made.
    PartlyDone,
    /// What was asked has the answer no.
    Negative,
    /// Ended by a signal; the same code for all of them, not 128 and the signal's number.
    Interrupted,
    /// Of `exec`: roledex failed, and not the command.
    OwnFailure,
    /// Of `exec`: as the command ended, or why it did not begin.
    Child(u8),
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Partly => 3,
            Self::Refused => 4,
            Self::NotApproved => 5,
            Self::PartlyDone => 6,
            Self::Negative => 7,
            Self::OwnFailure => 125,
            Self::Interrupted => 130,
            Self::Child(status) => status,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
