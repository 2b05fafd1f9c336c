//! What goes wrong, and what is said about it.

use std::time::Duration;

use roledex::cloud::{Deadlines, Urgency};
use roledex::model::FailureKind;
use roledex::ops::load;
use serde_json::json;

use super::server::{Answer, Server};
use super::{ACCOUNT, Client, Options, association, caller, cluster};

const NOW: Urgency = Urgency::Interactive;

fn clusters() -> Answer {
    Answer::json(200, &json!({"clusters": ["demo"]}))
}

#[tokio::test]
async fn error_codes_are_found_wherever_they_stand() {
    let in_body = |member: &str, code: &str| {
        Answer::json(
            403,
            &json!({member: code, "message": "User: x is not authorized to perform: eks:ListClusters on *"}),
        )
    };
    for answer in [
        Answer::error(403, "AccessDeniedException", "x"),
        Answer::error(
            403,
            "AccessDeniedException:http://internal.amazon.com/",
            "x",
        ),
        in_body("code", "AccessDeniedException"),
        in_body("__type", "com.amazonaws.eks#AccessDeniedException"),
    ] {
        let server = Server::saying(vec![answer]).await;
        let client = Client::of(&server);
        let failure = client
            .session()
            .await
            .list_clusters(NOW, None)
            .await
            .unwrap_err();
        assert_eq!(failure.kind, FailureKind::Denied);
        assert_eq!(failure.code.as_deref(), Some("AccessDeniedException"));
        assert_eq!(failure.request_id.as_deref(), Some("request-1"));
        assert_eq!(
            &*failure.doing,
            "list clusters in eu-west-1 as profile prod"
        );
        assert_eq!(server.seen().len(), 1, "a refusal is not asked again");
    }
}

#[tokio::test]
async fn throttling_is_asked_again_and_counted() {
    let slow_down = Answer::error(429, "ThrottlingException", "Rate exceeded");
    let server = Server::saying(vec![slow_down.clone(), slow_down, clusters()]).await;
    let client = Client::of(&server);
    let page = client
        .session()
        .await
        .list_clusters(NOW, None)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 1);
    let spend = client.cloud.spend();
    assert_eq!((spend.calls, spend.retries, spend.throttled), (3, 2, 2));
    assert_eq!((spend.waiting, spend.in_flight), (0, 0));
}

#[tokio::test]
async fn throttling_without_end_becomes_a_failure() {
    let server = Server::saying(vec![Answer::error(
        429,
        "ThrottlingException",
        "Rate exceeded",
    )])
    .await;
    let options = Options {
        deadlines: Deadlines {
            interactive: Duration::from_millis(900),
            backoff: Duration::from_millis(1),
            ..Deadlines::default()
        },
        ..Options::default()
    };
    let client = Client::with(&server.url, &options);
    let failure = client
        .session()
        .await
        .list_clusters(NOW, None)
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Throttled);
    assert!(server.seen().len() <= 7, "retries are bounded");
}

#[tokio::test]
async fn broken_connections_and_answers_are_asked_again() {
    for broken in [
        Answer::Closed,
        Answer::Truncated("{\"clusters\": [\"de".to_owned()),
        Answer::error(503, "ServiceUnavailableException", "later"),
        Answer::typed(502, "text/html", "<html>bad gateway</html>".to_owned()),
    ] {
        let server = Server::saying(vec![broken.clone(), broken.clone(), clusters()]).await;
        let client = Client::of(&server);
        let page = client.session().await.list_clusters(NOW, None).await;
        assert_eq!(page.map(|page| page.items.len()), Ok(1), "{broken:?}");
        assert_eq!(client.cloud.spend().retries, 2);

        let server = Server::saying(vec![broken.clone()]).await;
        let client = Client::of(&server);
        let failure = client
            .session()
            .await
            .list_clusters(NOW, None)
            .await
            .unwrap_err();
        let kind = match broken {
            Answer::Closed => FailureKind::Unreachable,
            Answer::Truncated(_) => FailureKind::Malformed,
            _ => FailureKind::Server,
        };
        assert_eq!(failure.kind, kind, "{failure}");
        assert_eq!(
            server.seen().len(),
            3,
            "two retries and no more: {broken:?}"
        );
    }
}

