//! What stands around pods: webhook, network policies, daemon sets; and what their containers have written.

use serde_json::Value;

use super::failure;
use super::kind::ObjectKind;
use super::page::KubePage;
use super::request::{Ask, ObjectFilter};
use super::{Kubernetes, Size};
use crate::cloud::Urgency;
use crate::model::diagnosis::{DaemonSet, NetworkPolicy, Webhook};
use crate::model::{Failure, FailureKind};

/// The configuration that EKS makes in every cluster.
const WEBHOOK: &str = "pod-identity-webhook";

/// The most of a log that is read, in bytes: a line may be as long as its writer likes.
const LOG_BYTES: usize = 256 * 1024;

/// Whose log is read, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogOf<'a> {
    pub namespace: &'a str,
    pub pod: &'a str,
    pub container: &'a str,
    /// So many lines from its end.
    pub lines: usize,
    /// The container that ran before this one and ended, if there was one.
    pub previous: bool,
}

impl Kubernetes {
    pub async fn network_policies(
        &self,
        urgency: Urgency,
        filter: &ObjectFilter,
        page: Option<&str>,
    ) -> Result<KubePage<NetworkPolicy>, Failure> {
        let decode = NetworkPolicy::decode_with;
        self.page(ObjectKind::NetworkPolicy, urgency, filter, page, decode)
            .await
    }

    pub async fn daemon_sets(
        &self,
        urgency: Urgency,
        filter: &ObjectFilter,
        page: Option<&str>,
    ) -> Result<KubePage<DaemonSet>, Failure> {
        let decode = DaemonSet::decode_with;
        self.page(ObjectKind::DaemonSet, urgency, filter, page, decode)
            .await
    }

    /// The configuration of the webhook that gives pods their identity.
    pub async fn identity_webhook(&self, urgency: Urgency) -> Result<Webhook, Failure> {
        let doing = self.doing(&format!("read the webhook configuration {WEBHOOK}"));
        let ask = Ask::get(ObjectKind::MutatingWebhookConfiguration, None, WEBHOOK);
        let body = self.whole(&ask, &doing, urgency, Size::Small).await?;
        let object: Value =
            serde_json::from_slice(&body).map_err(|error| failure::malformed(&doing, error))?;
        Webhook::decode(&object).map_err(|error| failure::malformed(&doing, error))
    }

    /// The last lines that a container has written.
    ///
    /// They may hold anything: whoever asks must neither keep nor log them, and must show no more than what matters.
    pub async fn log(&self, urgency: Urgency, of: LogOf<'_>) -> Result<String, Failure> {
        let LogOf { namespace, pod, .. } = of;
        let doing = self.doing(&format!("read the log of pod {namespace}/{pod}"));
        if [namespace, pod, of.container].contains(&"") {
            let cause = "a log is read by namespace, pod and container";
            return Err(Failure::new(FailureKind::Invalid, doing, cause));
        }
        let ask = Ask::log(of, LOG_BYTES);
        let body = self.whole(&ask, &doing, urgency, Size::Small).await?;
        // A limit in bytes may cut a letter, and nothing says that a program writes UTF-8 at all.
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}
