//! Service accounts and pods: what is read when, and what is said of what is not known.

use proptest::prelude::*;
use roledex::app::modal::Modal;
use roledex::app::pane::PaneId;
use roledex::app::{Effect, Request, Step, describe};
use roledex::model::kubernetes::{KubeObject, WatchEvent, WatchedKind};
use roledex::model::{ClusterArn, Failure, FailureKind};

use crate::script::kubernetes::{account, agent, gone, node, pod, pod_id, world};
use crate::script::{Script, association, cluster_arn};

const ACCOUNTS: PaneId = PaneId::ServiceAccounts;
const PODS: PaneId = PaneId::Pods;

fn alpha() -> ClusterArn {
    cluster_arn("eu-west-1", "alpha")
}

/// Two clusters; the first has an association for shop/api.
fn loaded() -> Script {
    let mut script = Script::with_clusters(&["alpha", "beta"]);
    script.list_associations(&alpha(), vec![association(&alpha(), 1, "shop", "api")]);
    script.list_associations(&cluster_arn("eu-west-1", "beta"), Vec::new());
    script.describe_all();
    script
}

/// The first cluster entered, and everything of it read.
fn entered() -> Script {
    let mut script = loaded();
    script.keys("enter");
    script.say(
        &alpha(),
        world(vec![
            account("shop", "api", None),
            account("shop", "cron", Some("cron-role")),
            account("shop", "plain", None),
            pod("shop", "api-1", "api", true),
            pod("shop", "api-2", "api", false),
            pod("shop", "plain-1", "plain", false),
        ]),
    );
    script
}

fn unreachable() -> Failure {
    Failure::new(
        FailureKind::Unreachable,
        "list pods of alpha",
        "no answer within 5 s",
    )
}

fn applied(object: KubeObject) -> Vec<(WatchedKind, WatchEvent)> {
    vec![(object.kind(), WatchEvent::Applied(object))]
}

fn text(script: &Script) -> String {
    let Some(Modal::Text(view)) = script.top() else {
        panic!("no text view")
    };
    let lines = describe::lines(&script.state, view);
    lines
        .iter()
        .map(|line| line.text().into_owned() + "\n")
        .collect()
}

#[test]
fn rows_join_kubernetes_and_aws() {
    let script = entered();
    assert_eq!(script.column(ACCOUNTS, 1), ["api", "cron", "plain"]);
    assert_eq!(script.column(ACCOUNTS, 2), ["pod identity", "IRSA", "none"]);
    assert_eq!(script.column(ACCOUNTS, 3), ["api", "cron-role", "-"]);
    assert_eq!(script.column(ACCOUNTS, 4), ["2", "0", "1"]);
    assert_eq!(script.column(ACCOUNTS, 5), ["1", "0", "0"]);
    assert_eq!(
        script.column(PODS, 1),
        ["eks-pod-identity-agent-x", "api-1", "api-2", "plain-1"]
    );
    assert_eq!(script.column(PODS, 3)[1], "pod identity");
    assert_eq!(
        script.column(PODS, 6),
        ["not expected", "injected", "lacking", "not expected"]
    );
    assert_eq!(script.column(PODS, 11)[1], "Deployment/web");
}

#[test]
fn exactly_the_cluster_in_view_is_watched() {
    let mut script = loaded();
    assert_eq!(script.reads(), (vec![], vec![]), "nobody has asked");
    script.keys("enter");
    assert_eq!(script.reads(), (vec![], vec!["alpha".to_owned()]));
    script.keys("1 j enter");
    assert_eq!(script.reads(), (vec![], vec!["beta".to_owned()]));
    script.keys("0");
    assert_eq!(script.reads(), (vec![], vec![]));
    let cancels = script.effects.iter();
    let cancels = cancels.filter(|effect| matches!(effect, Effect::Cancel(_)));
    assert!(cancels.count() >= 2);
}

#[test]
fn what_was_read_stays_and_ages_after_the_watch() {
    let mut script = entered();
    assert_eq!(script.column(ACCOUNTS, 9), ["live"; 3]);
    script.keys("esc");
    assert_eq!(script.column(ACCOUNTS, 1).len(), 3);
    script.now = "2026-11-21T13:00:00Z".parse().unwrap();
    script.keys("j");
    assert_eq!(script.column(ACCOUNTS, 9), ["1h ago"; 3]);
}

#[test]
fn a_late_word_of_an_old_watch_does_not_land() {
    let mut script = entered();
    let old = script.kubernetes(&alpha());
    script.keys("esc").keys("enter");
    let new = script.kubernetes(&alpha());
    assert_ne!(old, new);
    let late = applied(account("shop", "late", None));
    script.step(old, Step::Kubernetes(late.clone()));
    assert!(!script.column(ACCOUNTS, 1).contains(&"late".to_owned()));
    script.step(new, Step::Kubernetes(late));
    assert!(script.column(ACCOUNTS, 1).contains(&"late".to_owned()));
}

