//! Kubernetes service accounts.

use jiff::Timestamp;
use serde_json::Value;

use crate::model::Text;
use crate::model::pod::read::{Intern, Place, Unreadable};

const PREFIX: &str = "eks.amazonaws.com/";
const ROLE_ARN: &str = "eks.amazonaws.com/role-arn";

/// A service account, trimmed to what decides who its pods are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    pub namespace: Text,
    pub name: Text,
    /// Empty only in documents that no API server has stored.
    pub uid: Text,
    pub created: Option<Timestamp>,
    /// The role of IRSA; it matters for new pods only.
    pub role_arn: Option<Text>,
    /// The other annotations of EKS, by the name after `eks.amazonaws.com/`.
    pub annotations: Box<[(Text, Text)]>,
    pub automount: Option<bool>,
}

impl ServiceAccount {
    /// Reads a service account as the API server sends it, alone or in a list.
    pub fn decode(object: &Value) -> Result<Self, Unreadable> {
        Self::decode_with(object, &mut |text| text.into())
    }

    /// Reads a service account and shares its texts.
    pub fn decode_with(object: &Value, intern: &mut Intern<'_>) -> Result<Self, Unreadable> {
        let root = Place::root(object);
        let metadata = root.at("metadata")?;
        let annotations = metadata.at("annotations")?;
        let mut others = Vec::new();
        for name in annotations.object()?.into_iter().flat_map(|map| map.keys()) {
            let Some(short) = name.strip_prefix(PREFIX).filter(|_| name != ROLE_ARN) else {
                continue;
            };
            if let Some(value) = annotations.entry(name)? {
                others.push((intern(short), intern(value)));
            }
        }
        others.sort();
        Ok(Self {
            namespace: intern(metadata.at("namespace")?.needed()?),
            name: intern(metadata.at("name")?.needed()?),
            uid: intern(metadata.at("uid")?.text()?.unwrap_or_default()),
            created: metadata.at("creationTimestamp")?.time()?,
            role_arn: annotations
                .entry(ROLE_ARN)?
                .map(str::trim)
                .filter(|role| !role.is_empty())
                .map(&mut *intern),
            annotations: others.into(),
            automount: root.at("automountServiceAccountToken")?.boolean()?,
        })
    }

    /// An annotation by the name after `eks.amazonaws.com/`, such as `audience`.
    pub fn annotation(&self, name: &str) -> Option<&Text> {
        self.annotations
            .iter()
            .find(|(known, _)| &**known == name)
            .map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn annotations_of_eks_are_kept_and_no_others() {
        let account = ServiceAccount::decode(&json!({
            "metadata": {"namespace": "payments", "name": "api", "uid": "u-1", "annotations": {
                "eks.amazonaws.com/role-arn": " arn:aws:iam::111122223333:role/api ",
                "eks.amazonaws.com/audience": "sts.amazonaws.com",
                "kubectl.kubernetes.io/last-applied-configuration": "{\"secret\":1}",
            }},
            "automountServiceAccountToken": false,
            "secrets": [{"name": "old"}],
        }))
        .unwrap();
        assert_eq!(
            account.role_arn.as_deref(),
            Some("arn:aws:iam::111122223333:role/api")
        );
        assert_eq!(
            account.annotation("audience").map(|v| &**v),
            Some("sts.amazonaws.com")
        );
        assert_eq!(account.annotations.len(), 1);
        assert_eq!(account.automount, Some(false));
    }

    #[test]
    fn an_empty_role_is_no_role() {
        let account = ServiceAccount::decode(&json!({
            "metadata": {"namespace": "a", "name": "b",
                "annotations": {"eks.amazonaws.com/role-arn": ""}},
        }))
        .unwrap();
        assert_eq!(account.role_arn, None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (object, words) in [
            (json!([]), "the object is not an object"),
            (json!({}), "metadata.namespace is missing"),
            (
                json!({"metadata": {"namespace": 1}}),
                "metadata.namespace is not a text",
            ),
            (
                json!({"metadata": {"namespace": "a", "name": "b", "annotations":
                    {"eks.amazonaws.com/role-arn": 5}}}),
                "metadata.annotations holds something that is not a text",
            ),
        ] {
            assert_eq!(
                ServiceAccount::decode(&object).unwrap_err().to_string(),
                words
            );
        }
    }
}
