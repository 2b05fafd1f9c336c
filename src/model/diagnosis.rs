//! Why a pod does not get its role: the decision table as pure rules, each with an id.
//!
//! [`Evidence`] goes in, a [`Diagnosis`] comes out. A rule whose evidence could not be read does not stay silent and
//! does not say "fine": it says that it does not know, and what it would take to know.
//!
//! ```text
//! Evidence ── Look (joined, indexed) ──> rules() ──> findings ── order (causes first) ──> Diagnosis
//! ```

pub mod counts;
pub mod coverage;
mod decode;
pub mod egress;
pub mod evidence;
pub mod finding;
mod look;
mod order;
pub(in crate::model) mod remedy;
pub(in crate::model) mod renew;
mod rule;
mod rules;
mod selected;
pub mod selector;
mod served;
pub mod tree;
mod unused;

pub use counts::Counts;
pub use evidence::{
    DaemonSet, EgressRule, Evidence, Expression, NetworkPolicy, OidcProvider, Peer, Port,
    RoleFacts, Selector, Webhook, WebhookEntry,
};
pub use finding::{
    Diagnosis, Finding, Proof, Remedy, RemedyKind, RuleId, Severity, Standing, Subject,
};
pub use look::{Binding, Look};
pub use rule::Rule;
pub(in crate::model) use rules::mend;
pub use selected::{Reach, reach, selected};
pub use tree::{Branch, forest};

/// Every rule, in the order of the files they stand in.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.into_iter().flatten()
}

/// Lets somebody look at the evidence as the rules do.
pub(in crate::model) fn looking<T>(evidence: &Evidence, judge: impl FnOnce(&Look<'_>) -> T) -> T {
    let associations = look::associations(evidence);
    judge(&Look::new(evidence, &associations))
}

/// Applies every rule to the evidence.
pub fn diagnose(evidence: &Evidence) -> Diagnosis {
    let findings = looking(evidence, |look| {
        let findings = rules().flat_map(|rule| (rule.judge)(rule, look));
        order::arranged(unused::excused(look, findings.collect()))
    });
    Diagnosis {
        cluster: evidence.arn.clone(),
        at: evidence.at,
        findings,
    }
}
