//! Kubernetes service accounts: who their next pods will be, and which pods are not that yet.

use std::borrow::Cow;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::describe::{self, TextLine};
use crate::app::effect::{Effect, Request};
use crate::app::fleet::Fleet;
use crate::app::kubernetes::{AccountKey, AccountRow, Kubernetes};
use crate::app::pane::view::{Copied, Noun, Opens, Source};
use crate::app::pane::{
    Cell, Column, PodsOf, Restriction, RowKey, SortKey, Tone, cluster_name, given_role, glyph,
};
use crate::app::state::State;
use crate::input::Command;
use crate::model::age::age;
use crate::model::arn::role_name;
use crate::model::identity::{AccountMechanism, Fact, Tally};
use crate::model::kubernetes::{KubeId, WatchedKind};
use crate::model::{ClusterArn, RouteId, Text};

pub struct ServiceAccounts;

const COLUMNS: [Column; 10] = [
    Column::new("NAMESPACE", 100, 10, 26),
    Column::new("SERVICE ACCOUNT", 99, 16, 34),
    Column::new("MECHANISM", 95, 14, 24),
    Column::new("ROLE", 90, 18, 44),
    // Where Kubernetes did not answer, these say why: rather a column goes than that.
    Column::new("PODS", 60, 18, 22),
    Column::new("LACKING", 94, 8, 22),
    Column::new("MAY BE OLD", 58, 10, 24),
    Column::new("CLUSTER", 50, 10, 28),
    Column::new("AGE", 40, 18, 22),
    Column::new("READ", 86, 12, 14),
];

/// What reads the Kubernetes of clusters that nobody has read yet.
pub(super) const HOW_TO_READ: &[(Command, &str)] = &[
    (Command::Open, "on a cluster lists it and watches it"),
    (Command::Refresh, "lists them all"),
];

impl Noun for ServiceAccounts {
    type Key = AccountKey;
    type Row = AccountRow;

