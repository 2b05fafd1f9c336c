//! What is listed of a cluster, and how one list goes.

use super::Depth;
use crate::cloud::{Kubernetes, ObjectFilter, Urgency};
use crate::model::census::{Part, Scope};
use crate::model::kubernetes::{KubeObject, WatchedKind};
use crate::model::{Failure, Text};
use crate::ops::load;

/// The label of the agent's pods, and where they are.
const AGENT_LABEL: &str = "app.kubernetes.io/name=eks-pod-identity-agent";
const AGENT_NAMESPACE: &str = "kube-system";

/// The lists that answer a question, each narrowed by the API server as far as it can.
pub(super) fn lists(depth: Depth, scope: &Scope) -> Vec<(Part, WatchedKind, ObjectFilter)> {
    let mut filters = Vec::new();
    let some = |words: &[Text]| match words {
        [] => vec![None],
        words => words.iter().map(|word| Some(word.to_string())).collect(),
    };
    for namespace in some(&scope.namespaces) {
        for service_account in some(&scope.service_accounts) {
            filters.push(ObjectFilter {
                namespace: namespace.clone(),
                service_account,
                labels: None,
            });
        }
    }
    let mut lists = Vec::new();
    for filter in filters {
        let accounts = WatchedKind::ServiceAccounts;
        lists.push((Part::ServiceAccounts, accounts, filter.clone()));
        lists.push((Part::Pods, WatchedKind::Pods, filter));
    }
    let all = ObjectFilter::default();
    lists.push((Part::Nodes, WatchedKind::Nodes, all.clone()));
    if depth == Depth::Pods && !scope.is_everything() {
        let agents = ObjectFilter {
            namespace: Some(AGENT_NAMESPACE.to_owned()),
            labels: Some(AGENT_LABEL.to_owned()),
            ..all
        };
        lists.push((Part::Agents, WatchedKind::Pods, agents));
    }
    lists
}

/// What one list gave, as far as it came.
pub(super) struct Listed {
    pub(super) part: Part,
    pub(super) objects: Vec<KubeObject>,
    pub(super) unreadable: Vec<String>,
    pub(super) failure: Option<Failure>,
}

pub(super) async fn list(
    kubernetes: &Kubernetes,
    urgency: Urgency,
    part: Part,
    kind: WatchedKind,
    filter: ObjectFilter,
) -> Listed {
    let (mut objects, mut unreadable) = (Vec::new(), Vec::new());
    let pages = load::kubernetes::objects(kubernetes, urgency, kind, &filter, |page| {
        if page.restarted {
            objects.clear();
            unreadable.clear();
        }
        objects.extend(page.items);
        unreadable.extend(page.unreadable);
    });
    let failure = pages.await.err();
    Listed {
        part,
        objects,
        unreadable,
        failure,
    }
}
