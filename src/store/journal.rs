//! The journal as a file: append-only JSON lines, safe under several processes and at any moment of a crash.
//!
//! ```text
//! $XDG_STATE_HOME/roledex/      0700
//!   journal.jsonl               0600, one record a line; locked for each append, never rewritten
//!   runs/RUN.lock               0600, locked as long as the run lives; holds where its records begin
//! ```
//! - A record counts once its line is synced, and so is the directory it was made in.
//! - A line that a crash cut short stays where it is; the next append begins on a fresh line.
//! - Nothing is made on disk before the first change, so that looking around leaves no trace.
//! - A run's lock file is looked at, made and removed only under the journal's lock, so a run is never taken for
//!   dead between making its file and locking it.
//!
//! All of it is blocking file work, and an append waits for the appends of other processes.

pub mod backward;
pub mod entries;
pub mod files;
mod run;
mod view;
mod writer;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::model::journal::{Conclusion, Entry, EntryId, Intent, Outcome, Record, Recorded};
use crate::model::{Document, Failure, FailureKind, Text};
use entries::Seen;
use files::{Disk, Files, Locked};
use run::{Claim, Run, Runs};
use writer::Writer;

pub use entries::Entries;
pub use view::View;

/// The name of the journal's file in its directory.
pub const FILE: &str = "journal.jsonl";

/// The journal directory, usually `$XDG_STATE_HOME/roledex`, as one run of roledex sees it.
#[derive(Debug)]
pub struct Journal {
    directory: PathBuf,
    files: Arc<dyn Files>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    name: Text,
    /// Opened by the first change.
    writer: Option<Writer>,
    /// The lock that says that this run lives; taken before its first record is written.
    run: Option<Run>,
    /// Intents of this run without an outcome, and intents that may or may not have reached the disk.
    open: BTreeSet<EntryId>,
    /// Dead runs whose intents this run looks into; their locks keep others away.
    claims: Vec<Claim>,
}

impl Journal {
    /// Opens the journal and finds what dead runs began without writing down an outcome, oldest first.
    ///
    /// As long as this journal is open, no other run finds the same entries; [`Journal::settle`] each of them.
    /// Makes nothing on disk, and a directory that is not there is an empty journal.
    pub fn open(directory: PathBuf) -> Result<(Self, Vec<Entry>), Failure> {
        Self::open_on(directory, Arc::new(Disk))
    }

    /// Opens it on other files than the disk's own: a test sees the order of what is done to them.
    pub fn open_on(
        directory: PathBuf,
        files: Arc<dyn Files>,
    ) -> Result<(Self, Vec<Entry>), Failure> {
        let journal = Self {
            directory,
            files,
            state: Mutex::new(State {
                name: run::new_name(),
                writer: None,
                run: None,
                open: BTreeSet::new(),
                claims: Vec::new(),
            }),
        };
        let unfinished = journal
            .find_unfinished()
            .map_err(|cause| journal.failure("read the journal", &cause, LOOK))?;
        Ok((journal, unfinished))
    }

    /// Where the records are.
    pub fn path(&self) -> PathBuf {
        self.directory.join(FILE)
    }

    /// Makes the journal ready for a change, or says why no change could be made.
    pub fn prepare(&self) -> Result<(), Failure> {
        let mut state = self.state();
        self.with_writer(&mut state, |_| Ok(()))
            .map_err(|cause| self.failure("prepare the journal for a change", &cause, NOTHING_DONE))
    }

    /// Writes a change down before it is made.
    ///
    /// Comes back only after the record is on disk; without the value there is no call to make.
    pub fn intend(&self, intent: Intent) -> Result<Recorded, Failure> {
        let (id, intent) = (new_id(intent.at), Arc::new(intent));
        let mut state = self.state();
        // From here on the record may be on disk, even where writing it fails half-way: the next start looks.
        state.open.insert(id.clone());
        let record = Record::Intent {
            id: id.clone(),
            run: state.name.clone(),
            intent: intent.clone(),
        };
        self.append(&mut state, &record.to_document())
            .map_err(|cause| {
                self.failure(
                    "write the change down before making it",
                    &cause,
                    NOTHING_DONE,
                )
            })?;
        Ok(Recorded::attest(id, intent))
    }

    /// Writes down what came of a change of this run.
    ///
    /// If that fails, the entry stays unfinished, and the next start asks AWS what came of it.
    pub fn conclude(
        &self,
        recorded: Recorded,
        outcome: Outcome,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let id = recorded.id().clone();
        drop(recorded);
        self.settle(&id, outcome, at)
    }

    /// Writes down what was found out about an entry: one that [`Journal::open`] found, or one that could not be told.
    pub fn settle(&self, id: &EntryId, outcome: Outcome, at: Timestamp) -> Result<(), Failure> {
        let record = Record::Conclusion {
            id: id.clone(),
            conclusion: Conclusion {
                at,
                outcome,
                rest: Document::new(),
            },
        };
        let mut state = self.state();
        self.append(&mut state, &record.to_document())
            .map_err(|cause| {
                self.failure("write down what came of the change", &cause, ASKED_AGAIN)
            })?;
        state.open.remove(id);
        for claim in &mut state.claims {
            claim.open.remove(id);
        }
        self.release(&mut state);
        Ok(())
    }

