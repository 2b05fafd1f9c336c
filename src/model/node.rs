//! Nodes: what a pod runs on decides what can answer it.

use jiff::Timestamp;
use serde_json::Value;

use crate::model::Text;
use crate::model::pod::condition;
use crate::model::pod::read::{Intern, Place, Unreadable};

/// A node, trimmed to what the rules and columns need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub name: Text,
    pub compute: Compute,
    pub os: Option<Text>,
    pub arch: Option<Text>,
    /// `i-…`, or `mi-…` for a hybrid node.
    pub instance: Option<Text>,
    pub nodegroup: Option<Text>,
    /// The class of an Auto Mode node, which may name a role of its own.
    pub class: Option<Text>,
    pub zone: Option<Text>,
    pub created: Option<Timestamp>,
    /// Whether its Ready condition holds; `None` if Kubernetes does not know.
    pub ready: Option<bool>,
}

/// What kind of machine a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compute {
    /// An instance of a node group, of Karpenter or of one's own.
    Ec2,
    /// An instance of EKS Auto Mode, which has the agent built in.
    Auto,
    Fargate,
    Hybrid,
    /// A word that this version does not know, or nothing that tells.
    Other(Text),
}

impl Compute {
    pub fn word(&self) -> &str {
        match self {
            Self::Ec2 => "EC2",
            Self::Auto => "Auto Mode",
            Self::Fargate => "Fargate",
            Self::Hybrid => "hybrid",
            Self::Other(word) if word.is_empty() => "unknown",
            Self::Other(word) => word,
        }
    }
}

impl Node {
    /// Reads a node as the API server sends it, alone or in a list.
    pub fn decode(object: &Value) -> Result<Self, Unreadable> {
        Self::decode_with(object, &mut |text| text.into())
    }

    /// Reads a node and shares its texts.
    pub fn decode_with(object: &Value, intern: &mut Intern<'_>) -> Result<Self, Unreadable> {
        let root = Place::root(object);
        let (metadata, status) = (root.at("metadata")?, root.at("status")?);
        let labels = metadata.at("labels")?;
        let info = status.at("nodeInfo")?;
        let name = metadata.at("name")?.needed()?;
        let provider = root.at("spec")?.at("providerID")?.filled()?;
        let nodegroup = labels.entry("eks.amazonaws.com/nodegroup")?;
        let os = match labels.entry("kubernetes.io/os")? {
            Some(os) => Some(os),
            None => info.at("operatingSystem")?.filled()?,
        };
        let arch = match labels.entry("kubernetes.io/arch")? {
            Some(arch) => Some(arch),
            None => info.at("architecture")?.filled()?,
        };
        Ok(Self {
            name: intern(name),
            compute: compute(
                labels.entry("eks.amazonaws.com/compute-type")?,
                provider,
                name,
                intern,
            ),
            os: os.map(&mut *intern),
            arch: arch.map(&mut *intern),
            instance: provider.and_then(instance).map(&mut *intern),
            nodegroup: nodegroup.map(&mut *intern),
            class: labels
                .entry("eks.amazonaws.com/nodeclass")?
                .map(&mut *intern),
            zone: labels
                .entry("topology.kubernetes.io/zone")?
                .map(&mut *intern),
            created: metadata.at("creationTimestamp")?.time()?,
            ready: condition(&status, "Ready")?,
        })
    }

    pub fn is_windows(&self) -> bool {
        self.os.as_deref() == Some("windows")
    }
}

fn compute(
    label: Option<&str>,
    provider: Option<&str>,
    name: &str,
    intern: &mut Intern<'_>,
) -> Compute {
    match label {
        Some("ec2") => Compute::Ec2,
        Some("auto") => Compute::Auto,
        Some("fargate") => Compute::Fargate,
        Some("hybrid") => Compute::Hybrid,
        Some(other) => Compute::Other(intern(other)),
        None if name.starts_with("fargate-") => Compute::Fargate,
        None => match provider {
            Some(id) if id.starts_with("eks-hybrid://") => Compute::Hybrid,
            Some(id) if id.starts_with("aws://") && instance(id).is_some() => Compute::Ec2,
            _ => Compute::Other(intern("")),
        },
    }
}

/// The instance in a provider id: `aws:///us-west-2a/i-0123` or `eks-hybrid:///us-west-2/demo/mi-0123`.
fn instance(provider: &str) -> Option<&str> {
    let last = provider.rsplit('/').next()?;
    (last.starts_with("i-") || last.starts_with("mi-")).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn node(name: &str, labels: &Value, provider: &str) -> Node {
        Node::decode(&json!({
            "metadata": {"name": name, "labels": labels},
            "spec": {"providerID": provider},
            "status": {
                "nodeInfo": {"operatingSystem": "linux", "architecture": "arm64"},
                "conditions": [{"type": "MemoryPressure", "status": "False"},
                               {"type": "Ready", "status": "True"}],
            },
        }))
        .unwrap()
    }

    #[test]
    fn the_kind_of_machine_is_told_by_label_provider_or_name() {
        let none = json!({});
        for (name, labels, provider, compute) in [
            (
                "ip-10-0-0-1",
                &none,
                "aws:///us-west-2a/i-0123",
                Compute::Ec2,
            ),
            (
                "i-0123",
                &json!({"eks.amazonaws.com/compute-type": "auto"}),
                "aws:///us-west-2a/i-0123",
                Compute::Auto,
            ),
            (
                "fargate-ip-10-0-0-2",
                &none,
                "aws:///us-west-2a/0a1b/fargate-ip-10-0-0-2",
                Compute::Fargate,
            ),
            (
                "mi-0123",
                &none,
                "eks-hybrid:///us-west-2/demo/mi-0123",
                Compute::Hybrid,
            ),
            (
                "x",
                &json!({"eks.amazonaws.com/compute-type": "lunar"}),
                "",
                Compute::Other("lunar".into()),
            ),
            (
                "x",
                &none,
                "kind://docker/kind/x",
                Compute::Other("".into()),
            ),
        ] {
            assert_eq!(
                node(name, labels, provider).compute,
                compute,
                "{name} {provider}"
            );
        }
    }

    #[test]
    fn labels_come_before_what_the_kubelet_reports() {
        let labels = json!({"kubernetes.io/os": "windows", "eks.amazonaws.com/nodegroup": "win"});
        let node = node("ip-10-0-0-3", &labels, "aws:///us-west-2a/i-0456");
        assert!(node.is_windows());
        assert_eq!(node.arch.as_deref(), Some("arm64"));
        assert_eq!(node.instance.as_deref(), Some("i-0456"));
        assert_eq!(node.nodegroup.as_deref(), Some("win"));
        assert_eq!(node.ready, Some(true));
    }
}
