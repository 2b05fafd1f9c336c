//! The Kubernetes of a cluster: listed once, or listed and watched, in batches that the loop can take.

use std::sync::Arc;

use futures_util::future::join_all;
use futures_util::{Stream, StreamExt as _};

use super::answer::{Steps, stream};
use crate::app::Step;
use crate::app::effect::KubernetesOf;
use crate::cloud::{KubePage, Kubernetes, ObjectFilter, ObjectKind, Session, Urgency};
use crate::model::census::NodeRoles;
use crate::model::kubernetes::{KubeId, KubeObject, WatchEvent, WatchedKind};
use crate::model::{Document, Failure};
use crate::ops::load;

/// Lists service accounts, pods and nodes side by side; a kind that may not be read does not hide the others.
pub(super) async fn list(
    session: &Session,
    urgency: Urgency,
    of: &KubernetesOf,
    steps: &Steps,
) -> Result<(), Failure> {
    let kubernetes = session.kubernetes(&of.cluster, &of.detail).await?;
    let kinds = WatchedKind::ALL.map(|kind| list_kind(&kubernetes, urgency, kind, steps));
    tokio::join!(join_all(kinds), node_roles(session, of, steps));
    Ok(())
}

async fn list_kind(kubernetes: &Kubernetes, urgency: Urgency, kind: WatchedKind, steps: &Steps) {
    let all = ObjectFilter::default();
    say(steps, kind, vec![WatchEvent::Restarted]).await;
    let step = |page| Step::Kubernetes(events(kind, page));
    let listed = stream(steps, step, |send| {
        load::kubernetes::objects(kubernetes, urgency, kind, &all, send)
    });
    let end = match listed.await {
        Ok(()) => WatchEvent::Synced,
        Err(failure) => WatchEvent::Failed(failure),
    };
    say(steps, kind, vec![end]).await;
}

/// A page in the words of a watch.
fn events(kind: WatchedKind, page: KubePage<KubeObject>) -> Vec<(WatchedKind, WatchEvent)> {
    let restarted = page.restarted.then_some(WatchEvent::Restarted);
    let objects = page.items.into_iter().map(WatchEvent::Applied);
    let unreadable = page.unreadable.into_iter();
    // What a list does not name is gone at its end anyway.
    let unreadable = unreadable.map(|words| WatchEvent::Unreadable { id: None, words });
    let events = restarted.into_iter().chain(objects).chain(unreadable);
    events.map(|event| (kind, event)).collect()
}

/// Lists and watches until it is cancelled; failures are told, and mended by themselves.
pub(super) async fn watch(
    session: &Session,
    of: &KubernetesOf,
    steps: &Steps,
) -> Result<(), Failure> {
    let kubernetes = session.kubernetes(&of.cluster, &of.detail).await?;
    let kinds = WatchedKind::ALL.map(|kind| watch_kind(&kubernetes, kind, steps));
    tokio::join!(join_all(kinds), node_roles(session, of, steps));
    Ok(())
}

async fn watch_kind(kubernetes: &Arc<Kubernetes>, kind: WatchedKind, steps: &Steps) {
    // It tells its failures as events, and ends only with the program.
    let events = load::kubernetes::watch(kubernetes, kind, ObjectFilter::default());
    forward(events, kind, steps).await;
}

/// Sends batches of a watch as the loop takes them; until it has taken one, no more are read.
async fn forward(
    mut batches: impl Stream<Item = Vec<WatchEvent>> + Unpin,
    kind: WatchedKind,
    steps: &Steps,
) {
    while let Some(events) = batches.next().await {
        say(steps, kind, events).await;
    }
}

async fn say(steps: &Steps, kind: WatchedKind, events: Vec<WatchEvent>) {
    let events = events.into_iter().map(|event| (kind, event)).collect();
    steps.send(Step::Kubernetes(events)).await;
}

/// What EKS says about the roles of nodes; where it may not be asked, they stay unknown, and it is told why.
async fn node_roles(session: &Session, of: &KubernetesOf, steps: &Steps) {
    let mut roles = NodeRoles::of(Some(&of.detail));
    let found =
        load::every_nodegroup(
            session,
            Urgency::Background,
            &of.cluster,
            |key, found| match found.map(|described| described.value.role) {
                Ok(Some(role)) => roles.group(key.name, role),
                Ok(None) => {}
                Err(failure) => roles.group_failed(key.name, failure),
            },
        );
    if let Err(failure) = found.await {
        roles.list_failed(failure);
    }
    steps.send(Step::NodeRoles(Box::new(roles))).await;
}

/// One object as its API server sent it, without what may not be shown.
pub(super) async fn document(
    session: &Session,
    urgency: Urgency,
    of: &KubernetesOf,
    id: &KubeId,
) -> Result<Document, Failure> {
    let kubernetes = session.kubernetes(&of.cluster, &of.detail).await?;
    let (kind, namespace, name) = match id {
        KubeId::ServiceAccount { namespace, name } => {
            (ObjectKind::ServiceAccount, Some(&**namespace), name)
        }
        KubeId::Pod { namespace, name } => (ObjectKind::Pod, Some(&**namespace), name),
        KubeId::Node { name } => (ObjectKind::Node, None, name),
    };
    kubernetes.document(urgency, kind, namespace, name).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Ticket;
    use futures_util::{FutureExt as _, stream};

    #[test]
    fn a_watch_is_read_no_faster_than_its_events_are_taken() {
        let (messages, mut taken) = tokio::sync::mpsc::channel(1);
        let steps = Steps {
            ticket: Ticket(1),
            messages,
        };
        let mut read = 0;
        let batches = stream::repeat_with(|| {
            read += 1;
            vec![WatchEvent::Restarted]
        });
        let ended = forward(batches.take(1_000), WatchedKind::Pods, &steps).now_or_never();
        assert_eq!(ended, None, "nobody takes anything");
        assert_eq!(read, 2, "one waits to be taken, and one to be sent");
        assert!(taken.try_recv().is_ok());
    }
}
