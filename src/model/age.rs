//! Ages in the largest unit that still says something.

use jiff::Timestamp;

/// A moment as people write it, to the second and in UTC.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The age of a moment: `now` under a minute, then whole minutes, hours, days and years.
///
/// Nothing finer than a minute is shown, so that an idle screen does not change every second.
pub fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(since.as_second());
    let (minute, hour, day, year) = (60, 3_600, 86_400, 31_536_000);
    match seconds {
        // A clock that is behind AWS's makes new things look as if they came from the future.
        ..=59 => "now".to_owned(),
        60..3_600 => format!("{}m", seconds / minute),
        3_600..172_800 => format!("{}h", seconds / hour),
        172_800..63_072_000 => format!("{}d", seconds / day),
        _ => format!("{}y", seconds / year),
    }
}

/// When a moment was: `now`, or its age with "ago".
pub fn ago(since: Timestamp, now: Timestamp) -> String {
    match age(since, now) {
        new if new == "now" => new,
        old => format!("{old} ago"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reads_nanoseconds() {
        let at: Timestamp = "2026-11-21T15:08:31.830267942Z".parse().unwrap();
        assert_eq!(moment(at), "2026-11-21T15:08:31Z");
    }

    #[test]
    fn what_is_new_is_not_ago() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(ago(at(100), at(159)), "now");
        assert_eq!(ago(at(100), at(160)), "1m ago");
    }

    #[test]
    fn ages_step_coarsely() {
        let now = Timestamp::from_second(2_000_000_000).unwrap();
        for (seconds, text) in [
            (-5, "now"),
            (59, "now"),
            (60, "1m"),
            (3_599, "59m"),
            (3_600, "1h"),
            (172_799, "47h"),
            (172_800, "2d"),
            (63_071_999, "729d"),
            (63_072_000, "2y"),
        ] {
            assert_eq!(
                age(
                    Timestamp::from_second(2_000_000_000 - seconds).unwrap(),
                    now
                ),
                text
            );
        }
    }
}
