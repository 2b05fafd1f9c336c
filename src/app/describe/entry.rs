//! A change in the journal.

use jiff::Timestamp;

use crate::app::describe::TextLine;
use crate::app::msg::Journalled;
use crate::app::pane::{Tone, glyph};
use crate::app::state::State;
use crate::model::age::{age, moment};
use crate::model::export::yaml;
use crate::model::journal::{
    ChangeKind, Entry, EntryId, Family, History, Image, Outcome, Settings,
};

/// What an entry is called in a list: how long ago, what, and what differed.
pub fn label(entry: &Entry, now: Timestamp) -> String {
    let (intent, summary) = (&entry.intent, entry.summary());
    // Nearly all of them are about associations, and a line has little room.
    let kind = intent.kind.as_str().trim_end_matches("-association");
    let label = format!(
        "{:>4}  {kind} {}  {summary}",
        age(intent.at, now),
        intent.target
    );
    label.trim_end().to_owned()
}

/// All that a list has to say of the entry under its cursor, in sentences of which none may be cut.
pub fn note(read: &Journalled, entry: &Entry) -> Vec<String> {
    let (intent, cluster) = (&entry.intent, &entry.intent.place.cluster);
    let what = format!("{} {}", intent.kind.as_str(), intent.target);
    let place = format!("{}, {}", cluster.name(), cluster.region());
    let mut note = vec![format!("{}  {what} of {place}", entry.id.short())];
    let mut told = vec![entry.summary()];
    if let Some(undo) = History::new(&read.entries).undone_by(&entry.id) {
        told.push(format!("undone by {}", undo.id.short()));
    }
    match entry.outcome() {
        Some(Outcome::NotApplied { reason } | Outcome::CannotBeTold { reason }) => {
            told.push(reason.to_string());
        }
        Some(Outcome::Failed { failure }) => told.push(failure.cause.to_string()),
        _ => {}
    }
    told.retain(|text| !text.is_empty());
    if !told.is_empty() {
        note.push(told.join("; "));
    }
    note
}

/// What holds of an entry now: what came of it, unless that was taken back.
pub fn standing(read: &Journalled, entry: &Entry) -> (&'static str, String, Tone) {
    if History::new(&read.entries).undone_by(&entry.id).is_some() {
        return (glyph::OFF, "undone".to_owned(), Tone::Muted);
    }
    outcome(entry, read.running.contains(&entry.id))
}

/// What came of an entry: a sign, words, and what they mean.
fn outcome(entry: &Entry, is_running: bool) -> (&'static str, String, Tone) {
    let kind = &entry.intent.kind;
    match entry.outcome() {
        Some(outcome) if *kind == ChangeKind::TestCredentials => {
            let (sign, tone) = match outcome {
                Outcome::Applied { .. } => (glyph::GOOD, Tone::Good),
                Outcome::Failed { .. } => (glyph::BAD, Tone::Bad),
                Outcome::NotApplied { .. } => (glyph::OFF, Tone::Muted),
                Outcome::CannotBeTold { .. } | Outcome::Other { .. } => {
                    (glyph::WARNING, Tone::Warning)
                }
            };
            (sign, outcome.word_of(kind).to_owned(), tone)
        }
        Some(Outcome::Applied { .. }) => (glyph::GOOD, "applied".to_owned(), Tone::Good),
        Some(Outcome::Failed { failure }) => {
            (glyph::BAD, failure.kind.word().to_owned(), Tone::Bad)
        }
        Some(Outcome::NotApplied { .. }) => (glyph::OFF, "not applied".to_owned(), Tone::Muted),
        Some(Outcome::CannotBeTold { .. }) => {
            (glyph::WARNING, "cannot be told".to_owned(), Tone::Warning)
        }
        Some(Outcome::Other { word }) => (glyph::WARNING, word.to_string(), Tone::Warning),
        None if is_running => (glyph::BUSY, "under way".to_owned(), Tone::Busy),
        None => (glyph::WARNING, "not known yet".to_owned(), Tone::Warning),
    }
}

