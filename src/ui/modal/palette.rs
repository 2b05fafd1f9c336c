//! The command palette: a line that is typed, and the commands that match.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::availability::available;
use crate::app::modal::Palette;
use crate::input::Command;
use crate::theme::Role;
use crate::ui::modal::popup;
use crate::ui::painter::{Painter, piece};
use crate::ui::{cells, prompt};

/// Matches in view at most.
const ROWS: usize = 14;
const WIDTH: usize = 84;

pub(super) fn draw(
    state: &State,
    palette: &Palette,
    painter: &mut Painter<'_>,
    screen: Rect,
) -> Option<(u16, u16)> {
    let matches = palette.matches();
    let inside = popup::draw(painter, screen, "Commands", (WIDTH, ROWS + 1));
    if inside.height == 0 {
        return None;
    }
    let cursor = prompt::draw(
        painter,
        (inside.x, inside.y),
        inside.width,
        ": ",
        &palette.line,
    );
    let list = Rect::new(
        inside.x,
        inside.y.saturating_add(1),
        inside.width,
        inside.height.saturating_sub(1),
    );
    if matches.is_empty() && list.height > 0 {
        painter.pieces(
            list.x,
            list.y,
            list.width,
            &[piece(Role::Muted, "  no command matches")],
        );
        return cursor;
    }
    let top = popup::window(painter, list, palette.cursor, matches.len());
    let names = matches
        .iter()
        .map(|command| command.name().len())
        .max()
        .unwrap_or(0);
    let shown = matches
        .iter()
        .enumerate()
        .skip(top)
        .take(usize::from(list.height));
    for (offset, (index, command)) in shown.enumerate() {
        let line = Rect::new(list.x, list.y.saturating_add(cells(offset)), list.width, 1);
        draw_command(
            state,
            painter,
            line,
            *command,
            index == palette.cursor,
            names,
        );
    }
    cursor
}

fn draw_command(
    state: &State,
    painter: &mut Painter<'_>,
    line: Rect,
    command: Command,
    chosen: bool,
    names: usize,
) {
    let works = available(state, command).is_ok();
    let (role, rest) = if works {
        (Role::Text, Role::Muted)
    } else {
        (Role::Off, Role::Off)
    };
    if chosen {
        painter.put(line.x, line.y, line.width, Role::Cursor, "▸");
    }
    let key = state.options.keymap.shown(command).unwrap_or_default();
    let mut x = line.x.saturating_add(2);
    for (role, text, width) in [
        (role, command.name(), cells(names)),
        (if works { Role::Key } else { Role::Off }, &*key, 9),
        (rest, command.sentence(), u16::MAX),
    ] {
        let room = line.right().saturating_sub(x).min(width);
        painter.pieces(x, line.y, room, &[piece(role, text)]);
        x = x.saturating_add(room).saturating_add(2);
    }
    if chosen {
        painter.overlay(line, Role::Selected);
    }
}
