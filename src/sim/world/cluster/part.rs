//! Add-ons, node groups, Fargate profiles, capabilities, identity providers and access entries.

mod access;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::issues;
use crate::sim::state::{Part, PartKind};
use crate::sim::world::account::Roles;
use crate::sim::world::file::{ClusterFile, Tags};
use crate::sim::world::when::When;
use crate::sim::{identifier, reply};

/// What the roles of nodes need, the first of which lets the agent work.
const NODE_POLICIES: [&str; 2] = [
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
];

/// The parts of a cluster, and the access policies by principal and policy.
pub(super) struct Parts {
    pub(super) parts: BTreeMap<(PartKind, String), Part>,
    pub(super) access_policies: BTreeMap<String, BTreeMap<String, Value>>,
}

/// Moves the parts out of the file.
pub(super) fn build(
    file: &mut ClusterFile,
    cluster: &str,
    roles: &mut Roles,
    start: Timestamp,
) -> Parts {
    let mut builder = Builder {
        cluster: file.name.clone(),
        region: file.region.clone(),
        account: roles.account.clone(),
        seed: cluster.to_owned(),
        born: file.created,
        start,
        parts: BTreeMap::new(),
    };
    addons(&mut builder, file, roles);
    nodegroups(&mut builder, file, roles);
    fargate_profiles(&mut builder, file, roles);
    capabilities(&mut builder, file, roles);
    identity_providers(&mut builder, file);
    let access_policies = access::entries(&mut builder, file, roles);
    Parts {
        parts: builder.parts,
        access_policies,
    }
}

struct Builder {
    cluster: String,
    region: String,
    account: String,
    seed: String,
    born: When,
    start: Timestamp,
    parts: BTreeMap<(PartKind, String), Part>,
}

struct NewPart {
    kind: PartKind,
    name: String,
    resource: &'static str,
    arn_name: String,
    status: Option<String>,
    version: Option<String>,
    created: Option<When>,
    document: Value,
    ready: Option<When>,
    tags: Tags,
}

