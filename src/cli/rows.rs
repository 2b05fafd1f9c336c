//! Rows of every kind, whether read now or kept from an earlier run.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use crate::cli::args::Kind;
use crate::model::document::Document;
use crate::model::export::document::{
    self, ASSOCIATION_MEMBERS, CLUSTER_MEMBERS, Place, placed, without,
};
use crate::model::export::{Exported, columns};
use crate::model::{
    Association, AssociationDetail, Cluster, ClusterArn, Described, Failure, Known, Update,
};
use crate::ops::fleet::{AssociationRow, ClusterRow, Site, UpdateRow};

/// One line of a table, one object of a document.
pub(crate) struct Row {
    cluster: ClusterArn,
    /// The named profile in use; `None` for the standard chain and for the cache.
    profile: Option<String>,
    /// When an earlier run read it; `None` for what was read now.
    read_at: Option<Timestamp>,
    item: Item,
}

/// What a row is about; why something is not known stands in its place.
enum Item {
    Cluster(Result<Box<Cluster>, String>),
    Association {
        listed: Association,
        detail: Result<(AssociationDetail, Option<Document>), String>,
    },
    Update(Box<Update>, Option<Document>),
}

impl Row {
    pub(crate) fn cluster(row: ClusterRow) -> Self {
        Self::found(
            &row.site,
            Item::Cluster(
                row.cluster
                    .map(Box::new)
                    .map_err(|failure| reason(&failure)),
            ),
        )
    }

    pub(crate) fn association(row: AssociationRow) -> Self {
        let detail = match row.described {
            Ok(described) => Ok((described.value.detail, Some(described.document))),
            Err(failure) => Err(reason(&failure)),
        };
        let listed = row.association;
        Self::found(&row.site, Item::Association { listed, detail })
    }

    pub(crate) fn update(row: UpdateRow) -> Self {
        let Described { value, document } = row.update;
        Self::found(&row.site, Item::Update(Box::new(value), Some(document)))
    }

    fn found(site: &Site, item: Item) -> Self {
        Self {
            cluster: site.arn.clone(),
            profile: site.route.profile.as_deref().map(str::to_owned),
            read_at: None,
            item,
        }
    }

    pub(crate) fn cached_cluster(arn: ClusterArn, cluster: Option<Known<Cluster>>) -> Self {
        let at = cluster.as_ref().map(|known| known.at);
        let cluster = cluster.map(|known| Box::new(known.value));
        Self::cached(arn, at, Item::Cluster(cluster.ok_or_else(not_cached)))
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
        Self::cached(
            listed.key.cluster.clone(),
            Some(at),
            Item::Association { listed, detail },
        )
    }

    pub(crate) fn cached_update(update: Known<Update>) -> Self {
        let Known { value, at, .. } = update;
        Self::cached(
            value.key.cluster.clone(),
            Some(at),
            Item::Update(Box::new(value), None),
        )
    }

    fn cached(cluster: ClusterArn, read_at: Option<Timestamp>, item: Item) -> Self {
        Self {
            cluster,
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
        let by_cluster = |row: &Self| (row.cluster.name().to_owned(), row.cluster.clone());
        let by_item = match (&self.item, &other.item) {
            (Item::Update(first, _), Item::Update(second, _)) => second.created.cmp(&first.created),
            _ => self.names().cmp(&other.names()),
        };
        by_cluster(self).cmp(&by_cluster(other)).then(by_item)
    }

    fn names(&self) -> Option<(&str, &str)> {
        match &self.item {
            Item::Association { listed, .. } => Some((&listed.namespace, &listed.service_account)),
            Item::Cluster(_) | Item::Update(..) => None,
        }
    }

    pub(crate) fn is_association(&self, matches: impl Fn(&Association) -> bool) -> bool {
        matches!(&self.item, Item::Association { listed, .. } if matches(listed))
    }

    pub(crate) fn is_update(&self, id: &str) -> bool {
        matches!(&self.item, Item::Update(update, _) if *update.key.id == *id)
    }

    pub(crate) fn arn(&self) -> &ClusterArn {
        &self.cluster
    }

    pub(crate) fn document(&self) -> Value {
        let document = match &self.item {
            Item::Cluster(Ok(cluster)) => cluster.document.clone(),
            Item::Cluster(Err(reason)) => without(
                document::listed_cluster(&self.cluster),
                &CLUSTER_MEMBERS,
                reason,
            ),
            Item::Association { listed, detail } => match detail {
                Ok((_, Some(document))) => document.clone(),
                Ok((detail, None)) => document::association(listed, detail),
                Err(reason) => without(
                    document::listed_association(listed),
                    &ASSOCIATION_MEMBERS,
                    reason,
                ),
            },
            Item::Update(update, document) => {
                let document = document.clone().unwrap_or_else(|| document::update(update));
                document::with_subject(document, &self.cluster, &update.key.subject)
            }
        };
        let profile = self.profile.as_deref();
        let mut document = placed(
            document,
            Place {
                cluster: &self.cluster,
                profile,
            },
        );
        if let (Some(at), Value::Object(members)) = (self.read_at, &mut document) {
            members.insert("readAt".to_owned(), at.to_string().into());
        }
        document
    }

    /// All cells of the wide table.
    pub(crate) fn cells(&self, now: Timestamp) -> Vec<String> {
        let profile = self.profile.as_deref().unwrap_or_default();
        match &self.item {
            Item::Cluster(cluster) => {
                columns::cluster(&self.cluster, cluster.as_deref().ok(), profile, now)
            }
            Item::Association { listed, detail } => {
                let detail = detail.as_ref().ok().map(|(detail, _)| detail);
                columns::association(listed, detail, profile, now)
            }
            Item::Update(update, _) => columns::update(update, profile, now),
        }
    }

    /// What `describe` takes after the kind: the cluster's ARN, and the name where there is one.
    pub(crate) fn name(&self) -> String {
        match &self.item {
            Item::Cluster(_) => self.cluster.to_string(),
            Item::Association { listed, .. } => format!("{} {}", self.cluster, listed.name()),
            Item::Update(update, _) => format!("{} {}", self.cluster, update.key.id),
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

fn reason(failure: &Failure) -> String {
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
    }
}
