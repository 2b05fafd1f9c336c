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
        let among = |patterns: &[ClusterPattern]| {
            patterns
                .iter()
                .any(|pattern| pattern.matches(cluster, profiles.iter().copied()))
        };
        if self.read_only || among(&self.read_only_clusters) {
            Access::ReadOnly
        } else if among(&self.protected) {
            Access::Protected
        } else {
            Access::Open
        }
    }
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
            };
            assert_eq!(guard.access(&cluster, &["live"]), expected);
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
