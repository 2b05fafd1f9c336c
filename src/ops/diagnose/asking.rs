//! How far the asking is, and what went wrong on the way.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::{Failure, FailureKind, Learned};

/// How many questions were asked, and how many of them have their answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub asked: usize,
    pub answered: usize,
}

/// What all questions about one cluster share.
#[derive(Debug)]
pub(super) struct Asking<P> {
    inner: Mutex<Inner<P>>,
}

#[derive(Debug)]
struct Inner<P> {
    progress: P,
    done: Progress,
    failures: Vec<Failure>,
}

impl<P: FnMut(Progress) + Send> Asking<P> {
    pub(super) fn new(progress: P) -> Self {
        let inner = Inner {
            progress,
            done: Progress::default(),
            failures: Vec::new(),
        };
        Self {
            inner: Mutex::new(inner),
        }
    }

    /// Waits for an answer, and tells both that it is awaited and that it is there.
    pub(super) async fn wait<T>(&self, question: impl Future<Output = T>) -> T {
        self.tell(|done| done.asked += 1);
        // Boxed, because questions of the SDK are large, and many are awaited side by side.
        let answer = Box::pin(question).await;
        self.tell(|done| done.answered += 1);
        answer
    }

    /// An answer as evidence; `permission` is what the question takes, such as `iam:GetRole`.
    pub(super) fn learned<T>(&self, answer: Result<T, Failure>, permission: &str) -> Learned<T> {
        if let Err(failure) = &answer {
            self.failed(failure);
        }
        Learned::of(answer, permission)
    }

    /// Keeps a failure to be told; that something is not there is none.
    pub(super) fn failed(&self, failure: &Failure) {
        if failure.kind != FailureKind::NotFound {
            self.lock().failures.push(failure.clone());
        }
    }

    /// Each failure once that differs from the others in no more than what was asked for.
    pub(super) fn failures(self) -> Vec<Failure> {
        let inner = self.inner.into_inner();
        let failures = inner.unwrap_or_else(PoisonError::into_inner).failures;
        let mut told: Vec<Failure> = Vec::new();
        for failure in failures {
            let is_told = |known: &Failure| {
                known.kind == failure.kind
                    && known.cause == failure.cause
                    && (known.doing == failure.doing || known.kind == FailureKind::Unreachable)
            };
            if !told.iter().any(is_told) {
                told.push(failure);
            }
        }
        told
    }

    fn tell(&self, change: impl FnOnce(&mut Progress)) {
        let inner = &mut *self.lock();
        change(&mut inner.done);
        (inner.progress)(inner.done);
    }

    fn lock(&self) -> MutexGuard<'_, Inner<P>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn questions_and_answers_are_counted() {
        let mut seen = Vec::new();
        let asking =
            Asking::new(|progress: Progress| seen.push((progress.asked, progress.answered)));
        asking.wait(asking.wait(async {})).await;
        drop(asking);
        assert_eq!(seen, [(1, 0), (2, 0), (2, 1), (2, 2)]);
    }

    #[test]
    fn a_failure_is_told_once_and_what_is_not_there_is_none() {
        let asking = Asking::new(|_| {});
        let failure = |kind, doing: &str| Failure::new(kind, doing, "because");
        for failure in [
            failure(FailureKind::Denied, "read role a"),
            failure(FailureKind::Denied, "read role a"),
            failure(FailureKind::Denied, "read role b"),
            failure(FailureKind::Unreachable, "list pods"),
            failure(FailureKind::Unreachable, "list nodes"),
            failure(FailureKind::NotFound, "read role c"),
        ] {
            asking.failed(&failure);
        }
        let absent = asking.learned(Err::<(), _>(failure(FailureKind::NotFound, "x")), "p");
        assert_eq!(absent, Learned::Absent);
        let told = asking.failures();
        let told: Vec<&str> = told.iter().map(|failure| &*failure.doing).collect();
        assert_eq!(told, ["read role a", "read role b", "list pods"]);
    }
}
