//! The add-ons that AWS offers here, and what it tells about them.

use serde_json::{Value, json};

use crate::sim::call::Call;
use crate::sim::failure::Failure;
use crate::sim::kube::AGENT;
use crate::sim::reply::{self, Reply};
use crate::sim::state::State;

const CLUSTER_VERSIONS: [&str; 5] = ["1.35", "1.34", "1.33", "1.32", "1.31"];

/// One add-on on offer.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(super) name: &'static str,
    kind: &'static str,
    pub(super) namespace: &'static str,
    /// Newest first; the first is the default.
    versions: &'static [&'static str],
    /// The first version that knows Pod Identity.
    since: &'static str,
    /// Each with the managed policy that it needs.
    pub(super) service_accounts: &'static [(&'static str, &'static str)],
    /// The kind of its workload, which is called like the service account.
    pub(super) workload: &'static str,
}

#[rustfmt::skip]
static OFFERED: &[Entry] = &[
    Entry { name: "adot", kind: "observability", namespace: "opentelemetry-operator-system", versions: &["v0.131.0-eksbuild.1", "v0.117.0-eksbuild.1", "v0.92.1-eksbuild.1"], since: "v0.94.1", workload: "Deployment",
        service_accounts: &[("adot-col-container-logs", "CloudWatchAgentServerPolicy"), ("adot-col-otlp-ingest", "AWSXrayWriteOnlyAccess"), ("adot-col-prom-metrics", "AmazonPrometheusRemoteWriteAccess")] },
    Entry { name: "amazon-cloudwatch-observability", kind: "observability", namespace: "amazon-cloudwatch", versions: &["v4.7.0-eksbuild.1", "v4.6.0-eksbuild.1", "v3.1.0-eksbuild.1"], since: "v3.1.0", workload: "DaemonSet",
        service_accounts: &[("cloudwatch-agent", "CloudWatchAgentServerPolicy")] },
    Entry { name: "aws-ebs-csi-driver", kind: "storage", namespace: "kube-system", versions: &["v1.53.0-eksbuild.1", "v1.52.1-eksbuild.1", "v1.48.0-eksbuild.1", "v1.25.0-eksbuild.1"], since: "v1.26.0", workload: "Deployment",
        service_accounts: &[("ebs-csi-controller-sa", "AmazonEBSCSIDriverPolicy")] },
    Entry { name: "aws-efs-csi-driver", kind: "storage", namespace: "kube-system", versions: &["v2.1.14-eksbuild.1", "v2.1.13-eksbuild.1", "v1.7.7-eksbuild.1"], since: "v2.0.5", workload: "Deployment",
        service_accounts: &[("efs-csi-controller-sa", "AmazonEFSCSIDriverPolicy")] },
    Entry { name: "aws-mountpoint-s3-csi-driver", kind: "storage", namespace: "kube-system", versions: &["v2.1.0-eksbuild.1", "v1.15.0-eksbuild.1"], since: "v2.0.0", workload: "DaemonSet",
        service_accounts: &[("s3-csi-driver-sa", "AmazonS3FullAccess")] },
    Entry { name: "coredns", kind: "networking", namespace: "kube-system", versions: &["v1.12.4-eksbuild.1", "v1.11.4-eksbuild.2"], since: "", workload: "Deployment", service_accounts: &[] },
    Entry { name: AGENT, kind: "security", namespace: "kube-system", versions: &["v1.3.10-eksbuild.3", "v1.3.10-eksbuild.1", "v1.3.9-eksbuild.5", "v1.3.8-eksbuild.2", "v1.3.4-eksbuild.1", "v1.3.2-eksbuild.2", "v1.2.0-eksbuild.1", "v1.0.0-eksbuild.1"], since: "", workload: "DaemonSet", service_accounts: &[] },
    Entry { name: "external-dns", kind: "networking", namespace: "external-dns", versions: &["v0.19.0-eksbuild.3", "v0.19.0-eksbuild.2"], since: "v0.14.0", workload: "Deployment",
        service_accounts: &[("external-dns", "AmazonRoute53FullAccess")] },
    Entry { name: "kube-proxy", kind: "networking", namespace: "kube-system", versions: &["v1.34.1-eksbuild.2", "v1.33.5-eksbuild.2", "v1.32.9-eksbuild.2"], since: "", workload: "DaemonSet", service_accounts: &[] },
    Entry { name: "metrics-server", kind: "observability", namespace: "kube-system", versions: &["v0.8.0-eksbuild.4", "v0.8.0-eksbuild.3"], since: "", workload: "Deployment", service_accounts: &[] },
    Entry { name: "vpc-cni", kind: "networking", namespace: "kube-system", versions: &["v1.20.5-eksbuild.1", "v1.20.4-eksbuild.1", "v1.19.6-eksbuild.7", "v1.18.1-eksbuild.3"], since: "v1.18.2", workload: "DaemonSet",
        service_accounts: &[("aws-node", "AmazonEKS_CNI_Policy")] },
];

