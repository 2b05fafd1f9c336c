//! Runs: who lives, and what the dead left behind.
//!
//! Each run that changes something holds the lock of a file of its own. The kernel drops the lock with the
//! process, however it ends. The file says where in the journal the run's records begin, so that the next start
//! need not read the rest.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::model::Text;
use crate::model::journal::EntryId;
use crate::store::journal::files::{self, Files};

const ENDING: &str = "lock";

/// The directory of the runs' files.
pub(super) struct Runs(PathBuf);

/// A run's file with its lock.
#[derive(Debug)]
pub(super) struct Run {
    path: PathBuf,
    file: File,
}

/// A dead run, its lock taken over, and what it left open.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) run: Text,
    pub(super) open: BTreeSet<EntryId>,
    lock: Run,
}

impl Runs {
    pub(super) fn new(directory: &Path) -> Self {
        Self(directory.join("runs"))
    }

    fn path(&self, run: &str) -> PathBuf {
        self.0.join(format!("{run}.{ENDING}"))
    }

    /// Makes a run's file and locks it. The caller holds the journal's lock.
    pub(super) fn make(&self, files: &dyn Files, run: &str, start: u64) -> io::Result<Run> {
        files.make_directory(&self.0)?;
        if let Some(parent) = self.0.parent() {
            files.sync_directory(parent)?;
        }
        let path = self.path(run);
        let file = match files.create(&path) {
            // An earlier try came this far and failed; nobody else has this run's name.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                files::open_to_append(&path)?.ok_or(error)?
            }
            made => made?,
        };
        if !try_lock(&file)? {
            return Err(io::Error::other("the lock of this run is taken"));
        }
        let run = Run { path, file };
        run.note(files, start)?;
        files.sync_directory(&self.0)?;
        Ok(run)
    }

    /// Says whether a run lives. The caller holds the journal's lock.
    pub(super) fn lives(&self, run: &str) -> io::Result<bool> {
        // The name comes out of a file: it must not lead out of the directory.
        if Uuid::parse_str(run).is_err() {
            return Ok(false);
        }
        let path = self.path(run);
        let Some(file) = files::open_to_lock(&path)? else {
            return Ok(false);
        };
        let is_free = try_lock(&file)?;
        drop(is_free.then_some(Run { path, file }));
        Ok(!is_free)
    }

    /// Takes over the locks of all dead runs. The caller holds the journal's lock.
    ///
    /// Also says from where on their records stand in the journal; `None` if there is nothing to look for.
    pub(super) fn claim_dead(&self) -> io::Result<(Vec<Claim>, Option<u64>)> {
        let names = match fs::read_dir(&self.0) {
            Ok(names) => names,
            // Each run that wrote a record had a file here, so somebody removed them all.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok((Vec::new(), Some(0)));
            }
            Err(error) => return Err(error),
        };
        let (mut claims, mut start) = (Vec::new(), None::<u64>);
        for name in names {
            let path = name?.path();
            if path.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            let run = path.file_stem().and_then(|stem| stem.to_str());
            let Some(run) = run
                .filter(|run| Uuid::parse_str(run).is_ok())
                .map(Text::from)
            else {
                continue;
            };
            // One that is no plain file, or not ours, hides no run of ours.
            let Ok(Some(file)) = files::open_to_lock(&path) else {
                continue;
            };
            if !try_lock(&file)? {
                continue;
            }
            let begins = begins(&file);
            start = Some(start.map_or(begins, |start| start.min(begins)));
            claims.push(Claim {
                run,
                open: BTreeSet::new(),
                lock: Run { path, file },
            });
        }
        Ok((claims, start))
    }
}

impl Run {
    /// Writes down a place in the journal at which, or after which, records of the run stand.
    pub(super) fn note(&self, files: &dyn Files, start: u64) -> io::Result<()> {
        files.append(&self.path, &self.file, format!("{start}\n").as_bytes())?;
        files.sync_data(&self.path, &self.file)
    }

    /// Says whether the file is still where it was made.
    pub(super) fn stands(&self) -> io::Result<bool> {
        files::is_at(&self.file, &self.path)
    }

    /// Removes the file of a run that left nothing open. The caller holds the journal's lock.
    pub(super) fn remove(self, files: &dyn Files) -> io::Result<()> {
        if self.stands()? {
            files.remove(&self.path)?;
        }
        Ok(())
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // Closing would not do: a child that was forked meanwhile holds the same lock until it becomes its program.
        self.file.unlock().unwrap_or_default();
    }
}

impl Claim {
    pub(super) fn remove(self, files: &dyn Files) -> io::Result<()> {
        self.lock.remove(files)
    }
}

/// Where a run's records begin, at the earliest; a file that a crash cut short tells nothing, so all are read.
fn begins(file: &File) -> u64 {
    const LONG_ENOUGH: u64 = 4096;
    let mut content = String::new();
    let read = file.take(LONG_ENOUGH).read_to_string(&mut content);
    let lines = read.ok().and_then(|_| content.strip_suffix('\n'));
    let numbers = lines.into_iter().flat_map(|lines| lines.split('\n'));
    let numbers = numbers.map(|number| number.parse().unwrap_or(0));
    numbers.min().unwrap_or(0)
}

fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

pub(super) fn new_name() -> Text {
    Uuid::new_v4().to_string().into()
}
