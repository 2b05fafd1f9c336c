//! A table: column titles and the rows in view.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::pane::clusters::FINDINGS;
use crate::app::pane::{self, Cell, Pane, RowKey, glyph, row_key};
use crate::model::measure;
use crate::model::text::visible;
use crate::theme::Role;
use crate::ui::painter::{Painter, piece};
use crate::ui::pane::widths::{GAP, Share, Wish, share};
use crate::ui::{cells, role};

/// Cells before the first column: the sign of the cursor and the sign of a mark.
const SIGNS: u16 = 2;

/// A column that lacks no more than this is not cut: rather a column of a low rank goes.
const SPARED: u16 = 4;

/// The column that says how fresh a row is. It may go while all rows in view are live; if one is not, nobody
/// may take what the row says for the truth.
const FRESHNESS: &str = "READ";
const STALE_RANK: u8 = 96;
const SILENT_RANK: u8 = 5;

/// Draws the table and returns where its rows stand.
pub(super) fn draw(
    state: &State,
    pane: &Pane,
    painter: &mut Painter<'_>,
    area: Rect,
    titles: bool,
) -> Rect {
    let above = u16::from(titles && area.height >= 2);
    let body = Rect::new(
        area.x,
        area.y.saturating_add(above),
        area.width,
        area.height.saturating_sub(above),
    );
    let rows = pane.rows.get(pane.top..).unwrap_or_default();
    let rows = rows.get(..usize::from(body.height)).unwrap_or(rows);
    let room = area
        .width
        .saturating_sub(SIGNS)
        .saturating_sub(u16::from(titles));
    let shares = share(wishes(state, pane, rows), room);
    if above > 0 {
        draw_titles(pane, painter, area, &shares);
    }
    for (offset, row) in rows.iter().enumerate() {
        let line = Rect::new(body.x, body.y.saturating_add(cells(offset)), body.width, 1);
        draw_row(state, pane, painter, line, *row, &shares);
    }
    body
}

/// What each column that may be shown asks for, by what its cells in view say.
fn wishes(state: &State, pane: &Pane, rows: &[usize]) -> Vec<Wish> {
    let columns = pane.id.columns();
    let candidates = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| state.wide || !column.wide);
    let mut wishes = Vec::new();
    for (index, column) in candidates {
        let title = measure::width(&title(pane, index));
        let contents: Vec<Cell<'_>> = rows
            .iter()
            .map(|row| pane::cell(&state.fleet, pane.id, *row, index, state.now))
            .collect();
        let content = contents.iter().map(width).max().unwrap_or(0);
        let most = cells(content.min(usize::from(column.max)).max(title));
        let least = column.min.max(cells(title));
        let spared = most <= least.saturating_add(SPARED);
        let warns = column.title == FRESHNESS && contents.iter().any(|c| c.glyph != glyph::GOOD);
        // A column that no row in view has anything to say in yet makes room for the others.
        let silent = column.title == FINDINGS && contents.iter().all(|c| *c == Cell::none());
        wishes.push(Wish {
            column: index,
            rank: match silent {
                _ if warns => STALE_RANK,
                true => SILENT_RANK,
                false => column.rank,
            },
            least: if spared { most } else { least },
            most,
        });
    }
    // One column always stays, whatever was scrolled out.
    let skipped = pane.skipped.min(wishes.len().saturating_sub(1));
    wishes.split_off(skipped)
}

fn width(cell: &Cell<'_>) -> usize {
    let glyph = measure::width(cell.glyph);
    let text = measure::width(&visible(&cell.text));
    glyph + text + usize::from(glyph > 0 && text > 0)
}

/// The title of a column, with the direction if rows are sorted by it.
fn title(pane: &Pane, column: usize) -> String {
    let name = pane
        .id
        .columns()
        .get(column)
        .map_or("", |column| column.title);
    match (pane.sort.column == column, pane.sort.descending) {
        (false, _) => name.to_owned(),
        (true, false) => format!("{name} ▲"),
        (true, true) => format!("{name} ▼"),
    }
}

fn draw_titles(pane: &Pane, painter: &mut Painter<'_>, area: Rect, shares: &[Share]) {
    let mut x = area.x.saturating_add(SIGNS);
    for share in shares {
        let sorted = pane.sort.column == share.column;
        let role = if sorted {
            Role::ColumnSorted
        } else {
            Role::ColumnTitle
        };
        painter.pieces(
            x,
            area.y,
            share.width,
            &[piece(role, title(pane, share.column))],
        );
        x = x.saturating_add(share.width).saturating_add(GAP);
    }
}

fn draw_row(
    state: &State,
    pane: &Pane,
    painter: &mut Painter<'_>,
    line: Rect,
    row: usize,
    shares: &[Share],
) {
    let key: Option<RowKey> = row_key(&state.fleet, pane.id, row);
    let selected = key.is_some() && key == pane.selected;
    let right = line.right();
    if selected {
        painter.put(line.x, line.y, line.width.min(1), Role::Cursor, "▸");
    }
    if key.is_some_and(|key| pane.marks.contains(&key)) {
        let x = line.x.saturating_add(1);
        painter.put(x, line.y, right.saturating_sub(x).min(1), Role::Marked, "*");
    }
    let mut x = line.x.saturating_add(SIGNS);
    for share in shares {
        let cell = pane::cell(&state.fleet, pane.id, row, share.column, state.now);
        let role = role(cell.tone);
        let mut pieces = Vec::new();
        if !cell.glyph.is_empty() {
            let gap = if cell.text.is_empty() { "" } else { " " };
            pieces.push(piece(role, format!("{}{gap}", cell.glyph)));
        }
        pieces.push(piece(role, cell.text));
        painter.pieces(x, line.y, share.width.min(right.saturating_sub(x)), &pieces);
        x = x.saturating_add(share.width).saturating_add(GAP);
    }
    if selected {
        let focused = crate::ui::pane::is_focused(state, pane.id);
        painter.overlay(
            line,
            if focused {
                Role::Selected
            } else {
                Role::SelectedUnfocused
            },
        );
    }
}
