//! What was seen in logs, as findings beside those of the rules.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Match;
use crate::model::Text;
use crate::model::diagnosis::{Evidence, Finding, Look, Proof, RuleId, Standing, Subject, looking};
use crate::model::pod::Pod;
use crate::model::text::visible;

/// Of so many logs the lines are shown, where several say the same.
const SHOWN: usize = 3;

/// A signature in the log of a container.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    pub found: Match,
    pub pod: &'a Pod,
    pub container: &'a str,
    /// The container that ran before the one that runs now.
    pub previous: bool,
    pub subject: Subject,
}

/// Findings of what was seen: one for each signature and subject, the worst first, with a few lines to show for it.
pub fn findings(evidence: &Evidence, mut seen: Vec<Seen<'_>>) -> Vec<Finding> {
    // Logs come in the order in which they are answered.
    seen.sort_by_key(|one| {
        let pod = one.pod;
        (
            pod.namespace.clone(),
            pod.name.clone(),
            one.container.to_owned(),
            one.previous,
        )
    });
    let all = looking(evidence, |look| {
        seen.iter()
            .map(|seen| seen.finding(look))
            .collect::<Vec<_>>()
    });
    let mut known: BTreeMap<(RuleId, Subject), Finding> = BTreeMap::new();
    for finding in all {
        match known.get_mut(&(finding.rule, finding.subject.clone())) {
            Some(known) => add(known, finding),
            None => {
                known.insert((finding.rule, finding.subject.clone()), finding);
            }
        }
    }
    let mut findings: Vec<Finding> = known.into_values().collect();
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

fn add(known: &mut Finding, other: Finding) {
    known.pods.extend(other.pods);
    known.pods.sort();
    known.pods.dedup();
    known.proofs.extend(other.proofs);
    known.proofs.truncate(SHOWN);
    for remedy in other.remedies {
        if !known.remedies.contains(&remedy) {
            known.remedies.push(remedy);
        }
    }
}

impl Seen<'_> {
    /// A finding of what may be so: a line of a log tells what was when it was written.
    fn finding(&self, look: &Look<'_>) -> Finding {
        let Self { found, pod, .. } = self;
        let times = match found.count {
            1 => "one line".to_owned(),
            several => format!("{several} lines"),
        };
        let last = found.at.map(|at| format!(", the last of {at}"));
        let container = visible(self.container);
        let field = if self.previous {
            format!("log of container {container} before its last restart")
        } else {
            format!("log of container {container}")
        };
        Finding {
            rule: RuleId(found.signature.id),
            severity: found.signature.severity,
            standing: Standing::Possible,
            subject: self.subject.clone(),
            pods: std::iter::once(pod.name.clone()).collect(),
            association: None,
            summary: found.signature.cause.into(),
            explanation: format!(
                "the log says so in {times}{}; it tells what was when they were written",
                last.unwrap_or_default()
            )
            .into(),
            proofs: std::iter::once(Proof {
                call: format!("GET pods {}/{}/log", pod.namespace, pod.name).into(),
                field: field.into(),
                value: Text::from(visible(&found.line).into_owned()),
            })
            .collect(),
            remedies: found.remedies(look, pod),
            cause: None,
        }
    }
}
