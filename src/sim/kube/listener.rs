//! One TLS port for each cluster, which can stop to be there for a while.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::sim::connection::{Connection, Scissor};

const HANDSHAKE: Duration = Duration::from_secs(10);

/// Accepts connections whose handshake is done.
///
/// Handshakes run beside each other, so that one client that says nothing keeps nobody else waiting.
#[derive(Debug)]
pub(crate) struct Listening {
    address: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<Connection>, SocketAddr)>,
}

impl Listening {
    /// Serves a bound port until it is dropped; while `open` is false, connections are refused.
    pub(crate) fn start(
        listener: TcpListener,
        acceptor: TlsAcceptor,
        open: watch::Receiver<bool>,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (done, ready) = mpsc::channel(64);
        tokio::spawn(accept(listener, address, acceptor, open, done));
        Ok(Self { address, ready })
    }
}

async fn accept(
    listener: TcpListener,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    mut open: watch::Receiver<bool>,
    done: mpsc::Sender<(TlsStream<Connection>, SocketAddr)>,
) {
    let mut listener = Some(listener);
    loop {
        let is_open = *open.borrow_and_update();
        if !is_open {
            // Without a listening socket the machine itself refuses, as it does for a server that is gone.
            listener = None;
        } else if listener.is_none() {
            listener = TcpListener::bind(address).await.ok();
        }
        tokio::select! {
            changed = open.changed() => if changed.is_err() { return },
            () = done.closed() => return,
            accepted = next(listener.as_ref()) => {
                if let Ok((stream, client)) = accepted {
                    tokio::spawn(shake_hands(stream, client, acceptor.clone(), done.clone()));
                }
            }
        }
    }
}

async fn next(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

async fn shake_hands(
    stream: TcpStream,
    client: SocketAddr,
    acceptor: TlsAcceptor,
    done: mpsc::Sender<(TlsStream<Connection>, SocketAddr)>,
) {
    let shaken = tokio::time::timeout(HANDSHAKE, acceptor.accept(Connection::new(stream))).await;
    if let Ok(Ok(stream)) = shaken {
        // Nobody receives any more once the simulator has stopped.
        drop(done.send((stream, client)).await);
    }
}

impl Listener for Listening {
    type Io = TlsStream<Connection>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, Listening>> for Scissor {
    fn connect_info(stream: IncomingStream<'_, Listening>) -> Self {
        stream.io().get_ref().0.scissor()
    }
}
