//! The way into the terminal UI.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use crate::app;
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::problem::Problem;
use crate::cli::setup::Setup;
use crate::model::Text;
use crate::ops::routes::Resolved;
use crate::runtime::{self, Ended};
use crate::theme::Theme;

pub(crate) async fn open(global: &Global) -> Result<Exit, Problem> {
    if global.output.is_some() || global.no_headers {
        return Err(
            Problem::usage("-o and --no-headers go with get and describe")
                .hint("roledex get clusters -o json"),
        );
    }
    if global.cached {
        return Err(Problem::usage("--cached goes with get and describe; the terminal UI shows what earlier runs saw at once, and then asks AWS")
            .hint("roledex get associations --cached"));
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
    let options = runtime::Options {
        app: app::Options {
            keymap: setup.config.keymap.clone(),
            guard: setup.cloud.guard().clone(),
            demo: setup.demo.is_some(),
            troubles,
            shell: shell(),
        },
        theme: theme(&setup.config.theme),
        cache: setup.cache(global),
        journal: setup.journal(),
    };
    // `setup` stays alive until here: the demo ends with it.
    let ended = runtime::run(Arc::clone(&setup.cloud), routes, options).await?;
    Ok(match ended {
        Ended::Left => Exit::Done,
        Ended::Told(_) => Exit::Interrupted,
    })
}

/// The shell that the person has chosen; one that cannot be shown as it is named cannot be agreed to.
fn shell() -> Option<Text> {
    let shell = std::env::var("SHELL").ok();
    shell.filter(|shell| !shell.is_empty()).map(Text::from)
}

/// The configured theme; `NO_COLOR` with any value takes the one without colours.
fn theme(name: &str) -> Theme {
    let colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let name = if colourless { "mono" } else { name };
    // The configuration was refused if it names a theme that does not exist.
    Theme::named(name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn there_is_a_theme_without_colours() {
        assert!(crate::theme::NAMES.contains(&"mono"));
    }
}
