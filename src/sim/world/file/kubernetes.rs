//! The part of a world file that is about Kubernetes.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::Tags;
use super::text::{Short, Shorthand};
use super::words::{AgentState, Denied};
use super::workload::WorkloadFile;
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
    pub(crate) deny: Vec<Denied>,
    pub(crate) grants: Vec<GrantFile>,
    /// `NAMESPACE/NAME` of associations whose service account is not there; a namespace that has nothing else in it is
    /// not there either.
    pub(crate) without_service_account: Vec<String>,
    /// Namespace, name, and then the service account.
    pub(crate) service_accounts: IndexMap<String, IndexMap<String, Short<ServiceAccountFile>>>,
    pub(crate) workloads: IndexMap<String, IndexMap<String, Short<WorkloadFile>>>,
    /// Namespace, name, and then the `spec`.
    pub(crate) network_policies: IndexMap<String, IndexMap<String, Value>>,
    pub(crate) hybrid_nodes: u32,
    pub(crate) agent: AgentFile,
    pub(crate) webhook: WebhookFile,
    /// What the world says of all workloads.
    #[serde(skip)]
    pub(crate) defaults: WorkloadFile,
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

impl Shorthand for ServiceAccountFile {
    const EXPECTED: &'static str = "a role of the federated way, or a mapping";

    fn from_text(role: &str) -> Self {
        Self {
            irsa: Some(role.to_owned()),
            ..Self::default()
        }
    }
}

/// The agent on the nodes, which the add-on of that name brings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AgentFile {
    /// Its version, where somebody runs it without the add-on.
    pub(crate) self_managed: Option<String>,
    pub(crate) log: Vec<String>,
    /// By node group: where it fares otherwise.
    pub(crate) on: IndexMap<String, AgentOnFile>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentOnFile {
    pub(crate) state: AgentState,
    #[serde(default)]
    pub(crate) log: Vec<String>,
}

/// What somebody has done to the configuration of the webhook.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WebhookFile {
    pub(crate) deleted: bool,
    /// Namespaces that its selector leaves out.
    pub(crate) without: Vec<String>,
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
