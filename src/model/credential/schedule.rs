//! When EKS Auth is asked again after a change: soon at first, then less and less often.

/// How often EKS Auth is asked after a change, and for how long.
pub const MOST_POLLS: usize = 8;
pub const POLL_SECONDS: u32 = 60;

/// How long to wait after each answer, in seconds; one fewer than answers.
const WAITS: [u32; MOST_POLLS - 1] = [1, 2, 4, 8, 12, 15, 15];

/// How many seconds to wait before the next question; `None` once it was asked often enough, or the time is over.
///
/// `elapsed` are the seconds since the first question: answers that take long leave time for fewer of them.
pub fn next_poll(asked: usize, elapsed: f64) -> Option<u32> {
    let wait = *WAITS.get(asked.checked_sub(1)?)?;
    (elapsed + f64::from(wait) < f64::from(POLL_SECONDS)).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moments at which it is asked, by a clock of its own, where each answer takes so many seconds.
    fn moments(answer: f64) -> Vec<f64> {
        let (mut now, mut moments) = (0.0, Vec::new());
        loop {
            moments.push(now);
            now += answer;
            match next_poll(moments.len(), now) {
                Some(wait) => now += f64::from(wait),
                None => return moments,
            }
        }
    }

    #[test]
    fn it_asks_at_most_eight_times_within_a_minute_and_less_and_less_often() {
        assert_eq!(moments(0.0).len(), MOST_POLLS);
        for answer in [0.0, 0.2, 1.0, 5.0, 30.0, 59.0, 61.0, 600.0] {
            let moments = moments(answer);
            assert!(moments.len() <= MOST_POLLS, "{answer}: {moments:?}");
            let in_time = |at: &f64| *at < f64::from(POLL_SECONDS);
            assert!(moments.iter().all(in_time), "{answer}: {moments:?}");
            let gaps: Vec<f64> = moments.windows(2).map(|two| two[1] - two[0]).collect();
            assert!(gaps.is_sorted(), "{answer}: {gaps:?}");
        }
    }

    #[test]
    fn nothing_is_asked_again_that_was_never_asked() {
        assert_eq!(next_poll(0, 0.0), None);
        assert_eq!(next_poll(usize::MAX, 0.0), None);
    }
}
