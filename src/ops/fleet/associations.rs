//! Pod Identity associations.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use super::{Harvest, Progress, Selection, Site, TOGETHER, URGENCY, gather};
use crate::cloud::Cloud;
use crate::model::{Association, AssociationRecord, Described, Failure, FailureKind, Route};
use crate::ops::load;

#[derive(Debug, Clone)]
pub struct AssociationRow {
    pub site: Site,
    pub association: Association,
    /// The description, or why the listed association has none; the failure is among the faults, too.
    pub described: Result<Described<AssociationRecord>, Failure>,
}

/// Every selected association, described.
pub async fn associations(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<AssociationRow> {
    let read = |site| async move { at(&site, selection).await };
    gather(cloud, routes, selection, progress, read).await
}

/// The selected associations of one cluster, and what could not be read of them.
pub(super) async fn at(site: &Site, selection: &Selection) -> (Vec<AssociationRow>, Vec<Failure>) {
    let mut listed = Vec::new();
    let mut failures = Vec::new();
    let filter = selection.filter();
    let read = load::associations(&site.session, URGENCY, &site.arn, &filter, |page| {
        let wanted = page
            .into_iter()
            .filter(|row| selection.wants_association(row));
        listed.extend(wanted);
    })
    .await;
    failures.extend(read.err());
    let described: Vec<_> = listed
        .iter()
        .map(|association: &Association| {
            load::association(&site.session, URGENCY, &association.key)
        })
        .collect();
    // In the order of the list, so that two runs print the same.
    let described: Vec<_> = stream::iter(described)
        .buffered(TOGETHER * 2)
        .collect()
        .await;
    let mut rows = Vec::new();
    for (association, described) in listed.into_iter().zip(described) {
        if let Err(failure) = &described {
            // Deleted between the list and the question, like a cluster above.
            if failure.kind == FailureKind::NotFound {
                continue;
            }
            failures.push(failure.clone());
        }
        rows.push(AssociationRow {
            site: site.clone(),
            association,
            described,
        });
    }
    (rows, failures)
}
