//! Whom a role reaches, told from the whole down to the pods; and what of that is not known.

use std::collections::BTreeMap;

use crate::app::describe::TextLine;
use crate::app::describe::role::last_use;
use crate::app::describe::row::provenance;
use crate::app::modal::{Action, Item};
use crate::app::pane::{RowKey, Tone, glyph};
use crate::app::state::State;
use crate::model::arn::role_name;
use crate::model::usage::{AccountUser, Radius, ReachedPod};
use crate::model::verdict::Verdict;
use crate::model::{ClusterArn, Text};

/// Pods of a workload that are named; of more only the number is told.
const NAMED: usize = 6;

pub(super) fn radius(state: &State, role: &Text, of: &RowKey) -> Vec<TextLine> {
    let radius = state.fleet.radius(role, state.now);
    let title = format!("Whom role {} reaches", role_name(role));
    let mut lines = vec![TextLine::heading(&title)];
    lines.push(TextLine::member("ARN", Tone::Plain, role));
    let row = state.fleet.roles.get(role);
    match row.and_then(|row| row.detail.value()) {
        Some(found) => lines.extend(last_use(state, &found.value)),
        None => lines.push(TextLine::member("last used", Tone::Warning, "unknown")),
    }
    if let Some(row) = row.filter(|row| row.detail.value().is_none()) {
        lines.extend(provenance(state, &row.detail));
    }
    lines.push(TextLine::empty());
    lines.extend(counts(&radius));
    lines.extend(gaps(state, &radius));
    let asker = account_of(state, of);
    for (cluster, accounts) in radius.clusters() {
        lines.push(TextLine::empty());
        let place = format!(
            "{}, {} {}",
            cluster.name(),
            cluster.region(),
            cluster.account()
        );
        lines.push(TextLine::heading(&place));
        let here: Vec<&ReachedPod> = radius.pods.known.iter().collect();
        for account in &accounts {
            let is_asker = asker.as_ref() == Some(account);
            lines.push(account_line(&radius, account, is_asker));
            let pods = here.iter().filter(|pod| pod.account == *account);
            lines.extend(workloads(pods.copied(), is_read(state, cluster)));
        }
        let addons = radius.usage.addons.known.iter();
        for addon in addons.filter(|addon| addon.cluster == *cluster) {
            lines.push(TextLine::new(
                Tone::Name,
                &format!("  add-on {}", addon.name),
            ));
        }
    }
    lines
}

fn is_read(state: &State, cluster: &ClusterArn) -> bool {
    let row = state.fleet.clusters.get(cluster);
    let part = crate::model::census::Part::Pods;
    row.is_some_and(|row| row.kubernetes.census.is_read(part))
}

/// The service account of the row from which was asked, so that the others can be told from it.
fn account_of(state: &State, of: &RowKey) -> Option<AccountUser> {
    let user = |cluster: &ClusterArn, namespace: &Text, name: &Text| AccountUser {
        cluster: cluster.clone(),
        namespace: namespace.clone(),
        name: name.clone(),
    };
    match of {
        RowKey::Association(key) => {
            let row = &state.fleet.associations.get(key)?.summary;
            Some(user(&key.cluster, &row.namespace, &row.service_account))
        }
        RowKey::Account(key) => Some(user(&key.cluster, &key.namespace, &key.name)),
        RowKey::Container(key) => {
            let row = state.fleet.containers.get(key)?;
            Some(user(&key.cluster, &key.namespace, &row.pod.service_account))
        }
        _ => None,
    }
}

/// How many of everything; a number that may be too small says so.
fn counts(radius: &Radius) -> Vec<TextLine> {
    let usage = &radius.usage;
    let gap_of_accounts = usage.associations.gap.is_some()
        || usage.targets.gap.is_some()
        || usage.service_accounts.gap.is_some();
    let gap_of_clusters = gap_of_accounts || usage.addons.gap.is_some();
    let gap_of_pods = radius.pods.gap.is_some() || gap_of_accounts;
    let line = |label: &str, count: usize, gap: bool, more: &str| {
        let (tone, plus) = if gap {
            (Tone::Warning, "+")
        } else {
            (Tone::Plain, "")
        };
        TextLine::member(label, tone, &format!("{count}{plus}")).with(Tone::Muted, more)
    };
    let clusters = radius.clusters();
    let names: Vec<&str> = clusters.keys().take(NAMED).map(|arn| arn.name()).collect();
    let accounts: usize = clusters.values().map(std::collections::BTreeSet::len).sum();
    let tally = radius.tally();
    let mut pods = vec![format!("{} act as it now", tally.acting)];
    if tally.unknown > 0 {
        pods.push(format!("{} may", tally.unknown));
    }
    if tally.others > 0 {
        pods.push(format!("{} seem to have something else", tally.others));
    }
    let pods = format!("  {}", pods.join(", "));
    let known = radius.pods.known.len();
    let places = format!("  {}", names.join(", "));
    vec![
        line("clusters", clusters.len(), gap_of_clusters, &places),
        line("namespaces", radius.namespaces().len(), gap_of_accounts, ""),
        line("service accounts", accounts, gap_of_accounts, ""),
        line("workloads", radius.workloads().len(), gap_of_pods, ""),
        line(
            "pods",
            known,
            gap_of_pods,
            if known > 0 { &pods } else { "" },
        ),
        line(
            "add-ons",
            usage.addons.known.len(),
            usage.addons.gap.is_some(),
            "",
        ),
    ]
}

