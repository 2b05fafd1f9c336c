//! A disk that writes down what is done to it, and fails or dies when it is told to.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use roledex::store::journal::files::{self, Files};

/// What happens at one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Fails,
    /// Half of what is to be written arrives.
    FailsHalfWay,
    /// The process is killed.
    Dies,
    DiesHalfWay,
}

#[derive(Debug, Clone)]
pub(super) struct Disk {
    log: Arc<Mutex<Vec<String>>>,
    /// The number of the step at which there is trouble, and all later steps too.
    trouble: Arc<Mutex<Option<(usize, Trouble)>>>,
    syncs: bool,
}

impl Disk {
    pub(super) fn new() -> Self {
        Self {
            log: Arc::default(),
            trouble: Arc::default(),
            syncs: true,
        }
    }

    pub(super) fn quick() -> Self {
        Self {
            syncs: false,
            ..Self::new()
        }
    }

    pub(super) fn trouble_at(self, step: usize, trouble: Trouble) -> Self {
        *self.trouble.lock().unwrap() = Some((step, trouble));
        self
    }

    pub(super) fn heal(&self) {
        *self.trouble.lock().unwrap() = None;
    }

    /// Writes down something else that happened, such as a call.
    pub(super) fn note(&self, what: &str) {
        self.log.lock().unwrap().push(what.to_owned());
    }

    /// What was done since the last time, in order.
    pub(super) fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock().unwrap())
    }

    fn step(&self, what: &str, path: &Path, half: impl FnOnce()) -> io::Result<()> {
        let mut log = self.log.lock().unwrap();
        let number = log.len();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_lock = path.extension().is_some_and(|ending| ending == "lock");
        let name = if is_lock { "RUN" } else { name };
        log.push(format!("{what} {name}"));
        let trouble = *self.trouble.lock().unwrap();
        let Some((_, trouble)) = trouble.filter(|(step, _)| number >= *step) else {
            return Ok(());
        };
        if matches!(trouble, Trouble::FailsHalfWay | Trouble::DiesHalfWay) {
            half();
        }
        if matches!(trouble, Trouble::Dies | Trouble::DiesHalfWay) {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
        }
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }
}

impl Files for Disk {
    fn make_directory(&self, path: &Path) -> io::Result<()> {
        self.step("make", path, || ())?;
        files::Disk.make_directory(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        self.step("create", path, || ())?;
        files::Disk.create(path)
    }

    fn append(&self, path: &Path, file: &File, bytes: &[u8]) -> io::Result<()> {
        let half = || {
            let bytes = &bytes[..bytes.len() / 2];
            files::Disk.append(path, file, bytes).unwrap();
        };
        self.step("append", path, half)?;
        files::Disk.append(path, file, bytes)
    }

    fn sync_data(&self, path: &Path, file: &File) -> io::Result<()> {
        self.step("sync", path, || ())?;
        if self.syncs {
            files::Disk.sync_data(path, file)?;
        }
        Ok(())
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.step("sync", path, || ())?;
        if self.syncs {
            files::Disk.sync_directory(path)?;
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step("remove", path, || ())?;
        files::Disk.remove(path)
    }
}
