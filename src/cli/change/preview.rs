//! A plan and its checks, as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::model::plan::{Counted, Line, Plan, Steps};
use crate::model::preflight::{Check, Preflight};
use crate::model::text::visible;
use crate::model::verdict::Verdict;

/// All that a person has to know before saying yes; safe to print.
pub(crate) fn text(title: &str, plan: &Plan, preflight: &Preflight) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let mut line = |line: &str| writeln!(text, "{line}").unwrap_or_default();
    line(title);
    let (lines, record) = (plan.lines(), plan.record_lines());
    let labels = lines.iter().chain(&record);
    let width = labels.map(|line| line.label.len()).max().unwrap_or(0);
    let labelled = |row: &Line| format!("  {:width$}  {}", row.label, row.value);
    let rows = lines.iter().map(labelled).chain(affected(plan));
    for row in rows.chain(record.iter().map(labelled)) {
        line(&row);
    }
    let diff = plan.diff();
    line("changes");
    for field in &diff {
        line(&format!("  {field}"));
    }
    if diff.is_empty() {
        line("  none: all is so already");
    }
    let warnings = plan.warnings();
    if !warnings.is_empty() {
        line("good to know");
        for warning in warnings {
            line(&format!("  {warning}"));
        }
    }
    line("checks");
    for check in preflight.checks() {
        for row in of_check(check) {
            line(&row);
        }
    }
    let commands = plan.commands();
    if !commands.is_empty() {
        line("with the AWS CLI");
        for command in commands {
            match command {
                Ok(command) => command.lines().for_each(|row| line(&format!("  {row}"))),
                Err(skip) => line(&format!("  # {skip}")),
            }
        }
    }
    text
}

/// The pods by name, as many as a person reads, and what becomes of them.
fn affected(plan: &Plan) -> Vec<String> {
    let (Some(counted), false) = (plan.pods().counted(), plan.steps() == Steps::Tag) else {
        return Vec::new();
    };
    let mut rows: Vec<String> = counted
        .named()
        .map(|pod| {
            let fate = Counted::fate(pod, plan.steps());
            format!("    {}: {fate}", visible(&pod.name))
        })
        .collect();
    let more = counted.unnamed();
    if more > 0 {
        rows.push(format!("    and {more} more"));
    }
    let afterwards = counted.afterwards(plan.steps());
    rows.extend(afterwards.map(|afterwards| format!("    {afterwards}")));
    rows
}

fn of_check(check: &Check) -> Vec<String> {
    let mut rows = vec![format!("  {:<8}  {}", check.outcome, check.headline())];
    let evidence = check.evidence.iter().skip(1);
    rows.extend(evidence.map(|sentence| format!("            {sentence}")));
    if let Some(fix) = &check.fix {
        rows.push(format!("            fix: {}", fix.text));
        let copy = fix.copy.as_deref().unwrap_or_default();
        rows.extend(
            copy.lines()
                .map(|row| format!("              {}", visible(row))),
        );
    }
    rows
}

/// The same for programs.
pub(crate) fn document(title: &str, plan: &Plan, preflight: &Preflight) -> Value {
    let target = plan.target();
    let diff = plan.diff();
    let diff: Vec<Value> = diff
        .iter()
        .map(|field| json!({"field": field.field.to_string(), "old": field.old, "new": field.new}))
        .collect();
    let checks: Vec<Value> = preflight.checks().iter().map(check).collect();
    let commands = plan.commands().into_iter();
    let commands: Vec<Value> = commands
        .map(|command| command.map_or(Value::Null, Value::from))
        .collect();
    let warnings = plan.warnings();
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    json!({
        "title": title,
        "accountId": plan.cluster().account(),
        "region": plan.cluster().region(),
        "clusterArn": plan.cluster().as_str(),
        "clusterName": plan.cluster().name(),
        "namespace": &*target.namespace,
        "serviceAccount": &*target.service_account,
        "associationId": target.id.as_deref(),
        "profile": plan.route().profile_name(),
        "caller": plan.caller().map(|caller| &*caller.arn),
        "pods": plan.pods().phrase(),
        "affectedPods": plan.pods().counted().map(pods),
        "changes": diff,
        "warnings": warnings,
        "checks": checks,
        "commands": commands,
    })
}

fn pods(counted: &Counted) -> Value {
    let pods = counted.pods.iter().map(|pod| {
        json!({
            "name": &*pod.name,
            "workload": pod.workload.as_ref().map(|owner| format!("{}/{}", owner.kind, owner.name)),
            "usesAssociation": match pod.uses {
                Verdict::Yes => Value::Bool(true),
                Verdict::No => Value::Bool(false),
                Verdict::Unknown => Value::Null,
            },
        })
    });
    json!({
        "pods": pods.collect::<Vec<_>>(),
        "withoutAssociation": counted.fallback.phrase(),
    })
}

fn check(check: &Check) -> Value {
    json!({
        "id": check.id.name(),
        "title": check.title,
        "outcome": check.outcome.word(),
        "evidence": check.evidence,
        "fix": check.fix.as_ref().map(|fix| json!({"text": fix.text, "copy": fix.copy})),
    })
}
