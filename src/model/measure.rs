//! How wide text is in the cells of a terminal, and how it is cut and wrapped.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// The mark for text that was cut.
pub const ELLIPSIS: &str = "…";

/// Splits text into what a terminal draws as one, with the cells that each takes.
///
/// Characters that take no cell of their own stay with the one before them; text that starts with one loses it.
pub fn graphemes(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let graphemes = text.graphemes(true);
    graphemes
        .map(|grapheme| (grapheme, cells(grapheme)))
        .filter(|(_, width)| *width > 0)
}

fn cells(grapheme: &str) -> usize {
    // Unicode counts the halfwidth voicing marks as combining; terminals give them a cell of their own.
    let marks = grapheme
        .chars()
        .filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}'))
        .count();
    grapheme.width() + marks
}

/// The cells that a text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    graphemes(text).map(|(_, width)| width).sum()
}

/// Cuts text to a width; where something is lost, the last cell says so.
pub fn cut(text: &str, room: usize) -> Cow<'_, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    if room == 0 {
        return Cow::Borrowed("");
    }
    let mut kept = String::with_capacity(text.len());
    let mut used = 0;
    for (grapheme, width) in graphemes(text) {
        if used + width > room - 1 {
            break;
        }
        used += width;
        kept.push_str(grapheme);
    }
    kept.push_str(ELLIPSIS);
    Cow::Owned(kept)
}

/// Cuts text to a width from its start, keeping the end; where something is lost, the first cell says so.
pub fn cut_start(text: &str, room: usize) -> Cow<'_, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    if room == 0 {
        return Cow::Borrowed("");
    }
    let parts: Vec<_> = graphemes(text).collect();
    let mut used = 0;
    let mut kept: Vec<&str> = Vec::new();
    for (grapheme, width) in parts.into_iter().rev() {
        if used + width > room - 1 {
            break;
        }
        used += width;
        kept.push(grapheme);
    }
    kept.push(ELLIPSIS);
    kept.reverse();
    Cow::Owned(kept.concat())
}

/// Wraps a line into rows of at most `room` cells, as byte ranges of the line.
///
/// Rows break after blanks; a word that is longer than a row is cut. Nothing is lost: the ranges follow
/// each other without a gap. Rows after the first are `indent` cells shorter, for a hanging indent. Blanks
/// at the end of a row may hang over its edge, where they are not seen.
pub fn wrap(line: &str, room: usize, indent: usize) -> Vec<Range<usize>> {
    let limit = |rows: &[Range<usize>]| {
        let room = if rows.is_empty() {
            room
        } else {
            room.saturating_sub(indent)
        };
        room.max(1)
    };
    let mut rows: Vec<Range<usize>> = Vec::new();
    let (mut start, mut at, mut used) = (0, 0, 0);
    let hanging = room.saturating_sub(indent).max(1);
    for word in line.split_inclusive(' ') {
        let bare = width(word.trim_end_matches(' '));
        // A word that is longer than any row is cut where it stands: a new row would not help it.
        if bare > 0 && bare <= hanging && used + bare > limit(&rows) && at > start {
            rows.push(start..at);
            (start, used) = (at, 0);
        }
        if used + bare <= limit(&rows) {
            at += word.len();
            used += width(word);
            continue;
        }
        for grapheme in word.graphemes(true) {
            let width = cells(grapheme);
            if used + width > limit(&rows) && at > start && grapheme != " " {
                rows.push(start..at);
                (start, used) = (at, 0);
            }
            at += grapheme.len();
            used += width;
        }
    }
    rows.push(start..at);
    rows
}

/// The same, but no word is ever cut: what is to be copied, such as an ARN, rather hangs over the edge.
pub fn flow(line: &str, room: usize, indent: usize) -> Vec<Range<usize>> {
    let mut rows: Vec<Range<usize>> = Vec::new();
    let (mut start, mut at, mut used) = (0, 0, 0);
    for word in line.split_inclusive(' ') {
        let room = if rows.is_empty() {
            room
        } else {
            room.saturating_sub(indent)
        };
        let is_begun = line
            .get(start..at)
            .is_some_and(|row| !row.trim().is_empty());
        if is_begun && used + width(word.trim_end_matches(' ')) > room {
            rows.push(start..at);
            (start, used) = (at, 0);
        }
        at += word.len();
        used += width(word);
    }
    rows.push(start..at);
    rows
}

