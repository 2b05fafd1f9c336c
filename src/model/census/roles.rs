//! Which role the instance of a node has.

use std::collections::HashMap;

use crate::model::node::{Compute, Node};
use crate::model::{Cluster, Text};

/// The class that EKS itself makes, with the role that the cluster names.
const DEFAULT_CLASS: &str = "default";

/// The roles of nodes, as far as EKS tells them: by node group, and for Auto Mode by cluster.
///
/// What a person's own instances and launch templates have is not there, so it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeRoles {
    groups: HashMap<Text, Text>,
    auto_mode: Option<Text>,
}

impl NodeRoles {
    /// Reads what the cluster says of Auto Mode.
    pub fn of(cluster: Option<&Cluster>) -> Self {
        let role = cluster
            .and_then(|cluster| {
                cluster
                    .document
                    .get("computeConfig")?
                    .get("nodeRoleArn")?
                    .as_str()
            })
            .filter(|role| !role.is_empty());
        Self {
            groups: HashMap::new(),
            auto_mode: role.map(Text::from),
        }
    }

    /// Adds the role of a node group.
    pub fn group(&mut self, name: Text, role: Text) {
        self.groups.insert(name, role);
    }

    pub fn role(&self, node: &Node) -> Option<&Text> {
        match &node.compute {
            Compute::Auto => {
                let class = node.class.as_deref().unwrap_or(DEFAULT_CLASS);
                self.auto_mode.as_ref().filter(|_| class == DEFAULT_CLASS)
            }
            Compute::Ec2 => self.groups.get(node.nodegroup.as_ref()?),
            Compute::Fargate | Compute::Hybrid | Compute::Other(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn node(labels: &serde_json::Value) -> Node {
        Node::decode(&json!({"metadata": {"name": "n", "labels": labels}})).unwrap()
    }

    #[test]
    fn only_what_eks_tells_is_known() {
        let mut cluster = Cluster::default();
        let config = json!({"enabled": true, "nodeRoleArn": "auto-role"});
        cluster.document.insert("computeConfig".to_owned(), config);
        let mut roles = NodeRoles::of(Some(&cluster));
        roles.group("general".into(), "general-role".into());
        let (kind, class, group) = (
            "eks.amazonaws.com/compute-type",
            "eks.amazonaws.com/nodeclass",
            "eks.amazonaws.com/nodegroup",
        );
        for (labels, role) in [
            (json!({kind: "auto"}), Some("auto-role")),
            (json!({kind: "auto", class: "default"}), Some("auto-role")),
            (json!({kind: "auto", class: "gpu"}), None),
            (json!({kind: "ec2", group: "general"}), Some("general-role")),
            (json!({kind: "ec2", group: "other"}), None),
            (json!({kind: "ec2"}), None),
            (json!({kind: "hybrid", group: "general"}), None),
        ] {
            assert_eq!(
                roles.role(&node(&labels)).map(|role| &**role),
                role,
                "{labels}"
            );
        }
        assert_eq!(
            NodeRoles::of(None).role(&node(&json!({kind: "auto"}))),
            None
        );
    }
}
