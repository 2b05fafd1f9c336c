//! Diagnoses of all selected clusters.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Sources, logs, of_scope};
use crate::cloud::{Cloud, Urgency};
use crate::model::Route;
use crate::model::diagnosis::{Diagnosis, Reach, diagnose, reach, selected};
use crate::ops::fleet::{Harvest, Progress, Selection, Site, gather};

/// A cluster and what the rules say of it.
#[derive(Debug, Clone)]
pub struct DiagnosisRow {
    pub site: Site,
    /// What concerns the selection.
    pub diagnosis: Diagnosis,
    /// What of the selection is there.
    pub reach: Reach,
}

/// Gathers the evidence of every selected cluster and applies the rules; what could not be read is among the faults.
pub async fn fleet(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    now: fn() -> Timestamp,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<DiagnosisRow> {
    examined(cloud, routes, selection, now, progress, false).await
}

/// The same, and what the logs of the pods in trouble say.
pub async fn fleet_with_logs(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    now: fn() -> Timestamp,
    progress: impl FnMut(Progress) + Send,
) -> Harvest<DiagnosisRow> {
    examined(cloud, routes, selection, now, progress, true).await
}

async fn examined(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    selection: &Selection,
    now: fn() -> Timestamp,
    progress: impl FnMut(Progress) + Send,
    with_logs: bool,
) -> Harvest<DiagnosisRow> {
    let sources = &Sources::new(cloud, routes, Urgency::Background, now);
    gather(cloud, routes, selection, progress, |site| async move {
        let found = of_scope(sources, &site, selection.scope(), |_| {}).await;
        let reach = reach(&found.evidence);
        let mut diagnosis = selected(diagnose(&found.evidence), &found.evidence);
        let mut failures = found.failures;
        if with_logs {
            let read = logs(&site, Urgency::Background, &found.evidence, &diagnosis);
            let (read, unread) = Box::pin(read).await;
            diagnosis.findings.extend(read);
            failures.extend(unread);
        }
        let row = DiagnosisRow {
            site,
            diagnosis,
            reach,
        };
        (vec![row], failures)
    })
    .await
}
