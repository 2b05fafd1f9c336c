//! roledex's own configuration file.
//!
//! Everything in it is optional, and nothing in it is guessed: an unknown setting, an unknown command or a
//! key that is bound twice is an error that names its line.

mod near;
mod read;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::input::Keymap;
use crate::model::{ClusterArn, Guard};
use crate::theme;

/// A commented sample that shows every setting at its default; tests hold it to that.
pub const SAMPLE: &str = include_str!("../assets/config.toml");

/// What the file says, or the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// What to look at where the command line names no profile; empty for the standard AWS chain.
    pub scopes: Vec<Scope>,
    /// From `read-only`, `protected` and `no-credential-tests`.
    pub guard: Guard,
    /// One of [`theme::NAMES`].
    pub theme: String,
    /// Contexts of the kubeconfig for clusters whose endpoint they do not name.
    pub kubernetes_contexts: BTreeMap<ClusterArn, String>,
    pub keymap: Keymap,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            scopes: Vec::new(),
            guard: Guard::default(),
            theme: theme::NAMES[0].to_owned(),
            kubernetes_contexts: BTreeMap::new(),
            keymap: Keymap::default(),
        }
    }
}

/// A profile and its regions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// `None` is the standard AWS chain.
    pub profile: Option<String>,
    /// `all` stands for every region of the partition; none for the profile's own.
    pub regions: Vec<String>,
}

impl Config {
    /// Reads the text of a file; `origin` is what messages call it.
    pub fn parse(text: &str, origin: &str) -> Result<Self, ConfigError> {
        read::config(text).map_err(|fault| fault.at(text, origin))
    }

    /// Reads the file; one that is not there means the defaults, unless it was asked for by name.
    pub fn load(location: &Location) -> Result<Self, ConfigError> {
        let origin = location.path.display().to_string();
        match std::fs::read_to_string(&location.path) {
            Ok(text) => Self::parse(&text, &origin),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !location.explicit => {
                Ok(Self::default())
            }
            Err(error) => Err(ConfigError {
                origin,
                position: None,
                message: format!("could not be read: {error}"),
            }),
        }
    }
}

/// Where the file is, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub path: PathBuf,
    /// Named by `--config`.
    pub explicit: bool,
}

impl Location {
    /// `--config`, else `$XDG_CONFIG_HOME/roledex/config.toml`, else `~/.config/roledex/config.toml`.
    pub fn find(named: Option<&Path>, variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        if let Some(path) = named {
            return Some(Self {
                path: path.to_owned(),
                explicit: true,
            });
        }
        // The XDG specification tells programs to ignore relative paths.
        let absolute = |name| {
            variable(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let base = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
        Some(Self {
            path: base?.join("roledex").join("config.toml"),
            explicit: false,
        })
    }
}

/// Why the file cannot be used, with the line and column that are to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pub origin: String,
    /// Line and column, counted from one, in characters.
    pub position: Option<(usize, usize)>,
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_looked_for_where_the_system_says() {
        let find = |pairs: &[(&str, &str)]| {
            let found = Location::find(None, |name| {
                let pair = pairs.iter().find(|(known, _)| *known == name)?;
                Some(OsString::from(pair.1))
            });
            found.map(|location| location.path.display().to_string())
        };
        let xdg = [("XDG_CONFIG_HOME", "/x"), ("HOME", "/home/me")];
        let relative = [("XDG_CONFIG_HOME", "x"), ("HOME", "/home/me")];
        assert_eq!(find(&xdg).unwrap(), "/x/roledex/config.toml");
        assert_eq!(
            find(&relative).unwrap(),
            "/home/me/.config/roledex/config.toml"
        );
        assert_eq!(find(&[]), None);
    }

    #[test]
    fn only_a_named_file_must_exist() {
        let location = |explicit| Location {
            path: "/nonexistent/roledex.toml".into(),
            explicit,
        };
        assert_eq!(Config::load(&location(false)).unwrap(), Config::default());
        let error = Config::load(&location(true)).unwrap_err().to_string();
        assert!(
            error.starts_with("/nonexistent/roledex.toml: could not be read"),
            "{error}"
        );
    }
}
