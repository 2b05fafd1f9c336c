//! A credential test in words: the exact calls before it, its steps while it runs, and the verdict on top.

mod ask;
mod course;

use crate::app::describe::TextLine;
use crate::app::describe::pod::not_injected;
use crate::app::layout::{Area, text_lines};
use crate::app::modal::credential::{Course, CredentialPanel, Stage};
use crate::app::pane::Tone;
use crate::app::state::State;
use crate::model::credential::{CredentialTest, Purpose, TokenSource};
use crate::model::diagnosis::RemedyKind;
use crate::model::measure::rows;

/// The line of the first pod of a choice.
pub(in crate::app) const FIRST_POD: usize = 2;

/// Where the lines stand: as in a text view, with a row for the buttons below where there are some.
pub fn area(state: &State, panel: &CredentialPanel) -> Area {
    let area = text_lines(state.size);
    let buttons = u16::from(!panel.buttons().is_empty());
    Area {
        height: area.height.saturating_sub(buttons),
        ..area
    }
}

pub(in crate::app) fn room(state: &State) -> usize {
    let panel = crate::app::update::credential::panel(state);
    panel.map_or(1, |panel| usize::from(area(state, panel).height))
}

/// The first line from which on the rest fits.
pub(in crate::app) fn last_top(state: &State, panel: &CredentialPanel) -> usize {
    let area = area(state, panel);
    let lines = lines(state, panel);
    let mut free = usize::from(area.height);
    let mut top = lines.len();
    for line in lines.iter().rev() {
        let rows = rows(&line.text(), usize::from(area.width)).len();
        if rows > free {
            break;
        }
        free -= rows;
        top -= 1;
    }
    top.min(lines.len().saturating_sub(1))
}

pub fn title(panel: &CredentialPanel) -> String {
    let name = panel.of.name();
    let what = match panel.of.purpose {
        Purpose::Run(_) => "Run with credentials of",
        Purpose::Test | Purpose::AfterChange { .. } => "Test",
    };
    match panel.pod() {
        Some(pod) => format!("{what} {name} as pod {pod}"),
        None => format!("{what} {name}"),
    }
}

pub fn lines(state: &State, panel: &CredentialPanel) -> Vec<TextLine> {
    let mut lines = Vec::new();
    // A verdict names it itself.
    let is_told = panel
        .course()
        .and_then(Course::report)
        .is_some_and(|report| report.is_given() && report.surely_kept().is_some());
    if matches!(panel.stage, Stage::Consent(_) | Stage::Course(_)) && !is_told {
        // The test proves what a pod may get, and this one does not even ask.
        let mut pods = panel.pods.iter();
        let chosen = pods.find(|pod| panel.pod().is_some_and(|name| pod.name == *name));
        lines.extend(chosen.filter(|pod| !pod.injected).map(|_| not_injected()));
    }
    lines.extend(stage(state, panel));
    lines
}

fn stage(state: &State, panel: &CredentialPanel) -> Vec<TextLine> {
    match &panel.stage {
        Stage::Command { .. } => ask::command(state),
        Stage::Looking(_) => ask::looking(panel),
        Stage::Picking { cursor } => ask::picking(state, panel, *cursor),
        Stage::Podless { why, .. } => ask::podless(panel, why),
        Stage::Pasting { count, .. } => ask::pasting(*count),
        Stage::Consent(asked) => ask::consent(asked),
        Stage::Course(course) => course::lines(course, state.now),
    }
}

fn plain(text: &str) -> TextLine {
    TextLine::new(Tone::Plain, &format!("  {text}"))
}

fn place(test: &CredentialTest) -> Vec<TextLine> {
    let member = |label: &str, value: &str| TextLine::member(label, Tone::Plain, value);
    let mut lines = vec![
        member("account", test.cluster.account()),
        member("region", test.route.region.as_str()),
        member("cluster", test.cluster.name()),
        member("service account", &test.name()),
    ];
    match &test.token {
        TokenSource::Pod { name, node, .. } => {
            lines.push(member("pod", name));
            lines.push(member("node", node.as_deref().unwrap_or("not scheduled")));
        }
        TokenSource::Given => lines.push(member("token", "the one that was pasted")),
    }
    lines.push(member(
        "association",
        test.expected.association.as_deref().unwrap_or("none known"),
    ));
    lines.push(member(
        "role",
        test.expected
            .role
            .as_deref()
            .unwrap_or("not known; the test looks it up"),
    ));
    if let Some(target) = &test.expected.target_role {
        lines.push(member("target role", target));
    }
    lines.push(member("profile", test.route.profile_name()));
    if let Some(caller) = &test.caller {
        lines.push(member("caller", &caller.arn));
    }
    lines
}

/// What can be copied: label, text, and what the text is.
pub(in crate::app) fn copies(panel: &CredentialPanel) -> Vec<(String, String, &'static str)> {
    let mut copies = Vec::new();
    if let Stage::Consent(asked) = &panel.stage {
        let calls: Vec<String> = asked.test.calls().iter().map(ToString::to_string).collect();
        copies.push(("the calls".to_owned(), calls.join("\n"), "list of calls"));
    }
    let Some(course) = panel.course() else {
        return copies;
    };
    for remedy in course.remedies() {
        let what = match remedy.kind {
            RemedyKind::Advice => continue,
            RemedyKind::Command => "command",
            RemedyKind::Statement => "policy statement",
            RemedyKind::Patch => "patch",
        };
        copies.push((remedy.title.to_string(), remedy.text.to_string(), what));
    }
    if let Some(session) = course.session() {
        for (label, text, what) in [
            ("assumed role ARN", &session.role_arn, "ARN"),
            ("session name", &session.session_name, "session name"),
        ] {
            copies.push((label.to_owned(), text.to_string(), what));
        }
    }
    copies
}
