//! What goes over the wire, and what is made of the answers.

use std::sync::Mutex;

use roledex::cloud::{AssociationFilter, Urgency};
use roledex::model::{FailureKind, UpdateKey, UpdateSubject};
use roledex::ops::load;
use serde_json::json;

use super::server::{Answer, Server};
use super::{ACCOUNT, Client, association, caller, cluster, page};

const NOW: Urgency = Urgency::Interactive;

#[tokio::test]
async fn lists_are_walked_in_pages_of_three() {
    let names: Vec<_> = (0..7).map(|n| json!(format!("cluster-{n}"))).collect();
    let rows: Vec<_> = (0..5)
        .map(|n| json!({"associationId": format!("a-{n}"), "namespace": "ns", "serviceAccount": format!("sa-{n}")}))
        .collect();
    let server = Server::start(move |request| match request.path.as_str() {
        "/" => caller(ACCOUNT),
        "/clusters" => page(request, "clusters", &names),
        _ => page(request, "associations", &rows),
    })
    .await;
    let client = Client::of(&server);
    let session = client.session().await;

    let mut pages = Vec::new();
    load::clusters(&session, NOW, |page| pages.push(page))
        .await
        .unwrap();
    assert_eq!(
        pages.iter().map(Vec::len).collect::<Vec<_>>(),
        [3, 3, 1],
        "each page is handed over"
    );
    assert_eq!(
        pages[0][0].as_str(),
        "arn:aws:eks:eu-west-1:111122223333:cluster/cluster-0"
    );

    let mut found = Vec::new();
    let filter = AssociationFilter {
        namespace: Some("ns".to_owned()),
        service_account: None,
    };
    let arn = cluster("demo");
    load::associations(&session, NOW, &arn, &filter, |page| found.extend(page))
        .await
        .unwrap();
    let names: Vec<_> = found
        .iter()
        .map(roledex::model::Association::name)
        .collect();
    assert_eq!(
        names,
        ["ns/sa-0", "ns/sa-1", "ns/sa-2", "ns/sa-3", "ns/sa-4"]
    );
    let asked = server.seen();
    let last = asked.last().unwrap();
    assert_eq!(last.path, "/clusters/demo/pod-identity-associations");
    assert_eq!(last.query["namespace"], "ns");
    assert_eq!(last.query["maxResults"], "100");
}

#[tokio::test]
async fn requests_are_signed_for_their_service_and_region() {
    let server = Server::start(|request| match request.path.as_str() {
        "/" => caller(ACCOUNT),
        _ => Answer::json(200, &json!({"clusters": []})),
    })
    .await;
    let client = Client::of(&server);
    load::clusters(&*client.session().await, NOW, |_| {})
        .await
        .unwrap();
    let seen = server.seen();
    let scopes: Vec<_> = seen
        .iter()
        .map(|request| (request.key(), request.region(), request.service()))
        .collect();
    assert_eq!(
        scopes,
        [
            ("AKIDPROD", "eu-west-1", "sts"),
            ("AKIDPROD", "eu-west-1", "eks")
        ]
    );
    for request in &seen {
        let agents = format!("{:?}", request.headers);
        assert!(
            agents.contains(&format!("lib/roledex/{}", env!("CARGO_PKG_VERSION"))),
            "{agents}"
        );
    }
}

#[tokio::test]
async fn names_are_percent_encoded() {
    let server = Server::saying(vec![Answer::error(404, "ResourceNotFoundException", "no")]).await;
    let client = Client::of(&server);
    let session = client.session().await;
    session
        .describe_cluster(NOW, &cluster("a b/ü%2F?"))
        .await
        .unwrap_err();
    let key = UpdateKey {
        cluster: cluster("demo"),
        subject: UpdateSubject::Addon("vpc&cni=x".into()),
        id: "u/1".into(),
    };
    session.describe_update(NOW, &key).await.unwrap_err();
    let seen = server.seen();
    assert_eq!(seen[0].path, "/clusters/a%20b%2F%C3%BC%252F%3F");
    assert_eq!(seen[1].path, "/clusters/demo/updates/u%2F1");
    assert_eq!(seen[1].query["addonName"], "vpc&cni=x");
}

#[tokio::test]
async fn a_cluster_of_a_newer_api_loses_nothing() {
    let sent = json!({"cluster": {
        "name": "demo", "status": "HIBERNATING", "version": null, "createdAt": 1_700_862_734.922,
        "health": {"issues": [{"code": "NovelIssue"}, {"code": null}]},
        "accessConfig": {"authenticationMode": "NOVEL"}, "computeConfig": null,
        "futureConfig": {"depth": [1, {"x": null}]}, "tags": {"evil\u{1b}[31m": "\u{202e}"},
    }});
    let server = Server::saying(vec![Answer::json(200, &sent)]).await;
    let client = Client::of(&server);
    let found = client
        .session()
        .await
        .describe_cluster(NOW, &cluster("demo"))
        .await
        .unwrap();
    assert_eq!(found.status.as_deref(), Some("HIBERNATING"));
    assert_eq!(found.authentication_mode.as_deref(), Some("NOVEL"));
    assert_eq!(found.version, None);
    assert!(!found.auto_mode);
    assert_eq!(
        found
            .health_issues
            .iter()
            .map(|code| &**code)
            .collect::<Vec<_>>(),
        ["NovelIssue", "Unknown"]
    );
    assert_eq!(
        found.created.unwrap().to_string(),
        "2023-11-24T21:52:14.922Z"
    );
    assert_eq!(
        serde_json::Value::Object(found.document),
        json!({
            "name": "demo", "status": "HIBERNATING", "createdAt": "2023-11-24T21:52:14.922Z",
            "health": {"issues": [{"code": "NovelIssue"}, {}]},
            "accessConfig": {"authenticationMode": "NOVEL"},
            "futureConfig": {"depth": [1, {}]}, "tags": {"evil\u{1b}[31m": "\u{202e}"},
        })
    );
}

