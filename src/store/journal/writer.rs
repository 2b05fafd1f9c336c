//! The end of the file that grows.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::store::journal::FILE;
use crate::store::journal::files::{self, Files};

/// The journal's file, open for appending.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) path: PathBuf,
    pub(super) file: File,
}

impl Writer {
    /// Opens the file, making it and its directory where they are missing.
    pub(super) fn open(files: &dyn Files, directory: &Path) -> io::Result<Self> {
        make_directories(files, directory)?;
        let path = directory.join(FILE);
        let file = match files::open_to_append(&path)? {
            Some(file) => file,
            None => match files.create(&path) {
                Ok(file) => file,
                // Another run was faster.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    files::open_to_append(&path)?.ok_or(error)?
                }
                Err(error) => return Err(error),
            },
        };
        // Also where another run made the file: it may not have come to this line before the power fails.
        files.sync_directory(directory)?;
        Ok(Self { path, file })
    }

    /// Appends one line and waits until it is on disk. The caller holds the journal's lock.
    pub(super) fn append(&self, files: &dyn Files, line: Vec<u8>) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(line.len() + 2);
        if !self.ends_a_line()? {
            bytes.push(b'\n');
        }
        bytes.extend(line);
        bytes.push(b'\n');
        files.append(&self.path, &self.file, &bytes)?;
        files.sync_data(&self.path, &self.file)
    }

    fn ends_a_line(&self) -> io::Result<bool> {
        let Some(last) = self.file.metadata()?.len().checked_sub(1) else {
            return Ok(true);
        };
        let mut byte = [0];
        self.file.read_exact_at(&mut byte, last)?;
        Ok(byte == *b"\n")
    }
}

/// Makes the directory and what is missing above it; each name that was made is synced where it stands.
fn make_directories(files: &dyn Files, directory: &Path) -> io::Result<()> {
    let missing = directory.ancestors().take_while(|path| !path.exists());
    let missing: Vec<&Path> = missing.collect();
    for path in missing.into_iter().rev() {
        files.make_directory(path)?;
        if let Some(parent) = path.parent() {
            files.sync_directory(parent)?;
        }
    }
    // An older version or another umask may have made it wider.
    if fs::metadata(directory)?.permissions().mode() & 0o777 != 0o700 {
        fs::set_permissions(directory, Permissions::from_mode(0o700))?;
    }
    Ok(())
}
