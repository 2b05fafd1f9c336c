//! A cluster as DescribeCluster tells it.

use jiff::Timestamp;

use crate::model::Text;
use crate::model::document::Document;

/// What DescribeCluster said of a cluster; absent members stay absent, unknown values as they came.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cluster {
    /// CREATING, ACTIVE, DELETING, FAILED, UPDATING, PENDING, or a newer word.
    pub status: Option<Text>,
    pub version: Option<Text>,
    pub platform_version: Option<Text>,
    pub created: Option<Timestamp>,
    pub endpoint: Option<Text>,
    pub oidc_issuer: Option<Text>,
    /// API, API_AND_CONFIG_MAP, CONFIG_MAP, or a newer word.
    pub authentication_mode: Option<Text>,
    pub auto_mode: bool,
    /// Codes of `health.issues[]`, in the order AWS gave.
    pub health_issues: Vec<Text>,
    /// The whole answer, with AWS's member names.
    pub document: Document,
}

impl Cluster {
    /// Says whether Pod Identity webhook support is missing on this platform; `None` if it cannot be told.
    ///
    /// Minimum platform versions are from "EKS Pod Identity cluster versions" of the EKS user guide; every
    /// minor version that is not in the table qualifies from its first platform version on.
    pub fn lacks_pod_identity(&self) -> Option<bool> {
        let (version, platform) = (self.version.as_deref()?, self.platform_version.as_deref()?);
        let (major, minor) = version.split_once('.')?;
        if major != "1" {
            return None;
        }
        let (minor, build): (u32, u32) = (
            minor.parse().ok()?,
            platform.strip_prefix("eks.")?.parse().ok()?,
        );
        let needed = match minor {
            0..=23 => return Some(true),
            24 => 13,
            25 => 10,
            26 => 9,
            27 => 8,
            28 => 4,
            _ => return Some(false),
        };
        Some(build < needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_support_follows_the_table() {
        for (version, platform, expected) in [
            ("1.23", "eks.99", Some(true)),
            ("1.24", "eks.12", Some(true)),
            ("1.24", "eks.13", Some(false)),
            ("1.28", "eks.3", Some(true)),
            ("1.29", "eks.1", Some(false)),
            ("1.34", "eks.2", Some(false)),
            ("2.0", "eks.1", None),
            ("1.28", "weird", None),
        ] {
            let cluster = Cluster {
                version: Some(version.into()),
                platform_version: Some(platform.into()),
                ..Cluster::default()
            };
            assert_eq!(
                cluster.lacks_pod_identity(),
                expected,
                "{version} {platform}"
            );
        }
    }
}
