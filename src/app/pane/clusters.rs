//! The clusters of all scopes.

use std::borrow::Cow;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::describe::{self, TextLine};
use crate::app::effect::Effect;
use crate::app::fleet::{ClusterRow, Fleet};
use crate::app::pane::view::{Kept, Noun, Opens, Source};
use crate::app::pane::{
    Cell, Column, LIVE_SECONDS, Restriction, RowKey, SortKey, Tone, freshness, glyph,
};
use crate::app::share;
use crate::app::state::State;
use crate::input::Command;
use crate::model::age::{age, ago};
use crate::model::diagnosis::Counts;
use crate::model::kubernetes::WatchedKind;
use crate::model::{ClusterArn, Origin};

pub struct Clusters;

/// The column that says nothing until somebody has diagnosed a cluster.
pub const FINDINGS: &str = "FINDINGS";

impl Noun for Clusters {
    type Key = ClusterArn;
    type Row = ClusterRow;

    const TITLE: &'static str = "Clusters";
    const TAB: &'static str = "Clusters";
    const NAMES: (&'static str, &'static str) = ("cluster", "clusters");
    const COMMAND: Command = Command::ViewClusters;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const SOURCE: Source = Source::Routes;
    // The pane in which the scope is chosen shows what there is to choose from.
    const IS_SCOPED: bool = false;

    fn rows(fleet: &Fleet) -> &IndexMap<ClusterArn, ClusterRow> {
        &fleet.clusters
    }

    fn wrap(key: ClusterArn) -> RowKey {
        RowKey::Cluster(key)
    }

    fn unwrap(key: &RowKey) -> Option<&ClusterArn> {
        match key {
            RowKey::Cluster(arn) => Some(arn),
            _ => None,
        }
    }

    fn admits(_: &ClusterArn, _: &ClusterRow, _: &Restriction, _: Timestamp) -> bool {
        true
    }

    fn cell<'a>(
        fleet: &'a Fleet,
        _: &'a ClusterArn,
        row: &'a ClusterRow,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a> {
        cell(fleet, row, column, now)
    }

    fn sort_key<'a>(
        fleet: &'a Fleet,
        _: &'a ClusterArn,
        row: &'a ClusterRow,
        column: usize,
    ) -> SortKey<'a> {
        sort_key(fleet, row, column)
    }

    fn identity<'a>(arn: &'a ClusterArn, _: &'a ClusterRow) -> [&'a str; 4] {
        [arn.name(), arn.as_str(), "", ""]
    }

    fn has_problem(row: &ClusterRow) -> bool {
        has_problem(row)
    }

    fn name(arn: &ClusterArn, _: Option<&ClusterRow>) -> String {
        arn.name().to_owned()
    }

    fn arn(arn: &ClusterArn, _: Option<&ClusterRow>) -> Option<String> {
        Some(arn.as_str().to_owned())
    }

    fn describe(state: &State, _: &ClusterArn, row: &ClusterRow) -> Vec<TextLine> {
        describe::cluster(state, row)
    }

    fn kept_document<'a>(state: &'a State, row: &'a ClusterRow) -> Option<Kept<'a>> {
        Some(Kept {
            document: row.detail.value().map(|cluster| &cluster.document),
            provenance: describe::provenance(state, &row.detail),
        })
    }

    fn console(arn: &ClusterArn) -> Option<String> {
        Some(share::cluster_page(arn, "overview"))
    }

    fn command(arn: &ClusterArn) -> Vec<(&'static str, String)> {
        vec![("eks describe-cluster --name", arn.name().to_owned())]
    }

    fn opens(_: &ClusterArn, _: &ClusterRow) -> Opens {
        Opens::Scope
    }

    fn refresh(state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        for id in state.fleet.route_ids() {
            state.open_route(id, true, effects);
        }
        for arn in clusters {
            state.describe_cluster(arn, true, effects);
        }
    }
}

