//! Deny statements that keep a hop out: no Allow outweighs them, so they have to be changed themselves.

use std::fmt;

use crate::model::text::visible;
use crate::model::trust::evaluate::Action;
use crate::model::trust::evidence::{ConditionEvidence, Evaluation, StatementEvidence};
use crate::model::trust::operator::Comparison;
use crate::model::verdict::Verdict;

/// A Deny that covers a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Whether it surely does; otherwise it may.
    pub is_sure: bool,
    /// `statement 2 "Stop"`
    pub name: String,
    pub actions: Vec<Action>,
    /// What makes it apply, as far as conditions do.
    pub conditions: Vec<String>,
    /// What would keep it from applying, for each of them; one is enough.
    amendments: Vec<String>,
    /// What is not known of it.
    doubts: Vec<String>,
}

/// The Deny statements of several evaluations of one policy, each once.
pub(super) fn of<'e>(evaluations: impl IntoIterator<Item = (&'e Evaluation, bool)>) -> Vec<Denial> {
    let mut denials: Vec<(usize, Denial)> = Vec::new();
    for (evaluation, is_needed) in evaluations {
        for statement in evaluation.denials() {
            let is_sure = statement.applies.is_yes() && is_needed;
            let mut known = denials.iter_mut();
            if let Some((_, known)) = known.find(|(index, _)| *index == statement.index) {
                known.is_sure |= is_sure;
                known.actions.push(evaluation.action);
                continue;
            }
            let mut denial = Denial::new(statement, evaluation.action);
            denial.is_sure = is_sure;
            denials.push((statement.index, denial));
        }
    }
    // What is sure comes first, then the order of the policy.
    denials.sort_by_key(|(index, denial)| (!denial.is_sure, *index));
    denials.into_iter().map(|(_, denial)| denial).collect()
}

impl Denial {
    fn new(statement: &StatementEvidence, action: Action) -> Self {
        let holding = || statement.conditions_that_are(Verdict::Yes);
        Self {
            is_sure: statement.applies.is_yes(),
            name: statement.name(),
            actions: vec![action],
            conditions: holding().map(ToString::to_string).collect(),
            amendments: holding().map(released).collect(),
            doubts: statement.doubts(),
        }
    }

    /// What is to be done about it.
    pub fn remedy(&self) -> String {
        let name = &self.name;
        if !self.is_sure {
            let doubts = self.doubts.join("; ");
            let doubts = if doubts.is_empty() {
                "whether it applies is not known".to_owned()
            } else {
                doubts
            };
            return format!("see that {name}, a Deny, does not apply: {doubts}");
        }
        let actions: Vec<&str> = self.actions.iter().map(|action| action.name()).collect();
        let actions = actions.join(" and ");
        if self.conditions.is_empty() {
            return format!(
                "remove {name}, which denies {actions} without any condition, or narrow it: no Allow outweighs a Deny"
            );
        }
        format!(
            "change {name}, which denies {actions} because {}: {}, or remove it; no Allow outweighs a Deny",
            self.conditions.join(", and "),
            self.amendments.join(", or ")
        )
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.remedy())
    }
}

/// How a condition that holds would hold no longer.
fn released(condition: &ConditionEvidence) -> String {
    let (operator, key) = (&condition.operator, visible(&condition.key));
    let is_null = operator.comparison == Some(Comparison::Null);
    if is_null || condition.found.is_unknown() || condition.found.is_absent() {
        return format!("narrow {operator} {key}");
    }
    if operator.comparison.is_some_and(Comparison::is_negated) {
        return format!("let {operator} {key} except {} as well", condition.found);
    }
    format!("let {operator} {key} no longer name {}", condition.found)
}
