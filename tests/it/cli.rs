//! The built program in an environment of its own, against the simulator.

mod cached;
mod change;
mod credential;
mod exec;
mod exits;
mod formats;
mod kubernetes;
mod other;
mod parts;
mod roles;
mod safety;
mod world;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use roledex::sim::{Fault, Options, World};
use serde_json::Value;
use tempfile::TempDir;

use crate::simulated::Simulated;

/// The program's surroundings: an empty home, and nothing of the machine.
pub(crate) struct Home {
    directory: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { directory }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roledex"));
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .env("HOME", self.directory.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::new(&self.command(arguments).output().unwrap())
    }
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    pub(crate) fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            code: output.status.code().unwrap(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// What was printed, after a run that went well.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!((self.code, &*self.err), (0, ""), "{}", self.out);
        self.out
    }

    /// The rows that were printed as JSON.
    #[track_caller]
    pub(crate) fn rows(&self) -> Vec<Value> {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A home whose AWS configuration leads to a simulated world, one profile an account.
pub(crate) struct Site {
    pub(crate) home: Home,
    pub(crate) simulated: Simulated,
}

impl Site {
    pub(crate) fn demo() -> Self {
        Self::new(World::demo().unwrap(), &[])
    }

    pub(crate) fn with_faults(faults: &[&str]) -> Self {
        Self::new(World::demo().unwrap(), faults)
    }

    pub(crate) fn new(world: World, faults: &[&str]) -> Self {
        let faults = faults.iter().map(|fault| fault.parse::<Fault>().unwrap());
        let options = Options {
            faults: faults.collect(),
            ..Options::default()
        };
        let simulated = Simulated::start(world, options);
        let home = Home::new();
        let (mut config, mut credentials, mut scopes) =
            (String::new(), String::new(), String::new());
        for account in simulated.simulator().accounts() {
            let (name, region) = (&account.name, &account.regions[0]);
            writeln!(config, "[profile {name}]\nregion = {region}").unwrap();
            let (key, secret) = (&account.access_key_id, &account.secret_access_key);
            writeln!(
                credentials,
                "[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}"
            )
            .unwrap();
            let regions = &account.regions;
            writeln!(
                scopes,
                "[[scopes]]\nprofile = {name:?}\nregions = {regions:?}"
            )
            .unwrap();
        }
        home.write(".aws/config", &config);
        home.write(".aws/credentials", &credentials);
        home.write("config/roledex/config.toml", &scopes);
        Self { home, simulated }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(arguments);
        command.env("AWS_ENDPOINT_URL", self.simulated.simulator().url());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::new(&self.command(arguments).output().unwrap())
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
