//! What stands where a change was made: the list of names may lag behind, the id does not.

use roledex::model::journal::{Entry, Image, Intent, Outcome, Standing};
use roledex::model::{ClusterArn, Route};
use roledex::ops::fleet::Site;
use roledex::ops::undo::{Way, weigh};
use serde_json::{Value, json};

use super::recover::one;
use super::{ARN, entry, later};
use crate::cloud::server::{Answer, Server};
use crate::cloud::{ACCOUNT, Client, caller};

const ID: &str = "a-00000000000000001";

/// Weighs the undo of a change of a role, where the list has nothing and the id has this.
async fn weighed(there: Option<Value>) -> Standing {
    let server = Server::start(move |request| {
        if request.service() == "sts" {
            return caller(ACCOUNT);
        }
        if request.path.ends_with("/pod-identity-associations") {
            return Answer::json(200, &json!({"associations": []}));
        }
        assert!(request.path.ends_with(ID), "{}", request.path);
        match &there {
            Some(there) => Answer::json(200, &json!({"association": there})),
            None => Answer::error(
                404,
                "ResourceNotFoundException",
                "No pod identity association found for id: a-00000000000000001.",
            ),
        }
    })
    .await;
    let client = Client::of(&server);
    let session = client.session().await;
    let base = entry("api");
    let mut intent = Intent::clone(&base.intent);
    intent.place.endpoint = session.endpoint().cloned();
    intent.target.id = Some(ID.into());
    (intent.before, intent.planned) = (one("old", json!({})), one("new", json!({})));
    let mut entry = Entry {
        intent: intent.into(),
        ..base
    };
    entry.conclusions[0].outcome = Outcome::Applied {
        request_id: None,
        after: Image::Unknown,
    };
    let site = Site {
        arn: ClusterArn::parse(ARN).unwrap(),
        route: Route::new(Some("prod"), "eu-west-1"),
        profiles: vec!["prod".into()],
        session,
    };
    let entries = std::slice::from_ref(&entry);
    let weighed = weigh(&site, entries, &entry.id, Way::Undo, later).await;
    weighed.unwrap().way.standing()
}

#[tokio::test]
async fn what_the_list_leaves_out_is_asked_for_by_its_id() {
    let Image::Present(old) = one("old", json!({})) else {
        panic!("it is there")
    };
    assert_eq!(weighed(Some(old.into())).await, Standing::AlreadyThere);
    let gone = weighed(None).await;
    assert!(
        matches!(&gone, Standing::Impossible { why } if why.contains("deleted since")),
        "{gone:?}"
    );
}
