//! What controllers and admission know besides the objects.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::sim::kube::object::{Object, text};
use crate::sim::kube::resource::Resource;
use crate::sim::kube::seed::{Admission, GivenDaemon, GivenWorkload, PodState, Seed, the};
use crate::sim::kube::store::{Key, Kubernetes};

/// What controllers and admission know besides the objects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) arn: &'a str,
    pub(crate) seed: &'a Seed,
    /// When each associated service account got its association.
    pub(crate) associations: &'a HashMap<Key, Timestamp>,
    /// The workload whose first pods are being made.
    pub(crate) planted: Option<&'a GivenWorkload>,
    pub(crate) now: Timestamp,
}

impl Context<'_> {
    /// Returns what the uid of an object is made from.
    pub(in crate::sim::kube) fn seed_of(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
    ) -> String {
        format!("{}/{}/{namespace}/{name}", self.arn, resource.plural)
    }

    pub(in crate::sim::kube) fn admission(&self) -> Admission {
        self.planted
            .map_or_else(Admission::default, |given| given.admission)
    }

    /// Returns whether the API server asks the webhook about new pods of a namespace.
    pub(in crate::sim::kube) fn is_seen_by_webhook(&self, namespace: &str) -> bool {
        !self.seed.has_no_webhook
            && !self
                .seed
                .unwatched_namespaces
                .iter()
                .any(|name| name == namespace)
            && self.admission() != Admission::Missed
    }

    /// Returns the Fargate profile that takes the pods of a namespace.
    pub(in crate::sim::kube) fn fargate_profile(&self, namespace: &str) -> Option<&str> {
        self.seed
            .fargate
            .iter()
            .find(|(_, namespaces)| namespaces.iter().any(|name| name == namespace))
            .map(|(profile, _)| profile.as_str())
    }

    /// Returns when the pod at a position is made.
    pub(in crate::sim::kube) fn moment(&self, position: usize) -> Timestamp {
        let moments = self.planted.map_or(&[][..], |given| &given.pods_created);
        let count = moments.len().max(1);
        moments.get(position % count).copied().unwrap_or(self.now)
    }

    /// Returns how a new pod of a workload fares: what crashes goes on crashing when it is restarted.
    pub(in crate::sim::kube) fn state(&self, namespace: &str, workload: &str) -> PodState {
        if let Some(given) = self.planted {
            return given.state;
        }
        let given = given(self.seed, namespace, workload);
        match given.map(|given| given.state) {
            Some(state @ (PodState::Crashing | PodState::Starting | PodState::Pending)) => state,
            _ => PodState::Running,
        }
    }
}

pub(in crate::sim::kube) fn given<'s>(
    seed: &'s Seed,
    namespace: &str,
    workload: &str,
) -> Option<&'s GivenWorkload> {
    seed.workloads
        .iter()
        .find(|given| given.namespace == namespace && given.name == workload)
}

/// Returns what a pod has logged, which depends on its node where a daemon fares differently.
pub(in crate::sim::kube) fn log(
    kubernetes: &Kubernetes,
    pod: &Object,
    is_previous: bool,
) -> Vec<String> {
    let seed = &kubernetes.seed;
    let workload = seed
        .workloads
        .iter()
        .filter(|given| given.namespace == pod.namespace)
        .filter(|given| {
            pod.name
                .strip_prefix(given.name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
        .max_by_key(|given| given.name.len());
    let Some(given) = workload else {
        return Vec::new();
    };
    if is_previous && !given.previous_log.is_empty() {
        return given.previous_log.clone();
    }
    let value = pod.value();
    let nodegroup = kubernetes
        .lock()
        .get(the("Node"), "", text(&value, "/spec/nodeName"))
        .and_then(|node| node.labels.get("eks.amazonaws.com/nodegroup").cloned());
    nodegroup
        .and_then(|nodegroup| on(given, &nodegroup))
        .map_or_else(|| given.log.clone(), |daemon| daemon.log.clone())
}

pub(in crate::sim::kube) fn on<'g>(
    given: &'g GivenWorkload,
    nodegroup: &str,
) -> Option<&'g GivenDaemon> {
    given
        .elsewhere
        .iter()
        .find(|daemon| daemon.nodegroup == nodegroup)
}
