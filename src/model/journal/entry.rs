//! An entry: an intent joined with what came of it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::journal::{ChangeKind, EntryId, Image, Intent};
use crate::model::{Document, Failure, Text};

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// AWS took it.
    Applied {
        request_id: Option<Text>,
        /// As it was read back; unknown if that could not be done.
        after: Image,
    },
    /// AWS refused it, or the call certainly never arrived.
    Failed { failure: Failure },
    /// Found out later: it was never applied.
    NotApplied { reason: Text },
    /// What stands there now is neither what stood there before nor what was planned.
    CannotBeTold { reason: Text },
    /// A word of a newer version.
    Other { word: Text },
}

impl Outcome {
    /// The word in the file and in exports.
    pub fn word(&self) -> &str {
        match self {
            Self::Applied { .. } => "applied",
            Self::Failed { .. } => "failed",
            Self::NotApplied { .. } => "not-applied",
            Self::CannotBeTold { .. } => "cannot-be-told",
            Self::Other { word } => word,
        }
    }

    /// The word for people: a test applies nothing, it is answered with credentials or without.
    pub fn word_of(&self, kind: &ChangeKind) -> &str {
        match (kind, self) {
            (ChangeKind::TestCredentials, Self::Applied { .. }) => "issued",
            (ChangeKind::TestCredentials, Self::Failed { .. }) => "refused",
            (ChangeKind::TestCredentials, Self::NotApplied { .. }) => "not asked",
            (ChangeKind::TestCredentials, Self::CannotBeTold { .. }) => "interrupted",
            _ => self.word(),
        }
    }

    /// Says whether it settles the matter.
    pub fn is_definite(&self) -> bool {
        match self {
            Self::Applied { .. } | Self::Failed { .. } | Self::NotApplied { .. } => true,
            Self::CannotBeTold { .. } | Self::Other { .. } => false,
        }
    }
}

/// One outcome as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    pub at: Timestamp,
    pub outcome: Outcome,
    /// Members that a newer version wrote and this one does not know.
    pub rest: Document,
}

/// One change, from its intent to its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: EntryId,
    /// The run of roledex that made it: as long as that lives, nobody else touches the entry.
    pub run: Text,
    pub intent: Arc<Intent>,
    /// Oldest first; more than one where the first could not be told.
    pub conclusions: Vec<Conclusion>,
}

impl Entry {
    /// The last outcome that settles the matter, or else the last one.
    pub fn conclusion(&self) -> Option<&Conclusion> {
        let definite = |conclusion: &&Conclusion| conclusion.outcome.is_definite();
        let settled = self.conclusions.iter().rev().find(definite);
        settled.or_else(|| self.conclusions.last())
    }

    pub fn outcome(&self) -> Option<&Outcome> {
        Some(&self.conclusion()?.outcome)
    }

    pub fn is_applied(&self) -> bool {
        matches!(self.outcome(), Some(Outcome::Applied { .. }))
    }

    /// Says whether nothing is known of what came of it: it is being made, or its run died.
    pub fn is_unfinished(&self) -> bool {
        self.conclusions.is_empty()
    }

    /// What the change left behind, as far as the journal knows.
    pub fn left(&self) -> &Image {
        match self.outcome() {
            Some(Outcome::Applied { after, .. }) => after.or(&self.intent.planned),
            Some(Outcome::Failed { .. } | Outcome::NotApplied { .. }) => &self.intent.before,
            _ => &self.intent.planned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::journal::json::tests::{conclusion, intent};

    fn entry(outcomes: Vec<Outcome>) -> Entry {
        Entry {
            id: EntryId::parse("0000000a").unwrap(),
            run: "r".into(),
            intent: Arc::new(intent()),
            conclusions: outcomes.into_iter().map(conclusion).collect(),
        }
    }

    #[test]
    fn a_settled_matter_stays_settled() {
        let doubt = || Outcome::CannotBeTold { reason: "x".into() };
        let applied = || Outcome::Applied {
            request_id: None,
            after: Image::Unknown,
        };
        assert!(entry(vec![]).is_unfinished());
        assert!(!entry(vec![doubt()]).is_unfinished());
        assert!(entry(vec![doubt(), applied()]).is_applied());
        assert!(entry(vec![applied(), doubt()]).is_applied());
        assert_eq!(entry(vec![doubt()]).outcome(), Some(&doubt()));
    }

    #[test]
    fn what_was_left_is_what_was_read_back_else_what_was_planned() {
        let applied = |after| {
            entry(vec![Outcome::Applied {
                request_id: None,
                after,
            }])
        };
        assert_eq!(applied(Image::Absent).left(), &Image::Absent);
        assert_eq!(applied(Image::Unknown).left(), &intent().planned);
        let not_applied = entry(vec![Outcome::NotApplied { reason: "x".into() }]);
        assert_eq!(not_applied.left(), &intent().before);
    }
}
