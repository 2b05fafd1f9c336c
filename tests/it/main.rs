//! The one integration binary.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod census;
mod cli;
mod cloud;
mod config;
mod credential;
mod dependencies;
mod diagnosis;
mod docs;
mod doctor;
mod flows;
mod gate;
mod identity;
mod journal;
mod layers;
mod monkey;
mod parts;
mod plan;
mod preflight;
mod pty;
mod render;
mod runtime;
mod script;
mod secrets;
mod signature;
mod sim;
mod simulated;
mod trust;
mod update;
