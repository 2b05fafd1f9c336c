//! What passes by itself is waited out, and that is said; what does not is refused at once.

use std::time::Duration;

use roledex::model::FailureKind;
use roledex::model::journal::{ChangeKind, Outcome};
use roledex::ops::change::{Applied, Patience, Progress, Request, Stopped};
use serde_json::Value;

use super::super::Site;
use super::hands::{Hands, PATIENCE, api, on, role};
use super::{READER, WRITER, entries, seen, site, writes};

const IN_THE_WAY: &str =
    "error:409:ResourceInUseException:Association already exists: a-0123456789abcdefg";
const NO_ROLE: &str =
    "error:400:InvalidParameterException:Role provided in the request does not exist";

fn create(name: &str) -> Request {
    Request::Create {
        namespace: "payments".to_owned(),
        service_account: name.to_owned(),
        draft: role(READER),
        tags: Vec::new(),
    }
}

fn update(arn: &str) -> Request {
    Request::Update {
        association: api(),
        draft: role(arn),
    }
}

/// Makes a change, with what was told on the way, and with `meanwhile` just before its first call.
fn made(
    site: &Site,
    request: &Request,
    passing: Duration,
    meanwhile: impl Fn() + Sync,
) -> (Applied, Vec<Progress>) {
    on(async {
        let mut hands = Hands::free(site).await;
        hands.desk.patience = Patience {
            passing,
            ..PATIENCE
        };
        let approved = hands.approved(request).await;
        let mut told = Vec::new();
        let applied = hands.apply_as(approved, None, |progress| {
            let is_call = |told: &Progress| matches!(told, Progress::Calling(_));
            if is_call(&progress) && !told.iter().any(is_call) {
                meanwhile();
            }
            told.push(progress);
        });
        (applied.await, told)
    })
}

/// The steps without what differs from run to run.
fn words(told: &[Progress]) -> Vec<&str> {
    let word = |progress: &Progress| match progress {
        Progress::ReadingAgain => "again",
        Progress::Recorded(_) => "recorded",
        Progress::Calling(_) => "call",
        Progress::Waiting { .. } => "wait",
        Progress::ReadingBack => "back",
    };
    told.iter().map(word).collect()
}

fn waits(told: &[Progress]) -> Vec<&str> {
    let why = told.iter().filter_map(|progress| match progress {
        Progress::Waiting { why, .. } => Some(why.as_str()),
        _ => None,
    });
    why.collect()
}

/// The outcomes in the journal, oldest first.
fn outcomes(site: &Site) -> Vec<Value> {
    let entries = entries(site);
    let outcomes = entries.iter().rev();
    outcomes
        .map(|entry| entry["conclusions"][0]["outcome"].clone())
        .collect()
}

#[test]
fn a_deleted_association_that_is_still_in_the_way_is_waited_for() {
    let site = site(&[&format!(
        "CreatePodIdentityAssociation=first:1:{IN_THE_WAY}"
    )]);
    let delete = [
        "delete",
        "association",
        "shop",
        "payments/api",
        "--confirm",
        "api",
    ];
    assert_eq!(site.run(&delete).code, 0);
    let create = [
        "create",
        "association",
        "shop",
        "payments/api",
        "--role",
        WRITER,
        "--yes",
    ];
    let ended = site.run(&create);
    assert_eq!(ended.code, 0, "{ended:?}");
    let said = "an association that was deleted a moment ago is still in the way; waiting at most";
    assert_eq!(ended.err.matches(said).count(), 1, "{ended:?}");
    assert_eq!(
        writes(&site),
        (2, 3),
        "a deletion, a refusal, and one creation"
    );
    assert_eq!(outcomes(&site), ["applied", "applied"]);
    assert_eq!(seen(&site, "payments/api").unwrap()["roleArn"], WRITER);
}

#[test]
fn each_wait_is_told_before_the_call_is_made_again() {
    let deleted = "an association that was deleted a moment ago is still in the way";
    let no_role = "EKS does not see the role reader yet, which IAM has; a new role takes a while";
    let blind = "EKS does not see the role reader; a new role takes a while";
    let late = "a change made a moment ago has not reached EKS yet";
    let propagation = "error:400:ResourcePropagationDelayException:wait";
    let no_iam = ["GetRole=denied"];
    for (refusal, more, why) in [
        (IN_THE_WAY, &[][..], deleted),
        (NO_ROLE, &[], no_role),
        (NO_ROLE, &no_iam, blind),
        (propagation, &[], late),
    ] {
        let refusal = format!("CreatePodIdentityAssociation=first:3:{refusal}");
        let site = site(&[&[&*refusal], more].concat());
        let (applied, told) = made(&site, &create("new"), Duration::from_mins(1), || ());
        assert!(applied.is_done(), "{applied:?}");
        let mut expected = vec!["again", "recorded"];
        expected.extend(["call", "wait"].repeat(3));
        expected.extend(["call", "back"]);
        assert_eq!(words(&told), expected);
        assert_eq!(waits(&told), [why; 3]);
        assert!(told.iter().all(|step| match step {
            Progress::Waiting { at_most, .. } => *at_most <= Duration::from_mins(1),
            Progress::Calling(kind) => *kind == ChangeKind::CreateAssociation,
            _ => true,
        }));
        assert_eq!(writes(&site), (1, 4));
        assert_eq!(
            outcomes(&site),
            ["applied"],
            "one change, however often it was asked for"
        );
    }
}

