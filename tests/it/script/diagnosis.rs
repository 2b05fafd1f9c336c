//! Diagnoses, as data.

use jiff::Timestamp;
use roledex::app::diagnosis::{About, Diagnosed};
use roledex::app::kubernetes::AccountKey;
use roledex::app::{Request, Step, Ticket};
use roledex::model::diagnosis::{
    Diagnosis, Evidence, Finding, Proof, Remedy, RemedyKind, RuleId, Severity, Standing, Subject,
};
use roledex::model::pod::Pod;
use roledex::model::signature::{LogsRead, Looked, Seen, findings, scan};
use roledex::model::{ClusterArn, Failure, FailureKind, UpdateSubject};

use super::Script;

pub(crate) fn about_account(cluster: &ClusterArn, namespace: &str, name: &str) -> About {
    About::Account(AccountKey {
        cluster: cluster.clone(),
        namespace: namespace.into(),
        name: name.into(),
    })
}

pub(crate) fn of_account(namespace: &str, service_account: &str) -> Subject {
    Subject::Account {
        namespace: namespace.into(),
        service_account: service_account.into(),
    }
}

pub(crate) fn of_update(addon: &str, id: &str) -> Subject {
    Subject::Update {
        of: UpdateSubject::Addon(addon.into()),
        id: id.into(),
    }
}

pub(crate) fn error(rule: &'static str, subject: Subject, summary: &str) -> Finding {
    Finding {
        rule: RuleId(rule),
        severity: Severity::Error,
        standing: Standing::Found,
        subject,
        pods: Vec::new(),
        association: None,
        summary: summary.into(),
        explanation: "".into(),
        proofs: Vec::new(),
        remedies: Vec::new(),
        cause: None,
    }
}

/// What a line in the log of a pod is told as.
pub(crate) fn logged(cluster: &ClusterArn, subject: Subject, pod: &Pod, line: &str) -> Finding {
    let seen = Seen {
        found: scan([line]).remove(0),
        pod,
        container: "app",
        previous: false,
        subject,
    };
    let evidence = Evidence::nothing(cluster.clone(), Timestamp::UNIX_EPOCH);
    findings(&evidence, vec![seen]).remove(0)
}

pub(crate) fn warning(rule: &'static str, subject: Subject, summary: &str) -> Finding {
    Finding {
        severity: Severity::Warning,
        ..error(rule, subject, summary)
    }
}

pub(crate) fn unknown(rule: &'static str, subject: Subject, summary: &str, needs: &str) -> Finding {
    Finding {
        standing: Standing::Unknown(needs.into()),
        ..error(rule, subject, summary)
    }
}

pub(crate) fn because(finding: Finding, cause: &'static str) -> Finding {
    Finding {
        cause: Some(RuleId(cause)),
        ..finding
    }
}

pub(crate) fn proof(call: &str, field: &str, value: &str) -> Proof {
    Proof {
        call: call.into(),
        field: field.into(),
        value: value.into(),
    }
}

pub(crate) fn command(title: &str, text: &str) -> Remedy {
    Remedy {
        kind: RemedyKind::Command,
        title: title.into(),
        text: text.into(),
    }
}

/// A diagnosis with a bit of everything, and text that means no good.
pub(crate) fn some(about: &About, at: Timestamp) -> Diagnosed {
    let account = || of_account("shop", "api\u{1b}[2J");
    let findings = vec![
        error("agent", Subject::Cluster, "no agent"),
        because(
            Finding {
                pods: vec!["api-1".into(), "api-2".into()],
                proofs: vec![proof("GET pods", "spec\u{202e}", "va\u{1b}[31mlue")],
                remedies: vec![command("mend", "kubectl\napply")],
                ..error("refused", account(), "refused")
            },
            "agent",
        ),
        warning(
            "old",
            Subject::Role("arn:aws:iam::111122223333:role/a".into()),
            "old",
        ),
        error("failed", of_update("vpc-cni", "u-1"), "failed"),
        unknown("trust", account(), "not known", "needs iam:GetRole"),
    ];
    let cluster = about.cluster().clone();
    let failure = Failure::new(FailureKind::Denied, "read role a", "no iam:GetRole").hint("ask");
    Diagnosed {
        diagnosis: Diagnosis {
            cluster,
            at,
            findings,
        },
        failures: vec![failure],
    }
}

/// What logs said, with text that means no good.
pub(crate) fn logs(at: Timestamp) -> LogsRead {
    let looked = Looked {
        agent_of: Some("node\u{1b}[2J".into()),
        namespace: "shop".into(),
        pod: "api\u{202e}".into(),
        container: "app".into(),
        lines: Some(200),
    };
    let findings = vec![
        Finding {
            proofs: vec![proof("GET pods shop/api/log", "", "\u{1b}[31mline")],
            ..warning("sdk-go-too-old", of_account("shop", "api"), "old")
        },
        unknown("logs-unread", Subject::Cluster, "not known", "needs more"),
    ];
    LogsRead {
        at,
        looked: vec![looked; 3],
        findings,
    }
}

impl Script {
    /// What is being diagnosed, oldest first.
    pub(crate) fn diagnosing(&self) -> Vec<About> {
        let open = self.open().into_iter();
        open.filter_map(|request| match request {
            Request::Diagnose { about, .. } => Some(about),
            _ => None,
        })
        .collect()
    }

    pub(crate) fn diagnosis(&self, wanted: &About) -> Ticket {
        self.ticket(|request| matches!(request, Request::Diagnose { about, .. } if about == wanted))
    }

    /// Answers an open diagnosis.
    pub(crate) fn diagnosed(&mut self, about: &About, findings: Vec<Finding>) -> &mut Self {
        self.diagnosed_in_part(about, findings, Vec::new())
    }

    /// Answers an open diagnosis of which some evidence could not be read.
    pub(crate) fn diagnosed_in_part(
        &mut self,
        about: &About,
        findings: Vec<Finding>,
        failures: Vec<Failure>,
    ) -> &mut Self {
        let ticket = self.diagnosis(about);
        let diagnosis = Diagnosis {
            cluster: about.cluster().clone(),
            at: self.now,
            findings,
        };
        let diagnosed = Diagnosed {
            diagnosis,
            failures,
        };
        self.step(ticket, Step::Diagnosed(Box::new(diagnosed)));
        self.done(ticket, Ok(()))
    }
}