    const TITLE: &'static str = "Service accounts";
    const TAB: &'static str = "Service accounts";
    const NAMES: (&'static str, &'static str) = ("service account", "service accounts");
    const COMMAND: Command = Command::ViewServiceAccounts;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const SOURCE: Source =
        Source::Clusters(|row| row.kubernetes.reading(WatchedKind::ServiceAccounts));
    const HOW_TO_READ: &'static [(Command, &'static str)] = HOW_TO_READ;

    fn rows(fleet: &Fleet) -> &IndexMap<AccountKey, AccountRow> {
        &fleet.accounts
    }

    fn wrap(key: AccountKey) -> RowKey {
        RowKey::Account(key)
    }

    fn unwrap(key: &RowKey) -> Option<&AccountKey> {
        match key {
            RowKey::Account(key) => Some(key),
            _ => None,
        }
    }

    fn admits(key: &AccountKey, _: &AccountRow, limits: &Restriction, _: Timestamp) -> bool {
        limits.admits(&key.cluster)
    }

    fn cell<'a>(
        fleet: &'a Fleet,
        key: &'a AccountKey,
        row: &'a AccountRow,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a> {
        let Some(cluster) = fleet.clusters.get(&key.cluster) else {
            return Cell::none();
        };
        let kubernetes = &cluster.kubernetes;
        match column {
            0 => Cell::plain(&*key.namespace),
            1 => Cell::new(&*key.name, Tone::Name),
            2 => mechanism(kubernetes, row),
            3 => role(fleet, kubernetes, row),
            4 => match row.tally {
                Some(tally) => Cell::plain(tally.running.to_string()),
                None => kubernetes.unknown(WatchedKind::Pods),
            },
            5 => lacking(kubernetes, row),
            6 => old(kubernetes, row, now),
            7 => cluster_name(fleet, &key.cluster),
            8 => match (row.exists, row.created) {
                (Fact::Unknown, _) => kubernetes.unknown(WatchedKind::ServiceAccounts),
                (Fact::Present(()), Some(created)) => Cell::muted(age(created, now)),
                (Fact::Present(()) | Fact::Absent, _) => Cell::none(),
            },
            9 => read(kubernetes, now),
            _ => Cell::plain(""),
        }
    }

    fn sort_key<'a>(
        fleet: &'a Fleet,
        key: &'a AccountKey,
        row: &'a AccountRow,
        column: usize,
    ) -> SortKey<'a> {
        let words = |value: &'a str| SortKey::Text(Cow::Borrowed(value));
        let number = |value: usize| SortKey::Number(i64::try_from(value).unwrap_or(i64::MAX));
        match column {
            0 => words(&key.namespace),
            1 => words(&key.name),
            2 => words(&row.phrase),
            3 => match &row.role {
                Some(role) => words(role_name(&role.arn)),
                None => SortKey::Missing,
            },
            4 => row
                .tally
                .map_or(SortKey::Missing, |tally| number(tally.running)),
            5 => row
                .tally
                .map_or(SortKey::Missing, |tally| number(tally.lacking)),
            6 => row
                .tally
                .map_or(SortKey::Missing, |tally| number(tally.aging.may_be_old)),
            7 => SortKey::Text(cluster_name(fleet, &key.cluster).text),
            8 => row.created.map_or(SortKey::Missing, |created| {
                SortKey::Number(-created.as_second())
            }),
            9 => {
                let cluster = fleet.clusters.get(&key.cluster);
                let at =
                    cluster.and_then(|row| row.kubernetes.known_at(WatchedKind::ServiceAccounts));
                at.map_or(SortKey::Missing, |at| SortKey::Number(at.as_second()))
            }
            _ => SortKey::Missing,
        }
    }

    fn identity<'a>(key: &'a AccountKey, _: &'a AccountRow) -> [&'a str; 4] {
        [&key.namespace, &key.name, key.cluster.as_str(), ""]
    }

    fn has_problem(row: &AccountRow) -> bool {
        let dormant = row.exists == Fact::Absent && row.association.is_some();
        dormant || row.withheld.is_some() || row.tally.is_some_and(|tally| tally.lacking > 0)
    }

    fn name(key: &AccountKey, _: Option<&AccountRow>) -> String {
        format!("{}/{}", key.namespace, key.name)
    }

    fn arn(_: &AccountKey, _: Option<&AccountRow>) -> Option<String> {
        None
    }

    fn role<'a>(_: &'a Fleet, _: &'a AccountKey, row: &'a AccountRow) -> Option<&'a Text> {
        row.role.as_ref().map(|role| &role.arn)
    }

    fn describe(state: &State, key: &AccountKey, row: &AccountRow) -> Vec<TextLine> {
        describe::account(state, key, row)
    }

    fn ask_document(state: &State, key: &AccountKey, _: RouteId) -> Option<Request> {
        let of = state.kubernetes_of(&key.cluster).ok()?;
        let id = KubeId::ServiceAccount {
            namespace: key.namespace.clone(),
            name: key.name.clone(),
        };
        Some(Request::KubernetesDocument { of, id })
    }

    fn copies(_: &AccountKey, row: Option<&AccountRow>) -> Vec<Copied> {
        let mut copies = Vec::new();
        let Some(row) = row else { return copies };
        if let Some(role) = &row.role {
            copies.push(("role ARN", role.arn.to_string(), "role ARN"));
        }
        if let Some(association) = &row.association {
            let id = association.id.to_string();
            copies.push(("association id", id, "association id"));
        }
        copies
    }

    fn remarks(state: &State) -> Vec<(Tone, String)> {
        watching(state).into_iter().collect()
    }

    fn opens(key: &AccountKey, _: &AccountRow) -> Opens {
        Opens::Pods(PodsOf::Account(key.clone()))
    }

    fn look(state: &mut State, key: &AccountKey, effects: &mut Vec<Effect>) {
        let row = state.fleet.accounts.get(key);
        if let Some(association) = row.and_then(|row| row.association.clone()) {
            state.describe_association(&association, true, effects);
        }
    }

    fn refresh(state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        state.read_kubernetes(clusters, effects);
    }
}

fn mechanism<'a>(kubernetes: &Kubernetes, row: &'a AccountRow) -> Cell<'a> {
    let dormant = row.exists == Fact::Absent && row.association.is_some();
    match row.mechanism {
        AccountMechanism::Unknown if row.exists.is_unknown() => {
            kubernetes.unknown(WatchedKind::ServiceAccounts)
        }
        AccountMechanism::Unknown => Cell::new(&*row.phrase, Tone::Warning),
        _ if dormant => Cell::sign(glyph::WARNING, &*row.phrase, Tone::Warning),
        AccountMechanism::None => Cell::muted(&*row.phrase),
        AccountMechanism::PodIdentity | AccountMechanism::Irsa | AccountMechanism::Both => {
            Cell::plain(&*row.phrase)
        }
    }
}

