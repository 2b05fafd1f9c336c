//! The executor: runs each [`Effect`] as a task of its own; the one match from requests to `ops` is below it.

mod answer;
mod change;
mod credential;
mod diagnosis;
mod kubernetes;
mod parts;
mod waiting;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::Event;
use futures_util::FutureExt as _;
use tokio::sync::mpsc::Sender;
use tokio::task::{AbortHandle, JoinHandle};

use crate::app::effect::Timer;
use crate::app::msg::Spent;
use crate::app::secret::SecretId;
use crate::app::{Effect, Msg, Request, Ticket};
use crate::cloud::{Cloud, Secret, Urgency};
use crate::model::journal::Entry;
use crate::model::snapshot::Snapshot;
use crate::model::{Failure, FailureKind, Route, Text};
use crate::ops::change::Belongs;
use crate::runtime::clock;
use crate::runtime::hidden::Hidden;
use crate::store::Journal;
use crate::store::cache::Cache;
use answer::{Steps, answer};
pub use waiting::Waiting;

/// Runs effects and keeps hold of what runs.
pub struct Executor {
    cloud: Arc<Cloud>,
    routes: Arc<[Route]>,
    cache: Option<PathBuf>,
    /// Where changes are written down; without it there are none, and this is why.
    journal: Result<Arc<Journal>, Failure>,
    /// What dead runs began, and nobody knows what came of.
    unfinished: Vec<Entry>,
    /// The words by which the journal tells what was one act, by the first change of each.
    batches: HashMap<Ticket, Text>,
    calls: HashMap<Ticket, AbortHandle>,
    timers: HashMap<Timer, AbortHandle>,
    /// The last file that is being written; each waits for the one before, and the program for the last.
    write: Option<JoinHandle<()>>,
    /// What was typed into hidden prompts.
    hidden: Hidden,
    /// The command that credentials are asked for, and where they come in.
    waiting: Option<(Ticket, Waiting)>,
}

impl Executor {
    pub fn new(cloud: Arc<Cloud>, routes: Vec<Route>, cache: Option<PathBuf>) -> Self {
        Self {
            cloud,
            routes: routes.into(),
            cache,
            journal: Err(change::no_journal()),
            unfinished: Vec::new(),
            batches: HashMap::new(),
            calls: HashMap::new(),
            timers: HashMap::new(),
            write: None,
            hidden: Hidden::default(),
            waiting: None,
        }
    }

    /// The same, with a place where changes are written down.
    #[must_use]
    pub fn with_journal(mut self, journal: Result<(Journal, Vec<Entry>), Failure>) -> Self {
        self.journal = journal.map(|(journal, unfinished)| {
            self.unfinished = unfinished;
            Arc::new(journal)
        });
        self
    }

    /// Asks AWS what came of changes whose runs died, and tells it.
    pub fn recover(&mut self, messages: &Sender<Msg>) {
        let unfinished = std::mem::take(&mut self.unfinished);
        if let (Ok(desk), false) = (change::desk(&self.journal), unfinished.is_empty()) {
            let recovering =
                change::recover(Arc::clone(&self.cloud), desk, unfinished, messages.clone());
            tokio::spawn(recovering);
        }
    }

    /// What the calls of this run have cost so far.
    pub fn spent(&self) -> Spent {
        let spend = self.cloud.spend();
        let waiting = u64::try_from(spend.waiting).unwrap_or(u64::MAX);
        Spent {
            calls: spend.calls,
            throttled: spend.throttled,
            waiting,
        }
    }

