//! Scopes that fail, and the others that must not notice.

use roledex::app::pane::PaneId;
use roledex::model::{FailureKind, Route};
use roledex::sim::{Options, Simulator, World};

use super::Flow;

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_region_harms_no_other() {
    let simulator = Simulator::start(World::demo().unwrap(), Options::default())
        .await
        .unwrap();
    let account = simulator.accounts()[0].clone();
    let routes: Vec<_> = account
        .regions
        .iter()
        .map(|region| Route::new(Some(&account.name), region))
        .collect();
    let denied = format!("ListClusters/{}=denied", account.regions[0]);
    simulator.fault(denied.parse().unwrap());
    let mut flow = Flow::on(simulator, routes, None).await;
    flow.idle().await;
    let failed: Vec<_> = flow
        .state
        .fleet
        .routes
        .iter()
        .map(|row| row.failed().map(|f| f.failure.kind))
        .collect();
    assert_eq!(failed[0], Some(FailureKind::Denied));
    assert!(failed[1..].iter().all(Option::is_none), "{failed:?}");
    assert!(!flow.column(PaneId::Clusters, 0).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_say_so_and_name_the_scope() {
    let simulator = Simulator::start(World::demo().unwrap(), Options::default())
        .await
        .unwrap();
    let account = simulator.accounts()[0].clone();
    let routes = vec![
        Route::new(Some("no-such-profile"), &account.regions[0]),
        Route::new(Some(&account.name), &account.regions[0]),
    ];
    let mut flow = Flow::on(simulator, routes, None).await;
    flow.idle().await;
    let failure = &flow.state.fleet.routes[0].failed().unwrap().failure;
    assert!(failure.to_string().contains("no-such-profile"), "{failure}");
    assert!(failure.hint.is_some(), "{failure:?}");
    assert!(!flow.column(PaneId::Clusters, 0).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_slows_down_and_loses_nothing() {
    let simulator = Simulator::start(World::load("gen:2x60x0").unwrap(), Options::default())
        .await
        .unwrap();
    simulator.fault(
        "DescribePodIdentityAssociation=first:10:throttle"
            .parse()
            .unwrap(),
    );
    let account = simulator.accounts()[0].clone();
    let mut flow = Flow::on(
        simulator,
        vec![Route::new(Some(&account.name), &account.regions[0])],
        None,
    )
    .await;
    flow.idle().await;
    assert_eq!(flow.state.details_missing(), (0, 120));
    assert!(
        flow.column(PaneId::Associations, 8)
            .iter()
            .all(|read| read == "live")
    );
    assert!(
        flow.state.in_flight() == 0
            && flow.simulator.log().count("DescribePodIdentityAssociation") >= 130
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_run_reads_everything() {
    let simulator = Simulator::start(World::demo().unwrap(), Options::default())
        .await
        .unwrap();
    let account = simulator.accounts()[0].clone();
    let routes = vec![Route::new(Some(&account.name), &account.regions[0])];
    let mut flow = Flow::read_only(simulator, routes).await;
    flow.idle().await;
    flow.keys("enter").idle().await;
    assert!(flow.state.fleet.routes[0].failed().is_none());
    assert_eq!(flow.state.details_missing().0, 0);
    assert!(
        flow.column(PaneId::Clusters, 7)
            .iter()
            .all(|read| read == "live")
    );
    assert!(!flow.state.fleet.updates.is_empty());
}
