//! The Pod Identity Agent as the add-on, or somebody without it, installs it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::seed::{Admission, GivenWorkload, PodState};

pub(crate) const AGENT: &str = "eks-pod-identity-agent";
const STARTED: &str =
    "{\"level\":\"info\",\"msg\":\"Starting server on [169.254.170.23:80 [fd00:ec2::23]:80]\"}";

/// An agent to be installed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Agent<'a> {
    pub(crate) cluster: &'a str,
    pub(crate) region: &'a str,
    pub(crate) version: &'a str,
    /// The add-on's values, by which hybrid nodes get a daemon set of their own.
    pub(crate) configuration: Option<&'a Value>,
    pub(crate) created: Timestamp,
}

impl Default for Agent<'_> {
    fn default() -> Self {
        Self {
            cluster: "",
            region: "",
            version: "v0.1.33",
            configuration: None,
            created: Timestamp::UNIX_EPOCH,
        }
    }
}

impl Agent<'_> {
    /// Returns the daemon sets.
    pub(crate) fn workloads(&self) -> Vec<GivenWorkload> {
        let is_hybrid = self
            .configuration
            .and_then(|values| values.pointer("/daemonsets/hybrid/create"))
            == Some(&Value::Bool(true));
        let hybrid = is_hybrid.then(|| (format!("{AGENT}-hybrid"), Some("hybrid")));
        [(AGENT.to_owned(), None)]
            .into_iter()
            .chain(hybrid)
            .map(|(name, place)| GivenWorkload {
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
                spec: self.spec(place),
                created: self.created,
                pods_created: vec![self.created],
                admission: Admission::default(),
                state: PodState::default(),
                elsewhere: Vec::new(),
                log: vec![STARTED.to_owned()],
                previous_log: Vec::new(),
            })
            .collect()
    }

    fn spec(&self, place: Option<&str>) -> Value {
        let image = format!(
            "602401143452.dkr.ecr.{}.amazonaws.com/eks/{AGENT}:{}",
            self.region, self.version
        );
        let mut spec = json!({
            "serviceAccountName": AGENT,
            "hostNetwork": true,
            "priorityClassName": "system-node-critical",
            "tolerations": [{"operator": "Exists"}],
            "containers": [{
                "name": AGENT, "image": image,
                "args": ["--port", "80", "--cluster-name", self.cluster, "--probe-port", "2703"],
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
