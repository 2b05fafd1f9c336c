//! Lists and single objects.

use roledex::cloud::{KubePage, ObjectFilter, ObjectKind, Urgency};
use roledex::model::FailureKind;
use roledex::model::kubernetes::WatchedKind;
use roledex::ops::load::kubernetes::objects;
use serde_json::json;

use super::{ALL, CANARY, Demo, account, page, pod, status};
use crate::cloud::server::Answer;

const NOW: Urgency = Urgency::Interactive;

#[tokio::test]
async fn lists_are_paged_and_one_bad_object_costs_nothing_else() {
    let broken = json!({"metadata": {"namespace": "payments", "name": "odd"},
        "spec": {"containers": [{"name": "app", "env": CANARY}]}});
    let demo = Demo::start(move |request| match request.query.get("continue") {
        None => page("5", Some("t+/=& 2"), &[pod("api-1"), broken.clone()]),
        Some(token) => {
            assert_eq!(token, "t+/=& 2");
            page("5", None, &[pod("api-2")])
        }
    })
    .await;
    let filter = ObjectFilter {
        namespace: Some("payments".to_owned()),
        service_account: Some("api".to_owned()),
        labels: Some("app in (a, b)".to_owned()),
    };
    let first = demo.kubernetes.pods(NOW, &filter, None).await.unwrap();
    assert_eq!(first.unreadable.len(), 1);
    assert!(
        first.unreadable[0].starts_with("payments/odd: spec.containers[0].env"),
        "{:?}",
        first.unreadable
    );
    assert_eq!((first.version.as_str(), first.restarted), ("5", false));
    let next = first.next.clone().unwrap();
    let second = demo
        .kubernetes
        .pods(NOW, &filter, Some(&next))
        .await
        .unwrap();
    assert_eq!(second.next, None);
    let names: Vec<_> = [&first, &second]
        .iter()
        .flat_map(|page| page.items.iter().map(|pod| &*pod.name))
        .collect();
    assert_eq!(names, ["api-1", "api-2"]);
    let common = "fieldSelector=spec.serviceAccountName=api&labelSelector=app in (a, b)&limit=500";
    let path = "/api/v1/namespaces/payments/pods";
    assert_eq!(
        demo.targets(),
        [
            format!("{path}?{common}"),
            format!("{path}?continue=t+/=& 2&{common}")
        ]
    );
    let shown = format!("{first:?} {second:?} {:?}", demo.kubernetes);
    assert!(
        shown.contains("eu-west-1") && !shown.contains(CANARY),
        "{shown}"
    );
    assert!(!shown.contains("k8s-aws-v1"), "{shown}");
}

#[tokio::test]
async fn an_expired_page_begins_the_list_again() {
    let demo = Demo::start(|request| {
        if request.query.contains_key("continue") {
            return status(410, "Expired", "The provided continue parameter is too old");
        }
        page("9", Some("fresh"), &[account("api")])
    })
    .await;
    let list = demo.kubernetes.service_accounts(NOW, &ALL, Some("old"));
    let list = list.await.unwrap();
    assert!(list.restarted);
    assert_eq!((list.items.len(), list.next.as_deref()), (1, Some("fresh")));
    assert_eq!(
        demo.targets().len(),
        2,
        "an old page is not asked for twice"
    );
}

#[tokio::test]
async fn lists_whose_pages_always_expire_are_asked_for_in_one_piece() {
    let demo = Demo::start(|request| {
        if request.query.contains_key("continue") {
            return status(410, "Expired", "The provided continue parameter is too old");
        }
        let next = request.query.contains_key("limit").then_some("more");
        page("9", next, &[account("api")])
    })
    .await;
    let mut restarts = Vec::new();
    let on_page = |page: KubePage<_>| restarts.push(page.restarted);
    let kind = WatchedKind::ServiceAccounts;
    objects(&demo.kubernetes, NOW, kind, &ALL, on_page)
        .await
        .unwrap();
    assert_eq!(restarts, [false, true, true]);
}

