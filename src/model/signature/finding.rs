//! What was seen in a log, as a finding beside those of the rules.

use super::Match;
use crate::model::diagnosis::{Finding, Proof, RuleId, Standing, Subject};
use crate::model::pod::Pod;
use crate::model::text::visible;
use crate::model::{ClusterArn, Text};

impl Match {
    /// A finding of what may be so: a line of a log tells what was when it was written.
    pub fn finding(
        &self,
        cluster: &ClusterArn,
        subject: Subject,
        pod: &Pod,
        container: &str,
    ) -> Finding {
        let times = match self.count {
            1 => "one line".to_owned(),
            several => format!("{several} lines"),
        };
        let last = self.at.map(|at| format!(", the last of {at}"));
        let place = format!("log of container {}", visible(container));
        Finding {
            rule: RuleId(self.signature.id),
            severity: self.signature.severity,
            standing: Standing::Possible,
            subject,
            pods: std::iter::once(pod.name.clone()).collect(),
            association: None,
            summary: self.signature.cause.into(),
            explanation: format!(
                "the log says so in {times}{}; it tells what was when they were written",
                last.unwrap_or_default()
            )
            .into(),
            proofs: std::iter::once(Proof {
                call: format!("GET pods {}/{}/log", pod.namespace, pod.name).into(),
                field: place.into(),
                value: Text::from(visible(&self.line).into_owned()),
            })
            .collect(),
            remedies: self.signature.remedies_in(cluster).collect(),
            cause: None,
        }
    }
}
