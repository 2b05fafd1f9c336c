//! What EKS demands of the members of an association.

use serde_json::Value;

use crate::sim::call::Call;
use crate::sim::eks::{tag, trust};
use crate::sim::failure::{Code, Failure};
use crate::sim::state::{State, Tags};

/// Returns the name of a namespace or of a service account.
pub(super) fn name(call: &Call<'_>, member: &str, longest: usize) -> Result<String, Failure> {
    let name = call.required_text(member)?;
    let is_plain = name.bytes().all(|byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
    });
    if is_plain && name.len() <= longest {
        return Ok(name.to_owned());
    }
    Err(invalid(
        call,
        format!("The parameter {member} is no Kubernetes name: {name}"),
    ))
}

/// Returns a role that exists in the caller's account and lets pods in.
pub(in crate::sim::eks) fn role(
    call: &Call<'_>,
    state: &State,
    arn: &str,
) -> Result<String, Failure> {
    let (account, name) = parse(arn)
        .ok_or_else(|| invalid(call, format!("The parameter roleArn is no role ARN: {arn}")))?;
    if account != call.caller.account {
        return Err(invalid(call, "Cross-account pass role is not allowed."));
    }
    let role = call
        .account(state)?
        .roles
        .get(name)
        .filter(|role| role.arn == arn)
        .ok_or_else(|| invalid(call, "Role provided in the request does not exist"))?;
    if !trust::lets_pods_in(&role.trust) {
        return Err(invalid(
            call,
            "Trust policy of the role provided is invalid.",
        ));
    }
    Ok(arn.to_owned())
}

/// What a request says of a member that an empty text clears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Keep,
    Clear,
    Set(String),
}

impl Change {
    /// Returns the member's value after the change.
    pub(super) fn apply(self, before: Option<String>) -> Option<String> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

pub(super) fn target(call: &Call<'_>) -> Result<Change, Failure> {
    match call.text("targetRoleArn")? {
        None => Ok(Change::Keep),
        Some("") => Ok(Change::Clear),
        Some(arn) if parse(arn).is_some() => Ok(Change::Set(arn.to_owned())),
        Some(arn) => Err(invalid(
            call,
            format!("The parameter targetRoleArn is no role ARN: {arn}"),
        )),
    }
}

pub(super) fn policy(call: &Call<'_>) -> Result<Change, Failure> {
    match call.text("policy")? {
        None => Ok(Change::Keep),
        Some("") => Ok(Change::Clear),
        Some(text) => match serde_json::from_str(text) {
            Ok(Value::Object(_)) => Ok(Change::Set(text.to_owned())),
            _ => Err(invalid(call, "The parameter policy is no JSON object.")),
        },
    }
}

pub(super) fn policy_needs_no_tags(
    call: &Call<'_>,
    policy: Option<&String>,
    is_untagged: bool,
) -> Result<(), Failure> {
    if policy.is_none() || is_untagged {
        return Ok(());
    }
    Err(invalid(
        call,
        "disableSessionTags must be true when policy is specified.",
    ))
}

pub(super) fn tags(call: &Call<'_>) -> Result<Tags, Failure> {
    let tags = call.tags()?.unwrap_or_default();
    tag::check(&tags, &Code::InvalidParameter).map_err(|failure| call.about_cluster(failure))?;
    Ok(tags)
}

/// Returns whether a text is the ARN of a role, wherever that role is.
pub(in crate::sim::eks) fn is_role(arn: &str) -> bool {
    parse(arn).is_some()
}

fn invalid(call: &Call<'_>, message: impl Into<String>) -> Failure {
    call.about_cluster(Failure::invalid_parameter(message))
}

/// Splits a role ARN into account and name; the path is between them.
fn parse(arn: &str) -> Option<(&str, &str)> {
    let rest = arn.strip_prefix("arn:aws")?;
    let (_partition, rest) = rest.split_once(":iam::")?;
    let (account, resource) = rest.split_once(':')?;
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (is_account && !name.is_empty()).then_some((account, name))
}
