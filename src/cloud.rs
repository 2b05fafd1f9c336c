//! AWS and Kubernetes: their clients, credentials and budgets. The only place with SDK types.
//!
//! Every call of AWS goes through [`Session`], every one of a cluster's API server through [`Kubernetes`], and
//! through one function there: credentials first, then the turn in the budget, then the wire, with a deadline
//! around it and our own counted retries.

mod budget;
mod convert;
mod credentials;
mod document;
mod failure;
mod http;
mod intern;
mod kubernetes;
mod pod_credentials;
mod profiles;
mod readonly;
mod retry;
mod secret;
mod session;
mod shared;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_eks::config::retry::RetryConfig;
use aws_sdk_eks::config::timeout::TimeoutConfig;
use aws_sdk_eks::config::{
    FrameworkMetadata, IdentityCache, Region as SdkRegion, SharedCredentialsProvider,
    SharedHttpClient, StalledStreamProtectionConfig,
};

use crate::model::{ClusterArn, Failure, Guard, Partition, Region, Route, Text};
use budget::core::Limits;
use budget::{Budget, Meter};
use credentials::{Keyring, Served};
use intern::Interner;
use shared::Shared;

pub use budget::{Spend, Urgency};
pub use kubernetes::{
    Action, KubePage, Kubernetes, LogOf, ObjectFilter, ObjectKind, Permission, check_kubeconfig,
};
pub use pod_credentials::PodCredentials;
pub use profiles::Profiles;
pub use secret::Secret;
pub use session::{
    AssociationFilter, Assumed, AttachedPolicy, Changed, Page, Session, Unassumed, is_uncertain,
};

/// Where credentials, regions and endpoints come from.
#[derive(Debug, Clone)]
pub enum Environment {
    /// The person's own: `~/.aws`, AWS_* variables, containers, instance metadata, proxies.
    Ambient,
    /// Two files with static keys, and nothing else: the demo must never touch a real account.
    Isolated {
        config: PathBuf,
        credentials: PathBuf,
    },
}

impl Environment {
    /// Whether the proxies of the process's environment count.
    fn has_proxies(&self) -> bool {
        matches!(self, Self::Ambient)
    }
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    pub connect: Duration,
    /// The whole call, from its turn in the budget on, retries included.
    pub interactive: Duration,
    pub background: Duration,
    /// The first pause before a retry; doubled each time, and shortened by chance.
    pub backoff: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            interactive: Duration::from_secs(20),
            background: Duration::from_mins(1),
            backoff: Duration::from_millis(300),
        }
    }
}

impl Deadlines {
    fn call(&self, urgency: Urgency) -> Duration {
        match urgency {
            Urgency::Interactive => self.interactive,
            Urgency::Background => self.background,
        }
    }
}

/// What is decided once, at the start.
#[derive(Debug, Clone)]
pub struct Settings {
    pub environment: Environment,
    /// From `--endpoint-url`: every service, every region.
    pub endpoint_url: Option<String>,
    /// What may be changed; cannot be loosened afterwards.
    pub guard: Guard,
    pub deadlines: Deadlines,
    /// From `--kubeconfig`: used for a cluster only if one of its contexts fits.
    pub kubeconfig: Option<PathBuf>,
    /// The contexts that the configuration names for clusters, whatever their server is.
    pub contexts: HashMap<ClusterArn, String>,
}

impl Settings {
    pub fn ambient() -> Self {
        Self {
            environment: Environment::Ambient,
            endpoint_url: None,
            guard: Guard::default(),
            deadlines: Deadlines::default(),
            kubeconfig: None,
            contexts: HashMap::new(),
        }
    }

    pub fn isolated(config: PathBuf, credentials: PathBuf, endpoint_url: String) -> Self {
        Self {
            environment: Environment::Isolated {
                config,
                credentials,
            },
            endpoint_url: Some(endpoint_url),
            ..Self::ambient()
        }
    }
}

/// One budget each: limits of AWS count per account, region and service.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct BudgetKey {
    /// The account, or the profile until STS named the account.
    payer: Text,
    region: Region,
    service: &'static str,
}

/// One client for each cluster and profile.
type KubernetesClients = HashMap<(ClusterArn, Option<Text>), Arc<Shared<Arc<Kubernetes>>>>;

/// All of AWS that this run can reach.
#[derive(Debug)]
pub struct Cloud {
    settings: Settings,
    meter: Meter,
    texts: Interner,
    /// One connection pool per CA bundle: nearly always one.
    clients: Mutex<HashMap<Option<PathBuf>, SharedHttpClient>>,
    keyrings: Mutex<HashMap<Option<Text>, Arc<Keyring>>>,
    sessions: Mutex<HashMap<Route, Arc<Session>>>,
    budgets: Mutex<HashMap<BudgetKey, Arc<Budget>>>,
    kubernetes: Mutex<KubernetesClients>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cloud {
    pub fn new(settings: Settings) -> Result<Arc<Self>, Failure> {
        let cloud = Arc::new(Self {
            settings,
            meter: Meter::default(),
            texts: Interner::default(),
            clients: Mutex::default(),
            keyrings: Mutex::default(),
            sessions: Mutex::default(),
            budgets: Mutex::default(),
            kubernetes: Mutex::default(),
        });
        // A CA bundle that cannot be read is told at once and not with the first call.
        if matches!(cloud.settings.environment, Environment::Ambient) {
            let bundle = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty());
            cloud.client(bundle.map(PathBuf::from))?;
        }
        Ok(cloud)
    }

    pub fn guard(&self) -> &Guard {
        &self.settings.guard
    }

    pub fn read_only(&self) -> bool {
        self.settings.guard.read_only
    }

