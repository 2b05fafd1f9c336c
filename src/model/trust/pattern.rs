//! Patterns of condition values: wildcards, policy variables, and values that are known in part.

use crate::model::text::visible;
use crate::model::trust::context::{Context, Part};
use crate::model::verdict::Verdict;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Glyph {
    One(char),
    Any,
    Many,
}

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Glyph>);

impl Pattern {
    /// A pattern in which `*` and `?` stand for themselves.
    pub(super) fn literal(text: &str) -> Self {
        Self(text.chars().map(Glyph::One).collect())
    }

    /// A pattern in which `*` is any run of characters and `?` any one.
    pub(super) fn wild(text: &str) -> Self {
        Self(text.chars().map(wild_glyph).collect())
    }

    /// A pattern with its policy variables put in, or why one cannot be.
    pub(super) fn with_variables(
        text: &str,
        is_wild: bool,
        context: &Context,
    ) -> Result<Self, String> {
        let compile = if is_wild { Self::wild } else { Self::literal };
        let mut glyphs = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            glyphs.extend(compile(before).0);
            let Some((variable, after)) = after.split_once('}') else {
                return Err(format!(
                    "\"{}\" has an unfinished policy variable",
                    visible(text)
                ));
            };
            // What a variable brings in is text, whatever characters it holds.
            glyphs.extend(Self::literal(&resolved(variable, context)?).0);
            rest = after;
        }
        glyphs.extend(compile(rest).0);
        Ok(Self(glyphs))
    }

    pub(super) fn matches(&self, part: &Part) -> Verdict {
        self.run(part, |wanted, found| wanted == found)
    }

    pub(super) fn matches_ignoring_case(&self, part: &Part) -> Verdict {
        self.run(part, |wanted, found| {
            wanted.to_lowercase().eq(found.to_lowercase())
        })
    }

    /// Compares part by part, as IAM does with ARNs: a wildcard does not reach over a colon but in the last part.
    pub(super) fn matches_arn(&self, part: &Part) -> Verdict {
        let wanted: Vec<&[Glyph]> = self
            .0
            .splitn(ARN_PARTS, |g| *g == Glyph::One(':'))
            .collect();
        let (text, is_exact) = match part {
            Part::Exact(text) => (text, true),
            Part::Starts(text) => (text, false),
        };
        let found: Vec<&str> = text.splitn(ARN_PARTS, ':').collect();
        if wanted.len() < ARN_PARTS || found.len() < ARN_PARTS || found.first() != Some(&"arn") {
            // How IAM compares what is no ARN is not documented, but it surely asks no less than all wildcards do.
            return self.matches(part).and(Verdict::Unknown);
        }
        let last = ARN_PARTS - 1;
        Verdict::all(
            wanted
                .into_iter()
                .zip(found)
                .enumerate()
                .map(|(index, (wanted, found))| {
                    let found = found.to_owned();
                    let part = if index < last || is_exact {
                        Part::Exact(found)
                    } else {
                        Part::Starts(found)
                    };
                    Self(wanted.to_vec()).matches(&part)
                }),
        )
    }

    /// Follows all ways through the pattern at once; no pattern can make this slow.
    fn run(&self, part: &Part, same: impl Fn(char, char) -> bool) -> Verdict {
        let (text, is_exact) = match part {
            Part::Exact(text) => (text, true),
            Part::Starts(text) => (text, false),
        };
        let Self(glyphs) = self;
        // reached[i]: the text so far matches the first i glyphs.
        let mut reached = vec![false; glyphs.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        self.skip_empty_runs(&mut reached);
        for character in text.chars() {
            let mut next = vec![false; reached.len()];
            for (index, (glyph, _)) in glyphs
                .iter()
                .zip(&reached)
                .enumerate()
                .filter(|(_, (_, reached))| **reached)
            {
                let target = match glyph {
                    Glyph::Many => index,
                    Glyph::Any => index + 1,
                    Glyph::One(wanted) if same(*wanted, character) => index + 1,
                    Glyph::One(_) => continue,
                };
                if let Some(cell) = next.get_mut(target) {
                    *cell = true;
                }
            }
            self.skip_empty_runs(&mut next);
            reached = next;
        }
        if is_exact {
            return reached.last().copied().unwrap_or_default().into();
        }
        if !reached.contains(&true) {
            return Verdict::No;
        }
        let is_open_ended = glyphs.last() == Some(&Glyph::Many)
            && reached.get(glyphs.len() - 1).copied().unwrap_or_default();
        if is_open_ended {
            Verdict::Yes
        } else {
            Verdict::Unknown
        }
    }

    fn skip_empty_runs(&self, reached: &mut [bool]) {
        let mut carried = false;
        for (cell, glyph) in reached
            .iter_mut()
            .zip(self.0.iter().map(Some).chain([None]))
        {
            *cell |= carried;
            carried = *cell && glyph == Some(&Glyph::Many);
        }
    }
}

