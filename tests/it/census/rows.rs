//! Rows, case by case.

use roledex::model::census::{Associations, Census, Part, Reading, Scope};
use roledex::model::identity::{Agent, Fact};
use roledex::model::kubernetes::{KubeId, KubeObject, WatchEvent, WatchedKind};

use super::world::{
    Told, account, account_line, agent, association, denied, described, joined, lines, look, node,
    pod, read,
};

const IRSA: &str = "arn:aws:iam::111122223333:role/irsa";

/// One service account of every kind, its pod with it, on a node with an agent.
fn census() -> Census {
    let mut census = read();
    census.apply(node("n1", "ec2", Some("general")));
    census.apply(agent("n1", true, true));
    for (name, role, told) in [
        ("both", Some(IRSA), Told::PodIdentity),
        ("identity", None, Told::PodIdentity),
        ("irsa", Some(IRSA), Told::Irsa),
        ("keys", None, Told::Keys),
        ("late", None, Told::Nothing),
        ("plain", None, Told::Nothing),
    ] {
        census.apply(account("shop", name, role));
        census.apply(pod("shop", &format!("{name}-1"), name, Some("n1"), told));
    }
    census
}

fn associations() -> Vec<(
    roledex::model::Association,
    roledex::model::AssociationDetail,
)> {
    ["both", "identity", "late", "nobody"]
        .map(|name| association("shop", name))
        .to_vec()
}

#[test]
fn every_mechanism_has_its_row() {
    let rows = associations();
    let found = lines(&census(), &joined(&rows));
    let expected = [
        "shop/both both 1/0/0 the association wins",
        "shop/identity pod identity 1/0/0",
        "shop/irsa IRSA 1/0/0",
        "shop/keys none 1/0/0",
        "shop/late pod identity 1/1/0 1 pod to restart",
        "shop/nobody pod identity (dormant) 0/0/0 no such service account",
        "shop/plain none 1/0/0",
        "kube-system/agent-n1/agent node role (likely) @node-role (not expected): no variable or file offers credentials",
        "shop/both-1/app pod identity @pod (injected): association a-shop-both is for its service account",
        "shop/identity-1/app pod identity @pod (injected): association a-shop-identity is for its service account",
        "shop/irsa-1/app IRSA @irsa (injected): the token of volume aws-iam-token is mounted",
        "shop/keys-1/app static keys (not expected): AWS_ACCESS_KEY_ID is set",
        "shop/late-1/app node role (likely) @node-role (lacking): not injected although the association is older; restart it",
        "shop/plain-1/app node role (likely) @node-role (not expected): no variable or file offers credentials",
    ];
    assert_eq!(found, expected);
}

/// Keys of their own come first in a new pod as well, so a restart is asked for of the others alone.
#[test]
fn pods_with_credentials_of_their_own_are_not_to_be_restarted() {
    let rows = associations();
    let joined = joined(&rows);
    let mut census = census();
    census.apply(pod("shop", "late-2", "late", Some("n1"), Told::Keys));
    look(&census, &joined, |picture| {
        let row = picture.account("shop", "late").unwrap();
        assert_eq!(
            account_line(&row),
            "shop/late pod identity 2/2/0 1 pod to restart"
        );
        let notes = picture.explain_account(&row).notes;
        for note in [
            "1 pod without what a new pod would get; restart the workload",
            "1 pod without it for which a restart does nothing: credentials of their own come first",
        ] {
            assert!(notes.iter().any(|line| line == note), "{notes:#?}");
        }
    });
    for (told, remark) in [
        (Told::Keys, "1 pod with credentials of its own"),
        // Nothing but a webhook of one's own writes that beside an association.
        (Told::Irsa, "1 pod with credentials of its own"),
    ] {
        let mut census = read();
        census.apply(node("n1", "ec2", Some("general")));
        census.apply(account("shop", "late", None));
        census.apply(pod("shop", "late-1", "late", Some("n1"), told));
        look(&census, &joined, |picture| {
            let row = picture.account("shop", "late").unwrap();
            assert_eq!(row.remark().as_deref(), Some(remark));
            let notes = picture.explain_account(&row).notes;
            assert!(
                !notes
                    .iter()
                    .any(|note| note.contains("restart the workload")),
                "{notes:?}"
            );
        });
    }
}

