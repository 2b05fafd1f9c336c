//! The kinds of changes.

use serde_json::Value;

use crate::model::{Document, Text};

/// What a change does; a word from a newer version is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    CreateAssociation,
    /// Role, target role, session tags or policy.
    UpdateAssociation,
    DeleteAssociation,
    TagAssociation,
    UntagAssociation,
    AssociateIdentityProvider,
    DisassociateIdentityProvider,
    CancelUpdate,
    RestartWorkload,
    /// Changes nothing in AWS, but issues credentials, which an auditor wants to see.
    TestCredentials,
    Other(Text),
}

/// What a change is made to, which decides how its images are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Association,
    IdentityProvider,
}

impl Family {
    /// What AWS tells one thing from the next by, even where they have the same names.
    pub fn id(self, document: &Document) -> Option<&str> {
        match self {
            Self::Association => document.get("associationId")?.as_str(),
            Self::IdentityProvider => {
                let inner = document.get("oidc").and_then(Value::as_object);
                let inner = inner.unwrap_or(document);
                inner.get("identityProviderConfigArn")?.as_str()
            }
        }
    }
}

impl ChangeKind {
    /// Every kind that this version makes.
    pub const ALL: [Self; 10] = [
        Self::CreateAssociation,
        Self::UpdateAssociation,
        Self::DeleteAssociation,
        Self::TagAssociation,
        Self::UntagAssociation,
        Self::AssociateIdentityProvider,
        Self::DisassociateIdentityProvider,
        Self::CancelUpdate,
        Self::RestartWorkload,
        Self::TestCredentials,
    ];

    pub fn parse(word: &str) -> Self {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        known.unwrap_or_else(|| Self::Other(word.into()))
    }

    /// The word in the file and in exports.
    pub fn as_str(&self) -> &str {
        match self {
            Self::CreateAssociation => "create-association",
            Self::UpdateAssociation => "update-association",
            Self::DeleteAssociation => "delete-association",
            Self::TagAssociation => "tag-association",
            Self::UntagAssociation => "untag-association",
            Self::AssociateIdentityProvider => "associate-identity-provider",
            Self::DisassociateIdentityProvider => "disassociate-identity-provider",
            Self::CancelUpdate => "cancel-update",
            Self::RestartWorkload => "restart-workload",
            Self::TestCredentials => "test-credentials",
            Self::Other(word) => word,
        }
    }

    /// What its images show, if it is a kind that can be taken back.
    pub fn family(&self) -> Option<Family> {
        match self {
            Self::CreateAssociation
            | Self::UpdateAssociation
            | Self::DeleteAssociation
            | Self::TagAssociation
            | Self::UntagAssociation => Some(Family::Association),
            Self::AssociateIdentityProvider | Self::DisassociateIdentityProvider => {
                Some(Family::IdentityProvider)
            }
            Self::CancelUpdate | Self::RestartWorkload | Self::TestCredentials | Self::Other(_) => {
                None
            }
        }
    }

    /// Why it can never be taken back, if that is so.
    pub fn final_because(&self) -> Option<&'static str> {
        match self {
            Self::CancelUpdate => Some("a cancelled update cannot be resumed; start it again"),
            Self::RestartWorkload => Some("pods that were replaced do not come back"),
            Self::TestCredentials => Some("a test changes nothing"),
            Self::Other(_) => {
                Some("a newer version of roledex made this change; undo it with that version")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_word_and_either_a_family_or_a_reason() {
        let mut words: Vec<_> = ChangeKind::ALL
            .iter()
            .map(|kind| kind.as_str().to_owned())
            .collect();
        for kind in ChangeKind::ALL {
            assert_eq!(ChangeKind::parse(kind.as_str()), kind);
            assert_ne!(
                kind.family().is_some(),
                kind.final_because().is_some(),
                "{kind:?}"
            );
        }
        words.sort();
        words.dedup();
        assert_eq!(words.len(), ChangeKind::ALL.len());
        let newer = ChangeKind::parse("rename-cluster");
        assert_eq!(newer, ChangeKind::Other("rename-cluster".into()));
        assert_eq!((newer.as_str(), newer.family()), ("rename-cluster", None));
    }
}
