//! Headless reading over many routes: rows, and everything that could not be read.

mod accounts;
mod associations;
mod clusters;
mod kubernetes;
mod one;
mod parts;
mod roles;
mod sites;
mod updates;

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use crate::cloud::{AssociationFilter, Cloud, Session, Urgency};
use crate::model::census::Scope;
use crate::model::reference::ClusterReference;
use crate::model::{Association, ClusterArn, Failure, Route, Text};

pub use accounts::Accounts;
pub use associations::{AssociationRow, associations};
pub use clusters::{ClusterRow, clusters};
pub use kubernetes::{Gathered, one_pod, one_service_account, pods, service_accounts};
pub(in crate::ops) use kubernetes::{census, no_census, of_service_account};
pub use one::{
    one_access_entry, one_addon, one_association, one_cluster, one_identity_provider, one_site,
    one_update,
};
pub use parts::{
    AccessEntryRow, AddonRow, IdentityProviderRow, PartRow, access_entries, addons,
    identity_providers,
};
pub use roles::{RoleRow, one_role, roles};
use sites::sites;
pub use updates::{UpdateRow, updates};

/// Clusters that are read together; the budget decides how many calls are on the wire.
const TOGETHER: usize = 8;

/// Headless reading has no screen to favour, and a person waits for all of it.
const URGENCY: Urgency = Urgency::Background;

/// What to read; empty lists select everything.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    pub clusters: Vec<ClusterReference>,
    pub namespaces: Vec<String>,
    pub service_accounts: Vec<String>,
}

impl Selection {
    fn wants(&self, site: &Site) -> bool {
        self.clusters.is_empty()
            || self
                .clusters
                .iter()
                .any(|reference| site.is_meant(reference))
    }

    fn unmatched(&self, sites: &[Site]) -> Vec<ClusterReference> {
        let is_unmatched =
            |reference: &&ClusterReference| !sites.iter().any(|site| site.is_meant(reference));
        self.clusters.iter().filter(is_unmatched).cloned().collect()
    }

    fn wants_association(&self, association: &Association) -> bool {
        let among =
            |words: &[String], word: &str| words.is_empty() || words.iter().any(|w| w == word);
        among(&self.namespaces, &association.namespace)
            && among(&self.service_accounts, &association.service_account)
    }

    pub(in crate::ops) fn scope(&self) -> Scope {
        let texts = |words: &[String]| words.iter().map(|word| Text::from(&**word)).collect();
        Scope {
            namespaces: texts(&self.namespaces),
            service_accounts: texts(&self.service_accounts),
        }
    }

    /// What AWS can filter itself: one namespace, one service account.
    fn filter(&self) -> AssociationFilter {
        let only = |words: &[String]| match words {
            [word] => Some(word.clone()),
            _ => None,
        };
        AssociationFilter {
            namespace: only(&self.namespaces),
            service_account: only(&self.service_accounts),
        }
    }
}

/// How far the reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub routes: usize,
    pub routes_done: usize,
    pub clusters: usize,
    pub clusters_done: usize,
    pub rows: usize,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub route: Route,
    pub cluster: Option<ClusterArn>,
    pub failure: Failure,
}

/// What was read, and what was not.
#[derive(Debug, Clone)]
pub struct Harvest<T> {
    pub rows: Vec<T>,
    pub faults: Vec<Fault>,
    /// Regions of `--region all` that are not enabled: counted, not complained about.
    pub regions_off: usize,
    /// Routes whose clusters were listed to the end.
    pub routes_read: usize,
    /// Every cluster that was found, selected or not.
    pub clusters: Vec<ClusterArn>,
    /// References of the selection that match none of them.
    pub unmatched: Vec<ClusterReference>,
}

/// A cluster and the way to it.
#[derive(Debug, Clone)]
pub struct Site {
    pub arn: ClusterArn,
    /// The first working route in the order given.
    pub route: Route,
    /// Names of all profiles that reach it; the first is the one in use.
    pub profiles: Vec<Text>,
    pub session: Arc<Session>,
}

impl Site {
    fn is_meant(&self, reference: &ClusterReference) -> bool {
        reference.matches(&self.arn, self.profiles.iter().map(|profile| &**profile))
    }
}