const COLUMNS: [Column; 11] = [
    Column {
        title: "NAME",
        rank: 100,
        min: 12,
        max: 40,
        wide: false,
    },
    Column {
        title: "STATUS",
        rank: 90,
        min: 10,
        max: 18,
        wide: false,
    },
    Column {
        title: "REGION",
        rank: 80,
        min: 9,
        max: 14,
        wide: false,
    },
    Column {
        title: "ACCOUNT",
        rank: 60,
        min: 12,
        max: 12,
        wide: false,
    },
    Column {
        title: "VERSION",
        rank: 70,
        min: 7,
        max: 7,
        wide: false,
    },
    Column {
        title: "ASSOC",
        rank: 50,
        min: 5,
        max: 6,
        wide: false,
    },
    Column {
        title: FINDINGS,
        rank: 75,
        min: 10,
        max: 40,
        wide: false,
    },
    Column {
        title: "READ",
        rank: 40,
        min: 8,
        max: 12,
        wide: false,
    },
    Column {
        title: "PROFILE",
        rank: 30,
        min: 8,
        max: 20,
        wide: true,
    },
    Column {
        title: "PLATFORM",
        rank: 25,
        min: 8,
        max: 9,
        wide: true,
    },
    Column {
        title: "AGE",
        rank: 20,
        min: 4,
        max: 5,
        wide: true,
    },
];

fn cell<'a>(fleet: &'a Fleet, row: &'a ClusterRow, column: usize, now: Timestamp) -> Cell<'a> {
    let detail = row.detail.value();
    match column {
        0 => Cell::new(row.arn.name(), Tone::Name),
        1 => status(row, now),
        2 => Cell::plain(row.arn.region()),
        3 => Cell::muted(row.arn.account()),
        4 => text(row, detail.and_then(|cluster| cluster.version.as_deref())),
        5 => match (row.associations.value(), row.associations.failed()) {
            (_, Some(failed)) => Cell::sign(glyph::BAD, failed.failure.kind.word(), Tone::Bad),
            (Some(count), None) => Cell::plain(count.to_string()),
            (None, None) => Cell::pending(),
        },
        6 => findings(row, now),
        7 => freshness(&row.detail, now),
        8 => fleet.profile_of(row).map_or_else(Cell::none, Cell::muted),
        9 => text(
            row,
            detail.and_then(|cluster| cluster.platform_version.as_deref()),
        ),
        10 => match detail.and_then(|cluster| cluster.created) {
            Some(created) => Cell::muted(age(created, now)),
            None => text(row, None),
        },
        _ => Cell::plain(""),
    }
}

/// The status with its sign; the words are AWS's own, and one from an earlier run says how old it is.
pub fn status(row: &ClusterRow, now: Timestamp) -> Cell<'_> {
    if let Some(known) = row
        .detail
        .known()
        .filter(|known| known.origin == Origin::Cache)
    {
        let word = known.value.status.as_deref().unwrap_or("?");
        let old = format!("{word} {}", ago(known.at, now));
        return Cell::sign(glyph::WARNING, old, Tone::Warning);
    }
    let Some(cluster) = row.detail.value() else {
        return row.detail.failed().map_or_else(Cell::pending, |failed| {
            Cell::sign(glyph::BAD, failed.failure.kind.word(), Tone::Bad)
        });
    };
    match cluster.status.as_deref() {
        Some(word @ "ACTIVE") if cluster.health_issues.is_empty() => {
            Cell::sign(glyph::GOOD, word, Tone::Good)
        }
        Some(word @ ("UPDATING" | "CREATING" | "PENDING")) => {
            Cell::sign(glyph::BUSY, word, Tone::Busy)
        }
        Some(word @ ("FAILED" | "DELETING")) => Cell::sign(glyph::BAD, word, Tone::Bad),
        // An active cluster with health issues, or a word that is newer than this version.
        Some(word) => Cell::sign(glyph::WARNING, word, Tone::Warning),
        None => Cell::none(),
    }
}

