//! What stands between the pod of a test and its role: the rules of the diagnosis, over what the test has read anyway.

#![expect(
    clippy::large_futures,
    reason = "the whole look is boxed once, by its callers"
)]

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::look::Api;
use super::{URGENCY, by};
use crate::cloud::{ObjectFilter, ObjectKind};
use crate::model::census::{Census, Part, Scope};
use crate::model::credential::{
    CredentialTest, Kept, Known, Step, TokenSource, gone, is_injected, kept,
};
use crate::model::diagnosis::{Evidence, NetworkPolicy, Webhook};
use crate::model::namespace::Namespace;
use crate::model::node::Node;
use crate::model::pod::{Labels, Pod};
use crate::model::service_account::ServiceAccount;
use crate::model::text::visible;
use crate::model::{AddonKey, Failure, FailureKind, Learned, Text};
use crate::ops::fleet::Site;
use crate::ops::load;
use crate::ops::load::kubernetes::every;

const SYSTEM: &str = "kube-system";

/// The network plug-in of EKS, whose configuration says whether policies are enforced.
const PLUG_IN: &str = "vpc-cni";

/// What the test has read of the pod and its surroundings.
pub(super) struct Read<'a> {
    pub(super) known: &'a Known,
    pub(super) account: &'a Learned<ServiceAccount>,
    pub(super) node: &'a Learned<Node>,
    pub(super) agents: &'a Learned<Vec<Pod>>,
    pub(super) pods: &'a Learned<Vec<Pod>>,
    /// The step about the agent.
    pub(super) agent: &'a Step,
    pub(super) now: Timestamp,
}

/// What keeps the pod of the test from its role, and what of it could not be read.
pub(super) async fn look(
    site: &Site,
    test: &CredentialTest,
    read: Read<'_>,
    api: &mut Api,
) -> (Vec<Kept>, Vec<Text>) {
    let (Some(pods), TokenSource::Pod { name, uid, .. }) = (read.pods.known(), &test.token) else {
        return (Vec::new(), Vec::new());
    };
    let Some(pod) = pods.iter().find(|pod| pod.name == *name) else {
        return (vec![gone("no pod has its name any more")], Vec::new());
    };
    if pod.uid != *uid {
        return (vec![gone("another pod has its name by now")], Vec::new());
    }
    let mut evidence = Evidence::nothing(site.arn.clone(), read.now);
    evidence.cluster = read.known.cluster.clone();
    match &read.known.association {
        Learned::Known(record) => {
            let id = record.association.key.id.clone();
            evidence.associations = Learned::Known(vec![record.association.clone()]);
            let detail = Learned::Known(record.detail.clone());
            evidence.details.insert(id, detail);
        }
        Learned::Absent => evidence.associations = Learned::Known(Vec::new()),
        Learned::NotAsked | Learned::Needs(_) | Learned::Failed(_) => {}
    }
    evidence.census = census(test, pod, &read);
    let mut unread: Vec<Text> = Vec::new();
    // Whether the next pod would be injected matters only where this one was not.
    if !is_injected(pod) {
        evidence.webhook = webhook(api).await;
        evidence.namespaces = labels(&test.namespace, api).await;
        let gaps = [
            ("the webhook is", evidence.webhook.unknown()),
            ("labels of the namespace are", evidence.namespaces.unknown()),
        ];
        for (what, why) in gaps {
            unread.extend(why.map(|why| format!("{what} not known: {}", visible(&why)).into()));
        }
    }
    evidence.network_policies = Box::pin(policies(&test.namespace, api)).await;
    if let Some(why) = evidence.network_policies.unknown() {
        unread.push(format!("network policies are not known: {}", visible(&why)).into());
    }
    // Whether they are enforced matters only where there are some.
    let own = evidence.network_policies.known().into_iter().flatten();
    if own.clone().any(|policy| policy.is_egress) || pod.marks.own_interface {
        evidence.daemon_sets = Box::pin(daemon_sets(api)).await;
        let key = AddonKey {
            cluster: site.arn.clone(),
            name: PLUG_IN.into(),
        };
        let addon = load::addon(&site.session, URGENCY, &key);
        let addon = by(api.deadline, "read the add-on", addon).await;
        let addon = addon.map(|described| vec![described.value]);
        evidence.addons = Learned::of(addon, "eks:DescribeAddon");
    }
    (kept(pod, &evidence, read.agent), unread)
}

