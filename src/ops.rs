//! Use cases: what the terminal and the command line both do, each streaming its progress.

pub mod change;
pub mod credential;
pub mod diagnose;
pub mod fleet;
pub mod load;
pub mod preflight;
pub mod recover;
pub mod routes;
pub mod undo;
