//! How far a change is.

use std::fmt;
use std::time::Duration;

use crate::model::journal::{ChangeKind, EntryId};

/// A step of a change, told when it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The association is read again, to see that it is still what was reviewed.
    ReadingAgain,
    /// The intent is on disk.
    Recorded(EntryId),
    Calling(ChangeKind),
    /// Something is waited out, or found out; why, and how long at most.
    Waiting {
        why: String,
        at_most: Duration,
    },
    ReadingBack,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadingAgain => f.write_str("reading it again"),
            Self::Recorded(entry) => write!(f, "written down as {}", entry.short()),
            Self::Calling(kind) => write!(f, "{}", kind.as_str()),
            Self::Waiting { why, at_most } => {
                write!(f, "{why}; waiting at most {} s", at_most.as_secs())
            }
            Self::ReadingBack => f.write_str("reading it back"),
        }
    }
}
