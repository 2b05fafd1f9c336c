//! What only a real terminal proves: the program runs in a pty, and a terminal emulator reads its screen.

mod crash;
mod driver;
mod editor;
mod exec;
mod idle;
mod life;
mod main_job;
mod prompts;
mod run_with;
pub(crate) mod secrets;
