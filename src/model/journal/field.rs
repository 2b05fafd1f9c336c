//! What a person can set, field by field, read out of the documents of the journal and of AWS.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

use crate::model::arn::role_name;
use crate::model::journal::kind::Family;
use crate::model::{Document, Text};

/// One thing that can be set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Role,
    TargetRole,
    /// Whether session tags are off.
    SessionTagsOff,
    Policy,
    /// A member of an identity provider, by its name in the API.
    Member(Text),
    /// Tags are compared one by one, so that another person's tag is not in the way.
    Tag(Text),
}

impl Field {
    /// What the field is called on screen.
    pub fn label(&self) -> String {
        match self {
            Self::Role => "role".to_owned(),
            Self::TargetRole => "target role".to_owned(),
            Self::SessionTagsOff => "session tags".to_owned(),
            Self::Policy => "session policy".to_owned(),
            Self::Member(name) => name.to_string(),
            Self::Tag(key) => format!("tag {key}"),
        }
    }

    /// A value as it is shown, in full.
    pub fn shown(&self, value: Option<&Value>) -> String {
        match (self, value) {
            (Self::SessionTagsOff, value) => {
                let is_off = value == Some(&Value::Bool(true));
                if is_off { "off" } else { "on" }.to_owned()
            }
            (_, None) => "none".to_owned(),
            (_, Some(Value::String(text))) => text.clone(),
            (_, Some(value)) => value.to_string(),
        }
    }

    /// A value in a few words: a role by its name, a policy by its length.
    pub fn brief(&self, value: Option<&Value>) -> String {
        let shown = self.shown(value);
        match self {
            Self::Role | Self::TargetRole => role_name(&shown).to_owned(),
            Self::Policy if value.is_some() => {
                format!("{} characters", shown.chars().count())
            }
            _ => shown,
        }
    }

    /// Says whether two values mean the same; absent is a value of its own.
    pub fn same(&self, one: Option<&Value>, other: Option<&Value>) -> bool {
        // AWS may send a policy back with other blanks than it was given.
        let parsed = |value: Option<&Value>| -> Option<Value> {
            serde_json::from_str(value?.as_str()?).ok()
        };
        one == other
            || *self == Self::Policy && parsed(one).is_some_and(|one| Some(one) == parsed(other))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

/// Members of an identity provider that are AWS's to set.
const NOT_SETTABLE: [&str; 4] = ["clusterName", "identityProviderConfigArn", "status", "tags"];

/// Everything that can be set of one thing. What is left out has no value, or the value that AWS gives by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings(BTreeMap<Field, Value>);

impl Settings {
    /// Reads them out of a document under AWS's member names.
    pub fn read(family: Family, document: &Document) -> Self {
        let mut settings = BTreeMap::new();
        let document = match document.get("oidc") {
            Some(Value::Object(inner)) if family == Family::IdentityProvider => inner,
            _ => document,
        };
        match family {
            Family::Association => {
                for (field, name) in [
                    (Field::Role, "roleArn"),
                    (Field::TargetRole, "targetRoleArn"),
                    (Field::Policy, "policy"),
                ] {
                    // An empty text is how an update clears a member, so it means the same as none.
                    let text = document.get(name).and_then(Value::as_str);
                    if let Some(text) = text.filter(|text| !text.is_empty()) {
                        settings.insert(field, text.into());
                    }
                }
                if document.get("disableSessionTags") == Some(&Value::Bool(true)) {
                    settings.insert(Field::SessionTagsOff, true.into());
                }
            }
            Family::IdentityProvider => {
                for (name, value) in document {
                    if !NOT_SETTABLE.contains(&name.as_str()) && !value.is_null() {
                        settings.insert(Field::Member(name.as_str().into()), value.clone());
                    }
                }
            }
        }
        let tags = document.get("tags").and_then(Value::as_object);
        for (key, value) in tags.into_iter().flatten() {
            // Tags of AWS's own are nobody's to set or to take away.
            if !key.starts_with("aws:") {
                settings.insert(Field::Tag(key.as_str().into()), value.clone());
            }
        }
        Self(settings)
    }

    /// The document under AWS's member names; what has no value is left out.
    pub fn to_document(&self) -> Document {
        let (mut document, mut tags) = (Map::new(), Map::new());
        for (field, value) in &self.0 {
            let name = match field {
                Field::Role => "roleArn",
                Field::TargetRole => "targetRoleArn",
                Field::SessionTagsOff => "disableSessionTags",
                Field::Policy => "policy",
                Field::Member(name) => name,
                Field::Tag(key) => {
                    tags.insert(key.to_string(), value.clone());
                    continue;
                }
            };
            document.insert(name.to_owned(), value.clone());
        }
        if !tags.is_empty() {
            document.insert("tags".to_owned(), Value::Object(tags));
        }
        document
    }

    pub fn get(&self, field: &Field) -> Option<&Value> {
        self.0.get(field)
    }

    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.0.keys()
    }

    /// The fields whose values do not mean the same here and there.
    pub fn changed(&self, other: &Self) -> BTreeSet<Field> {
        let fields = self.fields().chain(other.fields());
        let changed = fields.filter(|field| !field.same(self.get(field), other.get(field)));
        changed.cloned().collect()
    }

    /// Sets a field, or takes its value away.
    pub fn put(&mut self, field: Field, value: Option<Value>) {
        match value {
            Some(value) => self.0.insert(field, value),
            None => self.0.remove(&field),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(value: Value) -> Document {
        let Value::Object(document) = value else {
            unreachable!()
        };
        document
    }

    #[test]
    fn settings_are_what_a_person_can_set() {
        let described = document(json!({
            "associationId": "a-1", "roleArn": "r", "targetRoleArn": "", "policy": "{}",
            "disableSessionTags": true, "externalId": "x", "createdAt": "2026-01-01T00:00:00Z",
            "tags": {"team": "a", "aws:cloudformation:stack-name": "s"}
        }));
        let settings = Settings::read(Family::Association, &described);
        assert_eq!(
            Value::Object(settings.to_document()),
            json!({"roleArn": "r", "policy": "{}", "disableSessionTags": true, "tags": {"team": "a"}})
        );
        let default = document(json!({"roleArn": "r", "disableSessionTags": false, "tags": {}}));
        let bare = document(json!({"roleArn": "r"}));
        assert_eq!(
            Settings::read(Family::Association, &default),
            Settings::read(Family::Association, &bare)
        );
        let provider = document(json!({"oidc": {
            "identityProviderConfigName": "k", "status": "ACTIVE", "clientId": "c", "tags": {"a": "b"}
        }}));
        assert_eq!(
            Value::Object(Settings::read(Family::IdentityProvider, &provider).to_document()),
            json!({"clientId": "c", "identityProviderConfigName": "k", "tags": {"a": "b"}})
        );
    }

    #[test]
    fn blanks_in_a_policy_mean_nothing() {
        let (one, other): (Value, Value) = ("{\"a\": [1]}".into(), "{ \"a\":[1] }".into());
        assert!(Field::Policy.same(Some(&one), Some(&other)));
        assert!(!Field::Role.same(Some(&one), Some(&other)));
        assert!(!Field::Policy.same(Some(&one), None));
        let (broken, also) = ("{".into(), "[".into());
        assert!(!Field::Policy.same(Some(&broken), Some(&also)));
        assert!(Field::Policy.same(None, None));
    }
}
