//! The rule that says who a container is.

mod account;
mod case;
mod decode;
mod properties;
mod table;
