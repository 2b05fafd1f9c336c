//! What a rule found: where, how bad, on what evidence, and what mends it.

use std::fmt;

use jiff::Timestamp;

use crate::model::pod::Pod;
use crate::model::{Association, AssociationKey, ClusterArn, Text, UpdateSubject};

/// The name of a rule, in kebab case; it never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub &'static str);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How much it matters; the order is the order of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Info,
    Warning,
    /// Somebody does not get credentials, or gets wrong ones.
    Error,
}

/// Whether it is so, or only not known not to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Found,
    /// It may be so: AWS or Kubernetes know more than we do.
    Possible,
    /// The rule could not be applied; what it takes, such as `needs iam:GetRole`.
    Unknown(Text),
}

/// What a finding is about.
///
/// Troubles of pods are told of their service account, with the pods named, so that a deployment of a hundred
/// replicas has one finding and not a hundred.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    Cluster,
    Addon(Text),
    /// By its id, with what it updates: EKS knows no update without that.
    Update {
        of: UpdateSubject,
        id: Text,
    },
    Node(Text),
    /// By its ARN.
    Role(Text),
    Account {
        namespace: Text,
        service_account: Text,
    },
}

/// One thing that was seen: by which call, in which member, and what stood there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proof {
    /// `eks:DescribeCluster`, `GET pods payments/api-7d9f`
    pub call: Text,
    /// `cluster.status`, `spec.volumes[].name`
    pub field: Text,
    pub value: Text,
}

/// What a remedy is, which decides how it is shown and copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RemedyKind {
    /// Words for a person; nothing to copy.
    Advice,
    /// A command line, quoted for POSIX shells.
    Command,
    /// A statement of an IAM policy, as JSON.
    Statement,
    /// A patch of a Kubernetes object, as YAML.
    Patch,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remedy {
    pub kind: RemedyKind,
    /// What it does, in a few words.
    pub title: Text,
    /// What is copied; for advice, the advice.
    pub text: Text,
}

/// One trouble, or one question that stayed open.
///
/// Summary and explanation are safe to print; values of proofs and texts of remedies are as they came, or quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub rule: RuleId,
    pub severity: Severity,
    pub standing: Standing,
    pub subject: Subject,
    /// Names of the pods that it meets, where it meets some and not others.
    pub pods: Vec<Text>,
    /// The association that it is about, if it is about one.
    pub association: Option<AssociationKey>,
    /// One line: what is wrong.
    pub summary: Text,
    /// Why that matters.
    pub explanation: Text,
    pub proofs: Vec<Proof>,
    pub remedies: Vec<Remedy>,
    /// The rule whose finding, about the same subject or the whole cluster, brings this one about.
    pub cause: Option<RuleId>,
}

/// Everything that the rules say of one cluster: causes before their consequences, the worst first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    pub cluster: ClusterArn,
    /// When the evidence was read.
    pub at: Timestamp,
    pub findings: Vec<Finding>,
}

impl Subject {
    pub(super) fn account(namespace: &Text, service_account: &Text) -> Self {
        Self::Account {
            namespace: namespace.clone(),
            service_account: service_account.clone(),
        }
    }
}

/// How rules fill a finding in.
impl Finding {
    #[must_use]
    pub(super) fn proof(
        mut self,
        call: impl Into<Text>,
        field: impl Into<Text>,
        value: impl Into<Text>,
    ) -> Self {
        self.proofs.push(Proof {
            call: call.into(),
            field: field.into(),
            value: value.into(),
        });
        self
    }

    #[must_use]
    pub(super) fn remedy(mut self, remedy: Remedy) -> Self {
        self.remedies.push(remedy);
        self
    }

    #[must_use]
    pub(super) fn remedies(mut self, remedies: impl IntoIterator<Item = Remedy>) -> Self {
        self.remedies.extend(remedies);
        self
    }

    #[must_use]
    pub(super) fn pods<'p>(mut self, pods: impl IntoIterator<Item = &'p Pod>) -> Self {
        self.pods
            .extend(pods.into_iter().map(|pod| pod.name.clone()));
        self.pods.sort();
        self.pods.dedup();
        self
    }

    #[must_use]
    pub(super) fn of_association(mut self, association: &Association) -> Self {
        self.association = Some(association.key.clone());
        self
    }

    #[must_use]
    pub(super) fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}
