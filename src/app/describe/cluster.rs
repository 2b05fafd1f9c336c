//! A cluster, explained.

use jiff::Timestamp;

use crate::app::describe::row::{from_cell, member, moment, provenance};
use crate::app::describe::{TextLine, scopes};
use crate::app::fleet::ClusterRow;
use crate::app::pane::{Tone, clusters};
use crate::app::state::State;
use crate::model::kubernetes::WatchedKind;

pub(in crate::app) fn cluster(state: &State, row: &ClusterRow) -> Vec<TextLine> {
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
    lines.push(TextLine::heading("Kubernetes"));
    lines.extend(kubernetes(row, now));
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

/// How far each kind of object was read, and why no further.
pub(super) fn kubernetes(row: &ClusterRow, now: Timestamp) -> Vec<TextLine> {
    let kubernetes = &row.kubernetes;
    let mut lines = Vec::new();
    let mut told = Vec::new();
    for kind in WatchedKind::ALL {
        let fresh = kubernetes.freshness(kind, now);
        let count = kubernetes.census.count(kind);
        let mut line = from_cell(kind.words(), &fresh);
        if kubernetes.known_at(kind).is_some() {
            line = line.with(Tone::Plain, &format!("  {count}"));
        }
        lines.push(line);
        if let Some(failure) = kubernetes
            .failure(kind)
            .filter(|failure| !told.contains(failure))
        {
            lines.extend(scopes::failure_lines(failure));
            told.push(failure);
        }
        for words in kubernetes.census.not_decoded(kind) {
            lines.push(TextLine::member("not understood", Tone::Warning, words));
        }
    }
    lines
}
