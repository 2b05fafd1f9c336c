//! The Security Token Service.

use jiff::SignedDuration;

use super::call::Call;
use super::failure::{Code, Failure};
use super::policy::{Actor, Decision};
use super::reply::{self, Reply};
use super::state::State;
use super::xml::Element;
use super::{kube, session};

#[expect(clippy::unnecessary_wraps, reason = "every handler has this signature")]
pub(crate) fn get_caller_identity(call: &Call<'_>, _state: &mut State) -> Result<Reply, Failure> {
    Ok(Reply::Xml(vec![
        Element::text("Arn", call.caller.arn.as_str()),
        Element::text("UserId", call.caller.user_id.as_str()),
        Element::text("Account", call.caller.account.as_str()),
    ]))
}

pub(crate) fn assume_role(call: &Call<'_>, state: &mut State) -> Result<Reply, Failure> {
    let arn = call.required_parameter("RoleArn")?;
    let name = call.required_parameter("RoleSessionName")?;
    let principal = kube::principal_arn(state, call.caller);
    let is_chained = call.caller.arn.contains(":assumed-role/");
    let seconds: i64 = match call.parameter("DurationSeconds") {
        None => 3600,
        Some(text) => text.parse().unwrap_or_default(),
    };
    let longest = session::role(state, arn).map_or(43_200, |role| role.max_session_seconds);
    if !(900..=43_200).contains(&seconds) || seconds > longest {
        return Err(Failure::new(
            Code::Validation,
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    if is_chained && seconds > 3600 {
        return Err(Failure::new(
            Code::Validation,
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by \
             role chaining",
        ));
    }
    let mut facts = vec![
        ("aws:PrincipalArn".to_owned(), principal.clone()),
        (
            "aws:PrincipalAccount".to_owned(),
            call.caller.account.clone(),
        ),
    ];
    if let Some(external_id) = call.parameter("ExternalId") {
        facts.push(("sts:ExternalId".to_owned(), external_id.to_owned()));
    }
    let actor = Actor::Principal {
        account: &call.caller.account,
        arn: &principal,
    };
    let actions: &[&str] = if call.parameter("Tags.member.1.Key").is_some() {
        &["sts:AssumeRole", "sts:TagSession"]
    } else {
        &["sts:AssumeRole"]
    };
    let is_trusted = session::role(state, arn)
        .is_some_and(|role| session::is_trusted(role, actor, actions, &facts));
    // A person's own key may do everything; a session may what the role behind it may.
    let may = session::role(state, &principal).is_none_or(|role| {
        session::decide(role, "sts:AssumeRole", arn, &facts) == Decision::Allowed
    });
    let life = SignedDuration::from_secs(seconds);
    let session = (is_trusted && may)
        .then(|| session::open(state, arn, name, call.now, life))
        .flatten()
        .ok_or_else(|| {
            Failure::new(
                Code::AccessDenied,
                format!(
                    "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                    call.caller.arn
                ),
            )
        })?;
    Ok(Reply::Xml(vec![
        Element::node(
            "AssumedRoleUser",
            vec![
                Element::text("AssumedRoleId", session.caller.user_id.as_str()),
                Element::text("Arn", session.caller.arn.as_str()),
            ],
        ),
        Element::node(
            "Credentials",
            vec![
                Element::text("AccessKeyId", session.access_key_id.as_str()),
                Element::text("SecretAccessKey", session.secret.as_str()),
                Element::text("SessionToken", session.token.as_str()),
                Element::text("Expiration", reply::date(session.expires)),
            ],
        ),
    ]))
}
