//! The changes that were made, newest first.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::describe;
use crate::app::layout::text_lines;
use crate::app::modal::HistoryView;
use crate::model::measure::{width, wrap};
use crate::theme::Role;
use crate::ui::modal::popup;
use crate::ui::painter::{Frame, Painter, piece};
use crate::ui::{cells, rect, role};

pub(super) fn draw(
    state: &State,
    view: &HistoryView,
    painter: &mut Painter<'_>,
    area: Rect,
    top: bool,
) {
    painter.clear(area);
    let frame = Frame { focused: top };
    let read = state.journal.value();
    if area.height >= 3 && area.width >= 5 {
        painter.frame(area, frame);
        painter.on_frame(area, area.y, &[piece(frame.title_role(), "History")]);
        let mut notes = Vec::new();
        if state.journal.waiting().is_some() {
            notes.push("reading".to_owned());
        }
        if let Some(read) = read {
            let more = if read.more { " newest" } else { "" };
            notes.push(format!("{}{more}", read.entries.len()));
            if read.unread > 0 {
                notes.push(format!("{} lines cannot be read", read.unread));
            }
        }
        let bottom = area.bottom().saturating_sub(1);
        painter.on_frame(area, bottom, &[piece(Role::Count, notes.join(", "))]);
    }
    let inside = rect(text_lines(state.size));
    let say = |painter: &mut Painter<'_>, role: Role, text: String| {
        painter.pieces(inside.x, inside.y, inside.width, &[piece(role, text)]);
    };
    let Some(read) = read.filter(|read| !read.entries.is_empty()) else {
        if let Some(failed) = state.journal.failed() {
            say(painter, Role::Bad, failed.failure.to_string());
        } else if read.is_some() {
            let text = "nothing was changed with roledex yet";
            say(painter, Role::Muted, text.to_owned());
        }
        return;
    };
    let cursor = view.cursor(&read.entries);
    let note = read.entries.get(cursor);
    let note = note.map(|entry| describe::entry_note(read, entry));
    let list = draw_note(painter, inside, &note.unwrap_or_default());
    let first = popup::window(painter, list, cursor, read.entries.len());
    let shown = read.entries.iter().enumerate().skip(first);
    let shown: Vec<_> = shown.take(usize::from(list.height)).collect();
    let standings = shown
        .iter()
        .map(|(_, entry)| describe::entry_standing(read, entry));
    let standings: Vec<_> = standings.collect();
    let widths = standings.iter().map(|(_, words, _)| width(words));
    let widest = widths.max().unwrap_or(0);
    for (offset, ((index, entry), (sign, words, tone))) in
        shown.into_iter().zip(standings).enumerate()
    {
        let y = inside.y.saturating_add(cells(offset));
        let pieces = [
            piece(role(tone), format!("{sign} {words:<widest$} ")),
            piece(Role::Text, describe::entry_label(entry, state.now)),
        ];
        if index == cursor {
            painter.put(inside.x, y, inside.width, Role::Cursor, "▸");
        }
        let x = inside.x.saturating_add(2);
        painter.pieces(x, y, inside.right().saturating_sub(x), &pieces);
        if index == cursor {
            painter.overlay(Rect::new(inside.x, y, inside.width, 1), Role::Selected);
        }
    }
}

/// Says below the list what a row of it may have no room for; returns what is left for the list.
///
/// The list keeps the larger half; where that is too little for both, there is no note.
fn draw_note(painter: &mut Painter<'_>, inside: Rect, note: &[String]) -> Rect {
    let mut rows: Vec<String> = Vec::new();
    for sentence in note {
        // Names come from outside, and are made visible before they are measured.
        let text = piece(Role::Muted, sentence.as_str()).text;
        for range in wrap(&text, usize::from(inside.width), 2) {
            let indent = if range.start > 0 { "  " } else { "" };
            let row = text.get(range).unwrap_or_default().trim_end();
            rows.push(format!("{indent}{row}"));
        }
    }
    let room = usize::from(inside.height / 2).saturating_sub(1);
    if rows.len() > room {
        rows.truncate(room);
        if let Some(last) = rows.last_mut() {
            last.push('…');
        }
    }
    if rows.is_empty() {
        return inside;
    }
    let height = inside.height.saturating_sub(cells(rows.len()));
    for (offset, row) in rows.into_iter().enumerate() {
        let y = inside
            .y
            .saturating_add(height)
            .saturating_add(cells(offset));
        let row = [piece(Role::Muted, row)];
        painter.pieces(inside.x, y, inside.width, &row);
    }
    Rect {
        height: height.saturating_sub(1),
        ..inside
    }
}
