//! How wide text is in the cells of a terminal, and how it is cut and wrapped.

use std::borrow::Cow;

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
/// each other without a gap. Rows after the first are `indent` cells shorter, for a hanging indent.
pub fn wrap(line: &str, room: usize, indent: usize) -> Vec<std::ops::Range<usize>> {
    let mut rows = Vec::new();
    let (mut start, mut at, mut used) = (0, 0, 0);
    // Where the row could break, and how much of it stands before that.
    let mut after_blank: Option<(usize, usize)> = None;
    for grapheme in line.graphemes(true) {
        let width = cells(grapheme);
        let limit = if rows.is_empty() {
            room
        } else {
            room.saturating_sub(indent)
        }
        .max(1);
        let blank = grapheme == " ";
        // A blank may hang over the edge: it is not seen there.
        if used + width > limit && !blank && at > start {
            let (end, before) = after_blank
                .filter(|(end, _)| *end > start)
                .unwrap_or((at, used));
            rows.push(start..end);
            start = end;
            used -= before;
            after_blank = None;
            // What is carried over may fill the shorter row again.
            let limit = room.saturating_sub(indent).max(1);
            if used + width > limit && at > start {
                rows.push(start..at);
                start = at;
                used = 0;
            }
        }
        at += grapheme.len();
        used += width;
        if blank {
            after_blank = Some((at, used));
        }
    }
    rows.push(start..at);
    rows
}

/// Cells that rows after the first are indented by, so that a wrapped value stays in its column.
///
/// The values of `  label              value` start at the column after the label's; other lines hang by their
/// own indentation and a little more. Never more than half the room.
pub fn hanging(line: &str, room: usize) -> usize {
    let own = line.len() - line.trim_start_matches(' ').len();
    let column = line
        .trim_start_matches(' ')
        .find("  ")
        .map(|gap| own + gap)
        .and_then(|gap| line.get(gap..).map(|rest| (gap, rest)))
        .map(|(gap, rest)| (gap, rest.len() - rest.trim_start_matches(' ').len()))
        .map(|(gap, blanks)| width(line.get(..gap).unwrap_or_default()) + blanks);
    let wanted = column.filter(|column| *column <= 40).unwrap_or(own + 2);
    if wanted * 2 > room {
        (own + 2).min(room / 2)
    } else {
        wanted
    }
}

#[cfg(test)]
mod tests {
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
                prop_assert!(width(row) <= limit.max(2), "{row:?}");
            }
        }

        #[test]
        fn cut_text_fits(text in "\\PC{0,40}", room in 0usize..30) {
            prop_assert!(width(&cut(&text, room)) <= room);
            prop_assert!(width(&cut_start(&text, room)) <= room);
        }
    }
}
