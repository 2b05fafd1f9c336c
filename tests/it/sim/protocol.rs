//! What botocore and the AWS CLI make of the simulator.
#![expect(
    clippy::unwrap_used,
    reason = "a simulator that does not start ends the test"
)]

use std::time::Duration;

use roledex::sim::{Clock, Options, Simulator, World, operations};

use super::clients;

async fn demo() -> Simulator {
    Simulator::start(World::demo().unwrap(), Options::default())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_parses_in_botocore_with_its_modelled_errors() {
    let simulator = demo().await;
    let served: Vec<_> = operations()
        .iter()
        .map(|row| [row.service.name(), row.name])
        .collect();
    let served = serde_json::to_string(&served).unwrap();
    clients::run("operations.py", &simulator, &[("SERVED", served)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_right_signatures_are_accepted() {
    let simulator = demo().await;
    clients::run("signatures.py", &simulator, &[]).await;
    assert_eq!(simulator.log().writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_aws_cli_works() {
    let simulator = demo().await;
    clients::run("cli.py", &simulator, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn identity_providers_come_and_go_with_time() {
    let clock = Clock::manual(Clock::system().now());
    let options = Options {
        clock: clock.clone(),
        ..Options::default()
    };
    let simulator = Simulator::start(World::demo().unwrap(), options)
        .await
        .unwrap();
    for phase in ["associate", "disassociate", "gone"] {
        let more = [("PHASE", phase.to_owned())];
        clients::run("identity_providers.py", &simulator, &more).await;
        clock.advance(Duration::from_mins(21));
    }
}
