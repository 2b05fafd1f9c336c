//! Identity providers, add-ons, access entries and node groups over the wire.

use roledex::cloud::Urgency;
use roledex::model::{
    AccessEntryKey, Addon, AddonKey, FailureKind, IdentityProvider, IdentityProviderKey, Nodegroup,
    NodegroupKey,
};
use roledex::ops::load;
use serde_json::{Value, json};

use super::server::{Answer, Server};
use super::{Client, cluster, page};

const NOW: Urgency = Urgency::Interactive;
const PRINCIPAL: &str = "arn:aws:iam::111122223333:role/team a/Admin";
const POLICY: &str = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy";

fn provider(kind: &str, name: &str) -> IdentityProviderKey {
    IdentityProviderKey {
        cluster: cluster("demo"),
        kind: kind.into(),
        name: name.into(),
    }
}

fn addon(name: &str) -> AddonKey {
    AddonKey {
        cluster: cluster("demo"),
        name: name.into(),
    }
}

#[tokio::test]
async fn lists_are_walked_in_pages_and_describe_what_they_name() {
    let server = Server::start(|request| {
        let names: Vec<Value> = (0..7).map(|n| json!(format!("n-{n}"))).collect();
        let providers: Vec<Value> = (0..4)
            .map(|n| json!({"type": "oidc", "name": format!("p-{n}")}))
            .collect();
        match request
            .path
            .split('/')
            .skip(3)
            .collect::<Vec<_>>()
            .as_slice()
        {
            ["addons"] => page(request, "addons", &names),
            // Deleted since it was listed.
            ["addons", "n-3"] => Answer::error(404, "ResourceNotFoundException", "No addon"),
            ["addons", "n-4"] => Answer::error(403, "AccessDeniedException", "no"),
            ["addons", name] => Answer::json(200, &json!({"addon": {"addonName": name}})),
            ["node-groups"] => page(request, "nodegroups", &names),
            ["access-entries"] => page(request, "accessEntries", &names),
            ["identity-provider-configs"] => page(request, "identityProviderConfigs", &providers),
            other => panic!("{other:?}"),
        }
    })
    .await;
    let client = Client::of(&server);
    let (session, arn) = (client.session().await, cluster("demo"));

    let mut found = Vec::new();
    load::every_addon(&session, NOW, &arn, |key, addon| {
        found.push((
            key.name.to_string(),
            addon.map_err(|failure| failure.kind).is_ok(),
        ));
    })
    .await
    .unwrap();
    found.sort();
    let expected = [
        ("n-0", true),
        ("n-1", true),
        ("n-2", true),
        ("n-4", false),
        ("n-5", true),
        ("n-6", true),
    ];
    assert_eq!(
        found,
        expected.map(|(name, is_read)| (name.to_owned(), is_read))
    );

    let mut pages = Vec::new();
    load::nodegroups(&session, NOW, &arn, |keys| pages.push(keys.len()))
        .await
        .unwrap();
    load::access_entries(&session, NOW, &arn, |keys| pages.push(keys.len()))
        .await
        .unwrap();
    load::identity_providers(&session, NOW, &arn, |keys| pages.push(keys.len()))
        .await
        .unwrap();
    assert_eq!(pages, [3, 3, 1, 3, 3, 1, 3, 1]);
}

