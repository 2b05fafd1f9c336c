//! Why a pod does not get its role: the decision table as pure rules, each with an id.
//!
//! [`Evidence`] goes in, a [`Diagnosis`] comes out. A rule whose evidence could not be read does not stay silent and
//! does not say "fine": it says that it does not know, and what it would take to know.

pub mod evidence;
pub mod finding;

pub use evidence::{
    DaemonSet, EgressRule, Evidence, Expression, NetworkPolicy, OidcProvider, Peer, Port,
    RoleFacts, Selector, Webhook, WebhookEntry,
};
pub use finding::{
    Diagnosis, Finding, Proof, Remedy, RemedyKind, RuleId, Severity, Standing, Subject,
};
