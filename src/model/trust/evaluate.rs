//! The evaluation of a policy for one request.

use std::fmt;

use crate::model::Arn;
use crate::model::text::visible;
use crate::model::trust::POD_IDENTITY_PRINCIPAL;
use crate::model::trust::condition;
use crate::model::trust::context::{Context, Part};
use crate::model::trust::evidence::{Evaluation, Finding, StatementEvidence};
use crate::model::trust::pattern::Pattern;
use crate::model::trust::policy::{Actions, Effect, Policy, Statement};
use crate::model::trust::principal;
use crate::model::verdict::Verdict;

/// What is asked of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub caller: Caller,
    pub action: Action,
    pub context: Context,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// EKS, for a pod.
    PodIdentity,
    /// A session of this role, which asks for the next one.
    Role(Arn),
    /// A web identity that this OIDC provider of IAM vouches for: a pod with IRSA.
    WebIdentity(Arn),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    AssumeRole,
    TagSession,
    AssumeRoleWithWebIdentity,
}

impl Action {
    pub fn name(self) -> &'static str {
        match self {
            Self::AssumeRole => "sts:AssumeRole",
            Self::TagSession => "sts:TagSession",
            Self::AssumeRoleWithWebIdentity => "sts:AssumeRoleWithWebIdentity",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PodIdentity => f.write_str(POD_IDENTITY_PRINCIPAL),
            Self::Role(arn) | Self::WebIdentity(arn) => f.write_str(&visible(arn.as_str())),
        }
    }
}

/// Evaluates a policy for a request: an explicit Deny wins, then any Allow will do, and without one it is "no".
pub fn evaluate(policy: &Policy, request: &Request) -> Evaluation {
    let worlds = request.context.worlds();
    let verdict = Verdict::agreed(worlds.into_iter().map(|context| {
        let world = Request {
            context,
            ..request.clone()
        };
        decided(&evidence(policy, &world))
    }));
    Evaluation {
        verdict,
        action: request.action,
        statements: evidence(policy, request),
    }
}

fn decided(statements: &[StatementEvidence]) -> Verdict {
    let any = |effect: Effect| {
        let of_effect = statements
            .iter()
            .filter(|statement| statement.effect == effect);
        Verdict::any(of_effect.map(|statement| statement.applies))
    };
    any(Effect::Allow).and(!any(Effect::Deny))
}

fn evidence(policy: &Policy, request: &Request) -> Vec<StatementEvidence> {
    let statements = policy.statements.iter().enumerate();
    statements
        .map(|(index, statement)| consider(policy, index, statement, request))
        .collect()
}

fn consider(
    policy: &Policy,
    index: usize,
    statement: &Statement,
    request: &Request,
) -> StatementEvidence {
    let principal = principal::decide(statement, &request.caller);
    let action = covers(&statement.actions, request.action);
    let conditions: Vec<_> = statement
        .conditions
        .iter()
        .map(|condition| condition::decide(condition, policy.version, &request.context))
        .collect();
    let understood = if statement.unknown.is_empty() {
        Verdict::Yes
    } else {
        Verdict::Unknown
    };
    let applies = Verdict::all(conditions.iter().map(|condition| condition.verdict))
        .and(principal.verdict)
        .and(action.verdict)
        .and(understood);
    StatementEvidence {
        index,
        sid: statement.sid.clone(),
        effect: statement.effect,
        applies,
        principal,
        action,
        conditions,
        unknown_members: statement.unknown.keys().cloned().collect(),
    }
}

/// Says whether actions cover the one asked for, in any letter case.
pub(super) fn covers(actions: &Actions, action: Action) -> Finding {
    let name = Part::Exact(action.name().to_owned());
    let lists = |patterns: &[String]| {
        Verdict::any(
            patterns
                .iter()
                .map(|text| Pattern::wild(text).matches_ignoring_case(&name)),
        )
    };
    match actions {
        Actions::Listed(patterns) => Finding {
            verdict: lists(patterns),
            found: patterns.clone(),
            note: None,
        },
        // What NotAction lists it surely leaves out; whether it takes in all the rest is left to IAM.
        Actions::AllBut(patterns) => Finding {
            verdict: (!lists(patterns)).and(Verdict::Unknown),
            found: patterns
                .iter()
                .map(|pattern| format!("not {pattern}"))
                .collect(),
            note: Some("NotAction is not evaluated here".to_owned()),
        },
    }
}
