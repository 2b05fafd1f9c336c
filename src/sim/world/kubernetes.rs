//! From a cluster in a world file to what its Kubernetes holds.

mod pod;

use std::collections::HashMap;

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::account::Roles;
use super::file::{ClusterFile, KubernetesFile, ServiceAccountFile, Tags, WorkloadFile};
use crate::sim::identifier;
use crate::sim::kube::{GivenNode, GivenServiceAccount, GivenWorkload, Grant, NodeKind, Seed};

const KINDS: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "Job", "Pod"];
const AUTO_NODES: u32 = 3;
const AGENT: &str = "eks-pod-identity-agent";

/// Refuses what no cluster could hold.
pub(super) fn check(file: &KubernetesFile) -> anyhow::Result<()> {
    for denied in &file.deny {
        ensure!(
            denied.split_whitespace().count() == 2,
            "'{denied}' denies nothing: write a verb and a resource, such as 'list pods'"
        );
    }
    for (namespace, workloads) in &file.workloads {
        for (name, workload) in workloads {
            let kind = workload.kind.as_deref().unwrap_or("Deployment");
            ensure!(
                KINDS.contains(&kind),
                "{namespace}/{name} is a {kind}, which is none of {}",
                KINDS.join(", ")
            );
            let place = workload.on.as_deref().unwrap_or("hybrid");
            ensure!(
                ["windows", "hybrid"].contains(&place),
                "{namespace}/{name} runs on '{place}': write windows or hybrid"
            );
        }
    }
    Ok(())
}

/// Collects the seed before the file is taken apart.
pub(super) fn seed(file: &ClusterFile, roles: &mut Roles, start: Timestamp) -> Seed {
    let mut builder = Builder {
        file,
        start,
        born: file.created.resolve(start),
        seed: Seed::default(),
    };
    builder.nodes();
    builder.system();
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
            .filter_map(|text| text.split_once(' '))
            .map(|(verb, resource)| (verb.to_owned(), resource.trim().to_owned()))
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
        fargate_namespaces: file
            .fargate_profiles
            .values()
            .flat_map(|profile| profile.namespaces.iter().cloned())
            .collect(),
        network_policies: policies,
        associations: HashMap::new(),
        ..builder.seed
    }
}

struct Builder<'a> {
    file: &'a ClusterFile,
    start: Timestamp,
    born: Timestamp,
    seed: Seed,
}

