//! Three-valued logic: AWS often knows more than roledex does.

use std::fmt;
use std::ops::Not;

/// The answer of a rule.
///
/// The order is the order of certainty towards "yes", so that "and" is the least and "or" the greatest of
/// several, which is Kleene's logic: what is not known can never make a "no" out to be a "yes".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    No,
    Unknown,
    Yes,
}

impl Verdict {
    /// Yes if every one is; of none at all, yes.
    pub fn all(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().min().unwrap_or(Self::Yes)
    }

    /// Yes if one is; of none at all, no.
    pub fn any(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().max().unwrap_or(Self::No)
    }

    /// What can be said if any one of several possible worlds may be the real one: only what all agree on.
    pub fn agreed(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let mut verdicts = verdicts.into_iter();
        match verdicts.next() {
            Some(first) if verdicts.all(|verdict| verdict == first) => first,
            _ => Self::Unknown,
        }
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }

    pub fn is_no(self) -> bool {
        self == Self::No
    }

    pub fn is_unknown(self) -> bool {
        self == Self::Unknown
    }
}

impl Not for Verdict {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Yes => "yes",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{self, No, Unknown, Yes};

    #[test]
    fn the_logic_is_kleenes() {
        for (left, right, and, or) in [
            (Yes, Yes, Yes, Yes),
            (Yes, Unknown, Unknown, Yes),
            (Yes, No, No, Yes),
            (Unknown, Unknown, Unknown, Unknown),
            (Unknown, No, No, Unknown),
            (No, No, No, No),
        ] {
            assert_eq!((left.and(right), right.and(left)), (and, and));
            assert_eq!((left.or(right), right.or(left)), (or, or));
            assert_eq!(!(left.and(right)), (!left).or(!right));
            assert_eq!(Verdict::all([left, right]), and);
            assert_eq!(Verdict::any([left, right]), or);
        }
        assert_eq!((Verdict::all([]), Verdict::any([])), (Yes, No));
    }

    #[test]
    fn possible_worlds_must_agree() {
        assert_eq!(Verdict::agreed([No, No]), No);
        assert_eq!(Verdict::agreed([Yes, Yes]), Yes);
        assert_eq!(Verdict::agreed([Yes, No]), Unknown);
        assert_eq!(Verdict::agreed([Yes, Unknown]), Unknown);
        assert_eq!(Verdict::agreed([]), Unknown);
    }
}
