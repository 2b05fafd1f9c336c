//! Credentials of one profile: found once, shared by all its regions, renewed before they end.

mod explain;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_eks::config::{Credentials, Region as SdkRegion, SharedHttpClient};
use tokio::time::{Instant, timeout};

use crate::cloud::profiles::Profiles;
use crate::cloud::shared::Shared;
use crate::cloud::{Environment, failure};
use crate::model::{Caller, Failure, FailureKind, Text};

pub(crate) use explain::unsupported;

/// Renew when so much is left: a call signed now must still be valid when it arrives.
const RENEW_BEFORE: Duration = Duration::from_mins(1);

/// A credential process or a token service that says nothing for so long will not.
const PATIENCE: Duration = Duration::from_mins(1);

/// Who STS named as the owner of a key.
///
/// Bound to the key, because a profile may come to hold the keys of another account while the program runs, and
/// rows under the name of the old one would be wrong.
#[derive(Debug, Clone)]
pub(crate) struct Identified {
    pub(crate) key: String,
    /// When it was asked.
    pub(crate) at: Instant,
    pub(crate) caller: Caller,
}

/// The credentials of one profile, and who AWS says they are.
#[derive(Debug)]
pub(crate) struct Keyring {
    profile: Option<Text>,
    environment: Environment,
    http: SharedHttpClient,
    /// The region where a role is assumed or a token is exchanged.
    region: Text,
    keys: Shared<Credentials>,
    caller: Shared<Identified>,
    /// What renews these credentials: `aws sso login --profile prod`.
    pub(crate) renewal: String,
}

impl Keyring {
    pub(crate) fn new(
        profile: Option<Text>,
        environment: Environment,
        http: SharedHttpClient,
        region: Text,
        profiles: &Profiles,
    ) -> Self {
        let renewal = explain::renewal(profile.as_deref(), profiles);
        Self {
            profile,
            environment,
            http,
            region,
            keys: Shared::default(),
            caller: Shared::default(),
            renewal,
        }
    }

    /// Credentials that are valid now.
    pub(crate) async fn credentials(&self) -> Result<Credentials, Failure> {
        self.keys
            .get(
                |credentials| lasts(credentials, RENEW_BEFORE),
                |old| async move {
                    match self.find().await {
                        Ok(credentials) => Ok(credentials),
                        // The token service may be away for a moment; what we hold still works.
                        Err(failure) => match old {
                            Some(old) if lasts(&old, Duration::ZERO) => {
                                tracing::warn!(target: "roledex::cloud", %failure, "credentials not renewed");
                                Ok(old)
                            }
                            _ => Err(failure),
                        },
                    }
                },
            )
            .await
    }

    /// Forgets credentials that AWS called expired or does not know, so that the next call reads the files again.
    pub(crate) fn forget(&self, bad: &Credentials) {
        self.keys
            .forget(|kept| kept.access_key_id() == bad.access_key_id());
        self.caller.forget(|kept| kept.key == bad.access_key_id());
    }

    /// The account of the credentials in use, once STS named it.
    pub(crate) fn account(&self) -> Option<Text> {
        self.known_caller().map(|caller| caller.account)
    }

    /// Who the credentials in use belong to, once STS said so.
    pub(crate) fn known_caller(&self) -> Option<Caller> {
        let key = self.keys.peek()?;
        let kept = self.caller.peek()?;
        (kept.key == key.access_key_id()).then_some(kept.caller)
    }

    /// Who the owner of a key is, as known since a moment or as `ask` learns it now.
    pub(crate) async fn caller<Asked>(
        &self,
        key: &str,
        since: Option<Instant>,
        ask: impl FnOnce() -> Asked,
    ) -> Result<Caller, Failure>
    where
        Asked: Future<Output = Result<Caller, Failure>>,
    {
        let is_good =
            |kept: &Identified| kept.key == key && since.is_none_or(|since| kept.at >= since);
        let known = self.caller.get(is_good, |_| async {
            let at = Instant::now();
            let caller = ask().await?;
            Ok(Identified {
                key: key.to_owned(),
                at,
                caller,
            })
        });
        known.await.map(|known| known.caller)
    }

