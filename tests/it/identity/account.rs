//! What new pods of a service account get, and which pods lack it.

use jiff::SignedDuration;
use roledex::model::association::AssociationDetail;
use roledex::model::identity::{
    AccountMechanism, Aging, Associated, Certainty, Fact, Injection, Note, Tally, injection,
    of_new_pods,
};
use serde_json::json;

use super::case::{
    Case, IRSA_ROLE, POD_ROLE, account, associated, association, bare, detail, injected, main, now,
};

#[test]
fn association_and_annotation_are_joined() {
    use AccountMechanism::{Both, Irsa, None as Neither, PodIdentity, Unknown};
    use Certainty::{Certain, Likely};
    let (plain, annotated) = (account(None), account(Some(IRSA_ROLE)));
    let (association, detail) = (association("payments"), detail());
    let known = Fact::Present(Associated {
        association: &association,
        detail: Some(&detail),
    });
    let (plain, annotated) = (Fact::Present(&plain), Fact::Present(&annotated));
    for (account, association, mechanism, certainty, role) in [
        (plain, known, PodIdentity, Certain, Some(POD_ROLE)),
        (annotated, known, Both, Certain, Some(POD_ROLE)),
        (Fact::Absent, known, PodIdentity, Certain, Some(POD_ROLE)),
        (Fact::Unknown, known, PodIdentity, Likely, Some(POD_ROLE)),
        (plain, Fact::Absent, Neither, Certain, None),
        (annotated, Fact::Absent, Irsa, Certain, Some(IRSA_ROLE)),
        (Fact::Absent, Fact::Absent, Neither, Certain, None),
        (
            Fact::Unknown,
            Fact::Absent,
            Unknown,
            Certainty::Unknown,
            None,
        ),
        (annotated, Fact::Unknown, Unknown, Certainty::Unknown, None),
        (plain, Fact::Unknown, Unknown, Certainty::Unknown, None),
        (
            Fact::Unknown,
            Fact::Unknown,
            Unknown,
            Certainty::Unknown,
            None,
        ),
    ] {
        let new = of_new_pods(account, association, now());
        assert_eq!(
            (
                new.mechanism,
                new.certainty,
                new.role.as_ref().map(|role| &*role.arn)
            ),
            (mechanism, certainty, role),
            "{account:?} {association:?}"
        );
        assert_eq!(new.is_dormant, account == Fact::Absent);
    }
}

#[test]
fn a_new_association_takes_its_time() {
    let (account, association) = (account(None), association("payments"));
    let ask = |age| {
        let detail = AssociationDetail {
            created: Some(now() - SignedDuration::from_secs(age)),
            ..detail()
        };
        let associated = Associated {
            association: &association,
            detail: Some(&detail),
        };
        of_new_pods(Fact::Present(&account), Fact::Present(associated), now())
    };
    assert_eq!(ask(5).certainty, Certainty::Likely);
    assert_eq!(ask(5).notes, [Note::InPropagationWindow { seconds: 5 }]);
    assert_eq!(ask(31).certainty, Certainty::Certain);
}

fn told(case: &Case) -> String {
    match case.ask(injection) {
        Injection::Injected => "injected".to_owned(),
        Injection::Lacking { containers } => {
            let names: Vec<&str> = containers.iter().map(|lack| &*lack.container).collect();
            format!("lacking {}", names.join(","))
        }
        Injection::Excluded { note } => format!("excluded {note:?}"),
        Injection::NotExpected => "not expected".to_owned(),
        Injection::Ended => "ended".to_owned(),
        Injection::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn pods_that_lack_injection_are_found() {
    let skip = "/metadata/annotations/eks.amazonaws.com~1skip-containers";
    let pair = [main().pod_identity(), main().named("other")];
    for (name, case, expected) in [
        ("injected", injected(main()), "injected"),
        ("old pod", associated([main()]), "lacking app"),
        ("one of two", associated(pair.clone()), "lacking other"),
        (
            "the other is skipped",
            associated(pair).with(skip, json!("other")),
            "injected",
        ),
        (
            "all are skipped",
            associated([main()]).with(skip, json!("app")),
            "excluded Skipped",
        ),
        (
            "an IRSA pod of an associated account",
            associated([main().irsa()]).annotated(IRSA_ROLE),
            "lacking app",
        ),
        ("IRSA", bare(main().irsa()).annotated(IRSA_ROLE), "injected"),
        (
            "annotated later",
            bare(main()).annotated(IRSA_ROLE),
            "lacking app",
        ),
        ("neither", bare(main()), "not expected"),
        (
            "Fargate",
            associated([main()]).on("fargate", "linux"),
            "excluded FargateUnsupported",
        ),
        (
            "ended",
            associated([main()]).with("/status/phase", json!("Failed")),
            "ended",
        ),
        (
            "not known",
            associated([main()]).association(Fact::Unknown),
            "unknown",
        ),
        (
            "debug containers do not count",
            associated([
                main().pod_identity(),
                main().named("debug").kind("ephemeralContainers"),
            ]),
            "injected",
        ),
    ] {
        assert_eq!(told(&case), expected, "{name}");
    }
}

#[test]
fn pods_are_counted_unless_on_their_way_out() {
    let mut tally = Tally::default();
    for case in [
        injected(main()),
        associated([main()]),
        associated([main()]).with("/status/phase", json!("Pending")),
        associated([main()]).with("/metadata/deletionTimestamp", json!("2026-11-21T11:59:00Z")),
        associated([main()]).with("/status/phase", json!("Succeeded")),
        injected(main()).association(Fact::Unknown),
    ] {
        case.ask(|evidence| tally.add(evidence));
    }
    let expected = Tally {
        running: 3,
        lacking: 2,
        in_vain: 0,
        unknown: 1,
        aging: Aging {
            concerned: 4,
            unknown: 1,
            ..Aging::default()
        },
    };
    assert_eq!(tally, expected);
}
