//! Signals that are handed on to the command.

use std::fs::read_to_string;
use std::io;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::iterator::exfiltrator::origin::Origin;
use signal_hook::iterator::{Handle, SignalsInfo};
use signal_hook::low_level::siginfo::Cause;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A signal, and whether the terminal sent it: then the command has it, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) signal: Signal,
    pub(super) is_from_terminal: bool,
}

/// All signals that are handed on, for as long as this lives.
pub(super) struct Signals {
    heard: UnboundedReceiver<Heard>,
    handle: Handle,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        let mut kinds = vec![SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];
        // Where whoever started us wants hang-ups to be ignored, as `nohup` does, to listen would undo that; and the
        // command ignores them, too, as long as we do not.
        if !is_ignored(Signal::HUP) {
            kinds.push(SIGHUP);
        }
        let mut signals = SignalsInfo::<WithOrigin>::new(kinds)?;
        let handle = signals.handle();
        let (sender, heard) = unbounded_channel();
        // Its own thread, because who sent a signal is told by a pipe that is read in the blocking way. It ends with
        // the handle.
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                for origin in signals.forever() {
                    if let Some(heard) = Heard::of(&origin)
                        && sender.send(heard).is_err()
                    {
                        return;
                    }
                }
            })?;
        Ok(Self { heard, handle })
    }

    pub(super) async fn next(&mut self) -> Heard {
        match self.heard.recv().await {
            Some(heard) => heard,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.handle.close();
    }
}

impl Heard {
    fn of(origin: &Origin) -> Option<Self> {
        let signal = match origin.signal {
            SIGINT => Signal::INT,
            SIGQUIT => Signal::QUIT,
            SIGTERM => Signal::TERM,
            SIGHUP => Signal::HUP,
            SIGUSR1 => Signal::USR1,
            SIGUSR2 => Signal::USR2,
            _ => return None,
        };
        let is_of_keys = matches!(signal, Signal::INT | Signal::QUIT);
        let is_from_kernel = match origin.cause {
            Cause::Kernel => true,
            // macOS never says so; what a process sent names that process.
            Cause::Unknown => origin.process.is_none(),
            _ => false,
        };
        Some(Self {
            signal,
            is_from_terminal: is_of_keys && is_from_kernel,
        })
    }
}

/// Sends the command what was sent to us, unless the terminal has done so: its keys reach the whole group.
pub(super) fn hand_on(heard: Heard, id: u32) {
    if heard.is_from_terminal {
        return;
    }
    let signal = heard.signal;
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw)
        && let Err(error) = kill_process(pid, signal)
    {
        tracing::warn!(target: "roledex", "{signal:?} was not handed on: {error}");
    }
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
