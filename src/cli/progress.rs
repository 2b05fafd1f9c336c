//! One line on stderr that says how far the reading is, for people who wait at a terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::ops::fleet::Progress;

/// Nothing is shown for answers that come at once, and no faster than anyone reads.
const PAUSE: Duration = Duration::from_millis(150);

pub(crate) struct Line {
    terminal: bool,
    last: Instant,
    shown: bool,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self {
            terminal: io::stderr().is_terminal(),
            last: Instant::now(),
            shown: false,
        }
    }

    pub(crate) fn show(&mut self, progress: Progress) {
        if !self.terminal || self.last.elapsed() < PAUSE {
            return;
        }
        self.last = Instant::now();
        self.shown = true;
        let Progress {
            routes,
            routes_done,
            clusters,
            clusters_done,
            rows,
        } = progress;
        // That a progress line cannot be written is no reason to stop reading.
        drop(write!(
            io::stderr(),
            "\r\x1b[Kreading: {routes_done} of {routes} scopes, {clusters_done} of {clusters} clusters, {rows} rows"
        ));
    }
}

/// Whatever ends the reading, the line goes.
impl Drop for Line {
    fn drop(&mut self) {
        if self.shown {
            drop(write!(io::stderr(), "\r\x1b[K"));
        }
    }
}
