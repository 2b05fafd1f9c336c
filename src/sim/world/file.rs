//! World files: what a simulated AWS holds when it starts.
//!
//! The format is YAML (hence also JSON). Names stand for ARNs wherever the account and region make them unambiguous,
//! and every role that an association names exists with a correct trust policy unless `roles` says otherwise.

mod kubernetes;
mod text;
mod words;
mod workload;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

pub(crate) use self::kubernetes::{AccessEntryFile, KubernetesFile, ServiceAccountFile};
pub(crate) use self::text::{Short, Shorthand, line_of, parsed};
pub(crate) use self::words::{Kind, Place, Webhook};
pub(crate) use self::workload::{ContainerFile, Setting, WorkloadFile};
use super::when::{Span, When};

pub(crate) type Tags = IndexMap<String, String>;

/// A whole world.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorldFile {
    /// Regions that exist but that no account has enabled.
    #[serde(default)]
    pub(crate) regions_not_enabled: Vec<String>,
    /// What workloads are like, by name.
    #[serde(default)]
    pub(crate) templates: IndexMap<String, WorkloadFile>,
    /// What every workload is like, but those of kube-system.
    #[serde(default)]
    pub(crate) defaults: WorkloadFile,
    pub(crate) accounts: Vec<AccountFile>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountFile {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) alias: Option<String>,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    #[serde(default)]
    pub(crate) session_token: Option<String>,
    /// Who the access key belongs to: `user/NAME` or `assumed-role/ROLE/SESSION`.
    pub(crate) caller: String,
    /// The enabled regions; the first is the one that `roledex sim` prints.
    pub(crate) regions: Vec<String>,
    #[serde(default)]
    pub(crate) roles: IndexMap<String, RoleFile>,
    pub(crate) clusters: Vec<ClusterFile>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RoleFile {
    /// The role was deleted after something began to refer to it.
    pub(crate) deleted: bool,
    pub(crate) path: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) trust: Trust,
    pub(crate) created: Option<When>,
    pub(crate) last_used: Option<When>,
    /// Nobody has ever assumed it.
    pub(crate) never_used: bool,
    pub(crate) max_session: Option<Span>,
    pub(crate) boundary: Option<String>,
    pub(crate) attached: Vec<String>,
    pub(crate) inline: IndexMap<String, Value>,
    pub(crate) tags: Tags,
}

/// A trust policy, by the name of its kind or in full.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Trust {
    /// `pod-identity`: the service principal with both actions.
    #[default]
    PodIdentity,
    /// `pod-identity without tags`: the service principal, but no `sts:TagSession`.
    PodIdentityWithoutTags,
    /// `pod-identity for CLUSTER-ARN`: only on behalf of that cluster.
    PodIdentityFor(String),
    /// `irsa ISSUER-HOST-AND-PATH NAMESPACE/SERVICE-ACCOUNT`: the older, federated way only.
    Irsa {
        issuer: String,
        subject: String,
    },
    /// `service HOST`: some other AWS service.
    Service(String),
    /// `account ID`: any principal of that account that is allowed to.
    Account(String),
    Document(Value),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent word of the file format"
)]
pub(crate) struct ClusterFile {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) version: String,
    pub(crate) platform: String,
    pub(crate) created: When,
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default)]
    pub(crate) auto_mode: bool,
    #[serde(default)]
    pub(crate) ipv6: bool,
    #[serde(default)]
    pub(crate) private: bool,
    #[serde(default)]
    pub(crate) hybrid_nodes: bool,
    #[serde(default)]
    pub(crate) extended_support: bool,
    #[serde(default)]
    pub(crate) deletion_protection: bool,
    #[serde(default)]
    pub(crate) authentication_mode: Option<String>,
    #[serde(default)]
    pub(crate) logging: Vec<String>,
    #[serde(default)]
    pub(crate) health: Vec<IssueFile>,
    #[serde(default)]
    pub(crate) tags: Tags,
    /// Whether the cluster's issuer is registered as an IAM identity provider.
    #[serde(default)]
    pub(crate) irsa: bool,
    /// What that provider takes tokens for, where it is not what IRSA needs.
    #[serde(default)]
    pub(crate) audiences: Option<Vec<String>>,
    /// Outposts on which it is a local cluster.
    #[serde(default)]
    pub(crate) outposts: Vec<String>,
    #[serde(default)]
    pub(crate) addons: IndexMap<String, AddonFile>,
    #[serde(default)]
    pub(crate) nodegroups: IndexMap<String, NodegroupFile>,
    #[serde(default)]
    pub(crate) fargate_profiles: IndexMap<String, FargateProfileFile>,
    #[serde(default)]
    pub(crate) capabilities: IndexMap<String, CapabilityFile>,
    #[serde(default)]
    pub(crate) identity_providers: IndexMap<String, IdentityProviderFile>,
    #[serde(default)]
    pub(crate) access_entries: IndexMap<String, AccessEntryFile>,
    /// Namespace, service account, and then the association.
    #[serde(default)]
    pub(crate) associations: IndexMap<String, IndexMap<String, Short<AssociationFile>>>,
    #[serde(default)]
    pub(crate) updates: Vec<UpdateFile>,
    /// Whoever made the cluster may do nothing in it by that alone.
    #[serde(default)]
    pub(crate) without_creator: bool,
    #[serde(default)]
    pub(crate) kubernetes: KubernetesFile,
    /// So many service accounts more, and so many pods of theirs, which only made worlds have.
    #[serde(skip)]
    pub(crate) generated: u32,
    #[serde(skip)]
    pub(crate) generated_pods: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueFile {
    pub(crate) code: String,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) resources: Vec<String>,
}

