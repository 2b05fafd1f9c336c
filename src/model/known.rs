//! What is known, from where, and since when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// Read from the cache of an earlier run: it may no longer hold.
    Cache,
    /// Answered by AWS or Kubernetes in this run.
    Live,
}

/// A value with its provenance, so that no screen can show data without being able to say how old it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known<T> {
    pub value: T,
    pub origin: Origin,
    /// When it was read from its source, not when it was shown.
    pub at: Timestamp,
}

impl<T> Known<T> {
    pub fn live(value: T, at: Timestamp) -> Self {
        Self {
            value,
            origin: Origin::Live,
            at,
        }
    }

    pub fn cached(value: T, at: Timestamp) -> Self {
        Self {
            value,
            origin: Origin::Cache,
            at,
        }
    }
}
