//! The Kubernetes of a cluster: listed once, or listed and watched, in batches that the loop can take.

use futures_util::StreamExt as _;
use futures_util::future::join_all;

use super::answer::Steps;
use crate::app::Step;
use crate::app::effect::KubernetesOf;
use crate::cloud::{KubePage, Kubernetes, ObjectFilter, ObjectKind, Session, Urgency};
use crate::model::census::NodeRoles;
use crate::model::kubernetes::{KubeId, KubeObject, WatchEvent, WatchedKind};
use crate::model::{Document, Failure};
use crate::ops::load;

/// Events in one message: enough to make a list of many thousand pods cheap, few enough to draw in between.
const TOGETHER: usize = 500;

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
    let mut token: Option<String> = None;
    loop {
        let page = match page(kubernetes, urgency, kind, &all, token.as_deref()).await {
            Ok(page) => page,
            Err(failure) => {
                say(steps, kind, vec![WatchEvent::Failed(failure)]).await;
                return;
            }
        };
        let mut events = Vec::with_capacity(page.items.len() + 1);
        if page.restarted {
            events.push(WatchEvent::Restarted);
        }
        events.extend(page.items.into_iter().map(WatchEvent::Applied));
        events.extend(page.unreadable.into_iter().map(WatchEvent::Unreadable));
        if page.next.is_none() {
            events.push(WatchEvent::Synced);
        }
        say(steps, kind, events).await;
        token = page.next;
        if token.is_none() {
            return;
        }
    }
}

async fn page(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    kind: WatchedKind,
    filter: &ObjectFilter,
    token: Option<&str>,
) -> Result<KubePage<KubeObject>, Failure> {
    Ok(match kind {
        WatchedKind::ServiceAccounts => {
            any(kubernetes.service_accounts(urgency, filter, token).await?)
        }
        WatchedKind::Pods => any(kubernetes.pods(urgency, filter, token).await?),
        WatchedKind::Nodes => any(kubernetes.nodes(urgency, filter, token).await?),
    })
}

fn any<T: Into<KubeObject>>(page: KubePage<T>) -> KubePage<KubeObject> {
    KubePage {
        items: page.items.into_iter().map(Into::into).collect(),
        unreadable: page.unreadable,
        next: page.next,
        version: page.version,
        restarted: page.restarted,
    }
}

/// Lists and watches until it is cancelled; failures are told, and mended by themselves.
pub(super) async fn watch(
    session: &Session,
    of: &KubernetesOf,
    steps: &Steps,
) -> Result<(), Failure> {
    let kubernetes = session.kubernetes(&of.cluster, &of.detail).await?;
    let kinds = WatchedKind::ALL.map(|kind| {
        let events = kubernetes.watch(kind, ObjectFilter::default());
        async move {
            let mut events = events.ready_chunks(TOGETHER);
            while let Some(together) = events.next().await {
                say(steps, kind, together).await;
            }
        }
    });
    tokio::join!(join_all(kinds), node_roles(session, of, steps));
    Ok(())
}

async fn say(steps: &Steps, kind: WatchedKind, events: Vec<WatchEvent>) {
    let events = events.into_iter().map(|event| (kind, event)).collect();
    steps.send(Step::Kubernetes(events)).await;
}

/// What EKS says about the roles of nodes; where it may not be asked, they stay unknown.
async fn node_roles(session: &Session, of: &KubernetesOf, steps: &Steps) {
    let mut roles = NodeRoles::of(Some(&of.detail));
    let found = load::every_nodegroup(session, Urgency::Background, &of.cluster, |key, found| {
        let role = found.ok().and_then(|described| described.value.role);
        if let Some(role) = role {
            roles.group(key.name, role);
        }
    });
    if let Err(failure) = found.await {
        tracing::info!(target: "roledex", "roles of nodes are not known: {failure}");
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
