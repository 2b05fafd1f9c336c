//! The gate before every write: who may open it, and what cannot slip through.

use proptest::prelude::*;
use roledex::model::guard::Access;
use roledex::model::plan::{Approved, Assent, NotApproved, Plan, Reviewed};
use roledex::model::preflight::{Evidence, Preflight};

use crate::layers::{code, sources};
use crate::plan::{basis, deletion, edit_role, record, update};

/// The files that may approve a plan: where a person confirms, and where the command line's `--yes` does.
const APPROVERS: [&str; 2] = ["src/app/update/confirm.rs", "src/cli/approve.rs"];

/// The folders of the gate itself.
const GATE: [&str; 2] = ["src/model/plan.rs", "src/model/plan/"];

#[test]
fn only_the_modal_and_the_command_line_approve() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let path = path.to_string_lossy().into_owned();
        let is_product = path.starts_with("src/");
        let is_gate = GATE.iter().any(|gate| path.starts_with(gate));
        if !is_product || is_gate || APPROVERS.contains(&path.as_str()) {
            continue;
        }
        // However it is called: by its path, through a generic argument, or under another name.
        let code: String = code(&text).split_whitespace().collect();
        for way in [
            "Approved::",
            "Approved<Plan>::",
            "Approved<Plan>>::",
            "Approved<CredentialTest>::",
            "Approved<CredentialTest>>::",
            "Approvedas",
        ] {
            if code.contains(way) {
                wrong.push(format!("{path}: {way}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_gate_has_one_door() {
    let gate = sources()
        .into_iter()
        .find(|(path, _)| path.ends_with("plan/gate.rs"))
        .unwrap();
    let code = code(&gate.1);
    assert_eq!(code.matches("-> Result<Self, NotApproved>").count(), 1);
    for (name, derived) in [
        ("pub struct Reviewed {", "#[derive(Debug, PartialEq, Eq)]"),
        (
            "pub struct Approved<P> {",
            "#[derive(Debug, PartialEq, Eq)]",
        ),
    ] {
        let at = code.find(name).unwrap();
        let before = code[..at].trim_end();
        assert!(before.ends_with(derived), "{name}");
        let body = code[at + name.len()..].split('}').next().unwrap();
        assert!(!body.contains("pub"), "{name} has a public field");
    }
    assert!(!code.contains("impl Clone"));
}

fn checked(plan: &Plan, access: Access) -> Preflight {
    Preflight::run(plan, &Evidence::default(), access)
}

#[test]
fn what_was_shown_can_be_approved() {
    let plan = update(edit_role("b"));
    let preflight = checked(&plan, Access::Open);
    let reviewed = Reviewed::of(&plan, &preflight);
    let approved = Approved::new(plan.clone(), &preflight, reviewed, Assent::Yes).unwrap();
    assert_eq!(approved.plan(), &plan);
    assert_eq!(approved.into_plan(), plan);
}

#[test]
fn a_plan_that_was_redirected_is_refused() {
    let shown = update(edit_role("b"));
    let preflight = checked(&shown, Access::Open);
    let mut elsewhere = record();
    elsewhere.association.key.id = "a-zzzzzzzzzzzzzzzzz".into();
    let mut region = basis();
    region.route.profile = Some("other".into());
    let before = shown.before().unwrap().clone();
    let others = [
        update(edit_role("c")),
        Plan::update(basis(), crate::plan::read(elsewhere), &edit_role("b")).unwrap(),
        Plan::update(region, before.clone(), &edit_role("b")).unwrap(),
        deletion(),
    ];
    for other in others {
        let reviewed = Reviewed::of(&shown, &preflight);
        let refused = Approved::new(other.clone(), &preflight, reviewed, Assent::Typed("api"));
        assert_eq!(refused.unwrap_err(), NotApproved::AnotherPlan);
        // Nor with checks of its own, which nobody saw.
        let own = checked(&other, Access::Open);
        let reviewed = Reviewed::of(&shown, &preflight);
        let refused = Approved::new(other, &own, reviewed, Assent::Typed("api"));
        assert_eq!(refused.unwrap_err(), NotApproved::AnotherPlan);
    }
}

#[test]
fn checks_that_changed_since_are_refused() {
    let plan = update(edit_role("b"));
    let shown = checked(&plan, Access::Open);
    let now = checked(&plan, Access::Protected);
    for (reviewed, at_approval) in [(&shown, &now), (&now, &shown)] {
        let refused = Approved::new(
            plan.clone(),
            at_approval,
            Reviewed::of(&plan, reviewed),
            Assent::Typed("api"),
        );
        assert_eq!(refused.unwrap_err(), NotApproved::OtherChecks);
    }
}

#[test]
fn a_name_must_be_typed_as_it_is() {
    for (typed, expected) in [
        (Assent::Yes, "type api"),
        (Assent::Typed(""), "the one wanted is api"),
        (Assent::Typed("API"), "the one wanted is api"),
        (Assent::Typed("payments/api"), "the one wanted is api"),
    ] {
        let plan = deletion();
        let preflight = checked(&plan, Access::Open);
        let reviewed = Reviewed::of(&plan, &preflight);
        let refused = Approved::new(plan, &preflight, reviewed, typed).unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
    }
    let plan = deletion();
    let preflight = checked(&plan, Access::Open);
    let reviewed = Reviewed::of(&plan, &preflight);
    assert!(Approved::new(plan, &preflight, reviewed, Assent::Typed("api")).is_ok());
}

#[test]
fn read_only_is_never_approved() {
    let plan = update(edit_role("b"));
    let preflight = checked(&plan, Access::ReadOnly);
    let reviewed = Reviewed::of(&plan, &preflight);
    let refused = Approved::new(plan, &preflight, reviewed, Assent::Typed("api")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "refused: nothing may be changed in this cluster: it is read-only"
    );
}

proptest! {
    /// Whatever was shown, another plan is never approved by it.
    #[test]
    fn only_the_very_plan_is_approved(shown in crate::plan::plans(), other in crate::plan::plans()) {
        let preflight = checked(&shown, Access::Open);
        let reviewed = Reviewed::of(&shown, &preflight);
        let typed = shown.target().service_account.clone();
        let is_same = shown == other;
        let approved = Approved::new(other, &preflight, reviewed, Assent::Typed(&typed));
        let is_idle = shown.diff().is_empty();
        prop_assert_eq!(approved.is_ok(), is_same && !is_idle);
    }
}
