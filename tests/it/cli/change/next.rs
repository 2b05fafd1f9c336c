//! Which change is next: only the scopes that can tell are asked, and none waits for another.

use std::fmt::Write as _;
use std::time::Duration;

use roledex::model::Route;
use roledex::ops::undo::{Way, next};
use roledex::sim::World;

use super::hands::{Hands, on};
use super::{Site, WORLD, WRITER};

/// The world of one account, and others without clusters.
fn world(others: &[&str]) -> World {
    let mut text = WORLD.to_owned();
    for (place, name) in others.iter().enumerate() {
        writeln!(
            text,
            "  - id: '44445555666{place}'
    name: {name}
    access_key_id: AKIA{place}
    secret_access_key: b
    caller: user/b
    regions: [eu-west-1]
    clusters: []"
        )
        .unwrap();
    }
    World::parse(&text).unwrap()
}

/// A world in which the role of an association was changed just now.
fn changed(others: &[&str]) -> Site {
    let site = Site::new(world(others), &[]);
    let set = ["set-role", "shop", "payments/api", "--role", WRITER];
    let ended = site.run(&[&set[..], &["--yes", "--profile", "one"]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    site.simulated.log().clear();
    site
}

/// Says what is next, in which account, on these routes.
fn next_on(site: &Site, profiles: &[&str]) -> (String, String) {
    let route = |profile: &&str| Route::new(Some(profile), "eu-west-1");
    let routes: Vec<Route> = profiles.iter().map(route).collect();
    on(async {
        let hands = Hands::free(site).await;
        site.simulated.log().clear();
        // A cloud of its own, which knows nobody yet.
        let cloud = Hands::free(site).await.cloud;
        let entries = hands.desk.journal.newest(10).unwrap().entries;
        let found = next(&cloud, &routes, &entries, Way::Undo);
        let found = tokio::time::timeout(Duration::from_secs(10), found).await;
        let intent = &found.expect("it waits for others").unwrap().intent;
        let account = intent.place.cluster.account().to_owned();
        (intent.kind.as_str().to_owned(), account)
    })
}

const ONE: &str = "111122223333";

#[test]
fn only_the_scope_that_the_change_took_is_opened() {
    let site = changed(&["two", "three", "four"]);
    let found = next_on(&site, &["two", "three", "one", "four"]);
    assert_eq!(found, ("update-association".to_owned(), ONE.to_owned()));
    let asked = site.simulated.log().entries();
    let others = asked
        .iter()
        .filter(|entry| entry.account.as_deref() != Some(ONE));
    assert_eq!(others.count(), 0, "{asked:?}");
}

#[test]
fn a_scope_that_does_not_answer_holds_up_no_other() {
    let site = changed(&["two"]);
    let credentials = site.home.path(".aws/credentials");
    let mut text = std::fs::read_to_string(&credentials).unwrap();
    text.push_str("[again]\naws_access_key_id = AKIAONE\naws_secret_access_key = a\n");
    std::fs::write(&credentials, text).unwrap();
    let slow = "GetCallerIdentity@444455556660=latency:60000";
    site.simulated.simulator().add_fault(slow.parse().unwrap());
    // The change took a profile that this run does not have; another one leads there, too.
    let found = next_on(&site, &["two", "again"]);
    assert_eq!(found, ("update-association".to_owned(), ONE.to_owned()));
}
