//! The Kubernetes API of the simulator, asked by kubectl.

use std::time::Duration;

use roledex::sim::{Clock, Effect, Fault, Options, Service, Simulator, World};

use super::clients;

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_works() {
    let denied = Fault::new("kube:list:pods", Effect::Denied).on_cluster("storefront");
    let options = Options {
        faults: vec![denied],
        ..Options::default()
    };
    let simulator = Simulator::start(World::demo().unwrap(), options)
        .await
        .unwrap();
    clients::run("kubectl.py", &simulator, &[]).await;
    let entries = simulator.log().entries();
    let asked = |operation: &str| {
        entries.iter().any(|entry| {
            entry.service == Service::Kubernetes
                && entry.operation == operation
                && entry.cluster.as_deref() == Some("payments")
        })
    };
    if entries.is_empty() {
        // The client could not be had, which was said already.
        return;
    }
    for operation in [
        "kube:list:pods",
        "kube:watch:pods",
        "kube:create:serviceaccounts/token",
        "kube:patch:deployments",
    ] {
        assert!(asked(operation), "{operation}");
    }
}

#[tokio::test]
async fn connections_are_refused_and_accepted_again() {
    let simulator = Simulator::start(World::demo().unwrap(), Options::default())
        .await
        .unwrap();
    let url = simulator.kubernetes_url("payments").unwrap();
    let address = url.trim_start_matches("https://").to_owned();
    drop(tokio::net::TcpStream::connect(&address).await.unwrap());
    for refused in [true, false] {
        simulator.refuse_connections("payments", refused);
        while tokio::net::TcpStream::connect(&address).await.is_err() != refused {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_get_credentials_for_their_tokens() {
    // It begins with the time of the machine, because the clients look at their own clocks.
    let clock = Clock::manual(Clock::system().now());
    let operation = "AssumeRoleForPodIdentity";
    let faults = [
        "first:1:throttle",
        "first:1:error:500:InternalServerException",
        "first:1:error:503:ServiceUnavailableException",
        "first:1:error:400:InvalidRequestException",
        "first:1:denied",
    ];
    let options = Options {
        faults: faults
            .map(|fault| format!("{operation}={fault}").parse().unwrap())
            .into(),
        clock: clock.clone(),
        ..Options::default()
    };
    let simulator = Simulator::start(World::demo().unwrap(), options)
        .await
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let kept = directory.path().to_str().unwrap().to_owned();
    for phase in ["begin", "later"] {
        let more = [("PHASE", phase.to_owned()), ("KEPT", kept.clone())];
        clients::run("eks_auth.py", &simulator, &more).await;
        clock.advance(Duration::from_hours(7));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_world_is_as_its_file_promises() {
    let simulator = Simulator::start(World::demo().unwrap(), Options::default())
        .await
        .unwrap();
    clients::run("demo_world.py", &simulator, &[]).await;
}