/// How many findings there are; what stayed open is counted with them, and an old count says its age.
fn findings(row: &ClusterRow, now: Timestamp) -> Cell<'static> {
    let diagnosis = &row.diagnosis;
    let Some(found) = diagnosis.value() else {
        return match diagnosis.failed() {
            Some(failed) => Cell::sign("?", failed.failure.kind.word(), Tone::Warning),
            None if diagnosis.waiting().is_some() => Cell::pending(),
            None => Cell::none(),
        };
    };
    let counts = found.counts();
    let (sign, tone) = match counts {
        Counts { errors: 1.., .. } => (glyph::BAD, Tone::Bad),
        Counts { warnings: 1.., .. } | Counts { possible: 1.., .. } => {
            (glyph::WARNING, Tone::Warning)
        }
        Counts { unknown: 1.., .. } => ("?", Tone::Warning),
        _ => (glyph::GOOD, Tone::Good),
    };
    let is_old = now.as_second() - found.at().as_second() >= LIVE_SECONDS;
    let old = if diagnosis.waiting().is_some() {
        ", reading".to_owned()
    } else if diagnosis.is_outdated() {
        ", outdated".to_owned()
    } else if is_old {
        format!(", {}", ago(found.at(), now))
    } else {
        String::new()
    };
    let tone = if diagnosis.is_outdated() {
        Tone::Muted
    } else {
        tone
    };
    Cell::sign(sign, format!("{counts}{old}"), tone)
}

fn text<'a>(row: &'a ClusterRow, value: Option<&'a str>) -> Cell<'a> {
    match value {
        Some(value) => Cell::plain(value),
        None if row.detail.value().is_some() => Cell::none(),
        None => Cell::pending(),
    }
}

fn has_problem(row: &ClusterRow) -> bool {
    let failed = !row.unread.is_empty()
        || row.detail.failed().is_some()
        || row.associations.failed().is_some()
        || row.updates.failed().is_some()
        || WatchedKind::ALL
            .into_iter()
            .any(|kind| row.kubernetes.failure(kind).is_some());
    let troubled = row.detail.value().is_some_and(|cluster| {
        let active = matches!(cluster.status.as_deref(), Some("ACTIVE" | "UPDATING"));
        !active || !cluster.health_issues.is_empty() || cluster.lacks_pod_identity() == Some(true)
    });
    let found = row.diagnosis.value();
    let is_found = found.is_some_and(|found| found.counts().errors > 0);
    failed || troubled || is_found
}

fn sort_key<'a>(fleet: &'a Fleet, row: &'a ClusterRow, column: usize) -> SortKey<'a> {
    let detail = row.detail.value();
    let words = |value: Option<&'a str>| {
        value.map_or(SortKey::Missing, |value| {
            SortKey::Text(Cow::Borrowed(value))
        })
    };
    match column {
        0 => words(Some(row.arn.name())),
        1 => words(detail.and_then(|cluster| cluster.status.as_deref())),
        2 => words(Some(row.arn.region())),
        3 => words(Some(row.arn.account())),
        4 => version(detail.and_then(|cluster| cluster.version.as_deref())),
        5 => row.associations.value().map_or(SortKey::Missing, |count| {
            SortKey::Number(i64::try_from(*count).unwrap_or(i64::MAX))
        }),
        6 => row.diagnosis.value().map_or(SortKey::Missing, |found| {
            let Counts {
                errors, warnings, ..
            } = found.counts();
            let weight = errors.saturating_mul(100_000).saturating_add(warnings);
            SortKey::Number(i64::try_from(weight).unwrap_or(i64::MAX))
        }),
        7 => row.detail.known().map_or(SortKey::Missing, |known| {
            SortKey::Number(known.at.as_second())
        }),
        8 => words(fleet.profile_of(row)),
        9 => version(detail.and_then(|cluster| cluster.platform_version.as_deref())),
        10 => detail
            .and_then(|cluster| cluster.created)
            .map_or(SortKey::Missing, |created| {
                SortKey::Number(-created.as_second())
            }),
        _ => SortKey::Missing,
    }
}

/// Versions by number: 1.9 before 1.10, eks.9 before eks.14.
fn version(text: Option<&str>) -> SortKey<'_> {
    let Some(text) = text else {
        return SortKey::Missing;
    };
    let numbers = text.split('.').filter_map(|part| part.parse::<i64>().ok());
    SortKey::Number(numbers.fold(0, |sum, number| {
        sum.saturating_mul(100_000).saturating_add(number)
    }))
}
