//! Reading a trust policy: tolerant where IAM is, and clear about what and where where it is not.

use std::fmt;

use serde_json::{Map, Value};

use crate::model::text::visible;
use crate::model::trust::duplicate::Unique;
use crate::model::trust::operator::Operator;
use crate::model::trust::policy::{
    Actions, Condition, Effect, Policy, Principal, PrincipalKind, Principals, Statement, Version,
};

/// Why a text is not a trust policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Where, such as `Statement[1].Effect`; empty for the document as a whole.
    pub place: String,
    pub reason: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the trust policy cannot be read: ")?;
        if !self.place.is_empty() {
            write!(f, "{} ", visible(&self.place))?;
        }
        f.write_str(&visible(&self.reason))
    }
}

impl std::error::Error for Malformed {}

fn refuse<T>(place: impl Into<String>, reason: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed {
        place: place.into(),
        reason: reason.into(),
    })
}

impl Policy {
    /// Parses a policy document.
    ///
    /// Members may be written in any letter case, and single values may stand for lists, as in IAM. Members that
    /// IAM does not know are kept aside; a statement that has one is never taken for a "yes".
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        match serde_json::from_str(text) {
            Ok(Unique(value)) => Self::from_json(value),
            Err(error) => refuse("", format!("it is not JSON: {error}")),
        }
    }

    /// Parses a document as `GetRole` carries it: percent-encoded by RFC 3986, where `+` is itself.
    pub fn parse_encoded(text: &str) -> Result<Self, Malformed> {
        Self::parse(&percent_decoded(text)?)
    }

    /// Reads a document that is JSON already, such as one of the command line.
    pub fn from_json(value: Value) -> Result<Self, Malformed> {
        let Value::Object(object) = value else {
            return refuse("", "it must be a JSON object");
        };
        let ([version, id, statements], unknown) =
            members(object, "", ["Version", "Id", "Statement"])?;
        let version = match version {
            None => Version::Absent,
            Some(Value::String(text)) if text == "2012-10-17" => Version::Current,
            Some(Value::String(text)) if text == "2008-10-17" => Version::Old,
            Some(_) => return refuse("Version", "must be \"2012-10-17\" or \"2008-10-17\""),
        };
        let id = optional_text(id, "Id")?;
        let statements = match statements {
            Some(Value::Array(list)) => list
                .into_iter()
                .enumerate()
                .map(|(index, value)| statement(value, &format!("Statement[{index}]")))
                .collect::<Result<_, _>>()?,
            Some(single @ Value::Object(_)) => vec![statement(single, "Statement")?],
            Some(_) => return refuse("Statement", "must be an object or a list of objects"),
            None => return refuse("", "it has no Statement"),
        };
        Ok(Self {
            version,
            id,
            statements,
            unknown,
        })
    }
}

fn statement(value: Value, place: &str) -> Result<Statement, Malformed> {
    let Value::Object(object) = value else {
        return refuse(place, "must be an object");
    };
    let known = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Condition",
    ];
    let (
        [
            sid,
            effect,
            principal,
            not_principal,
            action,
            not_action,
            condition,
        ],
        unknown,
    ) = members(object, place, known)?;
    let inside = |member: &str| format!("{place}.{member}");
    let effect = match effect.as_ref().map(Value::as_str) {
        Some(Some("Allow")) => Effect::Allow,
        Some(Some("Deny")) => Effect::Deny,
        Some(_) => return refuse(inside("Effect"), "must be \"Allow\" or \"Deny\""),
        None => return refuse(place, "has no Effect"),
    };
    let principals = match (principal, not_principal) {
        (Some(value), None) => principals(value, &inside("Principal"))?,
        (None, Some(value)) => match principals(value, &inside("NotPrincipal"))? {
            Principals::Everyone => Principals::Not(vec![Principal {
                kind: PrincipalKind::Aws,
                value: "*".to_owned(),
            }]),
            Principals::Listed(list) | Principals::Not(list) => Principals::Not(list),
        },
        (Some(_), Some(_)) => return refuse(place, "has both Principal and NotPrincipal"),
        (None, None) => return refuse(place, "has no Principal"),
    };
    let actions = match (action, not_action) {
        (Some(value), None) => Actions::Listed(texts(value, &inside("Action"))?),
        (None, Some(value)) => Actions::AllBut(texts(value, &inside("NotAction"))?),
        (Some(_), Some(_)) => return refuse(place, "has both Action and NotAction"),
        (None, None) => return refuse(place, "has no Action"),
    };
    Ok(Statement {
        sid: optional_text(sid, &inside("Sid"))?,
        effect,
        principals,
        actions,
        conditions: match condition {
            None => Vec::new(),
            Some(value) => conditions(value, &inside("Condition"))?,
        },
        unknown,
    })
}

