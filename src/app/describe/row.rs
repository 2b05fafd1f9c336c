//! A row, explained member by member, or raw as AWS sent it.

use jiff::Timestamp;
use serde_json::Value;

use crate::app::describe::{TextLine, scopes};
use crate::app::fleet::{AssociationRow, ClusterRow, UpdateRow};
use crate::app::modal::{Form, TextView};
use crate::app::pane::{Cell, RowKey, Tone, clusters, updates};
use crate::app::remote::Remote;
use crate::app::state::State;
use crate::model::age::age;
use crate::model::arn::role_name;
use crate::model::export::{json, yaml};
use crate::model::{Document, Origin};

pub(super) fn explained(state: &State, key: &RowKey, _view: &TextView) -> Vec<TextLine> {
    let lines = match key {
        RowKey::Cluster(arn) => state.fleet.clusters.get(arn).map(|row| cluster(state, row)),
        RowKey::Association(key) => state
            .fleet
            .associations
            .get(key)
            .map(|row| association(state, row)),
        RowKey::Update(key) => state.fleet.updates.get(key).map(|row| update(state, row)),
    };
    lines.unwrap_or_else(|| vec![TextLine::new(Tone::Warning, "it no longer exists")])
}

pub(super) fn raw(state: &State, key: &RowKey, view: &TextView, form: Form) -> Vec<TextLine> {
    let document = match key {
        RowKey::Cluster(arn) => {
            let row = state.fleet.clusters.get(arn);
            row.map(|row| {
                (
                    row.detail.value().map(|cluster| &cluster.document),
                    provenance(state, &row.detail),
                )
            })
        }
        RowKey::Association(_) | RowKey::Update(_) => {
            Some((view.document.value(), provenance(state, &view.document)))
        }
    };
    let Some((document, mut lines)) = document else {
        return vec![TextLine::new(Tone::Warning, "it no longer exists")];
    };
    let Some(document) = document else {
        return lines;
    };
    lines.push(TextLine::empty());
    lines.extend(write(document, form).lines().map(highlighted));
    lines
}

/// Writes a document in the notation that was asked for.
fn write(document: &Document, form: Form) -> String {
    let value = Value::Object(document.clone());
    match form {
        Form::Json => json::pretty(&value),
        Form::Yaml | Form::Explained => yaml::document(&value),
    }
}

/// Sets member names apart from their values.
fn highlighted(line: &str) -> TextLine {
    match line.split_once(": ") {
        Some((name, value))
            if name
                .trim_start()
                .trim_start_matches("- ")
                .chars()
                .all(is_name) =>
        {
            TextLine::new(Tone::Name, &format!("{name}: ")).with(Tone::Plain, value)
        }
        _ => TextLine::new(Tone::Plain, line),
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '"' | '_' | '-' | '/' | '.')
}

fn cluster(state: &State, row: &ClusterRow) -> Vec<TextLine> {
    let now = state.now;
    let mut lines = vec![TextLine::heading(&format!("Cluster {}", row.arn.name()))];
    lines.push(from_cell("status", &clusters::status(row, now)));
    lines.push(TextLine::member("ARN", Tone::Plain, row.arn.as_str()));
    if let Some(cluster) = row.detail.value() {
        lines.push(member("version", cluster.version.as_deref()));
        lines.push(member(
            "platform version",
            cluster.platform_version.as_deref(),
        ));
        lines.push(moment("created", cluster.created, now));
        lines.push(member("endpoint", cluster.endpoint.as_deref()));
        lines.push(member(
            "authentication",
            cluster.authentication_mode.as_deref(),
        ));
        lines.push(TextLine::member(
            "Auto Mode",
            Tone::Plain,
            if cluster.auto_mode { "on" } else { "off" },
        ));
        lines.push(member("OIDC issuer", cluster.oidc_issuer.as_deref()));
        for issue in &cluster.health_issues {
            lines.push(TextLine::member("health issue", Tone::Bad, issue));
        }
        let (tone, text) = match cluster.lacks_pod_identity() {
            Some(true) => (
                Tone::Bad,
                "not supported on this platform version: update the cluster",
            ),
            Some(false) => (Tone::Good, "supported on this platform version"),
            None => (
                Tone::Muted,
                "unknown: the platform version was not understood",
            ),
        };
        lines.push(TextLine::member("Pod Identity", tone, text));
    }
    for (what, count) in [
        ("associations", &row.associations),
        ("updates", &row.updates),
    ] {
        let text = count
            .value()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string);
        lines.push(TextLine::member(what, Tone::Plain, &text));
        lines.extend(
            count
                .failed()
                .into_iter()
                .flat_map(|failed| scopes::failure_lines(&failed.failure)),
        );
    }
    lines.extend(row.unread.iter().flat_map(scopes::failure_lines));
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("Reached through"));
    let used = state.fleet.route_to(&row.arn);
    for id in row.routes.keys() {
        if let Some(route) = state.fleet.route(*id) {
            let used = if used == Some(*id) { " (used)" } else { "" };
            let text = format!("{}{used}", route.route);
            lines.push(TextLine::member("profile/region", Tone::Plain, &text));
        }
    }
    if row.routes.is_empty() {
        lines.push(TextLine::member(
            "",
            Tone::Warning,
            "no scope of this run: known from the cache alone",
        ));
    }
    lines.push(TextLine::empty());
    lines.extend(provenance(state, &row.detail));
    lines
}

