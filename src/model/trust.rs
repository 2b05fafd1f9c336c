//! The trust policies of roles, evaluated here in three values.
//!
//! IAM alone decides, and it knows more than roledex: organisation policies, keys that only STS fills in, and which
//! source ARN EKS sends. So "no" and "yes" are said only where they follow from the document and from what is
//! documented about the request; everything else is "unknown", with the reason.
//!
//! ```text
//! text ─ parse ─> Policy ─┐
//!                         ├─ evaluate ─> Evaluation (verdict, evidence of each statement)
//! Hop ──────> Request ────┘                 └─ for_association, for_target_hop ─> Judgement (reasons, remedy)
//! ```

mod condition;
mod context;
mod denial;
pub(in crate::model) mod duplicate;
mod evaluate;
mod evidence;
mod hop;
mod judgement;
mod lint;
mod operator;
mod parse;
mod pattern;
mod policy;
mod principal;
mod statement;
mod summary;

pub use context::{Context, Fact, Part};
pub use denial::Denial;
pub use evaluate::{Action, Caller, Request, evaluate};
pub use evidence::{ConditionEvidence, Evaluation, Finding, StatementEvidence};
pub use hop::{AssociationHop, TargetHop, WebIdentityHop, expected_external_id};
pub use judgement::{Judgement, for_association, for_target_hop, for_web_identity};
pub use lint::Lint;
pub use operator::{Comparison, Operator, Quantifier};
pub use parse::Malformed;
pub use parse::percent_decoded;
pub use policy::{
    Actions, Condition, Effect, Policy, Principal, PrincipalKind, Principals, Statement, Version,
};
pub use statement::{
    Tightness, document_of, statement_for, statement_for_target, statement_for_web_identity,
    with_statement,
};
pub use summary::{Pods, TrustSummary, Trusted};

/// The service principal that a role of Pod Identity trusts, in every partition.
pub const POD_IDENTITY_PRINCIPAL: &str = "pods.eks.amazonaws.com";

/// The tags that EKS gives to a session of Pod Identity, unless an association switches them off.
pub const SESSION_TAGS: [&str; 6] = [
    "eks-cluster-arn",
    "eks-cluster-name",
    "kubernetes-namespace",
    "kubernetes-service-account",
    "kubernetes-pod-name",
    "kubernetes-pod-uid",
];
