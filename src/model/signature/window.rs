//! The part of a line that may be shown.

use super::secret;

/// How many characters of a line are shown at most.
pub const LONGEST: usize = 200;
/// How many of them stand before the words that were recognised.
const BEFORE: usize = 60;
/// Room for marks that are longer than what they stand for.
const ROOM: usize = 20;
/// Of a line that is longer, only this many bytes around the words are searched for secrets.
const SEARCHED: usize = 64 * 1024;
const CUT: char = '…';

/// What stands around a place in a line, without anything that looks like a secret.
pub(super) fn around(line: &str, place: usize) -> String {
    // A secret that begins before this part is one of more than thirty thousand characters.
    let (line, place) = part(line, place);
    let is_short = line.chars().nth(LONGEST - ROOM).is_none();
    let start = if is_short {
        0
    } else {
        back(line, place, BEFORE)
    };
    let end = ahead(line, start, LONGEST - ROOM);
    let mut shown = String::new();
    if start > 0 {
        shown.push(CUT);
    }
    let mut from = start;
    // Looked for in all of the line: a window that begins amidst a token would not know it for one.
    for span in secret::spans(line) {
        if span.end <= from || span.start >= end {
            continue;
        }
        shown.push_str(line.get(from..span.start).unwrap_or_default());
        shown.push_str(secret::MARK);
        from = span.end;
    }
    shown.push_str(line.get(from..end).unwrap_or_default());
    let is_cut = end < line.len() && from < line.len();
    bounded(shown, is_cut)
}

fn bounded(text: String, is_cut: bool) -> String {
    let is_long = text.chars().count() > LONGEST - 1;
    if !is_long && !is_cut {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push(CUT);
    short
}

fn part(line: &str, place: usize) -> (&str, usize) {
    if line.len() <= SEARCHED {
        return (line, place);
    }
    let start = line.floor_char_boundary(place.saturating_sub(SEARCHED / 2));
    let end = line.ceil_char_boundary(start.saturating_add(SEARCHED).min(line.len()));
    (line.get(start..end).unwrap_or_default(), place - start)
}

/// The place so many characters before another.
fn back(line: &str, place: usize, count: usize) -> usize {
    let before = line.get(..place).unwrap_or_default();
    let first = before.char_indices().rev().take(count).last();
    first.map_or(place, |(index, _)| index)
}

/// The place so many characters after another.
fn ahead(line: &str, place: usize, count: usize) -> usize {
    let after = line.get(place..).unwrap_or_default();
    let next = after.char_indices().nth(count);
    next.map_or(line.len(), |(index, _)| place + index)
}
