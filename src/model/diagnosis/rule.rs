//! What a rule is, and how its findings are begun.

use super::evidence::RoleFacts;
use super::finding::{Finding, RuleId, Severity, Standing, Subject};
use super::look::{Binding, Look, gap};
use crate::model::arn::account_of;
use crate::model::{AssociationDetail, Learned, Text};

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

    /// Judges every association that was described, and says of the others that it does not know.
    pub(super) fn of_each<'a>(
        &self,
        look: &Look<'a>,
        judge: impl Fn(Binding<'a>, &'a AssociationDetail) -> Option<Finding>,
    ) -> Vec<Finding> {
        let mut findings = self.more_associations(look);
        for binding in look.bindings() {
            let finding = match binding.detail {
                Learned::Known(detail) => judge(binding, detail),
                // It is gone since it was listed.
                Learned::Absent => None,
                unknown => gap(unknown).map(|needs| self.unknown(binding.subject(), needs)),
            };
            findings.extend(finding.map(|finding| finding.of_association(binding.association)));
        }
        findings
    }

    /// The same of those whose role was read and is the one that they name; of others, other rules speak.
    pub(super) fn of_each_role<'a>(
        &self,
        look: &Look<'a>,
        judge: impl Fn(Binding<'a>, &'a AssociationDetail, &'a RoleFacts) -> Option<Finding>,
    ) -> Vec<Finding> {
        self.of_each(look, |binding, detail| {
            let Some(role) = &detail.role else {
                return Some(self.unknown(binding.subject(), "AWS sent no role"));
            };
            match look.role(role) {
                Learned::Known(facts) if facts.detail.arn == *role => judge(binding, detail, facts),
                Learned::Known(_) | Learned::Absent => None,
                _ if account_of(role) != Some(look.evidence.arn.account()) => None,
                unknown => gap(unknown).map(|needs| self.unknown(binding.subject(), needs)),
            }
        })
    }

    /// That there may be more associations than were read, if so.
    pub(super) fn more_associations(&self, look: &Look<'_>) -> Vec<Finding> {
        let gap = look.bindings_gap();
        gap.map(|needs| self.unknown(Subject::Cluster, needs))
            .into_iter()
            .collect()
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
