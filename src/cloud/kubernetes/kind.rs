//! The kinds of objects that may be read at all.

/// A kind of object, with what its URLs and its RBAC rules are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    ServiceAccount,
    Pod,
    Node,
    Namespace,
    Deployment,
    StatefulSet,
    DaemonSet,
    ReplicaSet,
    Job,
    CronJob,
    NetworkPolicy,
    MutatingWebhookConfiguration,
}

impl ObjectKind {
    pub const ALL: [Self; 12] = [
        Self::ServiceAccount,
        Self::Pod,
        Self::Node,
        Self::Namespace,
        Self::Deployment,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::ReplicaSet,
        Self::Job,
        Self::CronJob,
        Self::NetworkPolicy,
        Self::MutatingWebhookConfiguration,
    ];

    /// By the name that owners of pods are called by: `DaemonSet`.
    pub fn named(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == kind)
    }

    /// As Kubernetes spells it.
    pub fn name(self) -> &'static str {
        self.facts().0
    }

    pub fn group(self) -> &'static str {
        self.facts().1
    }

    /// The name of the resource, as in URLs and RBAC rules.
    pub fn resource(self) -> &'static str {
        self.facts().2
    }

    pub fn is_namespaced(self) -> bool {
        !matches!(
            self,
            Self::Node | Self::Namespace | Self::MutatingWebhookConfiguration
        )
    }

    fn facts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ServiceAccount => ("ServiceAccount", "", "serviceaccounts"),
            Self::Pod => ("Pod", "", "pods"),
            Self::Node => ("Node", "", "nodes"),
            Self::Namespace => ("Namespace", "", "namespaces"),
            Self::Deployment => ("Deployment", "apps", "deployments"),
            Self::StatefulSet => ("StatefulSet", "apps", "statefulsets"),
            Self::DaemonSet => ("DaemonSet", "apps", "daemonsets"),
            Self::ReplicaSet => ("ReplicaSet", "apps", "replicasets"),
            Self::Job => ("Job", "batch", "jobs"),
            Self::CronJob => ("CronJob", "batch", "cronjobs"),
            Self::NetworkPolicy => ("NetworkPolicy", "networking.k8s.io", "networkpolicies"),
            Self::MutatingWebhookConfiguration => (
                "MutatingWebhookConfiguration",
                "admissionregistration.k8s.io",
                "mutatingwebhookconfigurations",
            ),
        }
    }
}
