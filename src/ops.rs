//! Use cases: what the terminal and the command line both do, each streaming its progress.

pub mod fleet;
pub mod load;
pub mod routes;
