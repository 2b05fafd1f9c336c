//! Answers that are correct, but not what a client may be used to.

use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    OmitOptional,
    NullMembers,
    UnknownEnums,
}

/// Without these an answer says nothing; the model calls nearly everything else optional.
const NEEDED: [&str; 44] = [
    "accessEntries",
    "accessEntry",
    "accessPolicies",
    "accessScope",
    "addon",
    "addonName",
    "addonVersion",
    "addonVersions",
    "addons",
    "associatedAccessPolicies",
    "associatedAccessPolicy",
    "association",
    "associationArn",
    "associationId",
    "associations",
    "capabilities",
    "capability",
    "capabilityName",
    "cluster",
    "clusterName",
    "clusters",
    "configurationSchema",
    "fargateProfile",
    "fargateProfileName",
    "fargateProfileNames",
    "id",
    "identityProviderConfig",
    "identityProviderConfigName",
    "identityProviderConfigs",
    "name",
    "namespace",
    "nextToken",
    "nodegroup",
    "nodegroupName",
    "nodegroups",
    "oidc",
    "podIdentityConfiguration",
    "policyArn",
    "principalArn",
    "serviceAccount",
    "tags",
    "type",
    "update",
    "updateIds",
];

const ENUMS: [&str; 8] = [
    "authenticationMode",
    "capacityType",
    "code",
    "errorCode",
    "ipFamily",
    "status",
    "supportType",
    "type",
];

impl Shape {
    pub(super) fn apply(self, answer: &mut Value) {
        match answer {
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(members) => {
                match self {
                    Self::OmitOptional => members.retain(|name, _| is_needed(name)),
                    Self::NullMembers => {
                        for (_, value) in members.iter_mut().filter(|(name, _)| !is_needed(name)) {
                            *value = Value::Null;
                        }
                    }
                    Self::UnknownEnums => {
                        for (_, value) in members.iter_mut().filter(|(name, value)| {
                            ENUMS.contains(&name.as_str()) && value.is_string()
                        }) {
                            *value = Value::from("SOMETHING_NEWER");
                        }
                    }
                }
                // The members of a map are data, not members of a shape.
                for (_, value) in members.iter_mut().filter(|(name, _)| *name != "tags") {
                    self.apply(value);
                }
            }
            _ => {}
        }
    }
}

fn is_needed(name: &str) -> bool {
    NEEDED.contains(&name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_bent_but_keep_what_identifies() {
        let answer = json!({"update": {
            "id": "u", "status": "Failed", "type": "AddonUpdate", "createdAt": 1.5,
        }});
        let bent = |shape: Shape| {
            let mut bent = answer.clone();
            shape.apply(&mut bent);
            bent
        };
        assert_eq!(
            bent(Shape::OmitOptional),
            json!({"update": {"id": "u", "type": "AddonUpdate"}})
        );
        assert_eq!(
            bent(Shape::NullMembers).pointer("/update/status"),
            Some(&Value::Null)
        );
        assert_eq!(
            bent(Shape::UnknownEnums).pointer("/update/status"),
            Some(&json!("SOMETHING_NEWER"))
        );
    }

    #[test]
    fn tags_are_left_alone() {
        let mut answer = json!({"tags": {"status": "kept", "team": "kept"}});
        for shape in [Shape::OmitOptional, Shape::NullMembers, Shape::UnknownEnums] {
            shape.apply(&mut answer);
        }
        assert_eq!(answer, json!({"tags": {"status": "kept", "team": "kept"}}));
    }
}
