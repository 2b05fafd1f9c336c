//! Browsing the demo world from the first page to the last detail.

use roledex::app::modal::Modal;
use roledex::app::pane::PaneId;
use roledex::app::{describe, layout};
use roledex::model::Route;
use roledex::sim::{Options, Simulator, World};

use super::Flow;

/// Every region of every account of the demo, as `--demo` opens it.
async fn demo() -> Flow {
    let simulator = Simulator::start(World::demo().unwrap(), Options::default())
        .await
        .unwrap();
    let accounts = simulator.accounts().to_vec();
    let routes = accounts
        .iter()
        .flat_map(|account| {
            account
                .regions
                .iter()
                .map(|region| Route::new(Some(&account.name), region))
        })
        .collect();
    Flow::on(simulator, routes, None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_world_is_read_in_full() {
    let mut flow = demo().await;
    flow.idle().await;
    assert_eq!(flow.column(PaneId::Clusters, 0).len(), 8);
    assert_eq!(flow.column(PaneId::Associations, 0).len(), 160);
    assert_eq!(flow.state.details_missing(), (0, 160));
    let roles = flow.column(PaneId::Associations, 2);
    assert!(roles.iter().all(|role| role.len() > 1), "{roles:?}");
    let running = flow.column(PaneId::Updates, 0);
    assert!(
        running.iter().any(|status| status == "InProgress"),
        "{running:?}"
    );
    let log = flow.simulator.log();
    assert_eq!(
        log.count("DescribePodIdentityAssociation"),
        160,
        "each association is described once"
    );
    assert_eq!(log.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn entering_a_cluster_brings_the_updates_of_its_parts() {
    let mut flow = demo().await;
    flow.idle().await;
    let kinds = |flow: &Flow| {
        let all = flow
            .state
            .fleet
            .updates
            .keys()
            .map(|key| key.subject.kind());
        all.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(kinds(&flow), ["cluster"].into());
    let clusters = flow.column(PaneId::Clusters, 0).len();
    for _ in 0..clusters {
        flow.keys("enter").idle().await;
        flow.keys("shift-tab j");
    }
    assert_eq!(
        kinds(&flow),
        ["add-on", "capability", "cluster", "node group"].into()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_raw_document_is_what_aws_sent() {
    let mut flow = demo().await;
    flow.idle().await;
    flow.keys("tab y").idle().await;
    let Some(Modal::Text(view)) = flow.state.modals.last() else {
        panic!("no view")
    };
    let lines: Vec<_> = describe::lines(&flow.state, view)
        .iter()
        .map(|line| line.text().into_owned())
        .collect();
    for member in [
        "associationId: a-",
        "roleArn: arn:aws:iam::",
        "createdAt: ",
        "disableSessionTags: ",
    ] {
        assert!(
            lines.iter().any(|line| line.contains(member)),
            "{member} is missing in {lines:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_in_view_have_their_roles_first() {
    let mut flow = Flow::start(World::load("gen:1x400x0").unwrap()).await;
    flow.keys("tab");
    flow.until("roles on screen", |state| {
        let pane = state.pane(PaneId::Associations).unwrap();
        let area = state.layout().pane(PaneId::Associations).unwrap();
        let shown = pane
            .rows
            .iter()
            .skip(pane.top)
            .take(layout::table_rows(area));
        let known = shown.filter(|row| {
            state
                .fleet
                .associations
                .get_index(**row)
                .is_some_and(|(_, row)| row.detail.value().is_some())
        });
        !pane.rows.is_empty() && known.count() == layout::table_rows(area).min(pane.rows.len())
    })
    .await;
    let (missing, all) = flow.state.details_missing();
    assert!(
        all - missing < 200,
        "the rest was read first: {} of {all} are known",
        all - missing
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_learnt_is_there_at_the_next_start_and_marked_as_old() {
    let cache = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(World::load("gen:2x10x0").unwrap(), Options::default())
        .await
        .unwrap();
    let account = simulator.accounts()[0].clone();
    let routes = vec![Route::new(Some(&account.name), &account.regions[0])];
    let mut flow = Flow::on(simulator, routes.clone(), Some(cache.path())).await;
    flow.idle().await;
    flow.keys("ctrl-c");
    let simulator = flow.finish().await;

    simulator.fault("*=error:503:ServiceUnavailableException".parse().unwrap());
    let mut flow = Flow::on(simulator, routes, Some(cache.path())).await;
    flow.until("rows from the cache", |state| {
        state.fleet.associations.len() == 20
    })
    .await;
    flow.idle().await;
    let read = flow.column(PaneId::Associations, 8);
    assert!(
        read.iter().all(|read| read.ends_with(" old")),
        "old data says that it is old: {read:?}"
    );
    assert!(
        flow.column(PaneId::Associations, 2)
            .iter()
            .all(|role| role.len() > 1)
    );
}
