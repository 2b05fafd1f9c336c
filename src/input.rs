//! Keys, the one table of commands, and key maps.
//!
//! The table in [`command`] is the only place that names a command: footer, help, palette, README and the
//! sample configuration derive from it.

pub mod command;
pub mod key;
pub mod keymap;

pub use command::{Command, Context, Group};
pub use key::Key;
pub use keymap::Keymap;
