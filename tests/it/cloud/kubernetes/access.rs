//! Who is calling, and what he may do.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use roledex::cloud::{Action, Urgency};
use roledex::model::FailureKind;
use serde_json::json;

use super::{ALL, Demo, account, page, presigned, status};
use crate::cloud::server::Answer;

const NOW: Urgency = Urgency::Interactive;

#[tokio::test]
async fn tokens_name_the_regional_sts_whatever_the_endpoint_is() {
    let demo = Demo::start(|_| page("1", None, &[])).await;
    for _ in 0..2 {
        demo.kubernetes.pods(NOW, &ALL, None).await.unwrap();
    }
    let seen = demo.server.seen();
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
    let refused = Mutex::new(None);
    let demo = Demo::start(move |request| {
        let mut refused = refused.lock().unwrap();
        let token = request.headers["authorization"].clone();
        if *refused.get_or_insert_with(|| token.clone()) == token {
            // Signatures count seconds: only in the next one does a new token look different.
            let now = || SystemTime::UNIX_EPOCH.elapsed().unwrap();
            let second = now().as_secs();
            while now().as_secs() == second {
                std::thread::park_timeout(Duration::from_millis(20));
            }
            return status(401, "Unauthorized", "Unauthorized");
        }
        page("1", None, &[account("api")])
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
