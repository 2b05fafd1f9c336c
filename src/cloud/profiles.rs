//! The person's AWS configuration: what the files and the environment say before any call is made.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use aws_config::profile::{Profile, ProfileSet};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use crate::cloud::Environment;
use crate::model::{Failure, FailureKind, Region};

/// The variables that decide where credentials and regions come from; values of keys are never kept.
const VARIABLES: [&str; 9] = [
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CA_BUNDLE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];

/// How a profile gets its credentials, as far as the files tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// IAM Identity Center, directly or at the end of a chain of profiles.
    SingleSignOn,
    /// `aws login`, which aws-config supports only at the price of a second crypto stack.
    ConsoleLogin,
    /// A role that asks for an MFA code, which aws-config cannot ask for.
    Mfa,
    Process,
    Other,
    Nothing,
}

/// The AWS files and variables as they were when asked.
#[derive(Debug, Clone)]
pub struct Profiles {
    set: ProfileSet,
    variables: BTreeMap<&'static str, String>,
    has_environment_keys: bool,
    /// How the files are called in messages.
    files: (String, String),
}

impl Profiles {
    pub(crate) async fn read(environment: &Environment) -> Result<Self, Failure> {
        let mut variables = BTreeMap::new();
        let (files, env, has_environment_keys) = match environment {
            Environment::Ambient => {
                for name in VARIABLES {
                    if let Some(value) = std::env::var(name).ok().filter(|value| !value.is_empty())
                    {
                        variables.insert(name, value);
                    }
                }
                let has_keys =
                    std::env::var_os("AWS_ACCESS_KEY_ID").is_some_and(|key| !key.is_empty());
                (EnvConfigFiles::default(), Env::real(), has_keys)
            }
            Environment::Isolated {
                config,
                credentials,
            } => {
                let files = EnvConfigFiles::builder()
                    .with_file(EnvConfigFileKind::Config, config)
                    .with_file(EnvConfigFileKind::Credentials, credentials)
                    .build();
                (files, Env::from_slice(&[]), false)
            }
        };
        let set = aws_config::profile::load(&Fs::real(), &env, &files, None)
            .await
            .map_err(|error| {
                let cause = crate::cloud::failure::chain(&error);
                Failure::new(FailureKind::Unconfigured, "read the AWS configuration", cause)
                    .hint("check ~/.aws/config and ~/.aws/credentials; `aws configure list` reads them too")
            })?;
        let named = |variable, usual: &str| {
            let path = variables.get(variable).cloned();
            path.unwrap_or_else(|| usual.to_owned())
        };
        let files = match environment {
            Environment::Ambient => (
                named("AWS_CONFIG_FILE", "~/.aws/config"),
                named("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
            ),
            Environment::Isolated {
                config,
                credentials,
            } => (
                config.display().to_string(),
                credentials.display().to_string(),
            ),
        };
        Ok(Self {
            set,
            variables,
            has_environment_keys,
            files,
        })
    }

    /// Names of all profiles, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let mut names: Vec<_> = self.set.profiles().collect();
        names.sort_unstable();
        names.into_iter()
    }

    pub fn contains(&self, name: &str) -> bool {
        self.set.get_profile(name).is_some()
    }

    /// The profile that the standard chain reads: `AWS_PROFILE`'s, else `default`.
    pub fn selected(&self) -> &str {
        self.variable("AWS_PROFILE").unwrap_or("default")
    }

    /// The region that the AWS CLI would use: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's own.
    pub fn region_of(&self, profile: Option<&str>) -> Option<Region> {
        let name = profile.unwrap_or(self.selected());
        self.variable("AWS_REGION")
            .or_else(|| self.variable("AWS_DEFAULT_REGION"))
            .or_else(|| self.set.get_profile(name)?.get("region"))
            .map(str::trim)
            .filter(|region| !region.is_empty())
            .map(Region::new)
    }

    /// Says whether there is any hint of credentials; instance metadata alone cannot be seen from here.
    pub fn anything_configured(&self) -> bool {
        !self.set.is_empty()
            || self.has_environment_keys
            || self.variable("AWS_WEB_IDENTITY_TOKEN_FILE").is_some()
            || self.has_container()
    }

    /// What the standard chain looks for, where, and what is there: one line each.
    pub fn looked_for(&self) -> Vec<String> {
        let found = |is_there: bool| if is_there { "set" } else { "not set" };
        let selected = self.selected();
        let profile = match (self.contains(selected), self.set.is_empty()) {
            (_, true) => format!("no profile in {} or {}", self.files.0, self.files.1),
            (false, _) => format!(
                "profile {selected} is not in {} or {}, which hold: {}",
                self.files.0,
                self.files.1,
                self.names().collect::<Vec<_>>().join(", ")
            ),
            (true, _) if self.means(selected) == Means::Nothing => {
                format!(
                    "profile {selected} in {} says nothing of credentials",
                    self.files.0
                )
            }
            (true, _) => format!("profile {selected} in {}", self.files.0),
        };
        let region = self.region_of(None).map_or_else(
            || {
                "AWS_REGION and AWS_DEFAULT_REGION are not set, and the profile names no region"
                    .to_owned()
            },
            |region| format!("the region is {region}"),
        );
        vec![
            format!("AWS_ACCESS_KEY_ID is {}", found(self.has_environment_keys)),
            profile,
            format!(
                "AWS_WEB_IDENTITY_TOKEN_FILE is {}",
                found(self.variable("AWS_WEB_IDENTITY_TOKEN_FILE").is_some())
            ),
            format!(
                "AWS_CONTAINER_CREDENTIALS_…_URI is {}",
                found(self.has_container())
            ),
            region,
        ]
    }

