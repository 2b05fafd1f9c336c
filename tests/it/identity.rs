//! The rule that says who a container is.

mod account;
mod case;
mod decode;
mod history;
mod place;
mod properties;
mod stale;
mod table;
