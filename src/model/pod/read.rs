//! Reads JSON without trusting it: unknown members are ignored, a wrong type is named.

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::model::Text;

/// Why a Kubernetes object could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where in the object, such as `spec.containers[2].env`.
    pub member: Text,
    /// What is wrong with it: "is missing", "is not a list".
    pub problem: &'static str,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.member, self.problem)
    }
}

impl std::error::Error for Unreadable {}

/// Makes shared text; a caller that reads many objects passes one that returns the same text twice.
pub type Intern<'i> = dyn FnMut(&str) -> Text + 'i;

/// A place in a document; the path is put together only if something is wrong there.
pub(in crate::model) struct Place<'v, 'p> {
    value: Option<&'v Value>,
    above: Option<&'p Place<'v, 'p>>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Root,
    Member(&'static str),
    Item(usize),
}

impl<'v> Place<'v, '_> {
    pub(in crate::model) fn root(value: &'v Value) -> Self {
        Self {
            value: Some(value),
            above: None,
            step: Step::Root,
        }
    }

    /// The value itself, `None` where it is absent or `null`, which mean the same in Kubernetes.
    fn value(&self) -> Option<&'v Value> {
        self.value.filter(|value| !value.is_null())
    }

    pub(in crate::model) fn is_present(&self) -> bool {
        self.value().is_some()
    }

    /// Goes down to a member; what is no object is an error, what is absent has only absent members.
    pub(in crate::model) fn at<'s>(
        &'s self,
        name: &'static str,
    ) -> Result<Place<'v, 's>, Unreadable> {
        Ok(Place {
            value: self.object()?.and_then(|members| members.get(name)),
            above: Some(self),
            step: Step::Member(name),
        })
    }

    pub(in crate::model) fn object(&self) -> Result<Option<&'v Map<String, Value>>, Unreadable> {
        match self.value() {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.wrong("is not an object")),
        }
    }

    /// Runs over the items of a list; an absent list has none.
    pub(in crate::model) fn each<T>(
        &self,
        mut read: impl FnMut(&Place<'v, '_>) -> Result<T, Unreadable>,
    ) -> Result<Vec<T>, Unreadable> {
        let items = match self.value() {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(self.wrong("is not a list")),
        };
        items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                read(&Place {
                    value: Some(item),
                    above: Some(self),
                    step: Step::Item(index),
                })
            })
            .collect()
    }

    pub(in crate::model) fn text(&self) -> Result<Option<&'v str>, Unreadable> {
        match self.value() {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong("is not a text")),
        }
    }

    /// Text that is there and not empty.
    pub(in crate::model) fn needed(&self) -> Result<&'v str, Unreadable> {
        match self.text()? {
            None => Err(self.wrong("is missing")),
            Some("") => Err(self.wrong("is empty")),
            Some(text) => Ok(text),
        }
    }

    /// Text, or nothing where it is absent or empty, which mean the same in Kubernetes.
    pub(in crate::model) fn filled(&self) -> Result<Option<&'v str>, Unreadable> {
        Ok(self.text()?.filter(|text| !text.is_empty()))
    }

    pub(in crate::model) fn boolean(&self) -> Result<Option<bool>, Unreadable> {
        match self.value() {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.wrong("is not true or false")),
        }
    }

    /// A number of things.
    pub(in crate::model) fn count(&self) -> Result<Option<u64>, Unreadable> {
        match self.value() {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(count) => Ok(Some(count)),
                None => Err(self.wrong("is not a number that counts")),
            },
        }
    }

    pub(in crate::model) fn time(&self) -> Result<Option<Timestamp>, Unreadable> {
        self.text()?
            .map(|text| {
                text.parse()
                    .map_err(|_| self.wrong("is not a time in RFC 3339"))
            })
            .transpose()
    }

    /// One entry of a map of texts, such as a label.
    pub(in crate::model) fn entry(&self, key: &str) -> Result<Option<&'v str>, Unreadable> {
        match self.object()?.and_then(|entries| entries.get(key)) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong("holds something that is not a text")),
        }
    }

    pub(in crate::model) fn wrong(&self, problem: &'static str) -> Unreadable {
        let mut path = String::new();
        self.write_path(&mut path);
        if path.is_empty() {
            path.push_str("the object");
        }
        Unreadable {
            member: path.into(),
            problem,
        }
    }

    fn write_path(&self, path: &mut String) {
        if let Some(above) = self.above {
            above.write_path(path);
        }
        match self.step {
            Step::Root => {}
            Step::Member(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
            }
            // Writing to a String cannot fail.
            Step::Item(index) => write!(path, "[{index}]").unwrap_or_default(),
        }
    }
}
