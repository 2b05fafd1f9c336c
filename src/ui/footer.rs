//! The footer: the keys that work now, or a notice, or the line that is typed.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::availability::available;
use crate::app::modal::Modal;
use crate::app::pane::{Pane, glyph};
use crate::app::state::Notice;
use crate::input::Command;
use crate::theme::Role;
use crate::ui::painter::{Painter, Piece, piece, width};
use crate::ui::pane::title::count;
use crate::ui::{cells, prompt};

/// A key and what it does, as the footer shows it.
struct Hint {
    key: String,
    label: &'static str,
    works: bool,
}

/// Draws the footer; returns where the cursor stands if a line is typed here.
pub(super) fn draw(state: &State, painter: &mut Painter<'_>, area: Rect) -> Option<(u16, u16)> {
    if area.height == 0 {
        return None;
    }
    match state.modals.last() {
        Some(Modal::Filter(typed)) => {
            let pane = state.pane(typed.pane);
            return draw_line(
                state,
                painter,
                area,
                &typed.line,
                pane.map(found).unwrap_or_default(),
            );
        }
        Some(Modal::Text(view)) => {
            if let Some(line) = &view.typing {
                return draw_line(state, painter, area, line, Vec::new());
            }
        }
        _ => {}
    }
    match &state.notice {
        Some(notice) => {
            painter.pieces(
                area.x.saturating_add(1),
                area.y,
                area.width.saturating_sub(1),
                &say(notice),
            );
        }
        None => {
            let room = usize::from(area.width.saturating_sub(1));
            let pieces = hints(state, room);
            painter.pieces(
                area.x.saturating_add(1),
                area.y,
                area.width.saturating_sub(1),
                &pieces,
            );
        }
    }
    None
}

fn say(notice: &Notice) -> [Piece<'_>; 2] {
    let (sign, role) = if notice.good {
        (glyph::GOOD, Role::NoticeGood)
    } else {
        (glyph::BAD, Role::NoticeBad)
    };
    [piece(role, format!("{sign} ")), piece(role, &*notice.text)]
}

/// The line that is typed, what it finds, and the keys if there is room for them.
fn draw_line(
    state: &State,
    painter: &mut Painter<'_>,
    area: Rect,
    line: &crate::app::line::Line,
    found: Vec<Piece<'_>>,
) -> Option<(u16, u16)> {
    let wanted = prompt::wanted("/", line)
        .max(area.width / 3)
        .min(area.width);
    // What the line finds may take half of the room from it, never more: the line is what is being written.
    let beside = cells(width(&found)).min(area.width / 2);
    let for_line = area
        .width
        .saturating_sub(1)
        .min(wanted)
        .min(area.width.saturating_sub(beside + 3));
    let cursor = prompt::draw(
        painter,
        (area.x.saturating_add(1), area.y),
        for_line,
        "/",
        line,
    );
    let mut x = area
        .x
        .saturating_add(1)
        .saturating_add(for_line)
        .saturating_add(2);
    let used = painter.pieces(x, area.y, area.right().saturating_sub(x), &found);
    x = x
        .saturating_add(used)
        .saturating_add(if used > 0 { 2 } else { 0 });
    let room = area.right().saturating_sub(x);
    let hints = hints(state, usize::from(room));
    painter.pieces(x, area.y, room, &hints);
    cursor
}

/// What a filter leaves of a pane, or why a part of it is not in force.
fn found(pane: &Pane) -> Vec<Piece<'_>> {
    match pane.filter.problem() {
        Some(problem) => vec![piece(
            Role::Warning,
            format!("{} {problem}", glyph::WARNING),
        )],
        None => count(pane)
            .map(|count| piece(Role::Count, count))
            .into_iter()
            .collect(),
    }
}

/// As many hints as fit, the most useful first.
fn hints(state: &State, room: usize) -> Vec<Piece<'static>> {
    let mut pieces: Vec<Piece<'static>> = Vec::new();
    for hint in ranked(state) {
        let (key, label) = if hint.works {
            (Role::Key, Role::Label)
        } else {
            (Role::Off, Role::Off)
        };
        let mut next = vec![
            piece(key, hint.key),
            piece(label, format!(" {}", hint.label)),
        ];
        if !pieces.is_empty() {
            next.insert(0, piece(Role::Text, "  "));
        }
        if width(&pieces) + width(&next) <= room {
            pieces.append(&mut next);
        }
    }
    pieces
}

/// Commands of the context that are bound to a key, by their rank.
fn ranked(state: &State) -> Vec<Hint> {
    let context = state.context();
    let here =
        |command: &&Command| command.footer_rank() > 0 && command.contexts().contains(&context);
    let mut commands: Vec<Command> = Command::ALL.iter().filter(here).copied().collect();
    commands.sort_by_key(|command| std::cmp::Reverse(command.footer_rank()));
    let hint = |command: Command| {
        Some(Hint {
            key: state.options.keymap.shown(command)?,
            label: command.label(),
            works: available(state, command).is_ok(),
        })
    };
    commands.into_iter().filter_map(hint).collect()
}
