//! Which nodes have an agent of EKS Pod Identity that works.

use std::collections::BTreeMap;

use super::register::Register;
use crate::model::Text;
use crate::model::identity::Agent;
use crate::model::pod::{Phase, Pod};

/// The pods of the agent, by the node that each runs on.
#[derive(Debug, Clone, Default)]
pub(super) struct Agents {
    pub(super) register: Register<AgentPod>,
    /// By node, then by the name of the pod: while it is replaced, a node may have two.
    by_node: BTreeMap<Text, BTreeMap<Text, bool>>,
}

/// A pod of the agent, as far as it tells anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AgentPod {
    name: Text,
    node: Text,
    is_ready: bool,
}

impl Agents {
    /// Looks at a pod, which may or may not be one; says whether that changed anything.
    pub(super) fn note(&mut self, pod: &Pod) -> bool {
        let node = pod.node.clone().filter(|_| {
            // An evicted pod stays, and another takes its place.
            pod.is_identity_agent() && !pod.phase.is_ended()
        });
        let Some(node) = node else {
            return self.remove(&pod.namespace, &pod.name);
        };
        let is_ready = pod.ready == Some(true) && !pod.terminating && pod.phase == Phase::Running;
        let name = pod.name.clone();
        let agent = AgentPod {
            name: name.clone(),
            node: node.clone(),
            is_ready,
        };
        let put = self
            .register
            .put(pod.namespace.clone(), name.clone(), agent);
        if let Some(before) = put.before.filter(|before| before.node != node) {
            self.leave(&before);
        }
        self.by_node.entry(node).or_default().insert(name, is_ready);
        put.changed
    }

    pub(super) fn remove(&mut self, namespace: &str, name: &str) -> bool {
        let gone = self.register.remove(namespace, name);
        if let Some(agent) = &gone {
            self.leave(agent);
        }
        gone.is_some()
    }

    pub(super) fn synced(&mut self, is_live: bool) {
        for agent in self.register.synced(is_live) {
            self.leave(&agent);
        }
    }

    pub(super) fn on(&self, node: &str) -> Agent {
        match self.by_node.get(node) {
            Some(agents) if agents.values().any(|is_ready| *is_ready) => Agent::Running,
            Some(_) => Agent::NotReady,
            None if self.register.is_complete() => Agent::Missing,
            None => Agent::Unknown,
        }
    }

    fn leave(&mut self, agent: &AgentPod) {
        if let Some(agents) = self.by_node.get_mut(&agent.node) {
            agents.remove(&agent.name);
            if agents.is_empty() {
                self.by_node.remove(&agent.node);
            }
        }
    }
}
