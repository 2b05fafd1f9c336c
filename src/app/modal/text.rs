//! A text view: describe, raw documents, help and scopes, with search and scrolling.

use crate::app::diagnosis::Logs;
use crate::app::line::Line;
use crate::app::pane::RowKey;
use crate::app::remote::Remote;
use crate::input::Context;
use crate::model::journal::EntryId;
use crate::model::{Document, Text};

/// A view of lines that are made from the state whenever they are looked at.
#[derive(Debug, Clone)]
pub struct TextView {
    pub subject: Subject,
    pub form: Form,
    /// The raw document of the row, fetched when the view opens.
    pub document: Remote<Document>,
    /// What logs said, once somebody asked; it is kept nowhere else.
    pub logs: Logs,
    pub top: usize,
    pub left: usize,
    pub wrap: bool,
    /// The search while it is typed.
    pub typing: Option<Line>,
    pub pattern: String,
}

/// What the lines are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Row(RowKey),
    /// Keys that work in a context.
    Help(Context),
    Scopes,
    /// A change in the journal.
    Entry(EntryId),
    /// What is wrong with a row, and why.
    Explanation(RowKey),
    /// Whom a role reaches, and the row from which that was asked.
    Radius {
        role: Text,
        of: RowKey,
    },
}

/// How a row is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Explained,
    Yaml,
    Json,
}

impl TextView {
    pub fn new(subject: Subject, form: Form) -> Self {
        Self {
            subject,
            form,
            document: Remote::default(),
            logs: Logs::default(),
            top: 0,
            left: 0,
            wrap: true,
            typing: None,
            pattern: String::new(),
        }
    }

    /// Whether it says what is wrong, or whom something reaches, and can read that again.
    pub fn explains(&self) -> bool {
        matches!(
            self.subject,
            Subject::Explanation(_) | Subject::Radius { .. }
        )
    }

    /// Moves by lines, downwards until line `last` stands at the top.
    pub fn scroll(&mut self, by: isize, last: usize) {
        self.top = self.top.saturating_add_signed(by).min(last.max(self.top));
    }
}
