//! The one integration binary.

mod cloud;
mod dependencies;
mod docs;
mod flows;
mod layers;
mod script;
mod sim;
mod simulated;
mod update;
