//! Faults, as a client sees them.

use roledex::sim::{Options, Simulator, World};

use super::clients;

#[tokio::test(flavor = "multi_thread")]
async fn faults_look_like_what_they_stand_for() {
    let faults = [
        "ListAddons=first:2:throttle",
        "ListNodegroups=denied",
        "ListFargateProfiles=expired",
        "ListCapabilities=error:418:SomethingOwnException:in words",
        "ListAccessEntries=first:1:reset",
        "ListIdentityProviderConfigs=first:1:truncate",
        "DeletePodIdentityAssociation=first:1:lost",
        "ListClusters=page-size:1",
        "DescribeUpdate=unknown-enums",
        "DescribeCluster=omit-optional",
    ];
    let faults = faults.map(|text| text.parse().unwrap()).into();
    let options = Options {
        faults,
        ..Options::default()
    };
    let simulator = Simulator::start(World::demo().unwrap(), options)
        .await
        .unwrap();
    clients::run("faults.py", &simulator, &[]).await;
    let log = simulator.log();
    if log.entries().is_empty() {
        // The client could not be had, which was said already.
        return;
    }
    assert_eq!(log.writes(), 1);
    assert_eq!(log.count("ListAddons"), 3);
    let lost = log
        .entries()
        .into_iter()
        .find(|entry| entry.operation.starts_with("Delete"));
    assert_eq!(lost.unwrap().status, None);
}
