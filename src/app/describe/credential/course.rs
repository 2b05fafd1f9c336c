//! A test that is being made, or was: the verdict on top, then what came back, the steps, and what mends them.

use jiff::Timestamp;

use super::place;
use crate::app::describe::TextLine;
use crate::app::modal::credential::{Course, Ending};
use crate::app::pane::{Tone, glyph};
use crate::model::Text;
use crate::model::credential::{Purpose, Report, Session, Step, StepKind, StepState, Verdict};
use crate::model::diagnosis::{Remedy, RemedyKind};

pub(super) fn lines(course: &Course, now: Timestamp) -> Vec<TextLine> {
    let mut lines = verdict(course, now);
    if let Some(session) = course.session() {
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("What came back"));
        lines.extend(session_lines(session, now));
    }
    let mends = mends(course);
    // Where the pod does not get its role, what mends that comes first; else it can wait.
    let is_good = course
        .report()
        .is_none_or(|report| report.verdict == Verdict::Matches && report.surely_kept().is_none());
    let (first, last) = if is_good {
        (&[][..], &mends[..])
    } else {
        (&mends[..], &[][..])
    };
    lines.extend_from_slice(first);
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("Steps"));
    for step in course.steps() {
        lines.extend(step_lines(step));
    }
    if course.steps().is_empty() {
        lines.push(TextLine::new(Tone::Muted, "  none yet"));
    }
    lines.extend_from_slice(last);
    lines.push(TextLine::empty());
    lines.push(TextLine::heading("Where, and as whom"));
    lines.extend(place(
        course.report().map_or(&course.test, |report| &report.test),
    ));
    lines
}

fn mends(course: &Course) -> Vec<TextLine> {
    let remedies = course.remedies();
    let mut lines = Vec::new();
    if !remedies.is_empty() {
        lines.push(TextLine::empty());
        lines.push(TextLine::heading("What mends it"));
        lines.extend(remedies.into_iter().flat_map(remedy_lines));
    }
    lines
}

/// The end on top; while there is none, what is being done.
fn verdict(course: &Course, now: Timestamp) -> Vec<TextLine> {
    let line = |sign: &str, tone: Tone, word: &str, text: &str| {
        TextLine::new(tone, &format!("{sign} {word}")).with(Tone::Plain, text)
    };
    match &course.ending {
        None => {
            let seconds = now.duration_since(course.since).as_secs().max(0);
            let running = course
                .steps
                .iter()
                .rev()
                .find(|step| step.state == StepState::Running);
            let what = running.map_or("beginning", |step| step.kind.title());
            vec![line(
                glyph::BUSY,
                Tone::Busy,
                "testing",
                &format!("  {what}, {seconds} s; esc cancels"),
            )]
        }
        Some(Ending::Cancelled) => vec![line(
            glyph::OFF,
            Tone::Muted,
            "cancelled",
            "  nothing is kept; what was issued by then expires by itself",
        )],
        Some(Ending::Failed(failure)) => {
            let mut lines = vec![line(
                glyph::BAD,
                Tone::Bad,
                "failed",
                &format!("  {failure}"),
            )];
            if let Some(hint) = &failure.hint {
                lines.push(TextLine::new(Tone::Muted, &format!("  {hint}")));
            }
            lines
        }
        Some(Ending::Verdict(report)) => {
            let (sign, tone, word) = match &report.verdict {
                Verdict::Matches if report.surely_kept().is_some() => {
                    (glyph::WARNING, Tone::Warning, "matches")
                }
                Verdict::Matches => (glyph::GOOD, Tone::Good, "matches"),
                Verdict::Differs(_) => (glyph::BAD, Tone::Bad, "differs"),
                Verdict::Refused(_) => (glyph::BAD, Tone::Bad, "refused"),
                Verdict::Untestable(_) => ("?", Tone::Warning, "cannot be tested"),
            };
            let text = format!("  {}", report.headline());
            let mut lines = vec![line(sign, tone, word, &text)];
            if matches!(report.test.purpose, Purpose::Run(_)) && !report.releases() {
                let text = "  The command was not run; nothing is kept.";
                lines.push(TextLine::new(Tone::Warning, text));
            }
            lines.extend(explanation(report));
            lines
        }
    }
}

