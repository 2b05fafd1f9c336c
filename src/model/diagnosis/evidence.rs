//! All that the rules may look at, with everything that could not be read.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::census::{Census, NodeRoles};
use crate::model::pod::Labels;
use crate::model::preflight::Simulated;
use crate::model::{
    Addon, Association, AssociationDetail, Cluster, ClusterArn, Learned, Nodegroup, RoleDetail,
    Text, Update,
};

/// What was read of one cluster, or of one service account of it; whatever was not is [`Learned::NotAsked`].
#[derive(Debug, Clone)]
pub struct Evidence {
    pub arn: ClusterArn,
    /// When it was read, and what ages are counted from.
    pub at: Timestamp,
    /// The profile by which it was read, for commands to copy.
    pub profile: Option<Text>,
    pub cluster: Learned<Cluster>,
    /// All associations, or those within the scope of the census.
    pub associations: Learned<Vec<Association>>,
    /// By association id.
    pub details: BTreeMap<Text, Learned<AssociationDetail>>,
    /// Associations of the whole cluster, for the quota and for near names; `None` where only some were read.
    pub association_count: Learned<usize>,
    /// Service accounts, pods, nodes and agents; says itself what it does not know.
    pub census: Census,
    pub node_roles: NodeRoles,
    pub addons: Learned<Vec<Addon>>,
    pub nodegroups: Learned<Vec<Nodegroup>>,
    /// Of everything that could be listed.
    pub updates: Learned<Vec<Update>>,
    /// Why parts of the cluster, and so their updates, could not be listed.
    pub updates_unlisted: Vec<Learned<()>>,
    /// With their labels, by name.
    pub namespaces: Learned<BTreeMap<Text, Labels>>,
    /// `pod-identity-webhook`.
    pub webhook: Learned<Webhook>,
    pub network_policies: Learned<Vec<NetworkPolicy>>,
    /// Daemon sets of kube-system.
    pub daemon_sets: Learned<Vec<DaemonSet>>,
    /// By ARN: roles of associations, target roles, annotated roles.
    pub roles: BTreeMap<Text, Learned<RoleFacts>>,
    /// By the ARN of a node's role: whether it may use `eks-auth:AssumeRoleForPodIdentity` on the cluster.
    pub node_permissions: BTreeMap<Text, Learned<Vec<Simulated>>>,
    /// By role and target role: whether the first may `sts:AssumeRole` and `sts:TagSession` the second.
    pub hop_permissions: BTreeMap<(Text, Text), Learned<Vec<Simulated>>>,
    /// Identity providers of IAM, for IRSA.
    pub oidc_providers: Learned<Vec<OidcProvider>>,
}

/// A role, and what its own policies say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleFacts {
    pub detail: RoleDetail,
    /// Policy documents as JSON text by name, attached and inline.
    pub policies: Learned<BTreeMap<Text, Text>>,
}

/// A MutatingWebhookConfiguration, as far as Pod Identity depends on it. Every webhook entry of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Webhook {
    pub entries: Vec<WebhookEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebhookEntry {
    pub name: Text,
    pub failure_policy: Option<Text>,
    pub review_versions: Vec<Text>,
    pub namespace_selector: Selector,
    pub object_selector: Selector,
}

/// A label selector of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selector {
    pub labels: BTreeMap<Text, Text>,
    pub expressions: Vec<Expression>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    pub key: Text,
    /// In, NotIn, Exists, DoesNotExist, or a newer word.
    pub operator: Text,
    pub values: Vec<Text>,
}

/// A NetworkPolicy: what it selects, and what it lets out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkPolicy {
    pub namespace: Text,
    pub name: Text,
    pub pods: Selector,
    /// Whether it restricts egress: `policyTypes` names it, or it has egress rules.
    pub is_egress: bool,
    pub egress: Vec<EgressRule>,
}

/// Empty `peers` let out to everywhere, empty `ports` on every port.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EgressRule {
    pub peers: Vec<Peer>,
    pub ports: Vec<Port>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    Block {
        cidr: Text,
        except: Vec<Text>,
    },
    /// Pods or namespaces: never an address of the node.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// TCP where none is named.
    pub protocol: Option<Text>,
    /// `None` is every port.
    pub port: Option<u16>,
    pub end: Option<u16>,
    /// A port by its name, which an address outside the cluster does not have.
    pub named: Option<Text>,
}

/// A daemon set, as far as it serves Pod Identity or the network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DaemonSet {
    pub namespace: Text,
    pub name: Text,
    pub desired: Option<u64>,
    pub ready: Option<u64>,
    /// Image of its first container.
    pub image: Option<Text>,
    /// `POD_SECURITY_GROUP_ENFORCING_MODE` of any container; nothing else of the environment is kept.
    pub enforcing_mode: Option<Text>,
}

/// An OpenID Connect provider of IAM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcProvider {
    pub arn: Text,
    /// The issuer without `https://`, as the ARN ends.
    pub url: Text,
    /// What GetOpenIDConnectProvider said; only of the provider of this cluster.
    pub client_ids: Learned<Vec<Text>>,
}

impl Evidence {
    /// Nothing is known yet.
    pub fn nothing(arn: ClusterArn, at: Timestamp) -> Self {
        Self {
            arn,
            at,
            profile: None,
            cluster: Learned::NotAsked,
            associations: Learned::NotAsked,
            details: BTreeMap::new(),
            association_count: Learned::NotAsked,
            census: Census::new(),
            node_roles: NodeRoles::default(),
            addons: Learned::NotAsked,
            nodegroups: Learned::NotAsked,
            updates: Learned::NotAsked,
            updates_unlisted: Vec::new(),
            namespaces: Learned::NotAsked,
            webhook: Learned::NotAsked,
            network_policies: Learned::NotAsked,
            daemon_sets: Learned::NotAsked,
            roles: BTreeMap::new(),
            node_permissions: BTreeMap::new(),
            hop_permissions: BTreeMap::new(),
            oidc_providers: Learned::NotAsked,
        }
    }
}
