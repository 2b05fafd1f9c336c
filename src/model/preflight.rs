//! Preflight: what is known of a change before it is made.
//!
//! Evidence goes in, checks come out. AWS may know more than roledex does, so every check can say "unknown", and
//! says so wherever evidence is missing: a call that was denied makes its checks "unknown: needs PERMISSION",
//! never "ok". Warnings and unknowns never stand in the way; what is blocking can be overridden by typing a name.

mod check;
mod cluster;
mod evidence;
mod managed;
mod owner;
mod permission;
mod role;
mod target;
mod why;
mod workload;

use crate::model::Learned;
use crate::model::guard::Access;
use crate::model::plan::{Digest, Ink, Plan, Steps};

pub use check::{Check, CheckId, Fix, Outcome};
pub use cluster::QUOTA;
pub use evidence::{Decision, Evidence, Placement, RoleEvidence, Simulated};
pub use managed::{Manager, manager_of};
pub use permission::{Need, needed, needed_by_role};
pub(in crate::model) use target::{hop_permission, needs_of_hop};
pub use why::Why;

/// What a person must do to have a plan applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// Confirm it.
    Plain,
    /// Confirm it by typing this name.
    TypedName(String),
    /// Nothing will do; why.
    Refused(Vec<String>),
}

/// The checks of one plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preflight {
    subject: Digest,
    name: String,
    destroys: bool,
    access: Access,
    /// What else wants a name to be typed.
    also: Vec<String>,
    checks: Vec<Check>,
    /// Nothing stands there any more.
    gone: bool,
}

impl Preflight {
    /// Applies every rule that concerns the plan, in the order in which a person reads them.
    pub fn run(plan: &Plan, evidence: &Evidence, access: Access) -> Self {
        let mut checks = vec![changes(plan)];
        checks.extend(owner::current(plan, evidence));
        checks.extend(owner::existing(plan, evidence));
        checks.extend(owner::add_on(plan));
        checks.extend(managed::check(plan));
        checks.extend(role::checks(plan, evidence));
        checks.extend(target::checks(plan, evidence));
        checks.extend(target::policy_tags(plan));
        checks.extend(cluster::checks(plan, evidence));
        checks.extend(workload::checks(plan, evidence));
        checks.extend(permission::checks(plan, evidence));
        Self {
            subject: plan.digest(),
            name: plan.target().service_account.to_string(),
            destroys: matches!(plan.steps(), Steps::Delete | Steps::CreateAndDelete),
            access,
            also: Vec::new(),
            checks,
            gone: evidence.current == Learned::Absent,
        }
    }

    /// Says whether somebody deleted what was to be changed.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// The plan that the checks are about.
    pub fn subject(&self) -> Digest {
        self.subject
    }

    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The checks that came out like this.
    pub fn with(&self, outcome: Outcome) -> impl Iterator<Item = &Check> {
        self.checks
            .iter()
            .filter(move |check| check.outcome == outcome)
    }

    /// The heaviest outcome.
    pub fn worst(&self) -> Outcome {
        let outcomes = self.checks.iter().map(|check| check.outcome);
        outcomes.max().unwrap_or(Outcome::Ok)
    }

    /// What it takes to have the plan applied.
    pub fn consent(&self) -> Consent {
        let mut refusals = Vec::new();
        if self.access == Access::ReadOnly {
            refusals.push("nothing may be changed in this cluster: it is read-only".to_owned());
        }
        // No name helps where there is no call to make, or where it is refused in any case.
        let hopeless = self
            .with(Outcome::Blocking)
            .filter(|check| check.id.is_final());
        refusals.extend(hopeless.map(Check::headline));
        if !refusals.is_empty() {
            return Consent::Refused(refusals);
        }
        if self.reasons_for_name().is_empty() {
            return Consent::Plain;
        }
        Consent::TypedName(self.name.clone())
    }

    /// Why the name must be typed; empty where confirming is enough.
    pub fn reasons_for_name(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.destroys {
            reasons.push("it deletes an association".to_owned());
        }
        if self.access == Access::Protected {
            reasons.push("the cluster is protected".to_owned());
        }
        let blocking = self.with(Outcome::Blocking);
        reasons.extend(blocking.map(|check| format!("it overrides the check {}", check.id)));
        reasons.extend(self.also.iter().cloned());
        reasons
    }

    /// The fingerprint of all that is shown of the checks.
    pub fn digest(&self) -> Digest {
        let Self {
            subject,
            name,
            destroys,
            access,
            also,
            checks,
            gone,
        } = self;
        let mut ink = Ink::default();
        ink.bytes(subject);
        ink.text(name);
        ink.number(u64::from(*destroys));
        ink.number(u64::from(*gone));
        ink.text(match access {
            Access::Open => "open",
            Access::Protected => "protected",
            Access::ReadOnly => "read-only",
        });
        ink.each(also.iter(), |ink, reason| ink.text(reason));
        ink.each(checks.iter(), |ink, check| check.write(ink));
        ink.dry()
    }
}

fn changes(plan: &Plan) -> Check {
    let title = "changes";
    let diff = plan.diff();
    if diff.is_empty() {
        let evidence = "none, every field is so already; change at least one";
        return Check::new(CheckId::Changes, title, Outcome::Blocking, evidence);
    }
    let fields = diff.iter().map(|field| field.field.to_string());
    let fields = fields.collect::<Vec<_>>().join(", ");
    Check::new(CheckId::Changes, title, Outcome::Ok, fields)
}