/// Why the verdict is so: on what the step that decided rests, and what else is known.
fn explanation(report: &Report) -> Vec<TextLine> {
    let decides = |step: &&Step| match step.kind {
        StepKind::Verdict => true,
        StepKind::Token | StepKind::Assume => step.state == StepState::Failed,
        _ => false,
    };
    let mut told: Vec<&Text> = Vec::new();
    for line in report
        .steps
        .iter()
        .filter(decides)
        .flat_map(|step| &step.evidence)
    {
        if !told.iter().any(|known| known.contains(&**line)) {
            told.push(line);
        }
    }
    let line = |text: &&Text| TextLine::new(Tone::Muted, &format!("  {text}"));
    told.iter().map(line).collect()
}

fn session_lines(session: &Session, now: Timestamp) -> Vec<TextLine> {
    let member = |label: &str, value: &str| TextLine::member(label, Tone::Plain, value);
    let left = session.left(now).as_secs();
    let expiry = if left > 0 {
        let (hours, minutes, seconds) = (left / 3_600, left / 60 % 60, left % 60);
        let at = session.expires.strftime("%Y-%m-%d %H:%M:%SZ");
        TextLine::member(
            "expires",
            Tone::Plain,
            &format!("in {hours}:{minutes:02}:{seconds:02}"),
        )
        .with(Tone::Muted, &format!(" ({at})"))
    } else {
        TextLine::member("expires", Tone::Muted, "it has expired")
    };
    vec![
        member("assumed role", &session.role_arn),
        member("role id", &session.role_id),
        member("session", &session.session_name),
        member("association", &session.association),
        member("access key", &format!("…{}", session.access_key_suffix)),
        expiry,
    ]
}

/// Milliseconds as a person reads them.
fn took(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..10_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} s", ms / 1_000),
    }
}

fn step_lines(step: &Step) -> Vec<TextLine> {
    let (sign, tone) = match step.state {
        StepState::Running => (glyph::BUSY, Tone::Busy),
        StepState::Passed => (glyph::GOOD, Tone::Good),
        StepState::Warning => (glyph::WARNING, Tone::Warning),
        StepState::Failed => (glyph::BAD, Tone::Bad),
        StepState::Unknown => ("?", Tone::Warning),
        StepState::Skipped => (glyph::OFF, Tone::Muted),
    };
    if step.kind == StepKind::Verdict {
        // It stands on top.
        return Vec::new();
    }
    let mut head = TextLine::new(tone, &format!("  {sign} {:<16} ", step.kind.title()))
        .with(tone, step.state.word());
    if let Some(ms) = step.elapsed_ms {
        head = head.with(Tone::Muted, &format!(" in {}", took(ms)));
    }
    let mut lines = vec![head.with(Tone::Plain, &format!(": {}", step.said))];
    for line in &step.evidence {
        lines.push(TextLine::member("", Tone::Muted, line));
    }
    lines
}

fn remedy_lines(remedy: &Remedy) -> Vec<TextLine> {
    let mut lines = vec![TextLine::new(Tone::Busy, "  fix: ").with(Tone::Plain, &remedy.title)];
    if remedy.text != remedy.title {
        let tone = match remedy.kind {
            RemedyKind::Advice => Tone::Muted,
            RemedyKind::Command | RemedyKind::Statement | RemedyKind::Patch => Tone::Plain,
        };
        lines.extend(
            remedy
                .text
                .lines()
                .map(|line| TextLine::new(tone, &format!("    {line}"))),
        );
    }
    lines
}
