//! What is done to files, so that a test can watch it being done in order, or make it fail.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

/// Everything that the journal does to the disk beyond reading and locking.
pub trait Files: fmt::Debug + Send + Sync {
    /// Makes a directory with 0700, unless it stands, and not those above it.
    fn make_directory(&self, path: &Path) -> io::Result<()>;

    /// Makes a file of 0600 that must not be there yet.
    fn create(&self, path: &Path) -> io::Result<File>;

    fn append(&self, path: &Path, file: &File, bytes: &[u8]) -> io::Result<()>;

    /// Comes back when the file's content will survive a power failure.
    fn sync_data(&self, path: &Path, file: &File) -> io::Result<()>;

    /// Comes back when the names in a directory will survive a power failure.
    fn sync_directory(&self, path: &Path) -> io::Result<()>;

    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The disk itself.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

impl Files for Disk {
    fn make_directory(&self, path: &Path) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            made => made,
        }
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        options()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
    }

    fn append(&self, _path: &Path, mut file: &File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn sync_data(&self, _path: &Path, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

/// Reading, without following a link, and without waiting for the other end of a pipe.
fn options() -> OpenOptions {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    options
        .read(true)
        .custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    options
}

/// Opens a file for reading; `None` if there is none.
pub(super) fn open_to_read(path: &Path) -> io::Result<Option<File>> {
    present(options().open(path))
}

/// Opens a file for taking its lock and reading it; `None` if there is none.
///
/// For writing if that is allowed, because NFS gives an exclusive lock to nobody else.
pub(super) fn open_to_lock(path: &Path) -> io::Result<Option<File>> {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    match options().append(true).open(path) {
        Err(error) if matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem) => {
            open_to_read(path)
        }
        opened => present(opened),
    }
}

/// Opens a file for reading and appending, and takes it away from everybody else; `None` if there is none.
pub(super) fn open_to_append(path: &Path) -> io::Result<Option<File>> {
    let Some(file) = present(options().append(true).open(path))? else {
        return Ok(None);
    };
    // An older version or another umask may have made it wider.
    if file.metadata()?.permissions().mode() & 0o777 != 0o600 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(Some(file))
}

fn present(opened: io::Result<File>) -> io::Result<Option<File>> {
    match opened {
        Ok(file) if file.metadata()?.is_file() => Ok(Some(file)),
        Ok(_) => Err(not_a_file()),
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => Err(not_a_file()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            Err(io::Error::other("it is a link, and links are not followed"))
        }
        Err(error) => Err(error),
    }
}

fn not_a_file() -> io::Error {
    io::Error::other("it is not a plain file")
}

/// Says whether a path still names the open file.
pub(super) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let opened = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (opened.dev(), opened.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A file that is locked until this is dropped.
pub(super) struct Locked<'a>(&'a File);

impl<'a> Locked<'a> {
    /// Waits until nobody else has the lock.
    pub(super) fn exclusive(file: &'a File) -> io::Result<Self> {
        uninterrupted(|| file.lock())?;
        Ok(Self(file))
    }

    /// Waits until nobody has the lock exclusively.
    pub(super) fn shared(file: &'a File) -> io::Result<Self> {
        uninterrupted(|| file.lock_shared())?;
        Ok(Self(file))
    }

    pub(super) fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // Closing would not do: a child that was forked meanwhile holds the same lock until it becomes its program.
        self.0.unlock().unwrap_or_default();
    }
}

fn uninterrupted(mut lock: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    loop {
        match lock() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