    /// Asks the chain. It is built anew each time, because its parts remember their first failure and the
    /// files as they were, and a person who just ran `aws sso login` presses refresh.
    async fn find(&self) -> Result<Credentials, Failure> {
        let profiles = Profiles::read(&self.environment).await?;
        if let Some(failure) = unsupported(self.profile.as_deref(), &profiles) {
            return Err(failure);
        }
        // The chain would go on to the instance's credentials and show another account under this name.
        let selected = self.profile.as_deref().unwrap_or(profiles.selected());
        let is_asked_for = self.profile.is_some() || selected != "default";
        let comes_first = self.profile.is_none() && profiles.has_environment_keys();
        if is_asked_for && !comes_first && !profiles.contains(selected) {
            return Err(explain::nothing_found(self.profile.as_deref(), &profiles));
        }
        let provider = match &self.environment {
            Environment::Ambient => self.ambient().await,
            Environment::Isolated { .. } => {
                let name = self.profile.as_deref().unwrap_or("default");
                let (id, secret, token) = profiles
                    .keys(name)
                    .ok_or_else(|| explain::nothing_found(self.profile.as_deref(), &profiles))?;
                return Ok(Credentials::new(
                    id,
                    secret,
                    token.map(str::to_owned),
                    None,
                    "roledex",
                ));
            }
        };
        match timeout(PATIENCE, provider.provide_credentials()).await {
            Ok(Ok(credentials)) => Ok(credentials),
            Ok(Err(error)) => Err(explain::failure(&error, self.profile.as_deref(), &profiles)),
            Err(_elapsed) => Err(Failure::new(
                FailureKind::Timeout,
                explain::doing(self.profile.as_deref()),
                format!("no answer within {} s", PATIENCE.as_secs()),
            )
            .hint("a credential_process must not ask questions: it has no terminal here")),
        }
    }

    /// The standard chain; with a named profile the chain of the AWS CLI, which then ignores keys in the
    /// environment. The SDK's default chain would use them and show another account under this profile's name.
    async fn ambient(&self) -> SharedCredentialsProvider {
        let config = ProviderConfig::without_region()
            .with_region(Some(SdkRegion::new(self.region.to_string())))
            .with_http_client(self.http.clone());
        let Some(profile) = self.profile.as_deref() else {
            let chain =
                aws_config::default_provider::credentials::DefaultCredentialsChain::builder()
                    .configure(config)
                    .region(SdkRegion::new(self.region.to_string()))
                    .build()
                    .await;
            return SharedCredentialsProvider::new(chain);
        };
        let from_profile = ProfileFileCredentialsProvider::builder()
            .configure(&config)
            .profile_name(profile)
            .build();
        let web = WebIdentityTokenCredentialsProvider::builder()
            .configure(&config)
            .build();
        let container = EcsCredentialsProvider::builder().configure(&config).build();
        let instance = ImdsCredentialsProvider::builder()
            .configure(&config)
            .build();
        let chain = CredentialsProviderChain::first_try("Profile", from_profile)
            .or_else("WebIdentityToken", web)
            .or_else("EcsContainer", container)
            .or_else("Ec2InstanceMetadata", instance);
        SharedCredentialsProvider::new(chain)
    }
}

/// Whether credentials are still valid after `at_least`; static keys always are.
#[expect(
    clippy::disallowed_methods,
    reason = "whether a token has ended is between the clock and AWS; nothing that is shown depends on it"
)]
fn lasts(credentials: &Credentials, at_least: Duration) -> bool {
    credentials
        .expiry()
        .is_none_or(|end| end > SystemTime::now() + at_least)
}

/// The keyring as the SDK sees it.
#[derive(Debug, Clone)]
pub(crate) struct Served(pub(crate) Arc<Keyring>);

impl ProvideCredentials for Served {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        // The failure travels inside the SDK's error and comes out again in `failure::of`.
        future::ProvideCredentials::new(async {
            self.0
                .credentials()
                .await
                .map_err(CredentialsError::provider_error)
        })
    }
}

/// The one way from an error of the chain to its words.
fn words(error: &CredentialsError) -> String {
    failure::chain(error)
}