#[tokio::test]
async fn an_identity_provider_is_asked_for_by_type_and_name_and_lifted_out_of_its_type() {
    let server = Server::start(|request| {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(request.path, "/clusters/demo/identity-provider-configs/describe");
        let kind = body["identityProviderConfig"]["type"].as_str().unwrap();
        let name = &body["identityProviderConfig"]["name"];
        let config = if kind == "oidc" {
            json!({"oidc": {
                "identityProviderConfigName": name, "issuerUrl": "https://idp.example.com", "clientId": "kubernetes",
                "usernameClaim": "email", "usernamePrefix": null, "groupsClaim": "", "groupsPrefix": "oidc:",
                "requiredClaims": {"team": "platform"}, "tags": {"createdAt": "x"}, "status": "PAUSED",
                "novel": {"changedAt": 1_700_862_734.5},
            }})
        } else {
            json!({"saml": {"entity": "x"}})
        };
        Answer::json(200, &json!({"identityProviderConfig": config}))
    })
    .await;
    let client = Client::of(&server);
    let session = client.session().await;
    let key = provider("oidc", "keycloak");
    let found = load::identity_provider(&session, NOW, &key).await.unwrap();
    let expected = IdentityProvider {
        status: Some("PAUSED".into()),
        issuer: Some("https://idp.example.com".into()),
        client_id: Some("kubernetes".into()),
        username_claim: Some("email".into()),
        groups_prefix: Some("oidc:".into()),
        required_claims: [("team".into(), "platform".into())].into(),
        tags: [("createdAt".into(), "x".into())].into(),
        ..IdentityProvider::of(key)
    };
    assert_eq!(found.value, expected);
    assert_eq!(found.document["type"], "oidc");
    assert_eq!(found.document["issuerUrl"], "https://idp.example.com");
    assert_eq!(
        found.document["novel"]["changedAt"],
        "2023-11-24T21:52:14.5Z"
    );
    assert!(found.document.get("usernamePrefix").is_none());

    let key = provider("saml", "other");
    let found = load::identity_provider(&session, NOW, &key).await.unwrap();
    assert_eq!(found.value, IdentityProvider::of(key));
    assert_eq!(
        json!(found.document),
        json!({"type": "saml", "entity": "x"})
    );
}

#[tokio::test]
async fn nulls_and_absent_members_are_absent_and_unknown_words_stay() {
    let server = Server::start(|request| {
        let answer = match request.path.as_str() {
            "/clusters/demo/addons" => json!({"addons": null, "nextToken": ""}),
            "/clusters/demo/identity-provider-configs" => {
                json!({"identityProviderConfigs": [{"type": "oidc"}, {"type": "saml", "name": "x"}]})
            }
            "/clusters/demo/addons/empty" => json!({"addon": {"status": null, "health": {"issues": null}, "tags": null}}),
            "/clusters/demo/addons/full" => json!({"addon": {
                "status": "HIBERNATING", "addonVersion": "v1", "serviceAccountRoleArn": "arn:aws:iam::111122223333:role/x",
                "podIdentityAssociations": ["arn:one"], "namespaceConfig": {"namespace": "kube-system"},
                "health": {"issues": [{"code": "NovelIssue", "message": "odd", "resourceIds": null}, {}]},
                "configurationValues": "{\"a\":",
            }}),
            "/clusters/demo/node-groups/blue" => json!({"nodegroup": {"nodeRole": "arn:aws:iam::111122223333:role/node", "amiType": "WINDOWS_NEW"}}),
            other => panic!("{other}"),
        };
        Answer::json(200, &answer)
    })
    .await;
    let client = Client::of(&server);
    let (session, arn) = (client.session().await, cluster("demo"));
    let mut keys = Vec::new();
    load::addons(&session, NOW, &arn, |page| keys.extend(page))
        .await
        .unwrap();
    assert!(keys.is_empty());
    let mut keys = Vec::new();
    load::identity_providers(&session, NOW, &arn, |page| keys.extend(page))
        .await
        .unwrap();
    assert_eq!(keys, [provider("saml", "x")]);

    let empty = load::addon(&session, NOW, &addon("empty")).await.unwrap();
    assert_eq!(empty.value, Addon::of(addon("empty")));
    let full = load::addon(&session, NOW, &addon("full"))
        .await
        .unwrap()
        .value;
    assert_eq!(full.status.as_deref(), Some("HIBERNATING"));
    let issues: Vec<_> = full
        .issues
        .iter()
        .map(roledex::model::health::HealthIssue::line)
        .collect();
    assert_eq!(issues, ["NovelIssue: odd", "unnamed issue"]);
    assert_eq!(full.identity().word(), "both");
    assert_eq!(full.namespace.as_deref(), Some("kube-system"));
    assert_eq!(full.configuration.as_deref(), Some("{\"a\":"));

    let key = NodegroupKey {
        cluster: arn,
        name: "blue".into(),
    };
    let group = load::nodegroup(&session, NOW, &key).await.unwrap().value;
    assert_eq!(group.is_windows(), Some(true));
    let expected = Nodegroup {
        role: Some("arn:aws:iam::111122223333:role/node".into()),
        ami_type: Some("WINDOWS_NEW".into()),
        ..Nodegroup::of(key)
    };
    assert_eq!(group, expected);
}

