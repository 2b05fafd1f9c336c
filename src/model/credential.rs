//! The credential test: whether EKS gives a pod the role that its association names, proven by asking for it.
//!
//! ```text
//! CredentialTest ─ shown ─> Reviewed ─> Approved<CredentialTest> ─ ops ─> Step, Step, … ─> Report { Verdict }
//! ```
//!
//! The verdict rests on the answer of `AssumeRoleForPodIdentity` and on nothing before it. No token and no secret
//! is ever part of these values.

mod agent;
mod candidate;
mod claims;
mod explain;
mod flaw;
mod judge;
mod kept;
mod known;
mod outcome;
mod refusal;
mod report;
mod scene;
mod schedule;
mod step;
mod test;

pub use agent::AgentFacts;
pub use candidate::{Unpicked, candidates, is_candidate, is_injected, none_fits, pick};
pub use claims::{BoundPod, Claims, NotAToken};
pub use explain::{About, Explained, explain_assume, explain_token};
pub use flaw::Flaw;
pub use judge::{Judged, judge};
pub use kept::{Hindrance, Kept, gone, kept};
pub use known::Known;
pub use outcome::{Circumstances, assumed_step, claims_step, failed_step, remade, verdict_step};
pub use refusal::{Refusal, TokenRefusal};
pub use report::{Report, Session, Verdict};
pub use scene::{
    account_step, association_step, cluster_step, permission_step, pod_step, unknown_step,
};
pub use schedule::{MOST_POLLS, POLL_SECONDS, next_poll};
pub use step::{Step, StepKind, StepState};
pub use test::{Clearance, CredentialTest, Expected, Purpose, TOKEN_SECONDS, TokenSource};

/// The audience of the tokens that EKS Auth takes.
pub const AUDIENCE: &str = "pods.eks.amazonaws.com";
