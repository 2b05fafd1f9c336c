//! Label selectors of Kubernetes.

use super::{Expression, Selector};
use crate::model::verdict::Verdict;

impl Selector {
    /// Whether it selects what has these labels; the empty one selects everything.
    ///
    /// `value` gives the value of a label: yes and it, no, or not known.
    pub fn selects<'l>(&self, value: impl Fn(&str) -> Label<'l>) -> Verdict {
        let labels = self.labels.iter().map(|(key, wanted)| match value(key) {
            Label::Unknown => Verdict::Unknown,
            Label::Absent => Verdict::No,
            Label::Is(found) => Verdict::from(*found == **wanted),
        });
        let expressions = self.expressions.iter();
        Verdict::all(
            labels.chain(expressions.map(|expression| expression.holds(value(&expression.key)))),
        )
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.expressions.is_empty()
    }
}

/// What is known of one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label<'l> {
    Unknown,
    Absent,
    Is(&'l str),
}

impl<'l> Label<'l> {
    pub fn of(value: Option<&'l str>) -> Self {
        value.map_or(Self::Absent, Self::Is)
    }
}

impl Expression {
    fn holds(&self, label: Label<'_>) -> Verdict {
        let is_among = |found: &str| self.values.iter().any(|value| **value == *found);
        match (&*self.operator, label) {
            ("In", Label::Is(found)) => is_among(found).into(),
            // What has no such label is not among the values either.
            ("NotIn", Label::Is(found)) => (!is_among(found)).into(),
            ("Exists", Label::Is(_)) | ("NotIn" | "DoesNotExist", Label::Absent) => Verdict::Yes,
            ("In" | "Exists", Label::Absent) | ("DoesNotExist", Label::Is(_)) => Verdict::No,
            // A label that is not known, or an operator of a newer Kubernetes.
            _ => Verdict::Unknown,
        }
    }
}
