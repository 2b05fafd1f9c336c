//! Times and spans as world files write them.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer};

use super::file::parsed;

/// A moment: `-3d`, `-2h30m`, `+10m`, `now`, or a date in RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    FromStart(SignedDuration),
    At(Timestamp),
}

impl When {
    /// Places the moment in a world that starts at `start`.
    pub(crate) fn resolve(self, start: Timestamp) -> Timestamp {
        match self {
            Self::At(moment) => moment,
            Self::FromStart(span) => start.checked_add(span).unwrap_or(start),
        }
    }
}

/// A length of time: `90s`, `20m`, `1h30m`, `2d`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) SignedDuration);

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "now" {
            return Ok(Self::FromStart(SignedDuration::ZERO));
        }
        if let Some(span) = text.strip_prefix('-') {
            return Ok(Self::FromStart(-parse_span(span)?));
        }
        if let Some(span) = text.strip_prefix('+') {
            return Ok(Self::FromStart(parse_span(span)?));
        }
        text.parse().map(Self::At).map_err(|_| {
            format!("'{text}' is no time: write -3d, -2h30m, +10m, now, or 2026-01-31T12:00:00Z")
        })
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse_span(text).map(Self)
    }
}

fn parse_span(text: &str) -> Result<SignedDuration, String> {
    let wrong = || format!("'{text}' is no length of time: write 90s, 20m, 1h30m, or 2d");
    let mut total = SignedDuration::ZERO;
    let mut digits = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let seconds = match character {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(wrong()),
        };
        let count: i64 = digits.parse().map_err(|_| wrong())?;
        let part = count.checked_mul(seconds).ok_or_else(wrong)?;
        total = total
            .checked_add(SignedDuration::from_secs(part))
            .ok_or_else(wrong)?;
        digits.clear();
    }
    if text.is_empty() || !digits.is_empty() {
        return Err(wrong());
    }
    Ok(total)
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_relative_to_the_start() {
        let start: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("now", "2026-01-31T12:00:00Z"),
            ("-3d", "2026-01-28T12:00:00Z"),
            ("-2h30m", "2026-01-31T09:30:00Z"),
            ("+90s", "2026-01-31T12:01:30Z"),
            ("2025-05-05T05:05:05Z", "2025-05-05T05:05:05Z"),
        ] {
            let moment: When = text.parse().unwrap();
            assert_eq!(moment.resolve(start).to_string(), expected, "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "-",
            "3",
            "-3",
            "-3w",
            "-d",
            "yesterday",
            "-99999999999999999999d",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }
}
