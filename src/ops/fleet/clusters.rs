//! Clusters.

use std::sync::Arc;

use super::{Harvest, Progress, Selection, Site, URGENCY, gather};
use crate::cloud::Cloud;
use crate::model::{Cluster, Failure, FailureKind, Route};
use crate::ops::load;

#[derive(Debug, Clone)]
pub struct ClusterRow {
    pub site: Site,
    /// The description, or why the listed cluster has none; the failure is among the faults, too.
    pub cluster: Result<Cluster, Failure>,
}

/// Every selected cluster, described.
pub async fn clusters(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<ClusterRow> {
    gather(cloud, routes, selection, progress, |site| async move {
        match load::cluster(&site.session, URGENCY, &site.arn).await {
            // Deleted between the list and the question: it is not there, which is what the rows say.
            Err(failure) if failure.kind == FailureKind::NotFound => (Vec::new(), Vec::new()),
            cluster => {
                let failures = cluster.as_ref().err().cloned().into_iter().collect();
                (vec![ClusterRow { site, cluster }], failures)
            }
        }
    })
    .await
}
