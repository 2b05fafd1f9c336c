//! The Elastic Kubernetes Service.

pub(crate) mod access_entry;
pub(crate) mod addon;
pub(crate) mod association;
pub(crate) mod cluster;
pub(crate) mod identity_provider;
pub(crate) mod part;
pub(crate) mod tag;
mod trust;
pub(crate) mod update;

/// The quota on associations.
pub(crate) const ASSOCIATIONS_PER_CLUSTER: u32 = 5000;
