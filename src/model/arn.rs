//! ARNs: what AWS calls a thing everywhere, and what roledex keys on.

use std::fmt;

use crate::model::Text;
use crate::model::region::{Partition, Region};

/// An ARN that was parsed: `arn:partition:service:region:account:resource`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arn(Text);

/// Why a text is not the ARN that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnArn {
    text: String,
    reason: &'static str,
}

impl fmt::Display for NotAnArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is not the ARN expected: {}",
            crate::model::text::visible(&self.text),
            self.reason
        )
    }
}

impl std::error::Error for NotAnArn {}

impl Arn {
    /// Parses an ARN; region and account may be empty, as IAM leaves them.
    pub fn parse(text: &str) -> Result<Self, NotAnArn> {
        let refuse = |reason| NotAnArn {
            text: text.to_owned(),
            reason,
        };
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return Err(refuse("it must start with \"arn:\""));
        }
        let partition = parts.next().unwrap_or_default();
        if partition.is_empty() {
            return Err(refuse("its partition is empty"));
        }
        if parts.next().unwrap_or_default().is_empty() {
            return Err(refuse("its service is empty"));
        }
        let (_region, account) = (parts.next(), parts.next());
        let account = account.unwrap_or_default();
        let numbered = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        if !(account.is_empty() || account == "aws" || numbered) {
            return Err(refuse("its account must have 12 digits"));
        }
        if parts.next().unwrap_or_default().is_empty() {
            return Err(refuse("it must have six parts separated by colons"));
        }
        Ok(Self(text.into()))
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }

    pub fn partition(&self) -> &str {
        self.part(1)
    }

    pub fn service(&self) -> &str {
        self.part(2)
    }

    pub fn region(&self) -> &str {
        self.part(3)
    }

    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// Everything after the fifth colon, such as `role/team/payments-api`.
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn text(&self) -> &Text {
        &self.0
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The identity of a cluster: its ARN.
///
/// Lists name clusters only, so the ARN is put together from the partition and region that were asked and
/// from the account that STS named.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClusterArn(Arn);

impl ClusterArn {
    pub fn new(region: &Region, account: &str, name: &str) -> Self {
        let partition = Partition::of(region);
        Self(Arn(format!(
            "arn:{}:eks:{region}:{account}:cluster/{name}",
            partition.id()
        )
        .into()))
    }

    pub fn parse(text: &str) -> Result<Self, NotAnArn> {
        let arn = Arn::parse(text)?;
        let named = arn
            .resource()
            .strip_prefix("cluster/")
            .is_some_and(|name| !name.is_empty());
        if arn.service() != "eks" || !named || arn.region().is_empty() || arn.account().is_empty() {
            return Err(NotAnArn {
                text: text.to_owned(),
                reason: "it must look like arn:aws:eks:REGION:ACCOUNT:cluster/NAME",
            });
        }
        Ok(Self(arn))
    }

    pub fn name(&self) -> &str {
        self.0
            .resource()
            .strip_prefix("cluster/")
            .unwrap_or_default()
    }

    pub fn region(&self) -> &str {
        self.0.region()
    }

    pub fn account(&self) -> &str {
        self.0.account()
    }

    pub fn partition(&self) -> &str {
        self.0.partition()
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn text(&self) -> &Text {
        self.0.text()
    }
}

impl fmt::Display for ClusterArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ClusterArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The short name of a role: the last segment of its ARN, or the text itself where it is no ARN.
///
/// Roles come from AWS as text and are shown even where they do not parse.
pub fn role_name(role: &str) -> &str {
    role.rsplit('/').next().unwrap_or(role)
}

/// The account of an ARN-shaped text, if it names one.
pub fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_taken_apart() {
        let arn = Arn::parse("arn:aws-cn:iam::111122223333:role/team/x:y").unwrap();
        assert_eq!(
            (
                arn.partition(),
                arn.service(),
                arn.region(),
                arn.account(),
                arn.resource()
            ),
            ("aws-cn", "iam", "", "111122223333", "role/team/x:y")
        );
        for bad in [
            "",
            "arn",
            "arn:aws:iam::1234:role/x",
            "arn:aws:iam::111122223333",
            "urn:aws:iam::111122223333:x",
            "arn::iam::111122223333:x",
        ] {
            assert!(Arn::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_cluster_is_its_arn() {
        let made = ClusterArn::new(&Region::new("cn-north-1"), "111122223333", "demo");
        assert_eq!(
            made.as_str(),
            "arn:aws-cn:eks:cn-north-1:111122223333:cluster/demo"
        );
        assert_eq!(ClusterArn::parse(made.as_str()).unwrap(), made);
        assert!(ClusterArn::parse("arn:aws:eks:us-east-1:111122223333:addon/demo").is_err());
    }

    #[test]
    fn role_names_drop_the_path() {
        assert_eq!(
            role_name("arn:aws:iam::111122223333:role/a/b/payments"),
            "payments"
        );
        assert_eq!(role_name("odd"), "odd");
    }
}
