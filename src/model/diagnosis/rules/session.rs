//! What a session of Pod Identity carries: its tags, and its policy.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::arn::role_name;
use crate::model::diagnosis::look::gap;
use crate::model::diagnosis::remedy::{advice, command};
use crate::model::diagnosis::{Binding, Finding, Look, Remedy, Rule, RuleId, Severity};
use crate::model::text::visible;
use crate::model::trust::SESSION_TAGS;
use crate::model::{Learned, Text};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("policy-with-session-tags"),
        rows: &[41],
        severity: Severity::Error,
        title: "an association has a session policy, and session tags are on",
        explanation: "EKS documents that a session policy goes with session tags switched off only",
        after: &[],
        judge: policy,
    },
    Rule {
        id: RuleId("abac-without-session-tags"),
        rows: &[42],
        severity: Severity::Warning,
        title: "policies of the role rest on session tags, which the association switches off",
        explanation: "their conditions never match without the tags, so what they allow is refused, and what they deny is not",
        after: &[],
        judge: abac,
    },
];

const DESCRIBE: &str = "eks:DescribePodIdentityAssociation";

fn policy(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    rule.of_each(look, |binding, detail| {
        detail.policy().filter(|_| detail.session_tags())?;
        let summary = format!(
            "the association of {} has a session policy, and session tags are on",
            binding.name()
        );
        let disabled = match detail.session_tags_disabled {
            Some(false) => "false",
            _ => "absent",
        };
        let finding = rule
            .found(binding.subject(), summary)
            .proof(DESCRIBE, "association.policy", "present")
            .proof(DESCRIBE, "association.disableSessionTags", disabled)
            .remedy(switch(look, &binding, "--disable-session-tags"));
        Some(finding)
    })
}

/// Switches the session tags of an association on or off.
pub(in crate::model) fn switch(look: &Look<'_>, binding: &Binding<'_>, flag: &str) -> Remedy {
    let association = binding.association;
    if let Some(owner) = association.owner_name() {
        let owner = visible(owner);
        return advice(format!(
            "the add-on {owner} owns the association, and an add-on sets the role only: give it its association anew"
        ));
    }
    let title = match flag {
        "--disable-session-tags" => "switch session tags off",
        _ => "switch session tags on",
    };
    let id = [("--association-id", &*association.key.id)];
    let written = look.eks_with("update-pod-identity-association", &id, &[flag]);
    command(title, written)
}

fn abac(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut findings = rule.more_associations(look);
    for binding in look.bindings() {
        let detail = match binding.detail {
            Learned::Known(detail) => detail,
            unknown => {
                let gap = gap(unknown).map(|needs| rule.unknown(binding.subject(), needs));
                findings.extend(gap);
                continue;
            }
        };
        if detail.session_tags() {
            continue;
        }
        // The tags are transitive: the policies of the target role may rest on them as well.
        for role in detail.role.iter().chain(&detail.target_role) {
            let policies = match policies_of(look, role) {
                Ok(policies) => policies,
                Err(needs) => {
                    let unknown = rule.unknown(binding.subject(), needs);
                    findings.push(unknown.of_association(binding.association));
                    continue;
                }
            };
            for (name, document) in policies.into_iter().flatten() {
                let tags = tags_in(document);
                if tags.is_empty() {
                    continue;
                }
                let summary = format!(
                    "the policy {} of the role {} rests on session tags, which the association switches off",
                    visible(name),
                    visible(role_name(role))
                );
                let finding = rule
                    .found(binding.subject(), summary)
                    .of_association(binding.association)
                    .proof(DESCRIBE, "association.disableSessionTags", "true")
                    .remedy(switch(look, &binding, "--no-disable-session-tags"))
                    .remedy(advice(
                        "or let the policy do without aws:PrincipalTag, for example with one role for each workload",
                    ));
                let call = format!("policy {}", visible(name));
                findings.push(tags.into_iter().fold(finding, |finding, tag| {
                    finding.proof(call.clone(), "Condition", format!("aws:PrincipalTag/{tag}"))
                }));
            }
        }
    }
    findings
}

/// The policies of a role, or what it takes to know them; of roles that are not there, other rules speak.
fn policies_of<'a>(look: &Look<'a>, role: &str) -> Result<Option<&'a Policies>, Text> {
    let facts = known(look.role(role))?;
    facts.map_or(Ok(None), |facts| known(&facts.policies))
}

type Policies = BTreeMap<Text, Text>;

fn known<T>(learned: &Learned<T>) -> Result<Option<&T>, Text> {
    gap(learned).map_or_else(|| Ok(learned.known()), Err)
}

/// The session tags of EKS that a policy rests on.
fn tags_in(document: &Text) -> BTreeSet<&'static str> {
    let mut tags = BTreeSet::new();
    match serde_json::from_str(document) {
        Ok(value) => search(&value, &mut tags),
        // What is no JSON may still be read by eye.
        Err(_) => note(document, &mut tags),
    }
    tags
}

fn search(value: &Value, tags: &mut BTreeSet<&'static str>) {
    match value {
        Value::String(text) => note(text, tags),
        Value::Array(items) => items.iter().for_each(|item| search(item, tags)),
        Value::Object(members) => {
            for (name, value) in members {
                note(name, tags);
                search(value, tags);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn note(text: &str, tags: &mut BTreeSet<&'static str>) {
    let text = text.to_lowercase();
    let is_named = |tag: &&str| text.contains(&format!("aws:principaltag/{tag}"));
    tags.extend(SESSION_TAGS.into_iter().filter(is_named));
}
