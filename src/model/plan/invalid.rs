//! What is wrong with an input, by the rule that it breaks; found before anything is asked of AWS.

use std::fmt;

use crate::model::Text;
use crate::model::arn::NotAnArn;
use crate::model::plan::Field;
use crate::model::plan::policy::LONGEST_POLICY;
use crate::model::plan::tags::{LONGEST_KEY, LONGEST_VALUE, MOST_TAGS};
use crate::model::text::visible;

/// An input that breaks a rule, and where it stands in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    pub field: Field,
    pub rule: Rule,
}

impl Invalid {
    pub fn new(field: Field, rule: Rule) -> Self {
        Self { field, rule }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.rule)
    }
}

impl std::error::Error for Invalid {}

/// The rule that an input breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    Missing,
    NotAnArn(NotAnArn),
    NotARole {
        arn: String,
    },
    RoleName {
        name: String,
    },
    /// It may be a name, but of none of the roles that are offered.
    NotOffered {
        name: String,
    },
    ForeignPartition {
        found: String,
        wanted: String,
    },
    OtherAccount {
        found: String,
        wanted: String,
    },
    NotJson {
        reason: String,
    },
    NotAPolicy {
        /// Where, such as `Statement[1].Effect`; empty for the document as a whole.
        place: String,
        reason: String,
    },
    PolicyTooLong {
        characters: usize,
        /// What it has without the white space between its tokens.
        compact: usize,
    },
    PolicyCharacter(char),
    PolicyNeedsTagsOff,
    TooManyTags {
        count: usize,
    },
    ReservedTag,
    ReservedValue,
    TagKeyLength {
        characters: usize,
    },
    TagValueLength {
        characters: usize,
    },
    TagCharacter(char),
    /// Set twice, or set and removed at once.
    TagTwice,
    /// Neither `KEY=VALUE` nor `KEY-`.
    NotATag,
    NoTags,
    Label(BadName),
    Subdomain(BadName),
    IdLength {
        characters: usize,
    },
    IdCharacters,
    OtherRegion {
        route: Text,
        cluster: Text,
    },
    OtherCaller {
        caller: Text,
        cluster: Text,
    },
}

/// Why a text is no name of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadName {
    Empty,
    TooLong {
        characters: usize,
    },
    Character(char),
    /// It starts or ends, or a part of it does, with something else than a letter or digit.
    Edge,
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::TooLong { characters } => write!(f, "it has {characters} characters"),
            Self::Character(character) => write!(f, "it has {}", quoted(*character)),
            Self::Edge => f.write_str("it starts or ends with another character"),
        }
    }
}

fn quoted(character: char) -> String {
    format!("\"{}\"", visible(&character.to_string()))
}

/// As JSON can write it: beyond U+FFFF in two parts.
fn escaped(character: char) -> String {
    let mut units = [0; 2];
    let mut text = String::new();
    for unit in character.encode_utf16(&mut units) {
        text += &format!("\\u{unit:04x}");
    }
    text
}

impl fmt::Display for Rule {
    #[expect(
        clippy::too_many_lines,
        reason = "one sentence a rule, and a table reads best whole"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("a value is needed"),
            Self::NotAnArn(reason) => reason.fmt(f),
            Self::NotARole { arn } => write!(
                f,
                "\"{}\" is not the ARN of a role, which looks like arn:aws:iam::ACCOUNT:role/NAME, nor can it be its name",
                visible(arn)
            ),
            Self::RoleName { name } => write!(
                f,
                "\"{}\" is not the name of a role: IAM allows 1 to 64 letters, digits and _+=,.@-, after a path of at most 512 characters",
                visible(name)
            ),
            Self::NotOffered { name } => write!(
                f,
                "no role of the account is called \"{}\"; choose one of those that are offered, or give its ARN",
                visible(name)
            ),
            Self::ForeignPartition { found, wanted } => write!(
                f,
                "the role is in partition {}, the cluster in {}; partitions share nothing, so choose a role of {}",
                visible(found),
                visible(wanted),
                visible(wanted)
            ),
            Self::OtherAccount { found, wanted } => write!(
                f,
                "the role is in account {}, and EKS wants a role of the cluster's own account {}; a role of another account can be the target role",
                visible(found),
                visible(wanted)
            ),
            Self::NotJson { reason } => write!(f, "the policy is not JSON: {}", visible(reason)),
            Self::NotAPolicy { place, reason } => {
                f.write_str("the policy breaks the grammar of IAM: ")?;
                if !place.is_empty() {
                    write!(f, "{} ", visible(place))?;
                }
                f.write_str(&visible(reason))
            }
            Self::PolicyTooLong {
                characters,
                compact,
            } => {
                write!(
                    f,
                    "the policy has {characters} characters, and STS allows a session policy {LONGEST_POLICY}"
                )?;
                if *compact <= LONGEST_POLICY {
                    write!(f, "; without white space it has {compact}")?;
                }
                Ok(())
            }
            Self::PolicyCharacter(character) => write!(
                f,
                "the policy has the character {}, and STS allows a session policy those up to U+00FF; write it as {}",
                quoted(*character),
                escaped(*character)
            ),
            Self::PolicyNeedsTagsOff => f.write_str(
                "a session policy needs session tags off (disableSessionTags); switch the tags off or clear the policy",
            ),
            Self::TooManyTags { count } => write!(
                f,
                "there would be {count} tags, and AWS allows a resource {MOST_TAGS}"
            ),
            Self::ReservedTag => f.write_str(
                "keys that start with aws: belong to AWS, in any letter case, and can be neither set nor removed",
            ),
            Self::ReservedValue => f.write_str(
                "values that start with aws: belong to AWS, in any letter case, and cannot be set",
            ),
            Self::TagKeyLength { characters } => write!(
                f,
                "a tag key has 1 to {LONGEST_KEY} characters, this one has {characters}"
            ),
            Self::TagValueLength { characters } => write!(
                f,
                "a tag value has at most {LONGEST_VALUE} characters, this one has {characters}"
            ),
            Self::TagCharacter(character) => write!(
                f,
                "tags are made of letters, digits, spaces and _.:/=+-@, and this one has {}",
                quoted(*character)
            ),
            Self::TagTwice => f.write_str("the tag is named twice; name each tag once"),
            Self::NotATag => {
                f.write_str("write KEY=VALUE to set a tag, or KEY- to remove it")
            }
            Self::NoTags => f.write_str("no tag is named; write KEY=VALUE or KEY-"),
            Self::Label(reason) => write!(
                f,
                "a namespace is a label of RFC 1123: at most 63 lower-case letters, digits and \"-\", with a letter or digit at both ends; {reason}"
            ),
            Self::Subdomain(reason) => write!(
                f,
                "a service account is a subdomain of RFC 1123: at most 253 lower-case letters, digits, \"-\" and \".\", with a letter or digit at both ends of each part; {reason}"
            ),
            Self::IdLength { characters } => write!(
                f,
                "an association id has 19 characters (a- and 17 letters or digits), this one has {characters}"
            ),
            Self::IdCharacters => f.write_str(
                "an association id is a- and 17 lower-case letters or digits",
            ),
            Self::OtherRegion { route, cluster } => write!(
                f,
                "the route goes to region {}, the cluster is in {}",
                visible(route),
                visible(cluster)
            ),
            Self::OtherCaller { caller, cluster } => write!(
                f,
                "the credentials belong to account {}, the cluster to {}; choose a profile of the cluster's account",
                visible(caller),
                visible(cluster)
            ),
        }
    }
}
