//! Asking again: whether, how often, and after which pause.

use std::time::Duration;

/// The longest pause between two tries of a call.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether asking again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    No,
    /// Something passing: a reset connection, a 503, a broken answer.
    Transient,
    /// The service asked to be asked less.
    Throttled,
}

impl Retry {
    /// How often a call is tried again at most.
    pub(crate) fn most(self) -> u32 {
        match self {
            Self::No => 0,
            Self::Transient => 2,
            Self::Throttled => 6,
        }
    }
}

/// The pause before the next try: doubled each time, and between half and all of it by chance.
pub(crate) fn pause(first: Duration, tries: u32) -> Duration {
    backoff(first, tries, LONGEST_PAUSE)
}

/// The same for who goes on for ever.
pub(crate) fn backoff(first: Duration, tries: u32, longest: Duration) -> Duration {
    let whole = first
        .saturating_mul(2_u32.saturating_pow(tries))
        .min(longest);
    whole.mul_f64(rand::random_range(0.5..1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let first = Duration::from_millis(100);
        for (tries, least, most) in [(0, 50, 100), (2, 200, 400), (30, 2_500, 5_000)] {
            let pause = pause(first, tries).as_millis();
            assert!((least..=most).contains(&pause), "{tries}: {pause}");
        }
    }
}
