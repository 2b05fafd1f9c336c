//! Rules about what stands around the pods: cluster, associations, roles, IRSA, add-ons, updates.

mod denial;
mod properties;
mod remedies;
mod table;
mod unused;
pub(crate) mod world;

use roledex::model::diagnosis::{Diagnosis, Finding, Severity, Standing, Subject};

/// `error found role-missing payments/api`
fn line(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let standing = match &finding.standing {
        Standing::Found => "found".to_owned(),
        Standing::Possible => "possible".to_owned(),
        Standing::Unknown(needs) => format!("unknown ({needs})"),
    };
    let subject = match &finding.subject {
        Subject::Cluster => "cluster".to_owned(),
        Subject::Addon(name) => format!("add-on {name}"),
        Subject::Update { id, .. } => format!("update {id}"),
        Subject::Node(name) => format!("node {name}"),
        Subject::Role(arn) => format!("role {}", arn.rsplit('/').next().unwrap()),
        Subject::Account {
            namespace,
            service_account,
        } => format!("{namespace}/{service_account}"),
    };
    format!("{severity} {standing} {} {subject}", finding.rule)
}

fn lines(diagnosis: &Diagnosis) -> Vec<String> {
    diagnosis.findings.iter().map(line).collect()
}
