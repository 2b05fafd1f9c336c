//! Lists, then watches, until dropped.
//!
//! kube's own watcher decodes whole objects and retries behind one's back; this loop is small enough to be ours.
//! ```text
//!           410                        410 or ERROR
//!         ┌──────┐        ┌─────────────────────────────────┐
//!         ▼      │        ▼                                 │
//!   Begin ──> Page ... Page ──> Opening <──> Reading ───────┘
//!   Restarted   Applied  Synced         close   Applied, Deleted
//! ```

use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout};

use super::Kubernetes;
use super::failure::{self, Status, Trouble};
use super::page::called;
use super::read::{decode, id_of, kind_of};
use super::request::{Ask, ObjectFilter};
use crate::cloud::Urgency;
use crate::cloud::retry::backoff;
use crate::model::kubernetes::{WatchEvent, WatchedKind};
use crate::model::{Failure, FailureKind};

/// How long one watch is asked for; API servers would choose something between 30 and 60 minutes.
const LIFE: std::ops::Range<u64> = 240..300;

/// API servers send a bookmark every minute. Whoever says nothing for so long may be gone without a word.
const QUIET: Duration = Duration::from_secs(100);

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// A watch that ends so soon and without an event was not really there.
const SHORT: Duration = Duration::from_secs(1);

/// A watch that stood for so long was well, even if nothing happened in it.
const STEADY: Duration = Duration::from_secs(30);

/// So many short watches, or lists that were too old at once, are worth telling.
const MANY_SHORT: u32 = 5;

/// An object of Kubernetes has at most 1.5 MiB in etcd.
const LONGEST_LINE: usize = 32 * 1024 * 1024;

/// Lists that expire while they are paged are asked for in one piece after so many tries.
const PAGED_TRIES: u32 = 2;

impl Kubernetes {
    /// Lists, then watches, until dropped; goes on after every failure by itself.
    pub fn watch(
        self: &Arc<Self>,
        kind: WatchedKind,
        filter: ObjectFilter,
    ) -> BoxStream<'static, WatchEvent> {
        let watch = Watch {
            doing: self.doing(&format!("watch {}", kind.words())),
            kubernetes: self.clone(),
            kind,
            filter,
            place: Place::Begin,
            ready: VecDeque::new(),
            wait: None,
            failures: 0,
            restarts: 0,
            is_failed: false,
        };
        stream::unfold(watch, |mut watch| async move {
            let event = watch.next().await?;
            Some((event, watch))
        })
        .boxed()
    }
}

struct Watch {
    kubernetes: Arc<Kubernetes>,
    kind: WatchedKind,
    filter: ObjectFilter,
    doing: String,
    place: Place,
    /// What was learnt and not told yet.
    ready: VecDeque<WatchEvent>,
    wait: Option<Instant>,
    /// Failures since a watch last said something or stood for a while. A list alone proves nothing: where each
    /// one is followed by an error, they would come without a pause, and each may be tens of thousands of objects.
    failures: u32,
    /// Lists that expired since the last one that did not.
    restarts: u32,
    /// A failure was told, and not yet that it is over.
    is_failed: bool,
}

enum Place {
    Begin,
    Page { token: Option<String> },
    Opening { version: String },
    Reading(Reading),
    Ended,
}

struct Reading {
    version: String,
    lines: Lines,
    opened: Instant,
    has_said: bool,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    object: Value,
}

