//! The order in which findings are told: causes before their consequences, the worst first.
//!
//! It depends on nothing but the findings themselves, so the order of evidence does not show.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use super::finding::{Finding, RuleId, Severity, Standing, Subject};
use super::rules;
use crate::model::Text;

/// The rule that says that Kubernetes refuses to answer; what other rules lack by it follows from it.
pub(super) const KUBERNETES_REFUSES: RuleId = RuleId("kubernetes-refuses");
/// The rule that says that it does not answer for another reason.
pub(super) const KUBERNETES_SILENT: RuleId = RuleId("kubernetes-silent");

/// Puts together what lacks the same, finds causes, and sorts.
pub(super) fn arranged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut findings = gathered(findings);
    findings.sort_by(|one, other| compare((one, one.severity), (other, other.severity)));
    findings.dedup();
    let causes: Vec<Option<usize>> = findings
        .iter()
        .enumerate()
        .map(|(index, finding)| cause_of(index, finding, &findings))
        .collect();
    let ids: Vec<Option<RuleId>> = causes
        .iter()
        .map(|cause| Some(findings.get((*cause)?)?.rule))
        .collect();
    for (finding, id) in findings.iter_mut().zip(ids) {
        finding.cause = finding.cause.or(id);
    }
    told(findings, &causes)
}

/// Unknowns of one rule that lack the same become one, about the cluster.
fn gathered(findings: Vec<Finding>) -> Vec<Finding> {
    let mut known = Vec::with_capacity(findings.len());
    let mut unknown: BTreeMap<(RuleId, Text), Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        match &finding.standing {
            Standing::Unknown(needs) => {
                let same = unknown.entry((finding.rule, needs.clone())).or_default();
                same.push(finding);
            }
            Standing::Found | Standing::Possible => known.push(finding),
        }
    }
    known.extend(unknown.into_values().filter_map(together));
    known
}

fn together(mut same: Vec<Finding>) -> Option<Finding> {
    same.sort_by(|one, other| compare((one, one.severity), (other, other.severity)));
    let mut subjects: Vec<&Subject> = same.iter().map(|finding| &finding.subject).collect();
    subjects.dedup();
    let count = subjects.len();
    let is_wide = subjects.contains(&&Subject::Cluster);
    let mut rest = same.into_iter();
    let mut first = rest.next()?;
    if count > 1 {
        first.subject = Subject::Cluster;
        first.association = None;
        first.pods.clear();
        first.proofs.clear();
        first.remedies.truncate(1);
        if !is_wide {
            first.summary = format!("{}, {count} times", first.summary).into();
        }
        return Some(first);
    }
    for other in rest {
        first.pods.extend(other.pods);
        first.proofs.extend(other.proofs);
        first.remedies.extend(other.remedies);
    }
    first.pods.sort();
    first.pods.dedup();
    first.proofs.sort();
    first.proofs.dedup();
    first.remedies.sort();
    first.remedies.dedup();
    Some(first)
}

/// Where the cause of a finding stands, if it was found.
fn cause_of(index: usize, finding: &Finding, all: &[Finding]) -> Option<usize> {
    let refuses = [KUBERNETES_REFUSES, KUBERNETES_SILENT];
    let own = finding.cause.as_ref().map(std::slice::from_ref);
    let after = match &finding.standing {
        Standing::Unknown(_) => refuses.as_slice(),
        Standing::Found | Standing::Possible => own.unwrap_or_else(|| {
            let rule = rules().find(|rule| rule.id == finding.rule);
            rule.map_or(&[], |rule| rule.after)
        }),
    };
    after.iter().find_map(|id| {
        let mut causes = all.iter().enumerate();
        let found = causes.find(|(other, cause)| {
            *other != index && cause.rule == *id && brings_about(cause, finding)
        });
        found.map(|(other, _)| other)
    })
}

fn brings_about(cause: &Finding, finding: &Finding) -> bool {
    let is_same_gap = match (&cause.standing, &finding.standing) {
        (Standing::Unknown(one), Standing::Unknown(other)) => one == other,
        // What may be so does not explain what is so.
        (one, other) => rank(one) <= rank(other),
    };
    let is_related = cause.subject == finding.subject
        || cause.subject == Subject::Cluster
        || (cause.association.is_some() && cause.association == finding.association);
    is_same_gap && is_related
}

fn rank(standing: &Standing) -> u8 {
    match standing {
        Standing::Found => 0,
        Standing::Possible => 1,
        Standing::Unknown(_) => 2,
    }
}

/// Each cause, the one with the worst consequences first, and under it what it brings about.
fn told(findings: Vec<Finding>, causes: &[Option<usize>]) -> Vec<Finding> {
    let weights = weights(&findings, causes);
    let mut waiting: Vec<Option<Finding>> = findings.into_iter().map(Some).collect();
    let mut order: Vec<usize> = (0..waiting.len()).collect();
    order.sort_by(|one, other| {
        let at = |index: usize| {
            let finding = waiting.get(index)?.as_ref()?;
            Some((finding, *weights.get(index)?))
        };
        match (at(*one), at(*other)) {
            (Some(one), Some(other)) => compare(one, other),
            _ => Ordering::Equal,
        }
    });
    let mut told = Vec::with_capacity(waiting.len());
    let is_root = |index: &usize| causes.get(*index).is_some_and(Option::is_none);
    // Whatever stands in a ring of causes has no root, and is told all the same.
    for root in order.iter().filter(|index| is_root(index)).chain(&order) {
        let mut open = vec![*root];
        while let Some(index) = open.pop() {
            let Some(finding) = waiting.get_mut(index).and_then(Option::take) else {
                continue;
            };
            told.push(finding);
            let consequences = order
                .iter()
                .rev()
                .filter(|other| causes.get(**other) == Some(&Some(index)));
            open.extend(consequences);
        }
    }
    told
}

/// The severity of each finding, or of the worst that it brings about.
fn weights(findings: &[Finding], causes: &[Option<usize>]) -> Vec<Severity> {
    let mut weights: Vec<Severity> = findings.iter().map(|finding| finding.severity).collect();
    for (index, finding) in findings.iter().enumerate() {
        let mut at = index;
        for _ in 0..findings.len() {
            let Some(Some(cause)) = causes.get(at) else {
                break;
            };
            at = *cause;
            if let Some(weight) = weights.get_mut(at) {
                *weight = finding.severity.max(*weight);
            }
        }
    }
    weights
}

fn compare((one, weight): (&Finding, Severity), (other, heavy): (&Finding, Severity)) -> Ordering {
    let key = |finding: &Finding, weight| {
        (
            rank(&finding.standing),
            Reverse(weight),
            finding.subject.clone(),
            row(finding.rule),
            finding.rule,
        )
    };
    let rest = |finding: &Finding| {
        (
            finding.standing.clone(),
            finding.association.clone(),
            finding.summary.clone(),
            finding.proofs.clone(),
            finding.pods.clone(),
            finding.remedies.clone(),
            finding.explanation.clone(),
            finding.severity,
            finding.cause,
        )
    };
    key(one, weight)
        .cmp(&key(other, heavy))
        .then_with(|| rest(one).cmp(&rest(other)))
}

/// The first row of the decision table that a rule covers: the table is to be read from the top.
fn row(id: RuleId) -> u8 {
    let rule = rules().find(|rule| rule.id == id);
    let first = rule.and_then(|rule| rule.rows.iter().min());
    first.copied().unwrap_or(u8::MAX)
}