#[test]
fn what_was_not_read_is_unknown() {
    let rows = associations();
    let mut without_accounts = Census::new();
    without_accounts.restart(WatchedKind::Pods);
    without_accounts.apply(pod("shop", "late-1", "late", Some("n1"), Told::Nothing));
    without_accounts.apply(pod(
        "shop",
        "other-1",
        "other",
        Some("n1"),
        Told::PodIdentity,
    ));
    without_accounts.synced(WatchedKind::Pods);
    without_accounts.failed(WatchedKind::Nodes, &denied());
    assert_eq!(
        lines(&without_accounts, &joined(&rows[2..3])),
        [
            "shop/late pod identity (likely) 1/0/1 1 pod not known",
            "shop/other unknown 1/0/1 service account not known",
            "shop/late-1/app unknown (unknown): what kind of node it runs on is unknown",
            "shop/other-1/app pod identity (likely) (unknown): what kind of node it runs on is unknown",
        ]
    );
    let mut without_pods = Census::new();
    without_pods.restart(WatchedKind::ServiceAccounts);
    without_pods.apply(account("shop", "late", None));
    without_pods.synced(WatchedKind::ServiceAccounts);
    assert_eq!(
        lines(
            &without_pods,
            &Associations::some(described(&rows[..1]), "no answer")
        ),
        [
            "shop/both pod identity (dormant) ? no such service account",
            "shop/late unknown ? associations not known",
        ]
    );
}

#[test]
fn explanations_say_what_could_not_be_read_and_why() {
    let mut census = Census::new();
    census.failed(WatchedKind::Nodes, &denied());
    census.restart(WatchedKind::ServiceAccounts);
    census.apply(pod("shop", "api-1", "api", Some("n1"), Told::PodIdentity));
    look(&census, &Associations::unread(), |picture| {
        let rows = picture.containers_of(census.pod("shop", "api-1").unwrap());
        let told = picture.explain_container(&rows[0]);
        for doubt in [
            "could not list nodes: nodes is forbidden",
            "associations were not read",
            "pods of the agent were not read",
        ] {
            assert!(told.doubts.iter().any(|line| line == doubt), "{told:#?}");
        }
        assert!(
            told.notes
                .contains(&"service accounts are being read".to_owned())
        );
        let row = picture.account("shop", "api").unwrap();
        let told = picture.explain_account(&row);
        assert!(
            told.doubts
                .contains(&"associations were not read".to_owned()),
            "{told:#?}"
        );
        assert_eq!(picture.account("shop", "nobody"), None);
    });
}

#[test]
fn dormant_is_said_and_explained() {
    let rows = associations();
    look(&census(), &joined(&rows), |picture| {
        let row = picture.account("shop", "nobody").unwrap();
        assert!(row.is_dormant() && row.created().is_none());
        let told = picture.explain_account(&row);
        assert_eq!(told.doubts, Vec::<String>::new());
        assert!(told.notes.iter().any(|note| note.starts_with("dormant: ")));
        let row = picture.account("shop", "late").unwrap();
        assert!(!row.is_dormant() && row.created().is_some());
        assert_eq!(
            account_line(&row),
            "shop/late pod identity 1/1/0 1 pod to restart"
        );
    });
}

#[test]
fn the_agent_is_found_by_node() {
    let mut census = read();
    assert_eq!(census.agent_on("n1"), Agent::Missing);
    census.apply(agent("n1", false, true));
    census.apply(agent("n2", true, false));
    assert_eq!(census.agent_on("n1"), Agent::NotReady);
    assert_eq!(census.agent_on("n2"), Agent::Running);
    census.apply(agent("n1", true, true));
    assert_eq!(census.agent_on("n1"), Agent::Running);
    let (namespace, name) = ("kube-system".into(), "agent-n1".into());
    census.delete(&KubeId::Pod { namespace, name });
    assert_eq!(census.agent_on("n1"), Agent::Missing);
    // A pod that only looks like it, elsewhere.
    let mut other = agent("n3", true, true);
    other.namespace = "shop".into();
    census.apply(other);
    assert_eq!(census.agent_on("n3"), Agent::Missing);
    // A list that breaks off leaves what the last complete one said.
    census.restart(WatchedKind::Pods);
    census.failed(WatchedKind::Pods, &denied());
    assert_eq!(census.agent_on("n1"), Agent::Missing);
    assert_eq!(census.agent_on("n2"), Agent::Running);
    // Where there was none, what it named is all that is known.
    let mut census = Census::new();
    census.restart(WatchedKind::Pods);
    census.apply(agent("n2", true, false));
    census.failed(WatchedKind::Pods, &denied());
    assert_eq!(census.agent_on("n1"), Agent::Unknown);
    assert_eq!(census.agent_on("n2"), Agent::Running);
}

#[test]
fn a_part_of_a_cluster_says_nothing_of_the_rest() {
    let scope = Scope {
        namespaces: vec!["shop".into()],
        service_accounts: vec!["api".into()],
    };
    let mut census = Census::of(scope);
    for kind in WatchedKind::ALL {
        census.restart(kind);
    }
    census.apply(account("shop", "api", None));
    census.apply(account("shop", "other", None));
    census.apply(pod("shop", "api-1", "api", Some("n1"), Told::PodIdentity));
    census.apply(agent("n1", true, true));
    for kind in WatchedKind::ALL {
        census.synced(kind);
    }
    assert_eq!(
        (
            census.count(Part::ServiceAccounts),
            census.count(Part::Pods)
        ),
        (1, 1)
    );
    assert_eq!(census.service_account("shop", "other"), Fact::Unknown);
    // One agent was seen; whether the other node has one, only a list of agents tells.
    assert_eq!(census.agent_on("n1"), Agent::Running);
    assert_eq!(census.agent_on("n2"), Agent::Unknown);
    census.restart(Part::Agents);
    census.synced(Part::Agents);
    assert_eq!(census.agent_on("n1"), Agent::Missing);
}

