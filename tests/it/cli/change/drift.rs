//! Between review and write: what drifted is refused, moves are two steps, and nobody gets around the guard.

use roledex::model::FailureKind;
use roledex::model::journal::{Intent, Outcome};
use roledex::model::plan::Plan;
use roledex::ops::change::{Drift, Progress, Request, Stopped, replan};

use super::super::Site;
use super::hands::{Hands, api, approve, now, on, relocate, role};
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

/// Makes the change of a role, and drops the task while it asks AWS what came of the call.
fn cancelled(site: &Site) {
    on(async {
        let hands = Hands::free(site).await;
        let approved = hands.approved(&update()).await;
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let progress = move |progress| {
            if matches!(progress, Progress::Waiting { .. }) {
                // So that no answer comes before it is dropped.
                let late = "DescribePodIdentityAssociation=latency:60000";
                let simulator = site.simulated.simulator();
                simulator.add_fault(late.parse().unwrap());
            }
            tell.send(progress).unwrap_or_default();
        };
        let work = hands.apply_as(approved, None, progress);
        let so_far = async {
            while let Some(progress) = told.recv().await {
                if matches!(progress, Progress::Waiting { .. }) {
                    return;
                }
            }
        };
        tokio::select! {
            biased;
            () = so_far => {}
            applied = work => panic!("{applied:?}"),
        }
    });
}

/// Only AWS knows what came of a call that was on its way, so the next start asks.
#[test]
fn a_change_that_is_cancelled_in_mid_call_is_found_out_about() {
    let site = site(&["UpdatePodIdentityAssociation=lost"]);
    cancelled(&site);
    site.simulated.simulator().clear_faults();
    let ended = site.run(&["journal", "-o", "json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.err.contains("did not finish"), "{ended:?}");
    assert!(ended.err.contains("is applied"), "{ended:?}");
    let conclusions = &ended.rows()[0]["conclusions"];
    assert_eq!(conclusions.as_array().unwrap().len(), 1, "{conclusions}");
    assert_eq!(conclusions[0]["outcome"], "applied");
    assert_eq!(writes(&site).1, 1, "it is not made again");
}

#[test]
fn a_change_that_ends_before_the_call_was_not_made() {
    let site = site(&[]);
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        on(async {
            let hands = Hands::free(&site).await;
            let approved = hands.approved(&update()).await;
            let end = |told| assert!(!matches!(told, Progress::Recorded(_)), "it ends here");
            hands.apply_as(approved, None, end).await
        })
    }));
    assert!(ended.is_err());
    assert_eq!(writes(&site), (0, 0));
    let ended = site.run(&["journal", "-o", "json"]);
    assert_eq!((ended.code, &*ended.err), (0, ""));
    assert_eq!(ended.rows()[0]["conclusions"][0]["outcome"], "not-applied");
}

#[test]
fn nobody_applies_what_another_approved() {
    let site = site(&[]);
    on(async {
        let hands = Hands::free(&site).await;
        let plan = hands.plan(&update()).await.unwrap();
        let before = plan.before().unwrap().clone();
        let edit = role(WRITER).read(plan.cluster()).unwrap();
        let eve = "arn:aws:iam::111122223333:user/eve";
        let theirs = replan(&hands.place, ("payments", "api"), now, |mut basis| {
            basis.caller.as_mut().unwrap().arn = eve.into();
            Plan::update(basis, before, &edit)
        });
        let applied = hands.apply(approve(theirs.await.unwrap().plan)).await;
        let Some(Stopped::Drift(drift @ Drift::Caller { .. })) = &applied.stopped else {
            panic!("{applied:?}")
        };
        let lines = drift.lines().concat();
        assert!(
            lines.contains("user/eve") && lines.contains("user/a"),
            "{lines}"
        );
        assert_eq!((applied.steps.len(), writes(&site)), (0, (0, 0)));
    });
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
