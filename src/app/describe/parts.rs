//! Parts of a cluster, explained: identity providers, add-ons, access entries.

use std::collections::BTreeMap;

use crate::app::describe::row::{from_cell, member, moment, provenance};
use crate::app::describe::{TextLine, scopes};
use crate::app::fleet::PartRow;
use crate::app::pane::Tone;
use crate::app::pane::part::status;
use crate::app::state::State;
use crate::model::addon::{AGENT, AddonIdentity};
use crate::model::identity_provider::PURPOSE;
use crate::model::{
    AccessEntryKey, AccessRecord, Addon, AddonKey, Described, IdentityProvider,
    IdentityProviderKey, Text,
};

pub(in crate::app) fn identity_provider(
    state: &State,
    key: &IdentityProviderKey,
    row: &PartRow<Described<IdentityProvider>>,
) -> Vec<TextLine> {
    let mut lines = vec![TextLine::heading(&format!(
        "Identity provider {}",
        key.name
    ))];
    lines.push(plain("cluster", key.cluster.as_str()));
    lines.push(plain("type", &key.kind));
    if let Some(provider) = row.detail.value().map(|found| &found.value) {
        lines.push(from_cell(
            "status",
            &status(provider.status.as_deref(), false),
        ));
        for (label, value) in [
            ("issuer", &provider.issuer),
            ("client id", &provider.client_id),
            ("username claim", &provider.username_claim),
            ("username prefix", &provider.username_prefix),
            ("groups claim", &provider.groups_claim),
            ("groups prefix", &provider.groups_prefix),
            ("ARN", &provider.arn),
        ] {
            lines.push(member(label, value.as_deref()));
        }
        lines.extend(map("Required claims", &provider.required_claims));
        lines.extend(map("Tags", &provider.tags));
    }
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("What it means"));
    lines.push(sentence(&capitalised(PURPOSE)));
    lines.push(sentence(
        "IRSA uses the cluster's own issuer, which stands in the description of the cluster",
    ));
    lines.push(TextLine::empty());
    lines.extend(provenance(state, &row.detail));
    lines
}

pub(in crate::app) fn addon(
    state: &State,
    key: &AddonKey,
    row: &PartRow<Described<Addon>>,
) -> Vec<TextLine> {
    let mut lines = vec![TextLine::heading(&format!("Add-on {}", key.name))];
    lines.push(plain("cluster", key.cluster.as_str()));
    if let Some(addon) = row.detail.value().map(|found| &found.value) {
        let cell = status(addon.status.as_deref(), !addon.issues.is_empty());
        lines.push(from_cell("status", &cell));
        lines.push(member("version", addon.version.as_deref()));
        lines.push(member("namespace", addon.namespace.as_deref()));
        lines.push(plain("identity", addon.identity().word()));
        lines.push(member("IRSA role", addon.role.as_deref()));
        lines.push(member("publisher", addon.publisher.as_deref()));
        lines.push(moment("created", addon.created, state.now));
        lines.push(moment("modified", addon.modified, state.now));
        lines.push(member("ARN", addon.arn.as_deref()));
        for issue in &addon.issues {
            lines.push(TextLine::empty());
            lines.push(TextLine::heading("Health issue"));
            lines.push(TextLine::member(
                "code",
                Tone::Warning,
                issue.code.as_deref().unwrap_or("-"),
            ));
            lines.push(member("message", issue.message.as_deref()));
            lines.extend(
                issue
                    .resources
                    .iter()
                    .map(|resource| plain("resource", resource)),
            );
        }
        lines.extend(owned(state, addon));
        if let Some(configuration) = &addon.configuration {
            lines.push(TextLine::empty());
            lines.push(TextLine::heading("Configuration values"));
            lines.extend(configuration.lines().map(sentence));
        }
        lines.extend(map("Tags", &addon.tags));
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("What it means"));
        lines.extend(meaning(addon).into_iter().map(sentence));
    }
    lines.push(TextLine::empty());
    lines.extend(provenance(state, &row.detail));
    lines
}

