//! What came of a change, as text and as JSON.

use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::model::journal::Outcome;
use crate::model::text::visible;
use crate::model::{Failure, FailureKind};
use crate::ops::change::{Applied, Done, Stopped};

/// One line a step, and a line a note.
pub(crate) fn lines(applied: &Applied) -> Vec<String> {
    let mut lines = Vec::new();
    for done in &applied.steps {
        let word = match &done.outcome {
            Outcome::Applied { .. } if done.verified == Some(false) => {
                "applied, but AWS shows something else"
            }
            Outcome::Applied { .. } if done.verified.is_none() => "applied, but not read back",
            Outcome::Applied { .. } => "done",
            Outcome::NotApplied { .. } => "not done",
            Outcome::Failed { .. } => "failed",
            _ => "cannot be told",
        };
        let (kind, entry) = (done.kind.as_str(), done.entry.short());
        let mut line = format!("{kind}: {word}; journal entry {entry}");
        if let Some(described) = &done.association {
            let id = &described.value.association.key.id;
            line.push_str(&format!("; association {}", visible(id)));
        }
        lines.push(line);
        let notes = done.notes.iter();
        lines.extend(notes.map(|note| format!("  note: {}", visible(note))));
    }
    lines
}

pub(crate) fn steps(applied: &Applied) -> Value {
    applied.steps.iter().map(step).collect()
}

fn step(done: &Done) -> Value {
    let request_id = match &done.outcome {
        Outcome::Applied { request_id, .. } => request_id.as_deref(),
        Outcome::Failed { failure } => failure.request_id.as_deref(),
        _ => None,
    };
    let association = done.association.as_ref();
    json!({
        "entry": done.entry.as_str(),
        "kind": done.kind.as_str(),
        "outcome": done.outcome.word(),
        "verified": done.verified,
        "requestId": request_id,
        "association": association.map(|described| &described.document),
        "notes": done.notes,
    })
}

pub(crate) fn failure(failure: &Failure) -> Value {
    json!({
        "message": failure.to_string(),
        "code": failure.code.as_deref(),
        "hint": failure.hint.as_deref(),
        "requestId": failure.request_id.as_deref(),
    })
}

/// The word for programs and the code to end with.
pub(crate) fn verdict(applied: &Applied) -> (&'static str, Exit) {
    match &applied.stopped {
        None if applied.is_verified() => ("applied", Exit::Done),
        None => ("applied", Exit::PartlyDone),
        Some(_) if applied.is_partly_done() => ("partly-applied", Exit::PartlyDone),
        Some(Stopped::Drift(_)) => ("refused", Exit::Refused),
        Some(Stopped::Failure(failure)) if failure.kind == FailureKind::Refused => {
            ("refused", Exit::Refused)
        }
        Some(Stopped::Failure(_)) => ("failed", Exit::Failed),
    }
}

/// Why it stopped, or what AWS shows otherwise than it was told, as a message.
pub(crate) fn problem(applied: &Applied, doing: &str) -> Option<Problem> {
    let (_, exit) = verdict(applied);
    let Some(failure) = applied.to_failure(doing) else {
        return (!applied.is_verified()).then(|| {
            let message = format!("{doing}: applied, but AWS does not show it as it was to be");
            Problem::new(exit, message).hint("the notes say what is otherwise; look at it again")
        });
    };
    let mut problem = Problem::new(exit, failure.to_string());
    if let Some(id) = &failure.request_id {
        problem = problem.detail(format!("request id {id}"));
    }
    if let Some(hint) = failure.hint {
        problem = problem.hint(&*hint);
    }
    Some(problem)
}
