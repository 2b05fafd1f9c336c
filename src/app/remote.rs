//! Values that live elsewhere: what is known of them, and whether an answer is awaited.

use jiff::Timestamp;

use crate::model::{Failure, Known, Origin};

/// Names one question; an answer is taken only from the question that is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// A remote value: the last known answer stays visible while a newer one is awaited or after one failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote<T> {
    known: Option<Known<T>>,
    phase: Phase,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    Idle,
    /// To be asked again when there is room; what is known stays in sight.
    Wanted,
    Waiting {
        ticket: Ticket,
        /// What is known was to be asked again, so until the answer it stays what it was: out of date.
        outdated: bool,
    },
    /// Boxed, because rows are many and failures are few.
    Failed(Box<Failed>),
}

/// A failure and when it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub failure: Failure,
    pub at: Timestamp,
}

/// How the reading of a list goes: what is needed to say why a view has no rows, or not all of them.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// It was read, if only by an earlier run.
    pub is_known: bool,
    pub is_waiting: bool,
    /// Why the last try failed.
    pub failure: Option<&'a Failure>,
}

impl Reading<'_> {
    /// Nobody has asked yet.
    pub fn is_unread(&self) -> bool {
        !self.is_known && !self.is_waiting && self.failure.is_none()
    }
}

impl<T> Default for Remote<T> {
    fn default() -> Self {
        Self {
            known: None,
            phase: Phase::Idle,
        }
    }
}

impl<T> Remote<T> {
    pub fn known(&self) -> Option<&Known<T>> {
        self.known.as_ref()
    }

    pub fn value(&self) -> Option<&T> {
        self.known.as_ref().map(|known| &known.value)
    }

    pub fn failed(&self) -> Option<&Failed> {
        match &self.phase {
            Phase::Failed(failed) => Some(failed),
            Phase::Idle | Phase::Wanted | Phase::Waiting { .. } => None,
        }
    }

    pub fn waiting(&self) -> Option<Ticket> {
        match self.phase {
            Phase::Waiting { ticket, .. } => Some(ticket),
            Phase::Idle | Phase::Wanted | Phase::Failed(_) => None,
        }
    }

    /// Says whether this run has an answer, good or bad, so that nobody need ask again by himself.
    pub fn is_settled(&self) -> bool {
        match &self.phase {
            Phase::Failed(_) => true,
            Phase::Wanted | Phase::Waiting { .. } => false,
            Phase::Idle => self.is_live(),
        }
    }

    pub fn is_live(&self) -> bool {
        self.known
            .as_ref()
            .is_some_and(|known| known.origin == Origin::Live)
    }

    /// How reading it goes, without the value.
    pub fn reading(&self) -> Reading<'_> {
        Reading {
            is_known: self.known.is_some(),
            is_waiting: self.waiting().is_some(),
            failure: self.failed().map(|failed| &failed.failure),
        }
    }

    /// Opens a question; a question that was open before is forgotten, and its answer will not land.
    pub fn ask(&mut self, ticket: Ticket) {
        let outdated = self.is_outdated();
        self.phase = Phase::Waiting { ticket, outdated };
    }

    /// Marks the value to be asked again; an answer that is awaited anyway will do.
    pub fn expire(&mut self) {
        if self.waiting().is_none() {
            self.phase = Phase::Wanted;
        }
    }

    pub fn is_wanted(&self) -> bool {
        self.phase == Phase::Wanted
    }

    /// Whether something happened since that what is known may not show, or it was to be renewed and could not be.
    pub fn is_outdated(&self) -> bool {
        match &self.phase {
            Phase::Idle => false,
            Phase::Waiting { outdated, .. } => *outdated,
            Phase::Wanted | Phase::Failed(_) => self.known.is_some(),
        }
    }

    /// Closes the open question without an answer, as when the user cancels.
    pub fn forget(&mut self, ticket: Ticket) {
        if self.waiting() == Some(ticket) {
            self.phase = Phase::Idle;
        }
    }

    /// Takes an answer if its question is still open, and says whether it was taken.
    pub fn settle(&mut self, ticket: Ticket, answer: Result<T, Failure>, at: Timestamp) -> bool {
        if self.waiting() != Some(ticket) {
            return false;
        }
        match answer {
            Ok(value) => {
                self.known = Some(Known::live(value, at));
                self.phase = Phase::Idle;
            }
            Err(failure) => self.phase = Phase::Failed(Box::new(Failed { failure, at })),
        }
        true
    }

    /// Takes what an earlier run knew, unless something newer is known already.
    pub fn seed(&mut self, cached: Known<T>) {
        if self
            .known
            .as_ref()
            .is_none_or(|known| known.origin == Origin::Cache && known.at < cached.at)
        {
            self.known = Some(cached);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FailureKind;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn failure() -> Failure {
        Failure::new(FailureKind::Timeout, "ask", "no answer")
    }

    #[test]
    fn a_late_answer_does_not_land() {
        let mut remote = Remote::default();
        remote.ask(Ticket(1));
        remote.ask(Ticket(2));
        assert!(!remote.settle(Ticket(1), Ok("old"), at(1)));
        assert!(remote.settle(Ticket(2), Ok("new"), at(2)));
        assert!(!remote.settle(Ticket(2), Ok("twice"), at(3)));
        assert_eq!(remote.value(), Some(&"new"));
    }

    #[test]
    fn a_failure_keeps_the_old_value_in_sight() {
        let mut remote = Remote::default();
        remote.seed(Known::cached("cached", at(1)));
        remote.ask(Ticket(1));
        remote.settle(Ticket(1), Err(failure()), at(2));
        assert_eq!(remote.value(), Some(&"cached"));
        assert!(remote.failed().is_some() && remote.is_settled() && !remote.is_live());
    }

    #[test]
    fn the_cache_never_overwrites_what_is_newer() {
        let mut remote = Remote::default();
        remote.ask(Ticket(1));
        remote.settle(Ticket(1), Ok("live"), at(5));
        remote.seed(Known::cached("cached", at(9)));
        assert_eq!(remote.value(), Some(&"live"));
    }

    #[test]
    fn what_is_out_of_date_stays_so_until_a_new_answer() {
        let mut remote = Remote::default();
        remote.expire();
        assert!(!remote.is_outdated(), "nothing is known yet");
        remote.ask(Ticket(1));
        remote.settle(Ticket(1), Ok("old"), at(1));
        assert!(!remote.is_outdated());
        remote.expire();
        remote.ask(Ticket(2));
        remote.ask(Ticket(3));
        assert!(remote.is_outdated());
        remote.settle(Ticket(3), Err(failure()), at(2));
        assert!(remote.is_outdated());
        remote.ask(Ticket(4));
        remote.settle(Ticket(4), Ok("new"), at(3));
        assert!(!remote.is_outdated());
    }

    #[test]
    fn a_cancelled_question_takes_no_answer() {
        let mut remote = Remote::default();
        remote.ask(Ticket(1));
        remote.forget(Ticket(1));
        assert!(!remote.settle(Ticket(1), Ok("late"), at(1)));
    }
}
