//! From what an API server says, or does not say, to failures that a person can act on.

use std::error::Error;
use std::io;
use std::time::Duration;

use http::HeaderMap;
use kube::client::AuthError;
use serde::Deserialize;

use crate::cloud::failure;
use crate::cloud::retry::Retry;
use crate::model::{ClusterArn, Failure, FailureKind, Text};

/// The longest message of a server that is passed on: a proxy may answer with a whole page.
const LONGEST_MESSAGE: usize = 600;

/// A failure, and what the one way to the API server needs to know about it.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) failure: Failure,
    pub(super) retry: Retry,
    /// How long the server asked to be left alone.
    pub(super) after: Option<Duration>,
    /// The version or the page that was asked for is too old (410).
    pub(super) is_gone: bool,
    /// The server does not know who is calling (401).
    pub(super) is_unknown: bool,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            retry: Retry::No,
            after: None,
            is_gone: false,
            is_unknown: false,
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        trouble.failure
    }
}

/// What was asked, and of whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) doing: &'a str,
    /// The RBAC rule that would allow it, in words.
    pub(super) rule: &'a str,
    pub(super) cluster: &'a ClusterArn,
    /// Who STS says is calling, if that is known and counts here.
    pub(super) caller: Option<&'a str>,
    /// What may keep this machine from the endpoint.
    pub(super) exposure: &'a str,
}

/// What the API server says when it does not do what it was asked.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Status {
    pub(super) message: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) code: Option<u16>,
    details: Option<Details>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Details {
    retry_after_seconds: Option<u64>,
}

/// An answer that is no success.
pub(super) fn of_answer(code: u16, headers: &HeaderMap, body: &[u8], asked: &Asked<'_>) -> Trouble {
    // A proxy's page, or nothing at all, says no more than its number.
    let status = serde_json::from_slice(body).unwrap_or_default();
    let header = headers
        .get(http::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    of_status(code, &status, header, asked)
}

/// A status of the API server, in an answer or in a watch.
pub(super) fn of_status(
    code: u16,
    status: &Status,
    retry_after: Option<u64>,
    asked: &Asked<'_>,
) -> Trouble {
    let name = asked.cluster.name();
    let message = status.message.as_deref().map(shorten);
    let message = message
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| format!("the API server answered {code}"));
    // What is listed is built in: a list that is "not there", or a page that is no status, comes from something
    // else than an API server, and must not be taken for "there are none".
    let is_list = asked.rule.starts_with("list");
    let (kind, retry) = match code {
        401 | 403 => (FailureKind::Denied, Retry::No),
        404 if is_list || status.reason.as_deref() != Some("NotFound") => {
            (FailureKind::Malformed, Retry::No)
        }
        404 => (FailureKind::NotFound, Retry::No),
        409 => (FailureKind::Conflict, Retry::No),
        400 | 405 | 406 | 413 | 415 | 422 => (FailureKind::Invalid, Retry::No),
        429 => (FailureKind::Throttled, Retry::Throttled),
        500 | 502 | 503 => (FailureKind::Server, Retry::Transient),
        501..=599 => (FailureKind::Server, Retry::No),
        _ => (FailureKind::Other, Retry::No),
    };
    let cause = match code {
        401 => format!("the API server does not accept who is calling: {message}"),
        _ => message,
    };
    let mut failure = Failure::new(kind, asked.doing, cause);
    let reason = status.reason.as_deref().filter(|reason| !reason.is_empty());
    failure.code = reason.map(Text::from);
    failure.hint = match code {
        401 => Some(unknown_caller(asked.cluster.name(), asked.caller)),
        403 => Some(format!(
            "the RBAC rule \"{}\" is missing: an access policy on the caller's access entry of cluster {name}, or a role \
             bound to one of its groups, must have it",
            asked.rule
        )),
        404 if kind == FailureKind::Malformed => {
            Some("what answers may not be a Kubernetes API server".to_owned())
        }
        429 => Some("the API server is busy; try again later".to_owned()),
        500..=599 => Some(format!("try again; if it stays, look at the health of cluster {name}")),
        _ => None,
    }
    .map(Text::from);
    let details = status.details.as_ref();
    let after = retry_after.or(details.and_then(|details| details.retry_after_seconds));
    Trouble {
        failure,
        retry,
        after: after.map(Duration::from_secs),
        is_gone: code == 410,
        is_unknown: code == 401,
    }
}

/// What to do where the API server knows nobody like the caller.
pub(super) fn unknown_caller(name: &str, caller: Option<&str>) -> String {
    let who = match caller {
        Some(caller) => principal(caller),
        None => "the caller".to_owned(),
    };
    format!(
        "create an access entry for {who} in cluster {name} (aws eks create-access-entry), or a row in its aws-auth; \
         if there is one, check the clock of this machine"
    )
}

/// What an access entry is for: the role, not one of its sessions. The path of the role is not in the session.
fn principal(caller: &str) -> String {
    let mut parts = caller.split(":assumed-role/");
    let (Some(_), Some(session)) = (parts.next(), parts.next()) else {
        return caller.to_owned();
    };
    let role = session.split('/').next().unwrap_or(session);
    format!("the role {role}")
}

