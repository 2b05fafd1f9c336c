//! Watches: what they tell, and how they go on.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use roledex::cloud::ObjectFilter;
use roledex::model::FailureKind;
use roledex::model::kubernetes::{WatchEvent, WatchedKind};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{CANARY, Demo, account, page, pod, status};
use crate::cloud::server::{Answer, End, Request};

/// What a watch told, in short.
fn told(event: &WatchEvent) -> String {
    match event {
        WatchEvent::Restarted => "restarted".to_owned(),
        WatchEvent::Applied(object) => format!("+{}", object.id()),
        WatchEvent::Deleted(id) => format!("-{id}"),
        WatchEvent::Synced => "synced".to_owned(),
        WatchEvent::Unreadable { id: None, words } => format!("?{words}"),
        WatchEvent::Unreadable {
            id: Some(id),
            words,
        } => format!("?{id}?{words}"),
        WatchEvent::Failed(failure) => format!("!{}", failure.kind.word()),
    }
}

fn line(kind: &str, version: &str, mut object: Value) -> String {
    object["metadata"]["resourceVersion"] = json!(version);
    format!("{}\n", json!({"type": kind, "object": object}))
}

fn bookmark(version: &str) -> String {
    line("BOOKMARK", version, json!({"kind": "Pod", "metadata": {}}))
}

fn gone() -> String {
    let status = json!({"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"});
    format!("{}\n", json!({"type": "ERROR", "object": status}))
}

/// Answers in order; lists of one account at version 5 that are asked for beyond that are answered as well.
fn scripted(mut answers: Vec<Answer>) -> impl Fn(&Request) -> Answer + Send + Sync + 'static {
    answers.reverse();
    let answers = Mutex::new(answers);
    move |_| {
        let next = answers.lock().unwrap().pop();
        next.unwrap_or(Answer::Streamed(Vec::new(), End::Never))
    }
}

async fn first(demo: &Demo, kind: WatchedKind, count: usize) -> Vec<String> {
    let watch = demo.kubernetes.watch(kind, ObjectFilter::default());
    let events = watch.take(count).collect::<Vec<_>>();
    // Only a watch that says less than it should takes so long.
    let events = timeout(Duration::from_secs(30), events).await.unwrap();
    assert!(!format!("{events:?}").contains(CANARY));
    events.iter().map(told).collect()
}

/// The versions from which watches began, and `list` for each list.
fn began(demo: &Demo) -> Vec<String> {
    let began = |request: &Request| {
        if !request.query.contains_key("watch") {
            return "list".to_owned();
        }
        assert_eq!(request.query["allowWatchBookmarks"], "true");
        assert!(request.query["timeoutSeconds"].parse::<u64>().unwrap() >= 240);
        request.query["resourceVersion"].clone()
    };
    demo.asked().iter().map(began).collect()
}

#[tokio::test]
async fn a_watch_follows_its_list_and_goes_on_where_it_was() {
    let half = line("ADDED", "9", account("cut"));
    let demo = Demo::start(scripted(vec![
        page("5", Some("2"), &[account("api")]),
        page("5", None, &[account("web")]),
        Answer::Streamed(
            vec![
                // Lines do not care where chunks end.
                line("ADDED", "6", account("new"))[..20].to_owned(),
                line("ADDED", "6", account("new"))[20..].to_owned() + "\n",
                line("DELETED", "7", account("api")) + &bookmark("8"),
                half[..40].to_owned(),
            ],
            End::Clean,
        ),
        Answer::Streamed(vec![line("MODIFIED", "9", account("cut"))], End::Broken),
        // A version is no number: it is taken as it comes.
        Answer::Streamed(vec![bookmark("x-10")], End::Clean),
        Answer::Streamed(vec![line("LATER", "11", account("odd"))], End::Clean),
    ]))
    .await;
    let told = first(&demo, WatchedKind::ServiceAccounts, 7).await;
    assert_eq!(
        told,
        [
            "restarted",
            "+payments/api",
            "+payments/web",
            "synced",
            "+payments/new",
            "-payments/api",
            "+payments/cut",
        ]
    );
    assert_eq!(began(&demo)[..4], ["list", "list", "5", "8"]);
}

#[tokio::test]
async fn versions_are_taken_from_every_line() {
    let last = Answer::Streamed(vec![line("ADDED", "12", account("end"))], End::Never);
    let demo = Demo::start(scripted(vec![
        page("5", None, &[]),
        Answer::Streamed(vec![bookmark("x-10")], End::Clean),
        Answer::Streamed(vec![line("LATER", "11", account("odd"))], End::Broken),
        last,
    ]))
    .await;
    let told = first(&demo, WatchedKind::ServiceAccounts, 3).await;
    assert_eq!(told, ["restarted", "synced", "+payments/end"]);
    assert_eq!(began(&demo), ["list", "5", "x-10", "11"]);
}

