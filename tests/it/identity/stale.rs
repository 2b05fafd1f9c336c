//! The stale clock, case by case, and minute by minute.

use jiff::{SignedDuration, Timestamp};
use roledex::model::identity::{Aging, Fact, Staleness, staleness};
use serde_json::json;

use super::case::{Case, associated, association, born, injected, main, now};

const TARGET: &str = "arn:aws:iam::444455556666:role/target";

fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

/// An injected pod whose association was changed at a moment.
fn changed(at: Timestamp) -> Case {
    injected(main()).described(|detail| detail.modified = Some(at))
}

fn phrase(case: &Case) -> String {
    case.ask(staleness).phrase().into_owned()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table reads best whole")]
fn what_a_pod_may_hold() {
    let undescribed = Fact::Present((association("payments"), None));
    let undated = |member: &str| injected(main()).with(&format!("/metadata/{member}"), json!(null));
    for (name, case, expected) in [
        ("never changed", injected(main()), "fresh"),
        (
            "changed an hour ago",
            changed(ago(60)),
            "may be old to 17:01Z",
        ),
        ("changed just now", changed(now()), "may be old to 18:01Z"),
        (
            "changed almost too long ago",
            changed(ago(360)),
            "may be old to 12:01Z",
        ),
        ("changed long enough ago", changed(ago(361)), "fresh"),
        (
            "changed before the pod was made",
            changed(born() - SignedDuration::from_mins(1)),
            "fresh",
        ),
        (
            "changed right before the pod was made",
            changed(ago(2)).with("/metadata/creationTimestamp", json!(ago(2).to_string())),
            "may be old to 17:59Z",
        ),
        (
            "a target role does not bound it sooner: there may have been none before",
            injected(main()).described(|detail| {
                (detail.modified, detail.target_role) = (Some(ago(90)), Some(TARGET.into()));
            }),
            "may be old to 16:31Z",
        ),
        (
            "another association took the place of the one that was injected",
            injected(main()).described(|detail| {
                (detail.created, detail.modified) = (Some(ago(60)), Some(ago(60)));
            }),
            "may be old to 17:01Z",
        ),
        (
            "made with its association",
            injected(main())
                .described(|detail| {
                    (detail.created, detail.modified) = (Some(ago(60)), Some(ago(60)));
                })
                .with("/metadata/creationTimestamp", json!(ago(60).to_string())),
            "fresh",
        ),
        (
            "gone",
            injected(main()).association(Fact::Absent),
            "may be old",
        ),
        (
            "not known",
            injected(main()).association(Fact::Unknown),
            "unknown",
        ),
        (
            "not described",
            injected(main()).association(undescribed),
            "unknown",
        ),
        (
            "of a pod without a date",
            undated("creationTimestamp"),
            "unknown",
        ),
        ("never injected", associated([main()]), "never injected"),
        (
            "never injected, association not known",
            associated([main()]).association(Fact::Unknown),
            "unknown",
        ),
        (
            "no business of it",
            associated([main()]).association(Fact::Absent),
            "",
        ),
        (
            "shadowed by keys",
            injected(main().keys()).described(|detail| detail.modified = Some(ago(1))),
            "",
        ),
        (
            "ended",
            changed(ago(1)).with("/status/phase", json!("Failed")),
            "",
        ),
        (
            "an init container that is done",
            associated([
                main().named("setup").kind("initContainers"),
                main().pod_identity(),
            ]),
            "fresh",
        ),
        (
            "one of two containers",
            associated([main().pod_identity(), main().named("sidecar")]),
            "never injected",
        ),
    ] {
        assert_eq!(phrase(&case), expected, "{name}");
    }
}

#[test]
fn it_runs_out_by_time_alone() {
    let staleness = changed(ago(60)).ask(staleness);
    let until = now() + SignedDuration::from_hours(5) + SignedDuration::from_secs(30);
    let second = SignedDuration::from_secs(1);
    assert_eq!(staleness.at(until - second), staleness);
    assert_eq!(staleness.at(until), Staleness::Fresh);
    let mut aging = Aging::default();
    aging.add(staleness);
    assert_eq!(aging.at(until - second), aging);
    assert_eq!(aging.at(until).may_be_old, 0);
    let gone = injected(main())
        .association(Fact::Absent)
        .ask(roledex::model::identity::staleness);
    assert_eq!(gone.at(until), gone, "nobody knows when it went");
}

#[test]
fn a_service_account_sums_up() {
    let mut aging = Aging::default();
    assert_eq!((aging.sentence(), aging.phrase()), (None, "0".to_owned()));
    for case in [
        injected(main()),
        associated([main()]),
        changed(ago(60)),
        changed(ago(60)),
    ] {
        aging.add(case.ask(staleness));
    }
    assert_eq!(
        (aging.sentence().unwrap(), aging.phrase()),
        (
            "2 of 4 pods may hold old credentials until 17:01Z".to_owned(),
            "2 may be old to 17:01Z".to_owned()
        )
    );
    aging.add(injected(main()).association(Fact::Unknown).ask(staleness));
    assert_eq!(
        aging.sentence().unwrap(),
        "2 of 5 pods may hold old credentials until 17:01Z; of 1 of 5 pods it is unknown which credentials they hold"
    );
    assert_eq!(aging.phrase(), "2 may be old to 17:01Z, 1 unknown");
    assert_eq!(aging.short(), "2 to 17:01Z, 1 unknown");
}

#[test]
fn a_note_says_both_bounds_where_there_are_two() {
    let case = injected(main()).described(|detail| {
        (detail.modified, detail.target_role) = (Some(ago(30)), Some(TARGET.into()));
    });
    let notes: Vec<String> = case.verdicts()[0]
        .notes
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        notes,
        [
            "the association was changed while the pod ran; it may act as before until 17:31Z",
            "if the association had a target role before the change, too, it may do so only until 12:31Z",
        ]
    );
}
