//! What the rules of diagnosis said of clusters and service accounts, and the rows of the view of findings.

mod ask;
mod concern;
mod logs;

pub use ask::Explaining;
pub use concern::{Concern, abouts, concern};
pub(in crate::app) use logs::row_explained;
pub use logs::{Logs, logs_of};

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::fleet::Fleet;
use crate::app::kubernetes::AccountKey;
use crate::app::pane::{Tone, glyph};
use crate::app::remote::Remote;
use crate::model::arn::role_name;
use crate::model::diagnosis::{Counts, Diagnosis, Finding, RuleId, Severity, Standing, Subject};
use crate::model::{AssociationKey, ClusterArn, Failure};

/// What a diagnosis is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About {
    Cluster(ClusterArn),
    /// One service account with its pods, its association and its roles: a fraction of the calls.
    Account(AccountKey),
}

impl About {
    pub fn cluster(&self) -> &ClusterArn {
        match self {
            Self::Cluster(arn) => arn,
            Self::Account(key) => &key.cluster,
        }
    }
}

/// What the rules said, and in full why some of their evidence is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosed {
    pub diagnosis: Diagnosis,
    pub failures: Vec<Failure>,
}

impl Diagnosed {
    pub fn findings(&self) -> &[Finding] {
        &self.diagnosis.findings
    }

    /// When the evidence was read.
    pub fn at(&self) -> Timestamp {
        self.diagnosis.at
    }

    pub fn counts(&self) -> Counts {
        Counts::of(self.findings())
    }
}

/// The identity of a finding, which a later diagnosis may find again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FindingKey {
    pub cluster: ClusterArn,
    pub rule: RuleId,
    pub subject: Subject,
    pub association: Option<AssociationKey>,
    /// Tells apart what a rule found twice about the same thing.
    pub nth: usize,
}

/// A finding as a part of the diagnosis that it came with.
#[derive(Debug, Clone)]
pub struct FindingRow {
    pub diagnosed: Arc<Diagnosed>,
    index: usize,
    /// What the rules say first stands first.
    pub order: String,
    /// What it is about, in words.
    pub subject: String,
}

impl FindingRow {
    pub fn finding(&self) -> Option<&Finding> {
        self.diagnosed.findings().get(self.index)
    }

    /// When its evidence was read.
    pub fn at(&self) -> Timestamp {
        self.diagnosed.at()
    }
}

impl Fleet {
    /// What was last found out, and whether more is awaited.
    pub fn diagnosis(&self, about: &About) -> Option<&Remote<Arc<Diagnosed>>> {
        match about {
            About::Cluster(arn) => self.clusters.get(arn).map(|row| &row.diagnosis),
            About::Account(key) => self.account_diagnoses.get(key),
        }
    }

    /// The same to be changed; `None` if its cluster is gone.
    pub(super) fn diagnosis_mut(&mut self, about: &About) -> Option<&mut Remote<Arc<Diagnosed>>> {
        let row = self.clusters.get_mut(about.cluster())?;
        match about {
            About::Cluster(_) => Some(&mut row.diagnosis),
            About::Account(key) => Some(self.account_diagnoses.entry(key.clone()).or_default()),
        }
    }

    /// Makes the findings of a cluster anew from its diagnosis.
    pub(super) fn refresh_findings(&mut self, cluster: &ClusterArn) {
        self.findings.remove_of(cluster);
        let row = self.clusters.get(cluster);
        let Some(diagnosed) = row.and_then(|row| row.diagnosis.value()).cloned() else {
            return;
        };
        for (index, finding) in diagnosed.findings().iter().enumerate() {
            let mut key = FindingKey {
                cluster: cluster.clone(),
                rule: finding.rule,
                subject: finding.subject.clone(),
                association: finding.association.clone(),
                nth: 0,
            };
            while self.findings.contains_key(&key) {
                key.nth += 1;
            }
            let row = FindingRow {
                diagnosed: Arc::clone(&diagnosed),
                index,
                order: format!("{index:08}"),
                subject: subject(&finding.subject),
            };
            self.findings.insert(key, row);
        }
    }
}

/// What a finding is about, in words; its cluster stands elsewhere.
pub fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Cluster => "the cluster".to_owned(),
        Subject::Addon(name) => format!("add-on {name}"),
        Subject::Update { id, .. } => format!("update {id}"),
        Subject::Node(name) => format!("node {name}"),
        Subject::Role(arn) => format!("role {}", role_name(arn)),
        Subject::Account {
            namespace,
            service_account,
        } => format!("{namespace}/{service_account}"),
    }
}

/// How bad a finding is: its sign, its word, its tone.
pub fn weight(finding: &Finding) -> (&'static str, &'static str, Tone) {
    match (&finding.standing, finding.severity) {
        (Standing::Unknown(_), _) => ("?", "unknown", Tone::Warning),
        (Standing::Found, Severity::Error) => (glyph::BAD, "error", Tone::Bad),
        (Standing::Possible, Severity::Error) => (glyph::WARNING, "error?", Tone::Warning),
        (Standing::Found, Severity::Warning) => (glyph::WARNING, "warning", Tone::Warning),
        (Standing::Possible, Severity::Warning) => (glyph::OFF, "warning?", Tone::Warning),
        (_, Severity::Info) => (glyph::OFF, "info", Tone::Muted),
    }
}

/// The place of a finding among others, the worst first; what is not known stands before what is only good to know.
pub fn rank(finding: &Finding) -> i64 {
    match (&finding.standing, finding.severity) {
        (Standing::Unknown(_), _) => 4,
        (Standing::Found, Severity::Error) => 0,
        (Standing::Possible, Severity::Error) => 1,
        (Standing::Found, Severity::Warning) => 2,
        (Standing::Possible, Severity::Warning) => 3,
        (_, Severity::Info) => 5,
    }
}
