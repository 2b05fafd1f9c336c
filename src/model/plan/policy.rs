//! Session policies: what further narrows the sessions of one association.

use serde_json::{Map, Value};

use crate::model::Text;
use crate::model::plan::invalid::Rule;
use crate::model::trust::duplicate::Unique;

/// Characters that STS allows an inline session policy, white space included.
pub const LONGEST_POLICY: usize = 2_048;

/// The text of a session policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPolicy(Text);

impl SessionPolicy {
    /// Reads a policy as it was typed: JSON, within the limits of STS, and by the grammar of IAM.
    pub fn parse(text: &str) -> Result<Self, Rule> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Rule::Missing);
        }
        let Unique(value) = serde_json::from_str(text).map_err(|error| Rule::NotJson {
            reason: error.to_string(),
        })?;
        grammar(&value)?;
        let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
        if let Some(strange) = text.chars().find(|c| !is_allowed(*c)) {
            return Err(Rule::PolicyCharacter(strange));
        }
        let characters = text.chars().count();
        if characters > LONGEST_POLICY {
            let compact = value.to_string().chars().count();
            return Err(Rule::PolicyTooLong {
                characters,
                compact,
            });
        }
        Ok(Self(text.into()))
    }

    /// Takes over a policy that AWS itself sent, which is right by definition.
    pub fn as_read(text: &Text) -> Self {
        Self(text.clone())
    }

    pub fn text(&self) -> &Text {
        &self.0
    }

    /// Whether another text means the same: white space and the order of members do not matter.
    pub fn means(&self, other: &str) -> bool {
        if *self.0 == *other {
            return true;
        }
        let parse = |text: &str| match serde_json::from_str(text) {
            Ok(Unique(value)) => Some(value),
            Err(_) => None,
        };
        parse(&self.0).is_some_and(|value| parse(other).is_some_and(|other| value == other))
    }
}

fn refuse<T>(place: impl Into<String>, reason: impl Into<String>) -> Result<T, Rule> {
    Err(Rule::NotAPolicy {
        place: place.into(),
        reason: reason.into(),
    })
}

fn grammar(value: &Value) -> Result<(), Rule> {
    let Value::Object(document) = value else {
        return refuse("", "it must be a JSON object");
    };
    known_members(document, "", &["Version", "Id", "Statement"])?;
    match member(document, "Version") {
        None => {}
        Some(Value::String(version)) if version == "2012-10-17" || version == "2008-10-17" => {}
        Some(_) => return refuse("Version", "must be \"2012-10-17\" or \"2008-10-17\""),
    }
    match member(document, "Statement") {
        None => refuse("", "it has no Statement"),
        Some(Value::Array(list)) if list.is_empty() => refuse("Statement", "is empty"),
        Some(Value::Array(list)) => list
            .iter()
            .enumerate()
            .try_for_each(|(index, value)| statement(value, &format!("Statement[{index}]"))),
        Some(single) => statement(single, "Statement"),
    }
}

fn statement(value: &Value, place: &str) -> Result<(), Rule> {
    let Value::Object(statement) = value else {
        return refuse(place, "must be an object");
    };
    for name in ["Principal", "NotPrincipal"] {
        if member(statement, name).is_some() {
            let reason = "does not belong in a session policy, which is about the session itself";
            return refuse(format!("{place}.{name}"), reason);
        }
    }
    let known = [
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    known_members(statement, &format!("{place}."), &known)?;
    match member(statement, "Effect") {
        Some(Value::String(effect)) if effect == "Allow" || effect == "Deny" => {}
        Some(_) => return refuse(format!("{place}.Effect"), "must be \"Allow\" or \"Deny\""),
        None => return refuse(place, "has no Effect"),
    }
    for (name, negated) in [("Action", "NotAction"), ("Resource", "NotResource")] {
        let (listed, other) = (member(statement, name), member(statement, negated));
        match (listed, other) {
            (Some(_), Some(_)) => {
                return refuse(place, format!("has both {name} and {negated}"));
            }
            (None, None) => return refuse(place, format!("has neither {name} nor {negated}")),
            (Some(values), None) => texts(values, &format!("{place}.{name}"))?,
            (None, Some(values)) => texts(values, &format!("{place}.{negated}"))?,
        }
    }
    match member(statement, "Condition") {
        None => Ok(()),
        Some(Value::Object(operators)) if operators.values().all(Value::is_object) => Ok(()),
        Some(_) => refuse(
            format!("{place}.Condition"),
            "must be an object of operators, each an object of keys",
        ),
    }
}

fn texts(value: &Value, place: &str) -> Result<(), Rule> {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let is_right = match value {
        Value::Array(list) => !list.is_empty() && list.iter().all(is_text),
        single => is_text(single),
    };
    if is_right {
        return Ok(());
    }
    refuse(place, "must be a text or a list of texts, and not empty")
}

/// A member in any letter case, as IAM reads them.
fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .iter()
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// IAM refuses members that it does not know, and most of them are misspelt.
fn known_members(object: &Map<String, Value>, place: &str, known: &[&str]) -> Result<(), Rule> {
    let mut seen: Vec<&str> = Vec::new();
    for name in object.keys() {
        let Some(known) = known.iter().find(|known| name.eq_ignore_ascii_case(known)) else {
            return refuse(format!("{place}{name}"), "is no member that IAM knows");
        };
        if seen.contains(known) {
            return refuse(format!("{place}{name}"), "is there twice");
        }
        seen.push(known);
    }
    Ok(())
}
