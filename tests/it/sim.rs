//! The simulator, checked from outside by clients that are not ours.

mod clients;
mod faults;
mod protocol;
mod server;
