//! The header: who is calling, which scopes, how fresh, what the calls cost, what runs.
//!
//! ```text
//! roledex  DEMO  RW  account 111122223333  as assumed-role/Admin/alice     3 scopes, 1 failed
//! ● live  details 120/160  412 calls, 3 throttled, 5 waiting  ◐ 14 running  ▲ paused
//! ```

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::app::State;
use crate::app::fleet::{ClusterRow, RouteRow};
use crate::app::pane::{LIVE_SECONDS, glyph};
use crate::input::Command;
use crate::model::{Access, Origin};
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
        Some(part(100, [piece(Role::Product, "roledex")])),
        Some(mode(state)),
        demo(state),
        Some(scopes(state)),
        account(state),
        caller(state),
    ];
    let how = [
        unfinished(state),
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

fn part<'a>(rank: u8, pieces: impl Into<Vec<Piece<'a>>>) -> Part<'a> {
    Part {
        rank,
        pieces: pieces.into(),
    }
}

fn demo(state: &State) -> Option<Part<'_>> {
    state
        .options
        .demo
        .then(|| part(99, [piece(Role::BadgeDemo, " DEMO ")]))
}

/// What may be changed where the cursor is.
fn mode(state: &State) -> Part<'_> {
    match state.access() {
        Access::ReadOnly => part(90, [piece(Role::BadgeReadOnly, " RO ")]),
        Access::Protected => part(85, [piece(Role::BadgeReadWrite, " RW PROTECTED ")]),
        Access::Open => part(60, [piece(Role::BadgeReadWrite, " RW ")]),
    }
}

/// The scopes; the only one by its name, several by their number.
fn scopes(state: &State) -> Part<'_> {
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
        .and_then(|key| state.route_for(key))
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
    let account = &*route(state)?.caller.value()?.account;
    let pieces = [piece(Role::Muted, "account "), piece(Role::Text, account)];
    Some(part(70, pieces))
}

fn caller(state: &State) -> Option<Part<'_>> {
    let caller = route(state)?.caller.value()?.short();
    let pieces = [piece(Role::Muted, "as "), piece(Role::Text, caller)];
    Some(part(40, pieces))
}

/// How many clusters were read in this run, and how many are known from an earlier one alone.
fn freshness(state: &State) -> Option<Part<'_>> {
    let rows = || state.fleet.clusters.values();
    let all = rows().count();
    let live = rows().filter(|row| is_live(state, row)).count();
    let known = rows().filter(|row| row.detail.value().is_some()).count();
    if all == 0 {
        return None;
    }
    if all == live {
        let text = format!(" {} live", counted(all, "cluster", "clusters"));
        let pieces = [piece(Role::Good, glyph::GOOD), piece(Role::Muted, text)];
        return Some(part(45, pieces));
    }
    let mut pieces = vec![
        piece(Role::Muted, "clusters "),
        piece(Role::Text, format!("{live}/{all} live")),
    ];
    let cached = known - rows().filter(|row| row.detail.is_live()).count();
    if cached > 0 {
        let text = format!(" {} {cached} from cache", glyph::WARNING);
        pieces.push(piece(Role::Warning, text));
    }
    Some(part(65, pieces))
}

/// Read in this run, not long ago, and since then nothing went wrong.
fn is_live(state: &State, row: &ClusterRow) -> bool {
    let young = |at: Timestamp| state.now.as_second() - at.as_second() < LIVE_SECONDS;
    let known = row.detail.known();
    row.detail.failed().is_none()
        && known.is_some_and(|known| known.origin == Origin::Live && young(known.at))
}

fn details(state: &State) -> Option<Part<'_>> {
    let (missing, all) = state.details_missing();
    if missing == 0 {
        return None;
    }
    let text = format!("{}/{all}", all.saturating_sub(missing));
    let pieces = [piece(Role::Muted, "details "), piece(Role::Text, text)];
    Some(part(55, pieces))
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
    for (count, what, role) in [
        (spent.throttled, " · throttled ", Role::Warning),
        (spent.waiting, " · waiting ", Role::Busy),
    ] {
        if count > 0 {
            pieces.push(piece(Role::Muted, what));
            pieces.push(piece(role, count.to_string()));
        }
    }
    Some(part(35, pieces))
}

fn work(state: &State) -> Option<Part<'_>> {
    let running = state.in_flight();
    let text = format!("{} {running} running", glyph::BUSY);
    (running > 0).then(|| part(50, [piece(Role::Busy, text)]))
}

/// What an earlier run did not finish, and the key that shows what became of it.
fn unfinished(state: &State) -> Option<Part<'_>> {
    let phrase = state.unfinished?.phrase();
    let key = state.options.keymap.shown(Command::History);
    let key = key.map(|key| format!(": {key}")).unwrap_or_default();
    let text = format!("{} {phrase}{key}", glyph::WARNING);
    Some(part(95, [piece(Role::Warning, text)]))
}

fn paused(state: &State) -> Option<Part<'_>> {
    let text = format!("{} paused", glyph::WARNING);
    state.paused.then(|| part(75, [piece(Role::Warning, text)]))
}
