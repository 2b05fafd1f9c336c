//! API servers that are away, busy, broken, or somebody else.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use roledex::cloud::{ObjectKind, Urgency};
use roledex::model::{Failure, FailureKind};
use serde_json::json;
use tokio::net::TcpListener;

use super::{ALL, Authority, Client, Demo, VERSION, account, described, impatient, object, page};
use crate::cloud::Options;
use crate::cloud::server::Answer;

const NOW: Urgency = Urgency::Interactive;

async fn list_at(endpoint: &str, options: &Options) -> Failure {
    let client = Client::with("http://127.0.0.1:1", options);
    let mut cluster = described(endpoint, &Authority::new().data);
    let network = json!({"endpointPublicAccess": true, "publicAccessCidrs": ["192.0.2.0/24"]});
    cluster
        .document
        .extend(object(json!({"resourcesVpcConfig": network})));
    let kubernetes = client.kubernetes(&cluster).await;
    let list = kubernetes.pods(NOW, &ALL, None);
    let failure = list.await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable, "{failure}");
    failure
}

#[tokio::test]
async fn nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = list_at(&url, &Options::default()).await;
    assert!(failure.cause.contains("refused"), "{failure}");
    let hint = failure.hint.unwrap();
    assert!(hint.contains("lets in 192.0.2.0/24 only"), "{hint}");
}

#[tokio::test]
async fn somebody_listens_and_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let failure = list_at(&url, &impatient(Duration::from_millis(100))).await;
    assert!(failure.cause.contains("in time"), "{failure}");
    drop(listener);
}

#[tokio::test]
async fn somebody_else_answers() {
    let demo = Demo::start(|_| page("1", None, &[])).await;
    let failure = list_at(&demo.server.url, &Options::default()).await;
    assert!(failure.cause.contains("certificate"), "{failure}");
    assert!(demo.targets().is_empty(), "no token was sent");
}

#[tokio::test]
async fn short_answers_come_at_once_or_not_at_all() {
    let demo = Demo::impatient(|_| Answer::Silence).await;
    let document = demo.kubernetes.document(NOW, ObjectKind::Node, None, "one");
    let failure = document.await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert_eq!(demo.targets().len(), 1, "silence is not asked again");
}

#[tokio::test]
async fn lists_are_not_waited_for_where_nothing_answers_at_all() {
    let options = impatient(Duration::from_secs(2));
    let demo = Demo::at("http://127.0.0.1:1", &options, |_| Answer::Silence).await;
    let began = Instant::now();
    let (pods, nodes) = tokio::join!(
        demo.kubernetes.pods(NOW, &ALL, None),
        demo.kubernetes.nodes(NOW, &ALL, None),
    );
    for (failure, doing) in [
        (pods.unwrap_err(), "list pods"),
        (nodes.unwrap_err(), "list nodes"),
    ] {
        assert_eq!(failure.kind, FailureKind::Unreachable);
        assert!(failure.doing.starts_with(doing), "{failure}");
    }
    assert!(began.elapsed() < options.deadlines.interactive);
    let seen = demo.server.seen();
    let paths: Vec<_> = seen.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, [VERSION], "asked once for both");
    assert!(!seen[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn whatever_answers_first_is_given_time_for_lists() {
    for first in [Answer::json(403, &json!({})), Answer::Closed] {
        let demo =
            Demo::at(
                "http://127.0.0.1:1",
                &Options::default(),
                move |request| match &*request.path {
                    VERSION => first.clone(),
                    _ => page("1", None, &[]),
                },
            )
            .await;
        demo.kubernetes.pods(NOW, &ALL, None).await.unwrap();
        demo.kubernetes.nodes(NOW, &ALL, None).await.unwrap();
        assert_eq!(demo.targets().len(), 2);
        let greeted = demo.server.count(|request| request.path == VERSION);
        assert_eq!(greeted, 1);
    }
}

#[tokio::test]
async fn passing_troubles_are_passed_over() {
    let busy = |headers: Vec<(&'static str, String)>| Answer::Whole {
        status: 429,
        headers,
        body: String::new(),
    };
    let good = || page("1", None, &[account("api")]);
    for trouble in [
        busy(Vec::new()),
        busy(vec![("retry-after", "0".to_owned())]),
        Answer::json(503, &json!({"message": "the server is starting"})),
        Answer::typed(502, "text/html", "<html>".to_owned()),
        Answer::Truncated("{\"metadata\":{".to_owned()),
        Answer::Closed,
    ] {
        let script = Mutex::new(vec![good(), trouble.clone()]);
        let demo = Demo::start(move |_| script.lock().unwrap().pop().unwrap()).await;
        let list = demo.kubernetes.service_accounts(NOW, &ALL, None);
        assert_eq!(list.await.unwrap().items.len(), 1, "{trouble:?}");
        assert!(demo.client.cloud.spend().retries <= 1, "{trouble:?}");
    }
}

#[tokio::test]
async fn troubles_that_stay_are_told() {
    for (answer, kind, most) in [
        (
            Answer::json(500, &json!({"message": "etcd"})),
            FailureKind::Server,
            3,
        ),
        (Answer::json(429, &json!({})), FailureKind::Throttled, 7),
        (
            Answer::typed(200, "text/html", "<html>".to_owned()),
            FailureKind::Malformed,
            1,
        ),
        (
            Answer::json(200, &json!({"items": []})),
            FailureKind::Malformed,
            1,
        ),
        (
            Answer::json(422, &json!({"message": "bad"})),
            FailureKind::Invalid,
            1,
        ),
    ] {
        let demo = Demo::start(move |_| answer.clone()).await;
        let list = demo.kubernetes.nodes(NOW, &ALL, None);
        let failure = list.await.unwrap_err();
        assert_eq!(failure.kind, kind, "{failure}");
        assert_eq!(demo.targets().len(), most, "{failure}");
    }
}

#[tokio::test]
async fn a_server_that_asks_for_more_time_than_there_is_is_told_at_once() {
    let demo = Demo::start(|_| Answer::Whole {
        status: 429,
        headers: vec![("retry-after", "3600".to_owned())],
        body: String::new(),
    })
    .await;
    let list = demo.kubernetes.nodes(NOW, &ALL, None);
    assert_eq!(list.await.unwrap_err().kind, FailureKind::Throttled);
    assert_eq!(demo.targets().len(), 1);
}
