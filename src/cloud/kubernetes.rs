//! The Kubernetes API of one cluster: its connection, and the one way in which each request is made.
//!
//! Everything that is read is decoded into our own trimmed types while it arrives. kube brings the connection;
//! its typed objects are not used, because they would hold the environment of every pod.

mod connect;
mod failure;
mod kubeconfig;
mod page;
mod read;
mod request;
mod review;
mod token;
mod watch;

use std::fmt;
use std::sync::{Arc, Weak};

use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use kube::client::Body;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::cloud::budget::core::Outcome;
use crate::cloud::budget::{Budget, Urgency};
use crate::cloud::credentials::Keyring;
use crate::cloud::retry::{Retry, pause};
use crate::cloud::{Cloud, lock, readonly};
use crate::model::kubernetes::WatchedKind;
use crate::model::{Cluster, ClusterArn, Failure, FailureKind, Region, Route, Text};
use connect::Endpoint;
use failure::{Asked, Trouble};
use request::Ask;
use token::Mint;

pub use page::KubePage;
pub use request::{ObjectFilter, ObjectKind};
pub use review::{Action, Permission};

/// The largest answer that is read: an API server sends what it is asked for, anything else may send for ever.
const LARGEST: usize = 512 * 1024 * 1024;

/// The Kubernetes API of one cluster. Every method can be cancelled by dropping its future.
pub struct Kubernetes {
    cloud: Weak<Cloud>,
    arn: ClusterArn,
    endpoint: Endpoint,
    /// What to say where it cannot be reached.
    exposure: Text,
    profile: Text,
    keyring: Arc<Keyring>,
    client: kube::Client,
    means: Means,
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
            .field("profile", &self.profile)
            .field("means", &self.means)
            .finish_non_exhaustive()
    }
}

