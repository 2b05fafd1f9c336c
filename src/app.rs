//! State, messages, the pure update, and effects as data.
//!
//! Nothing here knows ratatui, tokio, an SDK, a clock or a file: time comes in as an argument, and everything
//! that must be done goes out as an [`Effect`]. `update` is the only function that changes a [`State`].

pub mod applying;
pub mod availability;
pub mod describe;
pub mod diagnosis;
pub mod editor;
pub mod effect;
pub mod filter;
pub mod fleet;
mod keeping;
pub mod kubernetes;
pub mod landing;
pub mod layout;
pub mod line;
pub mod loading;
pub mod modal;
pub mod msg;
pub mod pane;
pub mod radius;
pub mod remote;
pub mod roles;
pub mod secret;
pub mod share;
pub mod state;
pub mod unfinished;
pub mod update;
pub mod watching;

pub use effect::{Effect, Request, Timer};
pub use msg::{Msg, Signal, Step};
pub use remote::{Remote, Ticket};
pub use state::{Options, State};
pub use update::{arrange, look, start, update};
