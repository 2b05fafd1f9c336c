//! IAM over the wire.

use roledex::cloud::Urgency;
use roledex::model::{FailureKind, LastUse, Route};
use roledex::ops::load;
use serde_json::json;

use super::Client;
use super::server::{Answer, Server};

const NOW: Urgency = Urgency::Interactive;
const ARN: &str = "arn:aws:iam::111122223333:role/team/payments";

fn role(members: &str) -> String {
    format!(
        "<Path>/team/</Path><RoleName>payments</RoleName><RoleId>AROAEXAMPLE</RoleId><Arn>{ARN}</Arn>\
         <CreateDate>2026-01-02T03:04:05Z</CreateDate>{members}"
    )
}

fn get_role(members: &str) -> Answer {
    let role = role(members);
    Answer::xml(
        200,
        &format!(
            "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult><Role>{role}</Role>\
             </GetRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetRoleResponse>"
        ),
    )
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    let error = format!(
        "<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    Answer::xml(
        status,
        &format!("<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"),
    )
}

#[tokio::test]
async fn iam_is_asked_where_its_partition_has_it() {
    let server = Server::start(|_| get_role("")).await;
    let client = Client::of(&server);
    for (route, expected) in [
        ("eu-west-1", "us-east-1"),
        ("cn-northwest-1", "cn-north-1"),
        ("us-gov-east-1", "us-gov-west-1"),
    ] {
        let route = Route::new(Some("prod"), route);
        let session = client.cloud.session(&route).await.unwrap();
        load::role(&session, NOW, "payments").await.unwrap();
        let seen = server.seen();
        let request = seen.last().unwrap();
        assert_eq!((request.service(), request.region()), ("iam", expected));
        assert!(request.body.contains("Action=GetRole&"), "{}", request.body);
        assert!(
            request.body.contains("RoleName=payments"),
            "{}",
            request.body
        );
    }
}

#[tokio::test]
async fn a_role_is_read_with_its_policy_decoded() {
    let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A\
                 %7B%22Service%22%3A%22pods.eks.amazonaws.com%22%7D%2C%22Action%22%3A%5B%22sts%3AAssumeRole%22%2C%22sts%3ATagSession%22%5D\
                 %2C%22Condition%22%3A%7B%22StringEquals%22%3A%7B%22aws%3ASourceAccount%22%3A%22111122223333%22%7D%7D%7D%5D%7D";
    let members = format!(
        "<AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument><Description>a+b</Description>\
         <MaxSessionDuration>3600</MaxSessionDuration><PermissionsBoundary><PermissionsBoundaryType>Novel</PermissionsBoundaryType>\
         <PermissionsBoundaryArn>arn:b</PermissionsBoundaryArn></PermissionsBoundary>\
         <Tags><member><Key>team</Key><Value>x</Value></member></Tags>\
         <RoleLastUsed><LastUsedDate>2026-02-03T04:05:06Z</LastUsedDate><Region>eu-west-1</Region></RoleLastUsed>"
    );
    let server = Server::saying(vec![get_role(&members)]).await;
    let client = Client::of(&server);
    let found = load::role(&*client.session().await, NOW, "payments")
        .await
        .unwrap();
    assert_eq!(found.value.trust_summary().to_string(), "Pod Identity");
    let LastUse::At { date, region } = &found.value.last_use else {
        panic!("{:?}", found.value.last_use)
    };
    assert_eq!(
        (date.to_string().as_str(), region.as_deref()),
        ("2026-02-03T04:05:06Z", Some("eu-west-1"))
    );
    let document = json!(found.document);
    assert_eq!(
        document["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"],
        "pods.eks.amazonaws.com"
    );
    assert_eq!(document["Description"], "a+b");
    assert_eq!(
        document["PermissionsBoundary"]["PermissionsBoundaryType"],
        "Novel"
    );
    assert_eq!(document["Tags"], json!([{"Key": "team", "Value": "x"}]));
    assert_eq!(document["CreateDate"], "2026-01-02T03:04:05Z");
}

#[tokio::test]
async fn never_used_not_told_and_undecodable_are_told_apart() {
    let server = Server::saying(vec![
        get_role("<RoleLastUsed/>"),
        get_role(""),
        get_role("<AssumeRolePolicyDocument>%7B%zz</AssumeRolePolicyDocument>"),
    ])
    .await;
    let client = Client::of(&server);
    let session = client.session().await;
    let role = async || load::role(&session, NOW, "payments").await.unwrap().value;
    assert_eq!(role().await.last_use, LastUse::Never);
    assert_eq!(role().await.last_use, LastUse::NotTold);
    let unreadable = role().await;
    assert_eq!(unreadable.trust.as_deref(), Some("%7B%zz"));
    assert_eq!(unreadable.trust_summary().to_string(), "unreadable");
}

#[tokio::test]
async fn errors_of_iam_are_understood() {
    let server = Server::saying(vec![
        error(
            404,
            "NoSuchEntity",
            "The role with name payments cannot be found.",
        ),
        error(
            403,
            "AccessDenied",
            "User: x is not authorized to perform: iam:GetRole on resource: role payments",
        ),
        error(400, "Throttling", "Rate exceeded"),
        get_role(""),
        error(
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        ),
    ])
    .await;
    let client = Client::of(&server);
    let session = client.session().await;
    let failure = load::role(&session, NOW, "payments").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    let failure = load::role(&session, NOW, "payments").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert_eq!(
        failure.hint.as_deref(),
        Some("profile prod needs the permission iam:GetRole")
    );
    // Asked again after being throttled.
    load::role(&session, NOW, "payments").await.unwrap();
    // IAM knows every key of its partition, so this says nothing about the region of the route.
    let failure = load::role(&session, NOW, "payments").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
}

#[tokio::test]
async fn roles_and_providers_are_listed() {
    let server = Server::start(|request| {
        let xml = if request.body.contains("Action=ListOpenIDConnectProviders") {
            "<ListOpenIDConnectProvidersResponse><ListOpenIDConnectProvidersResult><OpenIDConnectProviderList><member><Arn>arn:one</Arn></member><member/>\
             </OpenIDConnectProviderList></ListOpenIDConnectProvidersResult></ListOpenIDConnectProvidersResponse>"
                .to_owned()
        } else {
            let rest = if request.body.contains("Marker=m%2F1") {
                // A marker that means nothing any more.
                "<IsTruncated>false</IsTruncated><Marker>m/1</Marker>"
            } else {
                "<IsTruncated>true</IsTruncated><Marker>m/1</Marker>"
            };
            let role = role("");
            format!("<ListRolesResponse><ListRolesResult><Roles><member>{role}</member></Roles>{rest}</ListRolesResult></ListRolesResponse>")
        };
        Answer::xml(200, &xml)
    })
    .await;
    let client = Client::of(&server);
    let session = client.session().await;
    let first = session.list_roles(NOW, None).await.unwrap();
    assert_eq!((first.items.len(), first.next.as_deref()), (1, Some("m/1")));
    assert_eq!(first.items[0].last_use, LastUse::NotTold);
    let last = session
        .list_roles(NOW, first.next.as_deref())
        .await
        .unwrap();
    assert_eq!((last.items.len(), last.next), (1, None));
    let providers = session.oidc_providers(NOW).await.unwrap();
    assert_eq!(
        providers.iter().map(|arn| &**arn).collect::<Vec<_>>(),
        ["arn:one"]
    );
}
