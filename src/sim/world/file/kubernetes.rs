//! The part of a world file that is about Kubernetes.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::Tags;
use crate::sim::world::when::When;

/// What a cluster's Kubernetes holds beside what follows from the rest.
///
/// Every association has a service account and a deployment of the same name unless this says otherwise.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KubernetesFile {
    /// Connections are refused.
    pub(crate) unreachable: bool,
    /// `VERB RESOURCE` that nobody may.
    pub(crate) deny: Vec<String>,
    pub(crate) grants: Vec<GrantFile>,
    /// `NAMESPACE/NAME` of associations whose service account was never made.
    pub(crate) without_service_account: Vec<String>,
    /// Namespace, name, and then the service account.
    pub(crate) service_accounts: IndexMap<String, IndexMap<String, ServiceAccountFile>>,
    pub(crate) workloads: IndexMap<String, IndexMap<String, WorkloadFile>>,
    /// Namespace, name, and then the `spec`.
    pub(crate) network_policies: IndexMap<String, IndexMap<String, Value>>,
    pub(crate) hybrid_nodes: u32,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct GrantFile {
    pub(crate) groups: Vec<String>,
    pub(crate) verbs: Vec<String>,
    pub(crate) resources: Vec<String>,
    pub(crate) namespaces: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServiceAccountFile {
    /// The role of the older, federated way.
    pub(crate) irsa: Option<String>,
    pub(crate) annotations: Tags,
    pub(crate) automount: Option<bool>,
    pub(crate) created: Option<When>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WorkloadFile {
    /// Deployment (the default), StatefulSet, DaemonSet, Job, or Pod for one of its own.
    pub(crate) kind: Option<String>,
    /// Its own name by default.
    pub(crate) service_account: Option<String>,
    pub(crate) replicas: Option<u32>,
    pub(crate) created: Option<When>,
    /// When its pods were made, which decides what the webhook gave them.
    pub(crate) pods: Option<When>,
    pub(crate) containers: Vec<String>,
    pub(crate) image: Option<String>,
    /// Variables of the first container.
    pub(crate) env: Tags,
    /// Secrets whose keys all become variables.
    pub(crate) env_from: Vec<String>,
    pub(crate) labels: Tags,
    pub(crate) annotations: Tags,
    /// `windows` or `hybrid`.
    pub(crate) on: Option<String>,
    pub(crate) host_network: bool,
    pub(crate) crashing: bool,
    pub(crate) log: Vec<String>,
}

/// Who may use the API, as EKS keeps it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AccessEntryFile {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) username: Option<String>,
    /// Policy names; each may end in `@NAMESPACE,NAMESPACE`.
    pub(crate) policies: Vec<String>,
    pub(crate) created: Option<When>,
    pub(crate) tags: Tags,
}
