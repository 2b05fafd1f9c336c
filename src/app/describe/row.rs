//! What every row's text is made of, and a row raw as AWS sent it.

use jiff::Timestamp;
use serde_json::Value;

use crate::app::describe::{TextLine, scopes};
use crate::app::modal::{Form, TextView};
use crate::app::pane::view::Kept;
use crate::app::pane::{Cell, RowKey, Tone, glyph};
use crate::app::remote::Remote;
use crate::app::state::State;
use crate::model::age::age;
use crate::model::export::{json, yaml};
use crate::model::identity::Withheld;
use crate::model::{Document, Origin};

pub(super) fn explained(state: &State, key: &RowKey) -> Vec<TextLine> {
    let lines = key.view().describe(state, key);
    lines.unwrap_or_else(gone)
}

pub(super) fn raw(state: &State, key: &RowKey, view: &TextView, form: Form) -> Vec<TextLine> {
    if key.view().index(&state.fleet, key).is_none() {
        return gone();
    }
    let kept = key.view().kept_document(state, key);
    let Kept {
        document,
        provenance: mut lines,
    } = kept.unwrap_or_else(|| Kept {
        document: view.document.value(),
        provenance: provenance(state, &view.document),
    });
    let Some(document) = document else {
        return lines;
    };
    if matches!(key, RowKey::Container(_)) {
        let text = "  values of environment variables are not shown, but for those that say who the pod is";
        lines.push(TextLine::new(Tone::Muted, text));
    }
    lines.push(TextLine::empty());
    lines.extend(write(document, form).lines().map(highlighted));
    lines
}

fn gone() -> Vec<TextLine> {
    vec![TextLine::new(Tone::Warning, "it no longer exists")]
}

/// Writes a document in the notation that was asked for.
fn write(document: &Document, form: Form) -> String {
    let value = Value::Object(document.clone());
    match form {
        Form::Json => json::pretty(&value),
        Form::Yaml | Form::Explained => yaml::document(&value),
    }
}

/// Sets member names apart from their values.
fn highlighted(line: &str) -> TextLine {
    match line.split_once(": ") {
        Some((name, value))
            if name
                .trim_start()
                .trim_start_matches("- ")
                .chars()
                .all(is_name) =>
        {
            TextLine::new(Tone::Name, &format!("{name}: ")).with(Tone::Plain, value)
        }
        _ => TextLine::new(Tone::Plain, line),
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '"' | '_' | '-' | '/' | '.')
}

pub(super) fn member(label: &str, value: Option<&str>) -> TextLine {
    match value {
        Some(value) => TextLine::member(label, Tone::Plain, value),
        None => TextLine::member(label, Tone::Muted, "-"),
    }
}

pub(super) fn moment(label: &str, at: Option<Timestamp>, now: Timestamp) -> TextLine {
    match at {
        Some(at) => TextLine::member(label, Tone::Plain, &to_the_second(at).to_string())
            .with(Tone::Muted, &format!("  ({})", age(at, now))),
        None => TextLine::member(label, Tone::Muted, "-"),
    }
}

/// What is known to keep the role from whoever is set up for it.
pub(super) fn not_given(withheld: Option<&Withheld>) -> Option<TextLine> {
    let text = format!("{} {}", glyph::BAD, withheld?.sentence());
    Some(TextLine::member("not given", Tone::Bad, &text))
}

pub(super) fn from_cell(label: &str, cell: &Cell<'_>) -> TextLine {
    TextLine::member(label, cell.tone, &format!("{} {}", cell.glyph, cell.text))
}

/// How old what is shown is, whether newer is awaited, and why newer could not be had.
pub(in crate::app) fn provenance<T>(state: &State, remote: &Remote<T>) -> Vec<TextLine> {
    let mut lines = Vec::new();
    match remote.known() {
        Some(known) => lines.push(read_at(state, known.origin, known.at)),
        None if remote.failed().is_none() => {
            lines.push(TextLine::member("read", Tone::Muted, "not yet"));
        }
        None => {}
    }
    if remote.waiting().is_some() {
        lines.push(TextLine::member("", Tone::Busy, "reading"));
    }
    lines.extend(
        remote
            .failed()
            .into_iter()
            .flat_map(|failed| scopes::failure_lines(&failed.failure)),
    );
    lines
}

pub(super) fn read_at(state: &State, origin: Origin, at: Timestamp) -> TextLine {
    let old = age(at, state.now);
    let at = to_the_second(at);
    match origin {
        Origin::Live => TextLine::member("read", Tone::Muted, &format!("{at} from AWS")),
        Origin::Cache => TextLine::member(
            "read",
            Tone::Warning,
            &format!("{at} ({old}) by an earlier run: it may no longer hold"),
        ),
    }
}

/// When something was read, and who said it.
pub(super) fn read_from(who: &str, at: Timestamp) -> TextLine {
    let at = to_the_second(at);
    TextLine::member("read", Tone::Muted, &format!("{at} from {who}"))
}

/// Drops the fraction, which nobody reads; raw documents keep it.
pub(super) fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
