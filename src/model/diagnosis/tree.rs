//! Findings under what brings them about.

use std::collections::HashMap;

use super::{Finding, RuleId, Standing, Subject};
use crate::model::AssociationKey;

/// A finding, and what it brings about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch<'a> {
    pub finding: &'a Finding,
    pub consequences: Vec<Branch<'a>>,
}

impl<'a> Branch<'a> {
    /// The finding and all that it brings about, from the cause downwards.
    pub fn all(&self) -> Vec<&'a Finding> {
        let below = self.consequences.iter().flat_map(Branch::all);
        std::iter::once(self.finding).chain(below).collect()
    }
}

/// Puts each finding under its cause, in the order in which they come; one whose cause is not among them stands on
/// its own.
pub fn forest<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Branch<'a>> {
    let findings: Vec<&Finding> = findings.into_iter().collect();
    let causes = Causes::of(&findings);
    let mut below: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut roots = Vec::new();
    let parents: Vec<Option<usize>> = (0..findings.len()).map(|one| causes.of_one(one)).collect();
    for one in 0..findings.len() {
        match parents.get(one).copied().flatten() {
            Some(parent) if !is_circle(&parents, one) => below.entry(parent).or_default().push(one),
            _ => roots.push(one),
        }
    }
    grow(&findings, &below, &roots)
}

fn grow<'a>(
    findings: &[&'a Finding],
    below: &HashMap<usize, Vec<usize>>,
    here: &[usize],
) -> Vec<Branch<'a>> {
    here.iter()
        .filter_map(|one| {
            let finding = *findings.get(*one)?;
            let consequences = below.get(one).map(|next| grow(findings, below, next));
            Some(Branch {
                finding,
                consequences: consequences.unwrap_or_default(),
            })
        })
        .collect()
}

/// Whether the way up from a finding comes back to it: rules that name each other must not hide each other.
fn is_circle(parents: &[Option<usize>], one: usize) -> bool {
    let mut at = one;
    for _ in 0..parents.len() {
        match parents.get(at).copied().flatten() {
            Some(next) if next == one => return true,
            Some(next) => at = next,
            None => return false,
        }
    }
    // It runs into a circle that it is no part of, which is broken where it closes.
    false
}

/// Where the finding stands that a rule gave about something.
struct Causes<'a> {
    findings: &'a [&'a Finding],
    by_subject: HashMap<(RuleId, &'a Subject), usize>,
    by_association: HashMap<(RuleId, &'a AssociationKey), usize>,
}

impl<'a> Causes<'a> {
    fn of(findings: &'a [&'a Finding]) -> Self {
        let (mut by_subject, mut by_association) = (HashMap::new(), HashMap::new());
        for (index, finding) in findings.iter().enumerate() {
            // What is not known brings nothing about.
            if matches!(finding.standing, Standing::Unknown(_)) {
                continue;
            }
            by_subject
                .entry((finding.rule, &finding.subject))
                .or_insert(index);
            if let Some(association) = &finding.association {
                by_association
                    .entry((finding.rule, association))
                    .or_insert(index);
            }
        }
        Self {
            findings,
            by_subject,
            by_association,
        }
    }

    /// The cause about the same thing, or about the same association, or about the whole cluster.
    fn of_one(&self, one: usize) -> Option<usize> {
        let finding = self.findings.get(one)?;
        let rule = finding.cause?;
        let same = self.by_subject.get(&(rule, &finding.subject));
        let association = finding.association.as_ref();
        let associated = association.and_then(|key| self.by_association.get(&(rule, key)));
        let cluster = self.by_subject.get(&(rule, &Subject::Cluster));
        let found = same.or(associated).or(cluster).copied();
        found.filter(|cause| *cause != one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diagnosis::Severity;

    fn finding(rule: &'static str, subject: Subject, cause: Option<&'static str>) -> Finding {
        Finding {
            rule: RuleId(rule),
            severity: Severity::Error,
            standing: Standing::Found,
            subject,
            pods: Vec::new(),
            association: None,
            summary: rule.into(),
            explanation: "".into(),
            proofs: Vec::new(),
            remedies: Vec::new(),
            cause: cause.map(RuleId),
        }
    }

    fn account(name: &str) -> Subject {
        Subject::Account {
            namespace: "ns".into(),
            service_account: name.into(),
        }
    }

    fn drawn(branches: &[Branch<'_>]) -> String {
        let one = |branch: &Branch<'_>| match branch.consequences.as_slice() {
            [] => branch.finding.rule.to_string(),
            below => format!("{}({})", branch.finding.rule, drawn(below)),
        };
        let parts: Vec<String> = branches.iter().map(one).collect();
        parts.join(" ")
    }

    #[test]
    fn consequences_stand_under_the_cause_of_the_same_thing_or_of_the_cluster() {
        let findings = [
            finding("agent", Subject::Cluster, None),
            finding("trust", account("a"), None),
            finding("trust", account("b"), None),
            finding("refused", account("b"), Some("trust")),
            finding("timeout", account("a"), Some("agent")),
            finding("deep", account("b"), Some("refused")),
            finding("alone", account("c"), Some("trust")),
        ];
        let tree = forest(&findings);
        assert_eq!(
            drawn(&tree),
            "agent(timeout) trust trust(refused(deep)) alone"
        );
        let all: Vec<_> = tree.iter().flat_map(Branch::all).collect();
        assert_eq!(all.len(), findings.len(), "nothing is lost");
    }

    #[test]
    fn what_is_not_known_is_no_cause_and_circles_lose_nothing() {
        let mut unknown = finding("trust", account("a"), None);
        unknown.standing = Standing::Unknown("needs iam:GetRole".into());
        let refused = finding("refused", account("a"), Some("trust"));
        assert_eq!(drawn(&forest([&unknown, &refused])), "trust refused");
        let circle = [
            finding("one", account("a"), Some("two")),
            finding("two", account("a"), Some("one")),
            finding("own", account("a"), Some("own")),
        ];
        let tree = forest(&circle);
        let all: Vec<_> = tree.iter().flat_map(Branch::all).collect();
        assert_eq!(all.len(), 3, "{}", drawn(&tree));
    }
}
