//! EKS updates: what is going on, and what went wrong lately.

use std::borrow::Cow;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::describe::{self, TextLine};
use crate::app::effect::{Effect, Request};
use crate::app::fleet::{Fleet, UpdateRow};
use crate::app::pane::view::{Noun, Source};
use crate::app::pane::{Cell, Column, Restriction, RowKey, Sort, SortKey, Tone, glyph, provenance};
use crate::app::share;
use crate::app::state::State;
use crate::input::Command;
use crate::model::age::{age, ago};
use crate::model::{ClusterArn, Origin, RouteId, UpdateKey, UpdateStatus, UpdateSubject};

pub struct Updates;

impl Noun for Updates {
    type Key = UpdateKey;
    type Row = UpdateRow;

    const TITLE: &'static str = "Updates";
    const TAB: &'static str = "Updates";
    const NAMES: (&'static str, &'static str) = ("update", "updates");
    const COMMAND: Command = Command::ViewUpdates;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const SORT: Sort = Sort {
        column: AGE,
        descending: false,
    };
    const SOURCE: Source = Source::Clusters(|row| row.updates.reading());

    fn rows(fleet: &Fleet) -> &IndexMap<UpdateKey, UpdateRow> {
        &fleet.updates
    }

    fn wrap(key: UpdateKey) -> RowKey {
        RowKey::Update(key)
    }

    fn unwrap(key: &RowKey) -> Option<&UpdateKey> {
        match key {
            RowKey::Update(key) => Some(key),
            _ => None,
        }
    }

    fn admits(key: &UpdateKey, row: &UpdateRow, limits: &Restriction, now: Timestamp) -> bool {
        let shown = limits.finished_updates || row.update.value.is_pending(now);
        shown && limits.admits(&key.cluster)
    }

    fn cell<'a>(
        fleet: &'a Fleet,
        _: &'a UpdateKey,
        row: &'a UpdateRow,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a> {
        cell(fleet, row, column, now)
    }

    fn sort_key<'a>(
        _: &'a Fleet,
        _: &'a UpdateKey,
        row: &'a UpdateRow,
        column: usize,
    ) -> SortKey<'a> {
        sort_key(row, column)
    }

    fn identity<'a>(key: &'a UpdateKey, _: &'a UpdateRow) -> [&'a str; 4] {
        [
            key.cluster.as_str(),
            key.subject.kind(),
            key.subject.name().map_or("", |name| name),
            &key.id,
        ]
    }

    fn has_problem(row: &UpdateRow) -> bool {
        row.update.value.status == UpdateStatus::Failed
    }

    fn name(key: &UpdateKey, _: Option<&UpdateRow>) -> String {
        key.id.to_string()
    }

    /// Updates have none, so it is their cluster's.
    fn arn(key: &UpdateKey, _: Option<&UpdateRow>) -> Option<String> {
        Some(key.cluster.as_str().to_owned())
    }

    fn describe(state: &State, _: &UpdateKey, row: &UpdateRow) -> Vec<TextLine> {
        describe::update(state, row)
    }

    fn ask_document(_: &State, key: &UpdateKey, route: RouteId) -> Option<Request> {
        let key = key.clone();
        Some(Request::UpdateDocument { route, key })
    }

    fn console(key: &UpdateKey) -> Option<String> {
        Some(share::cluster_page(&key.cluster, "update-history"))
    }

    fn command(key: &UpdateKey) -> Vec<(&'static str, String)> {
        let mut words = vec![
            ("eks describe-update --name", key.cluster.name().to_owned()),
            ("--update-id", key.id.to_string()),
        ];
        words.extend(match &key.subject {
            UpdateSubject::Cluster => None,
            UpdateSubject::Addon(name) => Some(("--addon-name", name.to_string())),
            UpdateSubject::Nodegroup(name) => Some(("--nodegroup-name", name.to_string())),
            UpdateSubject::Capability(name) => Some(("--capability-name", name.to_string())),
        });
        words
    }

    /// Updates of add-ons, node groups and capabilities are read only of clusters that were entered; it says of
    /// how many they are missing, so that a short list does not pass for a quiet fleet.
    fn remarks(state: &State) -> Vec<(Tone, String)> {
        let rows = state.fleet.clusters.values();
        let unread = rows.filter(|row| state.restriction.admits(&row.arn) && !row.parts_read);
        let mut remarks = Vec::new();
        match unread.count() {
            0 => {}
            1 => remarks.push((Tone::Plain, "parts of 1 cluster unread".to_owned())),
            count => remarks.push((Tone::Plain, format!("parts of {count} clusters unread"))),
        }
        if state.restriction.finished_updates {
            remarks.push((Tone::Muted, "with finished".to_owned()));
        }
        remarks
    }

    fn refresh(state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        for arn in clusters {
            state.list_updates(arn, true, effects);
        }
    }
}

