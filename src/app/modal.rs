//! What lies over the panes. A closed modal does not exist.

pub mod credential;
pub mod form;
pub mod menu;
pub mod palette;
pub mod review;
pub mod text;

pub use credential::CredentialPanel;
pub use form::ChangeForm;
pub use menu::{Action, Item, Menu};
pub use palette::Palette;
pub use review::{Act, Review};
pub use text::{Form, Subject, TextView};

use crate::app::filter::Filter;
use crate::app::line::Line;
use crate::app::pane::PaneId;
use crate::input::Context;
use crate::model::journal::{Entry, EntryId};

/// One layer over the panes.
#[derive(Debug)]
pub enum Modal {
    Text(Box<TextView>),
    Menu(Menu),
    Palette(Palette),
    Filter(FilterPrompt),
    Quit(QuitDialog),
    Form(Box<ChangeForm>),
    Review(Box<Review>),
    /// The change that is being made.
    Progress,
    /// The changes that were made.
    History(HistoryView),
    /// A test of the credentials that a pod gets.
    Credential(Box<CredentialPanel>),
}

/// Where a look at the journal stands.
#[derive(Debug, Clone, Default)]
pub struct HistoryView {
    /// The entry under the cursor, so that a newer one does not push another there; `None` is the newest.
    pub selected: Option<EntryId>,
}

impl HistoryView {
    /// Where the cursor stands among entries.
    pub fn cursor(&self, entries: &[Entry]) -> usize {
        let is_selected = |entry: &Entry| self.selected.as_ref() == Some(&entry.id);
        entries.iter().position(is_selected).unwrap_or(0)
    }
}

/// The filter of a pane while it is typed; the pane follows every key.
#[derive(Debug, Clone)]
pub struct FilterPrompt {
    pub pane: PaneId,
    pub line: Line,
    /// What `esc` brings back.
    pub before: Filter,
}

/// "Quit roledex?"; the cursor starts on No.
///
/// While a change is being made it is asked by every way out, once.
#[derive(Debug, Clone, Copy, Default)]
pub struct QuitDialog {
    pub yes: bool,
}

impl Modal {
    pub fn context(&self) -> Context {
        match self {
            Self::Text(view) if view.typing.is_some() => Context::Prompt,
            Self::Text(view) if view.explains() => Context::Explanation,
            Self::Text(_) => Context::Text,
            Self::Menu(_) => Context::Menu,
            Self::Progress => Context::Progress,
            Self::Palette(_) | Self::Filter(_) => Context::Prompt,
            Self::Quit(_) => Context::Dialog,
            Self::Form(form) if form.is_editing_text() => Context::Editor,
            Self::Form(_) => Context::Form,
            Self::Review(review) if review.naming.is_some() => Context::Prompt,
            Self::Review(_) => Context::Review,
            Self::History(_) => Context::History,
            Self::Credential(panel) => panel.context(),
        }
    }

    /// The line that is being typed, if one is.
    pub fn line_mut(&mut self) -> Option<&mut Line> {
        match self {
            Self::Text(view) => view.typing.as_mut(),
            Self::Palette(palette) => Some(&mut palette.line),
            Self::Filter(prompt) => Some(&mut prompt.line),
            Self::Review(review) => review.naming.as_mut(),
            Self::Form(form) => form.line_mut(),
            Self::Credential(panel) => match &mut panel.stage {
                credential::Stage::Command { line, .. } => Some(line),
                _ => None,
            },
            Self::Menu(_) | Self::Quit(_) | Self::Progress | Self::History(_) => None,
        }
    }
}
