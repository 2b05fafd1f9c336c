//! The budget that stands in front of every call: per account (or profile, until STS named the account),
//! region and service.

pub(crate) mod core;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use self::core::{Core, Limits, Outcome};

/// Who waits for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Urgency {
    /// A person looks at the place where the answer goes.
    Interactive,
    /// Nobody would notice if it took a while.
    Background,
}

/// What the calls cost so far, for the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spend {
    /// Requests sent, retries included.
    pub calls: u64,
    pub retries: u64,
    /// Answers that said "slow down".
    pub throttled: u64,
    /// Calls that wait for their turn.
    pub waiting: usize,
    pub in_flight: usize,
}

/// Counts over all budgets.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    calls: AtomicU64,
    retries: AtomicU64,
    throttled: AtomicU64,
}

impl Meter {
    pub(crate) fn sent(&self, is_retry: bool) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if is_retry {
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn throttled(&self) {
        self.throttled.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Spend {
        Spend {
            calls: self.calls.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
            waiting: 0,
            in_flight: 0,
        }
    }
}

/// One budget; [`Budget::start`] is the only way to a call.
#[derive(Debug)]
pub(crate) struct Budget {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    core: Core,
    waiters: HashMap<u64, Waiter>,
}

#[derive(Debug)]
struct Waiter {
    notify: Arc<Notify>,
    may_start: bool,
}

impl Inner {
    /// Lets every call start that may, and tells the next one that it is the next: only that one sets a timer.
    fn pump(&mut self, caller: Option<u64>) {
        let now = Instant::now().into_std();
        while let Some(place) = self.core.grant(now) {
            match self.waiters.get_mut(&place) {
                Some(waiter) => {
                    waiter.may_start = true;
                    waiter.notify.notify_one();
                }
                None => self.core.finish(now, Outcome::Other),
            }
        }
        let front = self.core.front().filter(|front| Some(*front) != caller);
        if let Some(waiter) = front.and_then(|front| self.waiters.get(&front)) {
            waiter.notify.notify_one();
        }
    }
}

impl Budget {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        let core = Core::new(limits, Instant::now().into_std());
        let inner = Inner {
            core,
            waiters: HashMap::new(),
        };
        Arc::new(Self {
            inner: Mutex::new(inner),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the turn of a call. Dropping the future gives the place up.
    pub(crate) async fn start(self: &Arc<Self>, urgency: Urgency) -> Permit {
        let notify = Arc::new(Notify::new());
        let place = {
            let mut inner = self.lock();
            let place = inner.core.enqueue(urgency);
            let waiter = Waiter {
                notify: notify.clone(),
                may_start: false,
            };
            inner.waiters.insert(place, waiter);
            Place {
                budget: self.clone(),
                id: place,
            }
        };
        loop {
            let wake = {
                let mut inner = self.lock();
                inner.pump(Some(place.id));
                if inner
                    .waiters
                    .get(&place.id)
                    .is_some_and(|waiter| waiter.may_start)
                {
                    inner.waiters.remove(&place.id);
                    break;
                }
                let is_front = inner.core.front() == Some(place.id);
                let now = Instant::now().into_std();
                inner.core.wake_at(now).filter(|_| is_front)
            };
            match wake {
                Some(at) => tokio::select! {
                    () = notify.notified() => {}
                    () = tokio::time::sleep_until(at.into()) => {}
                },
                None => notify.notified().await,
            }
        }
        Permit {
            budget: self.clone(),
            outcome: Outcome::Other,
        }
    }

    pub(crate) fn load(&self) -> (usize, usize) {
        let inner = self.lock();
        (inner.core.waiting(), inner.core.in_flight())
    }
}

/// A place in the queue, given up when dropped.
struct Place {
    budget: Arc<Budget>,
    id: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inner = self.budget.lock();
        // The waiter is gone already if the call started: then the permit owns the slot.
        let Some(waiter) = inner.waiters.remove(&self.id) else {
            return;
        };
        if waiter.may_start {
            inner.core.finish(Instant::now().into_std(), Outcome::Other);
        } else {
            inner.core.leave(self.id);
        }
        inner.pump(None);
    }
}

/// The right to one call, given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    budget: Arc<Budget>,
    outcome: Outcome,
}

impl Permit {
    pub(crate) fn finish(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut inner = self.budget.lock();
        inner.core.finish(Instant::now().into_std(), self.outcome);
        inner.pump(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::time::Duration;

    fn narrow() -> Limits {
        Limits {
            concurrency: 1.0,
            burst: 100.0,
            ..Limits::default()
        }
    }

    #[tokio::test]
    async fn a_dropped_permit_lets_the_next_call_start() {
        let budget = Budget::new(narrow());
        let first = budget.start(Urgency::Interactive).await;
        let mut second = Box::pin(budget.start(Urgency::Interactive));
        assert!((&mut second).now_or_never().is_none());
        assert_eq!(budget.load(), (1, 1));
        first.finish(Outcome::Success);
        second.await.finish(Outcome::Success);
        assert_eq!(budget.load(), (0, 0));
    }

    #[tokio::test]
    async fn cancelled_waiters_leave_no_trace() {
        let budget = Budget::new(narrow());
        let first = budget.start(Urgency::Interactive).await;
        let mut cancelled = Box::pin(budget.start(Urgency::Interactive));
        assert!((&mut cancelled).now_or_never().is_none());
        let mut last = Box::pin(budget.start(Urgency::Background));
        assert!((&mut last).now_or_never().is_none());
        drop(first);
        // The place was granted to the waiter that now goes away: it must reach the next one.
        drop(cancelled);
        last.await.finish(Outcome::Success);
        assert_eq!(budget.load(), (0, 0));
    }

    #[tokio::test]
    async fn waiting_for_time_takes_that_time() {
        let budget = Budget::new(Limits {
            rate: 100.0,
            burst: 1.0,
            ..Limits::default()
        });
        let began = Instant::now();
        let calls = (0..11).map(|_| async {
            budget
                .start(Urgency::Background)
                .await
                .finish(Outcome::Other);
        });
        futures_util::future::join_all(calls).await;
        let took = began.elapsed();
        assert!(
            took >= Duration::from_millis(95),
            "ten calls at 100 per second took {took:?}"
        );
    }
}
