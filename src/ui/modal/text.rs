//! A text view: lines in a frame that covers the screen down to the footer.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::describe::{self, TextLine};
use crate::app::layout::text_lines;
use crate::app::modal::{Form, Subject, TextView};
use crate::model::measure::{byte_at, rows, width};
use crate::theme::Role;
use crate::ui::painter::{Frame, Painter, piece};
use crate::ui::{cells, rect, role, scrollbar};

pub(super) fn draw(
    state: &State,
    view: &TextView,
    painter: &mut Painter<'_>,
    area: Rect,
    top: bool,
) {
    painter.clear(area);
    let frame = Frame { focused: top };
    let lines = describe::lines(state, view);
    let title = describe::title(state, view);
    if area.height >= 3 && area.width >= 5 {
        painter.frame(area, frame);
        painter.on_frame(area, area.y, &[piece(frame.title_role(), title)]);
    }
    let inside = rect(text_lines(state.size));
    let drawn = draw_lines(view, &lines, painter, inside);
    if area.height < 3 || area.width < 5 {
        return;
    }
    let (bottom, count) = (area.bottom().saturating_sub(1), lines.len());
    let mut note = Vec::new();
    if !view.pattern.is_empty() {
        note.push(piece(Role::Key, format!("/{}", view.pattern)));
        note.push(piece(
            Role::Count,
            format!("  {}", matching(&lines, &view.pattern)),
        ));
    }
    if view.left > 0 && !view.wrap {
        note.push(piece(
            Role::Count,
            format!("  from column {}", view.left + 1),
        ));
    }
    let used = painter.on_frame(area, bottom, &note);
    let from = area.x.saturating_add(2).saturating_add(used);
    let position = piece(Role::Count, position(view.top, drawn, count));
    painter.on_frame_right(area, bottom, from, &[position]);
    let track = Rect::new(area.right().saturating_sub(1), inside.y, 1, inside.height);
    scrollbar::draw(painter, track, view.top, drawn, count);
}

/// Draws wrapped lines from one of them on; returns how many were drawn, at least in part.
pub(super) fn draw_wrapped(
    lines: &[TextLine],
    top: usize,
    painter: &mut Painter<'_>,
    area: Rect,
) -> usize {
    let mut view = TextView::new(Subject::Scopes, Form::Explained);
    view.top = top;
    draw_lines(&view, lines, painter, area)
}

/// Draws as many lines as fit; returns how many did, at least in part.
fn draw_lines(view: &TextView, lines: &[TextLine], painter: &mut Painter<'_>, area: Rect) -> usize {
    let (room, x, mut y) = (usize::from(area.width), area.x, area.y);
    let mut drawn = 0;
    for line in lines.iter().skip(view.top) {
        if y >= area.bottom() || room == 0 {
            break;
        }
        let text = line.text();
        let styled = styled(line, &view.pattern);
        if view.wrap {
            for (hang, range) in rows(&text, room) {
                if y >= area.bottom() {
                    break;
                }
                draw_row(
                    painter,
                    (x.saturating_add(cells(hang)), y),
                    area.right(),
                    &text,
                    &styled,
                    range,
                );
                y += 1;
            }
        } else {
            let from = byte_at(&text, view.left);
            draw_row(
                painter,
                (x, y),
                area.right(),
                &text,
                &styled,
                from..text.len(),
            );
            y += 1;
        }
        drawn += 1;
    }
    drawn
}

/// Byte ranges of a line with their roles; a match is laid over the role of its text.
struct Styled {
    /// Where each role ends.
    roles: Vec<(usize, Role)>,
    matches: Vec<std::ops::Range<usize>>,
}

fn styled(line: &TextLine, pattern: &str) -> Styled {
    let mut end = 0;
    let roles = line
        .spans
        .iter()
        .map(|(tone, text)| {
            end += text.len();
            (end, role(*tone))
        })
        .collect();
    Styled {
        roles,
        matches: matches(&line.text(), pattern),
    }
}

/// Where a text matches, without regard to case; letters whose lower case is longer count as they stand.
fn matches(text: &str, pattern: &str) -> Vec<std::ops::Range<usize>> {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    if pattern.is_empty() {
        return Vec::new();
    }
    let folded: Vec<(usize, char)> = text
        .char_indices()
        .flat_map(|(at, character)| character.to_lowercase().map(move |lower| (at, lower)))
        .collect();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(window) = folded.get(from..from + pattern.len()) {
        if window.iter().map(|(_, lower)| lower).eq(&pattern) {
            let start = window.first().map_or(0, |(at, _)| *at);
            let end = folded
                .get(from + pattern.len())
                .map_or(text.len(), |(at, _)| *at);
            found.push(start..end);
            from += pattern.len();
        } else {
            from += 1;
        }
    }
    found
}

fn matching(lines: &[TextLine], pattern: &str) -> String {
    let count = lines
        .iter()
        .filter(|line| !matches(&line.text(), pattern).is_empty())
        .count();
    crate::ui::counted(count, "line matches", "lines match")
}

/// Draws a byte range of a line from a position on.
fn draw_row(
    painter: &mut Painter<'_>,
    (x, y): (u16, u16),
    right: u16,
    text: &str,
    styled: &Styled,
    range: std::ops::Range<usize>,
) {
    let mut at = x;
    let mut start = range.start;
    for (end, role) in &styled.roles {
        let end = (*end).min(range.end);
        if end <= start {
            continue;
        }
        let part = text.get(start..end).unwrap_or_default();
        let used = painter.put(at, y, right.saturating_sub(at), *role, part);
        for found in &styled.matches {
            let (from, to) = (found.start.max(start), found.end.min(end));
            if let (Some(before), Some(inner)) = (text.get(start..from), text.get(from..to)) {
                let offset = cells(width(before));
                let length = cells(width(inner));
                let from = at.saturating_add(offset).min(right);
                let length = length.min(right.saturating_sub(from));
                painter.overlay(Rect::new(from, y, length, 1), Role::Match);
            }
        }
        at = at.saturating_add(used);
        start = end;
    }
}

/// `all`, `top`, `bottom`, or how far down the view stands.
fn position(top: usize, drawn: usize, all: usize) -> String {
    let last = all.saturating_sub(drawn);
    match (top, last) {
        (_, 0) => "all".to_owned(),
        (0, _) => "top".to_owned(),
        (top, last) if top >= last => "bottom".to_owned(),
        (top, last) => format!("{}%", top * 100 / last),
    }
}
