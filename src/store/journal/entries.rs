//! Entries put together out of records, newest first.
//!
//! An outcome stands after its intent, so whoever reads from the end has met all outcomes when the intent comes.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;

use crate::model::journal::{Conclusion, Entry, EntryId, Record};
use crate::model::{Failure, FailureKind};
use crate::store::journal::backward::{Backward, Line};

/// What stands at a place of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Entry(Entry),
    Unread(Unread),
}

/// A line that could not be read; it stays in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Where it begins in the file, in bytes.
    pub offset: u64,
    pub reason: String,
    /// Its beginning, as it came.
    pub text: String,
}

/// Characters of a line that are kept to show what it was.
const SHOWN: usize = 200;

/// The entries of a journal, newest first.
///
/// After a failure nothing more comes.
#[derive(Debug)]
pub struct Entries {
    path: PathBuf,
    lines: Option<Backward>,
    /// Outcomes whose intent has not come yet, newest first, each with its place.
    waiting: HashMap<EntryId, Vec<(u64, Conclusion)>>,
    orphans: Option<std::vec::IntoIter<Unread>>,
}

impl Entries {
    pub(super) fn none(path: PathBuf) -> Self {
        Self {
            path,
            lines: None,
            waiting: HashMap::new(),
            orphans: None,
        }
    }

    pub(super) fn new(path: PathBuf, file: File, start: u64, end: u64) -> io::Result<Self> {
        Ok(Self {
            lines: Some(Backward::new(file, start, end)?),
            ..Self::none(path)
        })
    }

    /// Reads a line; `None` if it is an outcome, which waits for its intent.
    fn read(&mut self, line: &Line) -> Option<Seen> {
        match record(line) {
            Ok(Record::Conclusion { id, conclusion }) => {
                self.waiting
                    .entry(id)
                    .or_default()
                    .push((line.offset, conclusion));
                None
            }
            Ok(Record::Intent { id, run, intent }) => {
                let conclusions = self.waiting.remove(&id).unwrap_or_default();
                let conclusions = conclusions
                    .into_iter()
                    .rev()
                    .map(|(_, conclusion)| conclusion);
                Some(Seen::Entry(Entry {
                    id,
                    run,
                    intent,
                    conclusions: conclusions.collect(),
                }))
            }
            Err(reason) => Some(Seen::Unread(Unread {
                offset: line.offset,
                reason,
                text: beginning(line),
            })),
        }
    }

    /// Outcomes that never met their intent: its line is among those that cannot be read.
    fn next_orphan(&mut self) -> Option<Unread> {
        let waiting = &mut self.waiting;
        let orphans = self.orphans.get_or_insert_with(|| {
            let orphans = waiting.drain().flat_map(|(id, conclusions)| {
                conclusions
                    .into_iter()
                    .map(move |(offset, conclusion)| Unread {
                        offset,
                        reason: format!("the intent of {id} is missing"),
                        text: format!("{} at {}", conclusion.outcome.word(), conclusion.at),
                    })
            });
            let mut orphans: Vec<_> = orphans.collect();
            orphans.sort_by_key(|orphan| std::cmp::Reverse(orphan.offset));
            orphans.into_iter()
        });
        orphans.next()
    }
}

impl Iterator for Entries {
    type Item = Result<Seen, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.lines.as_mut()?.next() {
                Some(Ok(line)) => {
                    if let Some(seen) = self.read(&line) {
                        return Some(Ok(seen));
                    }
                }
                Some(Err(cause)) => {
                    self.lines = None;
                    let doing = format!("read the journal {}", self.path.display());
                    let failure = Failure::new(FailureKind::Other, doing, cause.to_string());
                    return Some(Err(failure));
                }
                None => return self.next_orphan().map(Seen::Unread).map(Ok),
            }
        }
    }
}

fn record(line: &Line) -> Result<Record, String> {
    let Some(bytes) = &line.bytes else {
        return Err("it is too long for a record".to_owned());
    };
    // A torn line that is a whole record all the same lacks nothing but its end.
    let document = serde_json::from_slice(bytes).map_err(|error| {
        if line.torn {
            return "it was cut short, by a crash or a full disk".to_owned();
        }
        format!("it is no JSON object: {error}")
    })?;
    Record::read(document)
}

fn beginning(line: &Line) -> String {
    let bytes = line.bytes.as_deref().unwrap_or_default();
    // No character is longer than four bytes.
    let bytes = bytes.get(..SHOWN * 4).unwrap_or(bytes);
    String::from_utf8_lossy(bytes).chars().take(SHOWN).collect()
}
