//! An update, explained.

use crate::app::describe::TextLine;
use crate::app::describe::row::{from_cell, member, moment, read_at};
use crate::app::fleet::UpdateRow;
use crate::app::pane::{Tone, updates};
use crate::app::state::State;

pub(in crate::app) fn update(state: &State, row: &UpdateRow) -> Vec<TextLine> {
    let update = &row.update.value;
    let mut lines = vec![TextLine::heading(&format!("Update {}", update.key.id))];
    lines.push(from_cell("status", &updates::status(row, state.now)));
    lines.push(member("type", update.kind.as_deref()));
    lines.push(TextLine::member(
        "subject",
        Tone::Plain,
        &update.key.subject.to_string(),
    ));
    lines.push(TextLine::member(
        "cluster",
        Tone::Plain,
        update.key.cluster.as_str(),
    ));
    lines.push(moment("created", update.created, state.now));
    if let Some(cancellation) = &update.cancellation {
        lines.push(member("cancellation", cancellation.status.as_deref()));
        lines.push(member("reason", cancellation.reason.as_deref()));
    }
    if !update.params.is_empty() {
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("Parameters"));
        for param in &update.params {
            let (kind, value) = (
                param.kind.as_deref().unwrap_or("-"),
                param.value.as_deref().unwrap_or("-"),
            );
            lines.push(TextLine::member(kind, Tone::Plain, value));
        }
    }
    for error in &update.errors {
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("Error"));
        lines.push(TextLine::member(
            "code",
            Tone::Bad,
            error.code.as_deref().unwrap_or("-"),
        ));
        lines.push(member("message", error.message.as_deref()));
        lines.extend(
            error
                .resources
                .iter()
                .map(|resource| TextLine::member("resource", Tone::Plain, resource)),
        );
    }
    lines.push(TextLine::empty());
    lines.push(read_at(state, row.update.origin, row.update.at));
    lines
}
