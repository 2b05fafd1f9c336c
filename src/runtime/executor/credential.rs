//! The credential test: which pods there are for it, and the test itself.

use std::sync::Arc;

use super::answer::Steps;
use super::change::site;
use super::waiting::Release;
use crate::app::Step;
use crate::app::effect::KubernetesOf;
use crate::app::modal::credential::PodChoice;
use crate::app::msg::TestStep;
use crate::cloud::{Cloud, Secret, Session};
use crate::model::credential::{CredentialTest, candidates};
use crate::model::plan::Approved;
use crate::model::{Failure, Text};
use crate::ops::change::Desk;
use crate::ops::credential;
use crate::ops::credential::Obtained;

/// Lists the pods of a service account that a token can be bound to, the best first.
pub(super) async fn pods(
    session: &Session,
    of: &KubernetesOf,
    namespace: &str,
    service_account: &str,
    steps: &Steps,
) -> Result<(), Failure> {
    let kubernetes = session.kubernetes(&of.cluster, &of.detail).await?;
    let pods = credential::pods_in(&kubernetes, namespace, service_account).await?;
    let fit = candidates(&pods);
    let others = pods.len() - fit.len();
    let pods = fit.into_iter().map(PodChoice::of).collect();
    steps.send(Step::PodsToTest { pods, others }).await;
    Ok(())
}

/// Makes a test that was approved, and tells every step; the credentials are wiped before it ends, unless they are
/// those of a command that waits for them.
pub(super) async fn test(
    cloud: &Arc<Cloud>,
    desk: Desk,
    approved: Approved<CredentialTest>,
    token: Option<Secret>,
    profiles: Vec<Text>,
    release: Option<Release>,
    steps: &Steps,
) -> Result<(), Failure> {
    let test = approved.plan();
    if let Some(release) = &release {
        release.check()?;
    }
    let site = site(cloud, &test.cluster, &test.route, profiles).await?;
    let (sender, mut told) = tokio::sync::mpsc::unbounded_channel();
    let testing = credential::obtain(&site, &desk, approved, token, move |step| {
        // The loop is gone only when the program ends.
        sender.send(step).unwrap_or_default();
    });
    let forward = async {
        while let Some(step) = told.recv().await {
            steps.send(Step::Test(TestStep::Step(step))).await;
        }
    };
    // The use case drops its callback when it ends, which ends the forwarding after the last step.
    let (obtained, ()) = tokio::join!(Box::pin(testing), forward);
    let Obtained {
        report,
        credentials,
        ..
    } = obtained?;
    // Before the report, which has the command run.
    if let (true, Some(credentials), Some(release)) = (report.releases(), credentials, release) {
        release.give(credentials, report.handed_over().unwrap_or_default());
    }
    let report = Box::new(report);
    steps.send(Step::Test(TestStep::Report(report))).await;
    Ok(())
}
