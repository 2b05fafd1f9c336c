//! Service accounts and pods of live clusters, while somebody else changes them.

use std::time::Duration;

use roledex::app::State;
use roledex::app::describe;
use roledex::app::kubernetes::AccountRow;
use roledex::app::modal::Modal;
use roledex::app::pane::PaneId;
use roledex::model::identity::{AccountMechanism, Injection, Mechanism};
use roledex::model::kubernetes::WatchedKind;
use roledex::model::{ClusterArn, Route};
use roledex::sim::{Options, Simulator, World};

use super::Flow;
use super::operator::Operator;

/// The scope of the demo world that a cluster is in.
pub(super) async fn at(cluster: &str, options: Options) -> (Flow, ClusterArn) {
    let simulator = Simulator::start(World::demo().unwrap(), options)
        .await
        .unwrap();
    let routes = simulator.accounts().iter().flat_map(|account| {
        account
            .regions
            .iter()
            .map(|region| Route::new(Some(&account.name), region))
    });
    let routes = routes.collect();
    let mut flow = Flow::on(simulator, routes, None).await;
    flow.idle().await;
    let known = flow
        .state
        .fleet
        .clusters
        .keys()
        .find(|arn| arn.name() == cluster);
    let arn = known.unwrap().clone();
    (flow, arn)
}

impl Flow {
    /// Enters a cluster by its name, and waits until everything of it was read.
    pub(super) async fn enter(&mut self, arn: &ClusterArn) {
        self.keys("1 /");
        for character in arn.name().chars() {
            self.keys(&character.to_string());
        }
        self.keys("enter g");
        let wanted = arn.clone();
        self.until("the cluster", |state| {
            state.selected().and_then(|key| key.cluster()) == Some(&wanted)
        })
        .await;
        self.keys("enter").idle().await;
    }
}

fn account<'a>(state: &'a State, namespace: &str, name: &str) -> Option<&'a AccountRow> {
    let mut rows = state.fleet.accounts.iter();
    let found = rows.find(|(key, _)| *key.namespace == *namespace && *key.name == *name);
    found.map(|(_, row)| row)
}

