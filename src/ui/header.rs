//! The header: who is calling, which scopes, how fresh, what the calls cost, what runs.
//!
//! ```text
//! roledex  DEMO  RW  account 111122223333  as assumed-role/Admin/alice     3 scopes, 1 failed
//! ● live  details 120/160  412 calls, 3 throttled, 5 waiting  ◐ 14 running  ▲ paused
//! ```

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::fleet::RouteRow;
use crate::app::pane::glyph;
use crate::theme::Role;
use crate::ui::counted;
use crate::ui::painter::{Painter, Piece, piece, width};

/// A part of the header; where room runs out, parts of a low rank go first.
struct Part<'a> {
    rank: u8,
    pieces: Vec<Piece<'a>>,
}

/// Cells between two parts.
const GAP: u16 = 2;

pub(super) fn draw(state: &State, painter: &mut Painter<'_>, area: Rect) {
    let who = [
        product(state),
        mode(state),
        demo(state),
        scopes(state),
        account(state),
        caller(state),
    ];
    let how = [
        paused(state),
        details(state),
        freshness(state),
        budget(state),
        work(state),
    ];
    match area.height {
        0 => {}
        1 => line(
            painter,
            area,
            0,
            who.into_iter().chain(how).flatten().collect(),
        ),
        _ => {
            line(painter, area, 0, who.into_iter().flatten().collect());
            line(painter, area, 1, how.into_iter().flatten().collect());
        }
    }
}

fn line(painter: &mut Painter<'_>, area: Rect, row: u16, mut parts: Vec<Part<'_>>) {
    let room = usize::from(area.width.saturating_sub(1));
    let wanted = |parts: &[Part<'_>]| -> usize {
        parts
            .iter()
            .map(|part| width(&part.pieces) + usize::from(GAP))
            .sum::<usize>()
    };
    while parts.len() > 1 && wanted(&parts) > room + usize::from(GAP) {
        let lowest = parts.iter().enumerate().min_by_key(|(_, part)| part.rank);
        let Some((index, _)) = lowest else { break };
        parts.remove(index);
    }
    let y = area.y.saturating_add(row);
    let mut x = area.x.saturating_add(1);
    for part in &parts {
        let room = area.right().saturating_sub(x);
        let used = painter.pieces(x, y, room, &part.pieces);
        x = x.saturating_add(used).saturating_add(GAP);
    }
}

fn part<'a>(rank: u8, pieces: impl Into<Vec<Piece<'a>>>) -> Option<Part<'a>> {
    Some(Part {
        rank,
        pieces: pieces.into(),
    })
}

fn product(_: &State) -> Option<Part<'_>> {
    part(100, [piece(Role::Product, "roledex")])
}

fn demo(state: &State) -> Option<Part<'_>> {
    state
        .options
        .demo
        .then(|| part(99, [piece(Role::BadgeDemo, " DEMO ")]))?
}

fn mode(state: &State) -> Option<Part<'_>> {
    if state.options.read_only {
        part(90, [piece(Role::BadgeReadOnly, " RO ")])
    } else {
        part(60, [piece(Role::BadgeReadWrite, " RW ")])
    }
}

/// The scopes; the only one by its name, several by their number.
fn scopes(state: &State) -> Option<Part<'_>> {
    let shown = || state.fleet.routes.iter().filter(|row| !row.is_region_off());
    let failed =
        shown().filter(|row| row.failed().is_some()).count() + state.options.troubles.len();
    let reading = shown()
        .filter(|row| row.listing.waiting().is_some())
        .count();
    let count = shown().count();
    let mut pieces = match (count, shown().next()) {
        (0, _) => vec![piece(Role::Warning, "no scopes")],
        (1, Some(only)) => vec![piece(Role::Text, only.route.to_string())],
        (count, _) => vec![piece(Role::Text, counted(count, "scope", "scopes"))],
    };
    if failed > 0 {
        pieces.push(piece(Role::Muted, ", "));
        pieces.push(piece(Role::Bad, format!("{} {failed} failed", glyph::BAD)));
    }
    if reading > 0 {
        pieces.push(piece(Role::Muted, ", "));
        pieces.push(piece(
            Role::Busy,
            format!("{} {reading} reading", glyph::BUSY),
        ));
    }
    part(80, pieces)
}

/// The route of the selected row, or the first one whose caller is known.
fn route(state: &State) -> Option<&RouteRow> {
    let selected = state
        .selected()
        .and_then(|key| state.route_to(key.cluster()))
        .and_then(|id| state.fleet.route(id))
        .filter(|row| row.caller.value().is_some());
    selected.or_else(|| {
        state
            .fleet
            .routes
            .iter()
            .find(|row| row.caller.value().is_some())
    })
}

fn account(state: &State) -> Option<Part<'_>> {
    let caller = route(state)?.caller.value()?;
    part(
        70,
        [
            piece(Role::Muted, "account "),
            piece(Role::Text, &*caller.account),
        ],
    )
}

fn caller(state: &State) -> Option<Part<'_>> {
    let caller = route(state)?.caller.value()?;
    part(
        40,
        [piece(Role::Muted, "as "), piece(Role::Text, caller.short())],
    )
}

/// How many clusters were read in this run, and how many are known from an earlier one alone.
fn freshness(state: &State) -> Option<Part<'_>> {
    let rows = || state.fleet.clusters.values();
    let (all, live) = (
        rows().count(),
        rows().filter(|row| row.detail.is_live()).count(),
    );
    let cached = rows()
        .filter(|row| row.detail.value().is_some() && !row.detail.is_live())
        .count();
    match (all, live) {
        (0, _) => None,
        (all, live) if all == live => part(
            45,
            [
                piece(Role::Good, glyph::GOOD),
                piece(
                    Role::Muted,
                    format!(" {} live", counted(all, "cluster", "clusters")),
                ),
            ],
        ),
        (all, live) => {
            let mut pieces = vec![
                piece(Role::Muted, "clusters "),
                piece(Role::Text, format!("{live}/{all} live")),
            ];
            if cached > 0 {
                pieces.push(piece(
                    Role::Warning,
                    format!(" {} {cached} from cache", glyph::WARNING),
                ));
            }
            part(65, pieces)
        }
    }
}

fn details(state: &State) -> Option<Part<'_>> {
    let (missing, all) = state.details_missing();
    if missing == 0 {
        return None;
    }
    part(
        55,
        [
            piece(Role::Muted, "details "),
            piece(Role::Text, format!("{}/{all}", all.saturating_sub(missing))),
        ],
    )
}

fn budget(state: &State) -> Option<Part<'_>> {
    let spent = state.spent;
    if spent.calls == 0 {
        return None;
    }
    let mut pieces = vec![
        piece(Role::Muted, "calls "),
        piece(Role::Text, spent.calls.to_string()),
    ];
    if spent.throttled > 0 {
        pieces.push(piece(Role::Muted, " · throttled "));
        pieces.push(piece(Role::Warning, spent.throttled.to_string()));
    }
    if spent.waiting > 0 {
        pieces.push(piece(Role::Muted, " · waiting "));
        pieces.push(piece(Role::Busy, spent.waiting.to_string()));
    }
    part(35, pieces)
}

fn work(state: &State) -> Option<Part<'_>> {
    let running = state.in_flight();
    (running > 0).then(|| {
        part(
            50,
            [piece(
                Role::Busy,
                format!("{} {running} running", glyph::BUSY),
            )],
        )
    })?
}

fn paused(state: &State) -> Option<Part<'_>> {
    state.paused.then(|| {
        part(
            75,
            [piece(Role::Warning, format!("{} paused", glyph::WARNING))],
        )
    })?
}