#[tokio::test]
async fn an_association_is_read_whole_or_sparse() {
    let whole = json!({"association": {
        "clusterName": "demo", "namespace": "ns", "serviceAccount": "sa", "roleArn": "arn:aws:iam::111122223333:role/x",
        "associationArn": "arn", "associationId": "a-1", "tags": {"k": "v"}, "createdAt": 1_700_000_000,
        "ownerArn": "arn:aws:eks:eu-west-1:111122223333:addon/demo/vpc-cni/1", "disableSessionTags": true,
        "targetRoleArn": "arn:aws:iam::444455556666:role/y", "externalId": "e", "policy": "{}",
    }});
    let sparse = json!({"association": {"namespace": "ns", "serviceAccount": "sa", "tags": null, "targetRoleArn": ""}});
    let broken = json!({"association": {"namespace": "ns"}});
    let answers = [&whole, &sparse, &broken].map(|answer| Answer::json(200, answer));
    let server = Server::saying(answers.to_vec()).await;
    let client = Client::of(&server);
    let session = client.session().await;
    let key = association("a-1");

    let described = session.describe_association(NOW, &key).await.unwrap();
    let (row, detail) = (described.value.association, described.value.detail);
    assert_eq!(
        (row.name(), row.owner_name()),
        ("ns/sa".to_owned(), Some("vpc-cni"))
    );
    assert_eq!(
        detail.target_role.as_deref(),
        Some("arn:aws:iam::444455556666:role/y")
    );
    assert!(!detail.session_tags());
    assert_eq!(detail.external_id().map(|id| &**id), Some("e"));
    assert_eq!(detail.policy().map(|policy| &**policy), Some("{}"));
    assert_eq!(
        described.document["roleArn"],
        "arn:aws:iam::111122223333:role/x"
    );

    let described = session.describe_association(NOW, &key).await.unwrap();
    assert_eq!(
        described.value.detail,
        roledex::model::AssociationDetail::default()
    );

    let failure = session.describe_association(NOW, &key).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Malformed);
    assert!(failure.cause.contains("serviceAccount"), "{failure}");
}

#[tokio::test]
async fn updates_are_asked_with_their_subject_and_ended_ones_not_again() {
    let server = Server::start(|request| {
        let addon = request.query.get("addonName").map(String::as_str);
        match (request.path.as_str(), addon) {
            ("/clusters/demo/updates", None) => {
                Answer::json(200, &json!({"updateIds": ["old", "new"]}))
            }
            ("/clusters/demo/updates", Some("vpc-cni")) => {
                Answer::json(200, &json!({"updateIds": ["part"]}))
            }
            // Removed since it was listed.
            ("/clusters/demo/updates", Some(_)) => {
                Answer::error(404, "ResourceNotFoundException", "no")
            }
            ("/clusters/demo/updates/part", Some("vpc-cni"))
            | ("/clusters/demo/updates/new", None) => Answer::json(
                200,
                &json!({"update": {"id": "x", "status": "InProgress", "type": "Novel",
                    "params": [{"type": "Version", "value": "1.35"}], "errors": null}}),
            ),
            _ => Answer::error(404, "ResourceNotFoundException", "wrong subject"),
        }
    })
    .await;
    let client = Client::of(&server);
    let key = |subject, id: &str| UpdateKey {
        cluster: cluster("demo"),
        subject,
        id: id.into(),
    };
    let known = [key(UpdateSubject::Cluster, "old")].into();
    let subjects = [
        UpdateSubject::Cluster,
        UpdateSubject::Addon("vpc-cni".into()),
        UpdateSubject::Addon("gone".into()),
    ];
    let found = Mutex::new(Vec::new());
    let failures = load::updates(
        &*client.session().await,
        NOW,
        &cluster("demo"),
        &subjects,
        &known,
        |update| found.lock().unwrap().push(update.value),
    )
    .await;
    assert_eq!(failures, []);
    let mut found = found.into_inner().unwrap();
    found.sort_by(|one, other| one.key.cmp(&other.key));
    let keys: Vec<_> = found.iter().map(|update| update.key.clone()).collect();
    assert_eq!(
        keys,
        [
            key(UpdateSubject::Cluster, "new"),
            key(UpdateSubject::Addon("vpc-cni".into()), "part")
        ]
    );
    assert_eq!(found[0].params_line(), "Version=1.35");
    assert_eq!(found[0].kind.as_deref(), Some("Novel"));
}

/// Where no service speaks, nothing is gone.
#[tokio::test]
async fn a_page_without_a_code_is_not_believed() {
    for (status, kind) in [
        (403, FailureKind::Denied),
        (404, FailureKind::Malformed),
        (409, FailureKind::Malformed),
    ] {
        let server = Server::saying(vec![Answer::typed(
            status,
            "text/html",
            "<html>no</html>".to_owned(),
        )])
        .await;
        let client = Client::of(&server);
        let session = client.session().await;
        let listed = session
            .list_associations(NOW, &cluster("demo"), &AssociationFilter::default(), None)
            .await;
        let failure = listed.unwrap_err();
        assert_eq!(failure.kind, kind, "{failure}");
        let hint = failure.hint.unwrap();
        assert!(hint.contains("--endpoint-url"), "{hint}");
    }
}
