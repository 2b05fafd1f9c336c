//! Another program in front of ours: it gets the terminal and the keys until it ends.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// How long after its end a signal may still be meant for the other program: the one that ended it reaches us, too,
/// and by then it may have ended already.
const GRACE: Duration = Duration::from_millis(500);

/// Until when the terminal is another program's, whose ctrl-c is not meant for us.
static AWAY: Mutex<Away> = Mutex::new(Away::Never);

#[derive(Debug, Clone, Copy)]
enum Away {
    Never,
    Now,
    Until(Instant),
}

pub(super) fn is_away() -> bool {
    match *AWAY.lock().unwrap_or_else(PoisonError::into_inner) {
        Away::Never => false,
        Away::Now => true,
        Away::Until(end) => Instant::now() < end,
    }
}

/// Runs a program on the terminal, which must have been given back; a signal that ends us is passed on to it.
pub(super) async fn run(mut command: Command) -> io::Result<ExitStatus> {
    let _handed_over = HandedOver::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut child = command.kill_on_drop(true).spawn()?;
    // It may hold secrets in its environment, which only the child needs from here on.
    drop(command);
    loop {
        let passed_on = tokio::select! {
            status = child.wait() => return status,
            _ = terminate.recv() => rustix::process::Signal::TERM,
            _ = hang_up.recv() => rustix::process::Signal::HUP,
        };
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(id) = id.and_then(rustix::process::Pid::from_raw) {
            // A child that has just ended is waited for in the next turn.
            rustix::process::kill_process(id, passed_on).unwrap_or_default();
        }
    }
}

struct HandedOver;

impl HandedOver {
    fn new() -> Self {
        set(Away::Now);
        Self
    }
}

impl Drop for HandedOver {
    fn drop(&mut self) {
        set(Away::Until(Instant::now() + GRACE));
    }
}

fn set(away: Away) {
    *AWAY.lock().unwrap_or_else(PoisonError::into_inner) = away;
}

/// Says something, and waits for enter: what the program before it wrote would be covered at once.
pub(super) fn pause(text: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    let script = r#"printf '\n%s ' "$1"; read -r _"#;
    command.arg("-c").arg(script).arg("pause").arg(text);
    command
}

/// What the person's editor is called: `$VISUAL`, else `$EDITOR`, else vi.
pub(super) fn editor_name() -> OsString {
    let named = |name| std::env::var_os(name).filter(|word| !word.is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR"));
    editor.unwrap_or_else(|| "vi".into())
}

/// The person's editor on a file; a shell reads its name, as git has it done.
pub(super) fn editor(file: &Path) -> Command {
    let mut script = editor_name();
    script.push(" \"$@\"");
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(script).arg("editor").arg(file);
    command
}