impl Builder<'_> {
    fn nodes(&mut self) {
        let mut add = |kind, count: u32, nodegroup: &str, instance: &str, ami: &str, created| {
            for _ in 0..count {
                self.seed.nodes.push(GivenNode {
                    kind,
                    nodegroup: nodegroup.to_owned(),
                    instance_type: instance.to_owned(),
                    ami_type: ami.to_owned(),
                    created,
                });
            }
        };
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
            let created = group
                .created
                .map_or(self.born, |when| when.resolve(self.start));
            add(kind, group.size, name, instance, ami, created);
        }
        if self.file.auto_mode {
            add(
                NodeKind::Auto,
                AUTO_NODES,
                "general-purpose",
                "c6g.2xlarge",
                "",
                self.born,
            );
        }
        let hybrid = self.file.kubernetes.hybrid_nodes;
        add(NodeKind::Hybrid, hybrid, "", "", "", self.born);
    }

    /// Adds what EKS itself runs.
    fn system(&mut self) {
        let Some(agent) = self.file.addons.get(AGENT) else {
            return;
        };
        if self.file.auto_mode {
            // There the agent is a part of the node.
            return;
        }
        self.account(
            "kube-system",
            AGENT,
            &ServiceAccountFile::default(),
            self.born,
            Vec::new(),
        );
        let image = format!(
            "602401143452.dkr.ecr.{}.amazonaws.com/eks/eks-pod-identity-agent:v0.1.33",
            self.file.region
        );
        let mut daemons = vec![(AGENT.to_owned(), None)];
        let is_hybrid = agent
            .configuration
            .as_ref()
            .and_then(|values| values.pointer("/daemonsets/hybrid/create"))
            == Some(&Value::Bool(true));
        if is_hybrid {
            daemons.push((format!("{AGENT}-hybrid"), Some("hybrid")));
        }
        for (name, place) in daemons {
            let mut spec = json!({
                "serviceAccountName": AGENT,
                "hostNetwork": true,
                "priorityClassName": "system-node-critical",
                "tolerations": [{"operator": "Exists"}],
                "containers": [{
                    "name": AGENT, "image": image,
                    "args": ["--port", "80", "--cluster-name", self.file.name, "--probe-port", "2703"],
                    "ports": [{"name": "proxy", "containerPort": 80, "protocol": "TCP"}],
                }],
            });
            if let (Value::Object(members), Some(place)) = (&mut spec, place) {
                let selector = json!({"eks.amazonaws.com/compute-type": place});
                members.insert("nodeSelector".to_owned(), selector);
            }
            let created = agent
                .created
                .map_or(self.born, |when| when.resolve(self.start));
            self.seed.workloads.push(GivenWorkload {
                kind: "DaemonSet".to_owned(),
                namespace: "kube-system".to_owned(),
                name,
                replicas: 1,
                // Both daemon sets carry the name by which their pods are found.
                labels: vec![
                    ("app.kubernetes.io/name".to_owned(), AGENT.to_owned()),
                    ("app.kubernetes.io/instance".to_owned(), AGENT.to_owned()),
                ],
                annotations: Vec::new(),
                spec,
                created,
                pods_created: created,
                is_crashing: false,
                log: vec![
                    "{\"level\":\"info\",\"msg\":\"Starting server on [169.254.170.23:80 [fd00:ec2::23]:80]\"}"
                        .to_owned(),
                ],
            });
        }
    }

    fn service_accounts(&mut self, roles: &mut Roles) {
        let given = &self.file.kubernetes.service_accounts;
        for (namespace, accounts) in given {
            for (name, account) in accounts {
                let mut more = Vec::new();
                if let Some(role) = &account.irsa {
                    let arn = roles.arn(role, &self.file.region);
                    more.push(("eks.amazonaws.com/role-arn".to_owned(), arn));
                }
                let created = account
                    .created
                    .map_or(self.born, |when| when.resolve(self.start));
                self.account(namespace, name, account, created, more);
            }
        }
        for (namespace, associations) in &self.file.associations {
            for (name, association) in associations {
                let path = format!("{namespace}/{name}");
                let is_given = given
                    .get(namespace)
                    .is_some_and(|names| names.contains_key(name));
                if is_given || self.file.kubernetes.without_service_account.contains(&path) {
                    continue;
                }
                let created = association
                    .created
                    .map_or(self.born, |when| when.resolve(self.start));
                self.account(
                    namespace,
                    name,
                    &ServiceAccountFile::default(),
                    created,
                    Vec::new(),
                );
            }
        }
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
        let given = &self.file.kubernetes.workloads;
        for (namespace, workloads) in given {
            for (name, workload) in workloads {
                self.workload(namespace, name, workload, self.born);
            }
        }
        for (namespace, associations) in &self.file.associations {
            for (name, association) in associations {
                let path = format!("{namespace}/{name}");
                let is_given = given.get(namespace).is_some_and(|workloads| {
                    workloads.iter().any(|(other, workload)| {
                        other == name || workload.service_account.as_ref() == Some(name)
                    })
                });
                if is_given || self.file.kubernetes.without_service_account.contains(&path) {
                    continue;
                }
                let since = association
                    .created
                    .map_or(self.born, |when| when.resolve(self.start));
                let file = WorkloadFile {
                    kind: (name == "aws-node").then(|| "DaemonSet".to_owned()),
                    host_network: name == "aws-node",
                    ..WorkloadFile::default()
                };
                self.workload(namespace, name, &file, since);
            }
        }
    }

    fn workload(&mut self, namespace: &str, name: &str, file: &WorkloadFile, since: Timestamp) {
        let seed = format!("{}/{namespace}/{name}", self.file.name);
        let created = file.created.map_or(since, |when| when.resolve(self.start));
        // Pods are younger than their workload, as releases make new ones all the time.
        let age = (self.start.as_second() - created.as_second()).max(120);
        let longest = u64::try_from(age - 60).unwrap_or(60).min(14 * 86_400);
        let seconds = i64::try_from(identifier::number(&seed, longest)).unwrap_or_default();
        let pods_created = file.pods.map_or_else(
            || self.start - SignedDuration::from_secs(seconds),
            |when| when.resolve(self.start),
        );
        let mut annotations = pairs(&file.annotations);
        let replicas = u32::try_from(1 + identifier::number(&seed, 3)).unwrap_or(1);
        let labels = pairs(&file.labels);
        if file.kind.as_deref() == Some("Pod") {
            annotations.push((
                "kubernetes.io/description".to_owned(),
                "started by hand".to_owned(),
            ));
        }
        self.seed.workloads.push(GivenWorkload {
            kind: file.kind.clone().unwrap_or_else(|| "Deployment".to_owned()),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            replicas: file.replicas.unwrap_or(replicas),
            labels,
            annotations,
            spec: pod::spec(name, file),
            created,
            pods_created,
            is_crashing: file.crashing,
            log: file.log.clone(),
        });
    }
}

fn pairs(tags: &Tags) -> Vec<(String, String)> {
    tags.iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
