//! A list to choose one thing from.

use ratatui::layout::Rect;

use crate::app::modal::{Action, Item, Menu};
use crate::model::measure;
use crate::theme::Role;
use crate::ui::cells;
use crate::ui::modal::popup;
use crate::ui::painter::{Painter, piece};

pub(super) fn draw(menu: &Menu, painter: &mut Painter<'_>, screen: Rect) {
    let labels = menu.items.iter().map(label).max().unwrap_or(0);
    let notes = menu
        .items
        .iter()
        .map(|item| piece(Role::Muted, &*item.note));
    let notes = notes
        .map(|note| measure::width(&note.text))
        .max()
        .unwrap_or(0);
    let width = 2 + labels + if notes > 0 { 2 + notes } else { 0 };
    let inside = popup::draw(painter, screen, &menu.title, (width, menu.items.len()));
    let top = popup::window(painter, inside, menu.cursor, menu.items.len());
    let shown = menu
        .items
        .iter()
        .enumerate()
        .skip(top)
        .take(usize::from(inside.height));
    for (offset, (index, item)) in shown.enumerate() {
        let line = Rect::new(
            inside.x,
            inside.y.saturating_add(cells(offset)),
            inside.width,
            1,
        );
        draw_item(painter, line, item, index == menu.cursor, labels);
    }
}

fn label(item: &Item) -> usize {
    measure::width(&piece(Role::Text, &*item.label).text)
}

fn draw_item(painter: &mut Painter<'_>, line: Rect, item: &Item, chosen: bool, labels: usize) {
    let refused = matches!(item.action, Action::Refused(_));
    let (role, note) = if refused {
        (Role::Off, Role::Off)
    } else {
        (Role::Text, Role::Muted)
    };
    if chosen {
        painter.put(line.x, line.y, line.width, Role::Cursor, "▸");
    }
    let x = line.x.saturating_add(2);
    let room = line.right().saturating_sub(x);
    // A label may take two thirds where a note follows it, so that both say something on a narrow screen.
    let most = if item.note.is_empty() {
        room
    } else {
        room.saturating_sub(room / 3)
    };
    let wanted = cells(labels).min(most.max(room.saturating_sub(cells(note_width(item) + 2))));
    painter.pieces(x, line.y, wanted.min(room), &[piece(role, &*item.label)]);
    let x = x.saturating_add(wanted).saturating_add(2);
    painter.pieces(
        x,
        line.y,
        line.right().saturating_sub(x),
        &[piece(note, &*item.note)],
    );
    if chosen {
        painter.overlay(line, Role::Selected);
    }
}

fn note_width(item: &Item) -> usize {
    measure::width(&piece(Role::Muted, &*item.note).text)
}