fn association(state: &State, row: &AssociationRow) -> Vec<TextLine> {
    let (summary, now) = (&row.summary, state.now);
    let cluster = &summary.key.cluster;
    let mut lines = vec![TextLine::heading(&format!(
        "Pod Identity association {}",
        summary.name()
    ))];
    lines.push(TextLine::member("cluster", Tone::Plain, cluster.as_str()));
    lines.push(TextLine::member(
        "association id",
        Tone::Plain,
        &summary.key.id,
    ));
    if let Some(detail) = row.detail.value() {
        lines.push(member("role", detail.role.as_deref()));
        lines.push(member("target role", detail.target_role.as_deref()));
        lines.push(member("external id", detail.external_id().map(|id| &**id)));
        let tags = if detail.session_tags() { "on" } else { "off" };
        lines.push(TextLine::member("session tags", Tone::Plain, tags));
        lines.push(moment("created", detail.created, now));
        lines.push(moment("modified", detail.modified, now));
    }
    if let Some(owner) = &summary.owner {
        lines.push(TextLine::member("owner", Tone::Warning, owner));
    }
    if let Some(detail) = row.detail.value() {
        let mut tags = detail.tags().peekable();
        if tags.peek().is_some() {
            lines.push(TextLine::empty());
            lines.push(TextLine::heading("Tags"));
            lines.extend(tags.map(|(key, value)| {
                TextLine::new(Tone::Muted, &format!("  {key}"))
                    .with(Tone::Muted, " = ")
                    .with(Tone::Plain, value)
            }));
        }
        if let Some(policy) = detail.policy() {
            lines.push(TextLine::empty());
            lines.push(TextLine::heading("Session policy"));
            let pretty = serde_json::from_str::<Value>(policy)
                .and_then(|value| serde_json::to_string_pretty(&value));
            let text = pretty.unwrap_or_else(|_| policy.to_string());
            lines.extend(
                text.lines()
                    .map(|line| TextLine::new(Tone::Plain, &format!("  {line}"))),
            );
        }
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("What it means"));
        lines.extend(
            meaning(row)
                .into_iter()
                .map(|line| TextLine::new(Tone::Plain, &format!("  {line}"))),
        );
    }
    lines.push(TextLine::empty());
    lines.extend(provenance(state, &row.detail));
    lines
}

/// The association in sentences, as far as AWS alone can tell.
fn meaning(row: &AssociationRow) -> Vec<String> {
    let Some(detail) = row.detail.value() else {
        return Vec::new();
    };
    let role = detail.role.as_deref().map_or("an unnamed role", role_name);
    let mut lines = vec![format!(
        "New pods of service account {} in namespace {} are given credentials of role {role}",
        row.summary.service_account, row.summary.namespace
    )];
    if let Some(target) = detail.target_role.as_deref() {
        lines.push(format!(
            "and with these EKS assumes the target role {}, whose credentials the pods get",
            role_name(target)
        ));
    }
    if !detail.session_tags() {
        lines.push("Session tags are off: policies that look at aws:PrincipalTag/kubernetes-… do not match".to_owned());
    }
    if let Some(addon) = row.summary.owner_name() {
        lines.push(format!("The add-on {addon} owns it: change it through the add-on, or the add-on will change it back"));
    }
    lines.push("Pods that were created before it have nothing injected, and keep what they have until they are replaced".to_owned());
    lines
}

