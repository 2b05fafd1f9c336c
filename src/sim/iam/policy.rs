//! Managed policies, whose documents follow from their names.

use serde_json::{Value, json};

use crate::sim::call::Call;
use crate::sim::failure::Failure;
use crate::sim::policy::Decision;
use crate::sim::reply::{self, Reply};
use crate::sim::sigv4::encoded;
use crate::sim::state::State;
use crate::sim::xml::Element;
use crate::sim::{identifier, session};

/// Returns what a managed policy says.
pub(crate) fn document(arn: &str) -> Value {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let (action, resource) = match name {
        "AdministratorAccess" => ("*", "*"),
        "AmazonEKSWorkerNodePolicy" | "AmazonEKSWorkerNodeMinimalPolicy" => {
            ("eks-auth:AssumeRoleForPodIdentity", "*")
        }
        "ReadOnlyAccess" => ("*:Describe*", "*"),
        _ => ("dynamodb:*Item", "arn:aws:dynamodb:*:*:table/*"),
    };
    json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}],
    })
}

pub(crate) fn get(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let arn = call.required_parameter("PolicyArn")?;
    let users = attached_to(call, state, arn)?;
    let name = arn.rsplit('/').next().unwrap_or_default();
    Ok(Reply::Xml(vec![Element::node(
        "Policy",
        vec![
            Element::text("PolicyName", name),
            Element::text(
                "PolicyId",
                identifier::role(arn).replacen("AROA", "ANPA", 1),
            ),
            Element::text("Arn", arn),
            Element::text("Path", "/"),
            Element::text("DefaultVersionId", "v1"),
            Element::text("AttachmentCount", users.to_string()),
            Element::text("IsAttachable", "true"),
        ],
    )]))
}

pub(crate) fn get_version(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let arn = call.required_parameter("PolicyArn")?;
    let version = call.required_parameter("VersionId")?;
    attached_to(call, state, arn)?;
    if version != "v1" {
        return Err(Failure::no_such_entity(format!(
            "Policy {arn} version {version} does not exist or is not attachable."
        )));
    }
    Ok(Reply::Xml(vec![Element::node(
        "PolicyVersion",
        vec![
            Element::text("Document", encoded(&document(arn).to_string())),
            Element::text("VersionId", version),
            Element::text("IsDefaultVersion", "true"),
            Element::text("CreateDate", reply::date(call.now)),
        ],
    )]))
}

/// Counts the roles that a policy is attached to; one that nobody uses is not in this world.
fn attached_to(call: &Call<'_>, state: &State, arn: &str) -> Result<usize, Failure> {
    let roles = call.account(state)?.roles.values();
    let count = roles
        .filter(|role| role.attached.values().any(|attached| attached == arn))
        .count();
    if count == 0 {
        return Err(Failure::no_such_entity(format!(
            "Policy {arn} does not exist or is not attachable."
        )));
    }
    Ok(count)
}

pub(crate) fn simulate(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let source = call.required_parameter("PolicySourceArn")?;
    let role = session::role(state, source).ok_or_else(|| {
        Failure::no_such_entity(format!("The entity with ARN {source} cannot be found."))
    })?;
    let members = |name: &str| -> Vec<&str> {
        let prefix = format!("{name}.member.");
        call.parameters
            .iter()
            .filter(|(key, _)| key.starts_with(&prefix))
            .map(|(_, value)| value.as_str())
            .collect()
    };
    let actions = members("ActionNames");
    if actions.is_empty() {
        call.required_parameter("ActionNames.member.1")?;
    }
    let mut resources = members("ResourceArns");
    if resources.is_empty() {
        resources.push("*");
    }
    let mut results = Vec::new();
    for action in actions {
        for resource in &resources {
            let decision = match session::decide(role, action, resource, &Vec::new()) {
                Decision::Allowed => "allowed",
                Decision::ExplicitDeny => "explicitDeny",
                Decision::ImplicitDeny => "implicitDeny",
            };
            results.push(vec![
                Element::text("EvalActionName", action),
                Element::text("EvalResourceName", *resource),
                Element::text("EvalDecision", decision),
                Element::node("MatchedStatements", Vec::new()),
                Element::node("MissingContextValues", Vec::new()),
            ]);
        }
    }
    Ok(Reply::Xml(vec![
        Element::text("IsTruncated", "false"),
        Element::list("EvaluationResults", results),
    ]))
}