fn role<'a>(fleet: &Fleet, kubernetes: &Kubernetes, row: &'a AccountRow) -> Cell<'a> {
    if let Some(role) = &row.role {
        return given_role(role, row.withheld.as_deref());
    }
    if !row.is_role_unknown {
        return Cell::none();
    }
    let association = row.association.as_ref();
    let detail = association.and_then(|key| fleet.associations.get(key));
    match detail.map(|row| row.detail.failed()) {
        Some(Some(failed)) => Cell::sign(glyph::BAD, failed.failure.kind.word(), Tone::Bad),
        Some(None) => Cell::pending(),
        None if row.exists.is_unknown() => kubernetes.unknown(WatchedKind::ServiceAccounts),
        None => Cell::new("unknown", Tone::Warning),
    }
}

fn lacking(kubernetes: &Kubernetes, row: &AccountRow) -> Cell<'static> {
    let Some(tally) = row.tally else {
        return kubernetes.unknown(WatchedKind::Pods);
    };
    let cell = lack(tally, "").unwrap_or_else(|| Cell::muted("0"));
    match &row.withheld {
        // What a restart would mend, and what it would not.
        Some(withheld) => {
            let text = format!("{}, {}", cell.text, withheld.phrase());
            Cell::sign(glyph::BAD, text, Tone::Bad)
        }
        None => cell,
    }
}

/// Pods that may hold credentials from before the association's last change.
fn old(kubernetes: &Kubernetes, row: &AccountRow, now: Timestamp) -> Cell<'static> {
    let Some(tally) = row.tally else {
        return kubernetes.unknown(WatchedKind::Pods);
    };
    let aging = tally.aging.at(now);
    match (aging.may_be_old, aging.unknown) {
        (0, 0) => Cell::muted("0"),
        (0, _) => Cell::new(aging.short(), Tone::Warning),
        _ => Cell::sign(glyph::WARNING, aging.short(), Tone::Warning),
    }
}

/// Pods that are not what new ones would be, and those of which it is unknown; `None` if there are none of either.
pub(super) fn lack(tally: Tally, word: &str) -> Option<Cell<'static>> {
    match (tally.lacking, tally.unknown) {
        (0, 0) => None,
        (0, unknown) => Some(Cell::new(format!("{unknown} unknown"), Tone::Warning)),
        (lacking, 0) => {
            let text = format!("{lacking}{word}");
            Some(Cell::sign(glyph::WARNING, text, Tone::Warning))
        }
        (lacking, unknown) => {
            let text = format!("{lacking}{word}, {unknown} unknown");
            Some(Cell::sign(glyph::WARNING, text, Tone::Warning))
        }
    }
}

/// How fresh the row is: as the worse of the service accounts and the pods.
fn read(kubernetes: &Kubernetes, now: Timestamp) -> Cell<'static> {
    let pods = kubernetes.failure(WatchedKind::ServiceAccounts).is_none()
        && kubernetes.failure(WatchedKind::Pods).is_some();
    let kind = if pods {
        WatchedKind::Pods
    } else {
        WatchedKind::ServiceAccounts
    };
    kubernetes.freshness(kind, now)
}

/// How the watch of the cluster in view fares.
pub(super) fn watching(state: &State) -> Option<(Tone, String)> {
    let row = state.fleet.clusters.get(state.watched()?)?;
    let kubernetes = &row.kubernetes;
    let (live, failed) = WatchedKind::ALL
        .iter()
        .fold((0, 0), |(live, failed), kind| {
            (
                live + usize::from(kubernetes.is_live(*kind)),
                failed + usize::from(kubernetes.failure(*kind).is_some()),
            )
        });
    Some(if failed > 0 {
        let known = WatchedKind::ALL
            .iter()
            .filter_map(|kind| kubernetes.known_at(*kind));
        match known.min() {
            Some(at) => {
                let old = age(at, state.now);
                (
                    Tone::Warning,
                    format!("{} watch broken, {old} old", glyph::WARNING),
                )
            }
            None => (Tone::Bad, format!("{} not read", glyph::BAD)),
        }
    } else if live == WatchedKind::ALL.len() {
        (Tone::Good, format!("{} watching", glyph::GOOD))
    } else if kubernetes.mode().is_some() || kubernetes.wanted.is_some() {
        (Tone::Busy, format!("{} reading", glyph::BUSY))
    } else {
        return None;
    })
}
