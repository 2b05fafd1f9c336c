//! What the person is told when a command cannot do what it was asked.

use std::fmt::Write as _;
use std::io;

use crate::cli::exit::Exit;
use crate::model::diagnosis::{Remedy, RemedyKind};
use crate::model::text::{visible, visible_lines};
use crate::model::{Failure, FailureKind};

/// A message for stderr and the code to end with.
#[derive(Debug)]
pub(crate) struct Problem {
    exit: Exit,
    message: String,
    details: Vec<String>,
    /// Each with the lines that belong under it.
    hints: Vec<(String, Vec<String>)>,
    closed_pipe: bool,
}

impl Problem {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            details: Vec::new(),
            hints: Vec::new(),
            closed_pipe: false,
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// Adds a line that explains the message.
    #[must_use]
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// The same, with which `exec` ends in another way than the command could; a signal stays one.
    #[must_use]
    pub(crate) fn exits(mut self, exit: Exit) -> Self {
        if self.exit != Exit::Interrupted {
            self.exit = exit;
        }
        self
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push((hint.into(), Vec::new()));
        self
    }

    /// Adds what mends it, line by line under what it is, as it is to be copied; each only once.
    #[must_use]
    pub(crate) fn remedy(mut self, remedy: &Remedy) -> Self {
        let lines = match remedy.kind {
            RemedyKind::Advice => Vec::new(),
            _ => visible_lines(&remedy.text).map(String::from).collect(),
        };
        let hint = (remedy.title.to_string(), lines);
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
        self
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn is_closed_pipe(&self) -> bool {
        self.closed_pipe
    }

    /// Tells the person, and says how to end.
    pub(crate) fn report(&self) -> Exit {
        eprint!("{}", self.text());
        self.exit
    }

    fn text(&self) -> String {
        let mut text = format!("error: {}\n", visible(&self.message));
        for detail in &self.details {
            // Writing to a String cannot fail.
            writeln!(text, "  {}", visible(detail)).unwrap_or_default();
        }
        for (hint, lines) in &self.hints {
            writeln!(text, "  hint: {}", visible(hint)).unwrap_or_default();
            for line in lines {
                writeln!(text, "      {}", visible(line)).unwrap_or_default();
            }
        }
        text
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let exit = match failure.kind {
            FailureKind::Refused => Exit::Refused,
            FailureKind::Cancelled => Exit::Interrupted,
            _ => Exit::Failed,
        };
        let mut problem = Self::new(exit, failure.to_string());
        problem
            .hints
            .extend(failure.hint.map(|hint| (hint.to_string(), Vec::new())));
        problem
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Self::failed(format!("{error:#}"))
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        let closed_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        Self {
            closed_pipe,
            ..Self::failed(format!("could not write the output: {error}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_made_visible_and_hints_follow() {
        let failure = Failure::new(FailureKind::Denied, "list clusters", "no\u{1b}[2J\nreally");
        let problem = Problem::from(failure.hint("ask"));
        assert_eq!(
            problem.text(),
            "error: could not list clusters: no\\u{1b}[2J\\nreally\n  hint: ask\n"
        );
    }
}
