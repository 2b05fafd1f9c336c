//! Roles: who uses each one, over all scopes, whom it trusts, and when it was last used.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::app::describe::{self, TextLine};
use crate::app::effect::{Effect, Part};
use crate::app::fleet::Fleet;
use crate::app::pane::view::{Copied, Kept, Noun, Opens, Source};
use crate::app::pane::{
    Cell, Column, PodsOf, Restriction, RowKey, SortKey, Tone, freshness, glyph,
};
use crate::app::roles::RoleRow;
use crate::app::state::State;
use crate::input::Command;
use crate::model::age::ago;
use crate::model::arn::{account_of, role_name};
use crate::model::kubernetes::WatchedKind;
use crate::model::role::LastUse;
use crate::model::trust::{Pods, TrustSummary};
use crate::model::usage::{RoleUsage, Users};
use crate::model::{ClusterArn, FailureKind, Text};

pub struct Roles;

const COLUMNS: [Column; 11] = [
    Column::new("ROLE", 100, 18, 48),
    Column::new("ASSOCIATIONS", 95, 12, 12),
    Column::new("TARGET OF", 85, 9, 9),
    Column::new("IRSA", 90, 4, 5),
    Column::new("ADD-ONS", 80, 7, 7),
    Column::new("CLUSTERS", 60, 8, 8),
    Column::new("TRUSTS", 92, 18, 50),
    Column::new("LAST USED", 70, 9, 14),
    Column::new("READ", 75, 8, 12),
    Column::new("ACCOUNT", 50, 12, 12),
    Column::new("ARN", 10, 30, 90).wide(),
];

/// Indices of the columns that only IAM fills.
pub const TRUSTS: usize = 6;
pub const LAST_USED: usize = 7;
pub const READ: usize = 8;

impl Noun for Roles {
    type Key = Text;
    type Row = RoleRow;

    const TITLE: &'static str = "Roles in use";
    const TAB: &'static str = "Roles";
    const NAMES: (&'static str, &'static str) = ("role", "roles");
    const COMMAND: Command = Command::ViewRoles;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const SOURCE: Source = Source::Clusters(|row| row.associations.reading());

    fn rows(fleet: &Fleet) -> &IndexMap<Text, RoleRow> {
        &fleet.roles
    }

    fn wrap(role: Text) -> RowKey {
        RowKey::Role(role)
    }

    fn unwrap(key: &RowKey) -> Option<&Text> {
        match key {
            RowKey::Role(role) => Some(role),
            _ => None,
        }
    }

    /// Within a scope only roles that it uses are shown, each with all its users everywhere.
    fn admits(_: &Text, row: &RoleRow, limits: &Restriction, _: Timestamp) -> bool {
        let clusters = row.usage.clusters();
        limits.scope.is_empty() || clusters.into_iter().any(|arn| limits.admits(arn))
    }

