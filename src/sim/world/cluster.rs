//! From a cluster in a world file to the running one.

mod part;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::account::Roles;
use super::file::{AccessEntryFile, AssociationFile, ClusterFile, IssueFile, Outcome, UpdateFile};
use super::{generate, kubernetes};
use crate::sim::kube::{Kubernetes, Seed};
use crate::sim::state::{
    Association, Cancellation, Cluster, Issue, PartKind, Update, UpdateScope, UpdateStatus,
};
use crate::sim::{identifier, reply};

/// Refuses a cluster that refers to what it does not have.
pub(super) fn check(file: &ClusterFile) -> anyhow::Result<()> {
    let mut count = 0_u32;
    for (namespace, accounts) in &file.associations {
        for (name, association) in accounts {
            count += 1;
            if let Some(addon) = &association.addon {
                ensure!(
                    file.addons.contains_key(addon),
                    "{namespace}/{name} belongs to an add-on, but there is no add-on {addon}"
                );
            }
            if let Some(id) = &association.id {
                ensure!(
                    id.len() == 19 && id.starts_with("a-"),
                    "'{id}' is no association id: it is a- and 17 characters"
                );
            }
            ensure!(
                association.policy.is_none() || association.session_tags == Some(false),
                "{namespace}/{name} has a policy, which needs session_tags: false"
            );
        }
    }
    let limit = crate::sim::eks::ASSOCIATIONS_PER_CLUSTER;
    ensure!(
        count <= limit,
        "a cluster holds at most {limit} associations, not {count}"
    );
    kubernetes::check(&file.kubernetes)?;
    for update in &file.updates {
        let scopes = [&update.nodegroup, &update.addon, &update.capability];
        ensure!(
            scopes.iter().filter(|scope| scope.is_some()).count() <= 1,
            "an update names more than one of nodegroup, addon and capability"
        );
        for (kind, name, is_there) in [
            (
                "node group",
                &update.nodegroup,
                contains(&file.nodegroups, update.nodegroup.as_ref()),
            ),
            (
                "add-on",
                &update.addon,
                contains(&file.addons, update.addon.as_ref()),
            ),
            (
                "capability",
                &update.capability,
                contains(&file.capabilities, update.capability.as_ref()),
            ),
        ] {
            if let Some(name) = name {
                ensure!(
                    is_there,
                    "an update is of the {kind} {name}, which is not there"
                );
            }
        }
    }
    Ok(())
}

fn contains<T>(map: &indexmap::IndexMap<String, T>, name: Option<&String>) -> bool {
    name.is_some_and(|name| map.contains_key(name))
}

/// Builds a cluster with all that it holds.
pub(super) fn build(mut file: ClusterFile, roles: &mut Roles, start: Timestamp) -> Cluster {
    let arn = format!(
        "arn:aws:eks:{}:{}:cluster/{}",
        file.region, roles.account, file.name
    );
    let document = document(&file, &arn, roles, start);
    let mut seed = kubernetes::seed(&file, roles, start);
    seed.generated = file.generated;
    seed.generated_name = Some(generate::name);
    let is_by_config_map = file.authentication_mode.as_deref() == Some("CONFIG_MAP");
    if !file.without_creator && !is_by_config_map {
        let entry = AccessEntryFile {
            policies: vec!["AmazonEKSClusterAdminPolicy".to_owned()],
            ..AccessEntryFile::default()
        };
        file.access_entries
            .entry(roles.creator.clone())
            .or_insert(entry);
    }
    let creator = (is_by_config_map && !file.without_creator).then(|| roles.creator.clone());
    let parts = part::build(&mut file, &arn, roles, start);
    let mut cluster = Cluster {
        account: roles.account.clone(),
        document,
        status: file.status.take().unwrap_or_else(|| "ACTIVE".to_owned()),
        started: start,
        tags: file.tags.into_iter().collect(),
        associations: BTreeMap::new(),
        updates: BTreeMap::new(),
        parts: parts.parts,
        access_policies: parts.access_policies,
        creator,
        kubernetes: Arc::new(Kubernetes::new(arn.clone(), Seed::default())),
        version: file.version,
        platform: file.platform,
        region: file.region,
        name: file.name,
        arn,
    };
    let born = file.created.resolve(start);
    for (namespace, accounts) in file.associations {
        for (service_account, association) in accounts {
            let built = self::association(
                &cluster,
                Named {
                    namespace: namespace.clone(),
                    service_account,
                },
                association,
                roles,
                born..start,
            );
            cluster.associations.insert(built.id.clone(), built);
        }
    }
    for (index, file) in file.updates.into_iter().enumerate() {
        let update = update(&cluster.arn, index, file, start);
        cluster.updates.insert(update.id.clone(), update);
    }
    part::own(&mut cluster);
    seed.associations = cluster
        .associations
        .values()
        .map(|one| {
            (
                (one.namespace.clone(), one.service_account.clone()),
                one.created,
            )
        })
        .collect();
    cluster.kubernetes = Arc::new(Kubernetes::new(cluster.arn.clone(), seed));
    cluster
}

struct Named {
    namespace: String,
    service_account: String,
}

