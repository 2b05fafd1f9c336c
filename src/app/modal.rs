//! What lies over the panes. A closed modal does not exist.

pub mod menu;
pub mod palette;
pub mod text;

pub use menu::{Action, Item, Menu};
pub use palette::Palette;
pub use text::{Form, Subject, TextView};

use crate::app::filter::Filter;
use crate::app::line::Line;
use crate::app::pane::PaneId;
use crate::input::Context;

/// One layer over the panes.
#[derive(Debug, Clone)]
pub enum Modal {
    Text(Box<TextView>),
    Menu(Menu),
    Palette(Palette),
    Filter(FilterPrompt),
    Quit(QuitDialog),
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
#[derive(Debug, Clone, Copy, Default)]
pub struct QuitDialog {
    pub yes: bool,
}

impl Modal {
    pub fn context(&self) -> Context {
        match self {
            Self::Text(view) if view.typing.is_some() => Context::Prompt,
            Self::Text(_) => Context::Text,
            Self::Menu(_) => Context::Menu,
            Self::Palette(_) | Self::Filter(_) => Context::Prompt,
            Self::Quit(_) => Context::Dialog,
        }
    }

    /// The line that is being typed, if one is.
    pub fn line_mut(&mut self) -> Option<&mut Line> {
        match self {
            Self::Text(view) => view.typing.as_mut(),
            Self::Palette(palette) => Some(&mut palette.line),
            Self::Filter(prompt) => Some(&mut prompt.line),
            Self::Menu(_) | Self::Quit(_) => None,
        }
    }
}
