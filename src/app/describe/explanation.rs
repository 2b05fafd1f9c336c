//! Why a row is as it is: the first hard cause on top, what it brings about below it, and what stayed open.

mod verdict;

use std::sync::Arc;

use crate::app::describe::finding::{branch, head, open_question, remedies};
use crate::app::describe::pod::never_injected;
use crate::app::describe::row::to_the_second;
use crate::app::describe::scopes::failure_lines;
use crate::app::describe::{TextLine, logs};
use crate::app::diagnosis::{About, Concern, Diagnosed, Logs, abouts, concern};
use crate::app::modal::Item;
use crate::app::pane::{RowKey, Tone, glyph};
use crate::app::remote::Remote;
use crate::app::state::State;
use crate::input::Command;
use crate::model::Text;
use crate::model::age::ago;
use crate::model::diagnosis::{Branch, Finding, Standing, forest};

/// Findings that are told in full; of more only what is wrong.
const TOLD: usize = 40;
/// Failures that are told at length.
const FAILURES: usize = 8;

/// What an explanation rests on, and what of it concerns the row.
struct Part<'a> {
    about: About,
    remote: Option<&'a Remote<Arc<Diagnosed>>>,
    itself: Vec<Branch<'a>>,
    /// About what the row stands on.
    around: Vec<Branch<'a>>,
    /// Questions that stayed open, with what they take.
    open: Vec<(&'a Finding, &'a Text)>,
}

impl<'a> Part<'a> {
    fn new(state: &'a State, key: &RowKey, about: About) -> Self {
        let remote = state.fleet.diagnosis(&about);
        let mut part = Self {
            about,
            remote,
            itself: Vec::new(),
            around: Vec::new(),
            open: Vec::new(),
        };
        let Some(diagnosed) = remote.and_then(Remote::value) else {
            return part;
        };
        let cluster = part.about.cluster().clone();
        let close = |finding: &Finding| concern(state, key, &cluster, finding);
        // A finding is told with what brings it about, and with all that it brings about itself.
        let is_finding = matches!(key, RowKey::Finding(_));
        let mut told = Vec::new();
        for finding in diagnosed.findings() {
            match &finding.standing {
                Standing::Unknown(needs) if close(finding).is_some() => {
                    part.open.push((finding, needs));
                }
                Standing::Found | Standing::Possible if is_finding || close(finding).is_some() => {
                    told.push(finding);
                }
                _ => {}
            }
        }
        for branch in forest(told) {
            let all = branch.all();
            if all.iter().any(|one| close(one) == Some(Concern::Itself)) {
                part.itself.push(branch);
            } else if !is_finding {
                part.around.push(branch);
            }
        }
        part
    }

    fn all(&self) -> Vec<&'a Finding> {
        let told = self.itself.iter().chain(&self.around);
        let told = told.flat_map(Branch::all);
        told.chain(self.open.iter().map(|(finding, _)| *finding))
            .collect()
    }

    /// Read, and nothing happened since that it may not show.
    fn is_whole(&self) -> bool {
        self.remote
            .is_some_and(|remote| remote.value().is_some() && !remote.is_outdated())
    }
}

fn parts<'a>(state: &'a State, key: &RowKey) -> Vec<Part<'a>> {
    let abouts = abouts(state, key).into_iter();
    abouts.map(|about| Part::new(state, key, about)).collect()
}

pub(in crate::app) fn explanation(state: &State, key: &RowKey, logs: &Logs) -> Vec<TextLine> {
    let parts = parts(state, key);
    let mut lines = vec![TextLine::heading(&question(state, key))];
    if let RowKey::Container(pod) = key {
        let row = state.fleet.containers.get(pod);
        lines.extend(row.and_then(never_injected));
    }
    lines.extend(progress(state, key, &parts));
    lines.extend(logs::logs(logs));
    if !matches!(key, RowKey::Finding(_)) {
        lines.extend(verdict::verdict(state, key, &parts, logs));
    }
    let mut room = TOLD;
    for part in &parts {
        let branches = part.itself.iter();
        lines.extend(section("", part, parts.len(), branches, &mut room));
    }
    for part in &parts {
        let branches = part.around.iter();
        let title = "What it stands on";
        lines.extend(section(title, part, parts.len(), branches, &mut room));
    }
    for part in &parts {
        lines.extend(open_questions(part, parts.len()));
    }
    lines
}

fn question(state: &State, key: &RowKey) -> String {
    let name = key.view().name(&state.fleet, key);
    let (kind, _) = key.view().names();
    match (key, key.cluster()) {
        (RowKey::Role(role), _) => format!("Diagnosis of role {role} and of who uses it"),
        (RowKey::Cluster(arn), _) => format!("Diagnosis of cluster {}", arn.name()),
        (RowKey::Finding(key), _) => format!("{name} in cluster {}", key.cluster.name()),
        (_, Some(arn)) => format!("Diagnosis of {kind} {name} in cluster {}", arn.name()),
        (_, None) => format!("Diagnosis of {kind} {name}"),
    }
}

