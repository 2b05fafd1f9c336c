//! Diagnoses of all selected clusters.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Sources, of_scope};
use crate::cloud::{Cloud, Urgency};
use crate::model::Route;
use crate::model::diagnosis::{Diagnosis, diagnose};
use crate::ops::fleet::{Harvest, Progress, Selection, Site, gather};

/// A cluster and what the rules say of it.
#[derive(Debug, Clone)]
pub struct DiagnosisRow {
    pub site: Site,
    pub diagnosis: Diagnosis,
}

/// Gathers the evidence of every selected cluster and applies the rules; what could not be read is among the faults.
pub async fn fleet(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    now: fn() -> Timestamp,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<DiagnosisRow> {
    let sources = &Sources::new(cloud, routes, Urgency::Background, now);
    gather(cloud, routes, selection, progress, |site| async move {
        let found = of_scope(sources, &site, selection.scope(), |_| {}).await;
        let diagnosis = diagnose(&found.evidence);
        (vec![DiagnosisRow { site, diagnosis }], found.failures)
    })
    .await
}
