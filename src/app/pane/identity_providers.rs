//! Identity provider configs: OIDC for people and tools that log in to Kubernetes, which is not IRSA.

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::describe::{self, TextLine};
use crate::app::effect::{Effect, Part};
use crate::app::fleet::{Fleet, PartRow};
use crate::app::pane::part::{by_cell, member, status};
use crate::app::pane::view::{Kept, Noun, Source};
use crate::app::pane::{Cell, Column, Restriction, RowKey, SortKey, Tone, cluster_name, freshness};
use crate::app::share;
use crate::app::state::State;
use crate::input::Command;
use crate::model::{ClusterArn, Described, IdentityProvider, IdentityProviderKey};

pub struct IdentityProviders;

type Row = PartRow<Described<IdentityProvider>>;

impl Noun for IdentityProviders {
    type Key = IdentityProviderKey;
    type Row = Row;

    const TITLE: &'static str = "Identity providers: who may log in to Kubernetes";
    const TAB: &'static str = "Identity providers";
    const NAMES: (&'static str, &'static str) = ("identity provider", "identity providers");
    const COMMAND: Command = Command::ViewIdentityProviders;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const SOURCE: Source = Source::Clusters(|row| row.identity_providers.reading());

    fn rows(fleet: &Fleet) -> &IndexMap<IdentityProviderKey, Row> {
        &fleet.identity_providers
    }

    fn wrap(key: IdentityProviderKey) -> RowKey {
        RowKey::IdentityProvider(key)
    }

    fn unwrap(key: &RowKey) -> Option<&IdentityProviderKey> {
        match key {
            RowKey::IdentityProvider(key) => Some(key),
            _ => None,
        }
    }

    fn admits(key: &IdentityProviderKey, _: &Row, limits: &Restriction, _: Timestamp) -> bool {
        limits.admits(&key.cluster)
    }

    fn cell<'a>(
        fleet: &'a Fleet,
        key: &'a IdentityProviderKey,
        row: &'a Row,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a> {
        let text = |value: &'a Option<_>| value.as_deref().map(Cell::plain);
        match column {
            0 => Cell::new(&*key.name, Tone::Name),
            1 => cluster_name(fleet, &key.cluster),
            2 => member(row, |found| {
                Some(status(found.value.status.as_deref(), false))
            }),
            3 => member(row, |found| text(&found.value.issuer)),
            4 => member(row, |found| text(&found.value.client_id)),
            5 => member(row, |found| text(&found.value.username_claim)),
            6 => member(row, |found| text(&found.value.groups_claim)),
            7 => freshness(&row.detail, now),
            8 => Cell::muted(&*key.kind),
            9 => member(row, |found| text(&found.value.username_prefix)),
            10 => member(row, |found| text(&found.value.groups_prefix)),
            11 => member(row, |found| {
                let line = found.value.required_claims_line();
                (!line.is_empty()).then(|| Cell::plain(line))
            }),
            12 => Cell::muted(key.cluster.region()),
            13 => Cell::muted(key.cluster.account()),
            _ => Cell::plain(""),
        }
    }

    fn sort_key<'a>(
        fleet: &'a Fleet,
        key: &'a IdentityProviderKey,
        row: &'a Row,
        column: usize,
    ) -> SortKey<'a> {
        match column {
            7 => row.detail.known().map_or(SortKey::Missing, |known| {
                SortKey::Number(known.at.as_second())
            }),
            _ => by_cell(Self::cell(fleet, key, row, column, Timestamp::UNIX_EPOCH)),
        }
    }

    fn identity<'a>(key: &'a IdentityProviderKey, _: &'a Row) -> [&'a str; 4] {
        [key.cluster.as_str(), &key.kind, &key.name, ""]
    }

    fn has_problem(row: &Row) -> bool {
        row.detail.failed().is_some()
    }

    fn name(key: &IdentityProviderKey, _: Option<&Row>) -> String {
        key.name.to_string()
    }

    fn arn(_: &IdentityProviderKey, row: Option<&Row>) -> Option<String> {
        let found = row?.detail.value()?;
        found.value.arn.as_deref().map(str::to_owned)
    }

    fn describe(state: &State, key: &IdentityProviderKey, row: &Row) -> Vec<TextLine> {
        describe::identity_provider(state, key, row)
    }

    fn kept_document<'a>(state: &'a State, row: &'a Row) -> Option<Kept<'a>> {
        Some(Kept {
            document: row.detail.value().map(|found| &found.document),
            provenance: describe::provenance(state, &row.detail),
        })
    }

    fn console(key: &IdentityProviderKey) -> Option<String> {
        Some(share::cluster_page(&key.cluster, "access"))
    }

    fn command(key: &IdentityProviderKey) -> Vec<(&'static str, String)> {
        vec![
            (
                "eks describe-identity-provider-config --cluster-name",
                key.cluster.name().to_owned(),
            ),
            (
                "--identity-provider-config",
                format!("type={},name={}", key.kind, key.name),
            ),
        ]
    }

    fn want(state: &mut State, effects: &mut Vec<Effect>) {
        state.want_parts(Part::IdentityProviders, effects);
    }

    fn refresh(state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        for arn in clusters {
            state.list_parts(arn, Part::IdentityProviders, true, effects);
        }
    }
}

const COLUMNS: [Column; 14] = [
    Column::new("NAME", 100, 12, 40),
    Column::new("CLUSTER", 95, 10, 28),
    Column::new("STATUS", 90, 10, 14),
    Column::new("ISSUER", 85, 20, 60),
    Column::new("CLIENT ID", 60, 12, 40),
    Column::new("USERNAME CLAIM", 55, 14, 20),
    Column::new("GROUPS CLAIM", 50, 12, 20),
    Column::new("READ", 70, 8, 12),
    Column::new("TYPE", 10, 4, 10).wide(),
    Column::new("USERNAME PREFIX", 30, 15, 24).wide(),
    Column::new("GROUPS PREFIX", 29, 13, 24).wide(),
    Column::new("REQUIRED CLAIMS", 28, 15, 40).wide(),
    Column::new("REGION", 25, 9, 14).wide(),
    Column::new("ACCOUNT", 24, 12, 12).wide(),
];
