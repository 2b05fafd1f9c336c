//! What the logs say that go with an explanation: what was recognised, what could not be read, and what was looked at.

use crate::app::describe::finding::{finding, open_question};
use crate::app::describe::scopes::failure_lines;
use crate::app::describe::{TextLine, row};
use crate::app::diagnosis::Logs;
use crate::app::pane::{Tone, glyph};
use crate::app::remote::Remote;
use crate::model::Text;
use crate::model::diagnosis::{Finding, Standing};
use crate::model::signature::{LogsRead, Looked, SIGNATURES};

/// Logs that are named; of more only the number is told.
const NAMED: usize = 12;

/// Nothing at all until somebody asked for logs.
pub(super) fn logs(logs: &Logs) -> Vec<TextLine> {
    let mut lines = Vec::new();
    for (cluster, remote) in logs {
        let title = if logs.len() > 1 {
            format!("What the logs say in {}", cluster.name())
        } else {
            "What the logs say".to_owned()
        };
        lines.push(TextLine::heading(&title));
        lines.extend(of_cluster(remote));
        lines.push(TextLine::empty());
    }
    lines
}

fn of_cluster(remote: &Remote<LogsRead>) -> Vec<TextLine> {
    let mut lines = Vec::new();
    if let Some(read) = remote.value() {
        lines.push(row::read_from("Kubernetes", read.at));
    }
    if remote.waiting().is_some() {
        let text = format!("{} reading the ends of logs", glyph::BUSY);
        lines.push(TextLine::member("", Tone::Busy, &text));
    }
    if let Some(failed) = remote.failed() {
        lines.extend(failure_lines(&failed.failure));
    }
    let Some(read) = remote.value() else {
        return lines;
    };
    let (open, seen): (Vec<&Finding>, Vec<&Finding>) = read
        .findings
        .iter()
        .partition(|finding| matches!(finding.standing, Standing::Unknown(_)));
    lines.extend(seen.iter().flat_map(|seen| finding(seen, 0)));
    let mut told: Vec<&Text> = Vec::new();
    for one in &open {
        if let Standing::Unknown(needs) = &one.standing
            && !told.contains(&needs)
        {
            told.push(needs);
            lines.extend(open_question(needs, &[one]));
        }
    }
    if seen.is_empty() {
        lines.push(nothing(read, !open.is_empty()));
    }
    lines.extend(looked_at(&read.looked));
    lines
}

/// What it means that no words were recognised.
fn nothing(read: &LogsRead, is_partial: bool) -> TextLine {
    let count = read.looked.iter().filter(|log| log.lines.is_some()).count();
    match (count, is_partial) {
        (0, true) => TextLine::new(Tone::Warning, "? no log could be read"),
        (0, false) => TextLine::new(Tone::Muted, &format!("{} there is no log", glyph::OFF)),
        (_, true) => TextLine::new(
            Tone::Warning,
            "? nothing known stands in the logs that could be read",
        ),
        (_, false) => {
            let text = format!(
                "{} none of the {} known troubles is named in them",
                glyph::OFF,
                SIGNATURES.len()
            );
            TextLine::new(Tone::Plain, &text)
        }
    }
}

/// The logs that were looked through, agents last.
fn looked_at(looked: &[Looked]) -> Vec<TextLine> {
    let mut lines = Vec::new();
    if looked.is_empty() {
        return lines;
    }
    lines.push(TextLine::new(Tone::Muted, "  looked through:"));
    for log in looked.iter().take(NAMED) {
        let place = match &log.agent_of {
            Some(node) => format!("    agent on {node}  {}", log.pod),
            None => format!(
                "    {}/{}  container {}",
                log.namespace, log.pod, log.container
            ),
        };
        let lines_read = match log.lines {
            None => "no log: it has not started, or is gone".to_owned(),
            Some(0) => "empty".to_owned(),
            Some(1) => "1 line".to_owned(),
            Some(count) => format!("the last {count} lines"),
        };
        lines.push(TextLine::new(
            Tone::Muted,
            &format!("{place}  {lines_read}"),
        ));
    }
    let more = looked.len().saturating_sub(NAMED);
    if more > 0 {
        lines.push(TextLine::new(Tone::Muted, &format!("    and {more} more")));
    }
    lines
}

/// What was recognised in them.
pub(super) fn recognised(logs: &Logs) -> impl Iterator<Item = &Finding> {
    let read = logs.values().filter_map(Remote::value);
    let findings = read.flat_map(|read| &read.findings);
    findings.filter(|finding| !matches!(finding.standing, Standing::Unknown(_)))
}
