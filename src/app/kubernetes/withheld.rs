//! Roles that IAM said are not given, put to the rows that show them.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::app::roles::RoleRow;
use crate::model::census;
use crate::model::identity::{Associated, Fact, Mechanism, Role, Withheld, withheld};
use crate::model::{AssociationKey, Text};

/// What IAM said of roles, while rows are made.
pub(super) struct Judge<'a> {
    roles: &'a IndexMap<Text, RoleRow>,
    /// A trust policy is judged once for all pods of an association.
    judged: HashMap<AssociationKey, Option<Arc<Withheld>>>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(roles: &'a IndexMap<Text, RoleRow>) -> Self {
        Self {
            roles,
            judged: HashMap::new(),
        }
    }

    pub(super) fn account(&mut self, row: &census::AccountRow<'_>) -> Option<Arc<Withheld>> {
        // Where there is an association, the role is its own.
        self.judge(row.role()?, row.association.present())
    }

    pub(super) fn container(&mut self, row: &census::ContainerRow<'_>) -> Option<Arc<Withheld>> {
        let is_associated = row.verdict.mechanism == Mechanism::PodIdentity;
        let associated = row.association.present().filter(|_| is_associated);
        self.judge(row.role()?, associated)
    }

    fn judge(&mut self, role: &Role, associated: Option<Associated<'_>>) -> Option<Arc<Withheld>> {
        let roles = self.roles;
        let trust = |arn: &Text| roles.get(arn).map_or(Fact::Unknown, RoleRow::policy);
        let Some(of) = associated else {
            return withheld(role, None, trust).map(Arc::new);
        };
        if let Some(known) = self.judged.get(&of.association.key) {
            return known.clone();
        }
        let found = withheld(role, associated, trust).map(Arc::new);
        self.judged
            .insert(of.association.key.clone(), found.clone());
        found
    }
}
