//! One question at a time: whoever asks while an answer is on its way gets that answer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::model::Failure;

/// A value that is asked for once and then kept, unless it is put back.
///
/// Failures are not kept, but they answer everyone who already waited: thirty regions of a profile must not
/// ask thirty times, one after the other, for credentials that are not there.
#[derive(Debug)]
pub(crate) struct Shared<T> {
    value: Mutex<Option<T>>,
    /// Held while somebody asks; holds when and how the last question failed.
    asking: tokio::sync::Mutex<Option<(Instant, Failure)>>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self {
            value: Mutex::new(None),
            asking: tokio::sync::Mutex::new(None),
        }
    }
}

impl<T: Clone> Shared<T> {
    /// The kept value while `is_good` says so; else what `ask` answers, which may fall back on the kept one.
    pub(crate) async fn get<Asked>(
        &self,
        is_good: impl Fn(&T) -> bool,
        ask: impl FnOnce(Option<T>) -> Asked,
    ) -> Result<T, Failure>
    where
        Asked: Future<Output = Result<T, Failure>>,
    {
        if let Some(value) = self.peek().filter(&is_good) {
            return Ok(value);
        }
        let began = Instant::now();
        let mut failed = self.asking.lock().await;
        let kept = self.peek();
        if let Some(value) = kept.as_ref().filter(|value| is_good(value)) {
            return Ok(value.clone());
        }
        if let Some((_, failure)) = failed.as_ref().filter(|(at, _)| *at > began) {
            return Err(failure.clone());
        }
        match ask(kept).await {
            Ok(value) => {
                *self.lock() = Some(value.clone());
                *failed = None;
                Ok(value)
            }
            Err(failure) => {
                *failed = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    /// Forgets the kept value if it is the one that turned out to be bad.
    pub(crate) fn forget(&self, is_bad: impl Fn(&T) -> bool) {
        self.lock().take_if(|value| is_bad(value));
    }

    /// The kept value.
    pub(crate) fn peek(&self) -> Option<T> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FailureKind;
    use std::cell::Cell;

    #[tokio::test]
    async fn a_failure_answers_those_who_waited_and_nobody_later() {
        let shared = Shared::<u8>::default();
        let asked = Cell::new(0);
        let ask = || {
            shared.get(
                |_| true,
                |_| async {
                    asked.set(asked.get() + 1);
                    tokio::task::yield_now().await;
                    Err(Failure::new(FailureKind::Timeout, "ask", "no answer"))
                },
            )
        };
        let (one, two, three) = tokio::join!(ask(), ask(), ask());
        assert!(one.is_err() && two.is_err() && three.is_err());
        assert_eq!(asked.get(), 1);
        assert!(ask().await.is_err());
        assert_eq!(asked.get(), 2, "a later question is a new one");
    }

    #[tokio::test]
    async fn a_value_is_kept_until_forgotten() {
        let shared = Shared::<u8>::default();
        assert_eq!(shared.get(|_| true, |_| async { Ok(1) }).await, Ok(1));
        assert_eq!(shared.get(|_| true, |_| async { Ok(2) }).await, Ok(1));
        assert_eq!(
            shared.get(|value| *value > 1, |_| async { Ok(3) }).await,
            Ok(3)
        );
        shared.forget(|value| *value == 1);
        assert_eq!(shared.peek(), Some(3));
        shared.forget(|value| *value == 3);
        assert_eq!(shared.get(|_| true, |_| async { Ok(4) }).await, Ok(4));
    }
}
