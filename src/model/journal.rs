//! The journal: every change, with what stood before, written down before it is made; then what came of it.
//!
//! An [`Intent`] is on disk before the first byte of the call, and [`Recorded`] is the proof of it. An
//! [`Outcome`] follows. Both hold whole documents under AWS's member names, so that nothing of an association
//! is lost between a change and its undoing. Nothing here is secret: no token, no credential, no pod's environment.

pub mod entry;
pub mod field;
pub mod json;
pub mod kind;
pub mod link;
pub mod reconcile;
pub mod summary;
pub mod three_way;
pub mod undo;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{ClusterArn, Document, Text};

pub use entry::{Conclusion, Entry, Outcome};
pub use field::{Field, Settings};
pub use json::Record;
pub use kind::{ChangeKind, Family};
pub use link::{Link, Way};
pub use reconcile::reconcile;
pub use three_way::{Difference, Replaced, Reversal, Standing};
pub use undo::{History, WayBack};

/// The name of one change: a UUID of version 7, so that ids sort by time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(Text);

/// How many of its last characters are enough to tell an entry to a person.
const SHORT: usize = 8;

impl EntryId {
    /// Takes an id as it stands in the file; words that would not survive a command line are refused.
    pub fn parse(word: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let fits = (SHORT..=64).contains(&word.len()) && word.bytes().all(is_plain);
        fits.then(|| Self(word.into()))
    }

    /// Writes the bits of a UUID the way UUIDs are written.
    pub fn of_uuid(bits: u128) -> Self {
        let part = |from: u32, digits: u32| (bits >> from) & ((1 << (digits * 4)) - 1);
        let (time, middle, version) = (part(96, 8), part(80, 4), part(64, 4));
        let (variant, node) = (part(48, 4), part(0, 12));
        Self(format!("{time:08x}-{middle:04x}-{version:04x}-{variant:04x}-{node:012x}").into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The end of the id, which is the random part; the beginning is the time and alike for neighbours.
    pub fn short(&self) -> &str {
        let start = self.0.len().saturating_sub(SHORT);
        self.0.get(start..).unwrap_or(&self.0)
    }

    /// Says whether a person's word means this entry: the whole id, or an end of it that is no shorter than shown.
    pub fn answers_to(&self, word: &str) -> bool {
        word.len() >= SHORT && self.0.ends_with(&word.to_ascii_lowercase())
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands at a place, as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Image {
    /// Nobody looked, or the change has no such thing: a restart replaces no document.
    #[default]
    Unknown,
    /// Nothing stands there.
    Absent,
    /// Every member that AWS sent, or will be sent.
    Present(Document),
}

impl Image {
    pub fn document(&self) -> Option<&Document> {
        match self {
            Self::Present(document) => Some(document),
            Self::Unknown | Self::Absent => None,
        }
    }

    pub fn is_known(&self) -> bool {
        *self != Self::Unknown
    }

    /// This image, or the other where this one is not known.
    #[must_use]
    pub fn or<'a>(&'a self, other: &'a Self) -> &'a Self {
        if self.is_known() { self } else { other }
    }
}

/// Who makes a change, as STS named them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub caller: Text,
    pub account: Text,
}

/// Where a change is made, and over which route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub cluster: ClusterArn,
    /// `None` is the standard chain without a named profile.
    pub profile: Option<Text>,
    /// Another endpoint is another world, even where its clusters have the same ARNs.
    pub endpoint: Option<Text>,
}

/// What a change is made to, in words that hold for every kind.
///
/// | kind | namespace | name | id |
/// |---|---|---|---|
/// | association | namespace | service account | association id, unless it is being created |
/// | identity provider | | its name | |
/// | update | | the subject, such as `add-on vpc-cni` | update id |
/// | workload | namespace | kind and name, such as `deployment/api` | |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub namespace: Option<Text>,
    pub name: Text,
    pub id: Option<Text>,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        f.write_str(&self.name)
    }
}

/// A change that is about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    pub kind: ChangeKind,
    pub who: Who,
    pub place: Place,
    pub target: Target,
    pub at: Timestamp,
    /// The clientRequestToken that every try of the call carries.
    pub token: Option<Text>,
    /// The whole document as it was read before.
    pub before: Image,
    /// The whole document as it will be: `before` with the changed members, and not only those.
    pub planned: Image,
    pub link: Option<Link>,
    /// What was approved together carries one word.
    pub batch: Option<Text>,
    /// Members that a newer version wrote and this one does not know.
    pub rest: Document,
}

/// The proof that an intent is on disk; a call that changes something asks for it.
///
/// It cannot be copied, and concluding the entry consumes it, so there is no call after the outcome. Only the
/// journal's file layer makes one (`tests/it/journal.rs` holds everybody else to that), and only after the
/// record was appended and synced.
#[derive(Debug)]
#[must_use = "an intent without a call and an outcome looks like a crash"]
pub struct Recorded {
    id: EntryId,
    intent: Arc<Intent>,
}

impl Recorded {
    pub(crate) fn attest(id: EntryId, intent: Arc<Intent>) -> Self {
        Self { id, intent }
    }

    pub fn id(&self) -> &EntryId {
        &self.id
    }

    /// What was written down; the call is made from this and from nothing else.
    pub fn intent(&self) -> &Arc<Intent> {
        &self.intent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_answer_to_their_end() {
        let id = EntryId::parse("01997b1e-7d1c-7c3e-9b5c-2f4f8c1d0a9b").unwrap();
        assert_eq!(
            EntryId::of_uuid(0x0199_7b1e_7d1c_7c3e_9b5c_2f4f_8c1d_0a9b),
            id
        );
        assert_eq!(
            EntryId::parse(EntryId::of_uuid(0).as_str()),
            Some(EntryId::of_uuid(0))
        );
        assert_eq!(id.short(), "8c1d0a9b");
        for (word, expected) in [
            ("8c1d0a9b", true),
            ("8C1D0A9B", true),
            ("01997b1e-7d1c-7c3e-9b5c-2f4f8c1d0a9b", true),
            ("d0a9b", false),
            ("01997b1e", false),
            ("", false),
        ] {
            assert_eq!(id.answers_to(word), expected, "{word}");
        }
        for bad in [
            "",
            "short",
            "with blank in it",
            "../../../etc/passwd",
            "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}",
        ] {
            assert_eq!(EntryId::parse(bad), None, "{bad}");
        }
    }
}
