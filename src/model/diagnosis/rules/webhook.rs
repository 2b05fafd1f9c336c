//! The configuration by which the API server asks the webhook of EKS Pod Identity.

use serde_json::json;

use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, patch};
use crate::model::diagnosis::selector::Label;
use crate::model::diagnosis::served::{found, is_idle};
use crate::model::diagnosis::{
    Expression, Finding, Look, Rule, RuleId, Selector, Severity, Subject, WebhookEntry,
};
use crate::model::pod::Pod;
use crate::model::text::visible;
use crate::model::verdict::Verdict;
use crate::model::{Learned, Text};

pub(super) const MISSING: RuleId = RuleId("webhook-missing");
pub(super) const ALTERED: RuleId = RuleId("webhook-altered");

const CONFIGURATION: &str = "pod-identity-webhook";
const ENTRY: &str = "iam-for-pods.amazonaws.com";
const OPT_OUT: &str = "eks.amazonaws.com/skip-pod-identity-webhook";
const CALL: &str = "GET mutatingwebhookconfigurations/pod-identity-webhook";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: MISSING,
        rows: &[13],
        severity: Severity::Error,
        title: "the configuration of the webhook is missing",
        explanation: "without it the API server never asks the webhook, and new pods get neither variables nor token",
        after: &[
            RuleId("platform-too-old"),
            RuleId("cluster-kind-unsupported"),
        ],
        judge: missing,
    },
    Rule {
        id: ALTERED,
        rows: &[13],
        severity: Severity::Error,
        title: "the configuration of the webhook was altered",
        explanation: "EKS owns the configuration; altered by a policy tool or by hand, it keeps new pods from their variables and token, and nobody is told",
        after: &[],
        judge: altered,
    },
];

fn missing(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let webhook = &look.evidence.webhook;
    if is_idle(look) {
        return Vec::new();
    }
    if let Some(needs) = gap(webhook) {
        return vec![rule.unknown(Subject::Cluster, needs)];
    }
    let said = match webhook.known() {
        None => format!("there is no configuration {CONFIGURATION}"),
        Some(webhook) if webhook.entries.iter().all(|entry| &*entry.name != ENTRY) => {
            format!("the configuration {CONFIGURATION} has no webhook {ENTRY}")
        }
        Some(_) => return Vec::new(),
    };
    let value = if *webhook == Learned::Absent {
        "404 NotFound"
    } else {
        "absent"
    };
    let finding = found(rule, look, Subject::Cluster, said)
        .proof(CALL, format!("webhooks[{ENTRY}]"), value)
        .remedy(advice(
            "ask AWS support to restore it: EKS makes it, and it cannot be made by hand; until then use IRSA",
        ));
    vec![finding]
}

fn altered(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    if is_idle(look) {
        return Vec::new();
    }
    let webhook = &look.evidence.webhook;
    if let Some(needs) = gap(webhook) {
        return vec![rule.unknown(Subject::Cluster, needs)];
    }
    let entries = webhook.known().into_iter().flat_map(|known| &known.entries);
    entries
        .filter(|entry| &*entry.name == ENTRY)
        .flat_map(|entry| flaws(rule, look, entry))
        .map(|finding| {
            finding
                .remedy(patch(
                    format!("take the change back: kubectl patch mutatingwebhookconfiguration {CONFIGURATION}"),
                    &restored(),
                ))
                .remedy(advice(
                    "have the tool that altered it leave objects of EKS alone, or it will do so again",
                ))
        })
        .collect()
}

fn flaws(rule: &Rule, look: &Look<'_>, entry: &WebhookEntry) -> Vec<Finding> {
    let mut flaws = Vec::new();
    let versions = &entry.review_versions;
    if !is_spoken(entry) {
        let said = "the webhook answers reviews of version v1beta1, and is not asked for them";
        let finding = found(rule, look, Subject::Cluster, said);
        flaws.push(finding.proof(
            CALL,
            "webhooks[].admissionReviewVersions",
            versions.join(","),
        ));
    }
    let policy = entry.failure_policy.as_deref();
    if let Some(policy) = policy.filter(|policy| *policy != "Ignore") {
        let said = format!(
            "pods are refused where the webhook fails: its policy is {}",
            visible(policy)
        );
        let mut finding = found(rule, look, Subject::Cluster, said)
            .severity(Severity::Warning)
            .proof(CALL, "webhooks[].failurePolicy", policy);
        finding.explanation =
            "EKS sets Ignore, so that a webhook that does not answer keeps no pod from starting"
                .into();
        flaws.push(finding);
    }
    flaws.extend(namespaces(rule, look, &entry.namespace_selector));
    flaws.extend(objects(rule, look, &entry.object_selector));
    flaws
}