pub(crate) fn find(name: &str) -> Option<&'static Entry> {
    OFFERED.iter().find(|entry| entry.name == name)
}

impl Entry {
    pub(super) fn default_version(&self) -> &'static str {
        self.versions.first().copied().unwrap_or_default()
    }

    pub(super) fn has(&self, version: &str) -> bool {
        self.versions.contains(&version)
    }

    pub(super) fn knows_pod_identity(&self, version: &str) -> bool {
        !self.service_accounts.is_empty() && numbers(version) >= numbers(self.since)
    }

    pub(super) fn service_account(&self, name: &str) -> Option<&'static str> {
        self.service_accounts
            .iter()
            .find(|(account, _)| *account == name)
            .map(|(account, _)| *account)
    }
}

/// Splits `v1.20.4-eksbuild.1` into what is compared.
fn numbers(version: &str) -> Vec<u32> {
    let (plain, _) = version.split_once('-').unwrap_or((version, ""));
    plain
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().unwrap_or_default())
        .collect()
}

/// Answers `DescribeAddonVersions`.
pub(crate) fn versions(call: &Call<'_>, _state: &mut State) -> Result<Reply, Failure> {
    let name = call.parameter("addonName");
    if let Some(name) = name.filter(|name| find(name).is_none()) {
        return Err(
            Failure::invalid_parameter(format!("Addon {name} specified is not supported"))
                .about("addonName", name),
        );
    }
    let cluster = call.parameter("kubernetesVersion");
    let fits = |list: &str, value: &str| {
        let mut wanted = call.parameters(list).peekable();
        wanted.peek().is_none() || wanted.any(|one| one == value)
    };
    let entries = OFFERED.iter().filter(|entry| {
        name.is_none_or(|name| name == entry.name)
            && fits("types", entry.kind)
            && fits("publishers", "eks")
            && fits("owners", "aws")
    });
    let page = call.page(entries.map(|entry| (entry.name, document(entry, cluster))))?;
    Ok(reply::page("addons", page.items, page.next))
}

fn document(entry: &Entry, cluster: Option<&str>) -> Value {
    let versions: Vec<Value> = entry
        .versions
        .iter()
        .map(|version| {
            let compatibilities: Vec<Value> = CLUSTER_VERSIONS
                .iter()
                .filter(|one| cluster.is_none_or(|cluster| cluster == **one))
                .map(|one| {
                    json!({
                        "clusterVersion": one,
                        "platformVersions": ["*"],
                        "defaultVersion": *version == entry.default_version(),
                    })
                })
                .collect();
            json!({
                "addonVersion": version,
                "architecture": ["amd64", "arm64"],
                "computeTypes": ["ec2", "hybrid"],
                "compatibilities": compatibilities,
                "requiresConfiguration": false,
                "requiresIamPermissions": !entry.service_accounts.is_empty(),
            })
        })
        .collect();
    json!({
        "addonName": entry.name,
        "type": entry.kind,
        "addonVersions": versions,
        "publisher": "eks",
        "owner": "aws",
        "defaultNamespace": entry.namespace,
    })
}

/// Answers `DescribeAddonConfiguration`, which tells whether an add-on knows Pod Identity.
pub(crate) fn configuration(call: &Call<'_>, _state: &mut State) -> Result<Reply, Failure> {
    let wanted = |name: &str| {
        call.parameter(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| call.missing(name))
    };
    let (name, version) = (wanted("addonName")?, wanted("addonVersion")?);
    let entry = find(name)
        .filter(|entry| entry.has(version))
        .ok_or_else(|| {
            Failure::resource_not_found(format!(
                "No configuration found for addon {name} of version {version}"
            ))
            .about("addonName", name)
        })?;
    let accounts: Vec<Value> = entry
        .service_accounts
        .iter()
        .filter(|_| entry.knows_pod_identity(version))
        .map(|(account, policy)| {
            json!({
                "serviceAccount": account,
                "recommendedManagedPolicies": [format!("arn:aws:iam::aws:policy/{policy}")],
            })
        })
        .collect();
    let schema = json!({"$schema": "http://json-schema.org/draft-06/schema#", "type": "object"});
    Ok(Reply::Json(json!({
        "addonName": name,
        "addonVersion": version,
        "configurationSchema": schema.to_string(),
        "podIdentityConfiguration": accounts,
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pod_identity_depends_on_the_version() {
        let entry = find("aws-ebs-csi-driver").unwrap();
        assert!(!entry.knows_pod_identity("v1.25.0-eksbuild.1"));
        assert!(entry.knows_pod_identity("v1.52.1-eksbuild.1"));
        assert!(!find("coredns").unwrap().knows_pod_identity("v9.0.0"));
    }

    #[test]
    fn what_is_offered_is_in_the_order_of_the_names_as_pages_need() {
        assert!(OFFERED.is_sorted_by(|one, other| one.name < other.name));
    }
}
