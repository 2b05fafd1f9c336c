//! Checks about the caller's own permissions.

use roledex::model::plan::Edit;
use roledex::model::preflight::{CheckId, Decision, Evidence, Outcome, needed};
use roledex::model::{Failure, FailureKind, Learned};
use serde_json::json;

use super::{assert_check, fine, run, unknowns};
use crate::plan::{creation, deletion, edit_role, relocation, role_arn, tagging, update};

const ASSOCIATION: &str =
    "arn:aws:eks:eu-west-1:111122223333:podidentityassociation/shop/a-0123456789abcdefg";
/// The simulator knows no patterns: it is asked about an id that might be.
const ANY: &str =
    "arn:aws:eks:eu-west-1:111122223333:podidentityassociation/shop/a-00000000000000000";
const CLUSTER: &str = "arn:aws:eks:eu-west-1:111122223333:cluster/shop";

#[test]
fn each_call_has_its_permission() {
    let role = |name: &str| role_arn(name);
    let (a, b) = (role("a"), role("b"));
    let (update_action, create, delete) = (
        "eks:UpdatePodIdentityAssociation",
        "eks:CreatePodIdentityAssociation",
        "eks:DeletePodIdentityAssociation",
    );
    let pass = "iam:PassRole";
    let off = Edit {
        session_tags: Some(false),
        ..Edit::default()
    };
    for (plan, expected) in [
        (
            update(edit_role("b")),
            vec![(update_action, ASSOCIATION), (pass, &b)],
        ),
        (update(off), vec![(update_action, ASSOCIATION)]),
        (creation(), vec![(create, CLUSTER), (pass, &a)]),
        (
            tagged_creation(),
            vec![(create, CLUSTER), ("eks:TagResource", ANY), (pass, &a)],
        ),
        (deletion(), vec![(delete, ASSOCIATION)]),
        (tagging(&["x=1"]), vec![("eks:TagResource", ASSOCIATION)]),
        (
            tagging(&["team-"]),
            vec![("eks:UntagResource", ASSOCIATION)],
        ),
        (
            relocation("web", Edit::default()),
            vec![
                (create, CLUSTER),
                ("eks:TagResource", ANY),
                (pass, &a),
                (delete, ASSOCIATION),
            ],
        ),
    ] {
        let needs = needed(&plan);
        let found: Vec<(&str, &str)> = needs
            .iter()
            .map(|need| (&*need.action, &*need.resource))
            .collect();
        assert_eq!(found, expected);
    }
}

/// Asked about one id, granted for all: what is made has an id of its own.
#[test]
fn a_tag_of_something_new_is_asked_for_by_an_id_and_granted_for_all() {
    let needs = needed(&tagged_creation());
    let tag = needs.iter().find(|need| &*need.action == "eks:TagResource");
    let tag = tag.unwrap();
    let id = tag.resource.rsplit('/').next().unwrap();
    let is_small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let rest = id.strip_prefix("a-").unwrap();
    assert!(rest.len() == 17 && rest.chars().all(is_small), "{id}");
    let all = "arn:aws:eks:eu-west-1:111122223333:podidentityassociation/shop/*";
    assert_eq!(tag.statement()["Resource"], all);
}

fn tagged_creation() -> roledex::model::plan::Plan {
    let mut new = crate::plan::new("payments", "api");
    new.tags = roledex::model::plan::Tags::parse([("team", "x")]).unwrap();
    roledex::model::plan::Plan::create(crate::plan::basis(), crate::plan::cluster(), new).unwrap()
}

/// Whether the role may be read is known from reading it.
#[test]
fn reading_the_role_is_a_permission_too() {
    let plan = update(edit_role("b"));
    let of = |role| {
        let evidence = Evidence {
            role,
            ..fine(&plan)
        };
        let preflight = run(&plan, &evidence);
        let checks = preflight.checks().iter();
        let mut found = checks.filter(|check| check.title == "your permission iam:GetRole");
        found.next().unwrap().clone()
    };
    assert_check(&of(fine(&plan).role), Outcome::Ok, "IAM answered just now");
    let denied = of(Learned::Needs("iam:GetRole".into()));
    assert_check(&denied, Outcome::Warning, "IAM refused it");
    let statement = denied.fix.unwrap().copy.unwrap();
    assert!(statement.contains("iam:GetRole") && statement.contains(&role_arn("b")));
    let failed = Learned::Failed("no answer".into());
    assert_check(&of(failed), Outcome::Unknown, "no answer");
    assert!(
        run(&deletion(), &fine(&deletion()))
            .checks()
            .iter()
            .all(|check| !check.title.contains("GetRole"))
    );
}

