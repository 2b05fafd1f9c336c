//! `roledex journal`: what was changed, by whom, and what came of it.

use std::io::{self, Write as _};

use serde_json::Value;

use super::desk;
use crate::cli::args::{Format, Global};
use crate::cli::change::args::JournalArgs;
use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::model::age::moment;
use crate::model::export::{json, table, yaml};
use crate::model::journal::{Entry, EntryId, History};
use crate::model::text::visible;
use crate::store::journal::View;

const TITLES: [&str; 8] = [
    "ENTRY", "AT", "CHANGE", "CLUSTER", "NAME", "WHAT", "OUTCOME", "BY",
];

pub(crate) async fn show(global: &Global, args: &JournalArgs) -> Result<Exit, Problem> {
    let format = global.output.unwrap_or(Format::Table);
    if !matches!(
        format,
        Format::Table | Format::Wide | Format::Json | Format::Yaml
    ) {
        return Err(Problem::usage(
            "the journal is printed as table, json or yaml",
        ));
    }
    let setup = Setup::new(global).await?;
    let (desk, unfinished) = desk::begin(&setup).await?;
    let is_list = args.entry.is_none() && matches!(format, Format::Table | Format::Wide);
    let unfinished = if is_list {
        // A person sees the list at once; what is still open in it is told below.
        unfinished
    } else {
        desk::settle(&setup, &desk, unfinished).await;
        Vec::new()
    };
    let (word, limit) = (args.entry.clone(), args.limit);
    let journal = desk.journal.clone();
    let read = tokio::task::spawn_blocking(move || match word {
        Some(word) => Ok(journal.back_to(&word)?.ok_or(word)),
        None => journal.newest(limit).map(Ok),
    });
    let read = read
        .await
        .map_err(|error| Problem::failed(format!("could not read the journal: {error}")))?;
    let view = read?.map_err(|word| no_entry(&word))?;
    for unread in &view.unread {
        let reason = visible(&unread.reason);
        eprintln!(
            "journal: the line at byte {} is not understood: {reason}",
            unread.offset
        );
    }
    if view.further_unread > 0 {
        eprintln!(
            "journal: {} further lines are not understood",
            view.further_unread
        );
    }
    if args.entry.is_some() {
        one(&view, format)?;
    } else {
        let open: Vec<_> = unfinished.iter().map(|entry| entry.id.clone()).collect();
        all(&view, format, !global.no_headers, &open)?;
    }
    desk::settle(&setup, &desk, unfinished).await;
    Ok(Exit::Done)
}

pub(super) fn no_entry(word: &str) -> Problem {
    Problem::failed(format!("the journal has no entry {}", visible(word)))
        .hint("roledex journal lists them; the last 8 characters of an id are enough")
}

fn one(view: &View, format: Format) -> io::Result<()> {
    let Some(entry) = view.entries.last() else {
        return Ok(());
    };
    let mut out = io::stdout().lock();
    let document = Value::Object(entry.to_document());
    match format {
        Format::Json => writeln!(out, "{}", json::pretty(&document)),
        _ => out.write_all(yaml::document(&document).as_bytes()),
    }
}

fn all(view: &View, format: Format, headers: bool, open: &[EntryId]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let documents = || -> Value {
        let entries = view.entries.iter();
        entries
            .map(|entry| Value::Object(entry.to_document()))
            .collect()
    };
    match format {
        Format::Json => writeln!(out, "{}", json::pretty(&documents())),
        Format::Yaml => out.write_all(yaml::document(&documents()).as_bytes()),
        _ => {
            let rows: Vec<_> = view
                .entries
                .iter()
                .map(|entry| row(view, entry, open))
                .collect();
            let titles = (headers && !rows.is_empty()).then_some(&TITLES[..]);
            for line in table::lines(titles, &rows) {
                writeln!(out, "{line}")?;
            }
            out.flush()?;
            if view.more {
                eprintln!("there are older entries: --limit COUNT prints more");
            }
            Ok(())
        }
    }
}

fn row(view: &View, entry: &Entry, open: &[EntryId]) -> Vec<String> {
    let intent = &entry.intent;
    let outcome = match entry.outcome() {
        None if open.contains(&entry.id) => "still being checked".to_owned(),
        None if view.running.contains(&entry.id) => "running".to_owned(),
        None => "not known yet".to_owned(),
        Some(outcome) => match History::new(&view.entries).undone_by(&entry.id) {
            Some(undo) => format!("{}, undone by {}", outcome.word(), undo.id.short()),
            None => outcome.word_of(&intent.kind).to_owned(),
        },
    };
    let place = &intent.place.cluster;
    let caller = &intent.who.caller;
    vec![
        entry.id.short().to_owned(),
        moment(intent.at),
        intent.kind.as_str().to_owned(),
        format!("{}/{}", place.region(), place.name()),
        intent.target.to_string(),
        entry.summary(),
        outcome,
        caller.splitn(6, ':').nth(5).unwrap_or(caller).to_owned(),
    ]
}
