//! What a pod or its container does in its own way.

use std::collections::BTreeMap;

use serde_json::json;

use crate::model::Text;
use crate::model::census::Part;
use crate::model::diagnosis::remedy::{advice, command, kubectl, patch};
use crate::model::diagnosis::served::{Seen, Served, call, each, unread};
use crate::model::diagnosis::{Finding, Look, Rule, RuleId, Severity};
use crate::model::identity::Fact;
use crate::model::pod::{Env, Phase, Pod, Variable};
use crate::model::text::visible;
use crate::model::verdict::Verdict;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("workload-uses-another-account"),
        rows: &[9],
        severity: Severity::Error,
        title: "the workload runs with another service account",
        explanation: "an association is for exactly one service account, and pods that run with another, such as default, do not get its role",
        after: &[],
        judge: another_account,
    },
    Rule {
        id: RuleId("pods-gone"),
        rows: &[80],
        severity: Severity::Warning,
        title: "all pods have failed or are being deleted",
        explanation: "a pod that has ended or is about to gets no credentials, and no test can be made with it",
        after: &[],
        judge: gone,
    },
    Rule {
        id: RuleId("region-elsewhere"),
        rows: &[81],
        severity: Severity::Warning,
        title: "containers set another region than the cluster's",
        explanation: "the webhook keeps the region that a container sets, so its calls, those to STS among them, go to that region; that may be meant",
        after: &[],
        judge: region,
    },
];

/// Live pods by namespace, for what a namespace is searched for.
type ByNamespace<'a> = BTreeMap<&'a Text, Vec<&'a Pod>>;

fn another_account(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let census = look.census();
    let mut pods: ByNamespace<'_> = BTreeMap::new();
    for pod in census
        .pods()
        .filter(|pod| !pod.terminating && !pod.phase.is_ended())
    {
        pods.entry(&pod.namespace).or_default().push(pod);
    }
    let is_narrow = !census.scope().service_accounts.is_empty();
    let mut findings = Vec::new();
    for served in look.served() {
        let association = served.binding.association;
        let (namespace, account) = (&association.namespace, &association.service_account);
        if census.pods_of(namespace, account).next().is_some() {
            continue;
        }
        if is_narrow {
            let needs = "no pod uses the service account, and those of others were not read";
            findings.push(rule.unknown(served.binding.subject(), needs));
            continue;
        }
        let own = pods.get(namespace).map(Vec::as_slice).unwrap_or_default();
        findings.extend(of_namespace(rule, look, served, own));
    }
    findings.extend(unread(rule, look, &[Part::Pods]));
    findings
}

/// Pods whose workload is called like a service account that they do not use.
fn of_namespace(
    rule: &Rule,
    look: &Look<'_>,
    served: &Served<'_>,
    pods: &[&Pod],
) -> Option<Finding> {
    let account = &served.binding.association.service_account;
    let likely: Vec<&Pod> = pods
        .iter()
        .copied()
        .filter(|pod| is_related(&workload(pod), account) && has_no_role(look, pod))
        .collect();
    let first = likely.first()?;
    let (used, shown) = (visible(&first.service_account), visible(account));
    let is_plain = |pod: &&Pod| &*pod.service_account == "default" && workload(pod) == *account;
    let said = format!(
        "{} runs as {used}, and no pod as {shown}",
        visible(&workload(first))
    );
    let finding = if likely.iter().all(is_plain) {
        rule.found(served.binding.subject(), said)
    } else {
        rule.possible(served.binding.subject(), said)
    };
    let shown = likely.iter().take(3);
    let finding = shown.fold(finding, |finding, pod| {
        finding.proof(
            call(pod),
            "spec.serviceAccountName",
            pod.service_account.clone(),
        )
    });
    let finding = finding
        .pods(likely.iter().copied())
        .of_association(served.binding.association);
    let kind = first
        .workload()
        .map(|owner| owner.kind.to_ascii_lowercase());
    let patched = patch(
        "name the service account in the template of the pods",
        &json!({"spec": {"template": {"spec": {"serviceAccountName": &**account}}}}),
    );
    Some(match kind.as_deref() {
        Some(kind @ ("deployment" | "statefulset" | "daemonset")) => {
            let object = format!("{kind}/{}", workload(first));
            let set = kubectl(
                &look.evidence.arn,
                &[
                    "set",
                    "serviceaccount",
                    &object,
                    account,
                    "--namespace",
                    &first.namespace,
                ],
            );
            finding
                .remedy(patched)
                .remedy(command("or by a command", set))
        }
        _ => finding.remedy(patched),
    })
}

