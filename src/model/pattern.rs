//! Patterns that pick clusters: what the configuration calls read-only or protected.

use std::fmt;

use crate::model::arn::ClusterArn;

/// A glob over a whole text: `*` stands for any run of characters, `?` for one; case matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub fn matches(&self, text: &str) -> bool {
        // Backtracks to the last star only, so the time is bounded by the product of both lengths.
        let (glob, text): (Vec<char>, Vec<char>) =
            (self.0.chars().collect(), text.chars().collect());
        let (mut at, mut here, mut star) = (0, 0, None);
        while let Some(character) = text.get(here) {
            match glob.get(at) {
                Some('*') => {
                    star = Some((at, here));
                    at += 1;
                }
                Some(wanted) if *wanted == '?' || wanted == character => {
                    at += 1;
                    here += 1;
                }
                _ => {
                    let Some((star_at, covered)) = star else {
                        return false;
                    };
                    star = Some((star_at, covered + 1));
                    at = star_at + 1;
                    here = covered + 1;
                }
            }
        }
        glob.iter().skip(at).all(|rest| *rest == '*')
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which clusters are meant: every part that is given must match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterPattern {
    pub account: Option<Glob>,
    pub profile: Option<Glob>,
    pub region: Option<Glob>,
    pub cluster: Option<Glob>,
}

impl ClusterPattern {
    /// Says whether a cluster that is reached by `profiles` is meant; one matching profile is enough.
    pub fn matches<'a>(
        &self,
        cluster: &ClusterArn,
        mut profiles: impl Iterator<Item = &'a str>,
    ) -> bool {
        let fits =
            |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|glob| glob.matches(text));
        fits(&self.account, cluster.account())
            && fits(&self.region, cluster.region())
            && fits(&self.cluster, cluster.name())
            && (self.profile.as_ref()).is_none_or(|glob| profiles.any(|name| glob.matches(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    #[test]
    fn globs_match_whole_texts() {
        for (glob, text, expected) in [
            ("prod-*", "prod-eu", true),
            ("prod-*", "my-prod-eu", false),
            ("*prod*", "my-prod-eu", true),
            ("?", "é", true),
            ("?", "", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b", false),
            ("Prod", "prod", false),
            ("[a]", "[a]", true),
        ] {
            assert_eq!(Glob::new(glob).matches(text), expected, "{glob} {text}");
        }
        let long = "a".repeat(2_000);
        assert!(!Glob::new(&"*a".repeat(50)).matches(&format!("{long}b")));
    }

    #[test]
    fn all_parts_must_match() {
        let cluster = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "prod-eu");
        let pattern = |account: Option<&str>, profile: Option<&str>| ClusterPattern {
            account: account.map(Glob::new),
            profile: profile.map(Glob::new),
            cluster: Some(Glob::new("prod-*")),
            region: None,
        };
        for (pattern, expected) in [
            (pattern(None, None), true),
            (pattern(Some("1111*"), Some("x")), true),
            (pattern(Some("9*"), None), false),
            (pattern(None, Some("z")), false),
        ] {
            assert_eq!(pattern.matches(&cluster, ["x", "y"].into_iter()), expected);
        }
    }
}
