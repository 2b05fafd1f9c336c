//! The changes that were made, newest first.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::describe;
use crate::app::layout::text_lines;
use crate::app::modal::HistoryView;
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
    let first = popup::window(painter, inside, cursor, read.entries.len());
    let shown = read.entries.iter().enumerate().skip(first);
    for (offset, (index, entry)) in shown.take(usize::from(inside.height)).enumerate() {
        let y = inside.y.saturating_add(cells(offset));
        let (sign, words, tone) = describe::entry_outcome(entry, read.running.contains(&entry.id));
        let pieces = [
            piece(role(tone), format!("{sign} {words:<15}")),
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
