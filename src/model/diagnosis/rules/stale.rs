//! Pods that act as an association said before.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::model::census::Part;
use crate::model::diagnosis::renew::renewed;
use crate::model::diagnosis::{Finding, Look, Rule, RuleId, Severity};
use crate::model::identity::{Note, effective};
use crate::model::pod::Pod;

pub(super) const RULES: &[Rule] = &[Rule {
    id: RuleId("pods-predate-change"),
    rows: &[69],
    severity: Severity::Warning,
    title: "pods started before the association was changed, and may still act as it said then",
    explanation: "the agent keeps credentials for three hours and a program for up to six, of a target role for one; a restart takes the new ones at once",
    after: &[],
    judge,
}];

fn judge(rule: &Rule, look: &Look<'_>) -> Vec<Finding> {
    rule.of_each(look, |binding, detail| {
        let association = binding.association;
        let (namespace, name) = (&association.namespace, &association.service_account);
        if let Some(needs) = look.census_gap(Part::Pods) {
            return Some(rule.unknown(binding.subject(), needs));
        }
        let pods = look.pods(namespace, name);
        let lagging: Vec<(&Pod, Timestamp)> = pods
            .into_iter()
            .filter_map(|pod| Some((pod, lags_until(look, pod)?)))
            .collect();
        let until = lagging.iter().map(|(_, until)| *until).max()?;
        let created: BTreeSet<Timestamp> =
            lagging.iter().filter_map(|(pod, _)| pod.created).collect();
        let count = match lagging.len() {
            1 => "1 pod".to_owned(),
            several => format!("{several} pods"),
        };
        let until = until.strftime("%Y-%m-%d %H:%M UTC");
        let summary = format!(
            "{count} of {} may act as before the change until {until}",
            binding.name()
        );
        let pods = || lagging.iter().map(|(pod, _)| *pod);
        let finding = rule.possible(binding.subject(), summary).pods(pods());
        let modified = detail.modified.map(|modified| modified.to_string());
        let finding = finding.proof(
            "eks:DescribePodIdentityAssociation",
            "association.modifiedAt",
            modified.unwrap_or_default(),
        );
        let oldest = created.first().map(ToString::to_string);
        Some(
            finding
                .proof(
                    "GET pods",
                    "metadata.creationTimestamp",
                    oldest.unwrap_or_default(),
                )
                .remedies(renewed(look, pods())),
        )
    })
}

/// Until when a container of the pod may act as the association said before, if one does.
fn lags_until(look: &Look<'_>, pod: &Pod) -> Option<Timestamp> {
    let verdicts = effective(&look.picture.evidence(pod));
    let notes = verdicts.iter().flat_map(|verdict| &verdict.notes);
    notes
        .filter_map(|note| match note {
            Note::RoleMayLag { until } => Some(*until),
            _ => None,
        })
        .max()
}
