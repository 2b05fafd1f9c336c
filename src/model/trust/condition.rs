//! Whether one condition holds for a request.

use crate::model::trust::context::{Context, Fact, Part};
use crate::model::trust::evidence::ConditionEvidence;
use crate::model::trust::operator::{Comparison, Operator, Quantifier};
use crate::model::trust::pattern::Pattern;
use crate::model::trust::policy::{Condition, Version};
use crate::model::verdict::Verdict;

/// Decides a condition, and says what it found.
pub(super) fn decide(
    condition: &Condition,
    version: Version,
    context: &Context,
) -> ConditionEvidence {
    let fact = context.fact(&condition.key);
    let (verdict, why) = match holds(condition, version, context, &fact) {
        Ok(Verdict::Unknown) => (Verdict::Unknown, Some(undecided(&fact))),
        Ok(verdict) => (verdict, None),
        Err(why) => (Verdict::Unknown, Some(why)),
    };
    ConditionEvidence {
        operator: condition.operator.clone(),
        key: condition.key.clone(),
        wanted: condition.values.clone(),
        found: fact,
        verdict,
        why,
    }
}

fn undecided(fact: &Fact) -> String {
    if fact.is_unknown() {
        return "what the request carries under this key is not known here".to_owned();
    }
    if fact.possible().count() > 1 {
        return "it depends on which of them is sent, and that is not documented".to_owned();
    }
    "the request's value is not known well enough".to_owned()
}

fn holds(
    condition: &Condition,
    version: Version,
    context: &Context,
    fact: &Fact,
) -> Result<Verdict, String> {
    let operator = &condition.operator;
    let Some(comparison) = operator.comparison else {
        return Err(format!("the operator {operator} is not evaluated here"));
    };
    if condition.values.is_empty() {
        return Err("it lists no value, and what that means is not documented".to_owned());
    }
    let test = match comparison {
        Comparison::Null => Test::Presence(booleans(&condition.values)?),
        Comparison::Bool => Test::Boolean(booleans(&condition.values)?),
        Comparison::StringEquals { .. }
        | Comparison::StringLike { .. }
        | Comparison::Arn { .. } => Test::Text(
            comparison,
            patterns(condition, comparison, version, context),
        ),
    };
    let mut why = None;
    let verdict = Verdict::agreed(fact.possible().map(|possible| {
        test.decide(operator, possible).unwrap_or_else(|reason| {
            why = Some(reason);
            Verdict::Unknown
        })
    }));
    match (verdict, why) {
        (Verdict::Unknown, Some(why)) => Err(why),
        (verdict, _) => Ok(verdict),
    }
}

/// A condition made ready: its values compiled once, to be asked about each possibility.
enum Test {
    Presence(Vec<bool>),
    Boolean(Vec<bool>),
    Text(Comparison, Vec<Result<Pattern, String>>),
}

impl Test {
    fn decide(&self, operator: &Operator, found: Option<&[Part]>) -> Result<Verdict, String> {
        if let Self::Presence(wanted) = self {
            return Ok(wanted.contains(&found.is_none()).into());
        }
        let negated = operator.comparison.is_some_and(Comparison::is_negated);
        let Some(found) = found else {
            return Ok(match operator.quantifier {
                _ if operator.if_exists => Verdict::Yes,
                Some(Quantifier::ForAllValues) => Verdict::Yes,
                Some(Quantifier::ForAnyValue) => Verdict::No,
                None => negated.into(),
            });
        };
        let each = found.iter().map(|part| {
            let matched = self.matches(part)?;
            Ok(if negated { !matched } else { matched })
        });
        let each: Vec<Verdict> = each.collect::<Result<_, String>>()?;
        match (operator.quantifier, each.as_slice()) {
            (Some(Quantifier::ForAllValues), each) => Ok(Verdict::all(each.iter().copied())),
            (Some(Quantifier::ForAnyValue), each) => Ok(Verdict::any(each.iter().copied())),
            (None, [single]) => Ok(*single),
            (None, _) => Err(
                "the key has several values, which needs ForAnyValue or ForAllValues".to_owned(),
            ),
        }
    }

    /// Whether any of the condition's values matches one value of the request.
    fn matches(&self, part: &Part) -> Result<Verdict, String> {
        match self {
            Self::Presence(_) => Ok(Verdict::Unknown),
            Self::Boolean(wanted) => match part {
                Part::Exact(text) => match boolean(text) {
                    Some(found) => Ok(wanted.contains(&found).into()),
                    None => Err("the request's value is neither true nor false".to_owned()),
                },
                Part::Starts(_) => Ok(Verdict::Unknown),
            },
            Self::Text(comparison, patterns) => {
                let mut why = None;
                let verdict =
                    Verdict::any(patterns.iter().map(|pattern| match (pattern, comparison) {
                        (Err(reason), _) => {
                            why = Some(reason.clone());
                            Verdict::Unknown
                        }
                        (Ok(pattern), Comparison::Arn { .. }) => pattern.matches_arn(part),
                        (
                            Ok(pattern),
                            Comparison::StringEquals {
                                ignore_case: true, ..
                            },
                        ) => pattern.matches_ignoring_case(part),
                        (Ok(pattern), _) => pattern.matches(part),
                    }));
                match (verdict, why) {
                    (Verdict::Unknown, Some(why)) => Err(why),
                    (verdict, _) => Ok(verdict),
                }
            }
        }
    }
}

fn patterns(
    condition: &Condition,
    comparison: Comparison,
    version: Version,
    context: &Context,
) -> Vec<Result<Pattern, String>> {
    let is_wild = matches!(
        comparison,
        Comparison::StringLike { .. } | Comparison::Arn { .. }
    );
    let compile = |text: &String| {
        if version.knows_variables() {
            Pattern::with_variables(text, is_wild, context)
        } else if is_wild {
            Ok(Pattern::wild(text))
        } else {
            Ok(Pattern::literal(text))
        }
    };
    condition.values.iter().map(compile).collect()
}

fn booleans(values: &[String]) -> Result<Vec<bool>, String> {
    let parsed: Option<Vec<bool>> = values.iter().map(|value| boolean(value)).collect();
    parsed.ok_or_else(|| "its value is neither true nor false".to_owned())
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
