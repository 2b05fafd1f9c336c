//! Signals that are handed on to the command.

use std::fs::{File, read_to_string};
use std::io;

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// The streams of all signals that are handed on.
pub(super) struct Signals {
    interrupt: Stream,
    quit: Stream,
    terminate: Stream,
    user_one: Stream,
    user_two: Stream,
    /// None where whoever started us wants hang-ups to be ignored, as `nohup` does: to listen would undo that, and
    /// the command ignores them, too, as long as we do not.
    hang_up: Option<Stream>,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        let hang_up = (!is_ignored(Signal::HUP)).then(|| signal(SignalKind::hangup()));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            terminate: signal(SignalKind::terminate())?,
            user_one: signal(SignalKind::user_defined1())?,
            user_two: signal(SignalKind::user_defined2())?,
            hang_up: hang_up.transpose()?,
        })
    }

    pub(super) async fn next(&mut self) -> Signal {
        let hang_up = async {
            match &mut self.hang_up {
                Some(stream) => stream.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.quit.recv() => Signal::QUIT,
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.user_one.recv() => Signal::USR1,
            _ = self.user_two.recv() => Signal::USR2,
            _ = hang_up => Signal::HUP,
        }
    }
}

/// Sends the command what was sent to us, unless the terminal has done so.
pub(super) fn hand_on(signal: Signal, id: u32) {
    if matches!(signal, Signal::INT | Signal::QUIT) && is_in_foreground() {
        return;
    }
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw)
        && let Err(error) = kill_process(pid, signal)
    {
        tracing::warn!(target: "roledex", "{signal:?} was not handed on: {error}");
    }
}

/// Whether the terminal's keys go to this process group, and with it to the command.
fn is_in_foreground() -> bool {
    File::open("/dev/tty").is_ok_and(|terminal| tcgetpgrp(terminal) == Ok(getpgrp()))
}

/// Whether a signal was ignored from the start. Only Linux tells; elsewhere it is taken to be not.
pub fn is_ignored(signal: Signal) -> bool {
    let told = read_to_string("/proc/self/status").unwrap_or_default();
    let mask = told.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let bit = u32::try_from(signal.as_raw() - 1).unwrap_or_default();
    mask.is_some_and(|mask| mask.checked_shr(bit).unwrap_or_default() & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_rust_ignores_is_ignored() {
        assert!(is_ignored(Signal::PIPE));
        assert!(!is_ignored(Signal::TERM));
    }
}