fn passing(decision: Decision, missing: &[&str]) -> roledex::model::preflight::Check {
    let plan = update(edit_role("b"));
    let mut evidence = fine(&plan);
    let Learned::Known(answers) = &mut evidence.permissions else {
        panic!()
    };
    answers[1].decision = decision;
    answers[1].missing_context = missing.iter().map(|key| (*key).into()).collect();
    answers[1].by_organisation = Some(false);
    passing_of(&evidence)
}

fn passing_of(evidence: &Evidence) -> roledex::model::preflight::Check {
    let preflight = run(&update(edit_role("b")), evidence);
    let mut found = preflight
        .checks()
        .iter()
        .filter(|check| check.id == CheckId::Permission && check.title.ends_with("iam:PassRole"));
    found.next().unwrap().clone()
}

#[test]
fn pass_role() {
    assert_check(
        &passing(Decision::Allowed, &[]),
        Outcome::Ok,
        "your permission iam:PassRole",
    );
    let silent = passing(Decision::ImplicitDeny, &[]);
    // The simulator does not see everything that may allow it: only a Deny is the end.
    assert_check(&silent, Outcome::Warning, "no policy allows iam:PassRole");
    assert_check(&silent, Outcome::Warning, "a policy of the organisation");
    assert_check(&silent, Outcome::Warning, "AWS may let it pass");
    let statement: serde_json::Value =
        serde_json::from_str(&silent.fix.unwrap().copy.unwrap()).unwrap();
    assert_eq!(
        statement,
        json!({
            "Effect": "Allow", "Action": "iam:PassRole", "Resource": role_arn("b"),
            "Condition": {"StringEquals": {"iam:PassedToService": "pods.eks.amazonaws.com"}},
        })
    );
    let denied = passing(Decision::ExplicitDeny, &[]);
    assert_check(&denied, Outcome::Blocking, "a policy denies iam:PassRole");
    assert_eq!(denied.fix.unwrap().copy, None);
    assert_check(
        &passing(Decision::of("perhaps"), &[]),
        Outcome::Unknown,
        "says \"perhaps\"",
    );
    for decision in ["allowed", "implicitDeny", "explicitDeny"] {
        let found = passing(Decision::of(decision), &["aws:x"]);
        assert_check(&found, Outcome::Unknown, "depends on aws:x");
    }
    let mut evidence = fine(&update(edit_role("b")));
    evidence.permissions = Learned::Known(Vec::new());
    assert_check(
        &passing_of(&evidence),
        Outcome::Unknown,
        "was not asked about iam:PassRole",
    );
    evidence.permissions = Learned::Absent;
    assert_check(
        &passing_of(&evidence),
        Outcome::Unknown,
        "does not know the caller",
    );
    for (unknown, words) in unknowns() {
        evidence.permissions = unknown;
        assert_check(&passing_of(&evidence), Outcome::Unknown, words);
    }
}

#[test]
fn answers_become_evidence() {
    let failure = |kind| Failure::new(kind, "get the role b", "no\u{1b}");
    for (kind, expected) in [
        (FailureKind::NotFound, Learned::Absent),
        (FailureKind::Denied, Learned::Needs("iam:GetRole".into())),
        (
            FailureKind::Timeout,
            Learned::Failed("could not get the role b: no\u{1b}".into()),
        ),
    ] {
        assert_eq!(
            Learned::<u8>::of(Err(failure(kind)), "iam:GetRole"),
            expected
        );
        assert_eq!(
            Learned::<u8>::of_option(Err(failure(kind)), "iam:GetRole"),
            expected
        );
    }
    assert_eq!(Learned::of(Ok(1), "x"), Learned::Known(1));
    assert_eq!(Learned::of_option(Ok(Some(1)), "x"), Learned::Known(1));
    assert_eq!(Learned::<u8>::of_option(Ok(None), "x"), Learned::Absent);
    let shown = Learned::<u8>::of(Err(failure(FailureKind::Timeout)), "x")
        .unknown()
        .unwrap();
    assert!(
        shown.contains(r"no\u{1b}") && !shown.contains('\u{1b}'),
        "{shown}"
    );
}
