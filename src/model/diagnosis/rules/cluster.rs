//! The cluster itself: whether it can have Pod Identity at all.

use crate::model::Cluster;
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, command};
use crate::model::diagnosis::{Finding, Look, Rule, RuleId, Severity, Standing, Subject};
use crate::model::text::visible;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("cluster-status"),
        rows: &[1],
        severity: Severity::Error,
        title: "the cluster is not active",
        explanation: "calls to the cluster may fail, and its pods may get no credentials",
        after: &[],
        judge: status,
    },
    Rule {
        id: RuleId("cluster-health"),
        rows: &[2],
        severity: Severity::Warning,
        title: "EKS reports an issue with the health of the cluster",
        explanation: "a broken role, key or network of the control plane stops changes, and in the end the webhook of Pod Identity",
        after: &[],
        judge: health,
    },
    Rule {
        id: RuleId("platform-too-old"),
        rows: &[3],
        severity: Severity::Error,
        title: "the platform of the cluster is too old for Pod Identity",
        explanation: "the webhook that prepares pods is not there, so no pod gets credentials by an association",
        after: &[],
        judge: platform,
    },
    Rule {
        id: RuleId("cluster-kind-unsupported"),
        rows: &[4],
        severity: Severity::Error,
        title: "clusters of this kind have no Pod Identity",
        explanation: "local clusters on AWS Outposts and connected clusters have neither the webhook nor EKS Auth",
        after: &[],
        judge: kind,
    },
];

const CALL: &str = "eks:DescribeCluster";

/// What DescribeCluster said, or that the rule does not know.
fn described<'a>(rule: &Rule, look: &Look<'a>) -> Result<&'a Cluster, Vec<Finding>> {
    let learned = &look.evidence.cluster;
    if let Some(cluster) = learned.known() {
        return Ok(cluster);
    }
    // That there is none is said once, by the status.
    let needs = gap(learned).unwrap_or_else(|| "EKS knows no such cluster".into());
    Err(vec![rule.unknown(Subject::Cluster, needs)])
}

fn status(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let cluster = match described(rule, look) {
        Ok(cluster) => cluster,
        Err(unknown) => return unknown,
    };
    let Some(status) = &cluster.status else {
        return vec![rule.unknown(Subject::Cluster, "AWS sent no status")];
    };
    let shown = visible(status);
    let finding = match &**status {
        "ACTIVE" => return Vec::new(),
        "UPDATING" => {
            let mut finding = rule
                .found(Subject::Cluster, "the cluster is being updated")
                .severity(Severity::Info);
            finding.explanation =
                "Pod Identity goes on meanwhile, but changes may be refused with 409".into();
            finding
        }
        "CREATING" | "DELETING" | "FAILED" | "PENDING" => {
            rule.found(Subject::Cluster, format!("the cluster is {shown}"))
        }
        _ => rule.possible(
            Subject::Cluster,
            format!("the status {shown} of the cluster is not known to roledex"),
        ),
    };
    let finding = finding.proof(CALL, "cluster.status", status.clone());
    vec![match &**status {
        "FAILED" => finding.remedy(advice(
            "see the health issues of the cluster; a cluster that failed must be created again",
        )),
        "DELETING" => finding.remedy(advice("move the workloads to another cluster")),
        _ => finding
            .remedy(advice("wait until the cluster is ACTIVE"))
            .remedy(command(
                "wait for it",
                look.aws(
                    "eks",
                    "wait cluster-active",
                    &[("--name", look.evidence.arn.name())],
                ),
            )),
    }]
}

fn health(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let cluster = match described(rule, look) {
        Ok(cluster) => cluster,
        Err(unknown) => return unknown,
    };
    let mut codes = cluster.health_issues.clone();
    codes.sort();
    codes.dedup();
    if codes.is_empty() {
        return Vec::new();
    }
    let shown = codes.iter().map(|code| visible(code).into_owned());
    let shown = shown.collect::<Vec<_>>().join(", ");
    let finding = rule.found(
        Subject::Cluster,
        format!("EKS reports an issue with the cluster: {shown}"),
    );
    vec![codes.into_iter().fold(finding, |finding, code| {
        let advised = mending(&code);
        finding
            .proof(CALL, "cluster.health.issues[].code", code)
            .remedy(advice(advised))
    })]
}

