//! The associations of a cluster, found by service account.

use std::collections::HashMap;

use crate::model::identity::{Associated, Fact};

/// What AWS said of the associations of a cluster, as far as it was read.
#[derive(Debug, Clone, Default)]
pub struct Associations<'a> {
    by_account: HashMap<(&'a str, &'a str), Associated<'a>>,
    /// Why there may be more of them.
    gap: Option<String>,
}

impl<'a> Associations<'a> {
    /// All associations, or all of those in the scope of the census.
    pub fn all(rows: impl IntoIterator<Item = Associated<'a>>) -> Self {
        let by_account = rows.into_iter().map(|row| {
            let association = row.association;
            let name = (&*association.namespace, &*association.service_account);
            (name, row)
        });
        Self {
            by_account: by_account.collect(),
            gap: None,
        }
    }

    /// Some associations; whether there are others is not known, and why that is so.
    pub fn some(rows: impl IntoIterator<Item = Associated<'a>>, gap: impl Into<String>) -> Self {
        Self {
            gap: Some(gap.into()),
            ..Self::all(rows)
        }
    }

    /// None were asked for.
    pub fn unread() -> Self {
        Self::some([], "associations were not read")
    }

    pub fn of(&self, namespace: &str, service_account: &str) -> Fact<Associated<'a>> {
        match self.by_account.get(&(namespace, service_account)) {
            Some(associated) => Fact::Present(*associated),
            None if self.gap.is_some() => Fact::Unknown,
            None => Fact::Absent,
        }
    }

    /// Why not all are known, if so.
    pub fn gap(&self) -> Option<&str> {
        self.gap.as_deref()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Associated<'a>> {
        self.by_account.values().copied()
    }
}
