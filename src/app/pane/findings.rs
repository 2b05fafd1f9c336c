//! Findings: what the rules of diagnosis say of every cluster in scope.

use std::borrow::Cow;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::describe::{self, TextLine};
use crate::app::diagnosis::{FindingKey, FindingRow, Logs, rank, weight};
use crate::app::effect::Effect;
use crate::app::fleet::Fleet;
use crate::app::modal::Item;
use crate::app::pane::view::{Noun, Opens, Source};
use crate::app::pane::{
    Cell, Column, Restriction, RowKey, SortKey, Tone, cluster_name, provenance,
};
use crate::app::state::State;
use crate::input::Command;
use crate::model::diagnosis::{Counts, Finding, Severity, Standing, Subject};
use crate::model::{ClusterArn, Origin, Text};

pub struct Findings;

const COLUMNS: [Column; 9] = [
    Column::new("SEVERITY", 100, 8, 11),
    Column::new("SUMMARY", 98, 22, 110),
    Column::new("SUBJECT", 95, 14, 52),
    Column::new("CLUSTER", 90, 10, 28),
    Column::new("PODS", 40, 4, 5),
    Column::new("RULE", 60, 12, 34).wide(),
    Column::new("READ", 70, 8, 12),
    Column::new("REGION", 10, 9, 14).wide(),
    Column::new("ACCOUNT", 10, 12, 12).wide(),
];

impl Noun for Findings {
    type Key = FindingKey;
    type Row = FindingRow;

