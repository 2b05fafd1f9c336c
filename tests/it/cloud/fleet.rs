//! Many routes at once.

use roledex::model::reference::{AssociationReference, ClusterReference};
use roledex::model::{FailureKind, Route};
use roledex::ops::fleet::{self, Progress, Selection};
use serde_json::json;

use super::server::{Answer, Request, Server};
use super::{ACCOUNT, Client, Options, caller, page};

/// Two clusters in eu-west-1; the key AKIDBROKEN may nothing, and ap-east-2 knows no key.
fn world(request: &Request) -> Answer {
    let parts: Vec<&str> = request.path.split('/').skip(1).collect();
    if request.key() == "AKIDBROKEN" {
        return match request.service() {
            "sts" => caller("444455556666"),
            _ => Answer::error(
                403,
                "AccessDeniedException",
                "User: x is not authorized to perform: eks:ListClusters",
            ),
        };
    }
    if request.region() == "ap-east-2" {
        return Answer::error(
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        );
    }
    let rows: Vec<_> = (0..4)
        .map(|n| json!({"associationId": format!("a-{n}0000000000000000"), "namespace": format!("ns-{}", n % 2), "serviceAccount": format!("sa-{n}")}))
        .collect();
    match parts.as_slice() {
        [""] => caller(ACCOUNT),
        ["clusters"] => page(request, "clusters", &[json!("blue"), json!("green")]),
        ["clusters", name] => {
            Answer::json(200, &json!({"cluster": {"name": name, "status": "ACTIVE"}}))
        }
        ["clusters", "green", "pod-identity-associations"] => {
            Answer::error(500, "ServerException", "green is broken")
        }
        ["clusters", _, "pod-identity-associations"] => page(request, "associations", &rows),
        ["clusters", _, "pod-identity-associations", id] => {
            let row = rows.iter().find(|row| row["associationId"] == *id).unwrap();
            Answer::json(200, &json!({"association": row}))
        }
        ["clusters", _, "addons"] => Answer::json(200, &json!({"addons": ["vpc-cni"]})),
        ["clusters", _, "node-groups"] => Answer::json(200, &json!({"nodegroups": null})),
        ["clusters", _, "capabilities"] => Answer::error(
            403,
            "AccessDeniedException",
            "not authorized to perform: eks:ListCapabilities",
        ),
        ["clusters", _, "updates"] => {
            let id = request
                .query
                .get("addonName")
                .map_or("cluster-update", |_| "addon-update");
            Answer::json(200, &json!({"updateIds": [id]}))
        }
        ["clusters", _, "updates", id] => {
            let at = if *id == "addon-update" { 2_000 } else { 1_000 };
            let is_addon = request.query.contains_key("addonName");
            if is_addon != (*id == "addon-update") {
                return Answer::error(404, "ResourceNotFoundException", "No update found");
            }
            Answer::json(
                200,
                &json!({"update": {"id": id, "status": "Successful", "createdAt": at}}),
            )
        }
        _ => Answer::error(404, "ResourceNotFoundException", &request.path),
    }
}

fn options() -> Options {
    Options {
        profiles: vec![
            ("prod", "AKIDPROD"),
            ("audit", "AKIDAUDIT"),
            ("broken", "AKIDBROKEN"),
        ],
        ..Options::default()
    }
}

fn route(profile: &str) -> Route {
    Route::new(Some(profile), "eu-west-1")
}

#[tokio::test]
async fn two_profiles_on_one_account_show_each_cluster_once() {
    let server = Server::start(world).await;
    let client = Client::with(&server.url, &options());
    let mut seen = Vec::new();
    let harvest = fleet::clusters(
        &client.cloud,
        &[route("audit"), route("prod")],
        &Selection::default(),
        |progress: Progress| seen.push(progress),
    )
    .await;
    let rows: Vec<_> = harvest
        .rows
        .iter()
        .map(|row| {
            (
                row.site.arn.name(),
                row.site.route.profile_name(),
                row.site.profiles.join("+"),
            )
        })
        .collect();
    let both = || "audit+prod".to_owned();
    assert_eq!(
        rows,
        [("blue", "audit", both()), ("green", "audit", both())]
    );
    assert_eq!((harvest.faults.len(), harvest.routes_read), (0, 2));
    let last = *seen.last().unwrap();
    assert_eq!((last.routes_done, last.clusters_done, last.rows), (2, 2, 2));
    let described = |request: &Request| request.path == "/clusters/blue";
    assert_eq!(server.count(described), 1);
}

