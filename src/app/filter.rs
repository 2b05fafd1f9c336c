//! The filter: which rows a pane shows.

use regex_lite::Regex;

/// A parsed filter. Terms are separated by blanks and all of them must hold.
///
/// ```text
/// web            some column contains "web" (upper case in a term makes it case-sensitive)
/// !web           no column contains it
/// role:payments  the column whose title starts with "role" contains it
/// !status:ACTIVE
/// /^prod-\d+$/   some column matches the regular expression; region:/^eu/ one column
/// ```
#[derive(Debug, Clone, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
    problem: Option<String>,
}

#[derive(Debug, Clone)]
struct Term {
    negated: bool,
    /// Index of the only column to look at.
    column: Option<usize>,
    needle: Needle,
}

#[derive(Debug, Clone)]
enum Needle {
    Text { text: String, fold: bool },
    Pattern(Regex),
}

/// The syntax in lines, for the prompt's help.
pub const SYNTAX: [(&str, &str); 5] = [
    (
        "web",
        "any column contains it; capitals make it case-sensitive",
    ),
    ("!web", "no column contains it"),
    ("role:pay", "the column ROLE contains it"),
    ("/^prod-/", "any column matches the regular expression"),
    ("a b", "both hold"),
];

impl Filter {
    /// Parses a filter over the given column titles; what cannot be understood is told by [`Filter::problem`].
    pub fn parse(text: &str, columns: &[&str]) -> Self {
        let mut filter = Self {
            text: text.to_owned(),
            ..Self::default()
        };
        for word in text.split_whitespace() {
            match Term::parse(word, columns) {
                Ok(term) => filter.terms.push(term),
                Err(problem) => filter.problem = Some(problem),
            }
        }
        filter
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Why a term is inactive, if one is.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Says whether a row passes; `cell` gives the text of a column.
    pub fn passes<'a>(
        &self,
        columns: usize,
        cell: impl Fn(usize) -> std::borrow::Cow<'a, str>,
    ) -> bool {
        self.terms.iter().all(|term| {
            let found = match term.column {
                Some(column) => term.needle.is_in(&cell(column)),
                None => (0..columns).any(|column| term.needle.is_in(&cell(column))),
            };
            found != term.negated
        })
    }
}

impl Term {
    fn parse(word: &str, columns: &[&str]) -> Result<Self, String> {
        let (negated, rest) = word
            .strip_prefix('!')
            .map_or((false, word), |rest| (true, rest));
        let (column, needle) = match rest.split_once(':') {
            // ARNs are full of colons; only a leading word that could be a column is taken as one.
            Some((name, needle)) if !name.is_empty() && name != "arn" && !name.starts_with('/') => {
                let folded = name.to_lowercase();
                let found = columns
                    .iter()
                    .position(|title| title.to_lowercase().starts_with(&folded));
                let column = found.ok_or_else(|| {
                    format!(
                        "no column starts with \"{name}\"; there are {}",
                        columns.join(", ").to_lowercase()
                    )
                })?;
                (Some(column), needle)
            }
            _ => (None, rest),
        };
        let pattern = needle
            .strip_prefix('/')
            .and_then(|inner| inner.strip_suffix('/'));
        let needle = match pattern {
            Some(pattern) if !pattern.is_empty() => Needle::Pattern(
                Regex::new(pattern)
                    .map_err(|error| format!("/{pattern}/ is not a regular expression: {error}"))?,
            ),
            _ => {
                let fold = !needle.chars().any(char::is_uppercase);
                Needle::Text {
                    text: needle.to_owned(),
                    fold,
                }
            }
        };
        Ok(Self {
            negated,
            column,
            needle,
        })
    }
}

impl Needle {
    fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Pattern(pattern) => pattern.is_match(text),
            Self::Text {
                text: needle,
                fold: false,
            } => text.contains(needle),
            Self::Text {
                text: needle,
                fold: true,
            } => {
                if text.is_ascii() && needle.is_ascii() {
                    contains_folded(text.as_bytes(), needle.as_bytes())
                } else {
                    text.to_lowercase().contains(needle)
                }
            }
        }
    }
}

/// Looks for ASCII without allocating: this runs for every row and column while a filter is typed.
fn contains_folded(text: &[u8], needle: &[u8]) -> bool {
    needle.is_empty()
        || text
            .windows(needle.len())
            .any(|window| window.eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    const ROW: [&str; 3] = ["Payments", "api", "arn:aws:iam::111122223333:role/Pay"];

    fn passes(text: &str) -> bool {
        let filter = Filter::parse(text, &["NAMESPACE", "SERVICE ACCOUNT", "ROLE"]);
        filter.passes(ROW.len(), |column| Cow::Borrowed(ROW[column]))
    }

    #[test]
    fn terms_narrow() {
        for (text, expected) in [
            ("", true),
            ("pay", true),
            ("Pay", true),
            ("PAY", false),
            ("pay api", true),
            ("pay nothing", false),
            ("!nothing", true),
            ("!pay", false),
            ("ns:pay", true),
            ("namespace:pay", true),
            ("role:role/pay", true),
            ("service:pay", false),
            ("!service:pay", true),
            ("arn:aws:iam", true),
            ("/^a.i$/", true),
            ("namespace:/^p/", false),
            ("namespace:/^P/", true),
        ] {
            // "ns" starts no title: the term is inactive, and says so.
            assert_eq!(passes(text), expected, "{text}");
        }
    }

    #[test]
    fn inactive_terms_say_so() {
        assert!(
            Filter::parse("nope:x", &["ROLE"])
                .problem()
                .unwrap()
                .contains("role")
        );
        assert!(
            Filter::parse("/(/", &["ROLE"])
                .problem()
                .unwrap()
                .contains("regular expression")
        );
        assert!(Filter::parse("fine", &["ROLE"]).problem().is_none());
    }
}