    pub(crate) fn ca_bundle(&self, profile: Option<&str>) -> Option<PathBuf> {
        let name = profile.unwrap_or(self.selected());
        self.variable("AWS_CA_BUNDLE")
            .or_else(|| self.set.get_profile(name)?.get("ca_bundle"))
            .map(|path| Path::new(path).to_owned())
    }

    pub(crate) fn config_file(&self) -> &str {
        &self.files.0
    }

    pub(crate) fn has_environment_keys(&self) -> bool {
        self.has_environment_keys
    }

    /// The long-lived or session keys that a profile holds itself.
    pub(crate) fn keys(&self, name: &str) -> Option<(&str, &str, Option<&str>)> {
        let profile = self.set.get_profile(name)?;
        let keys = (
            profile.get("aws_access_key_id")?,
            profile.get("aws_secret_access_key")?,
        );
        Some((keys.0, keys.1, profile.get("aws_session_token")))
    }

    /// How a profile gets its credentials, following `source_profile`.
    pub(crate) fn means(&self, name: &str) -> Means {
        self.source(name).0
    }

    /// The means, and the profile at the end of the chain that holds them: `aws sso login` wants that one.
    pub(crate) fn source<'a>(&'a self, name: &'a str) -> (Means, &'a str) {
        let mut seen = HashSet::new();
        let mut last = (Means::Nothing, name);
        let mut next = Some(name);
        while let Some(profile) = next.and_then(|name| self.set.get_profile(name)) {
            if !seen.insert(profile.name()) {
                break;
            }
            let has = |key| profile.get(key).is_some();
            if !has("role_arn") {
                return (plain_means(profile), profile.name());
            }
            if has("mfa_serial") {
                return (Means::Mfa, profile.name());
            }
            last = (Means::Other, profile.name());
            // A profile may be its own source: then its own keys are meant.
            next = profile
                .get("source_profile")
                .filter(|source| *source != profile.name());
        }
        last
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    fn has_container(&self) -> bool {
        self.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")
            .is_some()
            || self
                .variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
                .is_some()
    }
}

fn plain_means(profile: &Profile) -> Means {
    let has = |key| profile.get(key).is_some();
    if has("sso_session") || has("sso_start_url") {
        Means::SingleSignOn
    } else if has("login_session") {
        Means::ConsoleLogin
    } else if has("credential_process") {
        Means::Process
    } else if has("aws_access_key_id") || has("web_identity_token_file") {
        Means::Other
    } else {
        Means::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn profiles(config: &str) -> Profiles {
        let directory = tempfile::tempdir().unwrap();
        let (config_path, credentials) = (
            directory.path().join("config"),
            directory.path().join("credentials"),
        );
        std::fs::write(&config_path, config).unwrap();
        std::fs::write(
            &credentials,
            "[keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = s\n",
        )
        .unwrap();
        Profiles::read(&Environment::Isolated {
            config: config_path,
            credentials,
        })
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn means_follow_the_chain_of_profiles() {
        let profiles = profiles(
            "[profile sso]\nsso_session = corp\nregion = eu-west-1\n\
             [sso-session corp]\nsso_start_url = https://x\nsso_region = eu-west-1\n\
             [profile chained]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = sso\n\
             [profile mfa]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = keys\nmfa_serial = arn:aws:iam::111122223333:mfa/me\n\
             [profile above-mfa]\nrole_arn = arn:aws:iam::111122223333:role/y\nsource_profile = mfa\n\
             [profile serial-only]\nmfa_serial = arn:aws:iam::111122223333:mfa/me\naws_access_key_id = A\naws_secret_access_key = s\n\
             [profile process]\ncredential_process = /bin/x\n\
             [profile console]\nlogin_session = arn:aws:iam::111122223333:user/me\n\
             [profile loop]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = loop2\n\
             [profile loop2]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = loop\n\
             [profile empty]\nregion = us-east-1\n",
        )
        .await;
        for (name, means) in [
            ("sso", Means::SingleSignOn),
            ("chained", Means::SingleSignOn),
            ("mfa", Means::Mfa),
            ("above-mfa", Means::Mfa),
            ("serial-only", Means::Other),
            ("process", Means::Process),
            ("console", Means::ConsoleLogin),
            ("loop", Means::Other),
            ("keys", Means::Other),
            ("empty", Means::Nothing),
            ("absent", Means::Nothing),
        ] {
            assert_eq!(profiles.means(name), means, "{name}");
        }
        assert_eq!(profiles.source("chained"), (Means::SingleSignOn, "sso"));
        assert_eq!(
            profiles.region_of(Some("sso")),
            Some(Region::new("eu-west-1"))
        );
        assert_eq!(profiles.region_of(Some("process")), None);
        assert!(profiles.contains("keys") && !profiles.contains("corp"));
        assert!(profiles.anything_configured());
    }

    #[tokio::test]
    async fn the_environment_comes_before_the_profile() {
        let mut profiles = profiles("[default]\nregion = eu-west-1\n").await;
        assert_eq!(profiles.region_of(None), Some(Region::new("eu-west-1")));
        profiles
            .variables
            .insert("AWS_DEFAULT_REGION", "us-east-1".to_owned());
        assert_eq!(profiles.region_of(None), Some(Region::new("us-east-1")));
        profiles
            .variables
            .insert("AWS_REGION", "us-west-2".to_owned());
        assert_eq!(profiles.region_of(None), Some(Region::new("us-west-2")));
        profiles.variables.insert("AWS_PROFILE", "gone".to_owned());
        assert_eq!(profiles.selected(), "gone");
        let lines = profiles.looked_for().join("\n");
        assert!(lines.contains("profile gone is not in"), "{lines}");
        assert!(lines.contains("which hold: default, keys"), "{lines}");
    }
}
