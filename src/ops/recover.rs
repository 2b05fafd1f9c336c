//! What dead runs began and did not finish: AWS is asked what came of it, and the journal is completed.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use tokio::time::{Instant, sleep};

use super::change::{Desk, look};
use crate::cloud::{Cloud, Session, Urgency};
use crate::model::journal::{ChangeKind, Entry, EntryId, Outcome, reconcile};
use crate::model::{Failure, FailureKind, Route};
use crate::store::Journal;

/// Entries that are looked into side by side.
const TOGETHER: usize = 8;

/// An entry of a dead run, and what was found out about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovered {
    pub entry: Entry,
    /// What was written down; or why nobody could be asked now, so that the next start asks again.
    pub found: Result<Outcome, Failure>,
}

/// Finds out what came of each entry that [`Journal::open`] found, and writes it down.
///
/// AWS may show the old state for a while, so an entry that is younger than [`super::change::Patience::settle`]
/// is asked about again until it is not; `waiting` is told which one, and for how many seconds. Whatever the clock
/// says, that is never longer than this patience.
pub async fn recover(
    cloud: &Arc<Cloud>,
    desk: &Desk,
    entries: Vec<Entry>,
    waiting: impl Fn(&EntryId, u64) + Send + Sync,
) -> Vec<Recovered> {
    let waiting = &waiting;
    let asked: Vec<_> = entries
        .into_iter()
        .map(|entry| async move {
            let found = one(cloud, desk, &entry, waiting).await;
            Recovered { entry, found }
        })
        .collect();
    stream::iter(asked).buffered(TOGETHER).collect().await
}

async fn one(
    cloud: &Arc<Cloud>,
    desk: &Desk,
    entry: &Entry,
    waiting: &(impl Fn(&EntryId, u64) + Send + Sync),
) -> Result<Outcome, Failure> {
    if entry.intent.kind == ChangeKind::TestCredentials {
        // It left nothing behind that could be looked at; and what it issued ends by itself.
        let outcome = Outcome::CannotBeTold {
            reason: "it was interrupted; it changed nothing, but credentials may have been issued"
                .into(),
        };
        let (journal, id, now) = (desk.journal.clone(), entry.id.clone(), (desk.now)());
        settle(journal, id, outcome.clone(), now).await?;
        return Ok(outcome);
    }
    let session = session(cloud, entry).await?;
    let settle_for = desk.patience.settle;
    let deadline = Instant::now() + settle_for;
    let outcome = loop {
        let (now, _) = look(&session, &entry.intent).await?;
        let outcome = reconcile(entry, &now);
        // A clock that was set back makes a change of the future, which is as young as can be.
        let age = (desk.now)().duration_since(entry.intent.at);
        let age = Duration::try_from(age).unwrap_or_default();
        let left = settle_for.saturating_sub(age);
        let left = left.min(deadline.saturating_duration_since(Instant::now()));
        if matches!(outcome, Outcome::Applied { .. }) || left.is_zero() {
            break outcome;
        }
        waiting(
            &entry.id,
            left.as_millis()
                .div_ceil(1_000)
                .try_into()
                .unwrap_or(u64::MAX),
        );
        sleep(desk.patience.pause).await;
    };
    let (journal, id, now) = (desk.journal.clone(), entry.id.clone(), (desk.now)());
    let written = outcome.clone();
    settle(journal, id, written, now).await?;
    Ok(outcome)
}

async fn settle(
    journal: Arc<Journal>,
    id: EntryId,
    outcome: Outcome,
    at: jiff::Timestamp,
) -> Result<(), Failure> {
    let written = tokio::task::spawn_blocking(move || journal.settle(&id, outcome, at));
    written.await.unwrap_or_else(|error| {
        let doing = "write down what came of the change";
        Err(Failure::new(FailureKind::Bug, doing, error.to_string()))
    })
}

/// The way that the change took, if it leads to the same place still.
async fn session(cloud: &Arc<Cloud>, entry: &Entry) -> Result<Arc<Session>, Failure> {
    let place = &entry.intent.place;
    let route = Route::new(place.profile.as_deref(), place.cluster.region());
    let doing = format!("find out what came of {}", entry.id.short());
    let session = cloud.session(&route).await?;
    if session.endpoint() != place.endpoint.as_ref() {
        let made = place.endpoint.as_deref().unwrap_or("AWS itself");
        let cause = format!("it was made at {made}, which this run does not use");
        return Err(Failure::new(FailureKind::Refused, doing, cause)
            .hint("start roledex with the --endpoint-url that it was made with"));
    }
    let caller = session.caller(Urgency::Interactive).await?;
    if *caller.account != *place.cluster.account() {
        let cause = format!(
            "profile {} is of account {} now",
            route.profile_name(),
            caller.account
        );
        return Err(Failure::new(FailureKind::Refused, doing, cause)
            .hint("use credentials of the account that it was made in"));
    }
    Ok(session)
}