/// The pod and what it runs on, and nothing else of the cluster.
fn census(test: &CredentialTest, pod: &Pod, read: &Read<'_>) -> Census {
    let mut census = Census::of(Scope {
        namespaces: vec![test.namespace.clone()],
        service_accounts: vec![test.service_account.clone()],
    });
    let parts = [
        (Part::Pods, true),
        (
            Part::ServiceAccounts,
            matches!(read.account, Learned::Known(_) | Learned::Absent),
        ),
        (Part::Agents, read.agents.known().is_some()),
    ];
    for (part, _) in parts {
        census.restart(part);
    }
    census.apply(pod.clone());
    if let Some(account) = read.account.known() {
        census.apply(account.clone());
    }
    if let Some(node) = read.node.known() {
        census.apply(node.clone());
    }
    for agent in read.agents.known().into_iter().flatten() {
        census.apply(agent.clone());
    }
    for (part, is_read) in parts {
        if is_read {
            census.synced(part);
        }
    }
    census
}

async fn webhook(api: &mut Api) -> Learned<Webhook> {
    let read = api.ask(|kubernetes| async move { kubernetes.identity_webhook(URGENCY).await });
    Learned::of(
        read.await,
        "get mutatingwebhookconfigurations (Kubernetes RBAC)",
    )
}

/// The labels of the pod's namespace, by which the API server may leave the webhook out.
async fn labels(namespace: &Text, api: &mut Api) -> Learned<BTreeMap<Text, Labels>> {
    let read = api.ask(|kubernetes| async move {
        let kind = ObjectKind::Namespace;
        let document = kubernetes.document(URGENCY, kind, None, namespace).await?;
        Namespace::decode(&Value::Object(document)).map_err(|wrong| {
            let doing = format!("read namespace {}", visible(namespace));
            Failure::new(FailureKind::Other, doing, wrong.to_string())
        })
    });
    let read = read.await;
    let read = read.map(|found| BTreeMap::from([(namespace.clone(), found.labels)]));
    Learned::of(read, "get namespaces (Kubernetes RBAC)")
}

async fn policies(namespace: &str, api: &mut Api) -> Learned<Vec<NetworkPolicy>> {
    let filter = of_namespace(namespace);
    let read = api.ask(|kubernetes| async move {
        let ask = |page: Option<String>| {
            let (kubernetes, filter) = (&kubernetes, &filter);
            async move {
                let page = page.as_deref();
                kubernetes.network_policies(URGENCY, filter, page).await
            }
        };
        every("list network policies", ask).await
    });
    Learned::of(
        Box::pin(read).await,
        "list networkpolicies (Kubernetes RBAC)",
    )
}

async fn daemon_sets(api: &mut Api) -> Learned<Vec<crate::model::diagnosis::DaemonSet>> {
    let filter = of_namespace(SYSTEM);
    let read = api.ask(|kubernetes| async move {
        let ask = |page: Option<String>| {
            let (kubernetes, filter) = (&kubernetes, &filter);
            async move {
                let page = page.as_deref();
                kubernetes.daemon_sets(URGENCY, filter, page).await
            }
        };
        every("list daemon sets", ask).await
    });
    Learned::of(Box::pin(read).await, "list daemonsets (Kubernetes RBAC)")
}

fn of_namespace(namespace: &str) -> ObjectFilter {
    ObjectFilter {
        namespace: Some(namespace.to_owned()),
        ..ObjectFilter::default()
    }
}
