//! The places of a form, each with its label and what can be wrong there.

use crate::model::plan::Field;

/// A place in the form that takes keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    Namespace,
    ServiceAccount,
    Role,
    TargetRole,
    SessionTags,
    Policy,
    Tags,
    /// The button that shows the change.
    Review,
}

impl Stop {
    pub fn label(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::ServiceAccount => "service account",
            Self::Role => "role",
            Self::TargetRole => "target role",
            Self::SessionTags => "session tags",
            Self::Policy => "session policy",
            Self::Tags => "tags",
            Self::Review => "",
        }
    }

    pub fn is_text(self) -> bool {
        matches!(self, Self::Policy | Self::Tags)
    }

    /// Where an input that breaks a rule stands.
    pub(super) fn of(field: &Field) -> Option<Self> {
        match field {
            Field::Namespace => Some(Self::Namespace),
            Field::ServiceAccount => Some(Self::ServiceAccount),
            Field::Role => Some(Self::Role),
            Field::TargetRole => Some(Self::TargetRole),
            Field::SessionTags => Some(Self::SessionTags),
            Field::Policy => Some(Self::Policy),
            Field::Tags | Field::Tag(_) => Some(Self::Tags),
            Field::Cluster | Field::AssociationId => None,
        }
    }
}