fn principals(value: Value, place: &str) -> Result<Principals, Malformed> {
    let object = match value {
        Value::String(everyone) if everyone == "*" => return Ok(Principals::Everyone),
        Value::Object(object) => object,
        _ => return refuse(place, "must be \"*\" or an object such as {\"Service\": …}"),
    };
    let ([aws, service, federated, canonical], unknown) = members(
        object,
        place,
        ["AWS", "Service", "Federated", "CanonicalUser"],
    )?;
    let known = [
        (PrincipalKind::Aws, aws),
        (PrincipalKind::Service, service),
        (PrincipalKind::Federated, federated),
        (PrincipalKind::CanonicalUser, canonical),
    ];
    let known = known
        .into_iter()
        .filter_map(|(kind, value)| Some((kind, value?)));
    let others = unknown
        .into_iter()
        .map(|(name, value)| (PrincipalKind::Other(name), value));
    let mut list = Vec::new();
    for (kind, value) in known.chain(others) {
        let values = texts(value, &format!("{place}.{}", kind.name()))?;
        list.extend(values.into_iter().map(|value| Principal {
            kind: kind.clone(),
            value,
        }));
    }
    Ok(Principals::Listed(list))
}

fn conditions(value: Value, place: &str) -> Result<Vec<Condition>, Malformed> {
    let mut conditions = Vec::new();
    let Value::Object(operators) = value else {
        return refuse(place, "must be an object of operators");
    };
    once_whatever_the_case(&operators, place)?;
    for (written, keys) in operators {
        let place = format!("{place}.{written}");
        let Value::Object(keys) = keys else {
            return refuse(place, "must be an object of condition keys");
        };
        once_whatever_the_case(&keys, &place)?;
        let operator = Operator::parse(&written);
        for (key, value) in keys {
            let values = texts(value, &format!("{place}.{key}"))?;
            conditions.push(Condition {
                operator: operator.clone(),
                key,
                values,
            });
        }
    }
    Ok(conditions)
}

/// The known members in the order asked for, and the others.
type Members<const N: usize> = ([Option<Value>; N], Map<String, Value>);

/// Takes the known members out of an object, in any letter case, and leaves the others.
fn members<const N: usize>(
    object: Map<String, Value>,
    place: &str,
    known: [&str; N],
) -> Result<Members<N>, Malformed> {
    once_whatever_the_case(&object, place)?;
    let mut unknown = object;
    let found = known.map(|wanted| {
        let name = unknown
            .keys()
            .find(|name| name.eq_ignore_ascii_case(wanted))
            .cloned()?;
        // Not a swap: the order of what remains is shown.
        unknown.shift_remove(&name)
    });
    Ok((found, unknown))
}

/// Refuses names that differ by letter case only, because which of them counts is not documented.
fn once_whatever_the_case(object: &Map<String, Value>, place: &str) -> Result<(), Malformed> {
    let mut names: Vec<String> = object
        .keys()
        .map(|name| name.to_ascii_lowercase())
        .collect();
    names.sort_unstable();
    let twice = names
        .iter()
        .zip(names.iter().skip(1))
        .find(|(first, second)| first == second);
    match twice {
        Some((name, _)) if place.is_empty() => refuse("", format!("it names \"{name}\" twice")),
        Some((name, _)) => refuse(place, format!("names \"{name}\" twice")),
        None => Ok(()),
    }
}

fn optional_text(value: Option<Value>, place: &str) -> Result<Option<String>, Malformed> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => refuse(place, "must be a text"),
    }
}

/// Reads a text or a list of texts; numbers and truth values count as the texts they are written as.
fn texts(value: Value, place: &str) -> Result<Vec<String>, Malformed> {
    match value {
        Value::Array(items) => items.into_iter().map(|item| text(item, place)).collect(),
        single => Ok(vec![text(single, place)?]),
    }
}

fn text(value: Value, place: &str) -> Result<String, Malformed> {
    match value {
        Value::String(text) => Ok(text),
        Value::Bool(is_true) => Ok(is_true.to_string()),
        // A fraction or an exponent may be written in several ways, and IAM's is not known.
        Value::Number(number) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
        _ => refuse(place, "must be a text or a list of texts"),
    }
}

/// Undoes the percent-encoding in which IAM hands out policies.
pub fn percent_decoded(text: &str) -> Result<String, Malformed> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes().enumerate();
    while let Some((offset, byte)) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || {
            rest.next()
                .and_then(|(_, digit)| char::from(digit).to_digit(16))
        };
        let decoded = digit()
            .zip(digit())
            .and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        let Some(decoded) = decoded else {
            let reason = format!("it has a % without two hexadecimal digits at byte {offset}");
            return refuse("", reason);
        };
        bytes.push(decoded);
    }
    String::from_utf8(bytes)
        .or_else(|_| refuse("", "it is not UTF-8 after its percent-encoding is undone"))
}
