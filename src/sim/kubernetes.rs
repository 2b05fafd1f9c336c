//! Binding and starting the API servers of a world.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::kube::{self, Authority, Kubernetes, Listening};
use super::server::Server;
use super::state::State;

/// A bound port that is not served yet.
pub(super) struct Bound {
    kubernetes: Arc<Kubernetes>,
    cluster: (String, String, String),
    authority: Authority,
    listener: TcpListener,
}

/// Takes a port for each cluster, and lets `DescribeCluster` tell it together with the authority.
pub(super) async fn listen(
    state: &mut State,
    address: IpAddr,
    propagation: Duration,
) -> anyhow::Result<Vec<Bound>> {
    let authority = Authority::new()?;
    let mut bound = Vec::new();
    let accounts = state.accounts.values_mut();
    for cluster in accounts.flat_map(|account| account.clusters.values_mut()) {
        let listener = TcpListener::bind(SocketAddr::from((address, 0)))
            .await
            .with_context(|| format!("cannot listen for the Kubernetes API of {}", cluster.name))?;
        let own = listener
            .local_addr()
            .context("cannot tell a cluster's own address")?;
        for (member, value) in [
            ("endpoint", Value::from(format!("https://{own}"))),
            ("certificateAuthority", json!({"data": authority.data})),
        ] {
            cluster.document.insert(member.to_owned(), value);
        }
        if let Some(kubernetes) = Arc::get_mut(&mut cluster.kubernetes) {
            kubernetes.seed.propagation =
                SignedDuration::try_from(propagation).unwrap_or(SignedDuration::ZERO);
        }
        bound.push(Bound {
            kubernetes: Arc::clone(&cluster.kubernetes),
            cluster: (
                cluster.account.clone(),
                cluster.region.clone(),
                cluster.name.clone(),
            ),
            authority: authority.clone(),
            listener,
        });
    }
    Ok(bound)
}

impl Bound {
    /// Begins to make the objects of the cluster before anybody asks.
    pub(super) fn prepare(&self) {
        let kubernetes = Arc::clone(&self.kubernetes);
        tokio::spawn(async move { kubernetes.prepare().await });
    }

    /// Serves the port in the background until the simulator stops.
    pub(super) fn serve(
        self,
        server: Arc<Server>,
        stopped: watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        let open = self.kubernetes.open.subscribe();
        let listening = Listening::start(self.listener, self.authority.acceptor, open)
            .context("cannot serve a cluster's Kubernetes API")?;
        tokio::spawn(kube::serve(
            server,
            self.kubernetes,
            self.cluster,
            listening,
            stopped,
        ));
        Ok(())
    }
}
