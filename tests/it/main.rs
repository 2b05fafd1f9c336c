//! The one integration binary.

mod script;
mod update;
