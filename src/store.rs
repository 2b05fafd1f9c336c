//! Files: what one run keeps for the next.

pub mod cache;
pub mod journal;

pub use cache::{Cache, CacheError, Ignored, Loaded};
pub use journal::Journal;
