//! Pod Identity associations.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use super::{Harvest, Progress, Selection, Site, TOGETHER, URGENCY, gather};
use crate::cloud::{Cloud, Urgency};
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
    let read = read(site, URGENCY, selection).await;
    let failures = read.listing.into_iter().chain(read.descriptions);
    (read.rows, failures.collect())
}

/// What one cluster gave.
pub(super) struct Read {
    pub(super) rows: Vec<AssociationRow>,
    /// Why there may be more of them.
    pub(super) listing: Option<Failure>,
    pub(super) descriptions: Vec<Failure>,
}

pub(super) async fn read(site: &Site, urgency: Urgency, selection: &Selection) -> Read {
    let mut listed = Vec::new();
    let filter = selection.filter();
    let list = load::associations(&site.session, urgency, &site.arn, &filter, |page| {
        let wanted = page
            .into_iter()
            .filter(|row| selection.wants_association(row));
        listed.extend(wanted);
    });
    let listing = list.await.err();
    let described: Vec<_> = listed
        .iter()
        .map(|association: &Association| {
            load::association(&site.session, urgency, &association.key)
        })
        .collect();
    // In the order of the list, so that two runs print the same.
    let described: Vec<_> = stream::iter(described)
        .buffered(TOGETHER * 2)
        .collect()
        .await;
    let mut read = Read {
        rows: Vec::new(),
        listing,
        descriptions: Vec::new(),
    };
    for (association, described) in listed.into_iter().zip(described) {
        if let Err(failure) = &described {
            // Deleted between the list and the question.
            if failure.kind == FailureKind::NotFound {
                continue;
            }
            read.descriptions.push(failure.clone());
        }
        read.rows.push(AssociationRow {
            site: site.clone(),
            association,
            described,
        });
    }
    read
}
