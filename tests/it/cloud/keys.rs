//! Keys that change while the program runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use roledex::cloud::{Session, Urgency};
use roledex::model::{FailureKind, Route};
use roledex::ops::load;
use serde_json::json;

use super::server::{Answer, Request, Server};
use super::{ACCOUNT, Client, caller};

const OTHER: &str = "444455556666";

/// What becomes of the key `AKIDPROD`.
#[derive(Clone, Copy)]
enum Fate {
    Expired,
    Deleted,
}

/// Two keys of two accounts; `over` says when the first one meets its fate. The region ap-east-2 is off.
fn answer(request: &Request, over: &AtomicBool, fate: Fate) -> Answer {
    let is_over = request.key() == "AKIDPROD" && over.load(Ordering::SeqCst);
    match (request.service(), is_over, fate) {
        ("sts", true, Fate::Deleted) => Answer::xml(
            403,
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.\
             </Message></Error></ErrorResponse>",
        ),
        ("sts", ..) if request.key() == "AKIDPROD" => caller(ACCOUNT),
        ("sts", ..) => caller(OTHER),
        (_, true, Fate::Expired) => Answer::error(403, "ExpiredTokenException", "expired"),
        (_, true, Fate::Deleted) => {
            Answer::error(403, "UnrecognizedClientException", "invalid token")
        }
        _ if request.region() == "ap-east-2" => {
            Answer::error(403, "UnrecognizedClientException", "invalid token")
        }
        _ => Answer::json(200, &json!({"clusters": ["demo"]})),
    }
}

async fn world(fate: Fate) -> (Server, Arc<AtomicBool>) {
    let over = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&over);
    let server = Server::start(move |request| answer(request, &shared, fate)).await;
    (server, over)
}

fn replace_keys(client: &Client) {
    std::fs::write(
        client.directory.path().join("credentials"),
        "[prod]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = secret\n",
    )
    .unwrap();
}

async fn accounts(session: &Session) -> Result<Vec<String>, FailureKind> {
    let mut found = Vec::new();
    load::clusters(session, Urgency::Interactive, |page| {
        found.extend(page.iter().map(|arn| arn.account().to_owned()));
    })
    .await
    .map_err(|failure| failure.kind)?;
    Ok(found)
}

#[tokio::test]
async fn keys_of_another_account_do_not_keep_the_old_account() {
    let (server, over) = world(Fate::Expired).await;
    let client = Client::of(&server);
    let session = client.session().await;
    assert_eq!(accounts(&session).await, Ok(vec![ACCOUNT.to_owned()]));
    over.store(true, Ordering::SeqCst);
    replace_keys(&client);
    assert_eq!(accounts(&session).await, Err(FailureKind::Expired));
    assert_eq!(
        session.account(),
        None,
        "nobody has said whose the next keys are"
    );
    assert_eq!(accounts(&session).await, Ok(vec![OTHER.to_owned()]));
    assert_eq!(session.account().as_deref(), Some(OTHER));
}

#[tokio::test]
async fn a_deleted_key_is_no_region_that_is_off() {
    let (server, over) = world(Fate::Deleted).await;
    let client = Client::of(&server);
    let guess = |region| {
        let mut route = Route::new(Some("prod"), region);
        route.speculative = true;
        route
    };
    let on = client.cloud.session(&guess("eu-west-1")).await.unwrap();
    let off = client.cloud.session(&guess("ap-east-2")).await.unwrap();
    assert_eq!(accounts(&on).await, Ok(vec![ACCOUNT.to_owned()]));
    assert_eq!(accounts(&off).await, Err(FailureKind::RegionDisabled));
    over.store(true, Ordering::SeqCst);
    assert_eq!(accounts(&on).await, Err(FailureKind::Denied));
    assert_eq!(accounts(&off).await, Err(FailureKind::Denied));
    replace_keys(&client);
    assert_eq!(accounts(&on).await, Ok(vec![OTHER.to_owned()]));
}
