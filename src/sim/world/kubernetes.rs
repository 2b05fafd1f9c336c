//! From a cluster in a world file to what its Kubernetes holds.

mod agent;
mod pod;

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::account::Roles;
use super::cluster::association_created;
use super::file::{
    AssociationFile, ClusterFile, Kind, ServiceAccountFile, Tags, Webhook, WorkloadFile,
};
use crate::sim::identifier;
use crate::sim::kube::{
    Admission, GivenNode, GivenServiceAccount, GivenWorkload, Grant, NodeKind, PodState, Seed,
};

const AUTO_NODES: u32 = 3;

/// Collects the seed before the file is taken apart.
pub(super) fn seed(file: &ClusterFile, arn: &str, roles: &mut Roles, start: Timestamp) -> Seed {
    let mut builder = Builder {
        file,
        arn,
        start,
        born: file.created.resolve(start),
        seed: Seed::default(),
    };
    builder.nodes();
    builder.agent();
    builder.service_accounts(roles);
    builder.workloads();
    let kubernetes = &file.kubernetes;
    let mut policies = Vec::new();
    for (namespace, specs) in &kubernetes.network_policies {
        for (name, spec) in specs {
            policies.push((namespace.clone(), name.clone(), spec.clone()));
        }
    }
    Seed {
        region: file.region.clone(),
        is_ipv6: file.ipv6,
        born: builder.born,
        start,
        is_unreachable: kubernetes.unreachable,
        denied: kubernetes
            .deny
            .iter()
            .map(|denied| (denied.verb.clone(), denied.resource.clone()))
            .collect(),
        grants: kubernetes
            .grants
            .iter()
            .map(|grant| Grant {
                groups: grant.groups.clone(),
                verbs: grant.verbs.clone(),
                resources: grant.resources.clone(),
                namespaces: grant.namespaces.clone(),
            })
            .collect(),
        fargate: file
            .fargate_profiles
            .iter()
            .map(|(name, profile)| (name.clone(), profile.namespaces.clone()))
            .collect(),
        has_no_webhook: kubernetes.webhook.deleted,
        unwatched_namespaces: kubernetes.webhook.without.clone(),
        network_policies: policies,
        associations: HashMap::new(),
        ..builder.seed
    }
}

struct Builder<'a> {
    file: &'a ClusterFile,
    arn: &'a str,
    start: Timestamp,
    born: Timestamp,
    seed: Seed,
}