#[tokio::test]
async fn a_broken_scope_harms_no_other_and_a_guessed_region_is_only_counted() {
    let server = Server::start(world).await;
    let client = Client::with(&server.url, &options());
    let guessed = Route {
        speculative: true,
        ..Route::new(Some("prod"), "ap-east-2")
    };
    let named = Route::new(Some("audit"), "ap-east-2");
    let routes = [route("broken"), guessed, route("prod"), named];
    let harvest = fleet::clusters(&client.cloud, &routes, &Selection::default(), |_| {}).await;
    assert_eq!(harvest.rows.len(), 2);
    assert_eq!((harvest.regions_off, harvest.routes_read), (1, 1));
    let faults: Vec<_> = harvest
        .faults
        .iter()
        .map(|fault| (fault.route.to_string(), fault.failure.kind))
        .collect();
    assert_eq!(
        faults,
        [
            ("broken/eu-west-1".to_owned(), FailureKind::Denied),
            ("audit/ap-east-2".to_owned(), FailureKind::Denied)
        ]
    );
    let asked_sts = server.seen();
    let sts: Vec<_> = asked_sts
        .iter()
        .filter(|request| request.service() == "sts" && request.key() == "AKIDPROD")
        .map(Request::region)
        .collect();
    assert_eq!(
        sts,
        ["eu-west-1", "eu-west-1"],
        "who is calling is asked where it can be answered: once, and once more before a region counts as off"
    );
}

#[tokio::test]
async fn associations_are_selected_and_what_failed_is_named() {
    let server = Server::start(world).await;
    let client = Client::with(&server.url, &options());
    let selection = Selection {
        namespaces: vec!["ns-1".to_owned()],
        ..Selection::default()
    };
    let harvest = fleet::associations(&client.cloud, &[route("prod")], &selection, |_| {}).await;
    let rows: Vec<_> = harvest
        .rows
        .iter()
        .map(|row| row.association.name())
        .collect();
    assert_eq!(
        rows,
        ["ns-1/sa-1", "ns-1/sa-3"],
        "even if the endpoint ignores the filter"
    );
    let fault = &harvest.faults[0];
    assert_eq!(fault.cluster.as_ref().unwrap().name(), "green");
    assert_eq!(&*fault.failure.cause, "green is broken");
    assert_eq!(
        harvest.rows[0].described.as_ref().unwrap().document["serviceAccount"],
        "sa-1"
    );
}

#[tokio::test]
async fn updates_of_all_subjects_come_newest_first() {
    let server = Server::start(world).await;
    let client = Client::with(&server.url, &options());
    let selection = Selection {
        clusters: vec![ClusterReference::parse("eu-west-1/blue").unwrap()],
        ..Selection::default()
    };
    let harvest = fleet::updates(&client.cloud, &[route("prod")], &selection, |_| {}).await;
    let rows: Vec<_> = harvest
        .rows
        .iter()
        .map(|row| {
            format!(
                "{} {}",
                row.update.value.key.subject, row.update.value.key.id
            )
        })
        .collect();
    assert_eq!(
        rows,
        ["add-on vpc-cni addon-update", "cluster cluster-update"]
    );
    assert_eq!(
        harvest.faults.len(),
        1,
        "capabilities may not be listed, and that is said"
    );
}

#[tokio::test]
async fn single_things_are_found_by_name() {
    let server = Server::start(world).await;
    let client = Client::with(&server.url, &options());
    let (cloud, routes) = (&client.cloud, [route("prod"), route("audit")]);
    let blue = ClusterReference::parse("blue").unwrap();
    let by_audit = ClusterReference::parse("audit/eu-west-1/blue").unwrap();
    let row = fleet::one_cluster(cloud, &routes, &by_audit).await.unwrap();
    assert_eq!(
        (row.site.arn.name(), row.site.route.profile_name()),
        ("blue", "audit")
    );
    let pair = AssociationReference::parse("ns-1/sa-3").unwrap();
    let row = fleet::one_association(cloud, &routes, &blue, &pair)
        .await
        .unwrap();
    assert_eq!(&*row.association.key.id, "a-30000000000000000");
    let row = fleet::one_update(cloud, &routes, &blue, "addon-update")
        .await
        .unwrap();
    assert_eq!(row.update.value.key.subject.to_string(), "add-on vpc-cni");

    for (reference, kind) in [
        ("red", FailureKind::NotFound),
        ("us-east-1/blue", FailureKind::NotFound),
    ] {
        let reference = ClusterReference::parse(reference).unwrap();
        let failure = fleet::one_cluster(cloud, &routes, &reference)
            .await
            .unwrap_err();
        assert_eq!(failure.kind, kind, "{failure}");
    }
    let absent = AssociationReference::parse("ns-1/nobody").unwrap();
    let failure = fleet::one_association(cloud, &routes, &blue, &absent)
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
}

#[tokio::test]
async fn an_ambiguous_name_lists_its_candidates() {
    let server = Server::start(world).await;
    let client = Client::with(&server.url, &options());
    let routes = [route("prod"), Route::new(Some("prod"), "us-east-1")];
    let blue = ClusterReference::parse("blue").unwrap();
    let failure = fleet::one_cluster(&client.cloud, &routes, &blue)
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    let hint = failure.hint.unwrap();
    assert!(
        hint.contains("eu-west-1:111122223333:cluster/blue"),
        "{hint}"
    );
    assert!(
        hint.contains("us-east-1:111122223333:cluster/blue"),
        "{hint}"
    );
}
