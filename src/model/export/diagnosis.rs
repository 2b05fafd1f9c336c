//! What the rules found, for programs and for people.

mod open;
pub mod sarif;
pub mod text;

use serde_json::{Value, json};

use super::document::{Place, placed};
use crate::model::diagnosis::{
    Diagnosis, Finding, RemedyKind, Rule, Severity, Standing, Subject, rules,
};
use crate::model::{Document, Text};

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Standing {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Possible => "possible",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl RemedyKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Command => "command",
            Self::Statement => "statement",
            Self::Patch => "patch",
        }
    }
}

impl Subject {
    /// What kind of thing it is, as documents spell it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Addon(_) => "addon",
            Self::Update { .. } => "update",
            Self::Node(_) => "node",
            Self::Role(_) => "role",
            Self::Account { .. } => "serviceAccount",
        }
    }

    /// What it is called; the cluster itself has its own name.
    pub fn name(&self, diagnosis: &Diagnosis) -> Text {
        match self {
            Self::Cluster => diagnosis.cluster.name().into(),
            Self::Addon(name) | Self::Node(name) | Self::Role(name) => name.clone(),
            Self::Update { id, .. } => id.clone(),
            Self::Account {
                namespace,
                service_account,
            } => format!("{namespace}/{service_account}").into(),
        }
    }
}

/// The rule of a finding.
fn rule_of(finding: &Finding) -> Option<&'static Rule> {
    rules().find(|rule| rule.id == finding.rule)
}

/// A diagnosis as a document: one object a cluster, with its findings in the order in which they are to be read.
pub fn document(diagnosis: &Diagnosis, profile: Option<&str>) -> Value {
    let cluster = &diagnosis.cluster;
    let findings = diagnosis.findings.iter();
    let findings: Vec<Value> = findings
        .map(|finding| Value::Object(self::finding(finding, diagnosis)))
        .collect();
    let mut document = Document::new();
    document.insert("clusterName".to_owned(), cluster.name().into());
    document.insert("clusterArn".to_owned(), cluster.as_str().into());
    document.insert("diagnosedAt".to_owned(), diagnosis.at.to_string().into());
    document.insert("findings".to_owned(), findings.into());
    placed(document, Place::of_cluster(cluster, profile))
}

fn finding(finding: &Finding, diagnosis: &Diagnosis) -> Document {
    let mut document = Document::new();
    let mut insert = |member: &str, value: Value| document.insert(member.to_owned(), value);
    insert("rule", finding.rule.0.into());
    insert("severity", finding.severity.word().into());
    insert("standing", finding.standing.word().into());
    if let Standing::Unknown(needs) = &finding.standing {
        insert("reason", (&**needs).into());
    }
    insert("subject", subject(&finding.subject, diagnosis));
    if !finding.pods.is_empty() {
        insert("pods", texts(&finding.pods));
    }
    if let Some(association) = &finding.association {
        insert("associationId", (&*association.id).into());
    }
    insert("summary", (&*finding.summary).into());
    insert("explanation", (&*finding.explanation).into());
    let evidence = finding
        .proofs
        .iter()
        .map(|proof| json!({"call": &*proof.call, "field": &*proof.field, "value": &*proof.value}));
    insert("evidence", evidence.collect());
    let remedies = finding.remedies.iter().map(|remedy| {
        json!({
            "kind": remedy.kind.word(), "title": &*remedy.title, "text": &*remedy.text,
        })
    });
    insert("remedies", remedies.collect());
    if let Some(cause) = finding.cause {
        insert("cause", cause.0.into());
    }
    document
}

fn subject(subject: &Subject, diagnosis: &Diagnosis) -> Value {
    let mut document = json!({"kind": subject.kind(), "name": &*subject.name(diagnosis)});
    if let (
        Subject::Account {
            namespace,
            service_account,
        },
        Some(members),
    ) = (subject, document.as_object_mut())
    {
        members.insert("namespace".to_owned(), (&**namespace).into());
        members.insert("serviceAccount".to_owned(), (&**service_account).into());
    }
    document
}

