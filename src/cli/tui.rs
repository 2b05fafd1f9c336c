//! The way into the terminal UI.

use std::io::{self, IsTerminal as _};

use crate::app;
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::ops::routes::Resolved;

pub(crate) async fn open(global: &Global) -> Result<Exit, Problem> {
    if global.output.is_some() || global.no_headers {
        return Err(
            Problem::usage("-o and --no-headers go with get and describe")
                .hint("roledex get clusters -o json"),
        );
    }
    for (name, terminal) in [
        ("stdin", io::stdin().is_terminal()),
        ("stdout", io::stdout().is_terminal()),
    ] {
        if !terminal {
            return Err(Problem::usage(format!(
                "the terminal UI needs a terminal, and {name} is none"
            ))
            .hint("roledex get clusters prints instead; roledex --help lists the commands"));
        }
    }
    let setup = Setup::new(global).await?;
    // It also opens where nothing is configured, and says there what it looked for.
    let (routes, troubles) = match setup.routes().await {
        Ok(Resolved { routes, unroutable }) => (
            routes,
            unroutable.into_iter().map(|scope| scope.failure).collect(),
        ),
        Err(failure) => (Vec::new(), vec![failure]),
    };
    let options = app::Options {
        keymap: setup.config.keymap.clone(),
        read_only: setup.cloud.read_only(),
        demo: setup.demo.is_some(),
        troubles,
    };
    run(&setup, routes, options, setup.cache(global)).await?;
    Ok(Exit::Done)
}

/// The one call into the terminal UI.
#[expect(clippy::unused_async, reason = "the terminal UI is asynchronous")]
async fn run(
    _setup: &Setup,
    _routes: Vec<crate::model::Route>,
    _options: app::Options,
    _cache: Option<std::path::PathBuf>,
) -> Result<(), Problem> {
    Err(Problem::failed("the terminal UI is not part of this build"))
}
