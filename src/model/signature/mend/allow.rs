//! What lets a role do what it was refused: it depends on whose policy stands in the way.

use serde_json::{Value, json};

use crate::model::arn::{account_of, role_name};
use crate::model::diagnosis::remedy::{advice, statement};
use crate::model::diagnosis::{Binding, Look, Remedy};
use crate::model::signature::refusal::{Barrier, Policy, Refusal};
use crate::model::text::visible;

pub(super) fn remedies(
    look: &Look<'_>,
    binding: Option<Binding<'_>>,
    refusal: Option<&Refusal>,
) -> Vec<Remedy> {
    let Some(refusal) = refusal else {
        return vec![advice("allow the action in a policy of the role")];
    };
    let action = visible(&refusal.action);
    match refusal.barrier {
        Some(Barrier::Denied(policy)) => {
            let whose = policy.words();
            vec![advice(format!(
                "{whose} denies {action}: have the Deny narrowed, no permission outweighs it"
            ))]
        }
        Some(Barrier::Missing(
            policy @ (Policy::Boundary | Policy::Session | Policy::Organisation),
        )) => {
            let whose = policy.words();
            vec![advice(format!(
                "have {whose} allow {action}: more permissions of the role do not help"
            ))]
        }
        Some(Barrier::Missing(Policy::Resource)) => {
            by_resource(look, role_arn(binding, refusal), refusal)
        }
        Some(Barrier::Missing(Policy::Endpoint)) => {
            vec![by_endpoint(role_arn(binding, refusal), refusal)]
        }
        Some(Barrier::Missing(Policy::Identity)) => vec![by_role(refusal)],
        None => vec![
            by_role(refusal),
            advice(
                "a permissions boundary, the session policy of the association or a policy of the organisation may stand in the way as well",
            ),
        ],
    }
}

/// The role that was refused, if it is one of the association's: its session does not tell its path.
fn role_arn<'a>(binding: Option<Binding<'a>>, refusal: &Refusal) -> Option<&'a str> {
    let detail = binding?.detail.known()?;
    let mut roles = [&detail.role, &detail.target_role].into_iter().flatten();
    let role = roles.find(|role| Some(role_name(role)) == refusal.role.as_deref())?;
    Some(role)
}

fn whose(refusal: &Refusal) -> String {
    match &refusal.role {
        Some(role) => format!("the role {}", visible(role)),
        None => "the role".to_owned(),
    }
}

fn by_role(refusal: &Refusal) -> Remedy {
    let whose = whose(refusal);
    let Some(resource) = &refusal.resource else {
        let action = visible(&refusal.action);
        return advice(format!(
            "if it is meant to, allow {action} in a policy of {whose}"
        ));
    };
    statement(
        format!("if it is meant to, add this statement to a policy of {whose}"),
        &json!({"Effect": "Allow", "Action": &*refusal.action, "Resource": &**resource}),
    )
}

/// The policy of the resource, and that of the role too where both must allow it: across accounts.
fn by_resource(look: &Look<'_>, role: Option<&str>, refusal: &Refusal) -> Vec<Remedy> {
    let (action, whose) = (visible(&refusal.action), whose(refusal));
    let (Some(role), Some(resource)) = (role, refusal.resource.as_deref()) else {
        let words = format!(
            "if it is meant to, allow {action} to {whose} in the policy of the resource; where that is of another account, a policy of the role must allow it, too"
        );
        return vec![advice(words)];
    };
    // What a trust policy is about is the role that has it.
    let is_trust = refusal.action.starts_with("sts:");
    let mut allowing = json!({
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": &*refusal.action,
    });
    if let (false, Some(members)) = (is_trust, allowing.as_object_mut()) {
        members.insert("Resource".to_owned(), resource.into());
    }
    let policy = if is_trust {
        "the trust policy"
    } else {
        "the policy"
    };
    let title = format!(
        "if it is meant to, add this statement to {policy} of {}",
        visible(resource)
    );
    let first = statement(title, &allowing);
    match account_of(resource) {
        Some(account) if account == look.evidence.arn.account() => vec![first],
        Some(_) => vec![first, by_role(refusal)],
        // As buckets, which do not say whose they are.
        None => vec![
            first,
            advice(format!(
                "if the resource is of another account, allow {action} in a policy of {whose}, too"
            )),
        ],
    }
}

/// Endpoints of gateways take no principal but everybody, so that the condition has to tell who it is.
fn by_endpoint(role: Option<&str>, refusal: &Refusal) -> Remedy {
    let (Some(role), Some(resource)) = (role, refusal.resource.as_deref()) else {
        let (action, whose) = (visible(&refusal.action), whose(refusal));
        return advice(format!(
            "have the policy of the VPC endpoint allow {action} to {whose}: more permissions of the role do not help"
        ));
    };
    let allowing: Value = json!({
        "Effect": "Allow",
        "Principal": "*",
        "Action": &*refusal.action,
        "Resource": resource,
        "Condition": {"ArnEquals": {"aws:PrincipalArn": role}},
    });
    statement(
        "if it is meant to, add this statement to the policy of the VPC endpoint",
        &allowing,
    )
}