/// Finds the clusters, then reads each with `read`; rows come in the order of the clusters.
pub(in crate::ops) async fn gather<T, Read>(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    mut progress: impl FnMut(Progress) + Send,
    read: impl Fn(Site) -> Read,
) -> Harvest<T>
where
    Read: Future<Output = (Vec<T>, Vec<Failure>)>,
{
    let mut done = Progress::default();
    let found = sites(cloud, routes, &mut done, &mut progress).await;
    let mut harvest = Harvest {
        rows: Vec::new(),
        faults: found.faults,
        regions_off: found.regions_off,
        routes_read: found.routes_read,
        clusters: found.rows.iter().map(|site| site.arn.clone()).collect(),
        unmatched: selection.unmatched(&found.rows),
    };
    let wanted: Vec<_> = found
        .rows
        .into_iter()
        .filter(|site| selection.wants(site))
        .collect();
    done.clusters = wanted.len();
    progress(done);
    let reads = wanted.into_iter().enumerate().map(|(place, site)| {
        let (route, arn) = (site.route.clone(), site.arn.clone());
        let read = read(site);
        async move { (place, route, arn, read.await) }
    });
    let mut parts = Vec::new();
    let mut reads = stream::iter(reads).buffer_unordered(TOGETHER);
    while let Some((place, route, arn, (rows, failures))) = reads.next().await {
        done.clusters_done += 1;
        done.rows += rows.len();
        progress(done);
        let faults = failures.into_iter().map(|failure| Fault {
            route: route.clone(),
            cluster: Some(arn.clone()),
            failure,
        });
        harvest.faults.extend(faults);
        parts.push((place, rows));
    }
    parts.sort_by_key(|(place, _)| *place);
    harvest.rows = parts.into_iter().flat_map(|(_, rows)| rows).collect();
    harvest
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::cloud::Settings;
    use crate::model::role::RoleReference;
    use crate::model::{FailureKind, UpdateSubject};
    use crate::ops::load;

    fn is_send<T: Send>(value: T) -> T {
        value
    }

    /// The runtime spawns these: a future that is not `Send` would break it far from the cause.
    #[tokio::test]
    async fn every_use_case_can_be_spawned() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| directory.path().join(name);
        std::fs::write(file("config"), "").unwrap();
        std::fs::write(file("credentials"), "").unwrap();
        let settings = Settings::isolated(file("config"), file("credentials"), String::new());
        let cloud = Cloud::new(settings).unwrap();
        let (selection, nothing) = (Selection::default(), |_| {});
        let reference = ClusterReference::parse("demo").unwrap();
        let association = crate::model::reference::AssociationReference::parse("a/b").unwrap();
        assert!(
            is_send(clusters(&cloud, &[], &selection, nothing))
                .await
                .rows
                .is_empty()
        );
        assert!(
            is_send(associations(&cloud, &[], &selection, nothing))
                .await
                .rows
                .is_empty()
        );
        assert!(
            is_send(updates(&cloud, &[], &selection, nothing))
                .await
                .rows
                .is_empty()
        );
        let failure = is_send(one_cluster(&cloud, &[], &reference))
            .await
            .unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotFound);
        let failure = is_send(one_association(&cloud, &[], &reference, &association)).await;
        assert_eq!(failure.unwrap_err().kind, FailureKind::NotFound);
        let failure = is_send(one_update(&cloud, &[], &reference, "id")).await;
        assert_eq!(failure.unwrap_err().kind, FailureKind::NotFound);
        let failure = is_send(one_identity_provider(&cloud, &[], &reference, "x")).await;
        assert_eq!(failure.unwrap_err().kind, FailureKind::NotFound);
        let failure = is_send(one_addon(&cloud, &[], &reference, "x")).await;
        assert_eq!(failure.unwrap_err().kind, FailureKind::NotFound);
        let failure = is_send(one_access_entry(&cloud, &[], &reference, "x")).await;
        assert_eq!(failure.unwrap_err().kind, FailureKind::NotFound);
        let role = RoleReference::parse("x").unwrap();
        let failure = is_send(one_role(
            &cloud,
            &[],
            &role,
            || jiff::Timestamp::UNIX_EPOCH,
            nothing,
        ))
        .await;
        assert_eq!(failure.unwrap_err().kind, FailureKind::NotFound);
        let found = is_send(identity_providers(&cloud, &[], &selection, nothing)).await;
        assert!(found.rows.is_empty());
        let found = is_send(addons(&cloud, &[], &selection, nothing)).await;
        assert!(found.rows.is_empty());
        let found = is_send(access_entries(&cloud, &[], &selection, nothing)).await;
        assert!(found.rows.is_empty());
        let found = is_send(roles(&cloud, &[], &selection, nothing)).await;
        assert!(found.rows.is_empty());
        let session = cloud.session(&Route::new(None, "eu-west-1")).await.unwrap();
        let arn = ClusterArn::parse("arn:aws:eks:eu-west-1:111122223333:cluster/demo").unwrap();
        let failure = is_send(load::clusters(&session, URGENCY, |_| {}))
            .await
            .unwrap_err();
        assert_eq!(
            failure.kind,
            FailureKind::Unconfigured,
            "there are no credentials: {failure}"
        );
        let none = HashSet::new();
        let read = load::updates(
            &session,
            URGENCY,
            &arn,
            &[UpdateSubject::Cluster],
            &none,
            |_| {},
        );
        assert_eq!(is_send(read).await.len(), 1);
        assert_eq!(
            is_send(load::subjects(&session, URGENCY, &arn))
                .await
                .failures
                .len(),
            3
        );
    }
}