#[tokio::test]
async fn silence_ends_with_the_deadline() {
    let server = Server::saying(vec![Answer::Silence]).await;
    let options = Options {
        deadlines: Deadlines {
            interactive: Duration::from_millis(60),
            ..Deadlines::default()
        },
        ..Options::default()
    };
    let client = Client::with(&server.url, &options);
    let failure = client
        .session()
        .await
        .list_clusters(NOW, None)
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Timeout);
    assert!(failure.cause.contains("60ms"), "{failure}");
    assert_eq!(client.cloud.spend().in_flight, 0, "the slot is given back");
}

#[tokio::test]
async fn answers_that_are_not_the_services_are_unreadable() {
    for answer in [
        Answer::typed(
            200,
            "text/html",
            "<html>sign in to the hotel</html>".to_owned(),
        ),
        Answer::typed(200, "application/json", "[1]".to_owned()),
        Answer::json(200, &json!({"cluster": 7})),
        Answer::json(200, &json!({})),
    ] {
        let server = Server::saying(vec![answer.clone()]).await;
        let client = Client::of(&server);
        let failure = client
            .session()
            .await
            .describe_cluster(NOW, &cluster("demo"))
            .await
            .unwrap_err();
        assert_eq!(
            failure.kind,
            FailureKind::Malformed,
            "{answer:?}: {failure}"
        );
    }
}

#[tokio::test]
async fn nobody_listening_is_told_with_the_way_out() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let client = Client::with(&format!("http://127.0.0.1:{port}"), &Options::default());
    let failure = client
        .session()
        .await
        .list_clusters(NOW, None)
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(failure.hint.unwrap().contains("--endpoint-url"));
    assert!(
        failure.cause.to_lowercase().contains("refused"),
        "{}",
        failure.cause
    );
}

#[tokio::test]
async fn a_page_token_that_comes_again_ends_the_walk() {
    let server = Server::start(|request| match request.path.as_str() {
        "/" => caller(ACCOUNT),
        _ => Answer::json(200, &json!({"clusters": ["demo"], "nextToken": "again"})),
    })
    .await;
    let client = Client::of(&server);
    let mut rows = 0;
    let failure = load::clusters(&*client.session().await, NOW, |page| rows += page.len())
        .await
        .unwrap_err();
    assert_eq!((failure.kind, rows), (FailureKind::Malformed, 2));
}

#[tokio::test]
async fn expired_credentials_are_read_anew() {
    let server = Server::start(|request| match request.key() {
        "AKIDFRESH" => Answer::json(200, &json!({"clusters": []})),
        _ => Answer::error(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
    })
    .await;
    let client = Client::of(&server);
    let session = client.session().await;
    let failure = session.list_clusters(NOW, None).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Expired);
    assert!(failure.hint.unwrap().contains("profile prod"));
    let renewed = "[prod]\naws_access_key_id = AKIDFRESH\naws_secret_access_key = secret\n";
    std::fs::write(client.directory.path().join("credentials"), renewed).unwrap();
    assert!(
        session.list_clusters(NOW, None).await.is_ok(),
        "a refresh is enough"
    );
}

#[tokio::test]
async fn many_calls_share_the_wire_without_flooding_it() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let body = json!({"association": {"namespace": "n", "serviceAccount": "s"}});
    let (open, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let server = Server::saying(vec![Answer::json(200, &body)]).await;
    let client = Client::of(&server);
    let session = client.session().await;
    let keys: Vec<_> = (0..55).map(|n| association(&format!("a-{n}"))).collect();
    let calls = keys.iter().map(|key| {
        let (open, peak, client) = (open.clone(), peak.clone(), &client);
        let session = &session;
        async move {
            let answer = session.describe_association(Urgency::Background, key).await;
            open.fetch_max(client.cloud.spend().in_flight, Ordering::Relaxed);
            peak.fetch_max(client.cloud.spend().waiting, Ordering::Relaxed);
            answer
        }
    });
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    assert!(
        open.load(Ordering::Relaxed) <= 24,
        "the budget bounds what is on the wire"
    );
    assert!(
        peak.load(Ordering::Relaxed) > 20,
        "the others waited in the budget"
    );
    assert_eq!(client.cloud.spend().calls, 55);
}
