//! Which role the instance of a node has.

use std::collections::HashMap;

use crate::model::node::{Compute, Node};
use crate::model::{Cluster, Failure, Text};

/// The class that EKS itself makes, with the role that the cluster names.
const DEFAULT_CLASS: &str = "default";

/// The roles of nodes, as far as EKS tells them: by node group, and for Auto Mode by cluster.
///
/// What a person's own instances and launch templates have is not there, so it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeRoles {
    groups: HashMap<Text, Text>,
    /// Groups that could not be described, and why.
    failed: HashMap<Text, Failure>,
    /// Why there may be more groups.
    unlisted: Option<Failure>,
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
            auto_mode: role.map(Text::from),
            ..Self::default()
        }
    }

    /// Adds the role of a node group.
    pub fn group(&mut self, name: Text, role: Text) {
        self.groups.insert(name, role);
    }

    /// A node group could not be described, so its role is not known.
    pub fn group_failed(&mut self, name: Text, failure: Failure) {
        self.failed.insert(name, failure);
    }

    /// Node groups could not be listed to the end.
    pub fn list_failed(&mut self, failure: Failure) {
        self.unlisted = Some(failure);
    }

    /// Why the role of a node is not known, where a question about it failed.
    pub fn gap(&self, node: &Node) -> Option<&Failure> {
        let group = node
            .nodegroup
            .as_ref()
            .filter(|_| node.compute == Compute::Ec2)?;
        if self.groups.contains_key(group) {
            return None;
        }
        self.failed.get(group).or(self.unlisted.as_ref())
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
    use crate::model::FailureKind;
    use serde_json::json;

    fn node(labels: &serde_json::Value) -> Node {
        Node::decode(&json!({"metadata": {"name": "n", "labels": labels}})).unwrap()
    }

    #[test]
    fn a_role_that_could_not_be_read_has_a_reason() {
        let failure = |cause: &str| Failure::new(FailureKind::Denied, "read node groups", cause);
        let group = |name: &str| {
            node(&json!({
                "eks.amazonaws.com/compute-type": "ec2", "eks.amazonaws.com/nodegroup": name,
            }))
        };
        let mut roles = NodeRoles::default();
        roles.group("general".into(), "general-role".into());
        roles.group_failed("batch".into(), failure("this one"));
        assert_eq!(roles.gap(&group("general")), None);
        assert_eq!(roles.gap(&group("batch")), Some(&failure("this one")));
        assert_eq!(roles.gap(&group("other")), None);
        roles.list_failed(failure("the list"));
        assert_eq!(roles.gap(&group("general")), None);
        assert_eq!(roles.gap(&group("batch")), Some(&failure("this one")));
        assert_eq!(roles.gap(&group("other")), Some(&failure("the list")));
        let auto = json!({"eks.amazonaws.com/compute-type": "auto"});
        assert_eq!(roles.gap(&node(&auto)), None);
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