impl Builder<'_> {
    fn nodes(&mut self) {
        for (name, group) in &self.file.nodegroups {
            let ami = group
                .ami_type
                .as_deref()
                .unwrap_or("AL2023_ARM_64_STANDARD");
            let kind = if ami.starts_with("WINDOWS") {
                NodeKind::Windows
            } else {
                NodeKind::Ec2
            };
            let instance = group
                .instance_types
                .first()
                .map_or("m7g.xlarge", String::as_str);
            let given = GivenNode {
                kind,
                nodegroup: name.clone(),
                instance_type: instance.to_owned(),
                ami_type: ami.to_owned(),
                is_reserved: group.reserved,
                created: group
                    .created
                    .map_or(self.born, |when| when.resolve(self.start)),
            };
            self.add_nodes(group.size, &given);
        }
        let other = |kind, nodegroup: &str, instance_type: &str| GivenNode {
            kind,
            nodegroup: nodegroup.to_owned(),
            instance_type: instance_type.to_owned(),
            ami_type: String::new(),
            is_reserved: false,
            created: self.born,
        };
        let auto = other(NodeKind::Auto, "general-purpose", "c6g.2xlarge");
        let hybrid = other(NodeKind::Hybrid, "", "");
        if self.file.auto_mode {
            self.add_nodes(AUTO_NODES, &auto);
        }
        self.add_nodes(self.file.kubernetes.hybrid_nodes, &hybrid);
    }

    fn add_nodes(&mut self, count: u32, given: &GivenNode) {
        for _ in 0..count {
            self.seed.nodes.push(given.clone());
        }
    }

    fn service_accounts(&mut self, roles: &mut Roles) {
        let file = self.file;
        let mut known = HashSet::new();
        for path in &file.kubernetes.without_service_account {
            known.extend(path.split_once('/'));
        }
        for (namespace, accounts) in &file.kubernetes.service_accounts {
            for (name, account) in accounts {
                known.insert((namespace.as_str(), name.as_str()));
                let account = &account.0;
                let mut more = Vec::new();
                if let Some(role) = &account.irsa {
                    let hex = identifier::hexadecimal(self.arn);
                    let issuer = format!("oidc.eks.{}.amazonaws.com/id/{hex}", file.region);
                    let subject = format!("{namespace}/{name}");
                    let arn = roles.irsa_arn(role, &issuer, &subject, &file.region);
                    more.push(("eks.amazonaws.com/role-arn".to_owned(), arn));
                }
                let created = account
                    .created
                    .map_or(self.born, |when| when.resolve(self.start));
                self.account(namespace, name, account, created, more);
            }
        }
        let nothing = ServiceAccountFile::default();
        for (namespace, associations) in &file.associations {
            for (name, association) in associations {
                if known.insert((namespace, name)) {
                    let created = self.associated(namespace, name, &association.0);
                    self.account(namespace, name, &nothing, created, Vec::new());
                }
            }
        }
        for (namespace, workloads) in &file.kubernetes.workloads {
            for (name, workload) in workloads {
                let account = workload.0.service_account.as_deref().unwrap_or(name);
                if account != "default" && known.insert((namespace, account)) {
                    let created = workload.0.created;
                    let created = created.map_or(self.born, |when| when.resolve(self.start));
                    self.account(namespace, account, &nothing, created, Vec::new());
                }
            }
        }
    }

    fn associated(&self, namespace: &str, name: &str, file: &AssociationFile) -> Timestamp {
        association_created(self.arn, (namespace, name), file, self.born..self.start)
    }

    fn account(
        &mut self,
        namespace: &str,
        name: &str,
        file: &ServiceAccountFile,
        created: Timestamp,
        mut annotations: Vec<(String, String)>,
    ) {
        annotations.extend(pairs(&file.annotations));
        self.seed.service_accounts.push(GivenServiceAccount {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            annotations,
            automounts: file.automount,
            created,
        });
    }

    fn workloads(&mut self) {
        let kubernetes = &self.file.kubernetes;
        for (namespace, workloads) in &kubernetes.workloads {
            for (name, workload) in workloads {
                self.workload(namespace, name, &workload.0, self.born);
            }
        }
        for (namespace, associations) in &self.file.associations {
            for (name, association) in associations {
                let path = format!("{namespace}/{name}");
                let is_given = kubernetes.workloads.get(namespace).is_some_and(|given| {
                    given.iter().any(|(other, workload)| {
                        other == name || workload.0.service_account.as_ref() == Some(name)
                    })
                });
                if is_given || kubernetes.without_service_account.contains(&path) {
                    continue;
                }
                let since = self.associated(namespace, name, &association.0);
                let file = WorkloadFile::default().with_defaults(&kubernetes.defaults, namespace);
                self.workload(namespace, name, &file, since);
            }
        }
    }

    fn workload(&mut self, namespace: &str, name: &str, file: &WorkloadFile, since: Timestamp) {
        let seed = format!("{}/{namespace}/{name}", self.file.name);
        let created = file.created.map_or(since, |when| when.resolve(self.start));
        let mut annotations = pairs(&file.annotations);
        let kind = file.kind.map_or("Deployment", |Kind(kind)| kind);
        if kind == "Pod" {
            annotations.push((
                "kubernetes.io/description".to_owned(),
                "started by hand".to_owned(),
            ));
        }
        let pods_created = self.moments(&seed, file, created);
        let replicas = match u32::try_from(file.pods.0.len()) {
            Ok(count @ 1..) => count,
            _ => u32::try_from(1 + identifier::number(&seed, 3)).unwrap_or(1),
        };
        self.seed.workloads.push(GivenWorkload {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            replicas: file.replicas.unwrap_or(replicas),
            labels: pairs(&file.labels),
            annotations,
            spec: pod::spec(name, file),
            created: pods_created.iter().copied().fold(created, Ord::min),
            pods_created,
            admission: file.webhook.map_or(Admission::InTime, |Webhook(one)| one),
            state: file.state.map_or(PodState::Running, |state| state.0),
            elsewhere: Vec::new(),
            log: file.log.clone(),
            previous_log: file.previous_log.clone(),
        });
    }

    /// Returns when the pods of a workload were made: lately, as releases make new ones all the time.
    fn moments(&self, seed: &str, file: &WorkloadFile, created: Timestamp) -> Vec<Timestamp> {
        if !file.pods.0.is_empty() {
            let moments = file.pods.0.iter();
            return moments.map(|when| when.resolve(self.start)).collect();
        }
        let age = (self.start.as_second() - created.as_second()).max(120);
        let longest = u64::try_from(age - 60).unwrap_or(60).min(14 * 86_400);
        let seconds = i64::try_from(identifier::number(seed, longest)).unwrap_or_default();
        vec![self.start - SignedDuration::from_secs(seconds)]
    }
}

fn pairs(tags: &Tags) -> Vec<(String, String)> {
    tags.iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