/// A selector of namespaces that EKS does not set.
fn namespaces(rule: &Rule, look: &Look<'_>, selector: &Selector) -> Option<Finding> {
    if selector.is_empty() {
        return None;
    }
    let is_served = look.served().iter().map(|served| {
        let namespace = &*served.binding.association.namespace;
        selector.selects(|key| label(look, namespace, key))
    });
    // Whom it keeps away, if there are associations that were not read.
    let unread = look.bindings_gap().map(|_| Verdict::Unknown);
    let said = "the webhook is asked for some namespaces only";
    let finding = told(rule, look, said, Verdict::all(is_served.chain(unread)))?;
    Some(finding.proof(CALL, "webhooks[].namespaceSelector", words(selector)))
}

/// A selector of pods beyond the one by which pods opt out.
fn objects(rule: &Rule, look: &Look<'_>, selector: &Selector) -> Option<Finding> {
    let beyond = beyond(selector);
    if beyond.is_empty() {
        return None;
    }
    let pods = look.served().iter().flat_map(|served| &served.pods);
    let is_served = pods.map(|seen| {
        beyond.selects(|key| Label::of(seen.pod.labels.value(key).map(|value| &**value)))
    });
    let said = "the webhook is asked for some pods only";
    // Those that are there are no measure for those to come.
    let finding = told(
        rule,
        look,
        said,
        Verdict::all(is_served).and(Verdict::Unknown),
    )?;
    Some(finding.proof(CALL, "webhooks[].objectSelector", words(&beyond)))
}

/// A label of a namespace, of which every one has its name.
fn label<'l>(look: &Look<'l>, namespace: &'l str, key: &str) -> Label<'l> {
    if key == "kubernetes.io/metadata.name" {
        return Label::Is(namespace);
    }
    let namespaces = look.evidence.namespaces.known();
    match namespaces.and_then(|namespaces| namespaces.get(namespace)) {
        Some(labels) => Label::of(labels.value(key).map(|value| &**value)),
        None => Label::Unknown,
    }
}

/// Whether the API server asks the webhook about new pods that are like this one, as far as its configuration says.
pub(in crate::model::diagnosis) fn is_asked_about(look: &Look<'_>, pod: &Pod) -> Verdict {
    let webhook = match &look.evidence.webhook {
        Learned::Known(webhook) => webhook,
        Learned::Absent => return Verdict::No,
        Learned::NotAsked | Learned::Needs(_) | Learned::Failed(_) => return Verdict::Unknown,
    };
    let entries = webhook.entries.iter().filter(|entry| &*entry.name == ENTRY);
    Verdict::any(entries.map(|entry| {
        let namespaces = &entry.namespace_selector;
        let namespace = namespaces.selects(|key| label(look, &pod.namespace, key));
        // By the label that opts out, each pod decides for itself.
        let own = beyond(&entry.object_selector);
        let object = own.selects(|key| Label::of(pod.labels.value(key).map(|value| &**value)));
        Verdict::from(is_spoken(entry)).and(namespace).and(object)
    }))
}

/// Whether reviews come in a version that the webhook answers.
fn is_spoken(entry: &WebhookEntry) -> bool {
    let versions = &entry.review_versions;
    versions.is_empty() || versions.iter().any(|version| &**version == "v1beta1")
}

/// What a selector of pods wants beyond the label by which pods opt out.
fn beyond(selector: &Selector) -> Selector {
    let own = |expression: &&Expression| {
        !(&*expression.key == OPT_OUT && &*expression.operator == "DoesNotExist")
    };
    Selector {
        labels: selector.labels.clone(),
        expressions: selector.expressions.iter().filter(own).cloned().collect(),
    }
}

fn told(rule: &Rule, look: &Look<'_>, said: &str, serves_all: Verdict) -> Option<Finding> {
    match serves_all {
        Verdict::No => Some(found(rule, look, Subject::Cluster, said)),
        Verdict::Unknown => Some(rule.possible(Subject::Cluster, said)),
        Verdict::Yes => None,
    }
}

fn words(selector: &Selector) -> String {
    let labels = selector
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"));
    let expressions = selector.expressions.iter().map(|expression| {
        let values: Vec<&Text> = expression.values.iter().collect();
        let values = values
            .iter()
            .map(|value| &***value)
            .collect::<Vec<_>>()
            .join(",");
        format!("{} {} ({values})", expression.key, expression.operator)
    });
    labels.chain(expressions).collect::<Vec<_>>().join("; ")
}

/// What EKS sets.
fn restored() -> serde_json::Value {
    json!({"webhooks": [{
        "name": ENTRY,
        "failurePolicy": "Ignore",
        "admissionReviewVersions": ["v1beta1"],
        "namespaceSelector": {"matchExpressions": null, "matchLabels": null},
        "objectSelector": {
            "matchLabels": null,
            "matchExpressions": [{"key": OPT_OUT, "operator": "DoesNotExist"}],
        },
    }]})
}