#[tokio::test]
async fn what_is_too_old_is_listed_again() {
    let odd = json!({"metadata": {"namespace": "payments", "name": "odd"}, "spec": 5});
    let demo = Demo::start(scripted(vec![
        page("5", Some("2"), &[pod("one")]),
        // While it was paged…
        status(410, "Expired", "too old"),
        page("6", None, &[pod("one")]),
        // …in the middle of the watch…
        Answer::Streamed(vec![line("ADDED", "7", odd), gone()], End::Never),
        page("8", None, &[pod("two")]),
        // …and at its beginning.
        status(410, "Gone", "too old"),
        page("9", None, &[pod("three")]),
    ]))
    .await;
    let told = first(&demo, WatchedKind::Pods, 12).await;
    assert_eq!(
        told,
        [
            "restarted",
            "+payments/one",
            "restarted",
            "+payments/one",
            "synced",
            "?payments/odd?payments/odd: spec is not an object",
            "restarted",
            "+payments/two",
            "synced",
            "restarted",
            "+payments/three",
            "synced",
        ]
    );
    assert_eq!(
        began(&demo),
        ["list", "list", "list", "6", "list", "8", "list"]
    );
}

#[tokio::test]
async fn failures_are_told_and_so_is_their_end() {
    let demo = Demo::start(scripted(vec![
        // The list itself is tried three times before it is told.
        status(500, "InternalError", "etcd"),
        status(500, "InternalError", "etcd"),
        status(500, "InternalError", "etcd"),
        page("5", None, &[]),
        status(503, "ServiceUnavailable", "starting"),
        Answer::Streamed(vec![line("ADDED", "6", account("api"))], End::Clean),
        Answer::Closed,
        Answer::Streamed(vec!["{\"type\":\"ADDED\",\n".to_owned()], End::Never),
        page("7", None, &[]),
        Answer::Streamed(
            vec![format!(
                "{}\n",
                json!({"type": "ERROR", "object": {"code": 500, "message": "lost"}})
            )],
            End::Never,
        ),
        page("8", None, &[]),
    ]))
    .await;
    let told = first(&demo, WatchedKind::ServiceAccounts, 14).await;
    assert_eq!(
        told,
        [
            "restarted",
            "!server error",
            "synced",
            "!server error",
            "synced",
            "+payments/api",
            "!unreachable",
            "synced",
            "!unreadable",
            "restarted",
            "synced",
            "!server error",
            "restarted",
            "synced",
        ]
    );
}

#[tokio::test]
async fn a_token_that_ends_in_the_middle_is_replaced_in_silence() {
    let demo = Demo::start(scripted(vec![
        page("5", None, &[]),
        Answer::Streamed(vec![bookmark("6")], End::Clean),
        status(401, "Unauthorized", "Unauthorized"),
        Answer::Streamed(vec![line("ADDED", "7", account("api"))], End::Never),
    ]))
    .await;
    let told = first(&demo, WatchedKind::ServiceAccounts, 3).await;
    assert_eq!(told, ["restarted", "synced", "+payments/api"]);
    assert_eq!(began(&demo), ["list", "5", "6", "6"]);
}

#[tokio::test]
async fn watches_that_end_at_once_are_told_after_some_time() {
    let demo = Demo::start(|request| {
        if request.query.contains_key("watch") {
            Answer::Streamed(Vec::new(), End::Clean)
        } else {
            page("5", None, &[])
        }
    })
    .await;
    let told = first(&demo, WatchedKind::Nodes, 3).await;
    assert_eq!(told, ["restarted", "synced", "!server error"]);
    assert!((4..=8).contains(&began(&demo).len()), "{:?}", began(&demo));
}

#[tokio::test]
async fn lists_that_are_too_old_at_once_are_told_after_some_time() {
    for at_once in [
        status(410, "Gone", "too old"),
        Answer::Streamed(vec![gone()], End::Never),
    ] {
        let demo = Demo::start(move |request| {
            if request.query.contains_key("watch") {
                at_once.clone()
            } else {
                page("5", None, &[])
            }
        })
        .await;
        let told = first(&demo, WatchedKind::Nodes, 13).await;
        let failed = told.iter().position(|event| event == "!server error");
        assert!(failed.is_some_and(|at| at > 4), "{told:?}");
    }
}

#[tokio::test]
async fn the_pauses_between_lists_grow() {
    let lost = json!({"type": "ERROR", "object": {"code": 500, "message": "lost"}});
    for line in [format!("{lost}\n"), "no JSON\n".to_owned()] {
        let demo = Demo::start(move |request| {
            if request.query.contains_key("watch") {
                Answer::Streamed(vec![line.clone()], End::Never)
            } else {
                page("5", None, &[])
            }
        })
        .await;
        let began = Instant::now();
        // Restarted, synced, failed: seven times, with six pauses.
        first(&demo, WatchedKind::Nodes, 21).await;
        let least = Duration::from_millis(5 * (1 + 2 + 4 + 8 + 16 + 32) / 2);
        assert!(began.elapsed() >= least, "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_watch_ends_with_the_program_and_only_then() {
    let demo = Demo::start(|_| status(403, "Forbidden", "no")).await;
    let kubernetes = demo.kubernetes.clone();
    let mut watch = kubernetes.watch(WatchedKind::Pods, ObjectFilter::default());
    assert_eq!(watch.next().await, Some(WatchEvent::Restarted));
    let Some(WatchEvent::Failed(failure)) = watch.next().await else {
        panic!("a refusal is told")
    };
    assert_eq!(failure.kind, FailureKind::Denied);
    drop(demo);
    let mut watch = kubernetes.watch(WatchedKind::Pods, ObjectFilter::default());
    assert_eq!(watch.next().await, Some(WatchEvent::Restarted));
    assert_eq!(watch.next().await, None);
}
