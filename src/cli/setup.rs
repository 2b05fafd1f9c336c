//! From options, environment and configuration to a cloud and the routes into it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::args::Global;
use crate::cli::demo::Demo;
use crate::cli::exit::Exit;
use crate::cli::paths;
use crate::cli::problem::Problem;
use crate::cloud::{Cloud, Settings, check_kubeconfig};
use crate::config::{Config, Location};
use crate::model::journal::Entry;
use crate::model::{ClusterArn, Failure, FailureKind, Guard};
use crate::ops::routes::{self, Resolved, Scope};
use crate::store::Journal;

/// Everything that a command needs before its first call.
pub(crate) struct Setup {
    pub(crate) config: Config,
    pub(crate) cloud: Arc<Cloud>,
    /// Kept for as long as the cloud is used.
    pub(crate) demo: Option<Demo>,
    scopes: Vec<Scope>,
    profiles: Vec<String>,
    regions: Vec<String>,
}

impl Setup {
    pub(crate) async fn new(global: &Global) -> Result<Self, Problem> {
        let config = config(global)?;
        if let Some(path) = &global.kubeconfig {
            check_kubeconfig(path).map_err(|failure| Problem::from(failure).exits(Exit::Usage))?;
        }
        let demo = if global.demo {
            Some(Demo::start().await?)
        } else {
            None
        };
        let mut settings = match &demo {
            Some(demo) => demo.settings(),
            None => Settings {
                endpoint_url: global.endpoint_url.clone(),
                kubeconfig: global.kubeconfig.clone(),
                contexts: contexts(&config),
                ..Settings::ambient()
            },
        };
        settings.guard = guard(global, &config);
        let cloud = Cloud::new(settings)?;
        let configured = config.scopes.iter().map(|scope| Scope {
            profile: scope.profile.clone(),
            regions: scope.regions.clone(),
        });
        let mut profiles = global.profile.clone();
        let scopes = match &demo {
            None => configured.collect(),
            Some(demo) => {
                let scopes = demo.scopes(&profiles);
                // A profile that the demo does not have is refused by its name, like one of the person's.
                if scopes.len() == profiles.len() {
                    profiles.clear();
                }
                scopes
            }
        };
        Ok(Self {
            config,
            cloud,
            demo,
            scopes,
            profiles,
            regions: global.region.clone(),
        })
    }

    /// The routes; fails where nothing at all is configured.
    pub(crate) async fn routes(&self) -> Result<Resolved, Failure> {
        routes::resolve(&self.cloud, &self.profiles, &self.regions, &self.scopes).await
    }

    /// Where the journal is.
    pub(crate) fn state(&self) -> Option<PathBuf> {
        match &self.demo {
            Some(demo) => Some(demo.state()),
            None => paths::state(),
        }
    }

    /// Where the last known world is kept, unless it is not to be.
    pub(crate) fn cache(&self, global: &Global) -> Option<PathBuf> {
        if global.no_cache {
            return None;
        }
        match &self.demo {
            Some(demo) => Some(demo.cache()),
            None => paths::cache(global.endpoint_url.as_deref()),
        }
    }

    /// The journal, and what dead runs began and did not finish.
    pub(crate) fn journal(&self) -> Result<(Journal, Vec<Entry>), Failure> {
        let directory = self.state().ok_or_else(|| {
            let cause = "there is no place for the journal: neither HOME nor XDG_STATE_HOME is set";
            Failure::new(FailureKind::Unconfigured, "write changes down", cause)
                .hint("set HOME or XDG_STATE_HOME")
        })?;
        Journal::open(directory)
    }
}

pub(crate) fn config_location(global: &Global) -> Result<Location, Problem> {
    Location::find(global.config.as_deref(), |name| std::env::var_os(name)).ok_or_else(|| {
        Problem::usage("there is no place for a configuration file: HOME is not set")
            .hint("set HOME or XDG_CONFIG_HOME, or name a file with --config")
    })
}

pub(crate) fn config(global: &Global) -> Result<Config, Problem> {
    // Without a home there is no file to read; only `roledex config` has to complain about that.
    match config_location(global) {
        Ok(location) => Config::load(&location).map_err(|error| {
            Problem::new(Exit::Usage, error.to_string())
                .hint("roledex config sample shows every setting; roledex config check reads the file again")
        }),
        Err(_) => Ok(Config::default()),
    }
}

/// What the configuration says of kubeconfigs, for the cloud.
fn contexts(config: &Config) -> HashMap<ClusterArn, String> {
    config.kubernetes_contexts.clone().into_iter().collect()
}

/// The strictest of option, environment and configuration.
fn guard(global: &Global, config: &Config) -> Guard {
    let mut guard = config.guard.clone();
    guard.read_only |= global.read_only;
    guard.read_only |= demands_read_only(std::env::var_os("ROLEDEX_READ_ONLY").as_deref());
    guard
}

/// A value that is not plainly "no" counts as yes: a typo must not allow a change.
fn demands_read_only(value: Option<&OsStr>) -> bool {
    value.is_some_and(|value| {
        let value = value.to_string_lossy();
        !["", "0", "false", "no", "off"]
            .iter()
            .any(|no| value.eq_ignore_ascii_case(no))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_no_allows_changes() {
        for (value, expected) in [
            (None, false),
            (Some(""), false),
            (Some("0"), false),
            (Some("False"), false),
            (Some("1"), true),
            (Some("true"), true),
            (Some("flase"), true),
        ] {
            assert_eq!(
                demands_read_only(value.map(OsStr::new)),
                expected,
                "{value:?}"
            );
        }
    }
}
