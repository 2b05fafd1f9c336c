//! Policies: whether their statements allow an action, for trust and for identity policies.

use serde_json::Value;

/// What a set of statements comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    ExplicitDeny,
    ImplicitDeny,
}

/// Who wants to assume a role.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Actor<'a> {
    Service(&'a str),
    /// An IAM principal: its account, and its own ARN (of the role, not of the session).
    Principal {
        account: &'a str,
        arn: &'a str,
    },
}

/// Condition keys, in lower case, and their values.
pub(crate) type Facts = Vec<(String, String)>;

/// Decides whether a trust policy lets somebody do something.
pub(crate) fn trust(document: &Value, actor: Actor<'_>, action: &str, facts: &Facts) -> Decision {
    decide(std::iter::once(document), |statement| {
        is_actor(statement.get("Principal"), actor)
            && covers(statement, "Action", "NotAction", action)
            && conditions_hold(statement, facts)
    })
}

/// Decides whether the policies of an identity allow an action on a resource.
pub(crate) fn identity<'d>(
    documents: impl Iterator<Item = &'d Value>,
    action: &str,
    resource: &str,
    facts: &Facts,
) -> Decision {
    decide(documents, |statement| {
        covers(statement, "Action", "NotAction", action)
            && covers(statement, "Resource", "NotResource", resource)
            && conditions_hold(statement, facts)
    })
}

fn decide<'d>(
    documents: impl Iterator<Item = &'d Value>,
    applies: impl Fn(&Value) -> bool,
) -> Decision {
    let mut decision = Decision::ImplicitDeny;
    for statement in documents.flat_map(|document| list(document.get("Statement"))) {
        if !applies(statement) {
            continue;
        }
        if statement.get("Effect").and_then(Value::as_str) == Some("Deny") {
            return Decision::ExplicitDeny;
        }
        decision = Decision::Allowed;
    }
    decision
}

fn is_actor(principal: Option<&Value>, actor: Actor<'_>) -> bool {
    let Some(principal) = principal else {
        return false;
    };
    if principal.as_str() == Some("*") {
        return true;
    }
    match actor {
        Actor::Service(host) => texts(principal.get("Service")).any(|one| one == host),
        Actor::Principal { account, arn } => texts(principal.get("AWS")).any(|one| {
            one == "*"
                || one == arn
                || one == account
                || one == format!("arn:aws:iam::{account}:root")
        }),
    }
}

fn covers(statement: &Value, member: &str, opposite: &str, wanted: &str) -> bool {
    let is_action = member == "Action";
    let fits = |pattern: &str| {
        if is_action {
            matches(&pattern.to_ascii_lowercase(), &wanted.to_ascii_lowercase())
        } else {
            matches(pattern, wanted)
        }
    };
    match statement.get(opposite) {
        Some(excluded) => !texts(Some(excluded)).any(fits),
        None => texts(statement.get(member)).any(fits),
    }
}

fn conditions_hold(statement: &Value, facts: &Facts) -> bool {
    let Some(Value::Object(operators)) = statement.get("Condition") else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        keys.as_object().is_some_and(|keys| {
            keys.iter()
                .all(|(key, wanted)| condition_holds(operator, key, wanted, facts))
        })
    })
}

fn condition_holds(operator: &str, key: &str, wanted: &Value, facts: &Facts) -> bool {
    let key = key.to_ascii_lowercase();
    let actual: Vec<&str> = facts
        .iter()
        .filter(|(name, _)| name.to_ascii_lowercase() == key)
        .map(|(_, value)| value.as_str())
        .collect();
    let (operator, is_optional) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let is_for_all = operator.starts_with("ForAllValues:");
    let operator = operator
        .trim_start_matches("ForAllValues:")
        .trim_start_matches("ForAnyValue:");
    if actual.is_empty() {
        let is_negative = operator.contains("Not");
        return is_optional || is_for_all || is_negative;
    }
    let wanted: Vec<&str> = texts(Some(wanted)).collect();
    let fits = |value: &&str| {
        wanted.iter().any(|pattern| match operator {
            "StringEquals" | "StringNotEquals" => pattern == value,
            "StringEqualsIgnoreCase" => pattern.eq_ignore_ascii_case(value),
            "StringLike" | "ArnLike" | "ArnEquals" | "StringNotLike" | "ArnNotLike"
            | "ArnNotEquals" => matches(pattern, value),
            _ => false,
        })
    };
    if operator.contains("Not") {
        return !actual.iter().any(fits);
    }
    if is_for_all {
        actual.iter().all(fits)
    } else {
        actual.iter().any(fits)
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(items)) => items.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => &[],
    }
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    list(value).iter().filter_map(Value::as_str)
}

/// Fits a text to a pattern in which `*` stands for anything and `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(&one) if one == '?' || Some(&one) == text.get(from) => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((position, taken)) => {
                    at = position + 1;
                    from = taken + 1;
                    star = Some((position, taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|one| *one == '*')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_fit() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abbcd", false),
            ("a?c", "abc", true),
            ("*a*b", "xxaxxab", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn trust_is_decided_by_principal_action_and_condition() {
        let pods = Actor::Service("pods.eks.amazonaws.com");
        let facts = vec![("aws:SourceArn".to_owned(), "arn:c".to_owned())];
        let document = |effect: &str, condition: Value| {
            json!({"Statement": [
                {"Effect": effect, "Principal": {"Service": "pods.eks.amazonaws.com"},
                 "Action": "sts:Assume*", "Condition": condition},
            ]})
        };
        let decide = |document: &Value, action| trust(document, pods, action, &facts);
        let open = document("Allow", json!({}));
        assert_eq!(decide(&open, "sts:AssumeRole"), Decision::Allowed);
        assert_eq!(decide(&open, "sts:TagSession"), Decision::ImplicitDeny);
        let other = document("Allow", json!({"ArnEquals": {"aws:sourcearn": "arn:d"}}));
        assert_eq!(decide(&other, "sts:AssumeRole"), Decision::ImplicitDeny);
        let denied = document("Deny", json!({"StringLike": {"aws:SourceArn": "arn:*"}}));
        assert_eq!(decide(&denied, "sts:AssumeRole"), Decision::ExplicitDeny);
        let unknown = document("Allow", json!({"NumericEquals": {"aws:SourceArn": "1"}}));
        assert_eq!(decide(&unknown, "sts:AssumeRole"), Decision::ImplicitDeny);
    }
}