    fn find_unfinished(&self) -> io::Result<Vec<Entry>> {
        let path = self.path();
        let Some(journal) = files::open_to_lock(&path)? else {
            return Ok(Vec::new());
        };
        let locked = Locked::exclusive(&journal)?;
        let runs = Runs::new(&self.directory);
        let (mut dead, start) = runs.claim_dead()?;
        let Some(start) = start else {
            return Ok(Vec::new());
        };
        let mut unfinished = Vec::new();
        for seen in Entries::new(path, journal.try_clone()?, start, locked.length()?)? {
            let Seen::Entry(entry) =
                seen.map_err(|failure| io::Error::other(failure.cause.to_string()))?
            else {
                continue;
            };
            if !entry.is_unfinished() {
                continue;
            }
            match dead.iter_mut().find(|claim| claim.run == entry.run) {
                Some(claim) => {
                    claim.open.insert(entry.id.clone());
                }
                // It lives, or somebody removed its file.
                None if runs.lives(&entry.run)? => continue,
                None => {}
            }
            unfinished.push(entry);
        }
        unfinished.reverse();
        let mut state = self.state();
        state.claims = dead;
        drop(locked);
        self.release(&mut state);
        Ok(unfinished)
    }

    /// Removes the lock files of dead runs of which nothing is open any more.
    fn release(&self, state: &mut State) {
        let (done, open) = std::mem::take(&mut state.claims)
            .into_iter()
            .partition::<Vec<_>, _>(|claim| claim.open.is_empty());
        state.claims = open;
        if done.is_empty() {
            return;
        }
        // A file that cannot be removed is found, and found empty, by the next start.
        let Ok(Some(journal)) = files::open_to_lock(&self.path()) else {
            return;
        };
        if let Ok(_locked) = Locked::exclusive(&journal) {
            for claim in done {
                claim.remove(&*self.files).unwrap_or_default();
            }
        }
    }

    fn append(&self, state: &mut State, document: &Document) -> io::Result<()> {
        let line = serde_json::to_vec(document)?;
        if line.len() > backward::LONGEST {
            let cause = "the record is longer than any that could be read back";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, cause));
        }
        self.with_writer(state, |writer| writer.append(&*self.files, line))
    }

    /// Does something with the file under its lock, opening it first where that is needed.
    fn with_writer(
        &self,
        state: &mut State,
        work: impl FnOnce(&Writer) -> io::Result<()>,
    ) -> io::Result<()> {
        /// Somebody would have to remove the files this many times in a row while we look.
        const TRIES: usize = 8;
        for _ in 0..TRIES {
            let (writer, is_new) = match state.writer.take() {
                Some(writer) => (writer, false),
                None => (Writer::open(&*self.files, &self.directory)?, true),
            };
            let writer = state.writer.insert(writer);
            let locked = Locked::exclusive(&writer.file)?;
            // The file may have been removed or replaced since: what is written then would be lost.
            if !files::is_at(&writer.file, &writer.path)? {
                drop(locked);
                state.writer = None;
                continue;
            }
            let start = locked.length()?;
            let runs = Runs::new(&self.directory);
            match &state.run {
                Some(run) if run.stands()? => {
                    if is_new {
                        run.note(&*self.files, start)?;
                    }
                }
                _ => state.run = Some(runs.make(&*self.files, &state.name, start)?),
            }
            return work(writer);
        }
        Err(io::Error::other("it is being removed again and again"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state holds between any two statements, so a panic elsewhere did not break it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failure(&self, doing: &str, cause: &io::Error, hint: &str) -> Failure {
        let doing = format!("{doing} in {}", self.path().display());
        Failure::new(FailureKind::Other, doing, cause.to_string()).hint(hint)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let mut state = self.state();
        let nothing_open = state.open.is_empty();
        if let Some(run) = state.run.take()
            && nothing_open
            && let Ok(Some(journal)) = files::open_to_lock(&self.path())
            && let Ok(_locked) = Locked::exclusive(&journal)
        {
            run.remove(&*self.files).unwrap_or_default();
        }
    }
}

const NOTHING_DONE: &str =
    "nothing was changed in AWS; free space or make the directory writable, then try again";
const ASKED_AGAIN: &str =
    "the change itself is not affected; the next start asks AWS and completes the journal";
const LOOK: &str = "look at the permissions of the directory and of its files";

fn new_id(at: Timestamp) -> EntryId {
    let seconds = u64::try_from(at.as_second()).unwrap_or_default();
    let nanoseconds = u32::try_from(at.subsec_nanosecond()).unwrap_or_default();
    let moment = uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanoseconds);
    EntryId::of_uuid(uuid::Uuid::new_v7(moment).as_u128())
}