fn update(state: &State, row: &UpdateRow) -> Vec<TextLine> {
    let update = &row.update.value;
    let mut lines = vec![TextLine::heading(&format!("Update {}", update.key.id))];
    lines.push(from_cell("status", &updates::status(row, state.now)));
    lines.push(member("type", update.kind.as_deref()));
    lines.push(TextLine::member(
        "subject",
        Tone::Plain,
        &update.key.subject.to_string(),
    ));
    lines.push(TextLine::member(
        "cluster",
        Tone::Plain,
        update.key.cluster.as_str(),
    ));
    lines.push(moment("created", update.created, state.now));
    if let Some(cancellation) = &update.cancellation {
        lines.push(member("cancellation", cancellation.status.as_deref()));
        lines.push(member("reason", cancellation.reason.as_deref()));
    }
    if !update.params.is_empty() {
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("Parameters"));
        for param in &update.params {
            let (kind, value) = (
                param.kind.as_deref().unwrap_or("-"),
                param.value.as_deref().unwrap_or("-"),
            );
            lines.push(TextLine::member(kind, Tone::Plain, value));
        }
    }
    for error in &update.errors {
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("Error"));
        lines.push(TextLine::member(
            "code",
            Tone::Bad,
            error.code.as_deref().unwrap_or("-"),
        ));
        lines.push(member("message", error.message.as_deref()));
        lines.extend(
            error
                .resources
                .iter()
                .map(|resource| TextLine::member("resource", Tone::Plain, resource)),
        );
    }
    lines.push(TextLine::empty());
    lines.push(read_at(state, row.update.origin, row.update.at));
    lines
}

fn member(label: &str, value: Option<&str>) -> TextLine {
    match value {
        Some(value) => TextLine::member(label, Tone::Plain, value),
        None => TextLine::member(label, Tone::Muted, "-"),
    }
}

fn moment(label: &str, at: Option<Timestamp>, now: Timestamp) -> TextLine {
    match at {
        Some(at) => TextLine::member(label, Tone::Plain, &to_the_second(at).to_string())
            .with(Tone::Muted, &format!("  ({})", age(at, now))),
        None => TextLine::member(label, Tone::Muted, "-"),
    }
}

fn from_cell(label: &str, cell: &Cell<'_>) -> TextLine {
    TextLine::member(label, cell.tone, &format!("{} {}", cell.glyph, cell.text))
}

/// How old what is shown is, whether newer is awaited, and why newer could not be had.
fn provenance<T>(state: &State, remote: &Remote<T>) -> Vec<TextLine> {
    let mut lines = Vec::new();
    match remote.known() {
        Some(known) => lines.push(read_at(state, known.origin, known.at)),
        None if remote.failed().is_none() => {
            lines.push(TextLine::member("read", Tone::Muted, "not yet"));
        }
        None => {}
    }
    if remote.waiting().is_some() {
        lines.push(TextLine::member("", Tone::Busy, "reading"));
    }
    lines.extend(
        remote
            .failed()
            .into_iter()
            .flat_map(|failed| scopes::failure_lines(&failed.failure)),
    );
    lines
}

fn read_at(state: &State, origin: Origin, at: Timestamp) -> TextLine {
    let old = age(at, state.now);
    let at = to_the_second(at);
    match origin {
        Origin::Live => TextLine::member("read", Tone::Muted, &format!("{at} from AWS")),
        Origin::Cache => TextLine::member(
            "read",
            Tone::Warning,
            &format!("{at} ({old}) by an earlier run: it may no longer hold"),
        ),
    }
}

/// Drops the fraction, which nobody reads; raw documents keep it.
fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