    fn cell<'a>(
        fleet: &'a Fleet,
        role: &'a Text,
        row: &'a RoleRow,
        column: usize,
        now: Timestamp,
    ) -> Cell<'a> {
        let usage = &row.usage;
        match column {
            0 => Cell::new(role_name(role), Tone::Name),
            1 => users(&usage.associations),
            2 => users(&usage.targets),
            3 => users(&usage.service_accounts),
            4 => users(&usage.addons),
            5 => clusters(usage),
            6 => trust(fleet, role, row),
            7 => last_used(row, now),
            8 if !is_reachable(fleet, role) => Cell::sign(glyph::OFF, "no scope", Tone::Muted),
            8 => freshness(&row.detail, now),
            9 => account_of(role).map_or_else(Cell::none, Cell::muted),
            10 => Cell::muted(&**role),
            _ => Cell::plain(""),
        }
    }

    fn sort_key<'a>(_: &'a Fleet, role: &'a Text, row: &'a RoleRow, column: usize) -> SortKey<'a> {
        let number = |count: usize| SortKey::Number(i64::try_from(count).unwrap_or(i64::MAX));
        let words = |text: &'a str| SortKey::Text(Cow::Borrowed(text));
        let usage = &row.usage;
        match column {
            0 => words(role_name(role)),
            1 => number(usage.associations.known.len()),
            2 => number(usage.targets.known.len()),
            3 => number(usage.service_accounts.known.len()),
            4 => number(usage.addons.known.len()),
            5 => number(usage.clusters().len()),
            6 => row.trust.as_ref().map_or(SortKey::Missing, |trust| {
                SortKey::Text(Cow::Owned(trust.to_string()))
            }),
            7 => match row.detail.value().map(|found| &found.value.last_use) {
                Some(LastUse::At { date, .. }) => SortKey::Number(-date.as_second()),
                _ => SortKey::Missing,
            },
            8 => row.detail.known().map_or(SortKey::Missing, |known| {
                SortKey::Number(known.at.as_second())
            }),
            9 => account_of(role).map_or(SortKey::Missing, words),
            10 => words(role),
            _ => SortKey::Missing,
        }
    }

    fn identity<'a>(role: &'a Text, _: &'a RoleRow) -> [&'a str; 4] {
        [role_name(role), role, "", ""]
    }

    /// It is gone, cannot be read, or does not trust EKS although associations use it.
    fn has_problem(row: &RoleRow) -> bool {
        let refuses = |trust: &TrustSummary| {
            !row.usage.associations.known.is_empty() && matches!(trust.pods(), Pods::No)
        };
        row.detail.failed().is_some() || row.trust.as_ref().is_some_and(refuses)
    }

    fn name(role: &Text, _: Option<&RoleRow>) -> String {
        role_name(role).to_owned()
    }

    fn arn(role: &Text, _: Option<&RoleRow>) -> Option<String> {
        Some(role.to_string())
    }

    fn describe(state: &State, role: &Text, row: &RoleRow) -> Vec<TextLine> {
        describe::role(state, role, row)
    }

    fn kept_document<'a>(state: &'a State, row: &'a RoleRow) -> Option<Kept<'a>> {
        Some(Kept {
            document: row.detail.value().map(|found| &found.document),
            provenance: describe::provenance(state, &row.detail),
        })
    }

    fn copies(_: &Text, row: Option<&RoleRow>) -> Vec<Copied> {
        let found = row.and_then(|row| row.detail.value());
        let trust = found.and_then(|found| found.value.trust.as_deref());
        trust
            .map(|trust| vec![("trust policy", trust.to_owned(), "trust policy")])
            .unwrap_or_default()
    }

    fn command(role: &Text) -> Vec<(&'static str, String)> {
        vec![("iam get-role --role-name", role_name(role).to_owned())]
    }

    fn opens(role: &Text, _: &RoleRow) -> Opens {
        Opens::Pods(PodsOf::Role(role.clone()))
    }

    fn look(state: &mut State, role: &Text, effects: &mut Vec<Effect>) {
        let settled = |row: &RoleRow| row.detail.is_settled() || row.detail.waiting().is_some();
        if !state.fleet.roles.get(role).is_some_and(settled) {
            state.describe_role(role, effects);
        }
    }

    fn remarks(state: &State) -> Vec<(Tone, String)> {
        let clusters = state.fleet.clusters.values();
        let unread = clusters.filter(|row| {
            let reading = row.kubernetes.reading(WatchedKind::ServiceAccounts);
            !reading.is_known
        });
        let unread = match unread.count() {
            0 => None,
            1 => Some("IRSA of 1 cluster unread".to_owned()),
            many => Some(format!("IRSA of {many} clusters unread")),
        };
        // Trust and last use come for the rows in view; what is filtered or sorted by them is only those.
        let roles = state.fleet.roles.iter();
        let unasked = roles
            .filter(|(role, row)| !row.detail.is_settled() && is_reachable(&state.fleet, role));
        let unasked = match unasked.count() {
            0 => None,
            many => Some(format!("trust of {many} not read yet")),
        };
        [unread, unasked]
            .into_iter()
            .flatten()
            .map(|text| (Tone::Warning, text))
            .collect()
    }

    /// A role may be used from outside the scope, so add-ons are read everywhere; Kubernetes is read on demand.
    fn want(state: &mut State, effects: &mut Vec<Effect>) {
        state.want_parts_of(|_| true, Part::Addons, effects);
        state.want_roles(effects);
    }

    fn refresh(state: &mut State, clusters: &[ClusterArn], effects: &mut Vec<Effect>) {
        for row in state.fleet.roles.values_mut() {
            row.detail.expire();
        }
        state.expire_details(clusters);
        for arn in clusters {
            state.list_associations(arn, true, effects);
            state.list_parts(arn, Part::Addons, true, effects);
        }
        state.read_kubernetes(clusters, effects);
    }
}

/// How many there are; a number that may be too small says so.
fn users<T>(users: &Users<T>) -> Cell<'static>
where
    Users<T>: fmt::Display,
{
    match users.gap {
        None if users.known.is_empty() => Cell::none(),
        None => Cell::plain(users.to_string()),
        Some(_) => Cell::muted(users.to_string()),
    }
}

/// From how many clusters it is used; a number that may be too small says so.
fn clusters(usage: &RoleUsage) -> Cell<'static> {
    let count = usage.clusters().len();
    let gaps = [
        usage.associations.gap.is_some(),
        usage.targets.gap.is_some(),
        usage.addons.gap.is_some(),
        usage.service_accounts.gap.is_some(),
    ];
    let more = if gaps.contains(&true) { "+" } else { "" };
    Cell::muted(format!("{count}{more}"))
}

/// Whether some scope of this run reaches the role's account.
fn is_reachable(fleet: &Fleet, role: &str) -> bool {
    account_of(role).is_some_and(|account| fleet.route_to_account(account).is_some())
}

fn trust<'a>(fleet: &Fleet, role: &str, row: &'a RoleRow) -> Cell<'a> {
    match (&row.trust, row.detail.failed()) {
        (Some(trust), _) => {
            let used = !row.usage.associations.known.is_empty();
            let tone = match trust.pods() {
                Pods::No if used => Tone::Bad,
                Pods::Yes {
                    any_cluster: true, ..
                }
                | Pods::Unclear
                    if used =>
                {
                    Tone::Warning
                }
                _ => Tone::Plain,
            };
            Cell::new(trust.to_string(), tone)
        }
        (None, Some(failed)) if failed.failure.kind == FailureKind::NotFound => {
            Cell::sign(glyph::BAD, "the role does not exist", Tone::Bad)
        }
        (None, Some(_)) => Cell::muted("?"),
        (None, None) if !is_reachable(fleet, role) => Cell::muted("?"),
        (None, None) => Cell::pending(),
    }
}

/// When it was last used, as far as IAM looks back; its clock is some hours late.
fn last_used(row: &RoleRow, now: Timestamp) -> Cell<'static> {
    match row.detail.value().map(|found| &found.value.last_use) {
        Some(LastUse::At { date, .. }) => Cell::plain(ago(*date, now)),
        Some(LastUse::Never) => Cell::new("not in 400d", Tone::Warning),
        Some(LastUse::NotTold) => Cell::muted("?"),
        None if row.detail.failed().is_some() => Cell::muted("?"),
        None => Cell::pending(),
    }
}
