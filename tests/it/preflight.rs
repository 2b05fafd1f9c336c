//! Preflight: each check in each of its outcomes, and what must hold of all of them.

mod association;
mod cluster;
mod consent;
mod permissions;
mod properties;
mod roles;

use roledex::model::guard::Access;
use roledex::model::plan::Plan;
use roledex::model::preflight::{
    Check, CheckId, Decision, Evidence, Need, Outcome, Placement, Preflight, RoleEvidence,
    Simulated, needed, needed_by_role,
};
use roledex::model::trust::Policy;
use roledex::model::{Cluster, Learned, Text};
use serde_json::{Value, json};

fn policy(statement: &Value) -> Policy {
    Policy::from_json(json!({"Version": "2012-10-17", "Statement": statement})).unwrap()
}

/// The usual trust policy of a role for pods.
fn pods() -> Policy {
    policy(&json!({
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }))
}

fn role(arn: &str, trust: Policy) -> Learned<RoleEvidence> {
    Learned::Known(RoleEvidence {
        arn: arn.into(),
        trust: Ok(trust),
    })
}

fn allowed(needs: Vec<Need>) -> Learned<Vec<Simulated>> {
    let answers = needs.into_iter().map(|need| Simulated {
        action: need.action,
        resource: need.resource,
        decision: Decision::Allowed,
        missing_context: Vec::new(),
        by_organisation: None,
        by_boundary: None,
    });
    Learned::Known(answers.collect())
}

fn active() -> Cluster {
    Cluster {
        status: Some("ACTIVE".into()),
        version: Some("1.34".into()),
        platform_version: Some("eks.4".into()),
        ..Cluster::default()
    }
}

/// Evidence by which everything about a plan is in order.
fn fine(plan: &Plan) -> Evidence {
    let after = plan.after();
    let first = after.and_then(|after| after.role.clone());
    let target = after.and_then(|after| after.target_role.clone());
    let first = first.unwrap_or_else(|| "none".into());
    let lets_in = policy(&json!({
        "Effect": "Allow", "Principal": {"AWS": &*first},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"ArnEquals": {"aws:PrincipalArn": &*first}},
    }));
    let current = plan.before().map(|before| before.value.clone());
    Evidence {
        current: current.map_or(Learned::Absent, Learned::Known),
        existing: Learned::Absent,
        cluster: Learned::Known(active()),
        associations: Learned::Known(12),
        role: role(&first, pods()),
        target_role: target.map_or(Learned::NotAsked, |target: Text| role(&target, lets_in)),
        role_permissions: allowed(needed_by_role(plan)),
        permissions: allowed(needed(plan)),
        namespace: Learned::Known(()),
        service_account: Learned::Known(()),
        placement: Learned::Known(Placement {
            pods: 3,
            ..Placement::default()
        }),
    }
}

fn run(plan: &Plan, evidence: &Evidence) -> Preflight {
    Preflight::run(plan, evidence, Access::Open)
}

fn check(plan: &Plan, evidence: &Evidence, id: CheckId) -> Check {
    let preflight = run(plan, evidence);
    let found = preflight.checks().iter().find(|check| check.id == id);
    found.unwrap_or_else(|| panic!("{id} is not there")).clone()
}

/// Checks the outcome and the words of its evidence and fix.
fn assert_check(found: &Check, outcome: Outcome, words: &str) {
    let fix = found.fix.as_ref();
    let text = format!(
        "{} | {} | {} | {}",
        found.title,
        found.evidence.join("; "),
        fix.map(|fix| fix.text.clone()).unwrap_or_default(),
        fix.and_then(|fix| fix.copy.clone()).unwrap_or_default(),
    );
    assert_eq!(found.outcome, outcome, "{text}");
    assert!(text.contains(words), "{words} is not in: {text}");
}

/// The three ways of not knowing, with their words.
fn unknowns<T>() -> [(Learned<T>, &'static str); 3] {
    [
        (Learned::NotAsked, "it was not asked for"),
        (Learned::Needs("svc:Ask".into()), "needs svc:Ask"),
        (
            Learned::Failed("could not ask: timed out".into()),
            "timed out",
        ),
    ]
}