/// The byte at which a column of cells starts; the end of the text if it is shorter.
pub fn byte_at(text: &str, column: usize) -> usize {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if used >= column {
            return at;
        }
        used += cells(grapheme);
    }
    text.len()
}

/// Wraps a line of a text view, with its hanging indent: the first cell and the byte range of each row.
pub fn rows(line: &str, room: usize) -> Vec<(usize, Range<usize>)> {
    let indent = hanging(line, room);
    let rows = wrap(line, room, indent).into_iter();
    rows.map(|range| (if range.start > 0 { indent } else { 0 }, range))
        .collect()
}

/// Cells by which the rows of a wrapped line hang, so that a value stays in its column.
///
/// In `  label              value` that is where the value starts; other lines hang by a little more than
/// they are indented. Never more than half the room.
fn hanging(line: &str, room: usize) -> usize {
    let text = line.trim_start_matches(' ');
    let own = line.len() - text.len();
    let value = text.find("  ").and_then(|gap| {
        let (label, rest) = text.split_at_checked(gap)?;
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        Some(own + width(label) + blanks)
    });
    [value, Some(own + 2)]
        .into_iter()
        .flatten()
        .find(|hang| hang * 2 <= room)
        .unwrap_or(room / 2)
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::string_slice,
        reason = "ranges that cut a character must fail a test"
    )]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_cut_between_what_is_drawn_as_one() {
        for (text, room, expected) in [
            ("plain", 5, "plain"),
            ("plain", 4, "pla…"),
            ("日本語", 6, "日本語"),
            ("日本語", 5, "日本…"),
            ("日本語", 4, "日…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("plain", 1, "…"),
            ("plain", 0, ""),
        ] {
            assert_eq!(cut(text, room), expected, "{text} {room}");
        }
        assert_eq!(cut_start("filter-text", 6), "…-text");
    }

    #[test]
    fn lines_wrap_between_words_and_lose_nothing() {
        let rows = |line: &str, room, indent| -> Vec<String> {
            wrap(line, room, indent)
                .into_iter()
                .map(|range| line[range].to_owned())
                .collect()
        };
        assert_eq!(rows("one two three", 8, 0), ["one two ", "three"]);
        assert_eq!(rows("one two three", 8, 4), ["one two ", "thre", "e"]);
        assert_eq!(rows("one   ", 3, 0), ["one   "]);
        assert_eq!(rows("abcdefghij", 4, 0), ["abcd", "efgh", "ij"]);
        assert_eq!(rows("", 4, 0), [""]);
        assert_eq!(rows("日本語", 4, 0), ["日本", "語"]);
    }

    #[test]
    fn wrapped_values_stay_in_their_column() {
        assert_eq!(hanging("  label              value that is long", 60), 21);
        assert_eq!(hanging("  label              value that is long", 30), 4);
        assert_eq!(hanging("plain words", 60), 2);
    }

    proptest! {
        #[test]
        fn wrapped_rows_fit_and_join_to_the_line(line in "\\PC{0,60}", room in 2usize..40, indent in 0usize..10) {
            let rows = wrap(&line, room, indent.min(room / 2));
            let joined: String = rows.iter().map(|range| &line[range.clone()]).collect();
            prop_assert_eq!(&joined, &line);
            for (index, range) in rows.into_iter().enumerate() {
                let limit = if index == 0 { room } else { room - indent.min(room / 2) };
                let row = line[range].trim_end_matches(' ');
                let alone = graphemes(row).count() <= 1;
                prop_assert!(width(row) <= limit || alone, "{row:?}");
            }
        }

        #[test]
        fn cut_text_fits(text in "\\PC{0,40}", room in 0usize..30) {
            prop_assert!(width(&cut(&text, room)) <= room);
            prop_assert!(width(&cut_start(&text, room)) <= room);
        }
    }
}
