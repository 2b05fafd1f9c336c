//! How a change belongs to earlier ones: it takes them back, or makes them again.

use crate::model::journal::EntryId;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    Undo,
    Redo,
}

impl Way {
    pub fn word(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Redo => "redo",
        }
    }

    /// What an entry of its says of itself: `undoes` the other one.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Undo => "undoes",
            Self::Redo => "redoes",
        }
    }
}

/// What a change takes back or makes again, which is never itself an undo or a redo.
///
/// What was one act of its maker is brought back as one, so there can be several entries; and bringing them back
/// can take several calls, of which only the last one settles the matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub way: Way,
    /// The entry that was chosen, or the newest of them.
    pub entry: EntryId,
    /// What else was made together with it.
    pub with: Vec<EntryId>,
    /// Further calls of the same way back follow: after this one alone it is neither undone nor redone.
    pub more: bool,
}

impl Link {
    pub fn new(way: Way, entry: EntryId) -> Self {
        Self {
            way,
            entry,
            with: Vec::new(),
            more: false,
        }
    }

    pub fn undoes(entry: EntryId) -> Self {
        Self::new(Way::Undo, entry)
    }

    pub fn redoes(entry: EntryId) -> Self {
        Self::new(Way::Redo, entry)
    }

    /// The same of a call that others follow.
    #[must_use]
    pub fn partly(self) -> Self {
        Self { more: true, ..self }
    }

    pub fn names(&self, id: &EntryId) -> bool {
        self.entry == *id || self.with.contains(id)
    }

    /// Every entry that it brings back.
    pub fn entries(&self) -> impl Iterator<Item = &EntryId> {
        std::iter::once(&self.entry).chain(&self.with)
    }

    /// Says whether it settles that the entry is undone, or redone.
    pub fn settles(&self, id: &EntryId) -> bool {
        !self.more && self.names(id)
    }
}
