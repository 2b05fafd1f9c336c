//! What AWS says when it refuses a call: who may not do what, and which policy stands in the way.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::{secret, session};
use crate::model::{Arn, Text};

/// A call that was refused, as far as the line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `s3:ListBucket`
    pub action: Text,
    /// An ARN.
    pub resource: Option<Text>,
    /// The name of the role that asked.
    pub role: Option<Text>,
    pub barrier: Option<Barrier>,
}

/// What stands in the way; AWS says so in most of its services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    /// Nothing allows it: a permission is missing.
    Missing(Policy),
    /// A Deny, which no permission outweighs.
    Denied(Policy),
}

/// A kind of policy, in the words of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    Identity,
    Boundary,
    Session,
    Organisation,
    Resource,
    Endpoint,
}

impl Policy {
    const ALL: [(&str, Self); 8] = [
        ("service control policy", Self::Organisation),
        ("resource control policy", Self::Organisation),
        ("permissions boundary", Self::Boundary),
        ("session policy", Self::Session),
        ("VPC endpoint policy", Self::Endpoint),
        ("resource-based policy", Self::Resource),
        ("identity-based policy", Self::Identity),
        ("identity based policy", Self::Identity),
    ];

    /// As whose it is to be spoken of.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Identity => "a policy of the role",
            Self::Boundary => "the permissions boundary of the role",
            Self::Session => "the session policy of the association",
            Self::Organisation => "a policy of the organisation",
            Self::Resource => "the policy of the resource",
            Self::Endpoint => "the policy of the VPC endpoint",
        }
    }
}

static ACTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"is not authorized to perform: ([a-z0-9\-]+:[A-Za-z0-9]+)",
        r#"(?: on resource: \\?"?(arn:[^\s"'\\,]+))?"#,
    ))
    .ok()
});

/// How much of a line is looked at on either side of the words that were recognised.
const AROUND: usize = 4096;

impl Refusal {
    pub(super) fn in_line(line: &str, place: usize) -> Option<Self> {
        let start = line.floor_char_boundary(place.saturating_sub(AROUND));
        let end = line.ceil_char_boundary(place.saturating_add(AROUND).min(line.len()));
        let line = line.get(start..end)?;
        // A line may tell of several: the one that was recognised ends behind the place, or begins there.
        let mut calls = ACTION.as_ref()?.captures_iter(line);
        let found = calls.find(|call| {
            let whole = call.get(0);
            whole.is_some_and(|whole| whole.end() >= place - start)
        })?;
        let begins = found.get(0)?.start();
        let action = found.get(1)?.as_str();
        let resource = found.get(2).map(|resource| resource.as_str());
        let resource = resource.map(|text| text.trim_end_matches(['.', ';', ')', ']', '}']));
        let is_plain = |text: &&str| Arn::parse(text).is_ok() && secret::spans(text).is_empty();
        let who = session::refused(line).take_while(|refused| refused.place < begins);
        let role = who.last();
        let after = line.get(found.get(0)?.end()..).unwrap_or_default();
        Some(Self {
            action: action.into(),
            resource: resource.filter(is_plain).map(Into::into),
            role: role.map(|refused| refused.role.into()),
            barrier: barrier(after),
        })
    }
}

fn barrier(words: &str) -> Option<Barrier> {
    let named = |sign: &str| {
        let (_, rest) = words.split_once(sign)?;
        // An older wording has the plural.
        let rest = rest.replace("policies", "policy");
        let known = Policy::ALL.into_iter();
        let places = known.filter_map(|(name, policy)| Some((rest.find(name)?, policy)));
        let first = places.min_by_key(|(place, _)| *place);
        first.map(|(_, policy)| policy)
    };
    named("with an explicit deny in ")
        .map(Barrier::Denied)
        .or_else(|| named("because no ").map(Barrier::Missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rest: &str) -> Refusal {
        let line = format!(
            "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/api/eks-demo-api-7d is not authorized to perform: {rest}"
        );
        Refusal::in_line(&line, 20).unwrap()
    }

    #[test]
    fn missing_permissions_are_told_from_denials() {
        let bucket = "s3:ListBucket on resource: \"arn:aws:s3:::shop\" ";
        for (words, barrier) in [
            (
                "because no identity-based policy allows the s3:ListBucket action",
                Some(Barrier::Missing(Policy::Identity)),
            ),
            (
                "because no permissions boundary allows the s3:ListBucket action",
                Some(Barrier::Missing(Policy::Boundary)),
            ),
            (
                "because no session policy allows the s3:ListBucket action",
                Some(Barrier::Missing(Policy::Session)),
            ),
            (
                "because no service control policy allows the s3:ListBucket action",
                Some(Barrier::Missing(Policy::Organisation)),
            ),
            (
                "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1",
                Some(Barrier::Denied(Policy::Organisation)),
            ),
            (
                "with an explicit deny in a resource-based policy",
                Some(Barrier::Denied(Policy::Resource)),
            ),
            (
                "with an explicit deny in an identity-based policy",
                Some(Barrier::Denied(Policy::Identity)),
            ),
            ("with an explicit deny", None),
            ("", None),
        ] {
            let found = of(&format!("{bucket}{words}"));
            assert_eq!(found.barrier, barrier, "{words}");
            assert_eq!(&*found.action, "s3:ListBucket");
            assert_eq!(found.resource.as_deref(), Some("arn:aws:s3:::shop"));
            assert_eq!(found.role.as_deref(), Some("api"));
        }
    }

    #[test]
    fn of_several_in_a_line_the_one_that_was_recognised_is_told() {
        let user = "User: arn:aws:sts::111122223333:assumed-role/";
        let first = format!("{user}nodes/i-0123456789abcdef0 is not authorized to perform: s3:A");
        let line = format!("{first}; {user}api/eks-shop-1 is not authorized to perform: s3:B");
        for (place, role, action) in [(30, "nodes", "s3:A"), (first.len() + 40, "api", "s3:B")] {
            let found = Refusal::in_line(&line, place).unwrap();
            assert_eq!(
                (found.role.as_deref(), &*found.action),
                (Some(role), action)
            );
        }
        let line = format!(
            "{user}api/x is not authorized to perform: sts:AssumeRole on resource: arn:aws:sts::1:assumed-role/other/eks-1"
        );
        assert_eq!(
            Refusal::in_line(&line, 0).unwrap().role.as_deref(),
            Some("api")
        );
    }

    #[test]
    fn what_is_no_arn_is_no_resource() {
        assert_eq!(of("ec2:DescribeInstances").resource, None);
        assert_eq!(of("s3:GetObject on resource: arn:aws").resource, None);
        let secret = "s3:GetObject on resource: arn:aws:s3:::shop/IQoJb3JpZ2luX2VjEHoaCXVzLXdlc3QtMiJHMEUCIQDexampleexampleexampleexample";
        assert_eq!(of(secret).resource, None, "it may be a secret");
        assert_eq!(
            Refusal::in_line("is not authorized to perform: nothing", 0),
            None
        );
    }
}
