//! The Kubernetes API of one cluster: its connection, and the one way in which each request is made.
//!
//! Everything that is read is decoded into our own trimmed types while it arrives. kube brings the connection;
//! its typed objects are not used, because they would hold the environment of every pod.

mod around;
mod connect;
mod failure;
mod issue;
mod kind;
mod kubeconfig;
mod page;
mod read;
mod request;
mod review;
mod token;
mod watch;
mod wire;

use std::fmt;
use std::sync::{Arc, Weak};

use crate::cloud::budget::Budget;
use crate::cloud::credentials::Keyring;
use crate::cloud::shared::Shared;
use crate::cloud::{Cloud, lock};
use crate::model::{Cluster, ClusterArn, Failure, FailureKind, Region, Route, Text};
use connect::Endpoint;
use failure::Asked;
use token::Mint;
use wire::Size;

pub use around::LogOf;
pub use kind::ObjectKind;
pub use kubeconfig::check as check_kubeconfig;
pub use page::KubePage;
pub use request::ObjectFilter;
pub use review::{Action, Permission};

/// The Kubernetes API of one cluster. Every method can be cancelled by dropping its future.
pub struct Kubernetes {
    cloud: Weak<Cloud>,
    arn: ClusterArn,
    endpoint: Endpoint,
    /// What to say where it cannot be reached.
    exposure: Text,
    route: Route,
    keyring: Arc<Keyring>,
    client: kube::Client,
    means: Means,
    /// Kept once it answered anything at all.
    greeted: Shared<()>,
}

/// How requests say who is calling.
#[derive(Debug)]
enum Means {
    /// By tokens that are made here.
    Minted(Box<Mint>),
    /// As the context of a kubeconfig says.
    Context(Text),
}

impl fmt::Debug for Kubernetes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kubernetes")
            .field("arn", &self.arn)
            .field("route", &self.route)
            .field("means", &self.means)
            .finish_non_exhaustive()
    }
}

impl Kubernetes {
    /// The client of a cluster, kept by the cloud for as long as EKS describes the same endpoint.
    pub(super) async fn of(
        cloud: &Arc<Cloud>,
        route: &Route,
        keyring: &Arc<Keyring>,
        arn: &ClusterArn,
        cluster: &Cluster,
    ) -> Result<Arc<Self>, Failure> {
        let endpoint = Endpoint::of(arn, cluster)?;
        let key = (arn.clone(), route.profile.clone());
        // Whoever asks while one is being made gets that one: a credential plugin may take its time.
        let shared = lock(&cloud.kubernetes).entry(key).or_default().clone();
        let is_same = |kept: &Arc<Self>| kept.endpoint == endpoint;
        let made = shared.get(is_same, |_| {
            Self::make(cloud, route, keyring, arn, cluster, endpoint.clone())
        });
        made.await
    }

    async fn make(
        cloud: &Arc<Cloud>,
        route: &Route,
        keyring: &Arc<Keyring>,
        arn: &ClusterArn,
        cluster: &Cluster,
        endpoint: Endpoint,
    ) -> Result<Arc<Self>, Failure> {
        let doing = format!("connect to the API server of cluster {}", arn.name());
        let chosen = match &cloud.settings.kubeconfig {
            Some(path) => {
                let mapped = cloud.settings.contexts.get(arn).map(String::as_str);
                kubeconfig::choose(path, &endpoint, mapped, &doing).await?
            }
            None => None,
        };
        let (config, means) = if let Some(chosen) = chosen {
            (chosen.config, Means::Context(chosen.context))
        } else {
            let mut config = endpoint.config();
            if cloud.settings.environment.has_proxies() {
                config.proxy_url = connect::proxy(&endpoint.uri, &doing)?;
            }
            // Only a cluster on Outposts has an id, and there the id is what the token must name.
            let id = cluster.document.get("id").and_then(|id| id.as_str());
            let id = id.unwrap_or(arn.name()).into();
            let mint = Mint::new(keyring.clone(), arn.clone(), id);
            (config, Means::Minted(Box::new(mint)))
        };
        let asked = Asked {
            doing: &doing,
            rule: "",
            cluster: arn,
            caller: None,
            exposure: "",
        };
        let deadlines = cloud.settings.deadlines;
        let made = connect::in_time(config, deadlines.connect, deadlines.background, &doing);
        let client = made
            .await?
            .map_err(|error| failure::of_error(&error, &asked).failure)?;
        Ok(Arc::new(Self {
            cloud: Arc::downgrade(cloud),
            arn: arn.clone(),
            endpoint,
            exposure: connect::exposure(cluster).into(),
            route: route.clone(),
            keyring: keyring.clone(),
            client,
            means,
            greeted: Shared::default(),
        }))
    }

    pub fn arn(&self) -> &ClusterArn {
        &self.arn
    }

    /// The context of the kubeconfig that is used, if one is.
    pub fn context(&self) -> Option<&str> {
        match &self.means {
            Means::Minted(_) => None,
            Means::Context(name) => Some(name),
        }
    }

    /// An infinitive for messages.
    fn doing(&self, what: &str) -> String {
        format!(
            "{what} in cluster {} as profile {}",
            self.arn.name(),
            self.route.profile_name()
        )
    }

    fn cloud(&self, doing: &str) -> Result<Arc<Cloud>, Failure> {
        self.cloud
            .upgrade()
            .ok_or_else(|| Failure::new(FailureKind::Cancelled, doing, "roledex is closing"))
    }

    /// One budget for each API server.
    fn budget(&self, cloud: &Cloud) -> Arc<Budget> {
        cloud.budget(
            self.arn.text().clone(),
            &Region::new(self.arn.region()),
            "kubernetes",
        )
    }

    /// Who is calling, as far as that is known without asking. A kubeconfig may say somebody else.
    fn known_caller(&self) -> Option<Text> {
        match &self.means {
            Means::Minted(_) => self.keyring.known_caller().map(|caller| caller.arn),
            Means::Context(_) => None,
        }
    }
}
