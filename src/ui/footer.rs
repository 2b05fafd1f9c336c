//! The footer: the keys that work now, or a notice, or the line that is typed.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::availability::{available, goes_back};
use crate::app::line::Line;
use crate::app::modal::Modal;
use crate::app::modal::credential::Course;
use crate::app::pane::{Pane, glyph};
use crate::app::state::Notice;
use crate::input::{Command, Context};
use crate::model::measure::wrap;
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

/// Between two hints.
const GAP: &str = "  ";

/// Rows of a notice at most.
const ROWS: usize = 5;

/// Draws the footer; returns where the cursor stands if a line is typed here.
pub(super) fn draw(state: &State, painter: &mut Painter<'_>, area: Rect) -> Option<(u16, u16)> {
    if area.height == 0 {
        return None;
    }
    let line = match state.modals.last() {
        Some(Modal::Filter(typed)) => {
            let found = state.pane(typed.pane).map(|pane| found(state, pane));
            Some(("/", &typed.line, found.unwrap_or_default()))
        }
        Some(Modal::Text(view)) => view.typing.as_ref().map(|line| ("/", line, Vec::new())),
        Some(Modal::Credential(panel)) => panel.line().map(|line| ("! ", line, own(state, line))),
        _ => None,
    };
    let inside = Rect::new(
        area.x.saturating_add(1),
        area.y,
        area.width.saturating_sub(1),
        1,
    );
    match (line, &state.notice) {
        (Some((sign, line, found)), _) => draw_line(state, painter, inside, (sign, line), &found),
        (None, Some(notice)) => {
            say(notice, painter, inside);
            None
        }
        (None, None) => {
            let hints = hints(state, usize::from(inside.width));
            painter.pieces(inside.x, inside.y, inside.width, &hints);
            None
        }
    }
}

/// Says what there is to say, in as many rows as it takes: an error that is cut helps nobody.
fn say(notice: &Notice, painter: &mut Painter<'_>, area: Rect) {
    let (sign, role) = if notice.good {
        (glyph::GOOD, Role::NoticeGood)
    } else {
        (glyph::BAD, Role::NoticeBad)
    };
    let text = piece(role, format!("{sign} {}", notice.text));
    let mut rows: Vec<Piece<'_>> = wrap(&text.text, usize::from(area.width), 2)
        .into_iter()
        .map(|range| {
            let indent = if range.start > 0 { "  " } else { "" };
            let row = text.text.get(range).unwrap_or_default().trim_end();
            piece(role, format!("{indent}{row}"))
        })
        .collect();
    if rows.len() > ROWS.min(usize::from(area.y) + 1) {
        // No room for all of it: what fits in one row, and the mark that says that it was cut.
        rows = vec![text.clone()];
    }
    let top = area.bottom().saturating_sub(cells(rows.len()));
    if rows.len() > 1 {
        let covered = Rect::new(0, top, area.right(), cells(rows.len()));
        painter.clear(covered);
    }
    for (offset, row) in rows.into_iter().enumerate() {
        painter.pieces(
            area.x,
            top.saturating_add(cells(offset)),
            area.width,
            &[row],
        );
    }
}

/// The line that is typed, what it finds, and the keys if there is room for them.
fn draw_line(
    state: &State,
    painter: &mut Painter<'_>,
    area: Rect,
    (sign, line): (&str, &Line),
    found: &[Piece<'_>],
) -> Option<(u16, u16)> {
    let wanted = prompt::wanted(sign, line).max(area.width / 3);
    // What the line finds may take half of the room from it, never more: the line is what is being written.
    let beside = cells(width(found)).min(area.width / 2).saturating_add(2);
    let for_line = wanted.min(area.width.saturating_sub(beside));
    let cursor = prompt::draw(painter, (area.x, area.y), for_line, sign, line);
    let x = area.x.saturating_add(for_line).saturating_add(2);
    let used = painter.pieces(x, area.y, area.right().saturating_sub(x), found);
    let x = if used > 0 {
        x.saturating_add(used).saturating_add(2)
    } else {
        x
    };
    let room = area.right().saturating_sub(x);
    painter.pieces(x, area.y, room, &hints(state, usize::from(room)));
    cursor
}

/// What a filter leaves of a pane, or why a part of it is not in force.
fn found<'a>(state: &State, pane: &'a Pane) -> Vec<Piece<'a>> {
    match pane.filter.problem() {
        Some(problem) => vec![piece(
            Role::Warning,
            format!("{} {problem}", glyph::WARNING),
        )],
        None => count(state, pane)
            .map(|count| piece(Role::Count, count))
            .into_iter()
            .collect(),
    }
}