#[test]
fn several_clusters_are_listed_and_not_watched() {
    let mut script = loaded();
    script.keys("space space enter");
    let both = vec!["alpha".to_owned(), "beta".to_owned()];
    assert_eq!(script.reads(), (both, vec![]));
    script.say(&alpha(), world(vec![account("shop", "api", None)]));
    let ticket = script.kubernetes(&alpha());
    script.done(ticket, Ok(()));
    assert_eq!(script.column(ACCOUNTS, 9), ["live"]);
}

#[test]
fn all_clusters_are_listed_a_few_at_a_time() {
    let names: Vec<String> = (0..20).map(|n| format!("cluster-{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut script = Script::with_clusters(&names);
    script.keys("4 ctrl-r");
    assert_eq!(script.reads().0.len(), 0, "they are described first");
    for name in &names {
        script.describe_cluster(&cluster_arn("eu-west-1", name), "ACTIVE");
    }
    assert_eq!(script.reads().0.len(), 8);
    for name in &names {
        let ticket = script.kubernetes(&cluster_arn("eu-west-1", name));
        script.done(ticket, Ok(()));
    }
    assert_eq!(script.reads().0.len(), 0);
}

#[test]
fn a_cluster_that_cannot_be_described_is_not_asked_for_ever() {
    let mut script = Script::one_scope();
    script.open_scope("prod", "eu-west-1", &["alpha"]);
    script.list_associations(&alpha(), vec![association(&alpha(), 1, "shop", "api")]);
    script.keys("enter");
    assert_eq!(script.reads(), (vec![], vec![]));
    let ticket = script.ticket(|r| matches!(r, Request::DescribeCluster { .. }));
    script.done(ticket, Err(unreachable()));
    assert_eq!(script.reads(), (vec![], vec![]));
    assert!(
        script
            .open()
            .iter()
            .all(|r| !matches!(r, Request::DescribeCluster { .. }))
    );
    assert_eq!(script.column(ACCOUNTS, 9), ["unreachable"]);
}

#[test]
fn associations_stand_where_kubernetes_does_not_answer() {
    let mut script = loaded();
    script.keys("enter");
    let failed = |kind| (kind, WatchEvent::Failed(unreachable()));
    script.say(&alpha(), WatchedKind::ALL.map(failed).to_vec());
    assert_eq!(script.column(ACCOUNTS, 1), ["api"]);
    assert_eq!(script.column(ACCOUNTS, 2), ["pod identity (likely)"]);
    assert_eq!(script.column(ACCOUNTS, 3), ["api"]);
    for column in [4, 5, 6, 8] {
        assert_eq!(script.column(ACCOUNTS, column), ["unknown: unreachable"]);
    }
    assert_eq!(script.column(ACCOUNTS, 9), ["unreachable"]);
    script.keys("4 d");
    assert!(
        text(&script).contains("no answer within 5 s"),
        "{}",
        text(&script)
    );
}

#[test]
fn behind_a_broken_watch_everything_is_old() {
    let mut script = entered();
    let failed = |kind| (kind, WatchEvent::Failed(unreachable()));
    script.say(&alpha(), WatchedKind::ALL.map(failed).to_vec());
    script.now = "2026-11-21T12:03:00Z".parse().unwrap();
    script.keys("j");
    let read = script.column(ACCOUNTS, 9);
    assert!(
        read.len() >= 3 && read.iter().all(|read| read == "3m old"),
        "{read:?}"
    );
    // It goes on by itself.
    script.say(&alpha(), world(vec![account("shop", "api", None)]));
    assert_eq!(script.column(ACCOUNTS, 9), ["live"]);
}

#[test]
fn enter_shows_whose_pods_and_escape_takes_it_back() {
    let mut script = entered();
    for (keys, back) in [("2 enter", PaneId::Associations), ("4 g enter", ACCOUNTS)] {
        script.keys(keys);
        assert_eq!(script.state.focus, PODS);
        assert_eq!(script.column(PODS, 1), ["api-1", "api-2"]);
        assert_eq!(script.reads().1, ["alpha"], "the watch goes on");
        script.keys("esc");
        assert_eq!(script.state.focus, back);
        assert_eq!(script.column(PODS, 1).len(), 4);
    }
    script.keys("4 enter 0");
    assert_eq!(
        (script.state.focus, script.column(PODS, 1).len()),
        (PODS, 4)
    );
}

#[test]
fn the_pods_of_an_association_are_read_when_somebody_asks() {
    let mut script = loaded();
    script.keys("2 enter");
    assert_eq!(script.state.focus, PODS);
    assert_eq!(script.reads().1, ["alpha"]);
    script.keys("esc");
    assert_eq!(script.reads().1, Vec::<String>::new());
}

#[test]
fn a_pod_is_explained_container_by_container() {
    let mut script = entered();
    script.keys("5 j j enter");
    let said = text(&script);
    for words in ["Pod shop/api-2", "Container app", "lacking", "Because"] {
        assert!(said.contains(words), "{words} is missing in {said}");
    }
    script.keys("esc 4 g d");
    let said = text(&script);
    for words in [
        "Service account shop/api",
        "lacking  api-2",
        "injected  api-1",
        "role/api",
    ] {
        assert!(said.contains(words), "{words} is missing in {said}");
    }
}

#[test]
fn the_document_of_a_pod_is_asked_of_its_cluster() {
    let mut script = entered();
    script.keys("5 j y");
    let ticket = script.ticket(|request| {
        matches!(request, Request::KubernetesDocument { of, id } if of.cluster == alpha() && *id == pod_id("shop", "api-1"))
    });
    let document = serde_json::json!({"kind": "Pod"});
    let document = document.as_object().unwrap().clone();
    script
        .step(ticket, Step::Document(document))
        .done(ticket, Ok(()));
    assert!(text(&script).contains("kind: Pod"));
}

#[test]
fn a_cluster_that_is_gone_takes_its_rows_and_its_watch_along() {
    let mut script = entered();
    script.keys("1 ctrl-r");
    script.open_scope("prod", "eu-west-1", &["beta"]);
    assert_eq!(script.reads(), (vec![], vec![]));
    assert_eq!(script.column(ACCOUNTS, 1), Vec::<String>::new());
}

/// One thing that Kubernetes or AWS may say next.
#[derive(Debug, Clone)]
enum Said {
    Pod {
        name: u8,
        account: u8,
        injected: bool,
    },
    PodGone(u8),
    Account {
        name: u8,
        annotated: bool,
    },
    AccountGone(u8),
    Agent(bool),
    Node(bool),
    Associations(Vec<u8>),
    Relisted,
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        (0u8..6, 0u8..3, any::<bool>()).prop_map(|(name, account, injected)| Said::Pod {
            name,
            account,
            injected
        }),
        (0u8..6).prop_map(Said::PodGone),
        (0u8..3, any::<bool>()).prop_map(|(name, annotated)| Said::Account { name, annotated }),
        (0u8..3).prop_map(Said::AccountGone),
        any::<bool>().prop_map(Said::Agent),
        any::<bool>().prop_map(Said::Node),
        prop::collection::vec(0u8..3, 0..3).prop_map(Said::Associations),
        Just(Said::Relisted),
    ]
}

fn hear(script: &mut Script, said: &Said) {
    let name = |number: &u8| format!("sa-{number}");
    let events = match said {
        Said::Pod {
            name: pod_name,
            account,
            injected,
        } => applied(pod(
            "shop",
            &format!("pod-{pod_name}"),
            &name(account),
            *injected,
        )),
        Said::PodGone(number) => {
            let id = pod_id("shop", &format!("pod-{number}"));
            vec![(WatchedKind::Pods, WatchEvent::Deleted(id))]
        }
        Said::Account {
            name: number,
            annotated,
        } => applied(account("shop", &name(number), annotated.then_some("irsa"))),
        Said::AccountGone(number) => {
            let object = account("shop", &name(number), None);
            vec![(object.kind(), gone(&object))]
        }
        Said::Agent(true) => applied(agent()),
        Said::Agent(false) => vec![(WatchedKind::Pods, gone(&agent()))],
        Said::Node(true) => applied(node()),
        Said::Node(false) => vec![(WatchedKind::Nodes, gone(&node()))],
        Said::Associations(numbers) => {
            script
                .state
                .list_associations(&alpha(), true, &mut Vec::new());
            let mut rows: Vec<_> = numbers
                .iter()
                .map(|number| association(&alpha(), usize::from(*number), "shop", &name(number)))
                .collect();
            rows.dedup_by(|one, other| one.key == other.key);
            let (ticket, _) = script.state.loading.flights.iter().next_back().unwrap();
            let ticket = *ticket;
            script
                .step(ticket, Step::Associations(rows))
                .done(ticket, Ok(()));
            script.describe_all();
            return;
        }
        Said::Relisted => world(vec![pod("shop", "pod-1", "sa-1", true)]),
    };
    script.say(&alpha(), events);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Rows that are made anew one by one are those that making all of them anew would give.
    #[test]
    fn nothing_that_changes_is_forgotten(words in prop::collection::vec(said(), 1..24)) {
        let mut script = loaded();
        script.keys("enter");
        script.say(&alpha(), world(Vec::new()));
        for word in &words {
            hear(&mut script, word);
            let (accounts, containers) = (script.state.fleet.accounts.clone(), script.state.fleet.containers.clone());
            script.state.fleet.clusters.get_mut(&alpha()).unwrap().kubernetes.touch();
            script.state.fleet.refresh(script.now);
            prop_assert_eq!(&accounts, &script.state.fleet.accounts);
            prop_assert_eq!(&containers, &script.state.fleet.containers);
        }
    }
}
