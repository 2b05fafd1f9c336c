//! From the SDK's errors to failures that a person can act on.

mod service;

use std::error::Error;
use std::io;

use aws_sdk_eks::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_types::request_id::RequestId as _;

use crate::cloud::retry::Retry;
use crate::model::{Failure, FailureKind, Route, Text};

/// What was asked, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) doing: &'a str,
    pub(crate) route: &'a Route,
    /// The account, if another call with the same credentials was answered.
    pub(crate) account: Option<&'a str>,
    /// A command that renews the credentials.
    pub(crate) renewal: &'a str,
    /// The endpoint was given by hand, so the region's name decides nothing.
    pub(crate) has_own_endpoint: bool,
}

pub(crate) fn of<E>(error: &SdkError<E, HttpResponse>, asked: &Asked<'_>) -> (Failure, Retry)
where
    E: ProvideErrorMetadata + Error + 'static,
{
    // Our own gate and keyring speak in failures already.
    if let Some(ours) = find::<Failure>(error) {
        return (ours.clone(), Retry::No);
    }
    let request_id = error.request_id().map(Text::from);
    let (mut failure, retry) = match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let meta = answer.err().meta();
            if meta.code().is_none() && (200..300).contains(&status) {
                (malformed(asked, &chain(answer.err())), Retry::No)
            } else {
                service::failure(meta.code(), meta.message(), status, asked)
            }
        }
        SdkError::ResponseError(broken) => {
            let cause = chain(error);
            let is_cut = find::<io::Error>(error).is_some()
                || cause.contains("end of file")
                || cause.contains("body");
            tracing::debug!(target: "roledex::cloud", status = broken.raw().status().as_u16(), "unreadable answer");
            let retry = if is_cut { Retry::Transient } else { Retry::No };
            (malformed(asked, &cause), retry)
        }
        SdkError::DispatchFailure(failed) => match failed.as_connector_error() {
            Some(connector) => dispatch(connector, asked),
            None => (
                Failure::new(FailureKind::Unreachable, asked.doing, chain(error)),
                Retry::No,
            ),
        },
        SdkError::TimeoutError(_) => (
            Failure::new(FailureKind::Timeout, asked.doing, "no answer in time"),
            Retry::No,
        ),
        other => (
            Failure::new(FailureKind::Other, asked.doing, chain(other)),
            Retry::No,
        ),
    };
    failure.request_id = request_id;
    (failure, retry)
}

fn malformed(asked: &Asked<'_>, cause: &str) -> Failure {
    let cause = format!("the answer cannot be read: {cause}");
    Failure::new(FailureKind::Malformed, asked.doing, cause)
        .hint("if it happens again, look for a proxy or an AWS_ENDPOINT_URL that is not AWS")
}

/// A connection that failed, by the words of the libraries below: they share no error type.
pub(crate) fn dispatch(connector: &ConnectorError, asked: &Asked<'_>) -> (Failure, Retry) {
    let cause = chain(connector);
    let unreachable = |cause: &str| Failure::new(FailureKind::Unreachable, asked.doing, cause);
    let proxies = "check the network, HTTPS_PROXY and NO_PROXY";
    if connector.is_timeout() {
        let failure = Failure::new(
            FailureKind::Timeout,
            asked.doing,
            "the connection took too long",
        );
        return (failure.hint(proxies), Retry::No);
    }
    if cause.contains("dns error") || cause.contains("lookup address") || cause.contains("resolve")
    {
        let hint = if asked.has_own_endpoint {
            "check the host of --endpoint-url or AWS_ENDPOINT_URL".to_owned()
        } else {
            let region = &asked.route.region;
            format!("check that \"{region}\" is a region with EKS, and the network")
        };
        return (unreachable(&cause).hint(hint), Retry::No);
    }
    if cause.contains("certificate") || cause.contains("TLS") {
        let hint = "if a proxy inspects TLS, name its certificates in AWS_CA_BUNDLE";
        return (unreachable(&cause).hint(hint), Retry::No);
    }
    if cause.contains("proxy") || cause.contains("tunnel") {
        return (
            unreachable(&cause).hint("check HTTPS_PROXY and its password"),
            Retry::No,
        );
    }
    if find::<io::Error>(connector).is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused)
    {
        let hint = if asked.has_own_endpoint {
            "nothing listens there: check --endpoint-url or AWS_ENDPOINT_URL"
        } else {
            proxies
        };
        return (unreachable(&cause).hint(hint), Retry::No);
    }
    let retry = if connector.is_user() {
        Retry::No
    } else {
        Retry::Transient
    };
    (unreachable(&cause).hint(proxies), retry)
}

