//! One check: what was asked, what came out, why, and what would mend it.

use std::fmt;

use crate::model::plan::Ink;

/// A rule that was applied to a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub id: CheckId,
    /// What was looked at, such as `role reader`; what was found stands in the evidence.
    pub title: String,
    pub outcome: Outcome,
    /// What was found, which agrees with the outcome, and then why; safe to print.
    pub evidence: Vec<String>,
    pub fix: Option<Fix>,
}

/// How a check came out, in the order of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    Ok,
    Unknown,
    Warning,
    Blocking,
}

/// What would mend what a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub text: String,
    /// To be copied: a statement, a policy, a command.
    pub copy: Option<String>,
}

/// The names of the checks, as documents and machines know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CheckId {
    Changes,
    Current,
    Existing,
    AddOn,
    ManagedBy,
    Role,
    Trust,
    TargetRole,
    TargetPermission,
    TargetTrust,
    PolicyTags,
    ClusterStatus,
    Platform,
    Quota,
    Namespace,
    ServiceAccount,
    Placement,
    Permission,
}

impl CheckId {
    pub const ALL: [Self; 18] = [
        Self::Changes,
        Self::Current,
        Self::Existing,
        Self::AddOn,
        Self::ManagedBy,
        Self::Role,
        Self::Trust,
        Self::TargetRole,
        Self::TargetPermission,
        Self::TargetTrust,
        Self::PolicyTags,
        Self::ClusterStatus,
        Self::Platform,
        Self::Quota,
        Self::Namespace,
        Self::ServiceAccount,
        Self::Placement,
        Self::Permission,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Current => "current",
            Self::Existing => "existing",
            Self::AddOn => "add-on",
            Self::ManagedBy => "managed-by",
            Self::Role => "role",
            Self::Trust => "trust",
            Self::TargetRole => "target-role",
            Self::TargetPermission => "target-permission",
            Self::TargetTrust => "target-trust",
            Self::PolicyTags => "policy-tags",
            Self::ClusterStatus => "cluster-status",
            Self::Platform => "platform",
            Self::Quota => "quota",
            Self::Namespace => "namespace",
            Self::ServiceAccount => "service-account",
            Self::Placement => "placement",
            Self::Permission => "permission",
        }
    }
}

impl CheckId {
    /// Says whether no name overrides it: there is nothing to do, or what there is stands in the way.
    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::Changes | Self::Current | Self::Existing)
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Blocking => "blocking",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Check {
    /// What was looked at, and what was found.
    pub fn headline(&self) -> String {
        match self.evidence.first() {
            Some(finding) => format!("{}: {finding}", self.title),
            None => self.title.clone(),
        }
    }

    pub(super) fn new(
        id: CheckId,
        title: impl Into<String>,
        outcome: Outcome,
        evidence: impl Into<String>,
    ) -> Self {
        Self {
            id,
            title: title.into(),
            outcome,
            evidence: vec![evidence.into()],
            fix: None,
        }
    }

    pub(super) fn and(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    pub(super) fn fix(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.fix = Some(Fix { text, copy: None });
        self
    }

    pub(super) fn fix_with(mut self, text: impl Into<String>, copy: impl Into<String>) -> Self {
        self.fix = Some(Fix {
            text: text.into(),
            copy: Some(copy.into()),
        });
        self
    }

    pub(super) fn write(&self, ink: &mut Ink) {
        let Self {
            id,
            title,
            outcome,
            evidence,
            fix,
        } = self;
        ink.text(id.name());
        ink.text(title);
        ink.text(outcome.word());
        ink.each(evidence.iter(), |ink, line| ink.text(line));
        ink.each(fix.iter(), |ink, Fix { text, copy }| {
            ink.text(text);
            ink.maybe(copy.as_deref());
        });
    }
}
