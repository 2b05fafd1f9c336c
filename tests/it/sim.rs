//! The simulator, checked from outside by clients that are not ours.

mod clients;
mod faults;
mod kubernetes;
mod protocol;
mod server;
