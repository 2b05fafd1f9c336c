//! Who is calling, and what he may do.

use std::io::Write as _;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use roledex::cloud::{Action, Urgency};
use roledex::model::FailureKind;
use serde_json::json;

use super::{ALL, Demo, Options, account, page, presigned, status};
use crate::cloud::server::{Answer, Request, Server};
use crate::cloud::{ACCOUNT, caller};

const NOW: Urgency = Urgency::Interactive;

#[tokio::test]
async fn tokens_name_the_regional_sts_whatever_the_endpoint_is() {
    let demo = Demo::start(|_| page("1", None, &[])).await;
    for _ in 0..2 {
        demo.kubernetes.pods(NOW, &ALL, None).await.unwrap();
    }
    let seen = demo.asked();
    let url = presigned(&seen[0]);
    assert!(url.starts_with("https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&"));
    assert!(url.contains("Credential=AKIDPROD%2F"), "{url}");
    assert!(url.contains("%2Feu-west-1%2Fsts%2Faws4_request"), "{url}");
    assert!(url.contains("SignedHeaders=host%3Bx-k8s-aws-id&"), "{url}");
    assert_eq!(presigned(&seen[1]), url, "a good token is kept");
    assert!(seen[0].headers["user-agent"].starts_with("roledex/"));
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    // That it is another one is tested where it is made.
    let refused = AtomicBool::new(false);
    let demo = Demo::start(move |_| {
        if refused.swap(true, Ordering::Relaxed) {
            return page("1", None, &[account("api")]);
        }
        status(401, "Unauthorized", "Unauthorized")
    })
    .await;
    let list = demo.kubernetes.service_accounts(NOW, &ALL, None).await;
    assert_eq!(list.unwrap().items.len(), 1);
    assert_eq!(demo.targets().len(), 2);
}

#[tokio::test]
async fn whoever_is_not_known_is_told_what_is_missing() {
    let demo = Demo::start(|_| status(401, "Unauthorized", "Unauthorized")).await;
    let failure = demo.kubernetes.pods(NOW, &ALL, None).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.hint.unwrap().contains("access entry"));
    assert_eq!(demo.targets().len(), 2, "asked once more, and not again");
}

#[tokio::test]
async fn keys_that_are_no_good_any_more_are_told_as_such_and_read_again() {
    let expired = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request \
                   is expired</Message></Error></ErrorResponse>";
    let sts = Server::saying(vec![Answer::xml(403, expired), caller(ACCOUNT)]).await;
    let demo = Demo::at(&sts.url, &Options::default(), |request| {
        if presigned_key(request) == Some("AKIDNEW") {
            return page("1", None, &[]);
        }
        status(401, "Unauthorized", "Unauthorized")
    })
    .await;
    let failure = demo.kubernetes.pods(NOW, &ALL, None).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Expired, "{failure}");
    assert!(!failure.hint.unwrap_or_default().contains("access entry"));
    let keys = "[prod]\naws_access_key_id = AKIDNEW\naws_secret_access_key = secret\n";
    std::fs::write(demo.client.directory.path().join("credentials"), keys).unwrap();
    demo.kubernetes.pods(NOW, &ALL, None).await.unwrap();
}

#[tokio::test]
async fn whoever_is_not_known_is_named_as_sts_names_him() {
    let sts = Server::saying(vec![caller(ACCOUNT)]).await;
    let demo = Demo::at(&sts.url, &Options::default(), |_| {
        status(401, "Unauthorized", "Unauthorized")
    })
    .await;
    let failure = demo.kubernetes.pods(NOW, &ALL, None).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    let hint = failure.hint.unwrap();
    assert!(hint.contains("access entry for the role Admin"), "{hint}");
}

