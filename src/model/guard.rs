//! What may be changed: settled once from flag, environment and configuration, of which the strictest wins.

use crate::model::arn::ClusterArn;
use crate::model::pattern::ClusterPattern;

/// Where nothing may be changed, and where a change must be confirmed by typing a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guard {
    /// No change anywhere.
    pub read_only: bool,
    /// No change to these clusters.
    pub read_only_clusters: Vec<ClusterPattern>,
    /// A change to these clusters must be confirmed by typing a name.
    pub protected: Vec<ClusterPattern>,
    /// No credentials are asked for in these clusters: neither to test them nor to run a command with them.
    pub no_credential_tests: Vec<ClusterPattern>,
}

/// What the guard says of one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    Open,
    Protected,
    ReadOnly,
}

impl Guard {
    /// A guard that lets nothing be changed.
    pub fn read_only() -> Self {
        Self {
            read_only: true,
            ..Self::default()
        }
    }

    /// What may be done to a cluster that is reached by `profiles`; one matching profile is enough.
    pub fn access(&self, cluster: &ClusterArn, profiles: &[&str]) -> Access {
        let among = |patterns: &[ClusterPattern]| among(patterns, cluster, profiles);
        if self.read_only || among(&self.read_only_clusters) {
            Access::ReadOnly
        } else if among(&self.protected) {
            Access::Protected
        } else {
            Access::Open
        }
    }

    /// Why no credentials of a cluster may be asked for, if that is so.
    ///
    /// A test changes nothing, but it issues credentials, so whatever is read-only issues none.
    pub fn against_credentials(
        &self,
        cluster: &ClusterArn,
        profiles: &[&str],
    ) -> Option<&'static str> {
        if self.read_only {
            Some("roledex is read-only, and a test issues credentials")
        } else if self.access(cluster, profiles) == Access::ReadOnly {
            Some("this cluster is read-only, and a test issues credentials")
        } else if among(&self.no_credential_tests, cluster, profiles) {
            Some("the configuration turns credential tests off for this cluster")
        } else {
            None
        }
    }
}

fn among(patterns: &[ClusterPattern], cluster: &ClusterArn, profiles: &[&str]) -> bool {
    patterns
        .iter()
        .any(|pattern| pattern.matches(cluster, profiles.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;
    use crate::model::pattern::Glob;

    fn names(glob: &str) -> Vec<ClusterPattern> {
        vec![ClusterPattern {
            cluster: Some(Glob::new(glob)),
            ..ClusterPattern::default()
        }]
    }

    #[test]
    fn the_strictest_wins() {
        let cluster = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "prod-eu");
        for (read_only, read_only_glob, protected_glob, expected) in [
            (false, "x", "x", Access::Open),
            (false, "x", "prod-*", Access::Protected),
            (false, "prod-*", "prod-*", Access::ReadOnly),
            (true, "x", "x", Access::ReadOnly),
        ] {
            let guard = Guard {
                read_only,
                read_only_clusters: names(read_only_glob),
                protected: names(protected_glob),
                ..Guard::default()
            };
            assert_eq!(guard.access(&cluster, &["live"]), expected);
        }
    }

    #[test]
    fn what_is_read_only_issues_no_credentials() {
        let cluster = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "prod-eu");
        for (read_only, read_only_glob, off_glob, says) in [
            (false, "x", "x", None),
            (false, "x", "prod-*", Some("the configuration")),
            (false, "prod-*", "x", Some("this cluster is read-only")),
            (true, "x", "prod-*", Some("roledex is read-only")),
        ] {
            let guard = Guard {
                read_only,
                read_only_clusters: names(read_only_glob),
                no_credential_tests: names(off_glob),
                ..Guard::default()
            };
            let why = guard.against_credentials(&cluster, &["live"]);
            assert_eq!(why.is_some(), says.is_some(), "{why:?}");
            assert!(
                why.unwrap_or_default()
                    .starts_with(says.unwrap_or_default())
            );
        }
    }

    #[test]
    fn any_profile_that_reaches_the_cluster_counts() {
        let cluster = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "shop");
        let guard = Guard {
            read_only_clusters: vec![ClusterPattern {
                profile: Some(Glob::new("live")),
                ..ClusterPattern::default()
            }],
            ..Guard::default()
        };
        assert_eq!(guard.access(&cluster, &["dev", "live"]), Access::ReadOnly);
        assert_eq!(guard.access(&cluster, &["dev"]), Access::Open);
    }
}
