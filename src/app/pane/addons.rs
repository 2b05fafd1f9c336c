//! Add-ons, as far as they matter for who pods are: their role, the associations that they own, their health.

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
use crate::model::addon::AddonIdentity;
use crate::model::age::age;
use crate::model::arn::role_name;
use crate::model::{Addon, AddonKey, ClusterArn, Described, Text, health};

pub struct Addons;

type Row = PartRow<Described<Addon>>;

impl Noun for Addons {
    type Key = AddonKey;
    type Row = Row;

    const TITLE: &'static str = "Add-ons";
    const TAB: &'static str = "Add-ons";
    const NAMES: (&'static str, &'static str) = ("add-on", "add-ons");
    const COMMAND: Command = Command::ViewAddons;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const SOURCE: Source = Source::Clusters(|row| row.addons.reading());

    fn rows(fleet: &Fleet) -> &IndexMap<AddonKey, Row> {
        &fleet.addons
    }

    fn wrap(key: AddonKey) -> RowKey {
        RowKey::Addon(key)
    }

    fn unwrap(key: &RowKey) -> Option<&AddonKey> {
        match key {
            RowKey::Addon(key) => Some(key),
            _ => None,
        }
    }

    fn admits(key: &AddonKey, _: &Row, limits: &Restriction, _: Timestamp) -> bool {
        limits.admits(&key.cluster)
    }

    fn cell<'a>(
        fleet: &'a Fleet,
        key: &'a AddonKey,
        row: &'a Row,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a> {
        match column {
            0 => Cell::new(&*key.name, Tone::Name),
            1 => cluster_name(fleet, &key.cluster),
            2 => member(row, |found| {
                let addon = &found.value;
                Some(status(addon.status.as_deref(), !addon.issues.is_empty()))
            }),
            3 => member(row, |found| found.value.version.as_deref().map(Cell::plain)),
            4 => member(row, |found| {
                let identity = found.value.identity();
                let quiet = identity == AddonIdentity::None;
                Some(if quiet {
                    Cell::none()
                } else {
                    Cell::plain(identity.word())
                })
            }),
            5 => member(row, |found| {
                found.value.role.as_deref().map(role_name).map(Cell::plain)
            }),
            6 => member(row, |found| {
                let owned = found.value.associations.len();
                (owned > 0).then(|| Cell::plain(owned.to_string()))
            }),
            7 => member(row, |found| {
                let issues = &found.value.issues;
                (!issues.is_empty()).then(|| Cell::new(health::codes(issues), Tone::Warning))
            }),
            8 => member(row, |found| {
                found
                    .value
                    .created
                    .map(|created| Cell::muted(age(created, now)))
            }),
            9 => freshness(&row.detail, now),
            10 => member(row, |found| {
                found.value.namespace.as_deref().map(Cell::muted)
            }),
            11 => Cell::muted(key.cluster.region()),
            12 => Cell::muted(key.cluster.account()),
            _ => Cell::plain(""),
        }
    }

    fn sort_key<'a>(
        fleet: &'a Fleet,
        key: &'a AddonKey,
        row: &'a Row,
        column: usize,
    ) -> SortKey<'a> {
        let addon = row.detail.value().map(|found| &found.value);
        match column {
            6 => addon.map_or(SortKey::Missing, |addon| {
                SortKey::Number(i64::try_from(addon.associations.len()).unwrap_or(i64::MAX))
            }),
            8 => addon
                .and_then(|addon| addon.created)
                .map_or(SortKey::Missing, |at| SortKey::Number(-at.as_second())),
            9 => row.detail.known().map_or(SortKey::Missing, |known| {
                SortKey::Number(known.at.as_second())
            }),
            _ => by_cell(Self::cell(fleet, key, row, column, Timestamp::UNIX_EPOCH)),
        }
    }

    fn identity<'a>(key: &'a AddonKey, _: &'a Row) -> [&'a str; 4] {
        [&key.name, key.cluster.as_str(), "", ""]
    }

    fn has_problem(row: &Row) -> bool {
        let ails = |addon: &Addon| {
            !addon.issues.is_empty()
                || !matches!(
                    addon.status.as_deref(),
                    None | Some("ACTIVE" | "CREATING" | "UPDATING" | "DELETING")
                )
        };
        row.detail.failed().is_some() || row.detail.value().is_some_and(|found| ails(&found.value))
    }

    fn name(key: &AddonKey, _: Option<&Row>) -> String {
        key.name.to_string()
    }

    fn arn(_: &AddonKey, row: Option<&Row>) -> Option<String> {
        let found = row?.detail.value()?;
        found.value.arn.as_deref().map(str::to_owned)
    }

    /// Its own role, or that of an association which it owns.
    fn role<'a>(fleet: &'a Fleet, key: &'a AddonKey, row: &'a Row) -> Option<&'a Text> {
        let own = row.detail.value()?.value.role.as_ref();
        own.or_else(|| {
            let owned = fleet.associations.values();
            let mut owned = owned.filter(|row| row.summary.owning_addon().as_ref() == Some(key));
            owned.find_map(|row| row.detail.value()?.role.as_ref())
        })
    }

    fn describe(state: &State, key: &AddonKey, row: &Row) -> Vec<TextLine> {
        describe::addon(state, key, row)
    }

    fn kept_document<'a>(state: &'a State, row: &'a Row) -> Option<Kept<'a>> {
        Some(Kept {
            document: row.detail.value().map(|found| &found.document),
            provenance: describe::provenance(state, &row.detail),
        })
    }

    fn console(key: &AddonKey) -> Option<String> {
        Some(share::cluster_page(&key.cluster, "add-ons"))
    }

    fn command(key: &AddonKey) -> Vec<(&'static str, String)> {
        vec![
            (
                "eks describe-addon --cluster-name",
                key.cluster.name().to_owned(),
            ),
            ("--addon-name", key.name.to_string()),
        ]
    }

    fn want(state: &mut State, effects: &mut Vec<Effect>) {
        state.want_parts(Part::Addons, effects);
    }

    fn refresh(state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        for arn in clusters {
            state.list_parts(arn, Part::Addons, true, effects);
        }
    }
}

const COLUMNS: [Column; 13] = [
    Column::new("NAME", 100, 16, 40),
    Column::new("CLUSTER", 95, 10, 28),
    Column::new("STATUS", 90, 12, 16),
    Column::new("VERSION", 60, 12, 24),
    Column::new("IDENTITY", 85, 12, 14),
    Column::new("IRSA ROLE", 80, 12, 40),
    Column::new("OWNS", 65, 4, 5),
    Column::new("HEALTH", 75, 10, 40),
    Column::new("AGE", 50, 4, 5),
    Column::new("READ", 70, 8, 12),
    Column::new("NAMESPACE", 30, 9, 24).wide(),
    Column::new("REGION", 25, 9, 14).wide(),
    Column::new("ACCOUNT", 24, 12, 12).wide(),
];