fn entry() -> AccessEntryKey {
    AccessEntryKey {
        cluster: cluster("demo"),
        principal: PRINCIPAL.into(),
    }
}

#[tokio::test]
async fn principals_are_percent_encoded_and_policies_come_in_pages() {
    let server = Server::start(|request| {
        let path = "/clusters/demo/access-entries/arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fteam%20a%2FAdmin";
        let rest = request.path.strip_prefix(path).unwrap_or_else(|| panic!("{}", request.path));
        let policies: Vec<Value> = (0..5)
            .map(|n| json!({"policyArn": POLICY, "accessScope": {"type": "namespace", "namespaces": [format!("ns-{n}")]}, "associatedAt": 1_700_000_000}))
            .collect();
        match rest {
            "" => Answer::json(200, &json!({"accessEntry": {
                "principalArn": PRINCIPAL, "type": "NOVEL", "username": "admin", "kubernetesGroups": null,
            }})),
            "/access-policies" => page(request, "associatedAccessPolicies", &policies),
            other => panic!("{other}"),
        }
    })
    .await;
    let client = Client::of(&server);
    let record = load::access_entry(&*client.session().await, NOW, &entry())
        .await
        .unwrap();
    assert_eq!(record.entry.value.kind.as_deref(), Some("NOVEL"));
    assert_eq!(record.entry.value.is_for_nodes(), None);
    assert!(record.entry.value.groups.is_empty());
    let policies = record.policies.as_ref().unwrap();
    assert_eq!(policies.len(), 5);
    assert_eq!(policies[4].value.line(), "AmazonEKSViewPolicy (ns-4)");
    assert_eq!(
        policies[4].document["accessScope"]["namespaces"],
        json!(["ns-4"])
    );
    assert_eq!(policies[4].document["associatedAt"], "2023-11-14T22:13:20Z");
}

#[tokio::test]
async fn an_entry_stays_where_its_policies_are_denied() {
    let server = Server::start(|request| {
        if request.path.ends_with("/access-policies") {
            return Answer::error(
                403,
                "AccessDeniedException",
                "not authorized to perform: eks:ListAssociatedAccessPolicies",
            );
        }
        Answer::json(200, &json!({"accessEntry": {"type": "STANDARD"}}))
    })
    .await;
    let client = Client::of(&server);
    let record = load::access_entry(&*client.session().await, NOW, &entry())
        .await
        .unwrap();
    assert_eq!(record.entry.value.is_for_nodes(), Some(false));
    let failure = record.policies.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(
        failure
            .hint
            .unwrap()
            .contains("eks:ListAssociatedAccessPolicies")
    );
}

#[tokio::test]
async fn a_cluster_that_knows_its_config_map_alone_has_no_access_entries() {
    for (mode, is_fine) in [("CONFIG_MAP", true), ("API_AND_CONFIG_MAP", false)] {
        let server = Server::start(move |request| match request.path.rsplit('/').next() {
            Some("access-entries") => Answer::error(400, "InvalidRequestException", "the mode"),
            _ => Answer::json(
                200,
                &json!({"cluster": {"name": "demo", "accessConfig": {"authenticationMode": mode}}}),
            ),
        })
        .await;
        let client = Client::of(&server);
        let (session, arn) = (client.session().await, cluster("demo"));
        let mut found = 0;
        let listed = load::every_access_entry(&session, NOW, &arn, |_, _| found += 1).await;
        assert_eq!((listed.is_ok(), found), (is_fine, 0), "{mode}: {listed:?}");
    }
}
