//! Why there are no credentials, and the command that mends it.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::ConnectorError;

use crate::cloud::failure::find;
use crate::cloud::profiles::{Means, Profiles};
use crate::model::{Failure, FailureKind};

pub(super) fn doing(profile: Option<&str>) -> String {
    profile.map_or_else(
        || "find AWS credentials".to_owned(),
        |profile| format!("find the credentials of profile {profile}"),
    )
}

/// The command that renews a profile's credentials.
pub(super) fn renewal(profile: Option<&str>, profiles: &Profiles) -> String {
    let name = profile.unwrap_or(profiles.selected());
    if profile.is_none() && profiles.has_environment_keys() {
        return "renew the AWS_* keys in the environment, then start roledex again".to_owned();
    }
    match profiles.source(name) {
        (Means::SingleSignOn, source) => format!("aws sso login --profile {source}"),
        (Means::Process, _) => {
            format!("renew what the credential_process of profile {name} relies on")
        }
        _ => format!("renew the credentials of profile {name}, then refresh"),
    }
}

/// Profiles that need a conversation with the person, which aws-config cannot have.
pub(crate) fn unsupported(profile: Option<&str>, profiles: &Profiles) -> Option<Failure> {
    let name = profile.unwrap_or(profiles.selected());
    if profile.is_none() && profiles.has_environment_keys() {
        return None;
    }
    let (cause, first) = match profiles.source(name) {
        (Means::Mfa, _) => (
            format!("profile {name} has an mfa_serial, and roledex does not ask for MFA codes"),
            format!(
                "aws sts get-caller-identity --profile {name} (asks for the code; good for about an hour)"
            ),
        ),
        (Means::ConsoleLogin, source) => (
            format!("profile {name} has a login_session, which roledex does not read"),
            format!("aws login --profile {source}"),
        ),
        _ => return None,
    };
    let file = profiles.config_file();
    Some(
        Failure::new(FailureKind::Unsupported, doing(profile), cause).hint(format!(
            "let the AWS CLI do it: 1. run {first}  2. add to {file}: [profile {name}-cli] credential_process = \
             aws configure export-credentials --profile {name}  3. roledex --profile {name}-cli --region REGION"
        )),
    )
}

/// What the chain looked for, where, and three next steps.
pub(super) fn nothing_found(profile: Option<&str>, profiles: &Profiles) -> Failure {
    let Some(name) = profile else {
        let cause = format!("none were found: {}", profiles.looked_for().join("; "));
        return Failure::new(FailureKind::Unconfigured, doing(profile), cause).hint(
            "1. aws configure sso (or aws configure)  2. roledex --profile NAME --region REGION  3. roledex --demo",
        );
    };
    let file = profiles.config_file();
    let cause = if profiles.contains(name) {
        format!(
            "{file} says nothing of them, and neither web identity, container nor instance metadata gave any"
        )
    } else {
        let names = profiles.names().collect::<Vec<_>>().join(", ");
        let names = if names.is_empty() {
            "none".to_owned()
        } else {
            names
        };
        format!("there is no such profile in {file} (profiles: {names})")
    };
    Failure::new(FailureKind::Unconfigured, doing(profile), cause).hint(format!(
        "1. aws configure sso --profile {name}  2. roledex --profile ANOTHER  3. roledex --demo"
    ))
}

pub(super) fn failure(
    error: &CredentialsError,
    profile: Option<&str>,
    profiles: &Profiles,
) -> Failure {
    let words = super::words(error);
    let name = profile.unwrap_or(profiles.selected());
    let of = |kind| Failure::new(kind, doing(profile), words.as_str());
    match error {
        CredentialsError::CredentialsNotLoaded(_) => return nothing_found(profile, profiles),
        CredentialsError::ProviderTimedOut(_) => return of(FailureKind::Timeout),
        CredentialsError::InvalidConfiguration(_) => {
            let hint = format!("check profile {name} in {}", profiles.config_file());
            return of(FailureKind::Unconfigured).hint(hint);
        }
        _ => {}
    }
    if find::<ConnectorError>(error).is_some() {
        return of(FailureKind::Unreachable).hint("check the network, HTTPS_PROXY and NO_PROXY");
    }
    let says = |word: &str| words.contains(word);
    if profiles.means(name) == Means::SingleSignOn
        && (says("SSO token")
            || says("sso/cache")
            || says("Session token")
            || says("UnauthorizedException")
            || says("expired"))
    {
        return Failure::new(
            FailureKind::Expired,
            doing(profile),
            "there is no valid IAM Identity Center session",
        )
        .hint(renewal(profile, profiles));
    }
    if says("ExpiredToken") || says("expired") {
        return of(FailureKind::Expired).hint(renewal(profile, profiles));
    }
    if says("not authorized")
        || says("AccessDenied")
        || says("ForbiddenException")
        || says("No access")
    {
        return of(FailureKind::Denied).hint(format!(
            "the role of profile {name} must trust its source, which must be allowed sts:AssumeRole"
        ));
    }
    of(FailureKind::Other).hint(format!(
        "aws sts get-caller-identity --profile {name} shows what the AWS CLI makes of it"
    ))
}