/// A request that got no answer.
pub(super) fn of_error(error: &kube::Error, asked: &Asked<'_>) -> Trouble {
    if let Some(auth) = failure::find::<AuthError>(error) {
        return of_plugin(auth, asked).into();
    }
    let cause = match error {
        // The layers that kube puts around an error say nothing of it.
        kube::Error::Service(inner) => failure::chain(&**inner),
        kube::Error::HyperError(inner) => failure::chain(inner),
        other => failure::chain(other),
    };
    let unreachable = |cause: &str, hint: &str| {
        Failure::new(FailureKind::Unreachable, asked.doing, cause).hint(hint)
    };
    let io = failure::find::<io::Error>(error).map(io::Error::kind);
    if io == Some(io::ErrorKind::TimedOut) {
        let cause = "the API server could not be connected to in time";
        return unreachable(cause, asked.exposure).into();
    }
    if cause.contains("certificate") {
        return unreachable(
            &cause,
            "the API server does not show the certificate of its cluster: a proxy that inspects TLS may stand between, \
             which NO_PROXY can keep out",
        )
        .into();
    }
    if cause.contains("tunnel") || cause.contains("proxy") {
        return unreachable(&cause, "check HTTPS_PROXY, its password, and NO_PROXY").into();
    }
    let is_firm = io == Some(io::ErrorKind::ConnectionRefused)
        || cause.contains("dns error")
        || cause.contains("lookup address")
        || is_connecting(error);
    Trouble {
        retry: if is_firm { Retry::No } else { Retry::Transient },
        ..unreachable(&cause, asked.exposure).into()
    }
}

fn is_connecting(error: &kube::Error) -> bool {
    let text = error.to_string();
    text.contains("(Connect)")
}

/// A credential plugin of a kubeconfig that failed. Its output may hold a token, so it is not passed on.
pub(super) fn of_plugin(error: &AuthError, asked: &Asked<'_>) -> Failure {
    let cause = match error {
        AuthError::AuthExecRun { out, .. } => {
            format!(
                "the credential plugin of the kubeconfig failed: {}",
                out.status
            )
        }
        AuthError::AuthExecStart(error) => {
            format!("the credential plugin of the kubeconfig cannot be run: {error}")
        }
        AuthError::AuthExecParse(_) | AuthError::ParseTokenKey(_) => {
            "the credential plugin of the kubeconfig answered something unreadable".to_owned()
        }
        _ => "the credentials of the kubeconfig cannot be used".to_owned(),
    };
    Failure::new(FailureKind::Unconfigured, asked.doing, cause)
        .hint("try the same context with kubectl, or leave --kubeconfig out: roledex makes tokens of its own")
}

pub(super) fn malformed(doing: &str, cause: impl std::fmt::Display) -> Failure {
    let cause = format!("the answer cannot be read: {cause}");
    Failure::new(FailureKind::Malformed, doing, cause)
        .hint("if it happens again, look for a proxy that answers in place of the API server")
}

/// A body that broke off.
pub(super) fn broken(doing: &str, error: &(dyn Error + 'static), exposure: &str) -> Trouble {
    let cause = format!("the answer broke off: {}", failure::chain(error));
    Trouble {
        retry: Retry::Transient,
        ..Failure::new(FailureKind::Unreachable, doing, cause)
            .hint(exposure)
            .into()
    }
}

fn shorten(message: &str) -> String {
    let message = message.trim();
    let mut short: String = message.chars().take(LONGEST_MESSAGE).collect();
    if short.len() < message.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    fn trouble(code: u16, body: &str, caller: Option<&str>) -> Trouble {
        let cluster = ClusterArn::new(&Region::new("eu-west-1"), "111122223333", "demo");
        let asked = Asked {
            doing: "list pods",
            rule: "list pods in namespace payments",
            cluster: &cluster,
            caller,
            exposure: "check the VPN",
        };
        of_answer(code, &HeaderMap::new(), body.as_bytes(), &asked)
    }

    #[test]
    fn the_missing_rule_is_named() {
        let body = r#"{"kind":"Status","message":"pods is forbidden: User \"x\" cannot list","reason":"Forbidden","code":403}"#;
        let failure = trouble(403, body, None).failure;
        assert_eq!(failure.kind, FailureKind::Denied);
        assert!(failure.cause.starts_with("pods is forbidden"), "{failure}");
        let hint = failure.hint.unwrap();
        assert!(
            hint.contains("\"list pods in namespace payments\""),
            "{hint}"
        );
    }

    #[test]
    fn the_missing_access_entry_is_named() {
        let body =
            r#"{"kind":"Status","message":"Unauthorized","reason":"Unauthorized","code":401}"#;
        for (caller, who) in [
            (None, "for the caller in cluster demo"),
            (
                Some("arn:aws:sts::111122223333:assumed-role/Admin/alice"),
                "for the role Admin in cluster demo",
            ),
            (
                Some("arn:aws:iam::111122223333:user/bob"),
                "for arn:aws:iam::111122223333:user/bob in",
            ),
        ] {
            let failure = trouble(401, body, caller).failure;
            assert_eq!(failure.kind, FailureKind::Denied);
            let hint = failure.hint.unwrap();
            assert!(hint.contains(who), "{hint}");
        }
    }

    #[test]
    fn answers_that_are_no_status_say_their_number() {
        for (body, cause) in [
            ("<html>Bad gateway</html>", "the API server answered 502"),
            ("", "the API server answered 502"),
            (r#"{"message":"  "}"#, "the API server answered 502"),
            (r#"{"message":"etcd is away"}"#, "etcd is away"),
        ] {
            let trouble = trouble(502, body, None);
            assert_eq!(&*trouble.failure.cause, cause);
            assert_eq!(trouble.retry, Retry::Transient);
        }
        let long = format!(r#"{{"message":"{}"}}"#, "é".repeat(5_000));
        assert!(trouble(400, &long, None).failure.cause.len() < 1_300);
    }

    #[test]
    fn servers_say_how_long_to_wait() {
        let body = r#"{"code":429,"details":{"retryAfterSeconds":7}}"#;
        let trouble = trouble(429, body, None);
        assert_eq!(trouble.retry, Retry::Throttled);
        assert_eq!(trouble.after, Some(Duration::from_secs(7)));
    }
}