#[test]
fn readings_follow_the_watch() {
    let mut census = Census::new();
    let kind = WatchedKind::Nodes;
    assert_eq!(census.reading(kind), Reading::Unread);
    census.take(kind, WatchEvent::Restarted);
    assert_eq!(census.reading(kind), Reading::Reading);
    census.take(
        kind,
        WatchEvent::Applied(KubeObject::Node(node("n1", "ec2", None))),
    );
    assert_eq!(census.node("n2"), Fact::Unknown);
    census.take(kind, WatchEvent::Synced);
    assert_eq!(census.reading(kind), Reading::Live);
    assert_eq!(census.node("n2"), Fact::Absent);
    // A new list leaves what is known until it is complete.
    census.take(kind, WatchEvent::Restarted);
    assert_eq!(census.node("n2"), Fact::Absent);
    census.take(kind, WatchEvent::Failed(denied()));
    assert_eq!(census.reading(kind), Reading::Failed(&denied()));
    assert_eq!(census.gap(kind), None, "it is old, and all of it");
    assert!(census.node("n1").present().is_some());
    census.take(kind, WatchEvent::Restarted);
    census.take(kind, WatchEvent::Synced);
    assert_eq!(census.node("n1"), Fact::Absent);
    census.take(
        kind,
        WatchEvent::Unreadable {
            id: None,
            words: "node n9: spec is not an object".to_owned(),
        },
    );
    assert_eq!(census.node("n9"), Fact::Unknown);
    assert_eq!(
        census.gap(kind).as_deref(),
        Some("not understood: node n9: spec is not an object")
    );
}

#[test]
fn what_cannot_be_read_any_more_is_not_shown_as_it_was() {
    let mut census = census();
    let kind = WatchedKind::Pods;
    census.apply(pod("shop", "plain-1", "plain", Some("n1"), Told::Nothing));
    let id = KubeId::Pod {
        namespace: "shop".into(),
        name: "plain-1".into(),
    };
    census.take(
        kind,
        WatchEvent::Unreadable {
            id: Some(id),
            words: "shop/plain-1: spec is not an object".to_owned(),
        },
    );
    assert_eq!(census.pod("shop", "plain-1"), None);
    assert!(!census.is_read(kind));
}

#[test]
fn only_what_changes_a_row_changes_the_revision() {
    let mut census = census();
    let before = census.revision();
    census.apply(pod("shop", "plain-1", "plain", Some("n1"), Told::Nothing));
    census.apply(node("n1", "ec2", Some("general")));
    census.delete(&KubeId::Node { name: "n7".into() });
    assert_eq!(census.revision(), before);
    census.apply(pod("shop", "plain-1", "plain", Some("n2"), Told::Nothing));
    assert_ne!(census.revision(), before);
}

#[test]
fn a_pod_that_comes_again_for_another_account_leaves_the_first() {
    let mut census = census();
    census.apply(pod("shop", "plain-1", "keys", Some("n1"), Told::Nothing));
    assert_eq!(census.pods_of("shop", "plain").count(), 0);
    let names: Vec<_> = census
        .pods_of("shop", "keys")
        .map(|pod| &*pod.name)
        .collect();
    assert_eq!(names, ["keys-1", "plain-1"]);
}

#[test]
fn what_was_unknown_stays_so_until_a_new_list_has_ended() {
    let mut census = Census::new();
    let absent = |census: &Census| census.service_account("shop", "api") == Fact::Absent;
    census.restart(WatchedKind::ServiceAccounts);
    census.unreadable(
        WatchedKind::ServiceAccounts,
        "one that is newer than this program",
    );
    census.synced(WatchedKind::ServiceAccounts);
    assert!(!absent(&census));
    census.restart(WatchedKind::ServiceAccounts);
    assert!(!absent(&census), "the new list has only begun");
    census.failed(WatchedKind::ServiceAccounts, &denied());
    assert!(!absent(&census), "the new list has failed");
    census.restart(WatchedKind::ServiceAccounts);
    census.synced(WatchedKind::ServiceAccounts);
    assert!(absent(&census), "a list without it has ended");
    census.restart(WatchedKind::ServiceAccounts);
    census.unreadable(WatchedKind::ServiceAccounts, "another");
    assert!(absent(&census), "as the list before said");
    census.synced(WatchedKind::ServiceAccounts);
    assert!(!absent(&census));
    assert_eq!(census.not_decoded(WatchedKind::ServiceAccounts).len(), 1);
}
