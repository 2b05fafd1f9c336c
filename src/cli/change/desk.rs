//! The journal as the commands open it, and what an earlier run left unfinished in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::model::journal::{Entry, Outcome};
use crate::model::text::visible;
use crate::ops::change::{Desk, Patience};
use crate::ops::recover::{Recovered, recover};
use crate::runtime::clock;
use crate::store::Journal;

/// Opens the journal and finds out what came of what dead runs began; that is said on stderr.
pub(crate) async fn open(setup: &Setup) -> Result<Desk, Problem> {
    let directory = setup.state().ok_or_else(|| {
        Problem::usage("there is no place for the journal: HOME is not set")
            .hint("set HOME or XDG_STATE_HOME")
    })?;
    let opened = tokio::task::spawn_blocking(move || Journal::open(directory)).await;
    let opened =
        opened.map_err(|error| Problem::failed(format!("could not open the journal: {error}")))?;
    let (journal, unfinished) = opened?;
    let desk = Desk {
        journal: Arc::new(journal),
        now: clock::now,
        patience: Patience::default(),
    };
    if unfinished.is_empty() {
        return Ok(desk);
    }
    for entry in &unfinished {
        eprintln!("{}", begun(entry));
    }
    let said = AtomicBool::new(false);
    let recovered = recover(&setup.cloud, &desk, unfinished, |id, seconds| {
        if !said.swap(true, Ordering::Relaxed) {
            eprintln!(
                "journal: AWS may not show yet what {} did; asking again for at most {seconds} s",
                id.short()
            );
        }
    });
    for Recovered { entry, found } in recovered.await {
        let id = entry.id.short();
        match found {
            Ok(outcome) => eprintln!("journal: {id} is {}", said_of(&outcome)),
            Err(failure) => eprintln!(
                "journal: what came of {id} is still open: {}",
                visible(&failure.to_string())
            ),
        }
    }
    Ok(desk)
}

fn begun(entry: &Entry) -> String {
    let (intent, id) = (&entry.intent, entry.id.short());
    let target = intent.target.to_string();
    format!(
        "journal: an earlier run began {} of {} in cluster {} ({id}) and did not finish; asking AWS what came of it",
        intent.kind.as_str(),
        visible(&target),
        visible(intent.place.cluster.name())
    )
}

/// An outcome in words; safe to print.
pub(crate) fn said_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Applied { .. } => "applied".to_owned(),
        Outcome::Failed { failure } => format!("failed: {}", visible(&failure.cause)),
        Outcome::NotApplied { reason } => format!("not applied: {}", visible(reason)),
        Outcome::CannotBeTold { reason } => format!("cannot be told: {}", visible(reason)),
        Outcome::Other { word } => visible(word).into_owned(),
    }
}
