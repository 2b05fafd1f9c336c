//! The screen: draws the state, and sends the terminal only what changed.

use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::style::ResetColor;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::theme::Theme;
use crate::ui;

/// What the terminal shows now.
///
/// ratatui's own terminal hides the cursor with every frame, which writes bytes even if nothing changed; an
/// idle screen must write none.
pub(super) struct Screen {
    shown: Buffer,
    cursor: Option<(u16, u16)>,
    anew: bool,
}

impl Screen {
    pub(super) fn new() -> Self {
        Self {
            shown: Buffer::empty(Rect::ZERO),
            cursor: None,
            anew: true,
        }
    }

    /// Forgets what the terminal shows, so that the next frame paints every cell.
    pub(super) fn forget(&mut self) {
        self.anew = true;
    }

    /// Brings the terminal up to date.
    pub(super) fn draw(
        &mut self,
        state: &State,
        theme: &Theme,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let area = Rect::new(0, 0, state.size.width, state.size.height);
        let mut wanted = Buffer::empty(area);
        let cursor = ui::draw(state, theme, &mut wanted);
        if self.anew || self.shown.area != area {
            execute!(out, ResetColor, Clear(ClearType::All))?;
            self.shown = Buffer::empty(area);
            self.anew = false;
        }
        let changes = self.shown.diff(&wanted);
        if changes.is_empty() && cursor == self.cursor {
            return Ok(());
        }
        queue!(out, BeginSynchronizedUpdate, Hide)?;
        CrosstermBackend::new(&mut *out).draw(changes.into_iter())?;
        if let Some((column, row)) = cursor {
            queue!(out, MoveTo(column, row), Show)?;
        }
        queue!(out, EndSynchronizedUpdate)?;
        out.flush()?;
        self.shown = wanted;
        self.cursor = cursor;
        Ok(())
    }
}
