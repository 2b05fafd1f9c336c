//! Rows of every kind, whether read now or kept from an earlier run.

mod item;
pub(crate) mod kubernetes;

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use crate::cli::args::Kind;
use crate::model::export::document::{Place, placed};
use crate::model::export::{Exported, columns};
use crate::model::{
    Association, AssociationDetail, Cluster, ClusterArn, Described, Failure, Known, Text, Update,
};
use crate::ops::fleet::{
    AccessEntryRow, AddonRow, AssociationRow, ClusterRow, IdentityProviderRow, RoleRow, Site,
    UpdateRow,
};
use item::Item;

/// One line of a table, one object of a document.
pub(crate) struct Row {
    /// The named profile in use; `None` for the standard chain and for the cache.
    profile: Option<Text>,
    /// When an earlier run read it; `None` for what was read now.
    read_at: Option<Timestamp>,
    item: Item,
}

impl Row {
    pub(crate) fn cluster(row: ClusterRow) -> Self {
        let cluster = row.cluster.map(Box::new).map_err(reason);
        Self::found(&row.site, Item::Cluster(row.site.arn.clone(), cluster))
    }

    pub(crate) fn association(row: AssociationRow) -> Self {
        let detail = match row.described {
            Ok(described) => Ok((described.value.detail, Some(described.document))),
            Err(failure) => Err(reason(failure)),
        };
        let listed = row.association;
        Self::found(&row.site, Item::Association { listed, detail })
    }

    pub(crate) fn update(row: UpdateRow) -> Self {
        let Described { value, document } = row.update;
        Self::found(&row.site, Item::Update(Box::new(value), Some(document)))
    }

    pub(crate) fn identity_provider(row: IdentityProviderRow) -> Self {
        let described = row.described.map(Box::new).map_err(reason);
        Self::found(&row.site, Item::IdentityProvider(row.key, described))
    }

    pub(crate) fn addon(row: AddonRow) -> Self {
        let described = row.described.map(Box::new).map_err(reason);
        Self::found(&row.site, Item::Addon(row.key, described))
    }

    pub(crate) fn access_entry(row: AccessEntryRow) -> Self {
        let described = row.described.map(Box::new).map_err(reason);
        Self::found(&row.site, Item::AccessEntry(row.key, described))
    }

    pub(crate) fn role(row: RoleRow) -> Self {
        Self {
            profile: row.profile,
            read_at: None,
            item: Item::Role {
                arn: row.arn,
                state: row.state,
                usage: row.usage.map(Box::new),
                radius: row.radius.map(Box::new),
            },
        }
    }

    fn found(site: &Site, item: Item) -> Self {
        Self {
            profile: site.route.profile.clone(),
            read_at: None,
            item,
        }
    }

    pub(crate) fn cached_cluster(arn: ClusterArn, cluster: Option<Known<Cluster>>) -> Self {
        let at = cluster.as_ref().map(|known| known.at);
        let cluster = cluster.map(|known| Box::new(known.value));
        Self::cached(at, Item::Cluster(arn, cluster.ok_or_else(not_cached)))
    }

    /// The list and the details were read by calls of their own; the row is as old as the older of them.
    pub(crate) fn cached_association(
        listed: Association,
        listed_at: Timestamp,
        detail: Option<Known<AssociationDetail>>,
    ) -> Self {
        let at = detail
            .as_ref()
            .map_or(listed_at, |known| known.at.min(listed_at));
        let detail = detail
            .map(|known| (known.value, None))
            .ok_or_else(not_cached);
        Self::cached(Some(at), Item::Association { listed, detail })
    }

    pub(crate) fn cached_update(update: Known<Update>) -> Self {
        let Known { value, at, .. } = update;
        Self::cached(Some(at), Item::Update(Box::new(value), None))
    }

    fn cached(read_at: Option<Timestamp>, item: Item) -> Self {
        Self {
            profile: None,
            read_at,
            item,
        }
    }

    /// When an earlier run read it; `None` for what was read now.
    pub(crate) fn read_at(&self) -> Option<Timestamp> {
        self.read_at
    }

    /// Says whether it is shown without being asked for, by the rule of the terminal UI.
    pub(crate) fn is_pending(&self, now: Timestamp) -> bool {
        match &self.item {
            Item::Update(update, _) => update.is_pending(now),
            _ => true,
        }
    }

    /// Orders rows as the terminal UI does at first: by cluster, then by name, and the newest update first.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let by_cluster = |row: &Self| row.arn().map(|arn| (arn.name().to_owned(), arn.clone()));
        let by_item = match (&self.item, &other.item) {
            (Item::Update(first, _), Item::Update(second, _)) => second.created.cmp(&first.created),
            (one, other) => one.names().cmp(&other.names()),
        };
        by_cluster(self).cmp(&by_cluster(other)).then(by_item)
    }

    pub(crate) fn is_association(&self, matches: impl Fn(&Association) -> bool) -> bool {
        matches!(&self.item, Item::Association { listed, .. } if matches(listed))
    }

    pub(crate) fn is_update(&self, id: &str) -> bool {
        matches!(&self.item, Item::Update(update, _) if *update.key.id == *id)
    }

    /// The cluster that it is in or is; roles are in none.
    pub(crate) fn arn(&self) -> Option<&ClusterArn> {
        self.item.cluster()
    }

    pub(crate) fn document(&self) -> Value {
        let profile = self.profile.as_deref();
        let place = match self.arn() {
            Some(cluster) => Place::of_cluster(cluster, profile),
            None => Place {
                account: self.item.account(),
                region: None,
                profile,
            },
        };
        let mut document = placed(self.item.document(), place);
        if let (Some(at), Value::Object(members)) = (self.read_at, &mut document) {
            members.insert("readAt".to_owned(), at.to_string().into());
        }
        document
    }

    /// All cells of the wide table.
    pub(crate) fn cells(&self, now: Timestamp) -> Vec<String> {
        let profile = self.profile.as_deref().unwrap_or_default();
        self.item.cells(profile, now)
    }

    /// What `describe` takes after the kind: the cluster's ARN, and the name where there is one; or the role's ARN.
    pub(crate) fn name(&self) -> String {
        let name = self.item.name();
        match (self.arn(), name) {
            (Some(cluster), Some(name)) => format!("{cluster} {name}"),
            (Some(cluster), None) => cluster.to_string(),
            (None, name) => name.unwrap_or_default(),
        }
    }

    pub(crate) fn exported(&self) -> Option<Exported<'_>> {
        let Item::Association { listed, detail } = &self.item else {
            return None;
        };
        Some(Exported {
            association: listed,
            detail: detail
                .as_ref()
                .map(|(detail, _)| detail)
                .map_err(String::as_str),
            profile: self.profile.as_deref(),
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn reason(failure: Failure) -> String {
    failure.to_string()
}

fn not_cached() -> String {
    "it was not read before".to_owned()
}

/// The table of a kind.
pub(crate) fn columns(kind: Kind) -> &'static columns::Columns {
    match kind {
        Kind::Clusters => &columns::CLUSTERS,
        Kind::Associations => &columns::ASSOCIATIONS,
        Kind::Updates => &columns::UPDATES,
        Kind::ServiceAccounts => &columns::SERVICE_ACCOUNTS,
        Kind::Pods => &columns::PODS,
        Kind::IdentityProviders => &columns::IDENTITY_PROVIDERS,
        Kind::Addons => &columns::ADDONS,
        Kind::AccessEntries => &columns::ACCESS_ENTRIES,
        Kind::Roles => &columns::ROLES,
    }
}
