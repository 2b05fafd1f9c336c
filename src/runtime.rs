//! The world outside: terminal, channel, tasks, clock.
//!
//! ```text
//! terminal ─┐
//! timers  ──┼─> Msg ──> one bounded channel ──> app::update ──┬─> draw (only what changed)
//! signals ──┤                                                 └─> Effect ──> executor ──> task ──> ops
//! tasks   ──┘<─────────────── Msg::Step, Msg::Done ────────────────────────────────┘
//! ```

pub mod child;
mod clipboard;
pub mod clock;
pub mod executor;
mod foreground;
mod hidden;
mod keyboard;
mod keys;
mod outside;
mod pump;
mod screen;
mod signals;
pub mod terminal;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;

use crate::app::{self, Signal, State};
use crate::cloud::Cloud;
use crate::model::journal::Entry;
use crate::model::{Failure, Route};
use crate::store::Journal;
use crate::theme::Theme;

/// What the terminal UI is started with.
#[derive(Debug)]
pub struct Options {
    pub app: app::Options,
    pub theme: Theme,
    /// Where the last known world is kept; `None` keeps nothing.
    pub cache: Option<PathBuf>,
    /// Where changes are written down, and what dead runs left unfinished; or why nothing can be changed.
    pub journal: Result<(Journal, Vec<Entry>), Failure>,
}

/// How the terminal UI ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its user left.
    Left,
    /// A signal ended it, or the terminal hung up.
    Told(Signal),
}

/// Opens the terminal UI and runs it until the user leaves or a signal ends it.
///
/// The terminal is restored however this ends: by return, by an error, by a panic or by a signal.
pub async fn run(cloud: Arc<Cloud>, routes: Vec<Route>, options: Options) -> anyhow::Result<Ended> {
    let terminal = terminal::Terminal::enter().context("could not take over the terminal")?;
    let state = State::new(routes.clone(), options.app, terminal.size(), clock::now());
    let executor =
        executor::Executor::new(cloud, routes, options.cache).with_journal(options.journal);
    pump::run(terminal, state, executor, options.theme).await
}