/// The causes of an error in one line, without the layers that say nothing.
///
/// `Debug` is never used: it would print requests, and with them tokens.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    const SILENT: [&str; 11] = [
        "client error (Connect)",
        "client error (SendRequest)",
        "dispatch failure",
        "service error",
        "response error",
        "timeout error",
        "failed to construct request",
        "unhandled error",
        "other",
        "io error",
        "streaming error",
    ];
    let mut causes: Vec<String> = Vec::new();
    for error in errors(error) {
        let text = error.to_string();
        let is_silent = text.is_empty() || SILENT.contains(&text.as_str());
        let is_known = causes.iter().any(|cause| cause.contains(&text));
        if is_silent || is_known {
            continue;
        }
        // A layer that repeats its cause is replaced by nothing; a cause that repeats its layer was skipped above.
        causes.retain(|cause| !text.contains(cause.as_str()));
        causes.push(text);
    }
    if causes.is_empty() {
        return error.to_string();
    }
    without_secrets(&causes.join(": "))
}

/// The error and its causes; an `io::Error` hides its payload from `source()`.
fn errors<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error.downcast_ref::<io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

pub(crate) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    errors(error).find_map(|error| error.downcast_ref())
}

/// Cuts out what could be a key or a token.
///
/// AWS answers `SignatureDoesNotMatch` with the whole canonical request, session token included, and a
/// credential process may print anything.
pub(crate) fn without_secrets(text: &str) -> String {
    let text = text
        .split("The Canonical String for this request")
        .next()
        .unwrap_or(text);
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_token) {
        let (before, word_on) = rest.split_at(start);
        let end = word_on.find(|c| !is_token(c)).unwrap_or(word_on.len());
        let (word, after) = word_on.split_at(end);
        safe.push_str(before);
        safe.push_str(if is_secret(word) { "…" } else { word });
        rest = after;
    }
    safe.push_str(rest);
    safe.trim_end().to_owned()
}

/// Access key ids, and runs that are too long and too mixed for a name or a path.
fn is_secret(word: &str) -> bool {
    let is_key_id = word.len() == 20 && (word.starts_with("AKIA") || word.starts_with("ASIA"));
    let has = |test: fn(&u8) -> bool| word.as_bytes().iter().any(test);
    let is_mixed =
        has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let longest = word.split('/').map(str::len).max().unwrap_or(0);
    is_key_id || (is_mixed && (longest >= 32 || (word.len() == 40 && !word.contains("//"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt;

    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<dyn Error + Send + Sync>>);

    impl fmt::Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Layer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1
                .as_deref()
                .map(|error| error as &(dyn Error + 'static))
        }
    }

    fn asked(route: &Route) -> Asked<'_> {
        Asked {
            doing: "list clusters",
            route,
            account: None,
            renewal: "renew",
            has_own_endpoint: false,
        }
    }

    #[test]
    fn connections_fail_in_words_that_help() {
        let route = Route::new(Some("prod"), "eu-wset-1");
        let refused = || {
            Box::new(io::Error::from(io::ErrorKind::ConnectionRefused))
                as Box<dyn Error + Send + Sync>
        };
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        for (error, kind, retry, hint) in [
            (
                ConnectorError::timeout("too slow".into()),
                FailureKind::Timeout,
                Retry::No,
                "HTTPS_PROXY",
            ),
            (
                ConnectorError::io(Box::new(Layer("client error (Connect)", Some(refused())))),
                FailureKind::Unreachable,
                Retry::No,
                "NO_PROXY",
            ),
            (
                ConnectorError::io(Box::new(Layer(
                    "dns error",
                    Some("failed to lookup address information: Name or service not known".into()),
                ))),
                FailureKind::Unreachable,
                Retry::No,
                "\"eu-wset-1\" is a region",
            ),
            (
                ConnectorError::io(Box::new(Layer(
                    "TLS handshake failed",
                    Some("invalid peer certificate: UnknownIssuer".into()),
                ))),
                FailureKind::Unreachable,
                Retry::No,
                "AWS_CA_BUNDLE",
            ),
            (
                ConnectorError::io(Box::new(reset)),
                FailureKind::Unreachable,
                Retry::Transient,
                "NO_PROXY",
            ),
        ] {
            let (failure, retried) = dispatch(&error, &asked(&route));
            assert_eq!((failure.kind, retried), (kind, retry), "{failure}");
            assert!(
                failure.hint.as_deref().unwrap().contains(hint),
                "{failure:?}"
            );
        }
    }

    #[test]
    fn causes_are_told_once_and_from_the_outside_in() {
        let inner = Layer("connection refused", None);
        let error = Layer(
            "dispatch failure",
            Some(Box::new(Layer("connect", Some(Box::new(inner))))),
        );
        assert_eq!(
            chain(&error),
            "connection refused",
            "a layer that its cause repeats adds nothing"
        );
    }

    #[test]
    fn secrets_do_not_pass() {
        for (text, safe) in [
            ("key AKIAIOSFODNN7EXAMPLE is bad", "key … is bad"),
            (
                "secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY here",
                "secret … here",
            ),
            (
                "token: FwoGZXIvYXdzEBYaDExampleSessionTokenThatIsLong1234==",
                "token: …",
            ),
            (
                "We computed another. The Canonical String for this request should have been 'x-amz-security-token:abc'",
                "We computed another.",
            ),
            (
                "User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0a1b2c3d4e5f6a7b/alice@example.com is not authorized",
                "User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0a1b2c3d4e5f6a7b/alice@example.com is not authorized",
            ),
        ] {
            assert_eq!(without_secrets(text), safe);
        }
    }
}