pub(super) fn lines(state: &State, id: &EntryId) -> Vec<TextLine> {
    let read = state.journal.value();
    let Some(read) = read else {
        return gone();
    };
    let history = History::new(&read.entries);
    let Some(entry) = history.entry(id) else {
        return gone();
    };
    let intent = &entry.intent;
    let plain = |label: &str, value: &str| TextLine::member(label, Tone::Plain, value);
    let (sign, words, tone) = outcome(entry, read.running.contains(id));
    let mut lines = vec![
        TextLine::heading(&format!("{} {}", intent.kind.as_str(), intent.target)),
        TextLine::member("outcome", tone, &format!("{sign} {words}")),
        plain("entry", id.as_str()),
        plain("when", &moment(intent.at)),
        plain("who", &intent.who.caller),
        plain("cluster", intent.place.cluster.as_str()),
    ];
    if let Some(profile) = &intent.place.profile {
        lines.push(plain("profile", profile));
    }
    if let Some(association) = &intent.target.id {
        lines.push(plain("association id", association));
    }
    match entry.outcome() {
        Some(Outcome::Applied {
            request_id: Some(request),
            ..
        }) => lines.push(plain("request id", request)),
        Some(Outcome::Failed { failure }) => {
            lines.extend(super::scopes::failure_lines(failure));
        }
        Some(Outcome::NotApplied { reason } | Outcome::CannotBeTold { reason }) => {
            lines.push(plain("why", reason));
        }
        _ => {}
    }
    if let Some(link) = &intent.link {
        let mut verb = link.way.verb();
        for other in link.entries() {
            lines.push(plain(verb, other.as_str()));
            verb = "";
        }
        if link.more {
            lines.push(plain("", "which takes more than this change"));
        }
    }
    if let Some(undo) = history.undone_by(id) {
        lines.push(plain("undone by", undo.id.as_str()));
    }
    lines.push(TextLine::empty());
    lines.extend(changed(entry));
    for (title, image) in [("Before", &intent.before), ("After", entry.left())] {
        lines.push(TextLine::empty());
        lines.push(TextLine::heading(title));
        lines.extend(image_lines(image));
    }
    lines
}

fn gone() -> Vec<TextLine> {
    vec![TextLine::new(
        Tone::Warning,
        "the journal was read again, and the entry is not among the newest any more",
    )]
}

/// The fields that the change changed, as they were and as it left them.
fn changed(entry: &Entry) -> Vec<TextLine> {
    let (Some(before), Some(after)) = (entry.intent.before.document(), entry.left().document())
    else {
        return Vec::new();
    };
    let family = entry.intent.kind.family().unwrap_or(Family::Association);
    let (before, after) = (
        Settings::read(family, before),
        Settings::read(family, after),
    );
    let mut lines = vec![TextLine::heading("What changed")];
    for field in before.changed(&after) {
        let shown = |settings: &Settings| field.shown(settings.get(&field));
        lines.push(TextLine::member(
            &field.label(),
            Tone::Muted,
            &format!("- {}", shown(&before)),
        ));
        lines.push(TextLine::member(
            "",
            Tone::Plain,
            &format!("+ {}", shown(&after)),
        ));
    }
    if lines.len() == 1 {
        lines.push(TextLine::new(Tone::Muted, "  nothing that can be set"));
    }
    lines
}

fn image_lines(image: &Image) -> Vec<TextLine> {
    match image {
        Image::Unknown => vec![TextLine::new(Tone::Muted, "  not known")],
        Image::Absent => vec![TextLine::new(Tone::Muted, "  nothing stood there")],
        Image::Present(document) => {
            let text = yaml::document(&serde_json::Value::Object(document.clone()));
            text.lines()
                .map(|line| TextLine::new(Tone::Plain, &format!("  {line}")))
                .collect()
        }
    }
}
