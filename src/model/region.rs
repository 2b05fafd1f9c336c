//! Regions and partitions: a built-in table, because asking EC2 for it would need another service.

use std::fmt;

use crate::model::Text;

/// A region by its code, such as `eu-west-1`; codes newer than the table are accepted.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(Text);

impl Region {
    pub fn new(code: &str) -> Self {
        Self(code.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A group of regions with its own accounts, endpoints and ARN prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    id: &'static str,
    prefix: &'static str,
    console: &'static str,
    suffix: &'static str,
    regions: &'static [&'static str],
}

/// Partitions that claim regions by a prefix, tried in order.
const OTHERS: [Partition; 5] = [
    Partition {
        id: "aws-cn",
        prefix: "cn-",
        console: "console.amazonaws.cn",
        suffix: "amazonaws.com.cn",
        regions: &["cn-north-1", "cn-northwest-1"],
    },
    Partition {
        id: "aws-us-gov",
        prefix: "us-gov-",
        console: "console.amazonaws-us-gov.com",
        suffix: "amazonaws.com",
        regions: &["us-gov-east-1", "us-gov-west-1"],
    },
    Partition {
        id: "aws-iso-b",
        prefix: "us-isob-",
        console: "console.sc2shome.sgov.gov",
        suffix: "sc2s.sgov.gov",
        regions: &["us-isob-east-1"],
    },
    Partition {
        id: "aws-iso",
        prefix: "us-iso-",
        console: "console.c2shome.ic.gov",
        suffix: "c2s.ic.gov",
        regions: &["us-iso-east-1", "us-iso-west-1"],
    },
    Partition {
        id: "aws-eusc",
        prefix: "eusc-",
        console: "console.amazonaws-eusc.eu",
        suffix: "amazonaws.eu",
        regions: &["eusc-de-east-1"],
    },
];

/// Takes every region that no other partition claims.
const COMMERCIAL: Partition = Partition {
    id: "aws",
    prefix: "",
    console: "console.aws.amazon.com",
    suffix: "amazonaws.com",
    regions: &[
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-central-1",
        "ca-west-1",
        "eu-central-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    ],
};

impl Partition {
    pub fn of(region: &Region) -> Self {
        let claimed = OTHERS
            .into_iter()
            .find(|partition| region.as_str().starts_with(partition.prefix));
        claimed.unwrap_or(COMMERCIAL)
    }

    /// The prefix of ARNs: `aws`, `aws-cn`, …
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Host of the web console.
    pub fn console_host(&self) -> &'static str {
        self.console
    }

    /// What the host names of its services end with.
    pub fn dns_suffix(&self) -> &'static str {
        self.suffix
    }

    /// The oldest region of the partition, which is enabled for every account.
    pub fn home(&self) -> Region {
        let home = match self.id {
            "aws" => "us-east-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => self.regions.first().copied().unwrap_or_default(),
        };
        Region::new(home)
    }

    /// Every region of the partition that this version knows, for `--region all`.
    pub fn regions(&self) -> impl Iterator<Item = Region> + use<> {
        self.regions.iter().map(|code| Region::new(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_follow_the_region() {
        for (code, partition) in [
            ("us-west-2", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-isob-east-1", "aws-iso-b"),
            ("us-iso-east-1", "aws-iso"),
            ("xx-future-9", "aws"),
        ] {
            assert_eq!(Partition::of(&Region::new(code)).id(), partition);
        }
    }

    #[test]
    fn every_region_lies_in_its_partition() {
        for partition in OTHERS.into_iter().chain([COMMERCIAL]) {
            for region in partition.regions() {
                assert_eq!(Partition::of(&region), partition, "{region}");
            }
            assert!(partition.regions().any(|region| region == partition.home()));
        }
    }
}
