//! The state machine of one budget: who may start a call, and when. Time is an argument.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Urgency;

/// Where a budget starts and how far it may go.
///
/// EKS does not publish its rates, so these are a start and AWS's own answers do the rest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Calls per second at the start, the least and the most.
    pub(crate) rate: f64,
    pub(crate) least_rate: f64,
    pub(crate) most_rate: f64,
    /// Calls that may start at once after a quiet time.
    pub(crate) burst: f64,
    /// Calls in flight at the start and at most.
    pub(crate) concurrency: f64,
    pub(crate) most_concurrency: f64,
    /// Additive increase of the rate, in calls per second for each second of success at the limit.
    pub(crate) increase: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rate: 30.0,
            least_rate: 1.0,
            most_rate: 100.0,
            burst: 60.0,
            concurrency: 12.0,
            most_concurrency: 24.0,
            increase: 4.0,
        }
    }
}

/// How a call ended, as far as the budget cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    Throttled,
    /// Any other failure, or nobody waited for the answer: says nothing about the rate.
    Other,
}

/// Calls in flight that background work leaves free, so that it cannot make a key press wait.
const RESERVED: f64 = 2.0;

/// Throttling answers that arrive together belong to one burst and are punished once.
const PUNISHED_ONCE: Duration = Duration::from_secs(1);

/// Quiet time after a throttling answer.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(crate) struct Core {
    limits: Limits,
    rate: f64,
    ceiling: f64,
    tokens: f64,
    filled: Instant,
    paused_until: Option<Instant>,
    punished: Option<Instant>,
    in_flight: usize,
    /// Whether a call had to wait since the rate last grew: an idle budget must not grow on hearsay.
    pressed: bool,
    next: u64,
    interactive: VecDeque<u64>,
    background: VecDeque<u64>,
}

impl Core {
    pub(crate) fn new(limits: Limits, now: Instant) -> Self {
        Self {
            rate: limits.rate,
            ceiling: limits.concurrency,
            tokens: limits.burst,
            filled: now,
            paused_until: None,
            punished: None,
            in_flight: 0,
            pressed: false,
            next: 0,
            interactive: VecDeque::new(),
            background: VecDeque::new(),
            limits,
        }
    }

    pub(crate) fn enqueue(&mut self, urgency: Urgency) -> u64 {
        let place = self.next;
        self.next += 1;
        match urgency {
            Urgency::Interactive => self.interactive.push_back(place),
            Urgency::Background => self.background.push_back(place),
        }
        place
    }

    pub(crate) fn leave(&mut self, place: u64) {
        self.interactive.retain(|waiting| *waiting != place);
        self.background.retain(|waiting| *waiting != place);
    }

    pub(crate) fn waiting(&self) -> usize {
        self.interactive.len() + self.background.len()
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The call that starts next.
    pub(crate) fn front(&self) -> Option<u64> {
        self.interactive
            .front()
            .or_else(|| self.background.front())
            .copied()
    }

    /// Lets the next call start, if it may.
    pub(crate) fn grant(&mut self, now: Instant) -> Option<u64> {
        self.refill(now);
        let place = self.front()?;
        if !self.has_room()
            || self.paused_until.is_some_and(|until| now < until)
            || self.tokens < 1.0
        {
            self.pressed = true;
            return None;
        }
        self.tokens -= 1.0;
        self.in_flight += 1;
        if self.interactive.pop_front().is_none() {
            self.background.pop_front();
        }
        Some(place)
    }

    /// When the next call may start, if only time stands in its way.
    pub(crate) fn wake_at(&self, now: Instant) -> Option<Instant> {
        self.front()?;
        if !self.has_room() {
            return None;
        }
        // A little more than the time that is missing: rounding must not make a waiter spin.
        let missing = (1.0 - self.tokens).max(0.0) / self.rate + 0.001;
        let refilled = self.filled + Duration::from_secs_f64(missing);
        Some(
            self.paused_until
                .map_or(refilled, |until| refilled.max(until))
                .max(now),
        )
    }

    pub(crate) fn finish(&mut self, now: Instant, outcome: Outcome) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match outcome {
            Outcome::Success if self.pressed => {
                self.rate =
                    (self.rate + self.limits.increase / self.rate).min(self.limits.most_rate);
                self.ceiling =
                    (self.ceiling + 1.0 / self.ceiling).min(self.limits.most_concurrency);
                self.pressed = self.waiting() > 0;
            }
            Outcome::Success | Outcome::Other => {}
            Outcome::Throttled => self.punish(now),
        }
    }

    fn punish(&mut self, now: Instant) {
        self.refill(now);
        self.paused_until = Some(now + PAUSE);
        self.tokens = self.tokens.min(1.0);
        let again = self
            .punished
            .is_none_or(|punished| now.saturating_duration_since(punished) >= PUNISHED_ONCE);
        if again {
            self.punished = Some(now);
            self.rate = (self.rate / 2.0).max(self.limits.least_rate);
            self.ceiling = (self.ceiling / 2.0).max(1.0);
        }
    }

