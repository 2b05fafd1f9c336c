//! What it takes to have a plan applied.

use roledex::model::Learned;
use roledex::model::guard::Access;
use roledex::model::plan::{Edit, Plan};
use roledex::model::preflight::{Consent, Evidence, Outcome, Preflight};

use super::{fine, run};
use crate::plan::{creation, deletion, edit_role, relocation, tagging, update};

fn name() -> Consent {
    Consent::TypedName("api".to_owned())
}

fn in_scope(plan: &Plan, access: Access) -> Preflight {
    Preflight::run(plan, &fine(plan), access)
}

#[test]
fn deletes_take_the_name_and_the_rest_a_yes() {
    for (plan, expected) in [
        (update(edit_role("b")), Consent::Plain),
        (creation(), Consent::Plain),
        (tagging(&["a=1"]), Consent::Plain),
        (deletion(), name()),
        (relocation("web", Edit::default()), name()),
    ] {
        let preflight = in_scope(&plan, Access::Open);
        assert_eq!(preflight.worst(), Outcome::Ok, "{:#?}", preflight.checks());
        assert_eq!(preflight.consent(), expected, "{}", plan.title());
        let is_plain = expected == Consent::Plain;
        assert_eq!(preflight.reasons_for_name().is_empty(), is_plain);
    }
}

#[test]
fn protected_scopes_take_the_name_and_read_only_ones_nothing() {
    let plan = update(edit_role("b"));
    let preflight = in_scope(&plan, Access::Protected);
    assert_eq!(preflight.consent(), name());
    assert_eq!(preflight.reasons_for_name(), ["the cluster is protected"]);
    let refused = Consent::Refused(vec![
        "nothing may be changed in this cluster: it is read-only".to_owned(),
    ]);
    for plan in [plan, deletion(), creation()] {
        assert_eq!(in_scope(&plan, Access::ReadOnly).consent(), refused);
    }
}

#[test]
fn what_blocks_is_overridden_by_the_name_only() {
    let plan = update(edit_role("b"));
    let evidence = Evidence {
        role: Learned::Absent,
        ..fine(&plan)
    };
    let preflight = run(&plan, &evidence);
    assert_eq!(preflight.consent(), name());
    assert_eq!(
        preflight.reasons_for_name(),
        ["it overrides the check role"]
    );
}

#[test]
fn warnings_and_unknowns_never_block() {
    let plan = creation();
    let evidence = Evidence {
        namespace: Learned::Absent,
        service_account: Learned::Absent,
        ..fine(&plan)
    };
    assert_eq!(run(&plan, &evidence).worst(), Outcome::Warning);
    assert_eq!(run(&plan, &evidence).consent(), Consent::Plain);
    let blind = run(&plan, &Evidence::default());
    assert_eq!(blind.worst(), Outcome::Unknown);
    assert_eq!(blind.consent(), Consent::Plain);
}

#[test]
fn nothing_to_do_cannot_be_overridden() {
    let Consent::Refused(why) = run(&update(edit_role("a")), &Evidence::default()).consent() else {
        panic!("it was not refused")
    };
    assert_eq!(
        why,
        ["changes: none, every field is so already; change at least one"]
    );
}
