//! What the views of a cluster's parts share: identity providers, add-ons and access entries.

use crate::app::fleet::PartRow;
use crate::app::pane::{Cell, SortKey, Tone, glyph};

/// One member of what was described; `-` where AWS sent none, `?` where nothing could be read: READ says why.
pub(super) fn member<'a, T>(
    row: &'a PartRow<T>,
    cell: impl FnOnce(&'a T) -> Option<Cell<'a>>,
) -> Cell<'a> {
    match (row.detail.value(), row.detail.failed()) {
        (Some(value), _) => cell(value).unwrap_or_else(Cell::none),
        (None, Some(_)) => Cell::muted("?"),
        (None, None) => Cell::pending(),
    }
}

/// A status in AWS's own word, with its sign; issues turn a good one into a warning.
pub(in crate::app) fn status(word: Option<&str>, has_issues: bool) -> Cell<'_> {
    let Some(word) = word else {
        return Cell::none();
    };
    match word {
        "ACTIVE" if !has_issues => Cell::sign(glyph::GOOD, word, Tone::Good),
        "CREATING" | "UPDATING" | "DELETING" => Cell::sign(glyph::BUSY, word, Tone::Busy),
        _ if word.ends_with("FAILED") => Cell::sign(glyph::BAD, word, Tone::Bad),
        // Degraded, active with issues, or a word that is newer than this version.
        _ => Cell::sign(glyph::WARNING, word, Tone::Warning),
    }
}

/// Sorts by what the cell says; what says nothing comes last.
pub(super) fn by_cell(cell: Cell<'_>) -> SortKey<'_> {
    if cell.text.is_empty() || cell.text == "-" {
        SortKey::Missing
    } else {
        SortKey::Text(cell.text)
    }
}