const ARN_PARTS: usize = 6;

fn wild_glyph(character: char) -> Glyph {
    match character {
        '*' => Glyph::Many,
        '?' => Glyph::Any,
        plain => Glyph::One(plain),
    }
}

/// The text a policy variable stands for: `aws:SourceAccount`, `aws:PrincipalTag/team, 'none'`, `*`.
fn resolved(variable: &str, context: &Context) -> Result<String, String> {
    if matches!(variable, "*" | "?" | "$") {
        return Ok(variable.to_owned());
    }
    let (key, default) = match variable.split_once(',') {
        Some((key, default)) => (key, Some(default.trim())),
        None => (variable, None),
    };
    let key = key.trim();
    let default = default.and_then(|text| text.strip_prefix('\'')?.strip_suffix('\''));
    let fact = context.fact(key);
    match (fact.value(), default) {
        (Some(value), _) => Ok(value.to_owned()),
        (None, Some(default)) if fact.is_absent() => Ok(default.to_owned()),
        (None, _) => Err(format!(
            "the value of ${{{}}} is not known here",
            visible(variable)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::Verdict::{No, Unknown, Yes};
    use proptest::prelude::*;

    #[test]
    fn what_is_known_in_part_is_matched_in_part() {
        for (pattern, prefix, expected) in [
            ("*", "", Yes),
            ("", "", Unknown),
            ("?", "", Unknown),
            ("?*", "", Unknown),
            ("?*", "a", Yes),
            ("a*", "ab", Yes),
            ("ab", "a", Unknown),
            ("ab", "ab", Unknown),
            ("ab", "abc", No),
            ("b*", "a", No),
            ("a*b*", "ab", Yes),
            ("a*b*", "ac", Unknown),
            ("**", "x", Yes),
        ] {
            let found = Pattern::wild(pattern).matches(&Part::Starts(prefix.into()));
            assert_eq!(found, expected, "{pattern} {prefix}…");
        }
    }

    #[test]
    fn wildcards_stay_within_their_part_of_an_arn() {
        let cluster = "arn:aws:eks:eu-west-1:111122223333:cluster/a:b";
        for (pattern, expected) in [
            ("arn:aws:eks:*:*:cluster/*", Yes),
            ("arn:aws:eks:*:cluster/*:*", No),
            ("arn:aws:eks:*:cluster/*", Unknown),
            ("arn:aws:*:cluster/a:?", Unknown),
            ("arn:*:*:*:*:*", Yes),
            ("*", Unknown),
            ("arn:aws:ecs:*", No),
            ("arn:aws:eks:eu-*:111122223333:cluster/a:b", Yes),
        ] {
            let found = Pattern::wild(pattern).matches_arn(&Part::Exact(cluster.into()));
            assert_eq!(found, expected, "{pattern}");
        }
    }

    proptest! {
        /// Whatever is said of a beginning holds for every text that begins so.
        #[test]
        fn beginnings_promise_nothing_false(
            pattern in "[ab*?]{0,6}", prefix in "[ab]{0,4}", rest in "[ab]{0,4}",
        ) {
            let pattern = Pattern::wild(&pattern);
            let of_prefix = pattern.matches(&Part::Starts(prefix.clone()));
            let of_whole = pattern.matches(&Part::Exact(prefix + &rest));
            prop_assert!(of_prefix == Unknown || of_prefix == of_whole);
        }

        #[test]
        fn matching_agrees_with_a_naive_matcher(pattern in "[ab*?]{0,6}", text in "[ab]{0,6}") {
            fn naive(pattern: &[char], text: &[char]) -> bool {
                match (pattern, text) {
                    ([], rest) => rest.is_empty(),
                    (['*', more @ ..], rest) => (0..=rest.len()).any(|n| naive(more, &rest[n..])),
                    (['?', more @ ..], [_, rest @ ..]) => naive(more, rest),
                    ([c, more @ ..], [d, rest @ ..]) => c == d && naive(more, rest),
                    (_, []) => false,
                }
            }
            let expected = naive(
                &pattern.chars().collect::<Vec<_>>(),
                &text.chars().collect::<Vec<_>>(),
            );
            let found = Pattern::wild(&pattern).matches(&Part::Exact(text));
            prop_assert_eq!(found, expected.into());
        }
    }
}
