//! The pods that a token can be bound to: one way to list them for every test, from wherever it is asked for.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, timeout_at};

use super::URGENCY;
use crate::cloud::{Kubernetes, ObjectFilter};
use crate::model::kubernetes::{KubeObject, WatchedKind};
use crate::model::pod::Pod;
use crate::model::{Failure, FailureKind};
use crate::ops::fleet::Site;
use crate::ops::load;

/// How long a list may take; a person waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// No service account has so many pods; a server that goes on for ever must not fill the memory.
const MOST: usize = 20_000;

/// Lists the pods of a service account, by the cluster as EKS describes it now.
pub async fn pods_of(
    site: &Site,
    namespace: &str,
    service_account: &str,
) -> Result<Vec<Pod>, Failure> {
    // Without its type, which is deep: the compiler gives up on futures of futures of the SDK.
    let cluster: BoxFuture<'_, _> = Box::pin(load::cluster(&site.session, URGENCY, &site.arn));
    let cluster = cluster.await?;
    let kubernetes: BoxFuture<'_, _> = Box::pin(site.session.kubernetes(&site.arn, &cluster));
    let kubernetes = kubernetes.await?;
    let pods: BoxFuture<'_, _> = Box::pin(pods_in(&kubernetes, namespace, service_account));
    pods.await
}

/// Lists the pods of a service account.
pub async fn pods_in(
    kubernetes: &Kubernetes,
    namespace: &str,
    service_account: &str,
) -> Result<Vec<Pod>, Failure> {
    let filter = ObjectFilter {
        namespace: Some(namespace.to_owned()),
        service_account: Some(service_account.to_owned()),
        labels: None,
    };
    listed(kubernetes, &filter, Instant::now() + PATIENCE).await
}

/// Lists pods until a moment.
pub(super) async fn listed(
    kubernetes: &Kubernetes,
    filter: &ObjectFilter,
    deadline: Instant,
) -> Result<Vec<Pod>, Failure> {
    let doing = "list the pods";
    let mut pods = Vec::new();
    let mut is_endless = false;
    let listing =
        load::kubernetes::objects(kubernetes, URGENCY, WatchedKind::Pods, filter, |page| {
            if page.restarted {
                pods.clear();
            }
            // A server that ignores the filter must not make us take another's pod.
            let wanted = |object| match object {
                KubeObject::Pod(pod) if is_wanted(filter, &pod) => Some(pod),
                _ => None,
            };
            pods.extend(page.items.into_iter().filter_map(wanted));
            is_endless |= pods.len() > MOST;
            pods.truncate(MOST);
        });
    match timeout_at(deadline, listing).await {
        Ok(listed) => listed?,
        Err(_elapsed) => {
            let cause = "the list did not come to its end in time";
            return Err(Failure::new(FailureKind::Timeout, doing, cause)
                .hint("try again, or give a token of the pod"));
        }
    }
    if is_endless {
        let cause = format!("there are more than {MOST}");
        return Err(Failure::new(FailureKind::Other, doing, cause));
    }
    Ok(pods)
}

fn is_wanted(filter: &ObjectFilter, pod: &Pod) -> bool {
    let is = |wanted: &Option<String>, found: &str| {
        wanted.as_ref().is_none_or(|wanted| **wanted == *found)
    };
    is(&filter.namespace, &pod.namespace) && is(&filter.service_account, &pod.service_account)
}
