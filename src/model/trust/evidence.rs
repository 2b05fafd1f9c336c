//! What an evaluation looked at, in enough detail to explain it and to mend the policy.

use std::fmt;

use crate::model::text::visible;
use crate::model::trust::context::Fact;
use crate::model::trust::denial::{self, Denial};
use crate::model::trust::evaluate::Action;
use crate::model::trust::operator::Operator;
use crate::model::trust::policy::Effect;
use crate::model::verdict::Verdict;

/// What a policy says of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    pub verdict: Verdict,
    pub action: Action,
    /// One entry a statement, in the policy's order.
    pub statements: Vec<StatementEvidence>,
}

/// How one statement bears on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementEvidence {
    /// Its position, from zero.
    pub index: usize,
    pub sid: Option<String>,
    pub effect: Effect,
    /// Whether the statement covers the request: its principals, its actions and all its conditions.
    pub applies: Verdict,
    pub principal: Finding,
    pub action: Finding,
    pub conditions: Vec<ConditionEvidence>,
    /// Members that IAM does not know, which make a "yes" doubtful.
    pub unknown_members: Vec<String>,
}

/// Whether a part of a statement covers the request, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub verdict: Verdict,
    pub found: Vec<String>,
    pub note: Option<String>,
}

/// Whether one condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionEvidence {
    pub operator: Operator,
    pub key: String,
    /// The values of the policy.
    pub wanted: Vec<String>,
    /// What the request carries.
    pub found: Fact,
    pub verdict: Verdict,
    /// Why it could not be decided.
    pub why: Option<String>,
}

impl Evaluation {
    /// The Deny statements that cover the request, surely or perhaps.
    pub fn denials(&self) -> impl Iterator<Item = &StatementEvidence> {
        self.with_effect(Effect::Deny)
            .filter(|statement| !statement.applies.is_no())
    }

    /// The same, with what is to be changed of them.
    pub fn denied(&self) -> Vec<Denial> {
        denial::of([(self, true)])
    }

    /// The Allow statements that cover the request, surely or perhaps.
    pub fn grants(&self) -> impl Iterator<Item = &StatementEvidence> {
        self.with_effect(Effect::Allow)
            .filter(|statement| !statement.applies.is_no())
    }

    /// The Allow statements that name the caller and do not cover the request all the same.
    pub fn near_misses(&self) -> impl Iterator<Item = &StatementEvidence> {
        self.with_effect(Effect::Allow)
            .filter(|statement| statement.applies.is_no() && !statement.principal.verdict.is_no())
    }

    pub fn with_effect(&self, effect: Effect) -> impl Iterator<Item = &StatementEvidence> {
        self.statements
            .iter()
            .filter(move |statement| statement.effect == effect)
    }
}

impl StatementEvidence {
    /// How the statement is called: `statement 2 "AllowPods"`, counted from one as people do.
    pub fn name(&self) -> String {
        match &self.sid {
            Some(sid) => format!("statement {} \"{}\"", self.index + 1, visible(sid)),
            None => format!("statement {}", self.index + 1),
        }
    }

    pub fn conditions_that_are(
        &self,
        verdict: Verdict,
    ) -> impl Iterator<Item = &ConditionEvidence> {
        self.conditions
            .iter()
            .filter(move |condition| condition.verdict == verdict)
    }

    /// Why it is not known whether the statement covers the request.
    pub fn doubts(&self) -> Vec<String> {
        let parts = [&self.principal, &self.action].into_iter();
        let mut doubts: Vec<String> = parts
            .filter(|finding| finding.verdict.is_unknown())
            .filter_map(|finding| finding.note.clone())
            .collect();
        doubts.extend(
            self.conditions_that_are(Verdict::Unknown)
                .map(ToString::to_string),
        );
        doubts.extend(self.unknown_members.iter().map(|member| {
            format!(
                "it has the member \"{}\", which IAM does not know",
                visible(member)
            )
        }));
        doubts
    }
}

impl fmt::Display for ConditionEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operator, key) = (&self.operator, visible(&self.key));
        let wanted = self.wanted.iter().map(|value| visible(value).into_owned());
        let wanted = wanted.collect::<Vec<_>>().join(" or ");
        write!(f, "{operator} {key} wants {wanted}")?;
        match &self.why {
            Some(why) if self.found.is_unknown() => write!(f, "; {why}"),
            Some(why) => write!(f, ", the request carries {}; {why}", self.found),
            None => write!(f, ", the request carries {}", self.found),
        }
    }
}
