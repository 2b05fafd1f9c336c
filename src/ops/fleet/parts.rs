//! Identity providers, add-ons and access entries of every selected cluster.

use std::sync::Arc;

use super::{Harvest, Progress, Selection, Site, URGENCY, gather};
use crate::cloud::Cloud;
use crate::model::{
    AccessEntryKey, AccessRecord, Addon, AddonKey, Described, Failure, IdentityProvider,
    IdentityProviderKey, Route,
};
use crate::ops::load;

/// Something that belongs to a cluster.
#[derive(Debug, Clone)]
pub struct PartRow<K, T> {
    pub site: Site,
    pub key: K,
    /// The description, or why what was listed has none; the failure is among the faults, too.
    pub described: Result<T, Failure>,
}

pub type IdentityProviderRow = PartRow<IdentityProviderKey, Described<IdentityProvider>>;
pub type AddonRow = PartRow<AddonKey, Described<Addon>>;
pub type AccessEntryRow = PartRow<AccessEntryKey, AccessRecord>;

/// Every identity provider config, described.
pub async fn identity_providers(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<IdentityProviderRow> {
    gather(cloud, routes, selection, progress, |site| async move {
        let mut found = Found::at(&site);
        let add = |key, provider| found.add(key, provider);
        let listed = load::every_identity_provider(&site.session, URGENCY, &site.arn, add).await;
        found.end(listed)
    })
    .await
}

/// Every add-on, described.
pub async fn addons(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<AddonRow> {
    let read = |site| async move { addons_at(&site).await };
    gather(cloud, routes, selection, progress, read).await
}

pub(super) async fn addons_at(site: &Site) -> (Vec<AddonRow>, Vec<Failure>) {
    let mut found = Found::at(site);
    let add = |key, addon| found.add(key, addon);
    let listed = load::every_addon(&site.session, URGENCY, &site.arn, add).await;
    found.end(listed)
}

/// Every access entry with its policies; clusters that know their `aws-auth` ConfigMap alone have none.
pub async fn access_entries(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<AccessEntryRow> {
    gather(cloud, routes, selection, progress, |site| async move {
        let mut found = Found::at(&site);
        let mut denied = Vec::new();
        let add = |key, record: Result<AccessRecord, Failure>| {
            let policies = record.as_ref().ok().map(|record| &record.policies);
            denied.extend(policies.and_then(|policies| policies.clone().err()));
            found.add(key, record);
        };
        let listed = load::every_access_entry(&site.session, URGENCY, &site.arn, add).await;
        found.failures.extend(denied);
        found.end(listed)
    })
    .await
}

/// What was found in one cluster.
struct Found<'a, K, T> {
    site: &'a Site,
    rows: Vec<PartRow<K, T>>,
    failures: Vec<Failure>,
}

impl<'a, K, T> Found<'a, K, T> {
    fn at(site: &'a Site) -> Self {
        Self {
            site,
            rows: Vec::new(),
            failures: Vec::new(),
        }
    }

    fn add(&mut self, key: K, described: Result<T, Failure>) {
        self.failures.extend(described.as_ref().err().cloned());
        self.rows.push(PartRow {
            site: self.site.clone(),
            key,
            described,
        });
    }

    fn end(mut self, listed: Result<(), Failure>) -> (Vec<PartRow<K, T>>, Vec<Failure>) {
        self.failures.extend(listed.err());
        (self.rows, self.failures)
    }
}
