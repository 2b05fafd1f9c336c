//! Pod Identity associations: who the pods of a service account should be.

use std::borrow::Cow;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::describe::{self, TextLine};
use crate::app::effect::{Effect, Request};
use crate::app::fleet::{AssociationRow, Fleet};
use crate::app::kubernetes::AccountKey;
use crate::app::modal::Item;
use crate::app::pane::view::{Copied, Noun, Opens, Source};
use crate::app::pane::{
    Cell, Column, PodsOf, Restriction, RowKey, SortKey, Tone, cluster_name, freshness, glyph,
    service_accounts,
};
use crate::app::share;
use crate::app::state::State;
use crate::input::Command;
use crate::model::age::age;
use crate::model::arn::{account_of, role_name};
use crate::model::identity::Tally;
use crate::model::{Association, AssociationKey, ClusterArn, RouteId, Text};

pub struct Associations;

impl Noun for Associations {
    type Key = AssociationKey;
    type Row = AssociationRow;

    const TITLE: &'static str = "Pod Identity associations";
    const TAB: &'static str = "Associations";
    const NAMES: (&'static str, &'static str) = ("association", "associations");
    const COMMAND: Command = Command::ViewAssociations;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const SOURCE: Source = Source::Clusters(|row| row.associations.reading());

    fn rows(fleet: &Fleet) -> &IndexMap<AssociationKey, AssociationRow> {
        &fleet.associations
    }

    fn wrap(key: AssociationKey) -> RowKey {
        RowKey::Association(key)
    }

    fn unwrap(key: &RowKey) -> Option<&AssociationKey> {
        match key {
            RowKey::Association(key) => Some(key),
            _ => None,
        }
    }

    fn admits(
        key: &AssociationKey,
        _: &AssociationRow,
        limits: &Restriction,
        _: Timestamp,
    ) -> bool {
        limits.admits(&key.cluster)
    }

    fn cell<'a>(
        fleet: &'a Fleet,
        _: &'a AssociationKey,
        row: &'a AssociationRow,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a> {
        cell(fleet, row, column, now)
    }

    fn sort_key<'a>(
        fleet: &'a Fleet,
        _: &'a AssociationKey,
        row: &'a AssociationRow,
        column: usize,
    ) -> SortKey<'a> {
        sort_key(fleet, row, column)
    }

    fn identity<'a>(key: &'a AssociationKey, row: &'a AssociationRow) -> [&'a str; 4] {
        [
            &row.summary.namespace,
            &row.summary.service_account,
            key.cluster.as_str(),
            &key.id,
        ]
    }

    fn has_problem(row: &AssociationRow) -> bool {
        row.detail.failed().is_some()
    }

    fn name(key: &AssociationKey, row: Option<&AssociationRow>) -> String {
        row.map_or_else(|| key.id.to_string(), |row| row.summary.name())
    }

    fn arn(key: &AssociationKey, row: Option<&AssociationRow>) -> Option<String> {
        let sent = row.and_then(|row| row.summary.arn.as_deref());
        Some(sent.map_or_else(|| made_arn(key), str::to_owned))
    }

    fn role<'a>(_: &'a Fleet, _: &'a AssociationKey, row: &'a AssociationRow) -> Option<&'a Text> {
        row.detail.value()?.role.as_ref()
    }

    fn describe(state: &State, _: &AssociationKey, row: &AssociationRow) -> Vec<TextLine> {
        describe::association(state, row)
    }

    fn ask_document(_: &State, key: &AssociationKey, route: RouteId) -> Option<Request> {
        let key = key.clone();
        Some(Request::AssociationDocument { route, key })
    }

    fn copies(key: &AssociationKey, row: Option<&AssociationRow>) -> Vec<Copied> {
        let mut copies = vec![("association id", key.id.to_string(), "association id")];
        let Some(detail) = row.and_then(|row| row.detail.value()) else {
            return copies;
        };
        for (label, what, value) in [
            ("role ARN", "role ARN", detail.role.as_ref()),
            ("target role ARN", "role ARN", detail.target_role.as_ref()),
            ("external id", "external id", detail.external_id()),
        ] {
            copies.extend(value.map(|value| (label, value.to_string(), what)));
        }
        copies
    }

    fn definitions(state: &State, key: &AssociationKey) -> Vec<Item> {
        share::definitions(state, key)
    }

    fn console(key: &AssociationKey) -> Option<String> {
        Some(share::cluster_page(&key.cluster, "access"))
    }

    fn command(key: &AssociationKey) -> Vec<(&'static str, String)> {
        vec![
            (
                "eks describe-pod-identity-association --cluster-name",
                key.cluster.name().to_owned(),
            ),
            ("--association-id", key.id.to_string()),
        ]
    }

    fn opens(_: &AssociationKey, row: &AssociationRow) -> Opens {
        Opens::Pods(PodsOf::Account(account(&row.summary)))
    }

    fn look(state: &mut State, key: &AssociationKey, effects: &mut Vec<Effect>) {
        state.describe_association(key, true, effects);
    }

    fn refresh(state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        state.expire_details(clusters);
        for arn in clusters {
            state.list_associations(arn, true, effects);
        }
    }
}

