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

    /// Whether it is written as all regions are: an area, one direction or more, and a number.
    pub fn is_well_formed(&self) -> bool {
        let parts: Vec<&str> = self.0.split('-').collect();
        let is_word =
            |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        match parts.split_last() {
            Some((number, words)) => {
                words.len() >= 2 && words.iter().all(is_word) && is_number(number)
            }
            None => false,
        }
    }

    /// Whether a partition lists it.
    pub fn is_known(&self) -> bool {
        Self::all().any(|code| code == self.as_str())
    }

    /// The known regions whose codes differ least.
    pub fn nearest(text: &str) -> impl Iterator<Item = Self> + use<> {
        let mut codes: Vec<&str> = Self::all().collect();
        codes.sort_by_key(|code| (differing(text, code), *code));
        codes.into_iter().take(3).map(Self::new)
    }

    fn all() -> impl Iterator<Item = &'static str> {
        let partitions = std::iter::once(COMMERCIAL).chain(OTHERS);
        partitions.flat_map(|partition| partition.regions.iter().copied())
    }
}

/// How many letters are to be put in, taken out or changed.
fn differing(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut costs: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.chars().enumerate() {
        let mut next = vec![row + 1];
        for ((before, above), known) in costs.iter().zip(costs.iter().skip(1)).zip(&other) {
            let left = next.last().copied().unwrap_or_default();
            let changed = before + usize::from(letter != *known);
            next.push(changed.min(above + 1).min(left + 1));
        }
        costs = next;
    }
    costs.last().copied().unwrap_or_default()
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
    fn what_is_no_region_is_told_from_what_is_new() {
        for code in [
            "eu-west-1",
            "us-gov-west-1",
            "us-isob-east-1",
            "eu-west-9",
            "eusc-de-east-1",
        ] {
            assert!(Region::new(code).is_well_formed(), "{code}");
        }
        for code in [
            "",
            "mars-1",
            "eu-west",
            "EU-WEST-1",
            "eu west 1",
            "eu--1",
            "eu-west-1a",
        ] {
            assert!(!Region::new(code).is_well_formed(), "{code}");
        }
        assert!(Region::new("eu-west-1").is_known() && !Region::new("eu-west-9").is_known());
        for (typed, meant) in [
            ("eu-west1", "eu-west-1"),
            ("us-est-1", "us-east-1"),
            ("", "us-east-1"),
        ] {
            let nearest: Vec<String> = Region::nearest(typed).map(|one| one.to_string()).collect();
            assert_eq!(nearest.len(), 3);
            assert!(
                typed.is_empty() || nearest[0] == meant,
                "{typed}: {nearest:?}"
            );
        }
    }

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
