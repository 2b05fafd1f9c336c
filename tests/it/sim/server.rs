//! The simulator as a server and as a program.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use roledex::sim::{Options, Simulator, World};
use tokio::net::TcpStream;

#[tokio::test]
async fn only_loopback_addresses_are_listened_on() {
    let listen = SocketAddr::from(([0, 0, 0, 0], 0));
    let options = Options { listen, ..Options::default() };
    let error = Simulator::start(World::demo().unwrap(), options).await.unwrap_err();
    assert!(error.to_string().contains("loopback"), "{error}");
}

#[tokio::test]
async fn it_stops_listening_when_it_is_stopped() {
    let simulator =
        Simulator::start(World::demo().unwrap(), Options::default()).await.unwrap();
    let address: SocketAddr = simulator.url().trim_start_matches("http://").parse().unwrap();
    drop(TcpStream::connect(address).await.unwrap());
    simulator.stop().await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_hundred_thousand_associations_start_at_once() {
    let began = Instant::now();
    let world = World::load("gen:100x1000x0").unwrap();
    let _simulator = Simulator::start(world, Options::default()).await.unwrap();
    // A debug build on a busy machine takes a multiple of what a person waits for.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}