fn association(
    cluster: &Cluster,
    named: Named,
    file: AssociationFile,
    roles: &mut Roles,
    life: std::ops::Range<Timestamp>,
) -> Association {
    let Named {
        namespace,
        service_account,
    } = named;
    let seed = format!("{}/{namespace}/{service_account}", cluster.arn);
    let created = file.created.map_or_else(
        || {
            let seconds = (life.end.as_second() - life.start.as_second()).max(1);
            let after = identifier::number(&seed, u64::try_from(seconds).unwrap_or(1));
            let millis = identifier::number(&format!("{seed}#ms"), 1000);
            life.start
                + SignedDuration::from_secs(i64::try_from(after).unwrap_or_default())
                + SignedDuration::from_millis(i64::try_from(millis).unwrap_or_default())
        },
        |when| when.resolve(life.end),
    );
    let owner = file
        .addon
        .and_then(|addon| cluster.parts.get(&(PartKind::Addon, addon)))
        .map(|addon| addon.arn.clone());
    Association {
        id: file.id.unwrap_or_else(|| identifier::association(&seed)),
        role_arn: roles.arn(&file.role, &cluster.region),
        target_role_arn: file.target,
        policy: file.policy.map(|policy| policy.to_string()),
        session_tags_disabled: file.session_tags == Some(false),
        owner_arn: owner,
        created,
        modified: file.modified.map_or(created, |when| when.resolve(life.end)),
        tags: file.tags.into_iter().collect(),
        namespace,
        service_account,
    }
}

fn update(cluster: &str, index: usize, file: UpdateFile, start: Timestamp) -> Update {
    let created = file.started.resolve(start);
    let scope = match (file.nodegroup, file.addon, file.capability) {
        (Some(name), _, _) => UpdateScope::Nodegroup(name),
        (_, Some(name), _) => UpdateScope::Addon(name),
        (_, _, Some(name)) => UpdateScope::Capability(name),
        _ => UpdateScope::Cluster,
    };
    Update {
        id: identifier::uuid(&format!("{cluster}/update/{index}")).to_string(),
        kind: file.kind,
        scope,
        params: file.params,
        created,
        ends: created + file.takes.0,
        outcome: match file.outcome {
            Outcome::Successful => UpdateStatus::Successful,
            Outcome::Failed => UpdateStatus::Failed,
            Outcome::Cancelled => UpdateStatus::Cancelled,
        },
        errors: file.errors.into_iter().map(issue).collect(),
        cancellation: file.cancelled_because.map(|reason| Cancellation { reason }),
    }
}

fn issue(file: IssueFile) -> Issue {
    Issue {
        code: file.code,
        message: file.message,
        resources: file.resources,
    }
}

/// Lists health issues as EKS does.
fn issues(files: &[IssueFile]) -> Value {
    files
        .iter()
        .map(|file| {
            json!({"code": file.code, "message": file.message, "resourceIds": file.resources})
        })
        .collect()
}

fn document(
    file: &ClusterFile,
    arn: &str,
    roles: &mut Roles,
    start: Timestamp,
) -> Map<String, Value> {
    let ClusterFile { name, region, .. } = file;
    let hex = identifier::hexadecimal(arn);
    let issuer = format!("https://oidc.eks.{region}.amazonaws.com/id/{hex}");
    let role = roles.service_arn(&format!("eks-{name}-cluster"), "eks.amazonaws.com", region);
    let subnets: Vec<String> = ["a", "b", "c"]
        .iter()
        .map(|zone| identifier::resource("subnet", &format!("{arn}/{zone}")))
        .collect();
    let every = [
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
    ];
    let (on, off): (Vec<&str>, Vec<&str>) = every
        .iter()
        .partition(|kind| file.logging.iter().any(|enabled| enabled == *kind));
    let logging: Vec<Value> = [(on, true), (off, false)]
        .into_iter()
        .filter(|(types, _)| !types.is_empty())
        .map(|(types, enabled)| json!({"types": types, "enabled": enabled}))
        .collect();
    let network = if file.ipv6 {
        json!({"serviceIpv6Cidr": "fd7d:1e2c:9a3b::/108", "ipFamily": "ipv6",
               "elasticLoadBalancing": {"enabled": file.auto_mode}})
    } else {
        json!({"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4",
               "elasticLoadBalancing": {"enabled": file.auto_mode}})
    };
    let mut document = json!({
        "name": name,
        "arn": arn,
        "createdAt": reply::epoch(file.created.resolve(start)),
        "endpoint": format!("https://{hex}.gr7.{region}.eks.amazonaws.com"),
        "roleArn": role,
        "resourcesVpcConfig": {
            "subnetIds": subnets,
            "securityGroupIds": [],
            "clusterSecurityGroupId": identifier::resource("sg", arn),
            "vpcId": identifier::resource("vpc", arn),
            "endpointPublicAccess": !file.private,
            "endpointPrivateAccess": true,
            "publicAccessCidrs": if file.private { json!([]) } else { json!(["0.0.0.0/0"]) },
        },
        "kubernetesNetworkConfig": network,
        "logging": {"clusterLogging": logging},
        "identity": {"oidc": {"issuer": issuer}},
        "health": {"issues": issues(&file.health)},
        "accessConfig": {
            "authenticationMode":
                file.authentication_mode.as_deref().unwrap_or("API_AND_CONFIG_MAP"),
        },
        "upgradePolicy": {
            "supportType": if file.extended_support { "EXTENDED" } else { "STANDARD" },
        },
        "deletionProtection": file.deletion_protection,
    });
    if let Value::Object(members) = &mut document {
        if file.auto_mode {
            let node = roles.service_arn(&format!("eks-{name}-auto"), "ec2.amazonaws.com", region);
            let compute = json!({"enabled": true, "nodePools": ["general-purpose", "system"],
                                 "nodeRoleArn": node});
            members.insert("computeConfig".to_owned(), compute);
            members.insert(
                "storageConfig".to_owned(),
                json!({"blockStorage": {"enabled": true}}),
            );
        }
        if file.hybrid_nodes {
            let remote = json!({"remoteNodeNetworks": [{"cidrs": ["10.80.0.0/16"]}],
                                "remotePodNetworks": [{"cidrs": ["10.85.0.0/16"]}]});
            members.insert("remoteNetworkConfig".to_owned(), remote);
        }
    }
    match document {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
