//! Add-ons that own associations: what they and a person make of the same thing.

use crate::model::diagnosis::remedy::{advice, command};
use crate::model::diagnosis::rules::association::deletion;
use crate::model::diagnosis::{Binding, Finding, Look, Rule, RuleId, Severity};
use crate::model::text::visible;
use crate::model::{AssociationDetail, Learned};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: RuleId("add-on-association-changed"),
        rows: &[65],
        severity: Severity::Warning,
        title: "an association that an add-on owns was changed behind its back",
        explanation: "an add-on sets the role only, and makes the association again as it wants it: what was changed by hand goes with the next update of the add-on",
        after: &[],
        judge: changed,
    },
    Rule {
        id: RuleId("add-on-owner-gone"),
        rows: &[65],
        severity: Severity::Warning,
        title: "the add-on that owns an association is not there, or does not know it",
        explanation: "nobody keeps the association any more, and what EKS lets a person do with it is not documented",
        after: &[],
        judge: orphaned,
    },
];

const LIST: &str = "eks:ListPodIdentityAssociations";
const DESCRIBE: &str = "eks:DescribePodIdentityAssociation";

fn changed(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    rule.of_each(look, |binding, detail| {
        let owner = binding.association.owner_name()?;
        let members = foreign(detail);
        let first = members.first()?;
        let shown = visible(owner);
        let summary = format!(
            "the association of {} has {first}, which its owner, the add-on {shown}, does not set",
            binding.name()
        );
        let finding = rule.found(binding.subject(), summary).proof(
            LIST,
            "associations[].ownerArn",
            binding.association.owner.clone().unwrap_or_default(),
        );
        let finding = members.iter().fold(finding, |finding, member| {
            finding.proof(DESCRIBE, format!("association.{member}"), "present")
        });
        let written = look.eks("describe-addon", &[("--addon-name", owner)]);
        Some(
            finding
                .remedy(advice(format!(
                    "take the service account out of the add-on {shown}, and create an association of one's own for it"
                )))
                .remedy(command("see what the add-on has", written)),
        )
    })
}

/// Members of an association that no add-on sets.
fn foreign(detail: &AssociationDetail) -> Vec<&'static str> {
    let mut members = Vec::new();
    if detail.target_role.is_some() {
        members.push("targetRoleArn");
    }
    if !detail.session_tags() {
        members.push("disableSessionTags");
    }
    if detail.policy().is_some() {
        members.push("policy");
    }
    members
}

fn orphaned(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    let mut findings = rule.more_associations(look);
    for binding in look.bindings() {
        let Some(owner) = &binding.association.owner else {
            continue;
        };
        let addons = match &look.evidence.addons {
            Learned::Known(addons) => addons.as_slice(),
            Learned::Absent => &[],
            unknown => {
                let needs = unknown.unknown();
                findings.extend(needs.map(|needs| rule.unknown(binding.subject(), needs)));
                continue;
            }
        };
        let is_kept = addons
            .iter()
            .any(|addon| addon.owns(binding.association) && lists(&addon.associations, &binding));
        if is_kept {
            continue;
        }
        let name = binding.association.owner_name().unwrap_or(owner);
        let summary = format!(
            "the add-on {} owns the association of {}, and does not name it",
            visible(name),
            binding.name()
        );
        findings.push(
            rule.found(binding.subject(), summary)
                .of_association(binding.association)
                .proof(LIST, "associations[].ownerArn", owner.clone())
                .proof(
                    "eks:ListAddons",
                    "addons[]",
                    names(addons.iter().map(|addon| &*addon.key.name)),
                )
                .remedy(deletion(look, &binding)),
        );
    }
    findings
}

/// Whether an add-on names the association; without its ARN that cannot be told, and is taken for granted.
fn lists(associations: &[crate::model::Text], binding: &Binding<'_>) -> bool {
    let arn = binding.association.arn.as_ref();
    arn.is_none_or(|arn| associations.contains(arn))
}

fn names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
