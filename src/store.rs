//! Files: what one run keeps for the next.

pub mod cache;

pub use cache::{Cache, CacheError, Ignored, Loaded};
