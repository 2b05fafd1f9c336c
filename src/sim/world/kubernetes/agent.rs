//! The agent on the nodes of a cluster.

use serde_json::{Value, json};

use super::Builder;
use crate::sim::kube::{Admission, GivenDaemon, GivenWorkload, PodState};
use crate::sim::world::file::ServiceAccountFile;

const AGENT: &str = "eks-pod-identity-agent";
const OF_ADDON: &str = "v0.1.33";
const STARTED: &str =
    "{\"level\":\"info\",\"msg\":\"Starting server on [169.254.170.23:80 [fd00:ec2::23]:80]\"}";

impl Builder<'_> {
    /// Adds the agent that the add-on brings, or that somebody runs without it.
    pub(super) fn agent(&mut self) {
        let file = self.file;
        let addon = file.addons.get(AGENT);
        let given = &file.kubernetes.agent;
        let version = match (&given.self_managed, addon) {
            (Some(version), _) => version,
            (None, Some(_)) => OF_ADDON,
            (None, None) => return,
        };
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
        let mut daemons = vec![(AGENT.to_owned(), None)];
        let is_hybrid = addon
            .and_then(|addon| addon.configuration.as_ref())
            .and_then(|values| values.pointer("/daemonsets/hybrid/create"))
            == Some(&Value::Bool(true));
        if is_hybrid {
            daemons.push((format!("{AGENT}-hybrid"), Some("hybrid")));
        }
        let created = addon
            .and_then(|addon| addon.created)
            .map_or(self.born, |when| when.resolve(self.start));
        let log = if given.log.is_empty() {
            vec![STARTED.to_owned()]
        } else {
            given.log.clone()
        };
        for (name, place) in daemons {
            self.seed.workloads.push(GivenWorkload {
                kind: "DaemonSet".to_owned(),
                namespace: "kube-system".to_owned(),
                name,
                replicas: 1,
                // Both daemon sets carry the name by which their pods are found.
                labels: vec![
                    ("app.kubernetes.io/name".to_owned(), AGENT.to_owned()),
                    ("app.kubernetes.io/instance".to_owned(), AGENT.to_owned()),
                ],
                annotations: Vec::new(),
                spec: self.agent_spec(version, place),
                created,
                pods_created: vec![created],
                admission: Admission::default(),
                state: PodState::default(),
                elsewhere: given
                    .on
                    .iter()
                    .map(|(nodegroup, on)| GivenDaemon {
                        nodegroup: nodegroup.clone(),
                        state: on.state.0,
                        log: on.log.clone(),
                    })
                    .collect(),
                log: log.clone(),
            });
        }
    }

    fn agent_spec(&self, version: &str, place: Option<&str>) -> Value {
        let image = format!(
            "602401143452.dkr.ecr.{}.amazonaws.com/eks/{AGENT}:{version}",
            self.file.region
        );
        let mut spec = json!({
            "serviceAccountName": AGENT,
            "hostNetwork": true,
            "priorityClassName": "system-node-critical",
            "tolerations": [{"operator": "Exists"}],
            "containers": [{
                "name": AGENT, "image": image,
                "args": ["--port", "80", "--cluster-name", self.file.name, "--probe-port", "2703"],
                "ports": [{"name": "proxy", "containerPort": 80, "protocol": "TCP"}],
            }],
        });
        if let (Value::Object(members), Some(place)) = (&mut spec, place) {
            let selector = json!({"eks.amazonaws.com/compute-type": place});
            members.insert("nodeSelector".to_owned(), selector);
        }
        spec
    }
}
