//! What the evaluations of a hop come to: one verdict, its reasons, and what would mend it.

use crate::model::text::visible;
use crate::model::trust::denial::{self, Denial};
use crate::model::trust::evaluate::{Action, Caller, Request, evaluate};
use crate::model::trust::evidence::{ConditionEvidence, Evaluation, StatementEvidence};
use crate::model::trust::hop::{AssociationHop, TargetHop, WebIdentityHop};
use crate::model::trust::lint::Lint;
use crate::model::trust::operator::Comparison;
use crate::model::trust::policy::{Effect, Policy};
use crate::model::verdict::Verdict;

/// Whether a role's trust policy lets a hop through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    pub caller: Caller,
    pub session_tags: bool,
    pub assume_role: Evaluation,
    pub tag_session: Evaluation,
    pub lints: Vec<Lint>,
}

/// Judges the trust policy of an association's role.
pub fn for_association(policy: &Policy, hop: &AssociationHop<'_>) -> Judgement {
    let lints = Lint::of_association_role(policy);
    judge(policy, hop.session_tags, lints, |action| {
        hop.request(action)
    })
}

/// Judges the trust policy of a target role.
pub fn for_target_hop(policy: &Policy, hop: &TargetHop<'_>) -> Judgement {
    let lints = Lint::of_target_role(policy);
    judge(policy, hop.source.session_tags, lints, |action| {
        hop.request(action)
    })
}

/// Evaluates the trust policy of a role of IRSA.
pub fn for_web_identity(policy: &Policy, hop: &WebIdentityHop<'_>) -> Evaluation {
    evaluate(policy, &hop.request())
}

fn judge(
    policy: &Policy,
    session_tags: bool,
    lints: Vec<Lint>,
    request: impl Fn(Action) -> Request,
) -> Judgement {
    let assume_role = evaluate(policy, &request(Action::AssumeRole));
    let tag_session = evaluate(policy, &request(Action::TagSession));
    // Whether EKS can do without TagSession when it sends no tags is not documented.
    let tagging = if session_tags {
        tag_session.verdict
    } else {
        tag_session.verdict.or(Verdict::Unknown)
    };
    Judgement {
        verdict: assume_role.verdict.and(tagging),
        caller: request(Action::AssumeRole).caller,
        session_tags,
        assume_role,
        tag_session,
        lints,
    }
}