/// The ARN as AWS would write it, where a list did not send it.
fn made_arn(key: &AssociationKey) -> String {
    let cluster = &key.cluster;
    format!(
        "arn:{}:eks:{}:{}:podidentityassociation/{}/{}",
        cluster.partition(),
        cluster.region(),
        cluster.account(),
        cluster.name(),
        key.id
    )
}

const COLUMNS: [Column; 13] = [
    Column {
        title: "NAMESPACE",
        rank: 100,
        min: 10,
        max: 26,
        wide: false,
    },
    Column {
        title: "SERVICE ACCOUNT",
        rank: 99,
        min: 16,
        max: 34,
        wide: false,
    },
    Column {
        title: "ROLE",
        rank: 95,
        min: 22,
        max: 44,
        wide: false,
    },
    Column {
        title: "TARGET ROLE",
        rank: 60,
        min: 14,
        max: 40,
        wide: false,
    },
    Column {
        title: "CLUSTER",
        rank: 80,
        min: 10,
        max: 28,
        wide: false,
    },
    Column {
        title: "OWNER",
        rank: 50,
        min: 7,
        max: 24,
        wide: false,
    },
    Column {
        title: "TAGS",
        rank: 40,
        min: 4,
        max: 5,
        wide: false,
    },
    Column {
        title: "AGE",
        rank: 55,
        min: 4,
        max: 5,
        wide: false,
    },
    Column {
        title: "READ",
        rank: 70,
        min: 8,
        max: 12,
        wide: false,
    },
    Column {
        title: "REGION",
        rank: 30,
        min: 9,
        max: 14,
        wide: true,
    },
    Column {
        title: "ACCOUNT",
        rank: 25,
        min: 12,
        max: 12,
        wide: true,
    },
    Column {
        title: "ID",
        rank: 20,
        min: 19,
        max: 19,
        wide: true,
    },
    Column::new("PODS", 35, 4, 24),
];

/// Index of the column PODS, which Kubernetes fills.
pub const PODS: usize = 12;

/// Indices of the columns that only a description fills.
pub const DETAILS: [usize; 5] = [2, 3, 6, 7, 8];

