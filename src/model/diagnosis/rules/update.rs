//! Updates that run, and updates that failed.

use crate::model::addon::AGENT;
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, command};
use crate::model::diagnosis::{Finding, Look, Remedy, Rule, RuleId, Severity, Subject};
use crate::model::text::visible;
use crate::model::{Learned, Text, Update, UpdateStatus, UpdateSubject};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("update-running"),
        rows: &[66],
        severity: Severity::Info,
        title: "an update is in progress",
        explanation: "EKS does one update of a cluster at a time and refuses others with 409 until it is done",
        after: &[],
        judge: running,
    },
    Rule {
        id: RuleId("update-failed"),
        rows: &[68],
        severity: Severity::Warning,
        title: "an update failed, and nobody has repeated it",
        explanation: "the cluster, add-on, node group or capability is as it was before, or half of the way",
        after: &[RuleId("cluster-health")],
        judge: failed,
    },
];

const CALL: &str = "eks:DescribeUpdate";

/// The updates that were read, and that there may be more, if so.
fn updates<'a>(rule: &Rule, look: &Look<'a>) -> (&'a [Update], Vec<Finding>) {
    let evidence = look.evidence;
    let unknown = |needs: Text| rule.unknown(Subject::Cluster, needs);
    let unlisted = evidence.updates_unlisted.iter().filter_map(gap);
    match &evidence.updates {
        Learned::Known(updates) => (updates, unlisted.map(unknown).collect()),
        other => (&[], gap(other).map(unknown).into_iter().collect()),
    }
}

fn running(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let (updates, mut findings) = updates(rule, look);
    let running = updates.iter().filter(|update| !update.status.is_terminal());
    findings.extend(running.map(|update| {
        let summary = match &update.status {
            UpdateStatus::InProgress => format!("{} is in progress", called(update)),
            other => format!("{} is {}", called(update), visible(other.as_str())),
        };
        begun(rule, update, summary)
            .remedy(advice("wait until it is done before changing the cluster"))
            .remedy(see(look, update))
    }));
    findings
}

fn failed(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let (updates, mut findings) = updates(rule, look);
    let failed = updates
        .iter()
        .filter(|update| update.status == UpdateStatus::Failed && !is_repeated(update, updates));
    findings.extend(failed.map(|update| {
        let line = visible(&update.errors_line()).into_owned();
        let summary = if line.is_empty() {
            format!("{} failed", called(update))
        } else {
            format!("{} failed: {line}", called(update))
        };
        let mut finding = begun(rule, update, summary);
        // Without the agent nobody gets credentials.
        if matches!(&update.key.subject, UpdateSubject::Addon(name) if &**name == AGENT) {
            finding.severity = Severity::Error;
        }
        for error in &update.errors {
            let code = error.code.clone().unwrap_or_else(|| "none".into());
            finding = finding
                .proof(CALL, "update.errors[].errorCode", code.clone())
                .remedy(advice(mending(&code)));
            let resources = error.resources.iter().cloned();
            finding = resources.fold(finding, |finding, resource| {
                finding.proof(CALL, "update.errors[].resourceIds[]", resource)
            });
        }
        finding.remedies.sort();
        finding.remedies.dedup();
        finding.remedy(see(look, update))
    }));
    findings
}

/// Whether a later update of the same kind was made of the same thing, and did not fail.
fn is_repeated(update: &Update, all: &[Update]) -> bool {
    all.iter().any(|other| {
        other.key.subject == update.key.subject
            && other.kind == update.kind
            && other.status != UpdateStatus::Failed
            && other.created > update.created
    })
}

fn begun(rule: &Rule, update: &Update, summary: String) -> Finding {
    let subject = Subject::Update {
        of: update.key.subject.clone(),
        id: update.key.id.clone(),
    };
    let finding = rule
        .found(subject, summary)
        .proof(CALL, "update.status", update.status.as_str());
    match &update.kind {
        Some(kind) => finding.proof(CALL, "update.type", kind.clone()),
        None => finding,
    }
}

/// `VersionUpdate of the cluster`, `AddonUpdate of the add-on vpc-cni`.
fn called(update: &Update) -> String {
    let kind = update.kind.as_deref().unwrap_or("an update");
    let subject = update.key.subject.to_string();
    format!("{} of the {}", visible(kind), visible(&subject))
}

fn see(look: &Look<'_>, update: &Update) -> Remedy {
    let mut options = vec![
        ("--name", look.evidence.arn.name()),
        ("--update-id", &*update.key.id),
    ];
    options.extend(match &update.key.subject {
        UpdateSubject::Cluster => None,
        UpdateSubject::Addon(name) => Some(("--addon-name", &**name)),
        UpdateSubject::Nodegroup(name) => Some(("--nodegroup-name", &**name)),
        UpdateSubject::Capability(name) => Some(("--capability-name", &**name)),
    });
    command("see it", look.aws("eks", "describe-update", &options))
}

/// What mends an error of an update, by its code.
fn mending(code: &str) -> String {
    let what = match code {
        "SubnetNotFound" | "SecurityGroupNotFound" | "VpcIdNotFound" => {
            "give the cluster subnets and security groups that exist"
        }
        "EniLimitReached" => "delete network interfaces that are not used, or raise their quota",
        "IpNotAvailable" | "InsufficientFreeAddresses" => {
            "free addresses in the subnets, or add subnets with free ones"
        }
        "AccessDenied" => {
            "give the role of the cluster, add-on or node group the permission it lacks"
        }
        "OperationNotPermitted" => "see whether a service control policy forbids it",
        "NodeCreationFailure" => "see why the nodes do not join: role, user data, network",
        "PodEvictionFailure" => {
            "see which disruption budget keeps the pods where they are, or force the update"
        }
        "ClusterUnreachable" => "let the control plane reach the cluster's network again",
        "InsufficientNumberOfReplicas" => "see why the pods of the add-on do not become ready",
        "ConfigurationConflict" => {
            "repeat it with --resolve-conflicts OVERWRITE, which discards changes made by hand"
        }
        "AdmissionRequestDenied" => {
            "let the admission webhook that refused it accept the objects of the add-on"
        }
        "UnsupportedAddonModification" => {
            "set it through the configuration values of the add-on instead"
        }
        "K8sResourceNotFound" => "put back the object that was deleted, or install the add-on anew",
        _ => "see the message, and repeat the update",
    };
    format!("{}: {what}", visible(code))
}
