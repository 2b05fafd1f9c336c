//! The answer, and everything that it rests on.

use jiff::Timestamp;

use super::chain::Sdk;
use crate::model::Text;
use crate::model::pod::{ContainerKind, Source, Variable};

/// Who a container is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub container: Text,
    pub kind: ContainerKind,
    /// With [`Certainty::Unknown`] it is no more than a possibility.
    pub mechanism: Mechanism,
    pub certainty: Certainty,
    /// Absent where the mechanism has none, or it is not known.
    pub role: Option<Role>,
    /// What speaks for the mechanism.
    pub reasons: Vec<Reason>,
    /// What keeps it from being certain; empty if and only if it is.
    pub doubts: Vec<Doubt>,
    /// What else a person should know.
    pub notes: Vec<Note>,
    /// What each SDK would choose; empty where all choose the same.
    pub choices: Vec<SdkChoice>,
}

/// How a container gets its credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mechanism {
    PodIdentity,
    Irsa,
    /// Access keys in variables.
    StaticKeys,
    /// A profile in a shared file.
    Profile,
    /// A role and a token file that the webhook did not write.
    WebIdentity,
    /// A container credentials endpoint other than the agent of EKS.
    Endpoint,
    NodeRole,
    /// Nothing, or something that cannot work where the pod runs.
    None,
    Unknown,
}

/// How much an answer can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Certainty {
    Unknown,
    Likely,
    Certain,
}

/// The role whose credentials the container gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub arn: Text,
    /// The association's role, where it is only the way to a target role.
    pub through: Option<Text>,
}

/// A fact that speaks for the mechanism.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The container has the variable; the value is there only if it may be shown.
    Variable {
        variable: Variable,
        value: Option<Text>,
    },
    /// A projected token is mounted where the variable says.
    TokenMounted {
        volume: Text,
    },
    /// AWS files are mounted.
    FilesMounted {
        path: Text,
    },
    Association {
        id: Text,
    },
    AgentRunning,
    /// Auto Mode has the agent built in.
    AgentBuiltIn,
    /// No provider before the node's own metadata has anything.
    NothingSet,
    /// Nothing answers there: Fargate.
    FargateHasNone,
    /// Nothing answers there: a hybrid node is no instance.
    HybridHasNoMetadata,
    /// `AWS_EC2_METADATA_DISABLED` is true.
    MetadataDisabled,
    /// The pod uses the network of its node, so it reaches what the node reaches.
    HostNetwork,
}

/// A fact, or the lack of one, that keeps an answer from being certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// Variables whose names and values are not visible.
    EnvFrom {
        source: Source,
        name: Text,
    },
    /// A variable whose value comes from elsewhere.
    ByReference {
        variable: Variable,
        source: Source,
    },
    /// A provider that is asked earlier may have something.
    MayBeShadowed {
        by: Mechanism,
        sdks: Vec<Sdk>,
    },
    /// The SDKs do not agree.
    SdksDiffer,
    /// What the profile or file holds is not visible.
    FileContents,
    HalfPair {
        present: Variable,
        missing: Variable,
    },
    /// What the pod runs on is not known.
    NodeUnknown,
    NotScheduled,
    AgentUnknown,
    AgentNotReady,
    AgentMissing,
    /// Windows has no agent.
    WindowsUnsupported,
    /// Where the endpoint does not answer, some SDKs may go on to the node role.
    MayFallThrough,
    AssociationUnknown,
    /// EKS Auth refuses new credentials; those at hand may work until they expire.
    AssociationAbsent,
    /// Whether the metadata service answers a pod is not visible in Kubernetes.
    MetadataUnseen,
    /// No projected token is mounted where the variable points.
    TokenNotMounted {
        file: Option<Text>,
    },
    /// The agent is asked without a token.
    NoToken,
    /// A proxy may receive what is meant for the agent.
    Proxy {
        variable: Variable,
    },
    /// SDKs may refuse a plain HTTP host that is not on their list.
    HostMayBeRefused {
        uri: Text,
    },
}

/// Something that a person should know besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Set up as well, and never asked.
    Shadowed {
        mechanism: Mechanism,
        by: Mechanism,
    },
    /// The pod is older than the association, and pods never change.
    AdmittedBefore {
        pod: Timestamp,
        association: Timestamp,
    },
    /// The pod was made while the association was still on its way to the webhook.
    InPropagationWindow {
        seconds: i64,
    },
    /// The container lacks the variables, and the association's age is not known.
    MayPredate,
    /// The association was there in time, and yet the container lacks the variables.
    NotInjected,
    /// `eks.amazonaws.com/skip-containers` names the container.
    Skipped,
    /// The pod carries the label that keeps the webhook away.
    OptedOut,
    /// The container defines a variable itself, so the webhook left it alone.
    DefinesItself {
        variable: Variable,
    },
    /// Added to the running pod, which no webhook sees.
    Ephemeral,
    /// A static pod, which no webhook sees.
    StaticPod,
    /// EKS Pod Identity does not work on Fargate.
    FargateUnsupported,
    /// EKS Pod Identity does not work on Windows.
    WindowsUnsupported,
    /// The annotation matters for new pods; this one was made without it.
    AnnotationForNewPods {
        role: Text,
    },
    /// The annotation names another role than the pod; it was changed later, or the pod's was set by hand.
    AnnotationDiffers {
        annotated: Text,
    },
    /// The annotation is gone; new pods do not get the role.
    AnnotationGone,
    /// The annotation is there too; the association wins.
    AnnotationIgnored {
        role: Text,
    },
    /// New pods get EKS Pod Identity.
    NewPodsGetPodIdentity,
    /// The association was changed while the pod ran: it may still act as before.
    RoleMayLag {
        until: Timestamp,
    },
    /// The same ends sooner if the association had a target role before the change, too.
    LagsLessIfChained {
        until: Timestamp,
    },
    /// The association's role was not read yet.
    RoleNotRead,
    /// The agent is off by default on hybrid nodes.
    HybridAgent,
    /// The pod uses the network of its node; some set-ups conflict with the agent.
    HostNetwork,
    /// Security groups for pods may keep the pod from the agent.
    OwnInterface,
    Ended,
}

/// What one SDK would choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SdkChoice {
    pub sdk: Sdk,
    pub mechanism: Mechanism,
}