/// The associations that the add-on owns, by what the fleet knows of them.
fn owned(state: &State, addon: &Addon) -> Vec<TextLine> {
    if addon.associations.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        TextLine::empty(),
        TextLine::heading("Associations that it owns"),
    ];
    for arn in &addon.associations {
        let id = arn.rsplit('/').next().unwrap_or(arn);
        let known = state.fleet.associations.iter().find(|(association, _)| {
            association.cluster == addon.key.cluster && *association.id == *id
        });
        lines.push(match known {
            Some((_, row)) => {
                let (namespace, account) = (&row.summary.namespace, &row.summary.service_account);
                plain(id, &format!("{namespace}/{account}"))
            }
            None => plain(id, "not among the associations that were read"),
        });
    }
    lines
}

fn meaning(addon: &Addon) -> Vec<&'static str> {
    let mut sentences = Vec::new();
    if &*addon.key.name == AGENT {
        sentences.push("It runs the agent that hands out credentials of EKS Pod Identity on every node that is not Auto Mode");
    }
    sentences.push(match addon.identity() {
        AddonIdentity::PodIdentity => {
            "Its associations are its own: a change by hand is undone by its next update; change them with UpdateAddon"
        }
        AddonIdentity::Irsa => "Its service account is annotated with the role, which is IRSA",
        AddonIdentity::Both => {
            "It has associations and an IRSA role: for new pods the associations win"
        }
        AddonIdentity::None => {
            "It has no role of its own: its pods need none, or use the role of their node"
        }
    });
    sentences
}

pub(in crate::app) fn access_entry(
    state: &State,
    key: &AccessEntryKey,
    row: &PartRow<AccessRecord>,
) -> Vec<TextLine> {
    let mut lines = vec![TextLine::heading(&format!(
        "Access entry {}",
        key.principal_name()
    ))];
    lines.push(plain("cluster", key.cluster.as_str()));
    lines.push(plain("principal", &key.principal));
    if let Some(record) = row.detail.value() {
        let entry = &record.entry.value;
        lines.push(member("type", entry.kind.as_deref()));
        lines.push(member("username", entry.username.as_deref()));
        let groups = (!entry.groups.is_empty()).then(|| entry.groups.join(", "));
        lines.push(member("groups", groups.as_deref()));
        lines.push(moment("created", entry.created, state.now));
        lines.push(moment("modified", entry.modified, state.now));
        lines.push(member("ARN", entry.arn.as_deref()));
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("Access policies"));
        match &record.policies {
            Ok(policies) if policies.is_empty() => lines.push(sentence("none")),
            Ok(policies) => {
                lines.extend(policies.iter().map(|policy| sentence(&policy.value.line())));
            }
            Err(failure) => lines.extend(scopes::failure_lines(failure)),
        }
        lines.extend(map("Tags", &entry.tags));
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("What it means"));
        lines.push(sentence(match entry.is_for_nodes() {
            Some(true) => "It lets nodes with this role join the cluster; without it they do not",
            Some(false) => {
                "It lets people and tools with this principal use the Kubernetes API, as far as policies and groups go"
            }
            None => "Its type is not known to this version",
        }));
    }
    lines.push(TextLine::empty());
    lines.extend(provenance(state, &row.detail));
    lines
}

fn plain(label: &str, value: &str) -> TextLine {
    TextLine::member(label, Tone::Plain, value)
}

fn sentence(text: &str) -> TextLine {
    TextLine::new(Tone::Plain, &format!("  {text}"))
}

/// The text as the start of a sentence.
fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).collect()
}

fn map(title: &str, entries: &BTreeMap<Text, Text>) -> Vec<TextLine> {
    if entries.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![TextLine::empty(), TextLine::heading(title)];
    lines.extend(entries.iter().map(|(key, value)| plain(key, value)));
    lines
}
