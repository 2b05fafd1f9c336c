//! roledex: who your pods are on Amazon EKS.
//!
//! The layers, in reading order. Each may import only what its line names; `tests/it/layers.rs` asserts the table.
//!
//! ```text
//! model    <- nothing                  values, parsing, joins and every rule
//! input    <- nothing                  keys, the one table of commands, key maps
//! cloud    <- model                    AWS, Kubernetes and their budgets; the only place with SDK types
//! store    <- model                    files: the journal, the cache
//! config   <- model input theme        roledex's own configuration file
//! ops      <- model cloud store        use cases, each streaming its progress
//! app      <- model input              State, Msg, pure update, Effect; no ratatui, tokio, SDK, clock or files
//! theme    <- nothing                  roles and their styles
//! ui       <- app model input theme    pure drawing of &State
//! runtime  <- everything above         terminal, channel, tasks, clock; the one match from Effect to ops
//! sim      <- nothing                  simulated AWS, reached only through sockets
//! cli      <- everything above but ui  command line; the headless twin of every view
//! ```

pub mod app;
pub mod cli;
pub mod cloud;
pub mod config;
pub mod input;
pub mod model;
pub mod ops;
pub mod runtime;
pub mod sim;
pub mod store;
pub mod theme;
pub mod ui;
