//! A command that runs with the credentials of a pod, and with no others.
//!
//! It stands in the same process group: what is typed at the terminal, such as ctrl-c, reaches it from the terminal
//! itself, and what is sent to this process is handed on. Nothing is written to files.

mod environment;
mod signals;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use rustix::fs::{Access, access};
use tokio::process::Command;

use crate::cloud::PodCredentials;
use crate::model::Region;
use signals::Signals;

pub use signals::is_ignored;

/// A program and its arguments, as they were typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub program: OsString,
    pub arguments: Vec<OsString>,
}

/// What the command gets beside the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    pub region: Region,
    /// Where this run finds AWS, if it was told: keys of a simulated AWS are of no use elsewhere.
    pub endpoint_url: Option<String>,
}

/// How the command ended, as shells tell it: its status, or 128 and the number of the signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended(pub u8);

/// Why it was not even started.
#[derive(Debug)]
pub enum NotStarted {
    NotFound(OsString),
    NotExecutable(OsString, io::Error),
    /// Something of ours failed.
    Failed(io::Error),
}

impl NotStarted {
    /// The status that shells give it.
    pub fn status(&self) -> u8 {
        match self {
            Self::NotFound(_) => 127,
            Self::NotExecutable(..) => 126,
            Self::Failed(_) => 125,
        }
    }
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(program) => write!(f, "{}: command not found", program.display()),
            Self::NotExecutable(program, why) => {
                write!(f, "could not run {}: {why}", program.display())
            }
            Self::Failed(why) => write!(f, "could not run the command: {why}"),
        }
    }
}

impl Line {
    pub fn new(words: Vec<OsString>) -> Option<Self> {
        let mut words = words.into_iter();
        let program = words.next()?;
        Some(Self {
            program,
            arguments: words.collect(),
        })
    }

    /// The name of the program, without its folder and its arguments, which may hold secrets.
    pub fn name(&self) -> &OsStr {
        Path::new(&self.program)
            .file_name()
            .unwrap_or(&self.program)
    }

    /// Whether the program can be started, so that a mistyped name costs no credentials.
    pub fn check(&self) -> Result<(), NotStarted> {
        let found = find(&self.program, std::env::var_os("PATH").as_deref());
        let path = found.ok_or_else(|| NotStarted::NotFound(self.program.clone()))?;
        let refused = |why| NotStarted::NotExecutable(self.program.clone(), why);
        if path.is_dir() {
            return Err(refused(io::ErrorKind::IsADirectory.into()));
        }
        access(&path, Access::EXEC_OK).map_err(|why| refused(why.into()))
    }

    /// What is to be started, with the credentials, which are wiped as soon as it has them.
    ///
    /// It holds copies of its own, so it must be dropped once it was started.
    pub fn command(&self, credentials: PodCredentials, surroundings: &Surroundings) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .stdin(Stdio::inherit())
            .stdout(Stdio::inherit())
            .stderr(Stdio::inherit());
        environment::prepare(&mut command, &credentials, surroundings);
        drop(credentials);
        command
    }

    /// Runs it to its end with the credentials, which are wiped as soon as it has them.
    pub async fn run(
        &self,
        credentials: PodCredentials,
        surroundings: &Surroundings,
    ) -> Result<Ended, NotStarted> {
        // Before it starts: a signal that comes at once must not end us and leave it running.
        let mut signals = Signals::listen().map_err(NotStarted::Failed)?;
        let mut child = {
            let mut command = self.command(credentials, surroundings);
            command.spawn().map_err(|why| match why.kind() {
                io::ErrorKind::NotFound => NotStarted::NotFound(self.program.clone()),
                _ => NotStarted::NotExecutable(self.program.clone(), why),
            })?
        };
        loop {
            tokio::select! {
                // A signal is not handed on to what has ended: its number may be another's by then.
                biased;
                status = child.wait() => {
                    return status.map(Ended::from).map_err(NotStarted::Failed);
                }
                heard = signals.next() => if let Some(id) = child.id() {
                    signals::hand_on(heard, id);
                },
            }
        }
    }
}

impl From<ExitStatus> for Ended {
    fn from(status: ExitStatus) -> Self {
        let code = match (status.code(), status.signal()) {
            (Some(code), _) => code,
            (None, Some(signal)) => signal.saturating_add(128),
            (None, None) => 1,
        };
        Self(u8::try_from(code).unwrap_or(u8::MAX))
    }
}

/// Where a program is: as it is named, or in the folders of the search path.
fn find(program: &OsStr, search: Option<&OsStr>) -> Option<PathBuf> {
    let path = Path::new(program);
    if program.is_empty() {
        return None;
    }
    if program.as_encoded_bytes().contains(&b'/') {
        return path.exists().then(|| path.to_owned());
    }
    let folders: Vec<PathBuf> = std::env::split_paths(search?).collect();
    let candidates: Vec<PathBuf> = folders.iter().map(|folder| folder.join(path)).collect();
    let runs = |path: &&PathBuf| path.is_file() && access(*path, Access::EXEC_OK).is_ok();
    // One that cannot be run is told about only if there is no other.
    let runs = candidates.iter().find(runs);
    runs.or_else(|| candidates.iter().find(|path| path.is_file()))
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    fn line(words: &[&str]) -> Line {
        Line::new(words.iter().map(OsString::from).collect()).unwrap()
    }

    #[test]
    fn the_journal_learns_the_name_alone() {
        assert_eq!(line(&["/opt/aws/bin/aws", "--token", "x"]).name(), "aws");
        assert_eq!(line(&["aws"]).name(), "aws");
        assert_eq!(line(&[".."]).name(), "..");
        assert!(Line::new(Vec::new()).is_none());
    }

    #[test]
    fn a_program_is_found_as_a_shell_finds_it() {
        let directory = tempfile::tempdir().unwrap();
        let (one, two) = (directory.path().join("one"), directory.path().join("two"));
        for (folder, mode) in [(&one, 0o600), (&two, 0o700)] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("tool"), "").unwrap();
            fs::set_permissions(folder.join("tool"), fs::Permissions::from_mode(mode)).unwrap();
        }
        let search = std::env::join_paths([&one, &two]).unwrap();
        let found = |program: &str| find(OsStr::new(program), Some(&search));
        assert_eq!(found("tool"), Some(two.join("tool")));
        assert_eq!(found("none"), None);
        assert_eq!(found(""), None);
        let path = one.join("tool");
        assert_eq!(found(path.to_str().unwrap()), Some(path));
    }

    #[test]
    fn what_cannot_be_run_has_the_status_of_shells() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().to_str().unwrap();
        assert_eq!(line(&[folder]).check().unwrap_err().status(), 126);
        assert_eq!(line(&["/nonexistent/x"]).check().unwrap_err().status(), 127);
        assert!(line(&["sh"]).check().is_ok());
    }
}
