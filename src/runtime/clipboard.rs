//! The clipboard, through the terminal (OSC 52), so that it works over ssh and inside tmux alike.

use std::io::Write;

use crossterm::clipboard::CopyToClipboard;

use crate::model::{Failure, FailureKind};

/// Terminals drop longer sequences without a word (xterm's limit is 100,000 bytes of base64).
const MOST_BYTES: usize = 74_000;

/// Asks the terminal to put text on the clipboard; says how much was sent, because terminals do not answer.
pub(super) fn copy(out: &mut impl Write, text: &str, what: &str) -> Result<String, Failure> {
    let doing = format!("copy the {what}");
    if text.len() > MOST_BYTES {
        let cause = format!(
            "it has {} bytes, and terminals take at most {MOST_BYTES}",
            text.len()
        );
        return Err(Failure::new(FailureKind::Invalid, doing, cause));
    }
    let sent = crossterm::execute!(out, CopyToClipboard::to_clipboard_from(text));
    sent.map_err(|error| Failure::new(FailureKind::Other, doing, error.to_string()))?;
    Ok(format!(
        "copied the {what}: {} bytes sent to the terminal's clipboard",
        text.len()
    ))
}
