//! The log: none unless `ROLEDEX_LOG` asks for one, and then only of our own code.
//!
//! The SDKs log requests with their headers, and no filter that a person writes may turn that on.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::Context as _;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::paths;
use crate::runtime::clock;

/// Days whose files are kept.
const KEPT: usize = 7;

/// Starts the log if it is asked for; without a place for it the program goes on and says so.
pub(crate) fn start() -> Option<WorkerGuard> {
    let wanted = std::env::var("ROLEDEX_LOG")
        .ok()
        .filter(|filter| !filter.is_empty())?;
    match open(&wanted) {
        Ok(guard) => Some(guard),
        Err(error) => {
            eprintln!("warning: no log: {error:#}");
            None
        }
    }
}

fn open(wanted: &str) -> anyhow::Result<WorkerGuard> {
    let filter =
        EnvFilter::try_new(wanted).context("ROLEDEX_LOG is no filter; try ROLEDEX_LOG=debug")?;
    let directory = paths::state().context("HOME is not set")?.join("log");
    prepare(&directory).with_context(|| format!("could not prepare {}", directory.display()))?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("roledex")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(&directory)?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let ours = filter_fn(|metadata| {
        let target = metadata.target();
        target == "roledex" || target.starts_with("roledex::")
    });
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(writer);
    tracing_subscriber::registry()
        .with(lines.with_filter(filter.and(ours)))
        .try_init()?;
    Ok(guard)
}

/// Makes the directory the person's alone, which also covers files that are begun at midnight, and begins
/// today's file with the right mode.
fn prepare(directory: &Path) -> std::io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700))?;
    let today = clock::now().strftime("%Y-%m-%d");
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(directory.join(format!("roledex.{today}.log")))?;
    Ok(())
}
