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
    if !clients::run_with_kubectl("kubectl.py", &simulator, &[]).await {
        return;
    }
    let entries = simulator.log().entries();
    let asked = |operation: &str| {
        entries.iter().any(|entry| {
            entry.service == Service::Kubernetes
                && entry.operation == operation
                && entry.cluster.as_deref() == Some("payments")
        })
    };
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

/// The world of `tests/clients/workshop.yaml`, whose time a test moves.
async fn workshop(faults: &[&str]) -> (Simulator, Clock) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/workshop.yaml");
    // It begins with the time of the machine, because the clients look at their own clocks.
    let clock = Clock::manual(Clock::system().now());
    let options = Options {
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        clock: clock.clone(),
        ..Options::default()
    };
    let simulator = Simulator::start(World::load(path).unwrap(), options)
        .await
        .unwrap();
    (simulator, clock)
}

/// Runs the phases of a script, and lets time pass after each.
async fn phases(script: &'static str, phases: &[(&str, Duration)]) {
    let (simulator, clock) = workshop(&[]).await;
    let directory = tempfile::tempdir().unwrap();
    let kept = directory.path().to_str().unwrap().to_owned();
    for (phase, pause) in phases {
        let more = [("PHASE", (*phase).to_owned()), ("KEPT", kept.clone())];
        clients::run_with_kubectl(script, &simulator, &more).await;
        clock.advance(*pause);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn access_entries_decide_who_may_what() {
    let (simulator, _) = workshop(&[]).await;
    clients::run_with_kubectl("access_entries.py", &simulator, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addons_come_and_go_with_their_associations_and_pods() {
    let minutes = Duration::from_mins;
    let lives = [
        ("create", minutes(2)),
        ("update", minutes(4)),
        ("remove", minutes(2)),
        ("gone", Duration::ZERO),
    ];
    phases("addons.py", &lives).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_associations_reach_new_pods_after_a_while() {
    let propagation = Options::default().propagation;
    let lives = [("early", propagation), ("late", Duration::ZERO)];
    phases("injection.py", &lives).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_workload_and_node_is_as_kubectl_expects() {
    let (simulator, _) = workshop(&[]).await;
    clients::run_with_kubectl("workloads.py", &simulator, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn watches_and_pages_keep_their_promises() {
    let gone = [
        "kube:list:deployments=first:2:gone",
        "kube:watch:deployments=first:1:gone",
    ];
    let (simulator, _) = workshop(&gone).await;
    clients::run("watches.py", &simulator, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_rollback_can_be_cancelled() {
    let lives = [
        ("cancel", Duration::from_mins(1)),
        ("cancelled", Duration::ZERO),
    ];
    phases("cancel_update.py", &lives).await;
}