/// The injections of the containers of a service account's pods that are not on their way out.
fn injections<'a>(
    state: &'a State,
    namespace: &'a str,
    name: &'a str,
) -> impl Iterator<Item = (&'a Injection, Mechanism)> {
    let rows = state.fleet.containers.values();
    let here = rows.filter(move |row| {
        let pod = &row.pod;
        *pod.namespace == *namespace && *pod.service_account == *name && !pod.terminating
    });
    here.map(|row| (&row.injection, row.mechanism))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_read_watched_and_left() {
    let (mut flow, arn) = at("payments", Options::default()).await;
    assert!(flow.state.fleet.accounts.is_empty(), "nobody has asked");
    flow.enter(&arn).await;
    let kubernetes = &flow.state.fleet.clusters[&arn].kubernetes;
    assert!(
        WatchedKind::ALL
            .iter()
            .all(|kind| kubernetes.is_live(*kind))
    );
    let row = account(&flow.state, "fraud", "scoring").unwrap();
    assert_eq!(row.mechanism, AccountMechanism::PodIdentity);
    let tally = row.tally.unwrap();
    assert_eq!((tally.running, tally.lacking), (3, 2));
    let legacy = account(&flow.state, "wallet", "loyalty").unwrap();
    assert_eq!(legacy.mechanism, AccountMechanism::Irsa);
    let roles = flow.column(PaneId::Pods, 4);
    let known = roles.iter().filter(|role| *role != "unknown").count();
    assert!(
        known * 10 > roles.len() * 8,
        "the roles of nodes are known, too: {roles:?}"
    );
    flow.keys("esc esc");
    assert!(
        !flow.state.fleet.clusters[&arn]
            .kubernetes
            .is_live(WatchedKind::Pods)
    );
    assert_eq!(flow.simulator.log().writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_association_does_to_new_pods_is_seen_as_it_happens() {
    let options = Options {
        propagation: Duration::from_millis(200),
        ..Options::default()
    };
    let (mut flow, arn) = at("payments", options).await;
    flow.enter(&arn).await;
    let (namespace, name) = ("merchant-portal", "kiosk");
    assert_eq!(
        account(&flow.state, namespace, name).unwrap().mechanism,
        AccountMechanism::None
    );
    let detail = flow.state.fleet.clusters[&arn]
        .detail
        .value()
        .unwrap()
        .clone();
    let operator = Operator::new(&flow.simulator, &arn, &detail);
    let role = flow
        .state
        .fleet
        .associations
        .values()
        .filter(|row| row.summary.key.cluster == arn)
        .find(|row| *row.summary.service_account == *"scoring")
        .and_then(|row| row.detail.value()?.role.clone())
        .unwrap();
    operator.associate(namespace, name, &role).await;
    // Nobody tells of a new association; somebody looks.
    flow.keys("2 ctrl-r").idle().await;
    let row = account(&flow.state, namespace, name).unwrap();
    assert_eq!(row.mechanism, AccountMechanism::PodIdentity);
    let lacking = row.tally.unwrap().lacking;
    assert!(lacking > 0, "its pods are older than it");
    assert!(
        injections(&flow.state, namespace, name)
            .all(|(injection, _)| matches!(injection, Injection::Lacking { .. }))
    );

    // The webhook learns of it a moment later; until then restarts are in vain.
    flow.keys("5");
    for attempt in 0.. {
        assert!(attempt < 100, "new pods never got it");
        operator
            .restart(namespace, name, &format!("attempt-{attempt}"))
            .await;
        let before: Vec<_> = pods_of(&flow.state, namespace, name);
        flow.until("new pods", |state| {
            let now = pods_of(state, namespace, name);
            now.len() == before.len() && now.iter().all(|pod| !before.contains(pod))
        })
        .await;
        if injections(&flow.state, namespace, name)
            .all(|(injection, _)| *injection == Injection::Injected)
        {
            break;
        }
    }
    flow.until("an account without a lack", |state| {
        let row = account(state, namespace, name);
        row.and_then(|row| row.tally)
            .is_some_and(|tally| tally.lacking == 0)
    })
    .await;
    assert!(
        injections(&flow.state, namespace, name)
            .all(|(_, mechanism)| mechanism == Mechanism::PodIdentity)
    );
}

fn pods_of(state: &State, namespace: &str, name: &str) -> Vec<String> {
    let rows = state.fleet.containers.iter();
    let here = rows.filter(|(key, row)| {
        *key.namespace == *namespace && *row.pod.service_account == *name && !row.pod.terminating
    });
    here.map(|(key, _)| key.pod.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_whose_history_is_gone_begins_anew() {
    let (mut flow, arn) = at("payments", Options::default()).await;
    flow.enter(&arn).await;
    let all = flow.column(PaneId::Pods, 0).len();
    let lists = |flow: &Flow| flow.simulator.log().count("kube:list:pods");
    let before = lists(&flow);
    // The connections break, and what they would go on from is gone.
    flow.simulator.refuse_connections("payments", true);
    flow.simulator
        .fault("kube:watch:pods=first:1:gone".parse().unwrap());
    flow.simulator.forget_history("payments");
    flow.simulator.refuse_connections("payments", false);
    let detail = flow.state.fleet.clusters[&arn]
        .detail
        .value()
        .unwrap()
        .clone();
    let operator = Operator::new(&flow.simulator, &arn, &detail);
    let old = pods_of(&flow.state, "fraud", "scoring");
    operator.restart("fraud", "scoring", "now").await;
    flow.until("new pods", |state| {
        let now = pods_of(state, "fraud", "scoring");
        now.len() == old.len() && now.iter().all(|pod| !old.contains(pod))
    })
    .await;
    flow.idle().await;
    assert_eq!(flow.column(PaneId::Pods, 0).len(), all);
    assert!(lists(&flow) >= before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_cannot_be_reached_leaves_what_aws_knows() {
    let (mut flow, arn) = at("payments-dr", Options::default()).await;
    flow.enter(&arn).await;
    let kubernetes = &flow.state.fleet.clusters[&arn].kubernetes;
    assert!(kubernetes.failure(WatchedKind::Pods).is_some());
    let associations = flow.column(PaneId::Associations, 1);
    assert_eq!(flow.column(PaneId::ServiceAccounts, 1), associations);
    assert!(!associations.is_empty());
    for word in flow.column(PaneId::ServiceAccounts, 4) {
        assert!(word.starts_with("unknown: "), "{word}");
    }
    let roles = flow.column(PaneId::ServiceAccounts, 3);
    assert!(roles.iter().all(|role| role.len() > 2), "{roles:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_hides_nothing_else() {
    let (mut flow, arn) = at("analytics", Options::default()).await;
    flow.enter(&arn).await;
    let kubernetes = &flow.state.fleet.clusters[&arn].kubernetes;
    assert!(kubernetes.is_live(WatchedKind::ServiceAccounts));
    assert!(kubernetes.failure(WatchedKind::Pods).is_some());
    let pods = flow.column(PaneId::ServiceAccounts, 4);
    assert!(
        pods.iter().all(|word| word == "unknown: denied"),
        "{pods:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_of_a_pod_shows_no_secret() {
    let (mut flow, arn) = at("payments", Options::default()).await;
    flow.enter(&arn).await;
    flow.keys("5 /");
    for character in "swift-gateway".chars() {
        flow.keys(&character.to_string());
    }
    flow.keys("enter g y").idle().await;
    let Some(Modal::Text(view)) = flow.state.modals.last() else {
        panic!("no view")
    };
    let lines: Vec<_> = describe::lines(&flow.state, view)
        .iter()
        .map(|line| line.text().into_owned())
        .collect();
    let text = lines.join("\n");
    assert!(
        text.contains("kind: Pod") && text.contains("AWS_ACCESS_KEY_ID"),
        "{text}"
    );
    assert!(!text.contains("canary"), "{text}");
}
