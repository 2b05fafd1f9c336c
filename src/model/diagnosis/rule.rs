//! What a rule is, and how its findings are begun.

use super::finding::{Finding, RuleId, Severity, Standing, Subject};
use super::look::Look;
use crate::model::Text;

/// One rule: pure, and the same for the screen and the command line.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub id: RuleId,
    /// Rows of the decision table that it covers.
    pub rows: &'static [u8],
    /// Of a finding that says nothing else.
    pub severity: Severity,
    /// What is wrong where it finds something, in a few words.
    pub title: &'static str,
    /// Why that matters.
    pub explanation: &'static str,
    /// Rules whose findings bring those of this one about, the likeliest first.
    ///
    /// Where one of them found something about the same subject, the same association or the whole cluster, that is
    /// made the cause, unless the rule names one itself.
    pub after: &'static [RuleId],
    pub judge: fn(&Rule, &Look<'_>) -> Vec<Finding>,
}

impl Rule {
    /// Begins a finding of what is so.
    pub(super) fn found(&self, subject: Subject, summary: impl Into<Text>) -> Finding {
        self.finding(Standing::Found, subject, summary.into())
    }

    /// Begins a finding of what may be so.
    pub(super) fn possible(&self, subject: Subject, summary: impl Into<Text>) -> Finding {
        self.finding(Standing::Possible, subject, summary.into())
    }

    /// Says that it is not known, and what it takes, such as `needs iam:GetRole`.
    ///
    /// To be said of each subject: those that lack the same are put together afterwards.
    pub(super) fn unknown(&self, subject: Subject, needs: impl Into<Text>) -> Finding {
        let summary = format!("not known: {}", self.title);
        self.finding(Standing::Unknown(needs.into()), subject, summary.into())
    }

    fn finding(&self, standing: Standing, subject: Subject, summary: Text) -> Finding {
        Finding {
            rule: self.id,
            severity: self.severity,
            standing,
            subject,
            pods: Vec::new(),
            association: None,
            summary,
            explanation: self.explanation.into(),
            proofs: Vec::new(),
            remedies: Vec::new(),
            cause: None,
        }
    }
}