fn texts(texts: &[Text]) -> Value {
    texts.iter().map(|text| &**text).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::diagnosis::{Proof, Remedy};
    use crate::model::{AssociationKey, ClusterArn};
    use jiff::Timestamp;

    /// An error with everything, its consequence, and two questions that stayed open.
    pub(in crate::model::export) fn diagnosis() -> Diagnosis {
        let cluster = ClusterArn::parse("arn:aws:eks:eu-west-1:111122223333:cluster/shop").unwrap();
        let mut known = rules().map(|rule| rule.id);
        let (first, second) = (known.next().unwrap(), known.next().unwrap());
        let account = Subject::Account {
            namespace: "payments".into(),
            service_account: "api".into(),
        };
        let error = Finding {
            rule: first,
            severity: Severity::Error,
            standing: Standing::Found,
            subject: account.clone(),
            pods: (0..5).map(|n| format!("api-{n}").into()).collect(),
            association: Some(AssociationKey {
                cluster: cluster.clone(),
                id: "a-1".into(),
            }),
            summary: "the role payments-api is not there".into(),
            explanation: "EKS cannot assume a role that was deleted".into(),
            proofs: vec![Proof {
                call: "iam:GetRole".into(),
                field: "Error.Code".into(),
                value: "NoSuchEntity\u{1b}[31m".into(),
            }],
            remedies: vec![
                Remedy {
                    kind: RemedyKind::Advice,
                    title: "choose another role".into(),
                    text: "name a role that is there".into(),
                },
                Remedy {
                    kind: RemedyKind::Command,
                    title: "with the AWS CLI".into(),
                    text: "aws eks update-pod-identity-association --cluster-name shop".into(),
                },
                Remedy {
                    kind: RemedyKind::Statement,
                    title: "allow it".into(),
                    text: "{\n  \"Effect\": \"Allow\"\n}".into(),
                },
            ],
            cause: None,
        };
        let plain = |standing, subject, severity, cause| Finding {
            rule: second,
            standing,
            subject,
            severity,
            cause,
            pods: Vec::new(),
            association: None,
            summary: "something else".into(),
            proofs: Vec::new(),
            remedies: Vec::new(),
            ..error.clone()
        };
        let unknown = Standing::Unknown("needs iam:GetRole".into());
        Diagnosis {
            cluster: cluster.clone(),
            at: Timestamp::UNIX_EPOCH,
            findings: vec![
                error.clone(),
                plain(
                    Standing::Found,
                    account.clone(),
                    Severity::Warning,
                    Some(first),
                ),
                plain(Standing::Possible, Subject::Cluster, Severity::Info, None),
                plain(unknown.clone(), Subject::Cluster, Severity::Error, None),
                plain(unknown, account, Severity::Error, None),
            ],
        }
    }

    #[test]
    fn a_document_holds_everything() {
        let document = document(&diagnosis(), Some("prod"));
        assert_eq!(document["clusterName"], "shop");
        assert_eq!(document["profile"], "prod");
        assert_eq!(document["accountId"], "111122223333");
        assert_eq!(document["diagnosedAt"], "1970-01-01T00:00:00Z");
        let findings = document["findings"].as_array().unwrap();
        let [error, consequence, .., unknown] = findings.as_slice() else {
            panic!("{findings:?}")
        };
        assert_eq!(error["severity"], "error");
        assert_eq!(error["standing"], "found");
        assert_eq!(error["pods"].as_array().unwrap().len(), 5);
        assert_eq!(error["associationId"], "a-1");
        assert_eq!(error["evidence"][0]["value"], "NoSuchEntity\u{1b}[31m");
        assert_eq!(error["remedies"][1]["kind"], "command");
        assert_eq!(
            error["subject"],
            json!({
                "kind": "serviceAccount", "name": "payments/api", "namespace": "payments",
                "serviceAccount": "api",
            })
        );
        assert_eq!(consequence["cause"], error["rule"]);
        assert!(error.get("cause").is_none() && error.get("reason").is_none());
        assert_eq!(unknown["reason"], "needs iam:GetRole");
    }
}