    const TITLE: &'static str = "Findings";
    const TAB: &'static str = "Findings";
    const NAMES: (&'static str, &'static str) = ("finding", "findings");
    const COMMAND: Command = Command::ViewFindings;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const SOURCE: Source = Source::Clusters(|row| row.diagnosis.reading());
    const HOW_TO_READ: &'static [(Command, &'static str)] = &[
        (Command::Pause, "pauses the reading, or goes on with it"),
        (Command::Refresh, "reads again what is old"),
    ];

    fn rows(fleet: &Fleet) -> &IndexMap<FindingKey, FindingRow> {
        &fleet.findings
    }

    fn wrap(key: FindingKey) -> RowKey {
        RowKey::Finding(key)
    }

    fn unwrap(key: &RowKey) -> Option<&FindingKey> {
        match key {
            RowKey::Finding(key) => Some(key),
            _ => None,
        }
    }

    fn admits(key: &FindingKey, _: &FindingRow, limits: &Restriction, _: Timestamp) -> bool {
        limits.admits(&key.cluster)
    }

    fn cell<'a>(
        fleet: &'a Fleet,
        key: &'a FindingKey,
        row: &'a FindingRow,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a> {
        let Some(finding) = row.finding() else {
            return Cell::none();
        };
        match column {
            0 => {
                let (sign, word, tone) = weight(finding);
                Cell::sign(sign, word, tone)
            }
            1 => Cell::plain(summary(finding)),
            2 => Cell::new(row.subject.as_str(), Tone::Name),
            3 => cluster_name(fleet, &key.cluster),
            4 if finding.pods.is_empty() => Cell::none(),
            4 => Cell::plain(finding.pods.len().to_string()),
            5 => Cell::muted(finding.rule.0),
            6 => read(fleet, key, row, now),
            7 => Cell::muted(key.cluster.region()),
            8 => Cell::muted(key.cluster.account()),
            _ => Cell::plain(""),
        }
    }

    fn sort_key<'a>(
        fleet: &'a Fleet,
        key: &'a FindingKey,
        row: &'a FindingRow,
        column: usize,
    ) -> SortKey<'a> {
        let Some(finding) = row.finding() else {
            return SortKey::Missing;
        };
        let words = |text: &'a str| SortKey::Text(Cow::Borrowed(text));
        match column {
            0 => SortKey::Number(rank(finding)),
            1 => words(&finding.summary),
            2 => words(&row.subject),
            3 => SortKey::Text(cluster_name(fleet, &key.cluster).text),
            4 if finding.pods.is_empty() => SortKey::Missing,
            4 => SortKey::Number(i64::try_from(finding.pods.len()).unwrap_or(i64::MAX)),
            5 => words(finding.rule.0),
            6 => SortKey::Number(row.at().as_second()),
            7 => words(key.cluster.region()),
            8 => words(key.cluster.account()),
            _ => SortKey::Missing,
        }
    }

    /// As the diagnosis has them: causes before what they bring about.
    fn identity<'a>(key: &'a FindingKey, row: &'a FindingRow) -> [&'a str; 4] {
        [key.cluster.name(), key.cluster.as_str(), &row.order, ""]
    }

    /// What could not be found out may be a problem, too: only what is good to know is none.
    fn has_problem(row: &FindingRow) -> bool {
        row.finding().is_some_and(|finding| {
            finding.severity > Severity::Info || matches!(finding.standing, Standing::Unknown(_))
        })
    }

    fn name(key: &FindingKey, row: Option<&FindingRow>) -> String {
        let subject = row.map_or_else(
            || crate::app::diagnosis::subject(&key.subject),
            |row| row.subject.clone(),
        );
        format!("{} of {subject}", key.rule)
    }

    fn arn(key: &FindingKey, _: Option<&FindingRow>) -> Option<String> {
        match &key.subject {
            Subject::Role(arn) => Some(arn.to_string()),
            _ => None,
        }
    }

    fn role<'a>(fleet: &'a Fleet, key: &'a FindingKey, _: &'a FindingRow) -> Option<&'a Text> {
        if let Subject::Role(arn) = &key.subject {
            return Some(arn);
        }
        let association = fleet.associations.get(key.association.as_ref()?)?;
        association.detail.value()?.role.as_ref()
    }

    fn describe(state: &State, key: &FindingKey, _: &FindingRow) -> Vec<TextLine> {
        describe::explanation(state, &RowKey::Finding(key.clone()), &Logs::default())
    }

    fn definitions(state: &State, key: &FindingKey) -> Vec<Item> {
        let row = state.fleet.findings.get(key);
        let finding = row.and_then(FindingRow::finding);
        finding.map(describe::remedies).unwrap_or_default()
    }

    fn remarks(state: &State) -> Vec<(Tone, String)> {
        let rows = state.fleet.clusters.values();
        let here = rows.filter(|row| state.restriction.admits(&row.arn));
        let known = here.filter_map(|row| row.diagnosis.value());
        let counts = Counts::of(known.flat_map(|found| found.findings()));
        let tone = match counts {
            Counts { errors: 1.., .. } => Tone::Bad,
            _ if counts.is_clear() => Tone::Muted,
            _ => Tone::Warning,
        };
        let told = (counts != Counts::default()).then(|| (tone, counts.to_string()));
        told.into_iter().collect()
    }

    fn opens(_: &FindingKey, _: &FindingRow) -> Opens {
        Opens::Explanation
    }

    fn want(state: &mut State, effects: &mut Vec<Effect>) {
        state.want_diagnoses(effects);
    }

    fn refresh(state: &mut State, _: &[ClusterArn], effects: &mut Vec<Effect>) {
        // What is out of date is wanted by this view.
        state.want_diagnoses(effects);
    }
}

/// What is wrong; of what is not known, what it would take.
fn summary(finding: &Finding) -> Cow<'_, str> {
    match &finding.standing {
        Standing::Unknown(needs) => Cow::Owned(format!("{}: {needs}", finding.summary)),
        Standing::Found | Standing::Possible => Cow::Borrowed(&*finding.summary),
    }
}

/// When the evidence was read; a cluster that is being diagnosed again says so.
fn read(fleet: &Fleet, key: &FindingKey, row: &FindingRow, now: Timestamp) -> Cell<'static> {
    let cluster = fleet.clusters.get(&key.cluster);
    let remote = cluster.map(|cluster| &cluster.diagnosis);
    if remote.is_some_and(|remote| remote.waiting().is_some()) {
        return Cell::sign("…", "reading", Tone::Muted);
    }
    if remote.is_some_and(crate::app::Remote::is_wanted) {
        return Cell::sign("…", "queued", Tone::Muted);
    }
    provenance(Origin::Live, row.at(), now)
}
