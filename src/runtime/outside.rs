//! The terminal and what is drawn on it, and effects on their way out: those on the terminal are run here, all
//! others in the executor.

use std::io::{self, Write as _};
use std::process::ExitStatus;

use anyhow::Context as _;
use tokio::process::Command;
use tokio::sync::mpsc::Sender;

use crate::app::{self, Effect, Msg, State, Ticket};
use crate::model::text::visible;
use crate::model::{Failure, FailureKind};
use crate::runtime::child::Ended;
use crate::runtime::executor::Executor;
use crate::runtime::keyboard::Keyboard;
use crate::runtime::screen::Screen;
use crate::runtime::terminal::Terminal;
use crate::runtime::{clipboard, foreground, signals};
use crate::theme::Theme;

pub(super) struct Outside {
    pub(super) terminal: Terminal,
    pub(super) screen: Screen,
    pub(super) keyboard: Keyboard,
    pub(super) executor: Executor,
    pub(super) messages: Sender<Msg>,
}

impl Outside {
    /// Draws the state, and says what the rows in view lack.
    pub(super) fn draw(&mut self, state: &mut State, theme: &Theme) -> anyhow::Result<Vec<Effect>> {
        let effects = app::look(state);
        self.screen
            .draw(state, theme, &mut self.terminal)
            .context("could not draw on the terminal")?;
        Ok(effects)
    }

    pub(super) async fn perform(&mut self, effects: Vec<Effect>) -> anyhow::Result<()> {
        for effect in effects {
            match effect {
                // The loop ends by the state; nothing is left to do here.
                Effect::Quit => {}
                Effect::Redraw => self.take_back()?,
                Effect::Suspend => {
                    self.terminal.release();
                    signals::stop()?;
                    self.take_back()?;
                    self.tell(Msg::Resize(self.terminal.size()));
                }
                Effect::Copy { text, what } => {
                    let told = clipboard::copy(&mut self.terminal, &text, what);
                    self.tell(Msg::Told(told));
                }
                Effect::EditText { text, suffix } => {
                    let edited = self.edit(&text, suffix).await?;
                    self.tell(Msg::Edited(edited));
                }
                Effect::RunWith(ticket) => {
                    let ended = self.run_with(ticket).await?;
                    self.tell(Msg::Ran(ended));
                }
                other => self.executor.run(other, &self.messages),
            }
        }
        Ok(())
    }

    fn tell(&self, message: Msg) {
        self.executor.tell(&self.messages, message);
    }

    fn take_back(&mut self) -> anyhow::Result<()> {
        self.terminal
            .take()
            .context("could not take the terminal back")?;
        self.screen.forget();
        Ok(())
    }

    /// Has a text edited in the person's own editor, in a file that nobody else can read and that is gone afterwards.
    async fn edit(&mut self, text: &str, suffix: &str) -> anyhow::Result<Result<String, Failure>> {
        let failure = |cause: String| {
            let name = foreground::editor_name();
            let doing = format!("edit the text with {}", visible(&name.to_string_lossy()));
            let failure = Failure::new(FailureKind::Other, doing, cause);
            failure.hint("VISUAL or EDITOR names it; what was typed here is still here")
        };
        let file = tempfile::Builder::new()
            .prefix("roledex-")
            .suffix(suffix)
            .tempfile();
        let written = file.and_then(|file| std::fs::write(file.path(), text).map(|()| file));
        let file = match written {
            Ok(file) => file,
            Err(error) => return Ok(Err(failure(error.to_string()))),
        };
        let ended = self
            .hand_over(foreground::editor(file.path()), None, |_| None)
            .await?;
        Ok(match ended {
            Err(error) => Err(failure(error.to_string())),
            Ok(status) if !status.success() => Err(failure(format!(
                "it ended with {status}, so nothing was taken over"
            ))),
            Ok(_) => {
                std::fs::read_to_string(file.path()).map_err(|error| failure(error.to_string()))
            }
        })
    }

    /// Runs the command that the credentials of a test were approved for; they are gone when it has them.
    async fn run_with(&mut self, ticket: Ticket) -> anyhow::Result<Result<u8, Failure>> {
        let failure = |cause: String| {
            Failure::new(FailureKind::Other, "run the command", cause)
                .hint("the credentials were wiped; what was issued expires by itself")
        };
        let Some(waiting) = self.executor.take_waiting(ticket) else {
            return Ok(Err(failure("its credentials are gone".to_owned())));
        };
        let is_shell = waiting.is_shell();
        let Some((command, whose)) = waiting.command() else {
            return Ok(Err(failure("its credentials are gone".to_owned())));
        };
        let pause = |ended: Ended| {
            let text = format!("roledex: it ended with status {}; enter goes back", ended.0);
            // Whoever leaves a shell has seen all of it.
            (!is_shell).then(|| foreground::pause(&text))
        };
        // A shell of its own looks like the one that roledex was started in.
        let told = is_shell.then(|| format!("roledex: {whose}"));
        let ended = self.hand_over(command, told, pause).await?;
        Ok(ended
            .map(|status| Ended::from(status).0)
            .map_err(|error| failure(error.to_string())))
    }

    /// Gives the terminal and the keys to a program until it ends, and to another afterwards if there is to be one;
    /// how the first ended, or why it never began. What is told stands before what the program writes.
    async fn hand_over(
        &mut self,
        command: Command,
        told: Option<String>,
        afterwards: impl FnOnce(Ended) -> Option<Command>,
    ) -> anyhow::Result<io::Result<ExitStatus>> {
        self.keyboard.rest().await;
        self.terminal.release();
        if let Some(told) = told {
            // That it cannot be said keeps nobody from the program.
            drop(writeln!(io::stderr(), "{told}"));
        }
        let ended = foreground::run(command).await;
        let next = ended.as_ref().ok().copied();
        if let Some(next) = next.and_then(|status| afterwards(status.into()))
            && let Err(error) = foreground::run(next).await
        {
            tracing::warn!(target: "roledex", "nothing waited for enter: {error}");
        }
        self.take_back()?;
        self.keyboard = Keyboard::listen();
        self.tell(Msg::Resize(self.terminal.size()));
        Ok(ended)
    }
}
