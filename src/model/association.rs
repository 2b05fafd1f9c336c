//! Pod Identity associations: who the pods of a service account should be.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::Text;
use crate::model::addon::AddonKey;
use crate::model::arn::ClusterArn;

/// The identity of an association: its id within a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssociationKey {
    pub cluster: ClusterArn,
    pub id: Text,
}

/// What ListPodIdentityAssociations tells; it leaves out the role and everything in [`AssociationDetail`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Association {
    pub key: AssociationKey,
    pub namespace: Text,
    pub service_account: Text,
    /// The ARN as AWS sent it; absent if it sent none.
    pub arn: Option<Text>,
    /// ARN of the add-on that owns the association, if one does.
    pub owner: Option<Text>,
}

impl Association {
    /// The name of the add-on that owns it: the third segment of the owner's resource, or the text as it came.
    /// The add-on that owns it, if an add-on does.
    pub fn owning_addon(&self) -> Option<AddonKey> {
        let resource = self.owner.as_deref()?.splitn(6, ':').nth(5)?;
        let name = resource.strip_prefix("addon/")?.split('/').nth(1)?;
        Some(AddonKey {
            cluster: self.key.cluster.clone(),
            name: name.into(),
        })
    }

    pub fn owner_name(&self) -> Option<&str> {
        let owner = self.owner.as_deref()?;
        let resource = owner.splitn(6, ':').nth(5).unwrap_or(owner);
        Some(
            resource
                .strip_prefix("addon/")
                .and_then(|rest| rest.split('/').nth(1))
                .unwrap_or(owner),
        )
    }

    /// How it is called on screen and on the command line: `namespace/serviceaccount`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.namespace, self.service_account)
    }
}

/// What only DescribePodIdentityAssociation tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssociationDetail {
    pub role: Option<Text>,
    pub target_role: Option<Text>,
    /// `None` if AWS did not say; it then sends session tags.
    pub session_tags_disabled: Option<bool>,
    pub created: Option<Timestamp>,
    pub modified: Option<Timestamp>,
    /// Present only where there is something to hold: most rows have none of it.
    pub extra: Option<Arc<AssociationExtra>>,
}

/// The rarer members of an association.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssociationExtra {
    pub tags: BTreeMap<Text, Text>,
    pub external_id: Option<Text>,
    /// Session policy: a JSON document as text.
    pub policy: Option<Text>,
}

impl AssociationDetail {
    pub fn tags(&self) -> impl Iterator<Item = (&Text, &Text)> {
        self.extra.iter().flat_map(|extra| extra.tags.iter())
    }

    pub fn external_id(&self) -> Option<&Text> {
        self.extra.as_ref()?.external_id.as_ref()
    }

    pub fn policy(&self) -> Option<&Text> {
        self.extra.as_ref()?.policy.as_ref()
    }

    /// Whether EKS adds its six session tags.
    pub fn session_tags(&self) -> bool {
        !self.session_tags_disabled.unwrap_or(false)
    }
}

/// All that AWS tells of one association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssociationRecord {
    pub association: Association,
    pub detail: AssociationDetail,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    fn association(owner: Option<&str>) -> Association {
        Association {
            key: AssociationKey {
                cluster: ClusterArn::new(&Region::new("us-west-2"), "111122223333", "demo"),
                id: "a-1b2c3d4e5f6g7h8i9".into(),
            },
            namespace: "kube-system".into(),
            service_account: "aws-node".into(),
            arn: None,
            owner: owner.map(Into::into),
        }
    }

    #[test]
    fn the_owner_is_the_addon() {
        assert_eq!(association(None).owner_name(), None);
        let owner = "arn:aws:eks:us-west-2:111122223333:addon/demo/vpc-cni/8ac1b2f0-0000";
        assert_eq!(association(Some(owner)).owner_name(), Some("vpc-cni"));
        assert_eq!(
            association(Some("someone-else")).owner_name(),
            Some("someone-else")
        );
    }

    /// Rows are compact. 100,000 of them must stay well under 50 MB before their interned text.
    #[test]
    fn rows_are_compact() {
        assert!(size_of::<Association>() + size_of::<AssociationDetail>() <= 300);
    }
}
