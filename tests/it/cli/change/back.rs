//! What is read back: as planned, otherwise, or not at all; and what a move deletes then.

use roledex::ops::change::{Applied, Drift, Patience, Progress, Request, Stopped};

use super::super::Site;
use super::hands::{Hands, PATIENCE, api, on, relocate, role};
use super::{READER, VAULT, WRITER, document, entries, seen, site, writes};

const VERIFY: std::time::Duration = std::time::Duration::from_millis(40);

fn fault(site: &Site, fault: &str) {
    site.simulated.simulator().add_fault(fault.parse().unwrap());
}

/// Makes a change, with `meanwhile` where a progress is told for the first time.
fn made(
    site: &Site,
    request: &Request,
    moment: impl Fn(&Progress) -> bool + Sync,
    meanwhile: impl Fn() + Sync,
) -> Applied {
    on(async {
        let mut hands = Hands::free(site).await;
        hands.desk.patience = Patience {
            verify: VERIFY,
            ..PATIENCE
        };
        let approved = hands.approved(request).await;
        let mut is_told = false;
        let tell = |progress: Progress| {
            if !is_told && moment(&progress) {
                is_told = true;
                meanwhile();
            }
        };
        hands.apply_as(approved, None, tell).await
    })
}

fn is_reading_back(progress: &Progress) -> bool {
    matches!(progress, Progress::ReadingBack)
}

fn update() -> Request {
    Request::Update {
        association: api(),
        draft: role(WRITER),
    }
}

#[test]
fn what_aws_shows_otherwise_is_told_and_is_no_record_of_what_was_made() {
    let site = site(&[]);
    let applied = made(&site, &update(), is_reading_back, || {
        fault(&site, "DescribePodIdentityAssociation=omit-optional");
    });
    assert!(applied.is_done() && !applied.is_verified(), "{applied:?}");
    let [done] = &applied.steps[..] else {
        panic!("{applied:?}")
    };
    assert_eq!(done.verified, Some(false));
    assert!(
        done.notes[0].contains("shows another role"),
        "{:?}",
        done.notes
    );
    site.simulated.simulator().clear_faults();
    let after = |entry: &serde_json::Value| entry["conclusions"][0].get("after").cloned();
    assert_eq!(after(&entries(&site)[0]), None, "what was planned counts");
    // So the way back is clean, once AWS shows it.
    let ended = site.run(&["undo", "--yes"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(!ended.out.contains("somebody else"), "{ended:?}");
    assert_eq!(seen(&site, "payments/api").unwrap()["roleArn"], READER);
}

#[test]
fn what_cannot_be_read_back_is_not_known() {
    let site = site(&[]);
    let applied = made(&site, &update(), is_reading_back, || {
        fault(&site, "DescribePodIdentityAssociation=denied");
    });
    assert!(applied.is_done() && !applied.is_verified(), "{applied:?}");
    assert_eq!(applied.steps[0].verified, None);
    assert!(applied.steps[0].notes[0].contains("could not be read back"));
}

#[test]
fn the_command_line_ends_with_another_code_where_aws_shows_something_else() {
    let create = |site: &Site, more: &[&str]| {
        let new = ["create", "association", "shop", "payments/new"];
        site.run(&[&new[..], &["--role", READER, "--yes"], more].concat())
    };
    // Nothing else of a creation asks for one association.
    let denied = site(&["DescribePodIdentityAssociation=denied"]);
    let ended = create(&denied, &["-o", "json"]);
    assert_eq!(ended.code, 6, "{ended:?}");
    let told = document(&ended);
    assert_eq!(told["result"], "applied");
    assert_eq!(told["steps"][0]["outcome"], "applied");
    assert!(told["steps"][0]["verified"].is_null(), "{told}");
    assert!(
        ended.err.contains("applied, but not read back"),
        "{ended:?}"
    );
    let good = site(&[]);
    let ended = create(&good, &["-o", "json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(document(&ended)["steps"][0]["verified"], true);
}

/// The old association is deleted only where the new one is certainly there, and only as it was reviewed.
#[test]
fn a_move_does_not_delete_what_somebody_changed_meanwhile() {
    let site = site(&[]);
    let theirs = ["set-role", "shop", "payments/api", "--role", VAULT, "--yes"];
    let applied = made(&site, &relocate(), is_reading_back, || {
        assert_eq!(site.run(&theirs).code, 0);
    });
    let Some(Stopped::Drift(Drift::Changed { fields })) = &applied.stopped else {
        panic!("{applied:?}")
    };
    assert_eq!(fields.len(), 1);
    assert!(applied.is_partly_done());
    let failure = applied.to_failure("move it").unwrap();
    let hint = failure.hint.unwrap();
    assert!(hint.contains("what was done before stays"), "{hint}");
    assert_eq!(seen(&site, "payments/api").unwrap()["roleArn"], VAULT);
    assert!(seen(&site, "payments/moved").is_some());
    assert_eq!(writes(&site), (2, 2), "theirs and the creation");
}

#[test]
fn a_move_deletes_nothing_where_the_new_one_is_not_seen() {
    for effect in ["omit-optional", "denied"] {
        let site = site(&[]);
        let applied = made(&site, &relocate(), is_reading_back, || {
            fault(&site, &format!("DescribePodIdentityAssociation={effect}"));
        });
        assert!(applied.is_partly_done(), "{effect}: {applied:?}");
        assert_eq!(applied.steps.len(), 1);
        assert_eq!(
            site.simulated.log().count("DeletePodIdentityAssociation"),
            0
        );
        site.simulated.simulator().clear_faults();
        assert!(seen(&site, "payments/api").is_some(), "{effect}");
    }
}

/// The way back needs what stood there when it was deleted, not when it was reviewed.
#[test]
fn the_deletion_of_a_move_remembers_what_it_deletes() {
    let site = site(&[]);
    let reviewed = seen(&site, "payments/api").unwrap();
    let set = |role: &str| {
        let ended = site.run(&["set-role", "shop", "payments/api", "--role", role, "--yes"]);
        assert_eq!(ended.code, 0, "{ended:?}");
    };
    let applied = made(&site, &relocate(), is_reading_back, || {
        set(VAULT);
        set(READER);
    });
    assert!(applied.is_done() && applied.is_verified(), "{applied:?}");
    let deletion = &entries(&site)[0];
    assert_eq!(deletion["intent"], "delete-association");
    assert_eq!(deletion["before"]["roleArn"], READER);
    assert!(reviewed["modifiedAt"].is_string(), "{reviewed}");
    assert_ne!(deletion["before"]["modifiedAt"], reviewed["modifiedAt"]);
}