#[test]
fn waiting_has_an_end() {
    for (refusal, kind) in [
        (IN_THE_WAY, FailureKind::Conflict),
        (NO_ROLE, FailureKind::Invalid),
    ] {
        let site = site(&[&format!("CreatePodIdentityAssociation={refusal}")]);
        let (applied, told) = made(&site, &create("new"), Duration::from_millis(60), || ());
        let Some(Stopped::Failure(failure)) = &applied.stopped else {
            panic!("{applied:?}")
        };
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(!waits(&told).is_empty());
        assert!(matches!(applied.steps[0].outcome, Outcome::Failed { .. }));
        assert_eq!(outcomes(&site), ["failed"]);
        assert_eq!(writes(&site).0, 0);
    }
}

/// It stands there for good, so that waiting would not help.
#[test]
fn what_somebody_else_created_meanwhile_is_not_waited_for() {
    let site = site(&[]);
    let theirs = [
        "create",
        "association",
        "shop",
        "payments/new",
        "--role",
        WRITER,
        "--yes",
    ];
    let meanwhile = || assert_eq!(site.run(&theirs).code, 0);
    let (applied, told) = made(&site, &create("new"), Duration::from_mins(1), meanwhile);
    let Some(Stopped::Failure(failure)) = &applied.stopped else {
        panic!("{applied:?}")
    };
    assert_eq!(failure.kind, FailureKind::Conflict, "{failure}");
    assert_eq!(words(&told), ["again", "recorded", "call"]);
    assert_eq!(
        seen(&site, "payments/new").unwrap()["roleArn"],
        WRITER,
        "theirs stays"
    );
    assert_eq!(writes(&site), (1, 2));
}

/// IAM has no such role, so that no time makes EKS see it.
#[test]
fn a_role_that_nobody_has_is_not_waited_for() {
    let site = site(&[]);
    let missing = "arn:aws:iam::111122223333:role/missing";
    let (applied, told) = made(&site, &update(missing), Duration::from_mins(1), || ());
    assert!(!applied.is_done());
    assert_eq!(words(&told), ["again", "recorded", "call"]);
    assert_eq!(writes(&site), (0, 1));
    // From the command line too, even for somebody who insists.
    let set = [
        "set-role",
        "shop",
        "payments/api",
        "--role",
        missing,
        "--confirm",
        "api",
    ];
    let ended = site.run(&set);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.err.contains("does not exist") && !ended.err.contains("waiting"),
        "{ended:?}"
    );
    assert_eq!(
        (writes(&site), &*outcomes(&site)),
        ((0, 2), &["failed".into(), "failed".into()][..])
    );
}

/// A refusal of the second try says nothing about the first one, which may still arrive.
#[test]
fn what_was_lost_is_waited_for_though_a_later_try_is_refused() {
    let faults = [
        "UpdatePodIdentityAssociation=first:1:reset",
        "UpdatePodIdentityAssociation=denied",
    ];
    let late = site(&faults);
    let set = [
        "set-role",
        "shop",
        "payments/api",
        "--role",
        WRITER,
        "--yes",
    ];
    let (there, set) = (&late, &set);
    let applied = std::thread::scope(|scope| {
        on(async {
            let mut hands = Hands::free(there).await;
            hands.desk.patience.settle = Duration::from_secs(20);
            let approved = hands.approved(&update(WRITER)).await;
            let mut waits = 0;
            let tell = |progress: Progress| {
                waits += usize::from(matches!(progress, Progress::Waiting { .. }));
                if waits == 2 {
                    waits += 1;
                    // It stands for the first try, and arrives after the first look.
                    scope.spawn(move || {
                        there.simulated.simulator().clear_faults();
                        assert_eq!(there.run(set).code, 0);
                    });
                }
            };
            hands.apply_as(approved, None, tell).await
        })
    });
    assert!(applied.is_done() && applied.is_verified(), "{applied:?}");
    let never = site(&faults);
    let (applied, told) = made(&never, &update(WRITER), Duration::from_secs(1), || ());
    let Some(Stopped::Failure(failure)) = &applied.stopped else {
        panic!("{applied:?}")
    };
    assert_eq!(failure.kind, FailureKind::Denied, "{failure}");
    assert_eq!(waits(&told).len(), 2);
    assert_eq!(outcomes(&never), ["failed"]);
}
