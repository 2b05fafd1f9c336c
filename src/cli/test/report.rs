//! How a test is told: each step as it ends, and all of it as JSON.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use serde_json::{Value, json};

use crate::cli::args::Format;
use crate::cli::problem::Problem;
use crate::model::credential::{Kept, Report, Step, StepKind, StepState};
use crate::model::diagnosis::RemedyKind;
use crate::model::text::{visible, visible_lines};

/// Prints steps as they come.
pub(crate) struct Printer {
    format: Format,
    is_terminal: bool,
    printed: Vec<(StepKind, StepState)>,
}

impl Printer {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            is_terminal: io::stderr().is_terminal(),
            printed: Vec::new(),
        }
    }

    /// Tells a step: on a terminal that it runs, on stdout how it came out.
    pub(crate) fn step(&mut self, step: &Step) {
        if self.is_terminal {
            // That a progress line cannot be written is no reason to stop.
            drop(match step.state {
                StepState::Running => write!(io::stderr(), "\r\x1b[K… {}", step.said),
                _ => write!(io::stderr(), "\r\x1b[K"),
            });
        }
        if step.state == StepState::Running || self.format == Format::Json {
            return;
        }
        if let Some((_, state)) = self.printed.iter_mut().find(|(kind, _)| *kind == step.kind) {
            *state = step.state;
            return;
        }
        self.printed.push((step.kind, step.state));
        let mut out = io::stdout().lock();
        drop(out.write_all(lines(step).as_bytes()));
        drop(out.flush());
    }

    /// Tells what the steps come to.
    pub(crate) fn end(&mut self, report: &Report) -> Result<(), Problem> {
        self.remarks(report)?;
        if self.format == Format::Json {
            super::print_json(report)?;
        }
        Ok(())
    }

    /// Tells what went wrong beside the verdict, and what of it does not count.
    pub(crate) fn remarks(&mut self, report: &Report) -> io::Result<()> {
        for warning in &report.warnings {
            drop(writeln!(io::stderr(), "warning: {}", visible(warning)));
        }
        if self.format == Format::Json {
            return Ok(());
        }
        let is_softened =
            |step: &&Step| step.state == StepState::Warning && step.kind != StepKind::Verdict;
        let warned = report.steps.iter().filter(is_softened);
        let warned = warned.filter(|_| report.is_given());
        let warned: Vec<_> = warned.map(|step| step.kind.title()).collect();
        if !warned.is_empty() {
            let text = format!(
                "warnings only, since EKS Auth gave credentials: {}\n",
                warned.join(", ")
            );
            io::stdout().write_all(text.as_bytes())?;
        }
        Ok(())
    }
}

fn lines(step: &Step) -> String {
    let mut text = String::new();
    let mark = match step.state {
        StepState::Passed => "✓",
        StepState::Failed => "✗",
        StepState::Warning => "!",
        StepState::Unknown => "?",
        StepState::Skipped | StepState::Running => "-",
    };
    let (title, state) = (step.kind.title(), step.state);
    let took = step
        .elapsed_ms
        .map(|took| format!(" ({took} ms)"))
        .unwrap_or_default();
    // Writing to a String cannot fail.
    writeln!(
        text,
        "{mark} {title:<16} {state:<8} {}{took}",
        visible(&step.said)
    )
    .unwrap_or_default();
    for line in &step.evidence {
        writeln!(text, "    {}", visible(line)).unwrap_or_default();
    }
    for remedy in &step.remedies {
        writeln!(text, "    to mend it: {}", visible(&remedy.title)).unwrap_or_default();
        if remedy.kind != RemedyKind::Advice {
            for line in visible_lines(&remedy.text) {
                writeln!(text, "        {line}").unwrap_or_default();
            }
        }
    }
    text
}

/// The report for programs.
pub(crate) fn document(report: &Report) -> Value {
    let test = &report.test;
    let session = report.session.as_ref().map(|session| {
        json!({
            "associationId": &*session.association,
            "namespace": &*session.namespace,
            "serviceAccount": &*session.service_account,
            "assumedRoleArn": &*session.role_arn,
            "roleId": &*session.role_id,
            "sessionName": &*session.session_name,
            "expiration": session.expires.to_string(),
            "accessKeyIdSuffix": &*session.access_key_suffix,
        })
    });
    let claims = report.claims.as_ref().map(|claims| {
        json!({
            "iss": claims.issuer.as_deref(),
            "aud": claims.audiences.iter().map(|one| &**one).collect::<Vec<_>>(),
            "sub": claims.subject.as_deref(),
            "podName": claims.pod.as_ref().map(|pod| &*pod.name),
            "podUid": claims.pod.as_ref().map(|pod| &*pod.uid),
            "exp": claims.expires.map(|at| at.to_string()),
        })
    });
    json!({
        "verdict": report.verdict.word(),
        "reason": report.verdict.why().map(|why| &**why),
        "clusterArn": test.cluster.as_str(),
        "profile": test.route.profile.as_deref(),
        "caller": test.caller.as_ref().map(|caller| &*caller.arn),
        "namespace": &*test.namespace,
        "serviceAccount": &*test.service_account,
        "expected": {
            "associationId": test.expected.association.as_deref(),
            "roleArn": test.expected.role.as_deref(),
            "targetRoleArn": test.expected.target_role.as_deref(),
        },
        "session": session,
        "claims": claims,
        "unknown": report.unknown.iter().map(|line| &**line).collect::<Vec<_>>(),
        "warnings": report.warnings.iter().map(|line| &**line).collect::<Vec<_>>(),
        "kept": report.kept.iter().map(kept).collect::<Vec<_>>(),
        "calls": report.asked,
        "startedAt": report.began.to_string(),
        "endedAt": report.ended.to_string(),
        "steps": report.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

/// What keeps the pod from what EKS Auth gives.
fn kept(kept: &Kept) -> Value {
    json!({
        "by": kept.by.word(),
        "sure": kept.is_sure,
        "said": kept.phrase(),
        "seen": &*kept.seen,
    })
}

fn step(step: &Step) -> Value {
    let remedies = step.remedies.iter();
    let remedies = remedies.map(|remedy| json!({"title": &*remedy.title, "text": &*remedy.text}));
    json!({
        "step": step.kind.as_str(),
        "state": step.state.word(),
        "said": &*step.said,
        "evidence": step.evidence.iter().map(|line| &**line).collect::<Vec<_>>(),
        "elapsedMs": step.elapsed_ms,
        "remedies": remedies.collect::<Vec<_>>(),
    })
}
