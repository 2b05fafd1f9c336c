//! A simulated AWS that listens on the loopback interface.
//!
//! It shares no code with the product, so that a mistake in one does not hide a mistake in the other, and it is
//! checked from outside by clients that are not ours. In reading order: `operation` (the one table), `server` (a
//! request's way), `identity` and `sigv4` (who asks), `state` (what is asked about), `eks`, `eks_auth`,
//! `iam` and `sts` (handlers), `policy` and `session` (who may become whom), `kube` (the Kubernetes API of each
//! cluster), `fault` (what goes wrong on purpose), `world` (where it all comes from).

mod call;
mod clock;
mod connection;
mod eks;
mod eks_auth;
mod failure;
mod fault;
mod iam;
mod identifier;
mod identity;
mod kube;
mod kubernetes;
mod log;
mod operation;
mod paging;
mod policy;
mod replay;
mod reply;
mod served;
mod server;
mod session;
mod sigv4;
mod state;
mod sts;
mod world;
mod xml;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::clock::Clock;
pub use self::fault::{Effect, Fault, SYNTAX as FAULT_SYNTAX};
pub use self::log::{Entry, Log};
pub use self::operation::{Kind, Operation, Service, operations};
pub use self::served::{operations_in_words, services_in_words};
pub use self::world::{Account, Size, World};

/// How a simulator runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// A loopback address; port 0 takes any free port.
    pub listen: SocketAddr,
    /// What every answer takes at least.
    pub latency: Duration,
    pub faults: Vec<Fault>,
    pub clock: Clock,
    /// How long pods that are created do not yet get what a new association promises.
    pub propagation: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            latency: Duration::ZERO,
            faults: Vec::new(),
            clock: Clock::system(),
            propagation: Duration::from_secs(5),
        }
    }
}

/// A running simulator, which stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    accounts: Vec<Account>,
    server: Arc<server::Server>,
    stop: Option<watch::Sender<bool>>,
    serving: Option<JoinHandle<std::io::Result<()>>>,
}

impl Simulator {
    /// Starts to serve a world; it is reachable as soon as this returns.
    pub async fn start(world: World, options: Options) -> anyhow::Result<Self> {
        let Options {
            listen,
            latency,
            faults,
            clock,
            propagation,
        } = options;
        ensure!(
            listen.ip().is_loopback(),
            "the simulator listens on loopback addresses only, not on {}; use 127.0.0.1",
            listen.ip()
        );
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}"))?;
        let address = listener
            .local_addr()
            .context("cannot tell the simulator's own address")?;
        let accounts = world.accounts();
        let mut state = world.build(clock.now());
        let (stop, stopped) = watch::channel(false);
        let listening = kubernetes::listen(&mut state, listen.ip(), propagation).await?;
        let server = Arc::new(server::Server {
            state: Mutex::new(state),
            clock,
            faults: fault::Engine::new(faults),
            log: Log::default(),
            pager: paging::Pager::new(),
            latency,
        });
        if let Some(first) = listening.first() {
            // Somebody who starts a world is likely to look at its first cluster.
            first.prepare();
        }
        for one in listening {
            one.serve(Arc::clone(&server), stopped.clone())?;
        }
        let mut stopped = stopped;
        let service = server::router(Arc::clone(&server))
            .into_make_service_with_connect_info::<connection::Scissor>();
        let serving = tokio::spawn(async move {
            axum::serve(connection::Connections(listener), service)
                .with_graceful_shutdown(async move {
                    // The sender is dropped together with the simulator, which means the same.
                    drop(stopped.wait_for(|stopped| *stopped).await);
                })
                .await
        });
        Ok(Self {
            address,
            accounts,
            server,
            stop: Some(stop),
            serving: Some(serving),
        })
    }

    /// Returns the endpoint of every service.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the accounts; the first is the one that `roledex sim` prints.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Returns the requests so far, and those to come.
    pub fn log(&self) -> Log {
        self.server.log.clone()
    }

    /// Returns everything secret in the sessions that were opened so far, for tests that look for leaks.
    pub fn issued(&self) -> Vec<String> {
        let state = self
            .server
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let keys = state.accounts.values().flat_map(|account| &account.keys);
        let issued = keys.filter_map(|key| {
            let token = key.session_token.clone()?;
            Some([key.id.clone(), key.secret.clone(), token])
        });
        issued.flatten().collect()
    }

    /// Returns the tokens of service accounts that a cluster issued last, for the same tests.
    pub fn tokens(&self, cluster: &str) -> Vec<String> {
        let mut tokens = Vec::new();
        self.with_kubernetes(cluster, |kubernetes| {
            tokens.extend(kubernetes.lock().tokens.iter().cloned());
        });
        tokens
    }

    /// Signs a token with any claims, as the clusters of this world would: what is wrong with it is the caller's
    /// choice.
    pub fn sign(&self, claims: &serde_json::Value) -> Option<String> {
        kube::sign(claims)
    }

    /// Deletes a role and makes it anew under the same ARN, as somebody does who cleans up too much: it gets another
    /// id, and policies that trusted the old one do not trust the new one.
    pub fn remake_role(&self, arn: &str) {
        let now = self.server.clock.now();
        let mut state = self
            .server
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        session::remake(&mut state, arn, now);
    }

    /// Lets something go wrong from now on.
    pub fn fault(&self, fault: Fault) {
        self.server.faults.add(fault);
    }

    /// Lets something more go wrong from now on.
    pub fn add_fault(&self, fault: Fault) {
        self.server.faults.add(fault);
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&self) {
        self.server.faults.clear();
    }

    /// Returns where the Kubernetes API of a cluster listens.
    pub fn kubernetes_url(&self, cluster: &str) -> Option<String> {
        let state = self
            .server
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let cluster = state.clusters().find(|one| one.name == cluster)?;
        Some(cluster.document.get("endpoint")?.as_str()?.to_owned())
    }

    /// Lets the machine refuse connections to a cluster's Kubernetes API, or accept them again.
    pub fn refuse_connections(&self, cluster: &str, refuse: bool) {
        self.with_kubernetes(cluster, |kubernetes| {
            kubernetes.open.send_replace(!refuse);
        });
    }

    /// Lets a cluster's Kubernetes API forget what happened, so that older versions and pages are gone.
    pub fn forget_history(&self, cluster: &str) {
        self.with_kubernetes(cluster, |kubernetes| kubernetes.lock().forget());
    }

    fn with_kubernetes(&self, cluster: &str, act: impl FnOnce(&kube::Kubernetes)) {
        let found = {
            let state = self
                .server
                .state
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let mut clusters = state.clusters();
            clusters
                .find(|one| one.name == cluster)
                .map(|one| Arc::clone(&one.kubernetes))
        };
        if let Some(kubernetes) = found {
            act(&kubernetes);
        }
    }

    /// Stops accepting, and waits until the requests under way are answered.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.stop.take());
        match self.serving.take() {
            None => Ok(()),
            Some(serving) => Ok(serving.await??),
        }
    }
}

/// Serving ends when the sender of the stop signal goes; nothing else has to be done here.
impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}