impl Watch {
    async fn next(&mut self) -> Option<WatchEvent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if let Some(until) = self.wait.take() {
                sleep_until(until).await;
            }
            match std::mem::replace(&mut self.place, Place::Ended) {
                Place::Begin => {
                    self.ready.push_back(WatchEvent::Restarted);
                    self.place = Place::Page { token: None };
                }
                Place::Page { token } => self.page(token).await,
                Place::Opening { version } => self.open(version).await,
                Place::Reading(reading) => self.read(reading).await,
                Place::Ended => return None,
            }
        }
    }

    async fn page(&mut self, token: Option<String>) {
        let list = self.kubernetes.list(
            kind_of(self.kind),
            Urgency::Background,
            &self.filter,
            token.as_deref(),
            self.restarts < PAGED_TRIES,
            decode(self.kind),
        );
        match list.await {
            Ok(page) => {
                // The list's end forgets what it did not name, so it need not be said which these are.
                let unreadable = page.unreadable.into_iter();
                let unreadable = unreadable.map(|words| WatchEvent::Unreadable { id: None, words });
                self.ready.extend(unreadable);
                self.ready
                    .extend(page.items.into_iter().map(WatchEvent::Applied));
                self.place = if page.next.is_some() {
                    Place::Page { token: page.next }
                } else {
                    self.restarts = 0;
                    self.is_failed = false;
                    self.ready.push_back(WatchEvent::Synced);
                    Place::Opening {
                        version: page.version,
                    }
                };
            }
            Err(trouble) if trouble.is_gone => self.begin_again(),
            Err(trouble) => self.fail(trouble, Place::Page { token }),
        }
    }

    async fn open(&mut self, version: String) {
        let seconds = rand::random_range(LIFE);
        let ask = Ask::watch(kind_of(self.kind), &self.filter, &version, seconds);
        match self.kubernetes.open(&ask, &self.doing).await {
            Ok(response) => {
                if std::mem::take(&mut self.is_failed) {
                    self.ready.push_back(WatchEvent::Synced);
                }
                self.place = Place::Reading(Reading {
                    version,
                    lines: Lines::new(response.into_body()),
                    opened: Instant::now(),
                    has_said: false,
                });
            }
            Err(trouble) if trouble.is_gone => self.begin_again(),
            Err(trouble) => self.fail(trouble, Place::Opening { version }),
        }
    }

    async fn read(&mut self, mut reading: Reading) {
        let line = timeout(QUIET, reading.lines.next()).await;
        if reading.opened.elapsed() >= STEADY {
            self.failures = 0;
        }
        let line = match line {
            Ok(Ok(Some(line))) => line,
            Ok(Err(LineError::TooLong)) => {
                let failure = failure::malformed(&self.doing, "a line of the watch has no end");
                return self.fail(failure.into(), Place::Begin);
            }
            // The server's usual end of a watch, a broken connection, or silence: go on from where we are. If
            // that does not work either, then it is worth telling.
            Ok(Ok(None) | Err(LineError::Broken)) | Err(_) => return self.closed(reading),
        };
        if line.iter().all(u8::is_ascii_whitespace) {
            self.place = Place::Reading(reading);
            return;
        }
        match serde_json::from_slice(&line) {
            Ok(event) => {
                self.tell(&event, reading);
            }
            Err(error) => self.fail(failure::malformed(&self.doing, error).into(), Place::Begin),
        }
    }

    fn tell(&mut self, event: &Event, mut reading: Reading) {
        let object = &event.object;
        match event.kind.as_str() {
            "ADDED" | "MODIFIED" => {
                let Ok(cloud) = self.kubernetes.cloud(&self.doing) else {
                    return;
                };
                let mut intern = |text: &str| cloud.texts.text(text);
                self.ready
                    .push_back(match decode(self.kind)(object, &mut intern) {
                        Ok(object) => WatchEvent::Applied(object),
                        Err(error) => WatchEvent::Unreadable {
                            id: id_of(self.kind, object),
                            words: format!("{}: {error}", called(object)),
                        },
                    });
            }
            "DELETED" => self.ready.push_back(match id_of(self.kind, object) {
                Some(id) => WatchEvent::Deleted(id),
                None => WatchEvent::Unreadable {
                    id: None,
                    words: format!("{} is gone", called(object)),
                },
            }),
            "ERROR" => {
                let status = Status::deserialize(object).unwrap_or_default();
                let trouble = self.kubernetes.told(&self.doing, self.kind, &status);
                return if trouble.is_gone {
                    self.begin_again();
                } else {
                    self.fail(trouble, Place::Begin);
                };
            }
            // BOOKMARK says only the version; a newer word may mean anything.
            _ => {}
        }
        reading.has_said = true;
        self.failures = 0;
        let version = object
            .get("metadata")
            .and_then(|metadata| metadata.get("resourceVersion"))
            .and_then(Value::as_str)
            .filter(|version| !version.is_empty());
        if let Some(version) = version {
            version.clone_into(&mut reading.version);
        }
        self.place = Place::Reading(reading);
    }

    fn closed(&mut self, reading: Reading) {
        let place = Place::Opening {
            version: reading.version,
        };
        if reading.has_said || reading.opened.elapsed() >= SHORT {
            self.place = place;
        } else if self.failures < MANY_SHORT {
            self.place = place;
            self.pause(Duration::ZERO);
        } else {
            let cause = "the API server ends each watch at once";
            let failure = Failure::new(FailureKind::Server, self.doing.as_str(), cause);
            self.fail(failure.into(), place);
        }
    }

    fn begin_again(&mut self) {
        self.restarts += 1;
        if self.failures < MANY_SHORT {
            self.place = Place::Begin;
            self.pause(Duration::ZERO);
        } else {
            let cause = "the API server calls each list too old at once";
            let failure = Failure::new(FailureKind::Server, self.doing.as_str(), cause);
            self.fail(failure.into(), Place::Begin);
        }
    }

    fn fail(&mut self, trouble: Trouble, place: Place) {
        if trouble.failure.kind == FailureKind::Cancelled {
            return;
        }
        let least = match trouble.failure.kind {
            // Somebody has to do something first.
            FailureKind::Denied | FailureKind::Refused | FailureKind::Unconfigured => LONGEST_PAUSE,
            _ => Duration::ZERO,
        };
        self.pause(trouble.after.unwrap_or(least));
        self.is_failed = true;
        self.place = place;
        self.ready.push_back(WatchEvent::Failed(trouble.failure));
    }

    fn pause(&mut self, least: Duration) {
        let Ok(cloud) = self.kubernetes.cloud(&self.doing) else {
            return;
        };
        let first = cloud.settings.deadlines.backoff;
        let wait = backoff(first, self.failures, LONGEST_PAUSE).max(least);
        self.failures = self.failures.saturating_add(1);
        self.wait = Some(Instant::now() + wait);
    }
}

/// The lines of a body that has no end.
struct Lines {
    body: Body,
    buffer: Vec<u8>,
    /// So much of the buffer holds no end of a line.
    searched: usize,
}

#[derive(Debug)]
enum LineError {
    Broken,
    TooLong,
}

impl Lines {
    fn new(body: Body) -> Self {
        Self {
            body,
            buffer: Vec::new(),
            searched: 0,
        }
    }

    /// The next whole line; what stands after the last one when the body ends was cut off and will be sent again.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, LineError> {
        loop {
            let unsearched = self.buffer.iter().skip(self.searched);
            if let Some(found) = unsearched.into_iter().position(|byte| *byte == b'\n') {
                let rest = self.buffer.split_off(self.searched + found + 1);
                self.searched = 0;
                return Ok(Some(std::mem::replace(&mut self.buffer, rest)));
            }
            self.searched = self.buffer.len();
            if self.searched > LONGEST_LINE {
                return Err(LineError::TooLong);
            }
            match self.body.frame().await {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => {
                    let error: &(dyn Error + 'static) = &error;
                    let cause = crate::cloud::failure::chain(error);
                    tracing::debug!(target: "roledex::cloud", cause, "a watch broke off");
                    return Err(LineError::Broken);
                }
            }
        }
    }
}
