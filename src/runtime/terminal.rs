//! The terminal: taken over as a whole, and given back however the program ends.

use std::io::{self, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, terminal};

use crate::app::layout::Size;

/// Whether the terminal is ours, so that it is given back once and from wherever that is needed.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Holds the terminal; dropping it gives the terminal back.
#[derive(Debug)]
pub struct Terminal {
    out: Stdout,
}

impl Terminal {
    /// Takes over the terminal and makes sure that a panic gives it back before it is reported.
    pub fn enter() -> io::Result<Self> {
        hook_panics();
        let mut entered = Self { out: io::stdout() };
        entered.take()?;
        Ok(entered)
    }

    /// Takes the terminal, or takes it again after it was given back.
    pub fn take(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        terminal::enable_raw_mode()?;
        execute!(
            self.out,
            EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )
    }

    /// Gives the terminal back.
    pub fn release(&mut self) {
        release(&mut self.out);
    }

    pub fn size(&self) -> Size {
        let (width, height) = terminal::size().unwrap_or((80, 24));
        Size { width, height }
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.release();
    }
}

fn release(out: &mut impl Write) {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // Each step is tried whatever became of the others: a terminal that hung up takes none of them.
    execute!(
        out,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    )
    .unwrap_or_default();
    terminal::disable_raw_mode().unwrap_or_default();
}

/// A panic of the program itself gives the terminal back first, so that its message can be read; a panic of a
/// task is turned into a failure on screen by the executor, and is only noted in the log.
fn hook_panics() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !TAKEN.load(Ordering::SeqCst) {
                report(panic);
            } else if tokio::task::try_id().is_some() {
                tracing::error!(target: "roledex", "a task panicked: {panic}");
            } else {
                release(&mut io::stdout());
                report(panic);
            }
        }));
    });
}

/// How many columns the terminal has, for what is printed and does not take it over.
pub fn columns() -> Option<u16> {
    crossterm::terminal::size().ok().map(|(columns, _)| columns)
}
