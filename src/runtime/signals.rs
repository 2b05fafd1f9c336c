//! Signals as messages.

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Sender;

use crate::app::{Msg, Signal};
use crate::runtime::foreground;

/// Listens for the signals that end or resume the program, for as long as the channel is open.
pub(super) fn listen(messages: &Sender<Msg>) -> anyhow::Result<()> {
    let listened = [
        (SignalKind::terminate(), Msg::Signal(Signal::Terminate)),
        (SignalKind::interrupt(), Msg::Signal(Signal::Terminate)),
        (SignalKind::hangup(), Msg::Signal(Signal::HangUp)),
        // Sent by the shell's `fg`: whatever stopped us, the terminal was somebody else's meanwhile.
        (
            SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()),
            Msg::Resumed,
        ),
    ];
    for (kind, message) in listened {
        let mut stream = signal(kind).context("could not listen for signals")?;
        let messages = messages.clone();
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                // The terminal sends it to everybody who runs on it, and then it means the other program.
                if kind == SignalKind::interrupt() && foreground::is_away() {
                    continue;
                }
                if messages.send(message.clone()).await.is_err() {
                    break;
                }
            }
        });
    }
    Ok(())
}

/// Stops this process group, as the shell's ctrl-z would; returns when it is resumed.
pub(super) fn stop() -> anyhow::Result<()> {
    rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)
        .context("could not suspend the program")
}
