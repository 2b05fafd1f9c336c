//! A role, explained: whom it trusts, and who uses it.

use crate::app::describe::TextLine;
use crate::app::describe::radius::summary;
use crate::app::describe::row::{member, moment, provenance};
use crate::app::pane::Tone;
use crate::app::roles::RoleRow;
use crate::app::state::State;
use crate::model::Text;
use crate::model::arn::account_of;
use crate::model::role::{LastUse, RoleDetail};
use crate::model::usage::Users;

pub(in crate::app) fn role(state: &State, role: &Text, row: &RoleRow) -> Vec<TextLine> {
    let mut lines = vec![
        TextLine::heading(&format!("Role {}", crate::model::arn::role_name(role))),
        plain("ARN", role),
    ];
    if let Some(found) = row.detail.value() {
        lines.extend(told(state, &found.value, row));
    } else {
        let account = account_of(role);
        let reachable =
            account.is_some_and(|account| state.fleet.route_to_account(account).is_some());
        if !reachable {
            let account = account.unwrap_or("?");
            let why =
                format!("no scope of this run is in account {account}, so IAM cannot be asked");
            lines.push(TextLine::member("trust", Tone::Warning, &why));
        }
    }
    lines.extend(summary(state, role));
    let found = row.detail.value();
    lines.extend(
        found
            .map(|found| trust_policy(&found.value))
            .unwrap_or_default(),
    );
    let usage = &row.usage;
    let pair = |user: &crate::model::usage::AssociationUser| {
        let (namespace, account) = (&user.namespace, &user.service_account);
        format!("{namespace}/{account} in {}", user.key.cluster.name())
    };
    lines.extend(section(
        "Associations that hand it out",
        &usage.associations,
        pair,
    ));
    lines.extend(section(
        "Associations that reach it as target role",
        &usage.targets,
        pair,
    ));
    lines.extend(section(
        "Service accounts annotated with it (IRSA)",
        &usage.service_accounts,
        |user| {
            format!(
                "{}/{} in {}",
                user.namespace,
                user.name,
                user.cluster.name()
            )
        },
    ));
    lines.extend(section("Add-ons that use it", &usage.addons, |addon| {
        format!("{} in {}", addon.name, addon.cluster.name())
    }));
    lines.push(TextLine::empty());
    lines.extend(provenance(state, &row.detail));
    lines
}

fn told(state: &State, role: &RoleDetail, row: &RoleRow) -> Vec<TextLine> {
    let mut lines = Vec::new();
    if let Some(trust) = &row.trust {
        lines.push(plain("trusts", &trust.to_string()));
    }
    lines.extend(last_use(state, role));
    lines.push(moment("created", role.created, state.now));
    lines.push(member("id", role.id.as_deref()));
    lines.push(member("description", role.description.as_deref()));
    lines.push(member("boundary", role.boundary.as_deref()));
    let session = role
        .max_session_seconds
        .map(|seconds| format!("{seconds} s"));
    lines.push(member("longest session", session.as_deref()));
    lines.extend(
        role.tags
            .iter()
            .map(|(key, value)| plain("tag", &format!("{key}={value}"))),
    );
    lines
}

fn trust_policy(role: &RoleDetail) -> Vec<TextLine> {
    let Some(trust) = &role.trust else {
        return Vec::new();
    };
    let mut lines = vec![TextLine::empty(), TextLine::heading("Trust policy")];
    lines.extend(
        pretty(trust)
            .lines()
            .map(|line| TextLine::new(Tone::Plain, &format!("  {line}"))),
    );
    lines
}

/// When and where the role was used last.
pub(super) fn last_use(state: &State, role: &RoleDetail) -> Vec<TextLine> {
    match &role.last_use {
        LastUse::At { date, region } => vec![
            moment("last used", Some(*date), state.now),
            member("in region", region.as_deref()),
        ],
        LastUse::Never => vec![TextLine::member(
            "last used",
            Tone::Warning,
            "not within the 400 days that IAM looks back",
        )],
        LastUse::NotTold => vec![member("last used", None)],
    }
}

/// JSON in lines; what is no JSON stays as it came.
fn pretty(text: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => crate::model::export::json::pretty(&value),
        Err(_) => text.to_owned(),
    }
}

fn section<T>(title: &str, users: &Users<T>, line: impl Fn(&T) -> String) -> Vec<TextLine> {
    let mut lines = vec![TextLine::empty(), TextLine::heading(title)];
    lines.extend(
        users
            .known
            .iter()
            .map(|user| TextLine::new(Tone::Plain, &format!("  {}", line(user)))),
    );
    match &users.gap {
        Some(gap) => lines.push(TextLine::new(
            Tone::Warning,
            &format!("  there may be more: {}", gap.reason()),
        )),
        None if users.known.is_empty() => lines.push(TextLine::new(Tone::Muted, "  none")),
        None => {}
    }
    lines
}

fn plain(label: &str, value: &str) -> TextLine {
    TextLine::member(label, Tone::Plain, value)
}
