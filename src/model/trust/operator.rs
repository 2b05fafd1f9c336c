//! Condition operators, taken apart: a quantifier, a comparison, and whether a missing key is forgiven.

use std::fmt;

/// A condition operator as a policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// As written, for display: IAM takes any letter case.
    pub written: String,
    pub quantifier: Option<Quantifier>,
    /// What is compared; `None` for operators that are not decided here.
    pub comparison: Option<Comparison>,
    pub if_exists: bool,
}

/// How a condition deals with a key that has several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    ForAnyValue,
    ForAllValues,
}

/// A comparison that can be decided from texts alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    StringEquals {
        negated: bool,
        ignore_case: bool,
    },
    StringLike {
        negated: bool,
    },
    /// `ArnEquals` and `ArnLike`, which behave alike: each part of the ARN may hold wildcards.
    Arn {
        negated: bool,
    },
    Bool,
    Null,
}

impl Comparison {
    fn named(name: &str) -> Option<Self> {
        let known = [
            (
                "StringEquals",
                Self::StringEquals {
                    negated: false,
                    ignore_case: false,
                },
            ),
            (
                "StringNotEquals",
                Self::StringEquals {
                    negated: true,
                    ignore_case: false,
                },
            ),
            (
                "StringEqualsIgnoreCase",
                Self::StringEquals {
                    negated: false,
                    ignore_case: true,
                },
            ),
            (
                "StringNotEqualsIgnoreCase",
                Self::StringEquals {
                    negated: true,
                    ignore_case: true,
                },
            ),
            ("StringLike", Self::StringLike { negated: false }),
            ("StringNotLike", Self::StringLike { negated: true }),
            ("ArnEquals", Self::Arn { negated: false }),
            ("ArnLike", Self::Arn { negated: false }),
            ("ArnNotEquals", Self::Arn { negated: true }),
            ("ArnNotLike", Self::Arn { negated: true }),
            ("Bool", Self::Bool),
            ("Null", Self::Null),
        ];
        let found = known
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, comparison)| comparison)
    }

    pub fn is_negated(self) -> bool {
        match self {
            Self::StringEquals { negated, .. }
            | Self::StringLike { negated }
            | Self::Arn { negated } => negated,
            Self::Bool | Self::Null => false,
        }
    }
}

impl Operator {
    /// Takes an operator apart; one that is not known here is kept by its name alone.
    pub fn parse(written: &str) -> Self {
        let (quantifier, rest) = match written.split_once(':') {
            Some((word, rest)) if word.eq_ignore_ascii_case("ForAnyValue") => {
                (Some(Quantifier::ForAnyValue), rest)
            }
            Some((word, rest)) if word.eq_ignore_ascii_case("ForAllValues") => {
                (Some(Quantifier::ForAllValues), rest)
            }
            _ => (None, written),
        };
        let (name, if_exists) = match split_suffix(rest, "IfExists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        // Null asks whether the key is there, so neither addition has a documented meaning with it.
        let comparison = Comparison::named(name).filter(|comparison| {
            *comparison != Comparison::Null || (quantifier.is_none() && !if_exists)
        });
        Self {
            written: written.to_owned(),
            quantifier,
            comparison,
            if_exists,
        }
    }

    /// Says whether a request passes only by carrying the key with an accepted value.
    ///
    /// Negated operators, `IfExists` and `ForAllValues` also let requests pass that lack the key.
    pub fn demands_key(&self) -> bool {
        !self.if_exists
            && self.quantifier != Some(Quantifier::ForAllValues)
            && self.comparison.is_some_and(|comparison| {
                !comparison.is_negated() && comparison != Comparison::Null
            })
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::model::text::visible(&self.written))
    }
}

fn split_suffix<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
    tail.eq_ignore_ascii_case(suffix).then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_taken_apart() {
        let equals = Comparison::StringEquals {
            negated: false,
            ignore_case: false,
        };
        for (written, quantifier, comparison, if_exists) in [
            ("StringEquals", None, Some(equals), false),
            ("stringequalsifexists", None, Some(equals), true),
            (
                "ForAnyValue:StringEquals",
                Some(Quantifier::ForAnyValue),
                Some(equals),
                false,
            ),
            (
                "forallvalues:StringEqualsIfExists",
                Some(Quantifier::ForAllValues),
                Some(equals),
                true,
            ),
            (
                "ArnNotLike",
                None,
                Some(Comparison::Arn { negated: true }),
                false,
            ),
            ("Null", None, Some(Comparison::Null), false),
            ("NullIfExists", None, None, true),
            ("NumericEquals", None, None, false),
            ("ForSomeValues:StringEquals", None, None, false),
            ("", None, None, false),
        ] {
            let operator = Operator::parse(written);
            assert_eq!(
                (operator.quantifier, operator.comparison, operator.if_exists),
                (quantifier, comparison, if_exists),
                "{written}"
            );
        }
    }
}
