//! What a dead run began is asked about for a minute, because AWS may show the old state for a while.

use super::{image, intent, open};
use crate::cloud::server::{Answer, Request, Server};
use crate::cloud::{ACCOUNT, Client, caller};
use jiff::Timestamp;
use roledex::model::journal::{ChangeKind, Image, Intent, Outcome};
use roledex::model::{Failure, FailureKind};
use roledex::ops::change::{Desk, Patience};
use roledex::ops::recover::recover;
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Seconds since the changes were made, one clock for each test: nothing but the test moves it.
static CLOCKS: [AtomicI64; 5] = [const { AtomicI64::new(0) }; 5];

/// By how much the clock moves from one question to the next.
const STEP: i64 = 7;

fn clock<const N: usize>() -> Timestamp {
    let moved = Duration::from_secs(CLOCKS[N].load(Ordering::SeqCst).unsigned_abs());
    intent("api").at + moved
}

/// What the server shows where the change was made.
enum Shown {
    Nothing,
    This(Value),
    Broken,
}

impl From<&Image> for Shown {
    fn from(image: &Image) -> Self {
        match image {
            Image::Present(document) => Self::This(Value::Object(document.clone())),
            _ => Self::Nothing,
        }
    }
}

impl Shown {
    fn answer(self, request: &Request) -> Answer {
        if request.service() == "sts" {
            return caller(ACCOUNT);
        }
        let is_list = request.path.ends_with("/pod-identity-associations");
        match (self, is_list) {
            (Self::Broken, _) => Answer::Closed,
            (Self::This(one), true) => Answer::json(200, &json!({"associations": [one]})),
            (Self::This(one), false) => Answer::json(200, &json!({"association": one})),
            (Self::Nothing, true) => Answer::json(200, &json!({"associations": []})),
            (Self::Nothing, false) => Answer::error(
                404,
                "ResourceNotFoundException",
                "No pod identity association found for id: a-00000000000000001.",
            ),
        }
    }
}

pub(super) fn one(role: &str, tags: Value) -> Image {
    let id = "a-00000000000000001";
    let arn = format!("arn:aws:eks:eu-west-1:{ACCOUNT}:podidentityassociation/demo/{id}");
    let mut one = json!({
        "clusterName": "demo", "namespace": "payments", "serviceAccount": "api",
        "associationArn": arn, "associationId": id, "disableSessionTags": false,
        "createdAt": 1_790_000_000, "modifiedAt": 1_790_000_000,
    });
    one["roleArn"] = format!("arn:aws:iam::{ACCOUNT}:role/{role}").into();
    one["tags"] = tags;
    image(one)
}

/// Every kind of change, with what stands there before and after.
fn changes() -> [(ChangeKind, Image, Image); 5] {
    let (old, new) = (one("old", json!({})), one("new", json!({})));
    let tagged = one("old", json!({"team": "a"}));
    [
        (ChangeKind::UpdateAssociation, old.clone(), new.clone()),
        (ChangeKind::CreateAssociation, Image::Absent, new),
        (ChangeKind::DeleteAssociation, old.clone(), Image::Absent),
        (ChangeKind::TagAssociation, old.clone(), tagged.clone()),
        (ChangeKind::UntagAssociation, tagged, old),
    ]
}

/// How a recovery ended.
struct Recovered {
    found: Result<Outcome, Failure>,
    /// What was said at each wait: for how many seconds more, at most.
    waits: Vec<u64>,
    /// How many times AWS was asked what stands there.
    asked: usize,
    /// Entries that the start after it finds.
    left: usize,
}

/// Recovers one change `age` seconds after it was made; the server shows what it is told by the clock.
async fn recovered<const N: usize>(
    change: (ChangeKind, Image, Image),
    age: i64,
    shows: impl Fn(i64) -> Shown + Send + Sync + 'static,
) -> Recovered {
    recovered_in::<N>(Patience::default().settle, change, age, shows).await
}

async fn recovered_in<const N: usize>(
    settle: Duration,
    (kind, before, planned): (ChangeKind, Image, Image),
    age: i64,
    shows: impl Fn(i64) -> Shown + Send + Sync + 'static,
) -> Recovered {
    CLOCKS[N].store(age.max(0), Ordering::SeqCst);
    let is_list = |request: &Request| request.path.ends_with("/pod-identity-associations");
    let by_name = kind == ChangeKind::CreateAssociation;
    let server =
        Server::start(move |request| shows(CLOCKS[N].load(Ordering::SeqCst)).answer(request)).await;
    let client = Client::of(&server);
    let directory = tempfile::tempdir().unwrap();
    let (dead, _) = open(directory.path());
    let base = intent("api");
    let mut place = base.place.clone();
    place.endpoint = Some(server.url.as_str().into());
    let mut target = base.target.clone();
    target.id = (!by_name).then(|| "a-00000000000000001".into());
    let made = Intent {
        kind,
        before,
        planned,
        place,
        target,
        // A clock that was set back makes a change of the future.
        at: base.at + Duration::from_secs(age.min(0).unsigned_abs()),
        ..base
    };
    drop(dead.intend(made).unwrap());
    drop(dead);
    let (journal, unfinished) = open(directory.path());
    let desk = Desk {
        journal: journal.into(),
        now: clock::<N>,
        patience: Patience {
            settle,
            pause: Duration::from_millis(1),
            ..Patience::default()
        },
    };
    let waits = Mutex::new(Vec::new());
    let waiting = |_: &_, seconds| {
        waits.lock().unwrap().push(seconds);
        CLOCKS[N].fetch_add(STEP, Ordering::SeqCst);
    };
    let mut recovered = recover(&client.cloud, &desk, unfinished, waiting).await;
    assert_eq!(recovered.len(), 1);
    let found = recovered.remove(0).found;
    let entries = desk.journal.newest(9).unwrap().entries;
    assert_eq!(
        entries[0].outcome(),
        found.as_ref().ok(),
        "it is written down, once"
    );
    assert!(entries[0].conclusions.len() <= 1);
    drop(desk);
    Recovered {
        found,
        waits: waits.into_inner().unwrap(),
        asked: server.count(|request| request.service() == "eks" && is_list(request) == by_name),
        left: open(directory.path()).1.len(),
    }
}

