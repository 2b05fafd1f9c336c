//! `roledex config`: where the configuration is, what could be in it, and whether it is right.

use std::io::{self, Write as _};

use crate::cli::args::{ConfigCommand, Global};
use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::cli::setup;
use crate::config::SAMPLE;
use crate::model::text::visible;

pub(crate) fn run(global: &Global, command: &ConfigCommand) -> Result<Exit, Problem> {
    let mut out = io::stdout().lock();
    match command {
        ConfigCommand::Sample => out.write_all(SAMPLE.as_bytes())?,
        ConfigCommand::Path => {
            let location = setup::config_location(global)?;
            writeln!(out, "{}", visible(&location.path.display().to_string()))?;
        }
        ConfigCommand::Check => {
            let location = setup::config_location(global)?;
            setup::config(global)?;
            let path = location.path.display().to_string();
            let verdict = if location.path.exists() {
                "is fine"
            } else {
                "is not there; defaults hold"
            };
            writeln!(out, "{} {verdict}", visible(&path))?;
        }
    }
    Ok(Exit::Done)
}