    /// Starts an effect. Those on the terminal are the loop's own and do nothing here.
    pub fn run(&mut self, effect: Effect, messages: &Sender<Msg>) {
        match effect {
            Effect::Call {
                ticket,
                urgent,
                request,
            } => self.call(ticket, urgent, request, messages.clone()),
            Effect::Apply {
                ticket,
                approved,
                link,
                first,
                profiles,
            } => {
                let batch = first.map(|first| self.batch(first));
                let belongs = Belongs { link, batch };
                let (cloud, desk) = (Arc::clone(&self.cloud), change::desk(&self.journal));
                let steps = Steps {
                    ticket,
                    messages: messages.clone(),
                };
                let made = async move {
                    change::apply(&cloud, desk?, *approved, belongs, profiles, &steps).await
                };
                self.calls
                    .insert(ticket, spawn(ticket, made, messages.clone()));
            }
            Effect::Cancel(ticket) => {
                // What it may have been given already is wiped with it, and what comes later finds no taker.
                self.waiting.take_if(|(of, _)| *of == ticket);
                if let Some(call) = self.calls.remove(&ticket) {
                    call.abort();
                }
            }
            Effect::Wake { timer, at } => self.wake(timer, at, messages.clone()),
            Effect::LoadCache => self.load_cache(messages.clone()),
            Effect::SaveCache(snapshot) => self.save_cache(*snapshot),
            Effect::Test {
                ticket,
                approved,
                profiles,
                token,
            } => {
                let token = token.and_then(|id| self.take_secret(id));
                let waiting = Waiting::of(approved.plan(), &self.cloud);
                let release = waiting.map(|(waiting, release)| {
                    self.waiting = Some((ticket, waiting));
                    release
                });
                let (cloud, desk) = (Arc::clone(&self.cloud), change::desk(&self.journal));
                let steps = Steps {
                    ticket,
                    messages: messages.clone(),
                };
                let tested = async move {
                    credential::test(&cloud, desk?, *approved, token, profiles, release, &steps)
                        .await
                };
                self.calls
                    .insert(ticket, spawn(ticket, tested, messages.clone()));
            }
            Effect::AskSecret(id) => self.hidden.ask(id),
            Effect::DropSecret(id) => self.hidden.drop(id),
            Effect::Copy { .. }
            | Effect::EditText { .. }
            | Effect::RunWith(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => {}
        }
    }

    /// The message of what the terminal reports; what is typed into a hidden prompt stays here.
    pub fn message(&mut self, event: Event) -> Option<Msg> {
        self.hidden.message(event)
    }

    /// Hands out a secret that was entered, to the one request that names it.
    pub fn take_secret(&mut self, id: SecretId) -> Option<Secret> {
        self.hidden.take(id)
    }

    /// Hands out the command that a test was made for, once.
    pub fn take_waiting(&mut self, ticket: Ticket) -> Option<Waiting> {
        let (_, waiting) = self.waiting.take_if(|(of, _)| *of == ticket)?;
        Some(waiting)
    }

    /// Sends a message from within the loop, which must not wait for itself.
    pub fn tell(&self, messages: &Sender<Msg>, message: Msg) {
        let messages = messages.clone();
        tokio::spawn(async move {
            messages.send(message).await.unwrap_or_default();
        });
    }

    /// Stops what runs, and waits for files that are being written.
    pub async fn finish(self) {
        for task in self.calls.into_values().chain(self.timers.into_values()) {
            task.abort();
        }
        if let Some(write) = self.write
            && let Err(error) = write.await
        {
            tracing::error!(target: "roledex", "a cache file was not written: {error}");
        }
    }

    /// The word that the journal holds changes of one act together by.
    fn batch(&mut self, first: Ticket) -> Text {
        let batch = self.batches.entry(first);
        batch.or_insert_with(Belongs::new_batch).clone()
    }

    fn call(&mut self, ticket: Ticket, urgent: bool, request: Request, messages: Sender<Msg>) {
        self.calls.retain(|_, call| !call.is_finished());
        let (cloud, routes) = (Arc::clone(&self.cloud), Arc::clone(&self.routes));
        let journal = self.journal.clone();
        let steps = Steps {
            ticket,
            messages: messages.clone(),
        };
        let answer = async move {
            let urgency = if urgent {
                Urgency::Interactive
            } else {
                Urgency::Background
            };
            Box::pin(answer(&cloud, &routes, &journal, urgency, request, &steps)).await
        };
        self.calls.insert(ticket, spawn(ticket, answer, messages));
    }

    fn wake(&mut self, timer: Timer, at: jiff::Timestamp, messages: Sender<Msg>) {
        let wait = at.duration_since(clock::now());
        let task = tokio::spawn(async move {
            tokio::time::sleep(wait.try_into().unwrap_or_default()).await;
            messages.send(Msg::Woke(timer)).await.unwrap_or_default();
        });
        if let Some(before) = self.timers.insert(timer, task.abort_handle()) {
            before.abort();
        }
    }

    fn load_cache(&self, messages: Sender<Msg>) {
        let Some(directory) = self.cache.clone() else {
            return;
        };
        tokio::task::spawn_blocking(move || {
            let snapshots = match Cache::open(directory) {
                Ok(cache) => {
                    let loaded = cache.load_all();
                    for ignored in &loaded.ignored {
                        tracing::warn!(target: "roledex", "cache file {} ignored: {}", ignored.path.display(), ignored.reason);
                    }
                    loaded.snapshots
                }
                Err(error) => {
                    tracing::warn!(target: "roledex", "no cache: {error}");
                    Vec::new()
                }
            };
            messages
                .blocking_send(Msg::Cached(snapshots))
                .unwrap_or_default();
        });
    }

    fn save_cache(&mut self, snapshot: Snapshot) {
        let Some(directory) = self.cache.clone() else {
            return;
        };
        let before = self.write.take();
        self.write = Some(tokio::spawn(async move {
            // An older state must not be written over a newer one.
            if let Some(before) = before {
                before.await.unwrap_or_default();
            }
            let written = tokio::task::spawn_blocking(move || {
                let saved = Cache::open(directory).and_then(|cache| cache.save(&snapshot));
                if let Err(error) = saved {
                    tracing::warn!(target: "roledex", "cache not written: {error}");
                }
            });
            written.await.unwrap_or_default();
        }));
    }
}

/// Runs what answers a ticket. However it ends, even by a panic, the ticket is told so: a row that stays
/// "loading" for ever would be a lie.
pub fn spawn(
    ticket: Ticket,
    answer: impl Future<Output = Result<(), Failure>> + Send + 'static,
    messages: Sender<Msg>,
) -> AbortHandle {
    let task = tokio::spawn(async move {
        let answered = AssertUnwindSafe(answer).catch_unwind().await;
        let outcome = answered.unwrap_or_else(|_| {
            Err(Failure::new(
                FailureKind::Bug,
                "read from AWS",
                "a part of roledex panicked",
            )
            .hint("set ROLEDEX_LOG=info to have the details in the log, and report them"))
        });
        messages
            .send(Msg::Done { ticket, outcome })
            .await
            .unwrap_or_default();
    });
    task.abort_handle()
}