const COLUMNS: [Column; 9] = [
    Column {
        title: "STATUS",
        rank: 100,
        min: 12,
        max: 19,
        wide: false,
    },
    Column {
        title: "TYPE",
        rank: 90,
        min: 13,
        max: 34,
        wide: false,
    },
    Column {
        title: "CLUSTER",
        rank: 95,
        min: 10,
        max: 28,
        wide: false,
    },
    Column {
        title: "SUBJECT",
        rank: 70,
        min: 9,
        max: 30,
        wide: false,
    },
    Column {
        title: "PARAMS",
        rank: 50,
        min: 12,
        max: 60,
        wide: false,
    },
    Column {
        title: "ERRORS",
        rank: 60,
        min: 12,
        max: 80,
        wide: false,
    },
    Column {
        title: "AGE",
        rank: 80,
        min: 4,
        max: 5,
        wide: false,
    },
    Column {
        title: "READ",
        rank: 65,
        min: 6,
        max: 12,
        wide: false,
    },
    Column {
        title: "ID",
        rank: 20,
        min: 36,
        max: 36,
        wide: true,
    },
];

/// Index of the column AGE, by which the pane is sorted at first.
const AGE: usize = 6;

fn cell<'a>(fleet: &'a Fleet, row: &'a UpdateRow, column: usize, now: Timestamp) -> Cell<'a> {
    let update = &row.update.value;
    match column {
        0 => status(row, now),
        1 => update.kind.as_deref().map_or_else(Cell::none, Cell::plain),
        2 => Cell::new(update.key.cluster.name(), Tone::Name),
        3 => Cell::plain(update.key.subject.to_string()),
        4 => Cell::muted(update.params_line()),
        5 if update.errors.is_empty() => Cell::none(),
        5 => Cell::new(update.errors_line(), Tone::Bad),
        6 => update
            .created
            .map_or_else(Cell::none, |created| Cell::muted(age(created, now))),
        7 => read(fleet, row, now),
        8 => Cell::muted(&*update.key.id),
        _ => Cell::plain(""),
    }
}

/// The status with its sign; the words are AWS's own, and one that may have changed since an earlier run says so.
pub fn status(row: &UpdateRow, now: Timestamp) -> Cell<'_> {
    let update = &row.update.value;
    let word = update.status.as_str();
    if row.update.origin == Origin::Cache && !update.status.is_terminal() {
        let old = format!("{word} {}", ago(row.update.at, now));
        return Cell::sign(glyph::WARNING, old, Tone::Warning);
    }
    match update.status {
        UpdateStatus::InProgress => Cell::sign(glyph::BUSY, word, Tone::Busy),
        UpdateStatus::Failed => Cell::sign(glyph::BAD, word, Tone::Bad),
        UpdateStatus::Cancelled => Cell::sign(glyph::OFF, word, Tone::Warning),
        UpdateStatus::Successful => Cell::sign(glyph::GOOD, word, Tone::Good),
        UpdateStatus::Other(_) => Cell::sign(glyph::WARNING, word, Tone::Warning),
    }
}

/// How fresh the row is: what has ended never changes; the rest is as fresh as the last look at its cluster.
fn read(fleet: &Fleet, row: &UpdateRow, now: Timestamp) -> Cell<'static> {
    if row.update.value.status.is_terminal() {
        return Cell::muted("final");
    }
    let cluster = fleet.clusters.get(&row.update.value.key.cluster);
    if let Some(failed) = cluster.and_then(|cluster| cluster.updates.failed()) {
        return Cell::sign(glyph::BAD, failed.failure.kind.word(), Tone::Bad);
    }
    provenance(row.update.origin, row.update.at, now)
}

fn sort_key(row: &UpdateRow, column: usize) -> SortKey<'_> {
    let update = &row.update.value;
    let words = |value: Option<&str>| {
        value.map_or(SortKey::Missing, |value| {
            SortKey::Text(Cow::Owned(value.to_owned()))
        })
    };
    match column {
        0 => words(Some(update.status.as_str())),
        1 => words(update.kind.as_deref()),
        2 => words(Some(update.key.cluster.name())),
        3 => SortKey::Text(Cow::Owned(update.key.subject.to_string())),
        4 => SortKey::Text(Cow::Owned(update.params_line())),
        5 if update.errors.is_empty() => SortKey::Missing,
        5 => SortKey::Text(Cow::Owned(update.errors_line())),
        6 => update.created.map_or(SortKey::Missing, |created| {
            SortKey::Number(-created.as_second())
        }),
        7 => SortKey::Number(row.update.at.as_second()),
        8 => words(Some(&update.key.id)),
        _ => SortKey::Missing,
    }
}
