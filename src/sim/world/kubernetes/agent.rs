//! The agent on the nodes of a cluster.

use super::Builder;
use crate::sim::kube::{AGENT, Agent, GivenDaemon};
use crate::sim::world::file::ServiceAccountFile;

impl Builder<'_> {
    /// Adds the agent that the add-on brings, or that somebody runs without it.
    pub(super) fn agent(&mut self) {
        let file = self.file;
        let addon = file.addons.get(AGENT);
        let given = &file.kubernetes.agent;
        if given.self_managed.is_none() && addon.is_none() {
            return;
        }
        if file.auto_mode {
            // There the agent is a part of the node.
            return;
        }
        self.account(
            "kube-system",
            AGENT,
            &ServiceAccountFile::default(),
            self.born,
            Vec::new(),
        );
        let usual = Agent::default();
        let agent = Agent {
            cluster: &file.name,
            region: &file.region,
            version: given.self_managed.as_deref().unwrap_or(usual.version),
            configuration: addon.and_then(|addon| addon.configuration.as_ref()),
            created: addon
                .and_then(|addon| addon.created)
                .map_or(self.born, |when| when.resolve(self.start)),
        };
        for mut workload in agent.workloads() {
            if !given.log.is_empty() {
                workload.log.clone_from(&given.log);
            }
            workload.elsewhere = given
                .on
                .iter()
                .map(|(nodegroup, on)| GivenDaemon {
                    nodegroup: nodegroup.clone(),
                    state: on.state.0,
                    log: on.log.clone(),
                })
                .collect();
            self.seed.workloads.push(workload);
        }
    }
}
