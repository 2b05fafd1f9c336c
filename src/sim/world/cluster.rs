//! From a cluster in a world file to the running one.

mod part;

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// Builds a cluster with all that it holds.
pub(super) fn build(mut file: ClusterFile, roles: &mut Roles, start: Timestamp) -> Cluster {
    let arn = format!(
        "arn:aws:eks:{}:{}:cluster/{}",
        file.region, roles.account, file.name
    );
    let document = document(&file, &arn, roles, start);
    let mut seed = kubernetes::seed(&file, &arn, roles, start);
    seed.generated = file.generated;
    seed.generated_pods = file.generated_pods;
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
                association.0,
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
    seed.associations = cluster.associated_since();
    cluster.kubernetes = Arc::new(Kubernetes::new(cluster.arn.clone(), seed));
    cluster
}

/// Returns when an association was created; where the file does not say it, at some moment of the cluster's life.
pub(super) fn association_created(
    cluster: &str,
    (namespace, service_account): (&str, &str),
    file: &AssociationFile,
    life: std::ops::Range<Timestamp>,
) -> Timestamp {
    if let Some(when) = file.created {
        return when.resolve(life.end);
    }
    let seed = format!("{cluster}/{namespace}/{service_account}");
    let seconds = (life.end.as_second() - life.start.as_second()).max(1);
    let after = identifier::number(&seed, u64::try_from(seconds).unwrap_or(1));
    let millis = identifier::number(&format!("{seed}#ms"), 1000);
    life.start
        + SignedDuration::from_secs(i64::try_from(after).unwrap_or_default())
        + SignedDuration::from_millis(i64::try_from(millis).unwrap_or_default())
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
    let created = association_created(
        &cluster.arn,
        (&namespace, &service_account),
        &file,
        life.clone(),
    );
    let owner = file
        .addon
        .and_then(|addon| cluster.parts.get(&(PartKind::Addon, addon)))
        .map(|addon| addon.arn.clone())
        .or(file.owner);
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
    let role = roles.service_arn(
        &format!("eks-{name}-cluster"),
        "eks.amazonaws.com",
        &["AmazonEKSClusterPolicy"],
        region,
    );
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
            let node = roles.service_arn(
                &format!("eks-{name}-auto"),
                "ec2.amazonaws.com",
                &["AmazonEKSWorkerNodeMinimalPolicy"],
                region,
            );
            let compute = json!({"enabled": true, "nodePools": ["general-purpose", "system"],
                                 "nodeRoleArn": node});
            members.insert("computeConfig".to_owned(), compute);
            members.insert(
                "storageConfig".to_owned(),
                json!({"blockStorage": {"enabled": true}}),
            );
        }
        if !file.outposts.is_empty() {
            let outposts = json!({"outpostArns": file.outposts,
                                  "controlPlaneInstanceType": "m5d.large"});
            members.insert("outpostConfig".to_owned(), outposts);
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
