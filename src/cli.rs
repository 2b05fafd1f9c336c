//! The command line: the headless twin of every view, and the way into the terminal UI.

mod approve;
mod args;
mod cached;
mod change;
mod demo;
mod describe;
mod doctor;
mod exec;
mod exit;
mod formats;
mod get;
mod kubernetes;
mod log;
mod output;
mod paths;
mod problem;
mod progress;
mod rows;
mod settings;
mod setup;
pub mod sim;
mod strangers;
pub mod test;
mod token;
mod tui;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::FromArgMatches as _;
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

pub use args::Cli;
pub use exit::Exit;

use crate::ops::undo::Way;
use crate::runtime::child::is_ignored;
use args::Command;
use change::args::{Create, Delete};
use problem::Problem;

/// Runs the program: parses the command line, does what it says, reports what failed.
pub fn main() -> ExitCode {
    let read = formats::command().try_get_matches();
    let cli = match read.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help and versions to stdout, usage errors to stderr; a closed pipe is no matter.
            drop(error.print());
            return match error.exit_code() {
                0 => Exit::Done.into(),
                _ => Exit::Usage.into(),
            };
        }
    };
    // Before the first thread and the first token. Said on stderr, since hardly anybody has a log.
    for (what, error) in no_dumps() {
        eprintln!("warning: {what}: {error}; a crash could write secrets to disk");
    }
    // Held until the end: it writes what is still buffered when it is dropped.
    let guard = log::start();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let exit = match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(run(cli));
            // Calls that nobody waits for any more must not hold the process.
            runtime.shutdown_background();
            exit
        }
        Err(error) => Problem::failed(format!("could not start: {error}")).report(),
    };
    drop(guard);
    exit.into()
}

/// Keeps the secrets of this process out of core dumps; returns what could not be done.
///
/// The limit also holds for the programs that are started from here: helpers for credentials, and what `exec`
/// runs. Linux does not heed it where a core dump is piped to a program, as systemd has it, so that the process
/// itself says that it is not to be dumped, nor to be read by other processes of the same user.
fn no_dumps() -> Vec<(&'static str, rustix::io::Errno)> {
    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let mut failed = Vec::new();
    if let Err(error) = setrlimit(Resource::Core, nothing) {
        failed.push(("core dumps are not off", error));
    }
    #[cfg(target_os = "linux")]
    if let Err(error) =
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
    {
        failed.push(("other processes may read the memory of this one", error));
    }
    failed
}

async fn run(cli: Cli) -> Exit {
    let done = match cli.command {
        // These handle signals themselves.
        None => tui::open(&cli.global).await,
        Some(Command::Sim(args)) => sim::run(args)
            .await
            .map(|()| Exit::Done)
            .map_err(Problem::from),
        Some(Command::Exec(args)) => exec::run(&cli.global, args).await,
        Some(command) => interruptible(Box::pin(headless(&cli.global, command)))
            .await
            .map(|done| done.unwrap_or(Exit::Interrupted)),
    };
    match done {
        Ok(exit) => exit,
        // Whoever read our output has enough of it, as `head` does.
        Err(problem) if problem.is_closed_pipe() => Exit::Done,
        Err(problem) => problem.report(),
    }
}

/// Ends a command at the first signal; dropping it cancels its calls, removes its temporary files and gives the
/// terminal its echo back. `None` if it was ended so.
async fn interruptible<T>(
    command: impl Future<Output = Result<T, Problem>>,
) -> Result<Option<T>, Problem> {
    // Taken over before the command starts: a handler that is only installed when it is first waited for
    // leaves a moment in which the signal kills the process.
    let listen = |kind| {
        signal(kind)
            .map_err(|error| Problem::failed(format!("could not wait for signals: {error}")))
    };
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut quit = listen(SignalKind::quit())?;
    // `nohup` has it ignored, and a handler of ours would undo that.
    let mut hang_up = if is_ignored(Signal::HUP) {
        None
    } else {
        Some(listen(SignalKind::hangup())?)
    };
    let gone = async {
        match &mut hang_up {
            Some(stream) => drop(stream.recv().await),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        done = command => done.map(Some),
        _ = interrupt.recv() => Ok(None),
        _ = terminate.recv() => Ok(None),
        _ = quit.recv() => Ok(None),
        () = gone => Ok(None),
    }
}

async fn headless(global: &args::Global, command: Command) -> Result<Exit, Problem> {
    match command {
        Command::Get(args) => get::run(global, args).await,
        Command::Describe(args) => describe::run(global, args).await,
        Command::Move {
            what: change::args::Move::Association(args),
        } => Box::pin(change::run(global, args.into())).await,
        Command::Doctor(args) => Box::pin(doctor::run(global, args)).await,
        Command::SetRole(args) => Box::pin(change::run(global, args.into())).await,
        Command::Create {
            what: Create::Association(args),
        } => Box::pin(change::run(global, args.into())).await,
        Command::Delete {
            what: Delete::Association(args),
        } => Box::pin(change::run(global, args.into())).await,
        Command::Tag(args) => Box::pin(change::run(global, args.into())).await,
        Command::Test(args) => Box::pin(test::run(global, args)).await,
        Command::Journal(args) => change::journal(global, &args).await,
        Command::Undo(args) => Box::pin(change::bring_back(global, Way::Undo, &args)).await,
        Command::Redo(args) => Box::pin(change::bring_back(global, Way::Redo, &args)).await,
        Command::Config { command } => settings::run(global, &command),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut formats::command(), "roledex", &mut text);
            io::stdout().lock().write_all(&text)?;
            Ok(Exit::Done)
        }
        Command::Man => {
            clap_mangen::Man::new(formats::command()).render(&mut io::stdout().lock())?;
            Ok(Exit::Done)
        }
        // Handled by the caller.
        Command::Exec(args) => exec::run(global, args).await,
        Command::Sim(args) => Ok(sim::run(args).await.map(|()| Exit::Done)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn neither_core_dumps_nor_other_processes_get_at_the_memory() {
        use rustix::process::{DumpableBehavior, dumpable_behavior, getrlimit};

        assert_eq!(no_dumps(), []);
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
        assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
    }
}
