//! Updates of clusters and their parts.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Harvest, Progress, Selection, Site, URGENCY, gather};
use crate::cloud::Cloud;
use crate::model::{Described, Route, Update, UpdateSubject};
use crate::ops::load;

#[derive(Debug, Clone)]
pub struct UpdateRow {
    pub site: Site,
    pub update: Described<Update>,
}

/// Every update of the selected clusters and of their add-ons, node groups and capabilities; newest first.
pub async fn updates(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<UpdateRow> {
    gather(cloud, routes, selection, progress, |site| async move {
        let parts = load::subjects(&site.session, URGENCY, &site.arn).await;
        let mut failures = parts.failures;
        let mut subjects = vec![UpdateSubject::Cluster];
        subjects.extend(parts.subjects);
        let mut found = Vec::new();
        let none = HashSet::new();
        let read = load::updates(
            &site.session,
            URGENCY,
            &site.arn,
            &subjects,
            &none,
            |update| {
                found.push(update);
            },
        );
        failures.extend(read.await);
        found.sort_by(|one: &Described<Update>, other| {
            let newest_first = other.value.created.cmp(&one.value.created);
            newest_first.then_with(|| one.value.key.cmp(&other.value.key))
        });
        let row = |update| UpdateRow {
            site: site.clone(),
            update,
        };
        (found.into_iter().map(row).collect(), failures)
    })
    .await
}
