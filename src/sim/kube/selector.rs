//! Label and field selectors.

use super::object::{Object, field_names};
use super::resource::Resource;
use super::status::Status;

/// What a list or a watch is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selector {
    labels: Vec<Requirement>,
    /// Field, value, and whether they must be equal or different.
    fields: Vec<(String, String, bool)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Requirement {
    Exists(String),
    Missing(String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
}

impl Selector {
    pub(crate) fn parse(
        resource: &Resource,
        labels: Option<&str>,
        fields: Option<&str>,
    ) -> Result<Self, Status> {
        let labels = split(labels.unwrap_or_default())
            .map(|text| {
                requirement(text).ok_or_else(|| {
                    Status::bad_request(format!("unable to parse requirement: '{text}'"))
                })
            })
            .collect::<Result<_, _>>()?;
        let fields = split(fields.unwrap_or_default())
            .map(|text| field(resource, text))
            .collect::<Result<_, _>>()?;
        Ok(Self { labels, fields })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    pub(crate) fn meets(&self, object: &Object) -> bool {
        self.labels
            .iter()
            .all(|requirement| requirement.meets(object))
            && self.fields.iter().all(|(name, value, is_equal)| {
                let actual = match name.as_str() {
                    "metadata.name" => object.name.as_str(),
                    "metadata.namespace" => object.namespace.as_str(),
                    name => object
                        .fields
                        .iter()
                        .find(|(field, _)| *field == name)
                        .map_or("", |(_, value)| value.as_str()),
                };
                (actual == value) == *is_equal
            })
    }
}

impl Requirement {
    fn meets(&self, object: &Object) -> bool {
        let value = |key: &String| object.labels.get(key);
        match self {
            Self::Exists(key) => value(key).is_some(),
            Self::Missing(key) => value(key).is_none(),
            Self::In(key, values) => value(key).is_some_and(|value| values.contains(value)),
            Self::NotIn(key, values) => value(key).is_none_or(|value| !values.contains(value)),
        }
    }
}

/// Splits at the commas that are in no parentheses.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    text.split(move |character| {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        character == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

fn requirement(text: &str) -> Option<Requirement> {
    let is_key = |key: &str| {
        !key.is_empty()
            && key.chars().all(|character| {
                character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '/')
            })
    };
    if let Some(rest) = text.strip_suffix(')') {
        let (head, values) = rest.split_once('(')?;
        let values = values
            .split(',')
            .map(|value| value.trim().to_owned())
            .collect();
        let words: Vec<&str> = head.split_whitespace().collect();
        return match words.as_slice() {
            [key, "in"] if is_key(key) => Some(Requirement::In((*key).to_owned(), values)),
            [key, "notin"] if is_key(key) => Some(Requirement::NotIn((*key).to_owned(), values)),
            _ => None,
        };
    }
    for (sign, is_equal) in [("!=", false), ("==", true), ("=", true)] {
        if let Some((key, value)) = text.split_once(sign) {
            let (key, values) = (key.trim().to_owned(), vec![value.trim().to_owned()]);
            return is_key(&key).then_some(if is_equal {
                Requirement::In(key, values)
            } else {
                Requirement::NotIn(key, values)
            });
        }
    }
    match text.strip_prefix('!') {
        Some(key) => is_key(key.trim()).then(|| Requirement::Missing(key.trim().to_owned())),
        None => is_key(text).then(|| Requirement::Exists(text.to_owned())),
    }
}

fn field(resource: &Resource, text: &str) -> Result<(String, String, bool), Status> {
    let parsed = [("!=", false), ("==", true), ("=", true)]
        .into_iter()
        .find_map(|(sign, is_equal)| {
            let (name, value) = text.split_once(sign)?;
            Some((name.trim().to_owned(), value.trim().to_owned(), is_equal))
        });
    let Some((name, value, is_equal)) = parsed else {
        return Err(Status::bad_request(format!(
            "invalid field selector: \"{text}\"; can't understand '{text}'"
        )));
    };
    let is_known = name == "metadata.name"
        || (name == "metadata.namespace" && resource.is_namespaced)
        || field_names(resource).contains(&name.as_str());
    if !is_known {
        return Err(Status::bad_request(format!(
            "field label not supported: {name}"
        )));
    }
    Ok((name, value, is_equal))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sim::kube::resource::by_kind;

    #[test]
    fn selectors_select() {
        let pods = by_kind("Pod").unwrap();
        let pod = Object::new(
            pods,
            &json!({
                "metadata": {"name": "p", "namespace": "n", "labels": {"app": "a", "x/y": ""}},
                "spec": {"nodeName": "one", "serviceAccountName": "sa"},
                "status": {"phase": "Running"},
            }),
            1,
        );
        for (labels, fields, expected) in [
            ("app=a", "", true),
            ("app==a,x/y", "", true),
            ("app!=a", "", false),
            ("tier!=b", "", true),
            ("!tier", "", true),
            ("app in (a, b),tier notin (c,d)", "", true),
            ("app in (b)", "", false),
            ("", "spec.nodeName=one,metadata.name!=q", true),
            ("", "status.phase!=Running", false),
            ("", "spec.serviceAccountName=other", false),
        ] {
            let selector = Selector::parse(pods, Some(labels), Some(fields)).unwrap();
            assert_eq!(selector.meets(&pod), expected, "{labels} {fields}");
        }
        for (labels, fields) in [
            ("a b", ""),
            ("a=(", "spec.x=1"),
            ("", "nonsense"),
            ("(", ""),
        ] {
            assert!(
                Selector::parse(pods, Some(labels), Some(fields)).is_err(),
                "{labels} {fields}"
            );
        }
    }
}
