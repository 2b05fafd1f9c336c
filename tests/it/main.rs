//! The one integration binary.

mod script;
mod sim;
mod update;