/// What is run while no command is typed.
fn own(state: &State, line: &Line) -> Vec<Piece<'static>> {
    let text = || format!("{}, your shell", state.own_shell());
    let shown = line.is_empty().then(|| piece(Role::Count, text()));
    shown.into_iter().collect()
}

/// As many hints as fit, the most useful first.
fn hints(state: &State, room: usize) -> Vec<Piece<'static>> {
    let mut hints = ranked(state);
    // What does nothing here must not take the room of what does.
    let mut by_use: Vec<usize> = (0..hints.len()).collect();
    by_use.sort_by_key(|index| hints.get(*index).is_none_or(|hint| !hint.works));
    let mut taken = 0;
    let mut fits = vec![false; hints.len()];
    for index in by_use {
        let (Some(hint), Some(fits)) = (hints.get(index), fits.get_mut(index)) else {
            continue;
        };
        let gap = if taken > 0 { GAP.len() } else { 0 };
        let wanted = gap + width(&hint.pieces());
        if taken + wanted <= room {
            taken += wanted;
            *fits = true;
        }
    }
    let mut fits = fits.into_iter();
    hints.retain(|_| fits.next().unwrap_or_default());
    let mut pieces: Vec<Piece<'static>> = Vec::new();
    for hint in hints {
        if !pieces.is_empty() {
            pieces.push(piece(Role::Text, GAP));
        }
        pieces.extend(hint.pieces());
    }
    pieces
}

impl Hint {
    fn pieces(&self) -> [Piece<'static>; 2] {
        let (key, label) = if self.works {
            (Role::Key, Role::Label)
        } else {
            (Role::Off, Role::Off)
        };
        [
            piece(key, self.key.clone()),
            piece(label, format!(" {}", self.label)),
        ]
    }
}

/// Commands of the context that are bound to a key, by their rank.
fn ranked(state: &State) -> Vec<Hint> {
    let context = state.context();
    let course = match state.modals.last() {
        Some(Modal::Credential(panel)) => panel.course(),
        _ => None,
    };
    // The course of a test scrolls and ends as that of a change does, but there is nothing to take back.
    let is_of_changes = |command: Command| matches!(command, Command::Undo | Command::Redo);
    // Two keys for one thing take the room of another: over the panes, both of these go back.
    let is_twice = |command: Command| command == Command::Leave && context != Context::Main;
    let here = |command: &&Command| {
        command.footer_rank() > 0
            && command.contexts().contains(&context)
            && !is_twice(**command)
            && !(course.is_some() && is_of_changes(**command))
            && !(course.is_some_and(Course::is_running) && **command == Command::Accept)
    };
    let mut commands: Vec<Command> = Command::ALL.iter().filter(here).copied().collect();
    commands.sort_by_key(|command| std::cmp::Reverse(command.footer_rank()));
    // It says so when it is pressed, and asks for no room.
    let is_idle =
        |command| command == Command::Back && context == Context::Main && !goes_back(state);
    let hint = |command: Command| {
        Some(Hint {
            key: state.options.keymap.shown(command)?,
            label: command.label_in(context),
            works: available(state, command).is_ok() && !is_idle(command),
        })
    };
    commands.into_iter().filter_map(hint).collect()
}