/// How soon an answer must begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    /// As soon as a connection must be there: an API server that is well answers these at once.
    Small,
    /// Whenever the call has time for it: a list is put together before its first byte is sent.
    Large,
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
        if let Some(kept) = lock(&cloud.kubernetes).get(&key)
            && kept.endpoint == endpoint
        {
            return Ok(kept.clone());
        }
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
        let patience = cloud.settings.deadlines.connect;
        // A credential plugin is a process that is waited for.
        let made = tokio::task::spawn_blocking(move || connect::client(config, patience)).await;
        let asked = Asked {
            doing: &doing,
            rule: "",
            cluster: arn,
            caller: None,
            exposure: "",
        };
        let client = match made {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(failure::of_error(&error, &asked).failure),
            Err(_panicked) => {
                let cause = "the client could not be made";
                return Err(Failure::new(FailureKind::Bug, doing.as_str(), cause));
            }
        };
        let made = Arc::new(Self {
            cloud: Arc::downgrade(cloud),
            arn: arn.clone(),
            endpoint,
            exposure: connect::exposure(cluster).into(),
            profile: route.profile_name().into(),
            keyring: keyring.clone(),
            client,
            means,
        });
        lock(&cloud.kubernetes).insert(key, made.clone());
        Ok(made)
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
            self.profile
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

    /// The way to a whole answer: its turn in the budget, the wire, a deadline, and counted retries.
    async fn whole(
        &self,
        ask: &Ask,
        doing: &str,
        urgency: Urgency,
        size: Size,
    ) -> Result<Vec<u8>, Trouble> {
        let cloud = self.cloud(doing)?;
        let deadlines = cloud.settings.deadlines;
        let budget = self.budget(&cloud);
        let mut permit = budget.start(urgency).await;
        let deadline = Instant::now() + deadlines.call(urgency);
        let mut tries = 0;
        loop {
            let answer = async {
                let begin = match size {
                    Size::Small => deadline.min(Instant::now() + deadlines.connect),
                    Size::Large => deadline,
                };
                let response = self.send(&cloud, ask, doing, begin, tries > 0).await?;
                self.collect(response, doing, deadline).await
            };
            let trouble = match answer.await {
                Ok(body) => {
                    permit.finish(Outcome::Success);
                    return Ok(body);
                }
                Err(trouble) => trouble,
            };
            tracing::debug!(target: "roledex::cloud", verb = ask.verb, resource = ask.resource, failure = %trouble.failure, "failed");
            permit.finish(if trouble.retry == Retry::Throttled {
                cloud.meter.throttled();
                Outcome::Throttled
            } else {
                Outcome::Other
            });
            let wait = pause(deadlines.backoff, tries).max(trouble.after.unwrap_or_default());
            let again = Instant::now() + wait;
            if tries >= trouble.retry.most()
                || again >= deadline
                || !request::is_read(&ask.method, &ask.path)
            {
                return Err(trouble);
            }
            sleep_until(again).await;
            permit = match timeout_at(deadline, budget.start(urgency)).await {
                Ok(permit) => permit,
                Err(_elapsed) => return Err(trouble),
            };
            tries += 1;
        }
    }

    /// The way to an answer that goes on and on; whoever reads it tries again himself.
    async fn open(&self, ask: &Ask, doing: &str) -> Result<Response<Body>, Trouble> {
        let cloud = self.cloud(doing)?;
        // A watch holds its place in the budget only until it stands.
        let permit = self.budget(&cloud).start(Urgency::Background).await;
        let begin = Instant::now() + cloud.settings.deadlines.interactive;
        let answer = self.send(&cloud, ask, doing, begin, false).await;
        permit.finish(match &answer {
            Ok(_) => Outcome::Success,
            Err(trouble) if trouble.retry == Retry::Throttled => {
                cloud.meter.throttled();
                Outcome::Throttled
            }
            Err(_) => Outcome::Other,
        });
        answer
    }

    /// The one place where requests leave: the gate, the token, the wire, and once more if the token was refused.
    async fn send(
        &self,
        cloud: &Cloud,
        ask: &Ask,
        doing: &str,
        begin: Instant,
        is_retry: bool,
    ) -> Result<Response<Body>, Trouble> {
        if cloud.read_only() && !request::is_read(&ask.method, &ask.path) {
            return Err(readonly::refused(doing).into());
        }
        let mut has_renewed = false;
        loop {
            let token = match &self.means {
                Means::Minted(mint) => Some((mint, mint.token().await?)),
                Means::Context(_) => None,
            };
            let mut request = Request::builder()
                .method(ask.method.clone())
                .uri(ask.target())
                .header(header::ACCEPT, "application/json")
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(ask.body.clone()))
                .map_err(|error| Failure::new(FailureKind::Invalid, doing, error.to_string()))?;
            if let Some((_, token)) = &token {
                request
                    .headers_mut()
                    .insert(header::AUTHORIZATION, token.bearer());
            }
            cloud.meter.sent(is_retry || has_renewed);
            tracing::debug!(target: "roledex::cloud", verb = ask.verb, resource = ask.resource, cluster = %self.arn, "call");
            let rule = ask.rule();
            let caller = self.known_caller();
            let asked = Asked {
                doing,
                rule: &rule,
                cluster: &self.arn,
                caller: caller.as_deref(),
                exposure: &self.exposure,
            };
            let response = match timeout_at(begin, self.client.send(request)).await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return Err(failure::of_error(&error, &asked)),
                Err(_elapsed) => return Err(self.silent(doing).into()),
            };
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            if let Some((mint, token)) = &token
                && status == StatusCode::UNAUTHORIZED
            {
                mint.forget(token);
                if !has_renewed {
                    has_renewed = true;
                    continue;
                }
            }
            let headers = response.headers().clone();
            let body = self
                .collect(response, doing, begin)
                .await
                .unwrap_or_default();
            return Err(failure::of_answer(status.as_u16(), &headers, &body, &asked));
        }
    }

    async fn collect(
        &self,
        response: Response<Body>,
        doing: &str,
        deadline: Instant,
    ) -> Result<Vec<u8>, Trouble> {
        let body = Limited::new(response.into_body(), LARGEST).collect();
        match timeout_at(deadline, body).await {
            Ok(Ok(body)) => Ok(body.to_bytes().into()),
            Ok(Err(error)) => Err(failure::broken(doing, &*error, &self.exposure)),
            Err(_elapsed) => {
                let cause = "the answer did not end in time";
                let failure = Failure::new(FailureKind::Timeout, doing, cause);
                Err(failure
                    .hint("try again, or look at one namespace only")
                    .into())
            }
        }
    }

    fn silent(&self, doing: &str) -> Failure {
        Failure::new(
            FailureKind::Unreachable,
            doing,
            "the API server does not answer",
        )
        .hint(&*self.exposure)
    }

    /// What the API server says in the middle of a watch.
    fn told(&self, doing: &str, kind: WatchedKind, status: &failure::Status) -> Trouble {
        let rule = format!("watch {}", kind.resource());
        let caller = self.known_caller();
        let asked = Asked {
            doing,
            rule: &rule,
            cluster: &self.arn,
            caller: caller.as_deref(),
            exposure: &self.exposure,
        };
        failure::of_status(status.code.unwrap_or(500), status, None, &asked)
    }

    /// Who is calling, as far as that is known without asking. A kubeconfig may say somebody else.
    fn known_caller(&self) -> Option<Text> {
        match &self.means {
            Means::Minted(_) => self.keyring.known_caller().map(|caller| caller.arn),
            Means::Context(_) => None,
        }
    }
}
