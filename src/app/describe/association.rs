//! An association, explained.

use serde_json::Value;

use crate::app::describe::TextLine;
use crate::app::describe::row::{member, moment, provenance};
use crate::app::fleet::{AssociationRow, ClusterRow};
use crate::app::pane::Tone;
use crate::app::state::State;
use crate::model::arn::role_name;
use crate::model::census::Picture;

pub(in crate::app) fn association(state: &State, row: &AssociationRow) -> Vec<TextLine> {
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
    lines.extend(pods(state, row));
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

/// Which credentials the pods of its service account hold, where Kubernetes was read.
fn pods(state: &State, row: &AssociationRow) -> Option<TextLine> {
    let summary = &row.summary;
    let of_account = |_: &ClusterRow, picture: &Picture<'_>| {
        let account = picture.account(&summary.namespace, &summary.service_account)?;
        Some(account.tally?.aging)
    };
    let fleet = &state.fleet;
    let aging = fleet
        .with_picture(&summary.key.cluster, state.now, of_account)
        .flatten()?;
    let fresh = format!("none of {} hold old credentials", aging.concerned);
    Some(match aging.sentence() {
        Some(sentence) => TextLine::member("pods", Tone::Warning, &sentence),
        None if aging.concerned == 0 => return None,
        None => TextLine::member("pods", Tone::Plain, &fresh),
    })
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