/// What is said at the waits of so many questions.
fn waits(count: i64) -> Vec<u64> {
    (0..count)
        .map(|wait| (60 - STEP * wait).unsigned_abs())
        .collect()
}

#[tokio::test]
async fn the_old_state_is_asked_about_again_until_the_new_one_shows() {
    for change in changes() {
        let kind = change.0.clone();
        let (old, new) = (change.1.clone(), change.2.clone());
        let shows = move |second| Shown::from(if second < 31 { &old } else { &new });
        let recovered = recovered::<0>(change, 0, shows).await;
        let found = recovered.found.unwrap();
        assert!(
            matches!(found, Outcome::Applied { .. }),
            "{kind:?}: {found:?}"
        );
        // At 0, 7, 14, 21 and 28 seconds in vain, and at 35 for the last time.
        assert_eq!(recovered.waits, waits(5), "{kind:?}");
        assert_eq!(recovered.asked, 6, "{kind:?}");
        assert_eq!(recovered.left, 0);
    }
}

#[tokio::test]
async fn what_is_old_after_a_minute_was_not_applied() {
    for change in changes() {
        let kind = change.0.clone();
        let old = change.1.clone();
        let recovered = recovered::<1>(change, 0, move |_| Shown::from(&old)).await;
        let found = recovered.found.unwrap();
        assert!(
            matches!(found, Outcome::NotApplied { .. }),
            "{kind:?}: {found:?}"
        );
        // From 0 to 56 seconds it may still show, and at 63 it does not count any more.
        assert_eq!(recovered.waits, waits(9), "{kind:?}");
        assert_eq!(recovered.asked, 10, "{kind:?}");
        assert_eq!(recovered.left, 0);
    }
}

#[tokio::test]
async fn what_cannot_be_told_is_asked_about_as_long() {
    let [change, ..] = changes();
    let third = one("third", json!({}));
    let stays = third.clone();
    let recovered_late = recovered::<2>(change.clone(), 0, move |_| Shown::from(&stays)).await;
    let found = recovered_late.found.unwrap();
    assert!(matches!(found, Outcome::CannotBeTold { .. }), "{found:?}");
    assert_eq!((recovered_late.waits, recovered_late.left), (waits(9), 0));
    let new = change.2.clone();
    let shows = move |second| Shown::from(if second < 50 { &third } else { &new });
    let recovered = recovered::<2>(change, 0, shows).await;
    let found = recovered.found.unwrap();
    assert!(matches!(found, Outcome::Applied { .. }), "{found:?}");
    assert_eq!(recovered.waits, waits(8));
}

#[tokio::test]
async fn nobody_waits_for_what_is_old_and_what_cannot_be_asked_stays_open() {
    let [change, ..] = changes();
    let old = change.1.clone();
    for age in [60, 3_600] {
        let old = old.clone();
        let recovered = recovered::<3>(change.clone(), age, move |_| Shown::from(&old)).await;
        let found = recovered.found.unwrap();
        assert!(
            matches!(found, Outcome::NotApplied { .. }),
            "{age}: {found:?}"
        );
        assert_eq!((recovered.waits.len(), recovered.asked), (0, 1), "{age}");
    }
    let shows = move |second| {
        if second < 14 {
            Shown::from(&old)
        } else {
            Shown::Broken
        }
    };
    let recovered = recovered::<3>(change, 0, shows).await;
    let failure = recovered.found.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable, "{failure}");
    assert_eq!((recovered.waits, recovered.left), (waits(2), 1));
}

/// The entry is an hour in the future, so its age says nothing: it is as young as can be, and that ends.
#[tokio::test]
async fn a_clock_that_was_set_back_neither_hurries_nor_holds_up() {
    let [change, ..] = changes();
    let (old, new) = (change.1.clone(), change.2.clone());
    let stays = old.clone();
    let shows = move |second| Shown::from(if second < 2 * STEP { &old } else { &new });
    let long = Duration::from_mins(1);
    let late = recovered_in::<4>(long, change.clone(), -3_600, shows).await;
    let found = late.found.unwrap();
    assert!(matches!(found, Outcome::Applied { .. }), "{found:?}");
    assert_eq!((late.waits, late.asked), (vec![60, 60], 3));
    let short = Duration::from_secs(1);
    let never = recovered_in::<4>(short, change, -3_600, move |_| Shown::from(&stays)).await;
    let found = never.found.unwrap();
    assert!(matches!(found, Outcome::NotApplied { .. }), "{found:?}");
    assert!(never.asked > 1 && never.waits.iter().all(|wait| *wait == 1));
}
