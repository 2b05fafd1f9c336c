//! Lost answers, refusals, and a journal that cannot be written.

use super::{OPERATIONS, WRITER, approval, document, entries, seen, site, writes};

/// The change was made and the answer lost: it is not made twice.
#[test]
fn a_lost_answer_is_found_out_and_nothing_is_done_twice() {
    for (arguments, operation) in OPERATIONS {
        let site = site(&[&format!("{operation}=first:1:lost")]);
        let arguments = [arguments, &approval(operation), &["-o", "json"]].concat();
        let ended = site.run(&arguments);
        assert_eq!(ended.code, 0, "{operation} {ended:?}");
        assert_eq!(site.simulated.log().count(operation), 1, "{operation}");
        assert_eq!(document(&ended)["result"], "applied");
        assert!(
            ended.err.contains("asking AWS what came of it"),
            "{ended:?}"
        );
    }
}

/// The connection was cut before anything was done: it is asked again, with the token of the journal.
#[test]
fn a_call_that_never_arrived_is_made_again() {
    let site = site(&["UpdatePodIdentityAssociation=first:1:reset"]);
    let ended = site.run(&[
        "set-role",
        "shop",
        "payments/api",
        "--role",
        WRITER,
        "--yes",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(writes(&site), (1, 2));
    assert_eq!(seen(&site, "payments/api").unwrap()["roleArn"], WRITER);
}

#[test]
fn a_refusal_is_told_with_its_request_and_is_in_the_journal() {
    let site = site(&["UpdatePodIdentityAssociation=denied"]);
    let ended = site.run(&[
        "set-role",
        "shop",
        "payments/api",
        "--role",
        WRITER,
        "--yes",
        "-o",
        "json",
    ]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(document(&ended)["result"], "failed");
    assert!(ended.err.contains("AccessDenied"), "{ended:?}");
    let entries = entries(&site);
    assert_eq!(entries[0]["conclusions"][0]["outcome"], "failed");
    assert_eq!(writes(&site), (0, 1));
    // What was never applied is nothing to take back.
    assert_eq!(site.run(&["undo", "--yes"]).code, 1);
}

#[test]
fn a_role_that_eks_does_not_see_yet_is_waited_for() {
    let fault = "UpdatePodIdentityAssociation=first:1:error:400:InvalidParameterException:Role provided in the request does not exist";
    let site = site(&[fault]);
    let ended = site.run(&[
        "set-role",
        "shop",
        "payments/api",
        "--role",
        WRITER,
        "--yes",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.err.contains("EKS does not see the role writer yet"),
        "{ended:?}"
    );
    assert_eq!(writes(&site), (1, 2));
}

#[test]
fn without_a_journal_there_is_no_call() {
    let site = site(&[]);
    // Where the directory should be, there is a file.
    site.home.write("state", "");
    for (arguments, operation) in OPERATIONS {
        let ended = site.run(&[arguments, &approval(operation)].concat());
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.err.contains("journal"), "{ended:?}");
        let looked = site.run(&[arguments, &["--dry-run"]].concat());
        assert_eq!(looked.code, 0, "{looked:?}");
    }
    assert_eq!(writes(&site), (0, 0));
}
