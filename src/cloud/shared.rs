//! One question at a time: whoever asks while an answer is on its way gets that answer.

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::model::Failure;

/// A value that is asked for once and then kept, unless it is put back.
///
/// Failures are not kept, but they answer everyone who already waited: thirty regions of a profile must not
/// ask thirty times, one after the other, for credentials that are not there.
#[derive(Debug)]
pub(crate) struct Shared<T> {
    state: Mutex<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    value: Option<T>,
    failed: Option<(Instant, Failure)>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        let state = State {
            value: None,
            failed: None,
        };
        Self {
            state: Mutex::new(state),
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
        let began = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(value) = state.value.as_ref().filter(|value| is_good(value)) {
            return Ok(value.clone());
        }
        if let Some((_, failure)) = state.failed.as_ref().filter(|(at, _)| *at > began) {
            return Err(failure.clone());
        }
        match ask(state.value.clone()).await {
            Ok(value) => {
                state.value = Some(value.clone());
                state.failed = None;
                Ok(value)
            }
            Err(failure) => {
                state.failed = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    /// Forgets the kept value if it is the one that turned out to be bad.
    pub(crate) async fn forget(&self, is_bad: impl Fn(&T) -> bool) {
        let mut state = self.state.lock().await;
        if state.value.as_ref().is_some_and(is_bad) {
            state.value = None;
        }
    }

    /// The kept value, if one is there and nobody is asking.
    pub(crate) fn peek(&self) -> Option<T> {
        self.state.try_lock().ok()?.value.clone()
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
        shared.forget(|value| *value == 1).await;
        assert_eq!(shared.peek(), Some(3));
        shared.forget(|value| *value == 3).await;
        assert_eq!(shared.get(|_| true, |_| async { Ok(4) }).await, Ok(4));
    }
}
