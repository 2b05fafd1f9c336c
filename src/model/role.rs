//! IAM roles: who may have them, and when somebody last did.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::model::arn::{Arn, role_name};
use crate::model::text::visible;
use crate::model::trust::{Malformed, Policy, TrustSummary};
use crate::model::{Described, Text};

/// What IAM said of a role; absent members stay absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDetail {
    pub arn: Text,
    pub name: Text,
    pub path: Option<Text>,
    /// `AROA…`: a role that is made anew under the same name gets another one.
    pub id: Option<Text>,
    pub description: Option<Text>,
    /// The trust policy as JSON text, or as it came where its percent-encoding cannot be undone.
    pub trust: Option<Text>,
    pub max_session_seconds: Option<u32>,
    /// ARN of the permissions boundary.
    pub boundary: Option<Text>,
    /// `Policy`, or a newer word.
    pub boundary_type: Option<Text>,
    pub tags: BTreeMap<Text, Text>,
    pub last_use: LastUse,
    pub created: Option<Timestamp>,
}

/// When a role was last used; IAM looks back 400 days and is some hours late.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LastUse {
    /// The call does not tell, as `ListRoles`.
    #[default]
    NotTold,
    /// Not in the 400 days that IAM looks back.
    Never,
    At {
        date: Timestamp,
        region: Option<Text>,
    },
}

impl RoleDetail {
    /// One of which nothing but its names is known.
    pub fn of(arn: Text, name: Text) -> Self {
        Self {
            arn,
            name,
            path: None,
            id: None,
            description: None,
            trust: None,
            max_session_seconds: None,
            boundary: None,
            boundary_type: None,
            tags: BTreeMap::new(),
            last_use: LastUse::NotTold,
            created: None,
        }
    }

    /// The trust policy, parsed; `None` if IAM sent none.
    pub fn policy(&self) -> Option<Result<Policy, Malformed>> {
        self.trust.as_deref().map(Policy::parse)
    }

    pub fn trust_summary(&self) -> TrustSummary {
        match self.policy() {
            Some(Ok(policy)) => TrustSummary::of(&policy),
            Some(Err(_)) | None => TrustSummary::Unreadable,
        }
    }
}

/// A role that something names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleState {
    Read(Box<Described<RoleDetail>>),
    /// No role has this ARN: whoever names it gets nothing.
    Missing,
    /// IAM could not be asked, or did not tell, and why.
    Unknown(Text),
}

impl RoleState {
    pub fn detail(&self) -> Option<&RoleDetail> {
        match self {
            Self::Read(described) => Some(&described.value),
            Self::Missing | Self::Unknown(_) => None,
        }
    }
}

/// A role as typed: its ARN, or its name in whatever account has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleReference {
    Arn(Arn),
    Name(String),
}

/// Why a text names no role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotARole(String);

impl fmt::Display for NotARole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotARole {}

impl RoleReference {
    pub fn parse(text: &str) -> Result<Self, NotARole> {
        let shown = visible(text);
        if text.starts_with("arn:") {
            let arn = Arn::parse(text).map_err(|error| NotARole(error.to_string()))?;
            let is_role = arn.service() == "iam"
                && !arn.account().is_empty()
                && arn
                    .resource()
                    .strip_prefix("role/")
                    .is_some_and(|rest| !role_name(rest).is_empty());
            if is_role {
                return Ok(Self::Arn(arn));
            }
            return Err(NotARole(format!(
                "\"{shown}\" is not the ARN of a role: it must look like arn:aws:iam::ACCOUNT:role/NAME"
            )));
        }
        let is_name = (1..=64).contains(&text.chars().count())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c));
        if is_name {
            return Ok(Self::Name(text.to_owned()));
        }
        Err(NotARole(format!(
            "\"{shown}\" does not name a role: write its name without its path, or its ARN"
        )))
    }

    /// What IAM takes: the name without the path.
    pub fn name(&self) -> &str {
        match self {
            Self::Arn(arn) => role_name(arn.as_str()),
            Self::Name(name) => name,
        }
    }
}

impl fmt::Display for RoleReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arn(arn) => arn.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_by_name_or_arn() {
        for (text, name) in [
            ("payments-api", "payments-api"),
            ("a+b=c,d.e@f_g-1", "a+b=c,d.e@f_g-1"),
            ("arn:aws:iam::111122223333:role/team/x", "x"),
            ("arn:aws-cn:iam::111122223333:role/x", "x"),
        ] {
            let reference = RoleReference::parse(text).unwrap();
            assert_eq!(
                (reference.name(), reference.to_string().as_str()),
                (name, text)
            );
        }
        for (bad, says) in [
            ("", "does not name a role"),
            ("team/x", "without its path"),
            ("a\u{1b}[1m", r"\u{1b}"),
            (
                "arn:aws:iam::111122223333:user/x",
                "is not the ARN of a role",
            ),
            (
                "arn:aws:iam::111122223333:role/",
                "is not the ARN of a role",
            ),
            ("arn:aws:iam:::role/x", "is not the ARN of a role"),
            ("arn:aws:iam::1:role/x", "12 digits"),
        ] {
            let error = RoleReference::parse(bad).unwrap_err().to_string();
            assert!(error.contains(says), "{bad}: {error}");
        }
    }

    #[test]
    fn trust_is_summed_up_whatever_it_is() {
        let mut role = RoleDetail::of("arn:aws:iam::111122223333:role/x".into(), "x".into());
        assert_eq!(role.trust_summary(), TrustSummary::Unreadable);
        role.trust = Some("{".into());
        assert_eq!(role.trust_summary(), TrustSummary::Unreadable);
        assert!(role.policy().is_some_and(|policy| policy.is_err()));
    }
}
