//! What can be said of an association before it exists: everything that can be set.

use std::collections::BTreeMap;

use crate::model::Text;
use crate::model::association::{AssociationDetail, AssociationRecord};
use crate::model::plan::change::New;
use crate::model::plan::diff::{FieldDiff, diff};

/// The settable side of an association, as it is or as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    pub namespace: Text,
    pub service_account: Text,
    /// Absent only if AWS sent none.
    pub role: Option<Text>,
    pub target_role: Option<Text>,
    pub session_tags: bool,
    pub policy: Option<Text>,
    pub tags: BTreeMap<Text, Text>,
}

impl Definition {
    pub fn of(record: &AssociationRecord) -> Self {
        Self {
            namespace: record.association.namespace.clone(),
            service_account: record.association.service_account.clone(),
            ..Self::of_detail(&record.detail)
        }
    }

    /// Without names, for comparing two states of one association.
    pub(super) fn of_detail(detail: &AssociationDetail) -> Self {
        let tags = detail.tags();
        Self {
            namespace: "".into(),
            service_account: "".into(),
            role: detail.role.clone(),
            target_role: detail.target_role.clone(),
            session_tags: detail.session_tags(),
            policy: detail.policy().cloned(),
            tags: tags
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        }
    }

    pub fn of_new(new: &New) -> Self {
        Self {
            namespace: new.namespace.clone(),
            service_account: new.service_account.clone(),
            role: Some(new.role.arn().text().clone()),
            target_role: new
                .target_role
                .as_ref()
                .map(|role| role.arn().text().clone()),
            session_tags: new.session_tags.unwrap_or(true),
            policy: new.policy.as_ref().map(|policy| policy.text().clone()),
            tags: new.tags.map().clone(),
        }
    }

    /// Every field in which another state differs, from this value to that.
    pub fn differences(&self, other: &Self) -> Vec<FieldDiff> {
        diff(Some(self), Some(other))
    }

    /// How it is called on screen and on the command line.
    pub fn name(&self) -> String {
        format!("{}/{}", self.namespace, self.service_account)
    }
}