impl Builder {
    fn add(&mut self, new: NewPart) {
        let NewPart {
            kind,
            name,
            resource,
            arn_name,
            status,
            version,
            created,
            document,
            ready,
            tags,
        } = new;
        let uuid = identifier::uuid(&format!("{}/{resource}/{arn_name}", self.seed));
        let arn = format!(
            "arn:aws:eks:{}:{}:{resource}/{}/{arn_name}/{uuid}",
            self.region, self.account, self.cluster
        );
        let mut document = match document {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        document.insert("clusterName".to_owned(), Value::from(self.cluster.clone()));
        if kind != PartKind::IdentityProvider {
            let moment = reply::epoch(created.unwrap_or(self.born).resolve(self.start));
            document.insert("createdAt".to_owned(), moment.clone());
            if kind != PartKind::FargateProfile {
                document.insert("modifiedAt".to_owned(), moment);
            }
        }
        let part = Part {
            arn,
            status,
            version,
            document,
            tags: tags.into_iter().collect(),
            ready: ready.map(|when| when.resolve(self.start)),
            gone: None,
        };
        self.parts.insert((kind, name), part);
    }
}

fn or_active(status: Option<String>) -> String {
    status.unwrap_or_else(|| "ACTIVE".to_owned())
}

fn addons(builder: &mut Builder, file: &mut ClusterFile, roles: &mut Roles) {
    for (name, addon) in std::mem::take(&mut file.addons) {
        let mut document = json!({
            "addonName": name,
            "health": {"issues": issues(&addon.health)},
            "publisher": "eks",
            "owner": "aws",
        });
        if let Value::Object(members) = &mut document {
            if let Some(role) = addon.service_account_role {
                let arn = roles.arn(&role, &file.region);
                members.insert("serviceAccountRoleArn".to_owned(), Value::from(arn));
            }
            if let Some(values) = addon.configuration {
                members.insert(
                    "configurationValues".to_owned(),
                    Value::from(values.to_string()),
                );
            }
        }
        builder.add(NewPart {
            kind: PartKind::Addon,
            resource: "addon",
            arn_name: name.clone(),
            name,
            status: Some(or_active(addon.status)),
            version: Some(addon.version),
            created: addon.created,
            document,
            ready: None,
            tags: addon.tags,
        });
    }
}

fn nodegroups(builder: &mut Builder, file: &mut ClusterFile, roles: &mut Roles) {
    for (name, group) in std::mem::take(&mut file.nodegroups) {
        let role = group
            .role
            .unwrap_or_else(|| format!("eks-{}-node", file.name));
        let types = if group.instance_types.is_empty() {
            vec!["m7g.xlarge".to_owned()]
        } else {
            group.instance_types
        };
        let document = json!({
            "nodegroupName": name,
            "amiType": group.ami_type.as_deref().unwrap_or("AL2023_ARM_64_STANDARD"),
            "capacityType": if group.spot { "SPOT" } else { "ON_DEMAND" },
            "instanceTypes": types,
            "nodeRole": roles.service_arn(&role, "ec2.amazonaws.com", &NODE_POLICIES, &file.region),
            "scalingConfig": {
                "minSize": 1,
                "desiredSize": group.size,
                "maxSize": group.max_size.unwrap_or(group.size.saturating_mul(2).max(1)),
            },
            "diskSize": 50,
            "health": {"issues": issues(&group.health)},
        });
        builder.add(NewPart {
            kind: PartKind::Nodegroup,
            resource: "nodegroup",
            arn_name: name.clone(),
            name,
            status: Some(or_active(group.status)),
            version: Some(file.version.clone()),
            created: group.created,
            document,
            ready: None,
            tags: group.tags,
        });
    }
}

fn fargate_profiles(builder: &mut Builder, file: &mut ClusterFile, roles: &mut Roles) {
    for (name, profile) in std::mem::take(&mut file.fargate_profiles) {
        let role = profile
            .role
            .unwrap_or_else(|| format!("eks-{}-fargate", file.name));
        let selectors: Vec<Value> = profile
            .namespaces
            .iter()
            .map(|namespace| json!({"namespace": namespace}))
            .collect();
        let document = json!({
            "fargateProfileName": name,
            "podExecutionRoleArn":
                roles.service_arn(
                    &role,
                    "eks-fargate-pods.amazonaws.com",
                    &["AmazonEKSFargatePodExecutionRolePolicy"],
                    &file.region,
                ),
            "selectors": selectors,
        });
        builder.add(NewPart {
            kind: PartKind::FargateProfile,
            resource: "fargateprofile",
            arn_name: name.clone(),
            name,
            status: Some("ACTIVE".to_owned()),
            version: None,
            created: profile.created,
            document,
            ready: None,
            tags: profile.tags,
        });
    }
}

fn capabilities(builder: &mut Builder, file: &mut ClusterFile, roles: &mut Roles) {
    for (name, capability) in std::mem::take(&mut file.capabilities) {
        let role = capability
            .role
            .unwrap_or_else(|| format!("eks-{}-{name}", file.name));
        let document = json!({
            "capabilityName": name,
            "type": capability.kind,
            "roleArn":
                roles.service_arn(&role, "capabilities.eks.amazonaws.com", &[], &file.region),
            "health": {"issues": issues(&capability.health)},
        });
        builder.add(NewPart {
            kind: PartKind::Capability,
            resource: "capability",
            arn_name: name.clone(),
            name,
            status: Some(or_active(capability.status)),
            version: Some(capability.version),
            created: capability.created,
            document,
            ready: None,
            tags: capability.tags,
        });
    }
}

fn identity_providers(builder: &mut Builder, file: &mut ClusterFile) {
    for (name, provider) in std::mem::take(&mut file.identity_providers) {
        let mut document = json!({
            "identityProviderConfigName": name,
            "issuerUrl": provider.issuer,
            "clientId": provider.client_id,
            "usernameClaim": provider.username_claim.as_deref().unwrap_or("sub"),
            "requiredClaims": provider.required_claims,
        });
        if let Value::Object(members) = &mut document {
            for (member, value) in [
                ("usernamePrefix", provider.username_prefix),
                ("groupsClaim", provider.groups_claim),
                ("groupsPrefix", provider.groups_prefix),
            ] {
                if let Some(value) = value {
                    members.insert(member.to_owned(), Value::from(value));
                }
            }
        }
        builder.add(NewPart {
            kind: PartKind::IdentityProvider,
            resource: "identityproviderconfig",
            arn_name: format!("oidc/{name}"),
            name,
            status: Some(or_active(provider.status)),
            version: None,
            created: None,
            document,
            ready: provider.ready,
            tags: provider.tags,
        });
    }
}