#[tokio::test]
async fn lists_that_always_expire_are_given_up() {
    let demo = Demo::start(|request| {
        if request.query.contains_key("continue") {
            return status(410, "Expired", "The provided continue parameter is too old");
        }
        page("9", Some("more"), &[account("api")])
    })
    .await;
    let kind = WatchedKind::ServiceAccounts;
    let failure = objects(&demo.kubernetes, NOW, kind, &ALL, |_| {}).await;
    assert_eq!(failure.unwrap_err().kind, FailureKind::Server);
}

#[tokio::test]
async fn namespaces_and_nodes_are_listed_without_a_namespace() {
    let demo = Demo::start(|_| page("1", None, &[json!({"metadata": {"name": "one"}})])).await;
    let filter = ObjectFilter {
        namespace: Some("payments".to_owned()),
        ..ObjectFilter::default()
    };
    let namespaces = demo.kubernetes.namespaces(NOW, &filter, None).await;
    let names: Vec<_> = namespaces.unwrap().items;
    assert_eq!(&*names[0].name, "one");
    assert_eq!(names.len(), 1);
    let nodes = demo.kubernetes.nodes(NOW, &filter, None).await.unwrap();
    assert_eq!(&*nodes.items[0].name, "one");
    let paths = ["/api/v1/namespaces?limit=500", "/api/v1/nodes?limit=500"];
    assert_eq!(demo.targets(), paths);
}

#[tokio::test]
async fn documents_are_whole_but_for_what_nobody_should_see() {
    let demo = Demo::start(|_| {
        let mut pod = pod("api-1");
        // Members that this version does not know are shown as they came.
        pod["metadata"]["fromTheFuture"] = json!({"deep": ["kept"]});
        pod["spec"]["containers"][0]["futureMember"] = json!(1);
        Answer::json(200, &pod)
    })
    .await;
    let kubernetes = &demo.kubernetes;
    let document = kubernetes.document(NOW, ObjectKind::Pod, Some("payments"), "api-1");
    let shown = serde_json::Value::Object(document.await.unwrap());
    assert!(!shown.to_string().contains(CANARY), "{shown}");
    assert_eq!(
        shown["metadata"]["fromTheFuture"],
        json!({"deep": ["kept"]})
    );
    assert_eq!(shown["metadata"]["managedFields"], json!(null));
    let env = &shown["spec"]["containers"][0]["env"];
    assert_eq!(
        env[0],
        json!({"name": "DB_PASSWORD", "value": "(not shown)"})
    );
    assert_eq!(env[2]["value"], "http://proxy:3128");
    assert_eq!(env[3]["value"], "eu-west-1");
    for (kind, namespace, name) in [
        (ObjectKind::Pod, Some("payments"), ""),
        (ObjectKind::Pod, None, "api-1"),
        (ObjectKind::Node, None, ""),
    ] {
        let failure = kubernetes.document(NOW, kind, namespace, name).await;
        assert_eq!(failure.unwrap_err().kind, FailureKind::Invalid);
    }
    assert_eq!(demo.targets(), ["/api/v1/namespaces/payments/pods/api-1?"]);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let demo = Demo::start(|_| status(404, "NotFound", "pods \"x\" not found")).await;
    let document = demo
        .kubernetes
        .document(NOW, ObjectKind::Pod, Some("a"), "x");
    let failure = document.await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert_eq!(
        failure.to_string(),
        "could not read Pod a/x in cluster demo as profile prod: pods \"x\" not found (NotFound)"
    );
}

/// A page of something else, or a list that is "not there", is no "there are none".
#[tokio::test]
async fn what_no_api_server_says_is_not_believed() {
    let page =
        Demo::start(|_| Answer::typed(404, "text/plain", "404 page not found".to_owned())).await;
    let document = page
        .kubernetes
        .document(NOW, ObjectKind::Pod, Some("a"), "x");
    let failure = document.await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Malformed, "{failure}");
    assert!(
        failure
            .hint
            .unwrap()
            .contains("may not be a Kubernetes API server")
    );
    let demo = Demo::start(|_| status(404, "NotFound", "no such resource")).await;
    let listed = demo.kubernetes.nodes(NOW, &ALL, None);
    let failure = listed.await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Malformed, "{failure}");
}
