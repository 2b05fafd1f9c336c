//! What an explanation comes to: what is wrong, what stayed open, and what "nothing wrong" means.

use super::Part;
use crate::app::describe::TextLine;
use crate::app::describe::finding::remedies;
use crate::app::describe::logs::recognised;
use crate::app::diagnosis::{Logs, logs_of};
use crate::app::pane::{RowKey, Tone, glyph};
use crate::app::state::State;
use crate::input::Command;
use crate::model::UpdateStatus;
use crate::model::diagnosis::{Counts, Finding, Rule, Subject, rules};

/// What all of it comes to; "nothing wrong" only where everything was read and nothing stayed open.
pub(super) fn verdict(
    state: &State,
    key: &RowKey,
    parts: &[Part<'_>],
    logs: &Logs,
) -> Vec<TextLine> {
    if parts.is_empty() || !parts.iter().all(Part::is_whole) {
        return Vec::new();
    }
    let all: Vec<&Finding> = parts.iter().flat_map(Part::all).collect();
    let counts = Counts::of(all.iter().copied());
    let open = counts.unknown;
    let found = counts.errors + counts.warnings + counts.possible;
    let questions = if open == 1 {
        "1 question stays"
    } else {
        "questions stay"
    };
    if found == 0
        && let Some(line) = of_update(state, key, parts, &all)
    {
        return vec![line, TextLine::empty()];
    }
    let is_in_logs = recognised(logs).next().is_some();
    let unread = logs.is_empty().then(|| unread_logs(state, key));
    let mut lines = match (found, open) {
        (0, 0) if is_in_logs => {
            let text = "? nothing wrong found but what the logs name";
            vec![TextLine::new(Tone::Warning, text)]
        }
        (0, 0) => {
            let to_know = match counts.infos {
                0 => "",
                1 => ", and 1 thing to know",
                _ => ", and some things to know",
            };
            let good = format!("{} nothing wrong found{to_know}", glyph::GOOD);
            let mut lines = vec![TextLine::new(Tone::Good, &good)];
            lines.extend(unread);
            lines.extend(looked_at(&all));
            lines
        }
        (0, _) => {
            let count = if open == 1 {
                String::new()
            } else {
                format!("{open} ")
            };
            let text =
                format!("? nothing wrong found in what could be read, but {count}{questions} open");
            let verdict = TextLine::new(Tone::Warning, &text);
            std::iter::once(verdict).chain(unread).collect()
        }
        _ => {
            let key = state.options.keymap.shown(Command::CopyMenu);
            let is_copied = all.iter().any(|finding| !remedies(finding).is_empty());
            let copy = key.filter(|_| is_copied);
            let copy = copy.map_or_else(String::new, |key| format!("; {key} copies what mends it"));
            vec![TextLine::new(Tone::Plain, &format!("{counts}{copy}"))]
        }
    };
    lines.push(TextLine::empty());
    lines
}

/// That some troubles show in logs alone, which nobody has looked at.
fn unread_logs(state: &State, key: &RowKey) -> TextLine {
    let text = match state.options.keymap.shown(Command::ReadLogs) {
        Some(shown) if logs_of(state, key).is_ok() => {
            format!("  logs were not looked at: {shown} looks through them")
        }
        _ => "  logs were not looked at".to_owned(),
    };
    TextLine::new(Tone::Muted, &text)
}

/// What "nothing wrong" means: the questions that were asked, by what they would have found.
fn looked_at(all: &[&Finding]) -> Vec<TextLine> {
    let is_found = |rule: &&Rule| all.iter().any(|finding| finding.rule == rule.id);
    let silent = rules().filter(|rule| !is_found(rule));
    let mut titles: Vec<&str> = silent.map(|rule| rule.title).collect();
    titles.sort_unstable();
    titles.dedup();
    let mut lines = vec![TextLine::new(Tone::Muted, "  looked for, and not found:")];
    lines.extend(
        titles
            .into_iter()
            .map(|title| TextLine::new(Tone::Muted, &format!("    {title}"))),
    );
    lines
}

/// What the row itself says that no rule does: of what failed and was repeated, or has only just begun.
fn of_update(
    state: &State,
    key: &RowKey,
    parts: &[Part<'_>],
    all: &[&Finding],
) -> Option<TextLine> {
    let RowKey::Update(key) = key else {
        return None;
    };
    let is_told = |finding: &&Finding| matches!(&finding.subject, Subject::Update { of, id } if *of == key.subject && *id == key.id);
    if all.iter().any(is_told) {
        return None;
    }
    let update = &state.fleet.updates.get(key)?.update.value;
    let read = parts.iter().filter_map(|part| part.remote?.value());
    let is_later = update
        .created
        .is_some_and(|created| read.map(|diagnosed| diagnosed.at()).any(|at| at < created));
    let text = match update.status {
        UpdateStatus::Failed if !is_later => {
            "the update failed, and a later one of the same kind did not"
        }
        UpdateStatus::Cancelled | UpdateStatus::Successful => return None,
        _ if is_later => "the update began after this was read: read it again",
        _ => "in progress by the table, but not by this diagnosis",
    };
    let text = format!("{} {text}", glyph::WARNING);
    Some(TextLine::new(Tone::Warning, &text))
}
