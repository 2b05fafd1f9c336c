//! SARIF 2.1.0: findings as tools that watch over code and configuration read them.
//!
//! What may be so is of the kind `review`, and what is not known is `open`: SARIF gives both no level, so that neither
//! counts as a failure, and neither is lost.

use serde_json::{Map, Value, json};

use super::rule_of;
use crate::model::Failure;
use crate::model::diagnosis::{Diagnosis, Finding, Rule, Severity, Standing, rules};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One log of one run: every rule, what it found, and what could not be read.
pub fn log<'a>(
    diagnoses: impl IntoIterator<Item = &'a Diagnosis>,
    failures: &[Failure],
    version: &str,
) -> Value {
    let rules: Vec<&Rule> = rules().collect();
    let results = diagnoses.into_iter().flat_map(|diagnosis| {
        let findings = diagnosis.findings.iter();
        findings.map(|finding| result(finding, diagnosis, &rules))
    });
    let results: Vec<Value> = results.collect();
    let notifications = failures
        .iter()
        .map(|failure| json!({"level": "error", "message": {"text": failure.to_string()}}));
    let described: Vec<Value> = rules.iter().map(|rule| descriptor(rule)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "roledex",
                "semanticVersion": version,
                "rules": described,
            }},
            "invocations": [{
                "executionSuccessful": failures.is_empty(),
                "toolExecutionNotifications": notifications.collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.id.0,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "defaultConfiguration": {"level": level(rule.severity)},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn result(finding: &Finding, diagnosis: &Diagnosis, rules: &[&Rule]) -> Value {
    let (kind, level) = match &finding.standing {
        Standing::Found => ("fail", level(finding.severity)),
        Standing::Possible => ("review", "none"),
        Standing::Unknown(_) => ("open", "none"),
    };
    let text = match &finding.standing {
        Standing::Unknown(needs) => format!("{} ({needs})", finding.summary),
        Standing::Found | Standing::Possible => finding.summary.to_string(),
    };
    let (cluster, subject) = (&diagnosis.cluster, &finding.subject);
    let name = subject.name(diagnosis);
    let place = format!("{}/{}/{name}", cluster.as_str(), subject.kind());
    let properties = super::finding(finding, diagnosis);
    let kept = [
        "severity",
        "standing",
        "reason",
        "pods",
        "associationId",
        "evidence",
        "remedies",
        "cause",
    ];
    let properties: Map<String, Value> = properties
        .into_iter()
        .filter(|(member, _)| kept.contains(&member.as_str()))
        .collect();
    let mut result = json!({
        "ruleId": finding.rule.0,
        "kind": kind,
        "level": level,
        "message": {"text": text},
        "locations": [{"logicalLocations": [{
            "name": &*name,
            "fullyQualifiedName": place,
            "kind": "resource",
        }]}],
        "partialFingerprints": {"roledex/v1": format!("{}:{place}", finding.rule)},
        "properties": properties,
    });
    let index = rule_of(finding).and_then(|rule| {
        let mut known = rules.iter();
        known.position(|other| other.id == rule.id)
    });
    if let (Some(index), Some(members)) = (index, result.as_object_mut()) {
        members.insert("ruleIndex".to_owned(), index.into());
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FailureKind;
    use crate::model::export::diagnosis::tests::diagnosis;

    #[test]
    fn a_log_has_what_the_standard_requires() {
        let failure = Failure::new(FailureKind::Denied, "read role x", "no");
        let log = log([&diagnosis()], &[failure], "1.2.3");
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let driver = &run["tool"]["driver"];
        assert_eq!(driver["semanticVersion"], "1.2.3");
        let rules = driver["rules"].as_array().unwrap();
        for rule in rules {
            assert!(
                !rule["shortDescription"]["text"]
                    .as_str()
                    .unwrap()
                    .is_empty(),
                "{rule}"
            );
            assert!(
                !rule["fullDescription"]["text"].as_str().unwrap().is_empty(),
                "{rule}"
            );
            let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
            assert!(["note", "warning", "error"].contains(&level), "{rule}");
        }
        assert_eq!(run["invocations"][0]["executionSuccessful"], false);
        assert_eq!(
            run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"],
            "could not read role x: no"
        );
        let results = run["results"].as_array().unwrap();
        let kinds = results.iter();
        let kinds: Vec<_> = kinds
            .map(|result| {
                (
                    result["kind"].as_str().unwrap(),
                    result["level"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            kinds,
            [
                ("fail", "error"),
                ("fail", "warning"),
                ("review", "none"),
                ("open", "none"),
                ("open", "none"),
            ]
        );
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(result["message"]["text"].is_string());
            let place = &result["locations"][0]["logicalLocations"][0];
            let name = place["fullyQualifiedName"].as_str().unwrap();
            assert!(name.starts_with("arn:aws:eks:eu-west-1:111122223333:cluster/shop/"));
        }
        assert_eq!(
            results[0]["locations"][0]["logicalLocations"][0]["name"],
            "payments/api"
        );
        assert_eq!(results[0]["properties"]["remedies"][1]["kind"], "command");
    }
}