/// An association: `ROLE`, or a mapping where there is more to say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssociationFile {
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) target: Option<String>,
    #[serde(default)]
    pub(crate) session_tags: Option<bool>,
    #[serde(default)]
    pub(crate) policy: Option<Value>,
    #[serde(default)]
    pub(crate) tags: Tags,
    #[serde(default)]
    pub(crate) created: Option<When>,
    #[serde(default)]
    pub(crate) modified: Option<When>,
    #[serde(default)]
    pub(crate) addon: Option<String>,
    /// The ARN of an owner that is not there.
    #[serde(default)]
    pub(crate) owner: Option<String>,
    #[serde(default)]
    pub(crate) id: Option<String>,
}

impl Shorthand for AssociationFile {
    const EXPECTED: &'static str = "a role, or a mapping with `role`";

    fn from_text(role: &str) -> Self {
        Self {
            role: role.to_owned(),
            ..Self::default()
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddonFile {
    pub(crate) version: String,
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default)]
    pub(crate) created: Option<When>,
    #[serde(default)]
    pub(crate) service_account_role: Option<String>,
    #[serde(default)]
    pub(crate) configuration: Option<Value>,
    #[serde(default)]
    pub(crate) health: Vec<IssueFile>,
    #[serde(default)]
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodegroupFile {
    #[serde(default)]
    pub(crate) ami_type: Option<String>,
    #[serde(default)]
    pub(crate) instance_types: Vec<String>,
    #[serde(default)]
    pub(crate) spot: bool,
    pub(crate) size: u32,
    /// Only pods that are `on: nodegroup/NAME` run on it.
    #[serde(default)]
    pub(crate) reserved: bool,
    #[serde(default)]
    pub(crate) max_size: Option<u32>,
    #[serde(default)]
    pub(crate) role: Option<String>,
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default)]
    pub(crate) created: Option<When>,
    #[serde(default)]
    pub(crate) health: Vec<IssueFile>,
    #[serde(default)]
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FargateProfileFile {
    pub(crate) namespaces: Vec<String>,
    #[serde(default)]
    pub(crate) role: Option<String>,
    #[serde(default)]
    pub(crate) created: Option<When>,
    #[serde(default)]
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CapabilityFile {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) version: String,
    #[serde(default)]
    pub(crate) role: Option<String>,
    #[serde(default)]
    pub(crate) status: Option<String>,
    #[serde(default)]
    pub(crate) created: Option<When>,
    #[serde(default)]
    pub(crate) health: Vec<IssueFile>,
    #[serde(default)]
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityProviderFile {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    #[serde(default)]
    pub(crate) username_claim: Option<String>,
    #[serde(default)]
    pub(crate) username_prefix: Option<String>,
    #[serde(default)]
    pub(crate) groups_claim: Option<String>,
    #[serde(default)]
    pub(crate) groups_prefix: Option<String>,
    #[serde(default)]
    pub(crate) required_claims: Tags,
    #[serde(default)]
    pub(crate) status: Option<String>,
    /// When it begins to work, where it was associated only lately.
    #[serde(default)]
    pub(crate) ready: Option<When>,
    #[serde(default)]
    pub(crate) tags: Tags,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateFile {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) started: When,
    pub(crate) takes: Span,
    /// How it ends: Successful (the default), Failed or Cancelled.
    #[serde(default)]
    pub(crate) outcome: Outcome,
    #[serde(default)]
    pub(crate) nodegroup: Option<String>,
    #[serde(default)]
    pub(crate) addon: Option<String>,
    #[serde(default)]
    pub(crate) capability: Option<String>,
    #[serde(default)]
    pub(crate) params: IndexMap<String, String>,
    #[serde(default)]
    pub(crate) errors: Vec<IssueFile>,
    /// Why it was cancelled.
    #[serde(default)]
    pub(crate) cancelled_because: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Outcome {
    #[default]
    Successful,
    Failed,
    Cancelled,
}

impl<'de> Deserialize<'de> for Trust {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            document @ Value::Object(_) => return Ok(Self::Document(document)),
            other => return Err(de::Error::custom(format!("{other} is no trust policy"))),
        };
        let words: Vec<&str> = text.split(' ').collect();
        match words.as_slice() {
            ["pod-identity"] => Ok(Self::PodIdentity),
            ["pod-identity", "without", "tags"] => Ok(Self::PodIdentityWithoutTags),
            ["pod-identity", "for", cluster] => Ok(Self::PodIdentityFor((*cluster).to_owned())),
            ["irsa", issuer, subject] => Ok(Self::Irsa {
                issuer: (*issuer).to_owned(),
                subject: (*subject).to_owned(),
            }),
            ["service", host] => Ok(Self::Service((*host).to_owned())),
            ["account", id] => Ok(Self::Account((*id).to_owned())),
            _ => Err(de::Error::custom(format!(
                "'{text}' is no trust policy: write pod-identity, pod-identity without tags, \
                 pod-identity for CLUSTER-ARN, irsa ISSUER NAMESPACE/SERVICE-ACCOUNT, service HOST, \
                 account ID, or the document"
            ))),
        }
    }
}
