//! Evidence, and what the rules make of it.

use std::sync::Arc;

use super::answer::Steps;
use super::change::site;
use crate::app::Step;
use crate::app::diagnosis::{About, Diagnosed};
use crate::cloud::{Cloud, Urgency};
use crate::model::diagnosis::diagnose;
use crate::model::signature::LogsOf;
use crate::model::{ClusterArn, Failure, FailureKind, Route, Text};
use crate::ops::diagnose::{self, Gathered, Progress, Sources, of_account, of_cluster};
use crate::runtime::clock;

/// Reads the evidence about something, tells how far that is, and applies the rules.
pub(super) async fn answer(
    cloud: &Arc<Cloud>,
    routes: &[Route],
    urgency: Urgency,
    (route, profiles): (&Route, Vec<Text>),
    about: &About,
    steps: &Steps,
) -> Result<(), Failure> {
    let site = site(cloud, about.cluster(), route, profiles).await?;
    let sources = Sources::new(cloud, routes, urgency, clock::now);
    // Of many questions that end at once only the last count is worth a look, so a newer one takes its place.
    let (sender, mut told) = tokio::sync::watch::channel(Progress::default());
    let progress = move |progress| {
        sender.send_replace(progress);
    };
    let gather = async {
        match about {
            About::Cluster(_) => Box::pin(of_cluster(&sources, &site, progress)).await,
            About::Account(key) => {
                let (namespace, name) = (&*key.namespace, &*key.name);
                Box::pin(of_account(&sources, &site, namespace, name, progress)).await
            }
        }
    };
    let tell = async {
        while told.changed().await.is_ok() {
            let Progress { asked, answered } = *told.borrow_and_update();
            let text = format!("{answered} of {asked} questions answered");
            steps.send(Step::Asking(text.into())).await;
        }
    };
    // The use case drops its callback when it ends, which ends the telling.
    let (gathered, ()) = tokio::join!(Box::pin(gather), tell);
    let Gathered { evidence, failures } = gathered;
    // The rules take a while over ten thousand pods, and must hold up nobody.
    let judged = tokio::task::spawn_blocking(move || diagnose(&evidence)).await;
    let diagnosis = judged.map_err(|error| {
        Failure::new(
            FailureKind::Bug,
            "apply the rules of diagnosis",
            error.to_string(),
        )
    })?;
    let diagnosed = Diagnosed {
        diagnosis,
        failures,
    };
    steps.send(Step::Diagnosed(Box::new(diagnosed))).await;
    Ok(())
}

/// Looks through the ends of logs.
pub(super) async fn logs(
    cloud: &Arc<Cloud>,
    urgency: Urgency,
    (route, profiles): (&Route, Vec<Text>),
    cluster: &ClusterArn,
    of: &LogsOf,
    steps: &Steps,
) -> Result<(), Failure> {
    let site = site(cloud, cluster, route, profiles).await?;
    let read = diagnose::logs_of(&site, urgency, of, clock::now).await?;
    steps.send(Step::Logs(Box::new(read))).await;
    Ok(())
}
