//! Routes: a profile and a region, which is how a cluster is reached and never what it is.

use std::fmt;

use crate::model::Text;
use crate::model::region::Region;

/// Index of a route in the order the user gave; lower wins where two reach the same cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouteId(pub u16);

/// One profile in one region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// `None` is the standard chain without a named profile (environment, container, instance, …).
    pub profile: Option<Text>,
    pub region: Region,
    /// Came from `--region all`: if the region turns out not to be enabled, it is counted and not complained about.
    pub speculative: bool,
}

impl Route {
    pub fn new(profile: Option<&str>, region: &str) -> Self {
        Self {
            profile: profile.map(Into::into),
            region: Region::new(region),
            speculative: false,
        }
    }

    /// The profile's name, or what the standard chain is called on screen.
    pub fn profile_name(&self) -> &str {
        self.profile.as_deref().unwrap_or("default")
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.profile_name(), self.region)
    }
}
