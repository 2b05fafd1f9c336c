//! Between review and write: what drifted is refused, moves are two steps, and nobody gets around the guard.

use roledex::model::FailureKind;
use roledex::model::journal::{Intent, Outcome};
use roledex::ops::change::{Drift, Progress, Request, Stopped};

use super::hands::{Hands, api, now, on, relocate, role};
use super::{READER, VAULT, WRITER, entries, seen, site, writes};

fn update() -> Request {
    Request::Update {
        association: api(),
        draft: role(WRITER),
    }
}

fn create() -> Request {
    Request::Create {
        namespace: "payments".to_owned(),
        service_account: "new".to_owned(),
        draft: role(READER),
        tags: Vec::new(),
    }
}

/// What was reviewed, what somebody else did meanwhile, and what is to be said of it.
type Case = (Request, &'static [&'static str], fn(&Drift) -> bool);

#[test]
fn what_is_not_as_it_was_reviewed_is_not_touched() {
    let others: [Case; 5] = [
        (
            update(),
            &["set-role", "shop", "payments/api", "--role", VAULT, "--yes"],
            |drift| matches!(drift, Drift::Changed { fields } if fields.len() == 1),
        ),
        (
            update(),
            &["tag", "shop", "payments/api", "team=z", "--yes"],
            |drift| matches!(drift, Drift::Changed { .. }),
        ),
        (
            Request::Delete { association: api() },
            &[
                "delete",
                "association",
                "shop",
                "payments/api",
                "--confirm",
                "api",
            ],
            |drift| *drift == Drift::Gone,
        ),
        (
            create(),
            &[
                "create",
                "association",
                "shop",
                "payments/new",
                "--role",
                WRITER,
                "--yes",
            ],
            |drift| matches!(drift, Drift::Taken { .. }),
        ),
        (
            relocate(),
            &[
                "create",
                "association",
                "shop",
                "payments/moved",
                "--role",
                WRITER,
                "--yes",
            ],
            |drift| matches!(drift, Drift::Taken { .. }),
        ),
    ];
    for (request, others, is_expected) in others {
        let site = site(&[]);
        let applied = on(async {
            let hands = Hands::free(&site).await;
            let approved = hands.approved(&request).await;
            let ended = site.run(others);
            assert_eq!(ended.code, 0, "{ended:?}");
            hands.apply(approved).await
        });
        let Some(Stopped::Drift(drift)) = &applied.stopped else {
            panic!("{applied:?}")
        };
        assert!(is_expected(drift), "{drift:?}");
        assert!(!drift.lines().is_empty() && applied.steps.is_empty());
        assert_eq!(writes(&site), (1, 1), "only that of the others");
        assert_eq!(entries(&site).len(), 1);
    }
}

#[test]
fn a_move_is_a_creation_and_a_deletion() {
    let site = site(&[]);
    let applied = on(async {
        let hands = Hands::free(&site).await;
        let approved = hands.approved(&relocate()).await;
        hands.apply(approved).await
    });
    assert!(applied.is_done(), "{applied:?}");
    assert_eq!(seen(&site, "payments/api"), None);
    let moved = seen(&site, "payments/moved").unwrap();
    assert_eq!(moved["roleArn"], WRITER);
    assert_eq!(moved["tags"], serde_json::json!({"team": "a", "old": "x"}));
    let entries = entries(&site);
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["batch"], entries[1]["batch"]);
    assert!(entries[0]["batch"].is_string());
}

#[test]
fn a_move_that_ends_half_way_lost_nothing() {
    let site = site(&["DeletePodIdentityAssociation=denied"]);
    let applied = on(async {
        let hands = Hands::free(&site).await;
        let approved = hands.approved(&relocate()).await;
        hands.apply(approved).await
    });
    assert!(applied.is_partly_done(), "{applied:?}");
    assert!(matches!(applied.steps[1].outcome, Outcome::Failed { .. }));
    assert!(seen(&site, "payments/api").is_some() && seen(&site, "payments/moved").is_some());
}

/// Whoever asks, the session itself refuses.
#[test]
fn a_read_only_cluster_is_safe_below_everything() {
    let site = site(&[]);
    on(async {
        let free = Hands::free(&site).await;
        let approved = free.approved(&update()).await;
        let bound = Hands::bound(&site).await;
        let applied = bound.apply(approved).await;
        let Some(Stopped::Failure(failure)) = applied.stopped else {
            panic!("{applied:?}")
        };
        assert_eq!(failure.kind, FailureKind::Refused, "{failure}");
        assert_eq!(writes(&site), (0, 0));

        // A recorded intent, and no gate above the session.
        let done = free.apply(free.approved(&update()).await).await;
        assert!(done.is_done());
        let view = free.desk.journal.newest(1).unwrap();
        let intent = Intent::clone(&view.entries[0].intent);
        let recorded = free.desk.journal.intend(intent).unwrap();
        let refused = bound.place.session.change(&recorded).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Refused, "{refused}");
        assert_eq!(writes(&site), (1, 1));
        let outcome = Outcome::Failed { failure: refused };
        free.desk
            .journal
            .conclude(recorded, outcome, now())
            .unwrap();
    });
}

/// Dropping the task on its way leaves the journal with what is known.
#[test]
fn a_change_that_is_cancelled_on_its_way_is_concluded() {
    let site = site(&["UpdatePodIdentityAssociation=latency:60000"]);
    on(async {
        let hands = Hands::free(&site).await;
        let approved = hands.approved(&update()).await;
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let progress = move |progress| tell.send(progress).unwrap_or_default();
        let work = hands.apply_as(approved, None, progress);
        let calling = async {
            while let Some(progress) = told.recv().await {
                if matches!(progress, Progress::Calling(_)) {
                    return;
                }
            }
        };
        tokio::select! {
            biased;
            () = calling => {}
            applied = work => panic!("{applied:?}"),
        }
    });
    let entry = &entries(&site)[0];
    assert_eq!(entry["conclusions"][0]["outcome"], "cannot-be-told");
}

#[test]
fn a_move_is_told_shown_and_made_from_the_command_line() {
    let site = site(&[]);
    let to = |name: &str, more: &[&str]| {
        let start = ["move", "association", "shop", "payments/api", name];
        site.run(&[&start, more].concat())
    };
    for (name, words) in [
        ("payments/Bad_Name", "service account"),
        ("a-0123456789abcdef0", "EKS chooses those"),
    ] {
        let ended = to(name, &["--yes"]);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.err.contains(words), "{ended:?}");
    }
    let dry = to("payments/moved", &["--dry-run"]);
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(
        dry.out.contains("create-pod-identity-association"),
        "{dry:?}"
    );
    assert!(
        dry.out.contains("delete-pod-identity-association"),
        "{dry:?}"
    );
    let unnamed = to("payments/moved", &["--yes"]);
    assert_eq!(unnamed.code, 5, "what is deleted is named: {unnamed:?}");
    assert_eq!(writes(&site), (0, 0));
    let ended = to("payments/moved", &["--role", WRITER, "--confirm", "api"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(writes(&site), (2, 2));
    assert_eq!(seen(&site, "payments/api"), None);
    assert_eq!(seen(&site, "payments/moved").unwrap()["roleArn"], WRITER);
}
