//! Access entries: which IAM principals may use a cluster's Kubernetes API, and as whom.

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::describe::{self, TextLine};
use crate::app::effect::{Effect, Part};
use crate::app::fleet::{Fleet, PartRow};
use crate::app::pane::part::{by_cell, member};
use crate::app::pane::view::{Kept, Noun, Source};
use crate::app::pane::{
    Cell, Column, Restriction, RowKey, SortKey, Tone, cluster_name, freshness, glyph,
};
use crate::app::share;
use crate::app::state::State;
use crate::input::Command;
use crate::model::age::age;
use crate::model::{AccessEntryKey, AccessRecord, ClusterArn, Text};

pub struct AccessEntries;

type Row = PartRow<AccessRecord>;

impl Noun for AccessEntries {
    type Key = AccessEntryKey;
    type Row = Row;

    const TITLE: &'static str = "Access entries";
    const TAB: &'static str = "Access entries";
    const NAMES: (&'static str, &'static str) = ("access entry", "access entries");
    const COMMAND: Command = Command::ViewAccessEntries;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const SOURCE: Source = Source::Clusters(|row| row.access_entries.reading());

    fn rows(fleet: &Fleet) -> &IndexMap<AccessEntryKey, Row> {
        &fleet.access_entries
    }

    fn wrap(key: AccessEntryKey) -> RowKey {
        RowKey::AccessEntry(key)
    }

    fn unwrap(key: &RowKey) -> Option<&AccessEntryKey> {
        match key {
            RowKey::AccessEntry(key) => Some(key),
            _ => None,
        }
    }

    fn admits(key: &AccessEntryKey, _: &Row, limits: &Restriction, _: Timestamp) -> bool {
        limits.admits(&key.cluster)
    }

    fn cell<'a>(
        fleet: &'a Fleet,
        key: &'a AccessEntryKey,
        row: &'a Row,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a> {
        match column {
            0 => Cell::new(key.principal_name(), Tone::Name),
            1 => cluster_name(fleet, &key.cluster),
            2 => member(row, |record| {
                record.entry.value.kind.as_deref().map(Cell::plain)
            }),
            3 => member(row, policies),
            4 => member(row, |record| {
                let groups = &record.entry.value.groups;
                (!groups.is_empty()).then(|| Cell::plain(groups.join(",")))
            }),
            5 => member(row, |record| {
                record.entry.value.username.as_deref().map(Cell::muted)
            }),
            6 => member(row, |record| {
                let created = record.entry.value.created;
                created.map(|created| Cell::muted(age(created, now)))
            }),
            7 => freshness(&row.detail, now),
            8 => Cell::muted(&*key.principal),
            9 => Cell::muted(key.cluster.region()),
            10 => Cell::muted(key.cluster.account()),
            _ => Cell::plain(""),
        }
    }

    fn sort_key<'a>(
        fleet: &'a Fleet,
        key: &'a AccessEntryKey,
        row: &'a Row,
        column: usize,
    ) -> SortKey<'a> {
        match column {
            6 => row
                .detail
                .value()
                .and_then(|record| record.entry.value.created)
                .map_or(SortKey::Missing, |at| SortKey::Number(-at.as_second())),
            7 => row.detail.known().map_or(SortKey::Missing, |known| {
                SortKey::Number(known.at.as_second())
            }),
            _ => by_cell(Self::cell(fleet, key, row, column, Timestamp::UNIX_EPOCH)),
        }
    }

    fn identity<'a>(key: &'a AccessEntryKey, _: &'a Row) -> [&'a str; 4] {
        [
            key.principal_name(),
            &key.principal,
            key.cluster.as_str(),
            "",
        ]
    }

    fn has_problem(row: &Row) -> bool {
        let unread = |record: &AccessRecord| record.policies.is_err();
        row.detail.failed().is_some() || row.detail.value().is_some_and(unread)
    }

    fn name(key: &AccessEntryKey, _: Option<&Row>) -> String {
        key.principal.to_string()
    }

    fn arn(_: &AccessEntryKey, row: Option<&Row>) -> Option<String> {
        let record = row?.detail.value()?;
        record.entry.value.arn.as_deref().map(str::to_owned)
    }

    fn role<'a>(_: &'a Fleet, key: &'a AccessEntryKey, _: &'a Row) -> Option<&'a Text> {
        key.principal.contains(":role/").then_some(&key.principal)
    }

    fn describe(state: &State, key: &AccessEntryKey, row: &Row) -> Vec<TextLine> {
        describe::access_entry(state, key, row)
    }

    fn kept_document<'a>(state: &'a State, row: &'a Row) -> Option<Kept<'a>> {
        Some(Kept {
            document: row.detail.value().map(|record| &record.entry.document),
            provenance: describe::provenance(state, &row.detail),
        })
    }

    fn console(key: &AccessEntryKey) -> Option<String> {
        Some(share::cluster_page(&key.cluster, "access"))
    }

    fn command(key: &AccessEntryKey) -> Vec<(&'static str, String)> {
        vec![
            (
                "eks describe-access-entry --cluster-name",
                key.cluster.name().to_owned(),
            ),
            ("--principal-arn", key.principal.to_string()),
        ]
    }

    fn want(state: &mut State, effects: &mut Vec<Effect>) {
        state.want_parts(Part::AccessEntries, effects);
    }

    fn refresh(state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        for arn in clusters {
            state.list_parts(arn, Part::AccessEntries, true, effects);
        }
    }
}

/// The policies with what narrows them; that they could not be read is not that there are none.
fn policies(record: &AccessRecord) -> Option<Cell<'_>> {
    match &record.policies {
        Ok(policies) if policies.is_empty() => None,
        Ok(_) => record.policies_line().map(Cell::plain),
        Err(failure) => Some(Cell::sign(glyph::BAD, failure.kind.word(), Tone::Bad)),
    }
}

const COLUMNS: [Column; 11] = [
    Column::new("PRINCIPAL", 100, 18, 44),
    Column::new("CLUSTER", 95, 10, 28),
    Column::new("TYPE", 90, 10, 14),
    Column::new("POLICIES", 85, 18, 60),
    Column::new("GROUPS", 80, 10, 40),
    Column::new("USERNAME", 50, 12, 60),
    Column::new("AGE", 45, 4, 5),
    Column::new("READ", 70, 8, 12),
    Column::new("PRINCIPAL ARN", 30, 20, 90).wide(),
    Column::new("REGION", 25, 9, 14).wide(),
    Column::new("ACCOUNT", 24, 12, 12).wide(),
];
