//! Scopes: every profile in every region, how it fares, and what mends it.

use crate::app::describe::TextLine;
use crate::app::fleet::RouteRow;
use crate::app::pane::{Tone, glyph};
use crate::app::state::State;
use crate::model::Failure;

pub(super) fn lines(state: &State) -> Vec<TextLine> {
    let mut lines = Vec::new();
    let mut regions_off = 0;
    for row in &state.fleet.routes {
        if row.is_region_off() {
            regions_off += 1;
            continue;
        }
        lines.push(summary(row));
        if let Some(caller) = row.caller.value() {
            lines.push(TextLine::member("caller", Tone::Plain, &caller.arn));
        }
        let failed = row.failed();
        if let Some(failed) = failed {
            lines.extend(failure_lines(&failed.failure));
        }
        lines.push(TextLine::empty());
    }
    for trouble in &state.options.troubles {
        lines.push(TextLine::new(
            Tone::Bad,
            &format!("{} {trouble}", glyph::BAD),
        ));
        lines.extend(to_do(trouble));
        lines.push(TextLine::empty());
    }
    if regions_off > 0 {
        let text =
            format!("{regions_off} regions are not enabled for the account and were passed over");
        lines.push(TextLine::new(Tone::Muted, &text));
    }
    if lines.is_empty() {
        lines.push(TextLine::new(Tone::Muted, "there are no scopes"));
    }
    lines
}

fn summary(row: &RouteRow) -> TextLine {
    let name = row.route.to_string();
    let account = row
        .caller
        .value()
        .map(|caller| format!("  account {}", caller.account))
        .unwrap_or_default();
    let line = if row
        .listing
        .failed()
        .or_else(|| row.caller.failed())
        .is_some()
    {
        TextLine::new(Tone::Bad, &format!("{} {name}", glyph::BAD))
    } else if let Some(count) = row.listing.value() {
        let clusters = if *count == 1 {
            "1 cluster".to_owned()
        } else {
            format!("{count} clusters")
        };
        TextLine::new(Tone::Good, &format!("{} {name}", glyph::GOOD))
            .with(Tone::Plain, &format!("  {clusters}"))
    } else {
        TextLine::new(Tone::Busy, &format!("{} {name}", glyph::BUSY)).with(Tone::Muted, "  reading")
    };
    line.with(Tone::Muted, &account)
}

/// A failure in lines: what, why, and what to do next.
pub(super) fn failure_lines(failure: &Failure) -> Vec<TextLine> {
    let mut lines = vec![TextLine::member("failed", Tone::Bad, &failure.to_string())];
    lines.extend(to_do(failure));
    if let Some(id) = &failure.request_id {
        lines.push(TextLine::member("request id", Tone::Muted, id));
    }
    lines
}

/// What to do next, a line each.
fn to_do(failure: &Failure) -> impl Iterator<Item = TextLine> {
    let hint = failure.hint.as_deref().unwrap_or_default();
    hint.lines()
        .map(|line| TextLine::member("to do", Tone::Plain, line))
}
