//! Looking into the journal: the newest part of it, and who is at work on what.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::model::journal::{Entry, EntryId};
use crate::model::{Failure, Text};
use crate::store::journal::entries::{Entries, Seen, Unread};
use crate::store::journal::files::{self, Locked};
use crate::store::journal::run::Runs;
use crate::store::journal::{Journal, LOOK};

/// Lines that cannot be read and are still named one by one in a [`View`].
const UNREAD_NAMED: usize = 100;

/// The newest part of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Entries that a living run, this one or another, is making or looking into.
    pub running: BTreeSet<EntryId>,
    /// Lines that could not be read, newest first; they stay in the file.
    pub unread: Vec<Unread>,
    /// How many more there are.
    pub further_unread: usize,
    /// Whether older entries were left out.
    pub more: bool,
}

impl Journal {
    /// The entries, newest first, read from the end of the file as they are asked for.
    ///
    /// Records that are appended meanwhile are left out.
    pub fn entries(&self) -> Result<Entries, Failure> {
        let path = self.path();
        let opened = files::open_to_read(&path).and_then(|file| match file {
            None => Ok(Entries::none(path.clone())),
            Some(file) => {
                // Under the lock no record is half written, so a line cut short is one that a crash left.
                let end = Locked::shared(&file)?.length()?;
                Ok(Entries::new(path.clone(), file, 0, end)?)
            }
        });
        opened.map_err(|cause| self.failure("read the journal", &cause, LOOK))
    }

    /// The newest entries, at most so many.
    pub fn newest(&self, limit: usize) -> Result<View, Failure> {
        self.read(|entries| entries.len() == limit)
    }

    /// The entries from the newest back to the one that a person's word means; `None` if there is no such entry.
    ///
    /// It is the last of the view, and all that was done about it since stands before it.
    pub fn back_to(&self, word: &str) -> Result<Option<View>, Failure> {
        let answers = |entry: &Entry| entry.id.answers_to(word);
        let view = self.read(|entries| entries.last().is_some_and(answers))?;
        Ok(view.entries.last().is_some_and(answers).then_some(view))
    }

    /// Reads until the entries so far are enough and there is another one.
    fn read(&self, enough: impl Fn(&[Entry]) -> bool) -> Result<View, Failure> {
        let mut view = View::default();
        for seen in self.entries()? {
            match seen? {
                Seen::Entry(_) if enough(&view.entries) => {
                    view.more = true;
                    break;
                }
                Seen::Entry(entry) => view.entries.push(entry),
                Seen::Unread(unread) if view.unread.len() < UNREAD_NAMED => {
                    view.unread.push(unread);
                }
                Seen::Unread(_) => view.further_unread += 1,
            }
        }
        view.running = self
            .running(&view.entries)
            .map_err(|cause| self.failure("tell which changes are being made", &cause, LOOK))?;
        Ok(view)
    }

    fn running(&self, entries: &[Entry]) -> io::Result<BTreeSet<EntryId>> {
        let unfinished: Vec<_> = entries
            .iter()
            .filter(|entry| entry.is_unfinished())
            .collect();
        if unfinished.is_empty() {
            return Ok(BTreeSet::new());
        }
        let Some(journal) = files::open_to_lock(&self.path())? else {
            return Ok(BTreeSet::new());
        };
        let own = {
            let state = self.state();
            let claimed = state.claims.iter().map(|claim| claim.run.clone());
            claimed.chain([state.name.clone()]).collect::<BTreeSet<_>>()
        };
        let runs = Runs::new(&self.directory);
        let _locked = Locked::exclusive(&journal)?;
        let mut living: BTreeMap<Text, bool> = BTreeMap::new();
        let mut running = BTreeSet::new();
        for entry in unfinished {
            let lives = match living.get(&entry.run) {
                Some(lives) => *lives,
                None => own.contains(&entry.run) || runs.lives(&entry.run)?,
            };
            living.insert(entry.run.clone(), lives);
            if lives {
                running.insert(entry.id.clone());
            }
        }
        Ok(running)
    }
}
