//! A trust policy as a value, and how it is written again.

use serde_json::{Map, Value, json};

use crate::model::trust::operator::Operator;

/// A trust policy: who may assume a role.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub version: Version,
    pub id: Option<String>,
    pub statements: Vec<Statement>,
    /// Members that the grammar of IAM does not know, as they came.
    pub unknown: Map<String, Value>,
}

/// The version of the policy language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// No version was given, which IAM reads as the old one.
    Absent,
    Old,
    /// The one version that knows policy variables; in older ones `${…}` is plain text.
    Current,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub sid: Option<String>,
    pub effect: Effect,
    pub principals: Principals,
    pub actions: Actions,
    /// All of these must hold.
    pub conditions: Vec<Condition>,
    pub unknown: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principals {
    /// `"Principal": "*"`.
    Everyone,
    Listed(Vec<Principal>),
    /// `NotPrincipal`, with what it lists.
    Not(Vec<Principal>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub kind: PrincipalKind,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalKind {
    Aws,
    Service,
    Federated,
    CanonicalUser,
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actions {
    Listed(Vec<String>),
    /// `NotAction`.
    AllBut(Vec<String>),
}

/// One key under one operator; any one of the values will do, or none of them under a negated operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub operator: Operator,
    pub key: String,
    pub values: Vec<String>,
}

impl Version {
    pub fn knows_variables(self) -> bool {
        self == Self::Current
    }
}

impl Effect {
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

impl PrincipalKind {
    pub fn name(&self) -> &str {
        match self {
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Federated => "Federated",
            Self::CanonicalUser => "CanonicalUser",
            Self::Other(name) => name,
        }
    }
}

impl Statement {
    pub fn allows(&self) -> bool {
        self.effect == Effect::Allow
    }
}

impl Policy {
    /// Writes the policy as JSON with the usual names and order; what it means stays the same.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        match self.version {
            Version::Absent => None,
            Version::Old => object.insert("Version".into(), "2008-10-17".into()),
            Version::Current => object.insert("Version".into(), "2012-10-17".into()),
        };
        if let Some(id) = &self.id {
            object.insert("Id".into(), id.as_str().into());
        }
        let statements = self.statements.iter().map(Statement::to_json);
        object.insert("Statement".into(), statements.collect());
        object.extend(self.unknown.clone());
        Value::Object(object)
    }
}

impl Statement {
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        if let Some(sid) = &self.sid {
            object.insert("Sid".into(), sid.as_str().into());
        }
        object.insert("Effect".into(), self.effect.name().into());
        let (member, principals) = match &self.principals {
            Principals::Everyone => ("Principal", json!("*")),
            Principals::Listed(list) => ("Principal", principals_to_json(list)),
            Principals::Not(list) => ("NotPrincipal", principals_to_json(list)),
        };
        object.insert(member.into(), principals);
        let (member, actions) = match &self.actions {
            Actions::Listed(list) => ("Action", list),
            Actions::AllBut(list) => ("NotAction", list),
        };
        object.insert(member.into(), one_or_many(actions));
        if !self.conditions.is_empty() {
            let mut conditions = Map::new();
            for condition in &self.conditions {
                let keys = conditions
                    .entry(condition.operator.written.as_str())
                    .or_insert_with(|| json!({}));
                if let Value::Object(keys) = keys {
                    keys.insert(condition.key.clone(), one_or_many(&condition.values));
                }
            }
            object.insert("Condition".into(), Value::Object(conditions));
        }
        object.extend(self.unknown.clone());
        Value::Object(object)
    }
}

fn principals_to_json(list: &[Principal]) -> Value {
    let mut kinds: Vec<(&str, Vec<&String>)> = Vec::new();
    for principal in list {
        let name = principal.kind.name();
        match kinds.iter_mut().find(|(kind, _)| *kind == name) {
            Some((_, values)) => values.push(&principal.value),
            None => kinds.push((name, vec![&principal.value])),
        }
    }
    let members = kinds
        .into_iter()
        .map(|(kind, values)| (kind.to_owned(), one_or_many(&values)));
    Value::Object(members.collect())
}

fn one_or_many(values: &[impl AsRef<str>]) -> Value {
    match values {
        [single] => single.as_ref().into(),
        several => several.iter().map(AsRef::as_ref).collect(),
    }
}