/// The numbers alone, for whoever asked about the role and not about whom it reaches.
pub(super) fn summary(state: &State, role: &Text) -> Vec<TextLine> {
    let radius = state.fleet.radius(role, state.now);
    let mut lines = vec![TextLine::empty(), TextLine::heading("Whom it reaches")];
    lines.extend(counts(&radius));
    for (what, gap) in radius.gaps() {
        let text = format!(
            "  {} there may be more {what}: {}",
            glyph::WARNING,
            gap.reason()
        );
        lines.push(TextLine::new(Tone::Warning, &text));
    }
    let key = state.options.keymap.shown(crate::input::Command::UsedBy);
    if let Some(key) = key {
        let text = format!("  {key} on the row tells them one by one, and reads what is missing");
        lines.push(TextLine::new(Tone::Muted, &text));
    }
    lines
}

fn gaps(state: &State, radius: &Radius) -> Vec<TextLine> {
    let gaps = radius.gaps();
    if gaps.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        TextLine::empty(),
        TextLine::heading("There may be more, because not everything was read"),
    ];
    for (what, gap) in gaps {
        let text = format!("  {} {what}: {}", glyph::WARNING, gap.reason());
        lines.push(TextLine::new(Tone::Warning, &text));
    }
    let key = state.options.keymap.shown(crate::input::Command::Refresh);
    if let Some(key) = key {
        let text = format!("  {key} reads everything of every cluster, also service accounts");
        lines.push(TextLine::new(Tone::Muted, &text));
    }
    lines
}

fn account_line(radius: &Radius, account: &AccountUser, is_asker: bool) -> TextLine {
    let usage = &radius.usage;
    let is = |user: &&crate::model::usage::AssociationUser| {
        user.key.cluster == account.cluster
            && user.namespace == account.namespace
            && user.service_account == account.name
    };
    let mut ways = Vec::new();
    if let Some(user) = usage.associations.known.iter().find(is) {
        ways.push(format!("association {}", user.key.id));
    }
    if let Some(user) = usage.targets.known.iter().find(is) {
        ways.push(format!("target of association {}", user.key.id));
    }
    if usage.service_accounts.known.contains(account) {
        ways.push("annotation (IRSA)".to_owned());
    }
    if ways.is_empty() {
        ways.push("its pods act as it without being given it".to_owned());
    }
    let name = format!("  {}/{}", account.namespace, account.name);
    let line = TextLine::new(Tone::Name, &name);
    let line = line.with(Tone::Muted, &format!("  {}", ways.join(", ")));
    if is_asker {
        line.with(Tone::Busy, "  asked from here")
    } else {
        line
    }
}

/// The pods by what makes them.
fn workloads<'a>(pods: impl Iterator<Item = &'a ReachedPod>, is_read: bool) -> Vec<TextLine> {
    let mut by_workload: BTreeMap<Option<&Text>, Vec<&ReachedPod>> = BTreeMap::new();
    for pod in pods {
        by_workload
            .entry(pod.workload.as_ref())
            .or_default()
            .push(pod);
    }
    if by_workload.is_empty() {
        let (tone, text) = if is_read {
            (Tone::Muted, "      no pod")
        } else {
            (Tone::Warning, "      pods unknown")
        };
        return vec![TextLine::new(tone, text)];
    }
    let line = |(workload, pods): (Option<&Text>, Vec<&ReachedPod>)| {
        let acting = pods.iter().filter(|pod| pod.acts == Verdict::Yes).count();
        let may = pods
            .iter()
            .filter(|pod| pod.acts == Verdict::Unknown)
            .count();
        let names: Vec<&str> = pods.iter().take(NAMED).map(|pod| &*pod.name).collect();
        let more = pods.len().saturating_sub(NAMED);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let state = match (acting, may, pods.len()) {
            (all, _, count) if all == count => String::new(),
            (0, 0, _) => ", none acts as it now".to_owned(),
            (acting, 0, _) => format!(", {acting} act as it now"),
            (acting, may, _) => format!(", {acting} act as it now, {may} may"),
        };
        let name = workload.map_or("pods on their own", |name| &**name);
        let count = if pods.len() == 1 {
            "1 pod".to_owned()
        } else {
            format!("{} pods", pods.len())
        };
        TextLine::new(Tone::Plain, &format!("      {name}  {count}{state}"))
            .with(Tone::Muted, &format!("  {}{more}", names.join(", ")))
    };
    by_workload.into_iter().map(line).collect()
}

/// What can be copied: the role, and the names of those whom it reaches.
pub(in crate::app) fn radius_copies(state: &State, role: &Text) -> Vec<Item> {
    let radius = state.fleet.radius(role, state.now);
    let item = |label: &str, text: String, what: &'static str| {
        let first = text.lines().next().unwrap_or_default().to_owned();
        let more = text.lines().count().saturating_sub(1);
        let note = if more > 0 {
            format!("{first} and {more} more")
        } else {
            first
        };
        let action = Action::Copy { text, what };
        (!note.is_empty()).then(|| Item {
            label: label.to_owned(),
            note,
            action,
        })
    };
    let accounts = radius.clusters().into_values().flatten();
    let accounts = accounts.map(|account| {
        format!(
            "{} {}/{}",
            account.cluster.name(),
            account.namespace,
            account.name
        )
    });
    let accounts: Vec<String> = accounts.collect();
    let pods = radius.pods.known.iter();
    let pods = pods.map(|pod| {
        let account = &pod.account;
        format!(
            "{} {}/{}",
            account.cluster.name(),
            account.namespace,
            pod.name
        )
    });
    let pods: Vec<String> = pods.collect();
    [
        item("role ARN", role.to_string(), "role ARN"),
        item("service accounts", accounts.join("\n"), "names"),
        item("pods", pods.join("\n"), "names"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