fn cell<'a>(fleet: &'a Fleet, row: &'a AssociationRow, column: usize, now: Timestamp) -> Cell<'a> {
    let summary = &row.summary;
    match column {
        0 => Cell::plain(&*summary.namespace),
        1 => Cell::new(&*summary.service_account, Tone::Name),
        2 => match row.detail.value().map(|detail| detail.role.as_deref()) {
            Some(Some(role)) => Cell::plain(role_name(role)),
            other => missing(row, other.is_some()),
        },
        3 => match row
            .detail
            .value()
            .map(|detail| detail.target_role.as_deref())
        {
            Some(Some(role)) => target(row, role),
            other => missing(row, other.is_some()),
        },
        4 => cluster_name(fleet, &summary.key.cluster),
        5 => summary.owner_name().map_or_else(Cell::none, Cell::plain),
        6 => match row.detail.value() {
            Some(detail) if detail.session_tags() => Cell::muted("on"),
            Some(_) => Cell::new("off", Tone::Warning),
            None => missing(row, false),
        },
        7 => match row.detail.value().map(|detail| detail.created) {
            Some(Some(created)) => Cell::muted(age(created, now)),
            other => missing(row, other.is_some()),
        },
        8 => freshness(&row.detail, now),
        9 => Cell::muted(summary.key.cluster.region()),
        10 => Cell::muted(summary.key.cluster.account()),
        11 => Cell::muted(&*summary.key.id),
        PODS => match tally(fleet, row) {
            Some(tally) => service_accounts::lack(tally, " lacking")
                .unwrap_or_else(|| Cell::muted(tally.running.to_string())),
            None => Cell::muted("?"),
        },
        _ => Cell::plain(""),
    }
}

/// The pods of its service account, where Kubernetes was read.
fn tally(fleet: &Fleet, row: &AssociationRow) -> Option<Tally> {
    if fleet.accounts.is_empty() {
        return None;
    }
    let account = account(&row.summary);
    fleet.accounts.get(&account)?.tally
}

fn account(summary: &Association) -> AccountKey {
    AccountKey {
        cluster: summary.key.cluster.clone(),
        namespace: summary.namespace.clone(),
        name: summary.service_account.clone(),
    }
}

/// The target role; its account too where that is another one than the cluster's.
fn target<'a>(row: &AssociationRow, role: &'a str) -> Cell<'a> {
    match account_of(role) {
        Some(account) if account != row.summary.key.cluster.account() => {
            Cell::plain(format!("{account}/{}", role_name(role)))
        }
        _ => Cell::plain(role_name(role)),
    }
}

fn missing(row: &AssociationRow, described: bool) -> Cell<'static> {
    match row.detail.failed() {
        Some(failed) if !described => Cell::sign(glyph::BAD, failed.failure.kind.word(), Tone::Bad),
        _ if described => Cell::none(),
        _ => Cell::pending(),
    }
}

fn sort_key<'a>(fleet: &'a Fleet, row: &'a AssociationRow, column: usize) -> SortKey<'a> {
    let detail = row.detail.value();
    let words = |value: Option<&'a str>| {
        value.map_or(SortKey::Missing, |value| {
            SortKey::Text(Cow::Borrowed(value))
        })
    };
    match column {
        0 => words(Some(&row.summary.namespace)),
        1 => words(Some(&row.summary.service_account)),
        2 => words(
            detail
                .and_then(|detail| detail.role.as_deref())
                .map(role_name),
        ),
        3 => words(
            detail
                .and_then(|detail| detail.target_role.as_deref())
                .map(role_name),
        ),
        4 => SortKey::Text(cluster_name(fleet, &row.summary.key.cluster).text),
        5 => words(row.summary.owner_name()),
        6 => detail.map_or(SortKey::Missing, |detail| {
            SortKey::Number(i64::from(detail.session_tags()))
        }),
        7 => detail
            .and_then(|detail| detail.created)
            .map_or(SortKey::Missing, |created| {
                SortKey::Number(-created.as_second())
            }),
        8 => row.detail.known().map_or(SortKey::Missing, |known| {
            SortKey::Number(known.at.as_second())
        }),
        9 => words(Some(row.summary.key.cluster.region())),
        10 => words(Some(row.summary.key.cluster.account())),
        11 => words(Some(&row.summary.key.id)),
        PODS => tally(fleet, row).map_or(SortKey::Missing, |tally| {
            let lacking = i64::try_from(tally.lacking).unwrap_or(i64::MAX);
            let running = i64::try_from(tally.running).unwrap_or(i64::MAX);
            SortKey::Number(lacking.saturating_mul(1_000_000).saturating_add(running))
        }),
        _ => SortKey::Missing,
    }
}