    fn refill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.filled);
        // After throttling the burst shrinks with the rate, or the next burst would be throttled again.
        let burst = self.limits.burst * (self.rate / self.limits.rate).min(1.0);
        self.tokens = (self.tokens + elapsed.as_secs_f64() * self.rate).min(burst.max(1.0));
        self.filled = self.filled.max(now);
    }

    fn has_room(&self) -> bool {
        let reserved = if self.interactive.is_empty() {
            RESERVED
        } else {
            0.0
        };
        let room = (self.ceiling - reserved).max(1.0).floor();
        #[expect(
            clippy::cast_precision_loss,
            reason = "at most a few dozen calls are in flight"
        )]
        let in_flight = self.in_flight as f64;
        in_flight + 1.0 <= room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits {
            rate: 10.0,
            least_rate: 1.0,
            most_rate: 20.0,
            burst: 3.0,
            concurrency: 4.0,
            most_concurrency: 6.0,
            increase: 5.0,
        }
    }

    #[test]
    fn the_burst_goes_at_once_and_the_rest_at_the_rate() {
        let start = Instant::now();
        let mut core = Core::new(limits(), start);
        for _ in 0..5 {
            core.enqueue(Urgency::Interactive);
        }
        let granted: Vec<_> = std::iter::from_fn(|| core.grant(start)).collect();
        assert_eq!(granted, [0, 1, 2], "the burst");
        let wake = core.wake_at(start).unwrap();
        assert!(wake >= start + Duration::from_millis(100));
        assert!(wake <= start + Duration::from_millis(105));
        assert_eq!(core.grant(wake), Some(3));
        assert_eq!(
            core.grant(wake + Duration::from_secs(9)),
            None,
            "four are in flight"
        );
        assert_eq!(core.wake_at(wake + Duration::from_secs(9)), None);
        core.finish(wake, Outcome::Other);
        assert_eq!(core.grant(wake + Duration::from_secs(9)), Some(4));
    }

    #[test]
    fn interactive_calls_go_first_and_find_room() {
        let start = Instant::now();
        let mut core = Core::new(
            Limits {
                burst: 100.0,
                ..limits()
            },
            start,
        );
        for _ in 0..4 {
            core.enqueue(Urgency::Background);
        }
        let granted: Vec<_> = std::iter::from_fn(|| core.grant(start)).collect();
        assert_eq!(granted.len(), 2, "two of four stay free for key presses");
        let pressed = core.enqueue(Urgency::Interactive);
        assert_eq!(core.grant(start), Some(pressed));
        assert_eq!(core.grant(start), None);
    }

    #[test]
    fn throttling_halves_once_per_burst_and_success_under_pressure_adds() {
        let start = Instant::now();
        let mut core = Core::new(limits(), start);
        for _ in 0..3 {
            core.enqueue(Urgency::Interactive);
            core.grant(start).unwrap();
        }
        core.finish(start, Outcome::Throttled);
        core.finish(start, Outcome::Throttled);
        assert!((core.rate - 5.0).abs() < f64::EPSILON);
        core.enqueue(Urgency::Interactive);
        assert_eq!(core.grant(start), None, "a pause follows");
        assert_eq!(core.wake_at(start), Some(start + PAUSE));
        let later = start + Duration::from_secs(2);
        core.finish(later, Outcome::Throttled);
        assert!((core.rate - 2.5).abs() < f64::EPSILON);
        for step in 0..2_000 {
            let now = later + Duration::from_secs(step + 1);
            core.enqueue(Urgency::Interactive);
            core.pressed = true;
            core.grant(now).unwrap();
            core.finish(now, Outcome::Success);
        }
        assert!(
            (core.rate - 20.0).abs() < f64::EPSILON,
            "it recovers up to the most"
        );
    }

    #[test]
    fn an_idle_budget_does_not_grow() {
        let mut now = Instant::now();
        let mut core = Core::new(limits(), now);
        for _ in 0..100 {
            now += Duration::from_secs(1);
            core.enqueue(Urgency::Background);
            core.grant(now).unwrap();
            core.finish(now, Outcome::Success);
        }
        assert!((core.rate - 10.0).abs() < f64::EPSILON);
    }

    #[test]
    fn whoever_leaves_is_forgotten() {
        let start = Instant::now();
        let mut core = Core::new(limits(), start);
        let (first, second) = (
            core.enqueue(Urgency::Interactive),
            core.enqueue(Urgency::Interactive),
        );
        core.leave(first);
        assert_eq!(core.waiting(), 1);
        assert_eq!(core.grant(start), Some(second));
        assert_eq!(core.grant(start), None);
    }
}