fn workload(pod: &Pod) -> Text {
    pod.workload()
        .map_or_else(|| pod.name.clone(), |owner| owner.name)
}

/// Whether two names are the same, or one goes on from the other after or before a dash.
fn is_related(one: &str, other: &str) -> bool {
    let goes_on = |long: &str, short: &str| {
        let after = long
            .strip_prefix(short)
            .is_some_and(|rest| rest.starts_with('-'));
        let before = long
            .strip_suffix(short)
            .is_some_and(|rest| rest.ends_with('-'));
        !short.is_empty() && (after || before)
    };
    one == other || goes_on(one, other) || goes_on(other, one)
}

/// Whether the service account that it uses is known to have no role of its own.
fn has_no_role(look: &Look<'_>, pod: &Pod) -> bool {
    let (namespace, account) = (&pod.namespace, &pod.service_account);
    let associated = look.picture.associations.of(namespace, account);
    let annotated = match look.census().service_account(namespace, account) {
        Fact::Present(account) => account.role_arn.is_some(),
        Fact::Absent | Fact::Unknown => false,
    };
    !matches!(associated, Fact::Present(_)) && !annotated
}

fn gone(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    each(rule, look, &[Part::Pods], |served| {
        let association = served.binding.association;
        let pods = look
            .census()
            .pods_of(&association.namespace, &association.service_account);
        let pods: Vec<&Pod> = pods.map(AsRef::as_ref).collect();
        // Pods of a job that did its work are as they should be.
        let lost = |pod: &&Pod| pod.terminating || pod.phase == Phase::Failed;
        if !served.pods.is_empty() || !pods.iter().any(lost) {
            return Vec::new();
        }
        let lost: Vec<&Pod> = pods.into_iter().filter(lost).collect();
        let said = "no pod runs: those that are there have failed or are being deleted";
        let finding = rule
            .found(served.binding.subject(), said)
            .of_association(association)
            .pods(lost.iter().copied());
        let finding = lost.iter().take(3).fold(finding, |finding, pod| {
            if pod.terminating {
                finding.proof(call(pod), "metadata.deletionTimestamp", "present")
            } else {
                finding.proof(call(pod), "status.phase", pod.phase.as_str())
            }
        });
        vec![finding.remedy(advice(
            "see why they ended, and test the credentials with a pod that runs",
        ))]
    })
}

fn region(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let home = look.evidence.arn.region().to_string();
    let elsewhere = |env: &Env| {
        let variables = [Variable::Region, Variable::DefaultRegion];
        let set = variables
            .into_iter()
            .find_map(|variable| Some((variable, env.literal(variable)?.clone())));
        set.filter(|(_, region)| **region != *home)
    };
    let judge = |seen: &Seen<'_>| {
        let mut containers = seen.containers();
        Verdict::from(containers.any(|(container, _)| elsewhere(&container.env).is_some()))
    };
    each(rule, look, &[Part::Pods], |served| {
        served.findings(rule, "with another region than the cluster's", judge, |finding, met| {
            let finding = met.shown().fold(finding, |finding, seen| {
                seen.containers().fold(finding, |finding, (container, _)| {
                    match elsewhere(&container.env) {
                        Some((variable, region)) => finding.proof(
                            seen.call(),
                            format!("spec.containers[{}].env[{}]", container.name, variable.name()),
                            region,
                        ),
                        None => finding,
                    }
                })
            });
            finding
                .remedy(advice(format!(
                    "if it is not meant, take the variable out of the template of the pods: the webhook then sets {}",
                    visible(&home)
                )))

        })
    })
}