#[tokio::test]
async fn nobody_waits_for_his_turn_while_credentials_are_found() {
    let demo = Demo::start(|_| page("1", None, &[])).await;
    let credentials = demo.client.directory.path().join("credentials");
    let keys = std::fs::read(&credentials).unwrap();
    std::fs::remove_file(&credentials).unwrap();
    let made = Command::new("mkfifo").arg(&credentials).status();
    assert!(made.unwrap().success());
    let cloud = demo.client.cloud.clone();
    let slow = tokio::task::spawn_blocking(move || {
        // Opened as soon as somebody reads: then the list waits for its credentials.
        let mut pipe = std::fs::File::create(&credentials).unwrap();
        let in_flight = cloud.spend().in_flight;
        pipe.write_all(&keys).unwrap();
        in_flight
    });
    demo.kubernetes.pods(NOW, &ALL, None).await.unwrap();
    assert_eq!(slow.await.unwrap(), 0);
}

#[tokio::test]
async fn a_missing_rule_is_named_and_costs_nothing_else() {
    let message = "pods is forbidden: User \"alice\" cannot list resource \"pods\" in API group \"\" at the cluster scope";
    let demo = Demo::start(move |request| {
        if request.path.ends_with("/pods") {
            return status(403, "Forbidden", message);
        }
        page("1", None, &[account("api")])
    })
    .await;
    let failure = demo.kubernetes.pods(NOW, &ALL, None).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert_eq!(&*failure.cause, message);
    let hint = failure.hint.unwrap();
    assert!(
        hint.contains("\"list pods in the whole cluster\""),
        "{hint}"
    );
    let accounts = demo.kubernetes.service_accounts(NOW, &ALL, None).await;
    assert_eq!(accounts.unwrap().items.len(), 1);
    assert_eq!(demo.targets().len(), 2, "a refusal is not retried");
}

#[tokio::test]
async fn rights_are_asked_for_even_by_who_only_reads() {
    let demo = Demo::start(|request| {
        let asked: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        let attributes = &asked["spec"]["resourceAttributes"];
        assert_eq!(request.path, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
        let allowed = attributes["subresource"] == "token";
        let reason = if allowed { "RBAC: allowed by x" } else { "" };
        Answer::json(201, &json!({"kind": "SelfSubjectAccessReview", "spec": asked["spec"],
            "status": {"allowed": allowed, "reason": reason, "evaluationError": "role y not found"}}))
    })
    .await;
    let action = Action {
        verb: "create",
        resource: "serviceaccounts",
        subresource: "token",
        namespace: Some("payments"),
        name: Some("api"),
        ..Action::default()
    };
    let yes = demo.kubernetes.can(NOW, &action).await.unwrap();
    assert!(yes.allowed);
    assert_eq!(yes.reason.as_deref(), Some("RBAC: allowed by x"));
    let other = Action {
        subresource: "",
        ..action
    };
    let no = demo.kubernetes.can(NOW, &other).await.unwrap();
    assert!(!no.allowed);
    assert_eq!(no.reason.as_deref(), Some("role y not found"));
    let asked: serde_json::Value = serde_json::from_str(&demo.server.seen()[0].body).unwrap();
    assert_eq!(
        asked["spec"]["resourceAttributes"],
        json!({"verb": "create", "group": "", "resource": "serviceaccounts", "subresource": "token",
            "namespace": "payments", "name": "api"})
    );
}

#[tokio::test]
async fn one_client_is_kept_until_the_endpoint_changes() {
    let demo = Demo::start(|_| page("1", None, &[])).await;
    let again = demo.client.kubernetes(&demo.described).await;
    assert!(std::sync::Arc::ptr_eq(&demo.kubernetes, &again));
    let mut moved = demo.described.clone();
    moved.endpoint = Some("https://127.0.0.1:2".into());
    let other = demo.client.kubernetes(&moved).await;
    assert!(!std::sync::Arc::ptr_eq(&demo.kubernetes, &other));
}

/// The key that signed the token of a request, if it has one.
fn presigned_key(request: &Request) -> Option<&'static str> {
    request.headers.get("authorization")?;
    let url = presigned(request);
    ["AKIDPROD", "AKIDNEW"]
        .into_iter()
        .find(|key| url.contains(&format!("Credential={key}%2F")))
}
