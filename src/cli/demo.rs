//! `--demo`: the simulator in this process, and an AWS configuration of its own in a temporary directory.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::TempDir;

use crate::cloud::Settings;
use crate::ops::routes::Scope;
use crate::sim::{Account, Options, Simulator, World};

/// A running demo; everything of it goes when it is dropped.
#[derive(Debug)]
pub(crate) struct Demo {
    simulator: Simulator,
    directory: TempDir,
}

impl Demo {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let simulator = Simulator::start(World::demo()?, Options::default()).await?;
        let directory = tempfile::Builder::new()
            .prefix("roledex-demo-")
            .tempdir()
            .context("could not make a temporary directory for the demo")?;
        let demo = Self {
            simulator,
            directory,
        };
        let (mut config, mut credentials) = (String::new(), String::new());
        for account in demo.simulator.accounts() {
            let Account {
                name,
                access_key_id,
                secret_access_key,
                ..
            } = account;
            let region = account.regions.first().map_or("us-east-1", String::as_str);
            // Writing to a String cannot fail.
            writeln!(config, "[profile {name}]\nregion = {region}").unwrap_or_default();
            writeln!(
                credentials,
                "[{name}]\naws_access_key_id = {access_key_id}\naws_secret_access_key = {secret_access_key}"
            )
            .unwrap_or_default();
            if let Some(token) = &account.session_token {
                writeln!(credentials, "aws_session_token = {token}").unwrap_or_default();
            }
        }
        write_private(&demo.config(), &config)?;
        write_private(&demo.credentials(), &credentials)?;
        Ok(demo)
    }

    /// Settings that reach the simulator and nothing else.
    pub(crate) fn settings(&self) -> Settings {
        Settings::isolated(self.config(), self.credentials(), self.simulator.url())
    }

    /// Every account in every region that it has; only the profiles that are named, if some are.
    pub(crate) fn scopes(&self, profiles: &[String]) -> Vec<Scope> {
        let accounts = self.simulator.accounts().iter();
        accounts
            .filter(|account| profiles.is_empty() || profiles.contains(&account.name))
            .map(|account| Scope {
                profile: Some(account.name.clone()),
                regions: account.regions.clone(),
            })
            .collect()
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.directory.path().join("cache")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    fn config(&self) -> PathBuf {
        self.directory.path().join("config")
    }

    fn credentials(&self) -> PathBuf {
        self.directory.path().join("credentials")
    }
}

fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("could not write {}", path.display()))
}