/// What mends an issue of the cluster's health, by its code.
fn mending(code: &str) -> String {
    let what = match code {
        "AccessDenied" => {
            "give the role of the cluster back the permissions of AmazonEKSClusterPolicy"
        }
        "IamRoleNotFound" => "create the role of the cluster again under the same name",
        "ClusterUnreachable" => {
            "let the control plane reach its subnets again: security groups and network ACLs"
        }
        "InsufficientFreeAddresses" => {
            "free addresses in the subnets of the cluster, or give it others"
        }
        "KmsGrantRevoked" | "KmsKeyDisabled" | "KmsKeyMarkedForDeletion" | "KmsKeyNotFound" => {
            "enable the key of the cluster's secrets again, and give the cluster its grant back; without the key the cluster cannot be recovered"
        }
        "VpcNotFound" | "Ec2SubnetNotFound" | "Ec2SecurityGroupNotFound" => {
            "the network of the cluster was deleted: give it subnets and security groups that exist"
        }
        "StsRegionalEndpointDisabled" => {
            "activate the STS endpoint of the region in the account's settings of IAM"
        }
        "UnsupportedVersion" => "update the cluster to a version of Kubernetes that EKS supports",
        "Ec2ServiceNotSubscribed" => "subscribe the account to EC2",
        "ResourceLimitExceeded" => "raise the quota that is exhausted",
        _ => "see the message of the issue: describe the cluster",
    };
    format!("{}: {what}", visible(code))
}

fn platform(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let cluster = match described(rule, look) {
        Ok(cluster) => cluster,
        Err(unknown) => return unknown,
    };
    let (version, platform) = (
        cluster.version.as_deref().unwrap_or("?"),
        cluster.platform_version.as_deref().unwrap_or("?"),
    );
    let shown = format!("Kubernetes {} {}", visible(version), visible(platform));
    let finding = match cluster.lacks_pod_identity() {
        Some(false) => return Vec::new(),
        // Clusters that EKS does not run have no platform version; the rule of their kind speaks of them.
        None if unsupported(cluster).is_some() => return Vec::new(),
        None => rule.unknown(
            Subject::Cluster,
            format!("whether {shown} has Pod Identity is not in the table of AWS"),
        ),
        Some(true) => rule.found(
            Subject::Cluster,
            format!("{shown} is too old for Pod Identity"),
        ),
    };
    let is_unknown = matches!(finding.standing, Standing::Unknown(_));
    let finding = finding.proof(CALL, "cluster.version", version).proof(
        CALL,
        "cluster.platformVersion",
        platform,
    );
    if is_unknown {
        return vec![finding];
    }
    vec![finding
        .remedy(advice(
            "update the cluster to a newer version of Kubernetes, or wait for EKS to roll out the platform version",
        ))
        .remedy(advice("until then use IRSA"))]
}

/// The member of the description that says that Pod Identity is not for this cluster, and what it is.
fn unsupported(cluster: &Cluster) -> Option<(&'static str, &'static str)> {
    [
        ("outpostConfig", "a local cluster on AWS Outposts"),
        (
            "connectorConfig",
            "a connected cluster that EKS does not run",
        ),
    ]
    .into_iter()
    .find(|(member, _)| cluster.document.contains_key(*member))
}

fn kind(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let cluster = match described(rule, look) {
        Ok(cluster) => cluster,
        Err(unknown) => return unknown,
    };
    let Some((member, what)) = unsupported(cluster) else {
        return Vec::new();
    };
    let finding = rule
        .found(
            Subject::Cluster,
            format!("it is {what}, which has no Pod Identity"),
        )
        .proof(CALL, format!("cluster.{member}"), "present")
        .remedy(advice("use IRSA for the workloads of this cluster"));
    vec![finding]
}