impl Judgement {
    /// Says why, a sentence each, the decisive ones first.
    pub fn reasons(&self) -> Vec<String> {
        if self.verdict.is_yes() {
            return vec![self.granted()];
        }
        let mut reasons = Vec::new();
        for evaluation in self.open_evaluations() {
            for reason in self.why(evaluation) {
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
        reasons
    }

    /// The Deny statements that stand above whatever else the policy allows.
    pub fn denials(&self) -> Vec<Denial> {
        // Whether a session without tags needs TagSession is not documented.
        denial::of([
            (&self.assume_role, true),
            (&self.tag_session, self.session_tags),
        ])
    }

    /// Says what would mend the policy; `None` where nothing is known to be wrong.
    pub fn remedy(&self) -> Option<String> {
        let open = self.open_evaluations();
        open.into_iter()
            .find_map(|evaluation| self.mended(evaluation))
    }

    fn mended(&self, evaluation: &Evaluation) -> Option<String> {
        let action = evaluation.action;
        if evaluation.verdict.is_unknown() {
            return undecided_source(evaluation);
        }
        let denied = denial::of([(evaluation, true)]).into_iter();
        if let Some(denied) = denied.into_iter().find(|denied| denied.is_sure) {
            return Some(denied.remedy());
        }
        let missed = evaluation
            .near_misses()
            .filter(|statement| !statement.action.verdict.is_no())
            .min_by_key(|statement| statement.conditions_that_are(Verdict::No).count());
        if let Some(statement) = missed {
            let failed = statement.conditions_that_are(Verdict::No).map(amendment);
            let failed = failed.collect::<Vec<_>>().join(", and ");
            return Some(format!("in {} {failed}", statement.name()));
        }
        if let Some(statement) = evaluation.near_misses().next() {
            return Some(format!(
                "add {action} to the Action of {}",
                statement.name()
            ));
        }
        Some(format!(
            "add a statement that allows {action} to {}",
            self.caller
        ))
    }

    /// The evaluations that keep the verdict from being a "yes", the worse one first.
    fn open_evaluations(&self) -> Vec<&Evaluation> {
        let mut open: Vec<&Evaluation> = [&self.assume_role, &self.tag_session]
            .into_iter()
            .filter(|evaluation| !evaluation.verdict.is_yes())
            .collect();
        let weight = |evaluation: &Evaluation| match evaluation.action {
            Action::TagSession if !self.session_tags => evaluation.verdict.or(Verdict::Unknown),
            _ => evaluation.verdict,
        };
        open.sort_by_key(|evaluation| weight(evaluation));
        open
    }

    fn granted(&self) -> String {
        let by = |evaluation: &Evaluation| {
            let sure = evaluation
                .grants()
                .filter(|statement| statement.applies.is_yes());
            match sure
                .map(StatementEvidence::name)
                .collect::<Vec<_>>()
                .as_slice()
            {
                [] => "several statements together let".to_owned(),
                [single] => format!("{single} lets"),
                several => format!("{} let", several.join(", ")),
            }
        };
        let (assume, tag) = (by(&self.assume_role), by(&self.tag_session));
        let (assume_role, tag_session) = (Action::AssumeRole, Action::TagSession);
        let caller = &self.caller;
        if assume == tag {
            format!("{assume} {caller} use {assume_role} and {tag_session}")
        } else {
            format!("{assume} {caller} use {assume_role}, {tag} it use {tag_session}")
        }
    }

    fn why(&self, evaluation: &Evaluation) -> Vec<String> {
        let mut reasons = Vec::new();
        let action = evaluation.action;
        for statement in evaluation.denials() {
            let name = statement.name();
            if statement.applies.is_yes() {
                reasons.push(format!("{name} denies {action} to {}", self.caller));
                continue;
            }
            let doubts = statement.doubts().join("; ");
            reasons.push(format!("{name} may deny it: {doubts}"));
        }
        if evaluation
            .denials()
            .any(|statement| statement.applies.is_yes())
        {
            return reasons;
        }
        if evaluation
            .grants()
            .any(|statement| statement.applies.is_yes())
        {
            return reasons;
        }
        for statement in evaluation.grants() {
            let doubts = statement.doubts().join("; ");
            reasons.push(format!(
                "{} may or may not allow it: {doubts}",
                statement.name()
            ));
        }
        if evaluation.verdict.is_no() && !reasons.is_empty() {
            // Each may hold by itself, but never in the same world.
            reasons.push("whichever of these is the case, no statement allows it".to_owned());
        }
        for statement in evaluation.near_misses() {
            let name = statement.name();
            if statement.action.verdict.is_no() {
                let listed = visible(&statement.action.found.join(", ")).into_owned();
                let caller = &self.caller;
                let trusts = if statement.principal.verdict.is_yes() {
                    "trusts"
                } else {
                    "may trust"
                };
                reasons.push(format!(
                    "{name} {trusts} {caller} but with {listed} only, not {action}"
                ));
                continue;
            }
            let failed = statement.conditions_that_are(Verdict::No);
            reasons.extend(failed.map(|condition| format!("{name} does not apply: {condition}")));
        }
        if reasons.is_empty() {
            reasons.push(format!("no statement allows {action} to {}", self.caller));
            let near = evaluation.with_effect(Effect::Allow);
            reasons.extend(near.filter_map(|statement| {
                let note = statement.principal.note.as_ref()?;
                Some(format!("{}: {note}", statement.name()))
            }));
            let federated = self
                .lints
                .iter()
                .find(|lint| matches!(lint, Lint::MadeForIrsa | Lint::ForWebIdentities));
            reasons.extend(federated.map(ToString::to_string));
        } else if !self.session_tags && action == Action::TagSession && evaluation.verdict.is_no() {
            reasons.push(format!(
                "session tags are off, and whether {action} can then be missing is not documented"
            ));
        }
        reasons
    }
}

fn amendment(condition: &ConditionEvidence) -> String {
    let (operator, key) = (&condition.operator, visible(&condition.key));
    if operator.comparison == Some(Comparison::Null) || condition.found.is_unknown() {
        return format!("drop the condition {operator} {key}");
    }
    if condition.found.is_absent() {
        return format!("drop the condition on {key}, which this request does not carry");
    }
    let negated = operator.comparison.is_some_and(Comparison::is_negated);
    let verb = if negated {
        "no longer exclude"
    } else {
        "accept"
    };
    format!("let {operator} {key} {verb} {}", condition.found)
}

/// The one doubt that a policy can settle by itself: it can accept every source that EKS may send.
fn undecided_source(evaluation: &Evaluation) -> Option<String> {
    evaluation.grants().find_map(|statement| {
        let condition = statement
            .conditions_that_are(Verdict::Unknown)
            .find(|condition| condition.key.eq_ignore_ascii_case("aws:SourceArn"))?;
        let sources: Vec<String> = condition
            .found
            .possible()
            .flatten()
            .flatten()
            .map(ToString::to_string)
            .collect();
        let (name, sources) = (statement.name(), sources.join(" and "));
        let is_only_doubt = statement.doubts().len() == 1;
        is_only_doubt
            .then(|| format!("to be sure, in {name} let aws:SourceArn accept both {sources}"))
    })
}
