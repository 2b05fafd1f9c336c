//! Nodes of every compute type.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::object::{Head, date};
use super::pod::insert;
use super::seed::{GivenNode, NodeKind, the};
use super::store::Store;
use super::workload::Context;
use crate::sim::identifier;

/// Makes the node that stands at a position among those given.
pub(super) fn make(cx: &Context<'_>, index: usize, given: &GivenNode) -> Value {
    let name = name(cx, index, given.kind);
    let mut labels = base_labels(
        &name,
        if given.kind == NodeKind::Windows {
            "windows"
        } else {
            "linux"
        },
    );
    let mut label = |key: &str, value: &str| labels.insert(key.to_owned(), json!(value));
    match given.kind {
        NodeKind::Ec2 | NodeKind::Windows => {
            label("eks.amazonaws.com/nodegroup", &given.nodegroup);
            label("eks.amazonaws.com/nodegroup-image", "ami-0a1b2c3d4e5f60718");
            label("node.kubernetes.io/instance-type", &given.instance_type);
        }
        NodeKind::Auto => {
            label("eks.amazonaws.com/compute-type", "auto");
            label("karpenter.sh/nodepool", &given.nodegroup);
            label("node.kubernetes.io/instance-type", &given.instance_type);
        }
        NodeKind::Hybrid => {
            label("eks.amazonaws.com/compute-type", "hybrid");
            label("eks.amazonaws.com/hybrid-credential-provider", "ssm");
        }
    }
    if given.ami_type.contains("ARM") || given.instance_type.contains("g.") {
        label("kubernetes.io/arch", "arm64");
    }
    let image = match given.kind {
        NodeKind::Windows => "Windows Server 2022 Datacenter",
        NodeKind::Hybrid => "Ubuntu 24.04.3 LTS",
        NodeKind::Auto => "Bottlerocket (EKS Auto, Standard) 2026.10.30 (aws-k8s-1.34)",
        NodeKind::Ec2 if given.ami_type.starts_with("BOTTLEROCKET") => {
            "Bottlerocket OS 1.49.0 (aws-k8s-1.33)"
        }
        NodeKind::Ec2 if given.ami_type.starts_with("AL2_") => "Amazon Linux 2",
        NodeKind::Ec2 => "Amazon Linux 2023.9.20261105",
    };
    let provider = match given.kind {
        NodeKind::Hybrid => format!("eks-hybrid:///{}/sandbox/{name}", cx.seed.region),
        _ => format!(
            "aws:///{}a/{}",
            cx.seed.region,
            identifier::resource("i", &name)
        ),
    };
    let mut node = node(cx, &name, labels, image, &provider, given.created);
    if let (true, Some(spec)) = (given.is_reserved, node.get_mut("spec")) {
        let taint =
            json!({"key": "reserved-for", "value": given.nodegroup, "effect": "NoSchedule"});
        insert(spec, "taints", json!([taint]));
    }
    node
}

/// Returns the name that a given node gets.
pub(super) fn name(cx: &Context<'_>, index: usize, kind: NodeKind) -> String {
    let seed = format!("{}/node/{index}", cx.arn);
    match kind {
        NodeKind::Hybrid => format!("mi-{}", identifier::uuid(&seed).simple())
            .chars()
            .take(20)
            .collect(),
        NodeKind::Auto => identifier::resource("i", &seed),
        NodeKind::Ec2 | NodeKind::Windows => format!(
            "ip-{}.{}.compute.internal",
            address(&seed).replace('.', "-"),
            cx.seed.region
        ),
    }
}

/// Makes the node that Fargate starts for one pod, and returns its name.
pub(super) fn put_fargate(
    cx: &Context<'_>,
    store: &mut Store,
    pod: &str,
    created: Timestamp,
) -> String {
    let seed = format!("{}/fargate/{pod}", cx.arn);
    let name = format!(
        "fargate-ip-{}.{}.compute.internal",
        address(&seed).replace('.', "-"),
        cx.seed.region
    );
    let mut labels = base_labels(&name, "linux");
    labels.insert(
        "eks.amazonaws.com/compute-type".to_owned(),
        json!("fargate"),
    );
    let provider = format!(
        "aws:///{}b/{}/{name}",
        cx.seed.region,
        identifier::uuid(&seed).simple()
    );
    let node = node(cx, &name, labels, "Amazon Linux 2", &provider, created);
    store.put(the("Node"), node);
    name
}

fn base_labels(name: &str, os: &str) -> Map<String, Value> {
    [
        ("kubernetes.io/hostname", name),
        ("kubernetes.io/os", os),
        ("kubernetes.io/arch", "amd64"),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), json!(value)))
    .collect()
}

fn node(
    cx: &Context<'_>,
    name: &str,
    labels: Map<String, Value>,
    image: &str,
    provider: &str,
    created: Timestamp,
) -> Value {
    let resource = the("Node");
    let os = labels.get("kubernetes.io/os").cloned();
    let arch = labels.get("kubernetes.io/arch").cloned();
    let head = Head {
        name,
        seed: &cx.seed_of(resource, "", name),
        created,
        labels,
        ..Head::default()
    };
    head.object(
        resource,
        json!({
            "spec": {"providerID": provider},
            "status": {
                "capacity": {"cpu": "4", "memory": "16Gi", "pods": "58"},
                "conditions": [{
                    "type": "Ready", "status": "True", "reason": "KubeletReady",
                    "message": "kubelet is posting ready status",
                    "lastHeartbeatTime": date(cx.now), "lastTransitionTime": date(created),
                }],
                "addresses": [
                    {"type": "InternalIP", "address": address(name)},
                    {"type": "Hostname", "address": name},
                ],
                "nodeInfo": {
                    "kubeletVersion": "v1.33.5-eks-113cf36", "osImage": image,
                    "containerRuntimeVersion": "containerd://2.1.4",
                    "kernelVersion": "6.12.46", "operatingSystem": os, "architecture": arch,
                },
            },
        }),
    )
}

/// Returns an address in the cluster's network.
pub(super) fn address(seed: &str) -> String {
    let number = identifier::number(seed, 60_000);
    format!("10.41.{}.{}", number / 250, number % 250 + 4)
}