/// How old the evidence is, what is being read, and what could not be.
fn progress(state: &State, key: &RowKey, parts: &[Part<'_>]) -> Vec<TextLine> {
    let mut lines = Vec::new();
    let read = parts
        .iter()
        .filter_map(|part| Some(part.remote?.value()?.at()));
    if let Some(oldest) = read.min() {
        let at = to_the_second(oldest);
        let old = ago(oldest, state.now);
        let text = format!("{at} ({old}) from AWS and Kubernetes, by this diagnosis");
        lines.push(TextLine::member("read", Tone::Muted, &text));
        lines.extend(row_read(state, key));
    }
    let several = parts.len() > 1;
    for part in parts {
        let place = if several {
            format!("{}: ", part.about.cluster().name())
        } else {
            String::new()
        };
        let waits = part.remote.is_some_and(|remote| remote.waiting().is_some());
        let failed = part.remote.and_then(Remote::failed);
        if waits {
            let what = state.asking(&part.about);
            let what = what.map_or_else(String::new, |text| format!(": {text}"));
            let text = format!("{} {place}reading the evidence{what}", glyph::BUSY);
            lines.push(TextLine::member("", Tone::Busy, &text));
            lines.extend(outdated(state, part, &place));
        } else if let Some(failed) = failed {
            lines.extend(failure_lines(&failed.failure));
        } else if part.remote.is_some_and(Remote::is_outdated) {
            lines.extend(outdated(state, part, &place));
        } else if part.remote.and_then(Remote::value).is_none() {
            let text = format!("… {place}not read yet");
            lines.push(TextLine::member("", Tone::Muted, &text));
        }
    }
    if parts.is_empty() {
        let text = "no cluster is known to use it, so there is nothing to look at";
        lines.push(TextLine::member("read", Tone::Warning, text));
    }
    lines.push(TextLine::empty());
    lines
}

/// That the row in the table is older than what is told here, which reads for itself.
fn row_read(state: &State, key: &RowKey) -> Option<TextLine> {
    let view = key.view();
    let column = view.columns().iter().position(|one| one.title == "READ")?;
    let index = view.index(&state.fleet, key)?;
    let cell = view.cell(&state.fleet, index, column, state.now)?;
    // What is as new as this needs no words; a finding has no other time than its diagnosis.
    let is_same = matches!(key, RowKey::Finding(_)) || cell.glyph == glyph::GOOD;
    if is_same || cell.text.is_empty() {
        return None;
    }
    let text = format!(
        "{} {}: the row itself was not read again",
        cell.glyph, cell.text
    );
    Some(TextLine::member(
        "in the table",
        Tone::Muted,
        text.trim_start(),
    ))
}

/// That what is told may not be so any more, for whoever does not know what happened since.
fn outdated(state: &State, part: &Part<'_>, place: &str) -> Option<TextLine> {
    let remote = part.remote.filter(|remote| remote.is_outdated())?;
    let key = state.options.keymap.shown(Command::Refresh);
    let to_do = match key.filter(|_| remote.waiting().is_none()) {
        Some(key) => format!("; {key} reads it again"),
        None => String::new(),
    };
    let text = format!(
        "{} {place}out of date: the cluster was changed or read again since{to_do}",
        glyph::WARNING
    );
    Some(TextLine::member("", Tone::Warning, &text))
}

/// What stayed open, by what it takes; and why that could not be had, in full.
fn open_questions(part: &Part<'_>, of: usize) -> Vec<TextLine> {
    if part.open.is_empty() {
        return Vec::new();
    }
    let title = titled("What could not be found out", part, of);
    let mut lines = vec![TextLine::empty(), TextLine::heading(&title)];
    let mut told: Vec<&Text> = Vec::new();
    for (_, needs) in &part.open {
        if told.contains(needs) {
            continue;
        }
        told.push(needs);
        let same = part.open.iter().filter(|(_, other)| other == needs);
        let same: Vec<&Finding> = same.map(|(finding, _)| *finding).collect();
        lines.extend(open_question(needs, &same));
    }
    let diagnosed = part.remote.and_then(Remote::value);
    let failures = diagnosed.map(|diagnosed| diagnosed.failures.as_slice());
    let failures = failures.unwrap_or_default();
    if !failures.is_empty() {
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("Why it could not be read"));
        let some = failures.iter().take(FAILURES);
        lines.extend(some.flat_map(failure_lines));
        let more = failures.len().saturating_sub(FAILURES);
        if more > 0 {
            lines.push(TextLine::member(
                "",
                Tone::Muted,
                &format!("and {more} more"),
            ));
        }
    }
    lines
}

fn titled(title: &str, part: &Part<'_>, of: usize) -> String {
    if of > 1 {
        format!("{title} in {}", part.about.cluster().name())
    } else {
        title.to_owned()
    }
}

fn section<'a>(
    title: &str,
    part: &Part<'_>,
    of: usize,
    branches: impl Iterator<Item = &'a Branch<'a>>,
    room: &mut usize,
) -> Vec<TextLine> {
    let mut lines = Vec::new();
    for one in branches {
        let count = one.all().len();
        if *room == 0 {
            lines.extend(one.all().into_iter().map(|finding| head(finding, 0)));
            continue;
        }
        *room = room.saturating_sub(count);
        if !lines.is_empty() {
            lines.push(TextLine::empty());
        }
        lines.extend(branch(one, 0));
    }
    if lines.is_empty() {
        return lines;
    }
    let heading = match title {
        "" if of > 1 => format!("In {}", part.about.cluster().name()),
        "" => return lines,
        title => titled(title, part, of),
    };
    let mut titled = vec![TextLine::empty(), TextLine::heading(&heading)];
    titled.append(&mut lines);
    titled
}

/// What can be copied of all that mends it, each text once.
pub(in crate::app) fn explanation_copies(
    state: &State,
    key: &RowKey,
    logs: Option<&Logs>,
) -> Vec<Item> {
    let parts = parts(state, key);
    let mut items: Vec<Item> = Vec::new();
    let recognised = logs.into_iter().flat_map(logs::recognised);
    for finding in recognised.chain(parts.iter().flat_map(Part::all)) {
        for item in remedies(finding) {
            let is_new = |known: &Item| known.note != item.note || known.label != item.label;
            if items.iter().all(is_new) {
                items.push(item);
            }
        }
    }
    items
}
