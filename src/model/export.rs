//! Renderings of rows for other programs: documents, tables, and the languages of other tools.
//!
//! Everything here is text from values. What comes from outside is escaped by the rules of the language
//! that is written, so that no name, tag or policy can leave its place.

pub mod aws_cli;
pub mod columns;
pub mod diagnosis;
pub mod document;
pub mod eksctl;
pub mod json;
pub mod table;
pub mod terraform;
pub mod yaml;

use std::fmt;

use crate::model::association::{Association, AssociationDetail};
use crate::model::text::visible;

/// An association as an export needs it.
#[derive(Debug, Clone, Copy)]
pub struct Exported<'a> {
    pub association: &'a Association,
    /// The description, or why there is none.
    pub detail: Result<&'a AssociationDetail, &'a str>,
    /// The profile through which the cluster was reached.
    pub profile: Option<&'a str>,
}

/// An association with everything that a definition of it needs.
#[derive(Clone, Copy)]
struct Definition<'a> {
    association: &'a Association,
    detail: &'a AssociationDetail,
    role: &'a str,
    profile: Option<&'a str>,
}

impl<'a> Exported<'a> {
    fn definition(self) -> Result<Definition<'a>, Skip> {
        if let Some(addon) = self.association.owner_name() {
            return Err(Skip::OwnedByAddon(addon.to_owned()));
        }
        let detail = self
            .detail
            .map_err(|reason| Skip::NotDescribed(reason.to_owned()))?;
        let role = detail.role.as_deref().ok_or(Skip::NoRole)?;
        Ok(Definition {
            association: self.association,
            detail,
            role,
            profile: self.profile,
        })
    }

    /// The sentence that stands where a skipped association would be, safe as a comment in every language.
    fn skipped(self, skip: &Skip) -> String {
        let name = self.association.name();
        let (name, cluster) = (visible(&name), self.association.key.cluster.as_str());
        format!("# skipped {name} of {}: {skip}", visible(cluster))
    }
}

/// Why an association is not written as a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// The add-on makes and removes it: a second owner would fight it.
    OwnedByAddon(String),
    NotDescribed(String),
    NoRole,
    /// A value that must not stand in a command.
    Unsafe(String),
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OwnedByAddon(addon) => {
                let addon = visible(addon);
                write!(f, "the add-on {addon} owns it; configure it on the add-on")
            }
            Self::NotDescribed(reason) => write!(f, "its role is not known: {}", visible(reason)),
            Self::NoRole => f.write_str("AWS sent no role for it"),
            Self::Unsafe(reason) => f.write_str(&visible(reason)),
        }
    }
}

impl std::error::Error for Skip {}

#[cfg(test)]
pub(crate) mod tests {
    //! Associations that every export is tried on.
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::model::association::{AssociationExtra, AssociationKey};
    use crate::model::{ClusterArn, Region};

    pub(crate) const HOSTILE: &str =
        "a\"b'c\\d ${x} $${y} %{if} %%{z} \u{1b}[31m \u{202e} #é日本 \n\t{}[]: - `id` $(id) &*!|>";

    pub(crate) fn association(owner: Option<&str>) -> Association {
        Association {
            key: AssociationKey {
                cluster: ClusterArn::new(&Region::new("us-west-2"), "111122223333", "shop"),
                id: "a-1b2c3d4e5f6g7h8i9".into(),
            },
            namespace: "payments".into(),
            service_account: "api".into(),
            arn: None,
            owner: owner.map(Into::into),
        }
    }

    pub(crate) fn full(tags: &[(&str, &str)], policy: Option<&str>) -> AssociationDetail {
        let tags: BTreeMap<_, _> = tags
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect();
        AssociationDetail {
            role: Some("arn:aws:iam::111122223333:role/team/payments-api".into()),
            target_role: Some("arn:aws:iam::444455556666:role/vault-reader".into()),
            session_tags_disabled: Some(true),
            created: None,
            modified: None,
            extra: Some(Arc::new(AssociationExtra {
                tags,
                external_id: None,
                policy: policy.map(Into::into),
            })),
        }
    }

    #[test]
    fn what_cannot_be_defined_says_why() {
        let owned = "arn:aws:eks:us-west-2:111122223333:addon/shop/vpc-cni/8ac1";
        let (owned, free) = (association(Some(owned)), association(None));
        let (detail, empty) = (full(&[], None), AssociationDetail::default());
        for (association, detail, expected) in [
            (&owned, Ok(&detail), "the add-on vpc-cni owns it"),
            (&free, Err("denied\nby policy"), r"denied\nby policy"),
            (&free, Ok(&empty), "AWS sent no role"),
        ] {
            let row = Exported {
                association,
                detail,
                profile: None,
            };
            let skip = row.definition().err().unwrap();
            let comment = row.skipped(&skip);
            assert!(comment.contains(expected), "{comment}");
            assert_eq!(comment.lines().count(), 1);
        }
    }
}
