//! The journal as the commands open it, and what an earlier run left unfinished in it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::model::journal::{Entry, Outcome};
use crate::model::text::visible;
use crate::ops::change::{Desk, Patience};
use crate::ops::recover::{Recovered, recover};
use crate::runtime::clock;
use crate::store::Journal;

/// Opens the journal only to read it: what dead runs began is left to whoever changes something.
pub(crate) async fn journal(setup: &Setup) -> Result<Arc<Journal>, Problem> {
    Ok(Arc::new(opened(setup).await?.0))
}

/// Opens the journal and finds out what came of what dead runs began; that is said on stderr.
pub(crate) async fn open(setup: &Setup) -> Result<Desk, Problem> {
    let (desk, unfinished) = begin(setup).await?;
    settle(setup, &desk, unfinished).await;
    Ok(desk)
}

/// Opens the journal, with what dead runs began and is still to be settled.
pub(crate) async fn begin(setup: &Setup) -> Result<(Desk, Vec<Entry>), Problem> {
    let (journal, unfinished) = opened(setup).await?;
    let desk = Desk {
        journal: Arc::new(journal),
        now: clock::now,
        patience: Patience::default(),
    };
    Ok((desk, unfinished))
}

async fn opened(setup: &Setup) -> Result<(Journal, Vec<Entry>), Problem> {
    let directory = setup.state().ok_or_else(|| {
        Problem::usage("there is no place for the journal: HOME is not set")
            .hint("set HOME or XDG_STATE_HOME")
    })?;
    let opened = tokio::task::spawn_blocking(move || Journal::open(directory)).await;
    let opened =
        opened.map_err(|error| Problem::failed(format!("could not open the journal: {error}")))?;
    Ok(opened?)
}

/// Asks AWS what came of it, which can take as long as AWS may show an old state; what is waited for is said.
pub(crate) async fn settle(setup: &Setup, desk: &Desk, unfinished: Vec<Entry>) {
    if unfinished.is_empty() {
        return;
    }
    for entry in &unfinished {
        eprintln!("{}", begun(entry));
    }
    let told = Mutex::new(BTreeSet::new());
    let recovered = recover(&setup.cloud, desk, unfinished, |id, seconds| {
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.insert(id.clone()) {
            eprintln!(
                "journal: AWS may not show yet what {} did; asking again for at most {seconds} s (ctrl-c leaves that to the next start)",
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