    /// Where this run finds every AWS service, if it was told.
    pub fn endpoint_url(&self) -> Option<&str> {
        self.settings.endpoint_url.as_deref()
    }

    /// The endpoint that takes the place of EKS's own, from wherever it was named.
    fn eks_endpoint(&self, config: &SdkConfig) -> Option<Text> {
        let of_service = || {
            let is_ambient = matches!(self.settings.environment, Environment::Ambient);
            let named = is_ambient.then(|| std::env::var("AWS_ENDPOINT_URL_EKS").ok())?;
            named.filter(|url| !url.is_empty())
        };
        let given = self.settings.endpoint_url.clone();
        let endpoint = given
            .or_else(of_service)
            .or_else(|| config.endpoint_url().map(str::to_owned));
        endpoint.map(Text::from)
    }

    /// What the calls of this run cost so far.
    pub fn spend(&self) -> Spend {
        let mut spend = self.meter.read();
        for budget in lock(&self.budgets).values() {
            let (waiting, in_flight) = budget.load();
            spend.waiting += waiting;
            spend.in_flight += in_flight;
        }
        spend
    }

    /// Reads the AWS files and variables as they are now.
    pub async fn profiles(&self) -> Result<Profiles, Failure> {
        Profiles::read(&self.settings.environment).await
    }

    /// The session of a route; it makes no call and finds no credentials yet.
    pub async fn session(self: &Arc<Self>, route: &Route) -> Result<Arc<Session>, Failure> {
        if let Some(session) = lock(&self.sessions).get(route) {
            return Ok(session.clone());
        }
        let profiles = self.profiles().await?;
        if let Some(failure) = credentials::unsupported(route.profile.as_deref(), &profiles) {
            return Err(failure);
        }
        let profile = route.profile.as_deref();
        let http = self.client(profiles.ca_bundle(profile))?;
        let keyring = {
            let mut keyrings = lock(&self.keyrings);
            let keyring = keyrings.entry(route.profile.clone()).or_insert_with(|| {
                // STS answers everywhere for a role in the profile's own region; a region of `--region all`
                // may be one that is not enabled.
                let region = profiles
                    .region_of(profile)
                    .unwrap_or_else(|| route.region.clone());
                Arc::new(Keyring::new(
                    route.profile.clone(),
                    self.settings.environment.clone(),
                    http.clone(),
                    region.as_str().into(),
                    &profiles,
                ))
            });
            keyring.clone()
        };
        // Who the caller is, a region that is surely enabled must say.
        let home = if route.speculative {
            let partition = Partition::of(&route.region);
            profiles
                .region_of(profile)
                .filter(|region| Partition::of(region) == partition)
                .unwrap_or_else(|| partition.home())
        } else {
            route.region.clone()
        };
        let config = self.config(route, &keyring, http).await;
        let session = Session::new(self, route.clone(), &home, keyring, &config);
        let mut sessions = lock(&self.sessions);
        Ok(sessions
            .entry(route.clone())
            .or_insert_with(|| Arc::new(session))
            .clone())
    }

    /// What all clients of a route share. Only the ambient environment is asked for endpoints, FIPS and the like.
    async fn config(
        &self,
        route: &Route,
        keyring: &Arc<Keyring>,
        http: SharedHttpClient,
    ) -> SdkConfig {
        let region = SdkRegion::new(route.region.to_string());
        let provider = SharedCredentialsProvider::new(Served(keyring.clone()));
        let retries = RetryConfig::disabled();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(self.settings.deadlines.connect)
            .build();
        let framework = FrameworkMetadata::new("roledex", Some(env!("CARGO_PKG_VERSION"))).ok();
        let mut builder = match self.settings.environment {
            Environment::Ambient => {
                let mut loader = aws_config::defaults(BehaviorVersion::latest())
                    .region(region)
                    .http_client(http)
                    .credentials_provider(provider)
                    .identity_cache(IdentityCache::no_cache())
                    .retry_config(retries)
                    .timeout_config(timeouts)
                    .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
                if let Some(profile) = &route.profile {
                    loader = loader.profile_name(profile.to_string());
                }
                if let Some(url) = &self.settings.endpoint_url {
                    loader = loader.endpoint_url(url);
                }
                loader.load().await.into_builder()
            }
            Environment::Isolated { .. } => {
                let mut builder = SdkConfig::builder()
                    .behavior_version(BehaviorVersion::latest())
                    .region(region)
                    .http_client(http)
                    .credentials_provider(provider)
                    .identity_cache(IdentityCache::no_cache())
                    .retry_config(retries)
                    .timeout_config(timeouts)
                    .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
                builder.set_endpoint_url(self.settings.endpoint_url.clone());
                builder
            }
        };
        builder.set_framework_metadata(framework);
        builder.build()
    }

    fn client(&self, bundle: Option<PathBuf>) -> Result<SharedHttpClient, Failure> {
        if matches!(self.settings.environment, Environment::Isolated { .. }) {
            return Ok(lock(&self.clients)
                .entry(None)
                .or_insert_with(http::isolated)
                .clone());
        }
        if let Some(client) = lock(&self.clients).get(&bundle) {
            return Ok(client.clone());
        }
        let client = http::ambient(bundle.as_deref())?;
        Ok(lock(&self.clients).entry(bundle).or_insert(client).clone())
    }

    fn budget(&self, payer: Text, region: &Region, service: &'static str) -> Arc<Budget> {
        let key = BudgetKey {
            payer,
            region: region.clone(),
            service,
        };
        let mut budgets = lock(&self.budgets);
        budgets
            .entry(key)
            .or_insert_with(|| Budget::new(Limits::default()))
            .clone()
    }
}
