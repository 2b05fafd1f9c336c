//! Whether the agent of Pod Identity serves the pod's node.

use crate::model::diagnosis::remedy;
use crate::model::node::{Compute, Node};
use crate::model::pod::{Phase, Pod};
use crate::model::text::visible;
use crate::model::{Addon, Cluster, Learned, Text};

use super::step::{Step, StepKind, StepState};

/// What was read of the agent.
#[derive(Debug, Clone, Default)]
pub struct AgentFacts<'a> {
    pub cluster: Option<&'a Cluster>,
    /// The name of the pod's node, once it is scheduled.
    pub node_name: Option<&'a str>,
    pub node: Learned<Node>,
    pub addon: Learned<Addon>,
    /// Ready and wanted pods of the agent's daemon set.
    pub daemon_set: Learned<(u64, u64)>,
    /// All pods of the agent.
    pub pods: Learned<Vec<Pod>>,
}

impl AgentFacts<'_> {
    /// Whether what is known of the node already settles it, so that nothing else need be asked.
    pub fn settled(&self) -> Option<Step> {
        let step = |state, said: String| Some(Step::new(StepKind::Agent, state, said));
        let node = visible(self.node_name?).into_owned();
        let (compute, os) = match &self.node {
            Learned::Known(found) => (Some(&found.compute), found.os.as_deref()),
            _ => (None, None),
        };
        if node.starts_with("fargate-") || compute == Some(&Compute::Fargate) {
            let failed = step(
                StepState::Failed,
                "the pod runs on Fargate, where no agent can run".to_owned(),
            )?;
            return Some(failed.remedies([remedy::advice("use IRSA for pods on Fargate")]));
        }
        if os == Some("windows") {
            let failed = step(
                StepState::Failed,
                "the pod runs on Windows, where no agent can run".to_owned(),
            )?;
            return Some(failed.remedies([remedy::advice("use IRSA for pods on Windows")]));
        }
        if compute == Some(&Compute::Auto) {
            return step(
                StepState::Passed,
                format!("built into node {node} of EKS Auto Mode"),
            );
        }
        None
    }

    /// The step, from everything that was read.
    pub fn step(&self) -> Step {
        if let Some(step) = self.settled() {
            return step;
        }
        let (state, said) = self.on_node();
        let is_missing = self.addon == Learned::Absent && self.daemon_set == Learned::Absent;
        let is_auto = self.cluster.is_some_and(|cluster| cluster.auto_mode);
        let (state, said) = match state {
            // Nodes of Auto Mode show no agent; and where the node is not known, it may be one of them.
            _ if is_missing && !is_auto => (
                StepState::Failed,
                "neither the add-on eks-pod-identity-agent nor its daemon set is there".to_owned(),
            ),
            _ if is_missing && state != StepState::Passed => (
                StepState::Unknown,
                "there is no daemon set; nodes of EKS Auto Mode have the agent built in, others have none".to_owned(),
            ),
            StepState::Passed if self.is_addon_ill() => {
                (StepState::Warning, format!("{said}, but the add-on is not well"))
            }
            state => (state, said),
        };
        let mut step = Step::new(StepKind::Agent, state, said);
        step.evidence = self.evidence();
        match state {
            StepState::Failed if is_missing => step.remedies([remedy::advice(
                "install the add-on: aws eks create-addon --addon-name eks-pod-identity-agent",
            )]),
            StepState::Failed => step.remedies([remedy::advice(
                "look at the agent's pod on that node: its image, port 80 of the node, and whether the node has IPv6",
            )]),
            _ => step,
        }
    }

    fn is_addon_ill(&self) -> bool {
        self.addon.known().is_some_and(|addon| {
            addon.status.as_deref() != Some("ACTIVE") || !addon.issues.is_empty()
        })
    }

    fn on_node(&self) -> (StepState, String) {
        let pods = match &self.pods {
            Learned::Known(pods) => pods,
            other => {
                let why = other
                    .unknown()
                    .unwrap_or_else(|| "no pods were found".to_owned());
                return (StepState::Unknown, format!("not known: {why}"));
            }
        };
        let Some(name) = self.node_name else {
            let ready = pods.iter().filter(|pod| is_ready(pod)).count();
            let said = format!(
                "{ready} of {} agents are ready; on which node the pod runs is not known",
                pods.len()
            );
            let state = if ready == pods.len() && ready > 0 {
                StepState::Passed
            } else {
                StepState::Unknown
            };
            return (state, said);
        };
        let shown = visible(name).into_owned();
        let mut here = pods
            .iter()
            .filter(|pod| pod.node.as_deref() == Some(name) && !pod.phase.is_ended())
            .peekable();
        if here.peek().is_none() {
            return (StepState::Failed, format!("no agent runs on node {shown}"));
        }
        match here.find(|pod| is_ready(pod)) {
            Some(pod) => {
                let agent = visible(&pod.name);
                (
                    StepState::Passed,
                    format!("{agent} is ready on node {shown}"),
                )
            }
            None => (
                StepState::Failed,
                format!("the agent on node {shown} is not ready"),
            ),
        }
    }

    fn evidence(&self) -> Vec<Text> {
        let addon = match &self.addon {
            Learned::Known(addon) => {
                let status = addon.status.as_deref().unwrap_or("no status");
                let version = addon.version.as_deref().unwrap_or("no version");
                let issues = addon
                    .issues
                    .iter()
                    .filter_map(|issue| issue.code.as_deref());
                let issues: Vec<_> = issues.collect();
                let issues = match issues.as_slice() {
                    [] => String::new(),
                    issues => format!(", {}", issues.join(", ")),
                };
                format!(
                    "add-on {} {}{}",
                    visible(version),
                    visible(status),
                    visible(&issues)
                )
            }
            Learned::Absent => {
                "no add-on eks-pod-identity-agent; the agent may be self-managed".to_owned()
            }
            other => format!("add-on not known: {}", other.unknown().unwrap_or_default()),
        };
        let daemon_set = match &self.daemon_set {
            Learned::Known((ready, wanted)) => {
                format!("daemon set kube-system/eks-pod-identity-agent: {ready} of {wanted} ready")
            }
            Learned::Absent => "no daemon set kube-system/eks-pod-identity-agent".to_owned(),
            other => format!(
                "daemon set not known: {}",
                other.unknown().unwrap_or_default()
            ),
        };
        vec![addon.into(), daemon_set.into()]
    }
}

fn is_ready(pod: &Pod) -> bool {
    pod.ready == Some(true) && !pod.terminating && pod.phase == Phase::Running
}
