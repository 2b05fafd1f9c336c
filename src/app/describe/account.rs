//! A service account, explained: who its pods will be, and which are not that yet.

use crate::app::describe::TextLine;
use crate::app::describe::cluster;
use crate::app::describe::row::{member, moment, not_given};
use crate::app::kubernetes::{AccountKey, AccountRow};
use crate::app::pane::{Tone, glyph};
use crate::app::state::State;
use crate::model::census::{Explanation, Picture};
use crate::model::identity::{Fact, Injection, Staleness, injection, staleness};

/// Pods that are named; of more than these only the number is told.
const NAMED: usize = 200;

pub(in crate::app) fn account(state: &State, key: &AccountKey, row: &AccountRow) -> Vec<TextLine> {
    let now = state.now;
    let mut lines = vec![TextLine::heading(&format!(
        "Service account {}/{}",
        key.namespace, key.name
    ))];
    lines.push(member("cluster", Some(key.cluster.as_str())));
    lines.push(member("mechanism", Some(&row.phrase)));
    let role = row.role.as_ref().map(|role| &*role.arn);
    let unknown = row.is_role_unknown.then_some("unknown");
    lines.push(member("role", role.or(unknown)));
    if let Some(through) = row.role.as_ref().and_then(|role| role.through.as_deref()) {
        lines.push(member("through role", Some(through)));
    }
    lines.extend(not_given(row.withheld.as_deref()));
    if let Some(remark) = &row.remark {
        lines.push(TextLine::member("to do", Tone::Warning, remark));
    }
    let explained = state
        .fleet
        .with_picture(&key.cluster, now, |cluster, picture| {
            lines.extend(association(state, row));
            lines.extend(annotation(picture, key, now));
            if let Some(account) = picture.account(&key.namespace, &key.name) {
                lines.extend(explanation(&picture.explain_account(&account)));
            }
            lines.extend(pods(picture, key));
            lines.push(TextLine::empty());
            lines.push(TextLine::heading("Kubernetes"));
            lines.extend(cluster::kubernetes(cluster, now));
        });
    if explained.is_none() {
        lines.push(TextLine::new(Tone::Warning, "its cluster is gone"));
    }
    lines
}

fn association(state: &State, row: &AccountRow) -> Vec<TextLine> {
    let Some(key) = &row.association else {
        return Vec::new();
    };
    let mut lines = vec![TextLine::empty(), TextLine::heading("Association")];
    lines.push(member("association id", Some(&key.id)));
    let row = state.fleet.associations.get(key);
    if let Some(detail) = row.and_then(|row| row.detail.value()) {
        lines.push(member("role", detail.role.as_deref()));
        lines.push(member("target role", detail.target_role.as_deref()));
        lines.push(moment("created", detail.created, state.now));
        lines.push(moment("modified", detail.modified, state.now));
    }
    if let Some(row) = row {
        lines.extend(super::provenance(state, &row.detail));
    }
    lines
}

fn annotation(picture: &Picture<'_>, key: &AccountKey, now: jiff::Timestamp) -> Vec<TextLine> {
    let mut lines = vec![TextLine::empty(), TextLine::heading("Service account")];
    match picture.census.service_account(&key.namespace, &key.name) {
        Fact::Present(account) => {
            lines.push(moment("created", account.created, now));
            let annotated = account.role_arn.as_deref();
            lines.push(member("annotated role", annotated));
        }
        Fact::Absent => lines.push(TextLine::member("exists", Tone::Warning, "no")),
        Fact::Unknown => lines.push(TextLine::member("exists", Tone::Warning, "unknown")),
    }
    lines
}

/// Reasons, doubts and notes, under a heading each.
pub(super) fn explanation(explanation: &Explanation) -> Vec<TextLine> {
    let mut lines = Vec::new();
    for (title, tone, sentences) in [
        ("Because", Tone::Plain, &explanation.reasons),
        ("In doubt", Tone::Warning, &explanation.doubts),
        ("To know", Tone::Muted, &explanation.notes),
    ] {
        if sentences.is_empty() {
            continue;
        }
        lines.push(TextLine::empty());
        lines.push(TextLine::heading(title));
        let told = sentences.iter();
        lines.extend(told.map(|sentence| TextLine::new(tone, &format!("  {sentence}"))));
    }
    lines
}

fn pods(picture: &Picture<'_>, key: &AccountKey) -> Vec<TextLine> {
    let mut lines = vec![TextLine::empty(), TextLine::heading("Pods")];
    let mut more = 0_usize;
    for (index, pod) in picture
        .census
        .pods_of(&key.namespace, &key.name)
        .enumerate()
    {
        if index >= NAMED {
            more += 1;
            continue;
        }
        let evidence = picture.evidence(pod);
        let injection = injection(&evidence);
        let (sign, tone) = match injection {
            Injection::Injected => (glyph::GOOD, Tone::Good),
            Injection::Lacking { .. } => (glyph::WARNING, Tone::Warning),
            Injection::Unknown => ("?", Tone::Warning),
            Injection::Excluded { .. } | Injection::NotExpected | Injection::Ended => {
                (glyph::OFF, Tone::Muted)
            }
        };
        let line = TextLine::new(tone, &format!("  {sign} {}", injection.word()));
        let line = line.with(Tone::Plain, &format!("  {}", pod.name));
        let staleness = staleness(&evidence);
        lines.push(match staleness {
            Staleness::MayBeOld(_) | Staleness::Unknown => line.with(
                Tone::Warning,
                &format!("  credentials {}", staleness.phrase()),
            ),
            Staleness::Fresh | Staleness::NeverInjected | Staleness::NotConcerned => line,
        });
    }
    if more > 0 {
        let text = format!("  and {more} more; enter on the service account shows them");
        lines.push(TextLine::new(Tone::Muted, &text));
    }
    if lines.len() == 2 {
        let none = if picture.census.is_read(crate::model::census::Part::Pods) {
            "  none"
        } else {
            "  unknown"
        };
        lines.push(TextLine::new(Tone::Muted, none));
    }
    lines
}
