//! Error codes of AWS services, and what each means here.

use super::{Asked, Retry, without_secrets};
use crate::model::{Failure, FailureKind};

/// Codes that the SDK would retry as throttling.
const THROTTLING: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

pub(super) fn failure(
    code: Option<&str>,
    message: Option<&str>,
    status: u16,
    asked: &Asked<'_>,
) -> (Failure, Retry) {
    // An intermediary's answer has neither code nor message that we know.
    let message = message
        .map(without_secrets)
        .filter(|message| !message.is_empty());
    let cause = message.unwrap_or_else(|| match code {
        Some(code) => format!("{code} (HTTP {status})"),
        None => format!("HTTP {status} without an error code of AWS"),
    });
    let kind = code
        .and_then(|code| kind_of(code, asked))
        .unwrap_or_else(|| kind_of_status(status, code.is_some()));
    let retry = match kind {
        FailureKind::Throttled => Retry::Throttled,
        FailureKind::Server if matches!(status, 500 | 502 | 503 | 504) => Retry::Transient,
        FailureKind::Timeout => Retry::Transient,
        _ => Retry::No,
    };
    let mut failure = Failure::new(kind, asked.doing, cause);
    failure.code = code.map(Into::into);
    failure.hint = hint(
        kind,
        code.unwrap_or_default(),
        &failure.cause,
        status,
        asked,
    )
    .map(Into::into);
    (failure, retry)
}

fn kind_of(code: &str, asked: &Asked<'_>) -> Option<FailureKind> {
    if THROTTLING.contains(&code) {
        return Some(FailureKind::Throttled);
    }
    Some(match code {
        "AccessDeniedException"
        | "AccessDenied"
        | "UnauthorizedException"
        | "UnauthorizedOperation"
        | "ForbiddenException"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "RequestTimeTooSkewed"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => FailureKind::Denied,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired" => {
            FailureKind::Expired
        }
        "RegionDisabledException" | "OptInRequired" | "SubscriptionRequiredException" => {
            FailureKind::RegionDisabled
        }
        // What a region that is not enabled answers, because it knows none of the account's credentials; and
        // what every region answers to a wrong key. Only a region that did answer can tell the two apart.
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "AuthFailure" => {
            if asked.account.is_some() {
                FailureKind::RegionDisabled
            } else {
                FailureKind::Denied
            }
        }
        "ResourceNotFoundException" | "NotFoundException" | "NoSuchEntity" => FailureKind::NotFound,
        "ResourceInUseException" | "ConflictException" | "ResourcePropagationDelayException" => {
            FailureKind::Conflict
        }
        "InvalidParameterException"
        | "InvalidRequestException"
        | "InvalidStateException"
        | "BadRequestException"
        | "ClientException"
        | "ValidationException"
        | "ValidationError"
        | "ResourceLimitExceededException"
        | "UnsupportedAvailabilityZoneException" => FailureKind::Invalid,
        "ServerException"
        | "ServiceUnavailableException"
        | "ServiceUnavailable"
        | "InternalServerException"
        | "InternalFailure"
        | "InternalError" => FailureKind::Server,
        "RequestTimeout" | "RequestTimeoutException" => FailureKind::Timeout,
        _ => return None,
    })
}

/// What a status alone tells.
///
/// That a thing is not there is believed from a service that says so with a code. A page of a proxy, or of a
/// server that has no such path, must not make rows go or changes be concluded.
fn kind_of_status(status: u16, has_code: bool) -> FailureKind {
    match status {
        407 => FailureKind::Unreachable,
        408 => FailureKind::Timeout,
        429 => FailureKind::Throttled,
        401 | 403 => FailureKind::Denied,
        400..=499 if !has_code => FailureKind::Malformed,
        409 => FailureKind::Conflict,
        400..=499 => FailureKind::Invalid,
        500..=599 => FailureKind::Server,
        _ => FailureKind::Other,
    }
}

fn hint(
    kind: FailureKind,
    code: &str,
    cause: &str,
    status: u16,
    asked: &Asked<'_>,
) -> Option<String> {
    let region = &asked.route.region;
    let profile = asked.route.profile_name();
    Some(match kind {
        FailureKind::Expired => asked.renewal.to_owned(),
        FailureKind::RegionDisabled => {
            let account = asked.account.unwrap_or("the account");
            format!(
                "{region} does not seem to be enabled for {account}: leave it out, or enable it in the account settings"
            )
        }
        FailureKind::Unreachable if status == 407 => {
            "the proxy wants a user and a password: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
                .to_owned()
        }
        FailureKind::Malformed | FailureKind::Denied if code.is_empty() => {
            let check = if asked.has_own_endpoint {
                "--endpoint-url or AWS_ENDPOINT_URL"
            } else {
                "HTTPS_PROXY and NO_PROXY"
            };
            format!("this may not be an answer of AWS: check {check}")
        }
        FailureKind::Throttled => {
            "it is asked again, more slowly, with the next refresh".to_owned()
        }
        FailureKind::Denied => match code {
            "InvalidSignatureException" | "SignatureDoesNotMatch" | "RequestTimeTooSkewed"
                if code == "RequestTimeTooSkewed"
                    || cause.contains("expired")
                    || cause.contains("not yet current") =>
            {
                "set the clock of this machine".to_owned()
            }
            "InvalidSignatureException" | "SignatureDoesNotMatch" => {
                format!("check the secret access key of profile {profile}")
            }
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "AuthFailure" => {
                format!(
                    "{region} does not know these credentials: {}; or the region is not enabled for the account",
                    asked.renewal
                )
            }
            _ => match permission(cause) {
                Some(action) => format!("profile {profile} needs the permission {action}"),
                None => format!(
                    "use a profile that may do this, or ask for the permission for {profile}"
                ),
            },
        },
        _ => return None,
    })
}

/// The action in "User: … is not authorized to perform: eks:ListClusters on resource: …".
fn permission(cause: &str) -> Option<&str> {
    let (_, action) = cause.split_once("not authorized to perform: ")?;
    action
        .split([' ', ',', '.'])
        .next()
        .filter(|action| action.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Route;
    use FailureKind as Kind;

    fn asked<'a>(route: &'a Route, account: Option<&'a str>) -> Asked<'a> {
        Asked {
            doing: "list clusters",
            route,
            account,
            renewal: "aws sso login --profile prod",
            has_own_endpoint: false,
        }
    }

    /// A row for each code that the services document.
    #[test]
    fn every_code_has_a_meaning() {
        let route = Route::new(Some("prod"), "eu-west-1");
        for (code, status, kind, retry) in [
            ("AccessDeniedException", 403, Kind::Denied, Retry::No),
            ("BadRequestException", 400, Kind::Invalid, Retry::No),
            ("ClientException", 400, Kind::Invalid, Retry::No),
            ("InvalidParameterException", 400, Kind::Invalid, Retry::No),
            ("InvalidRequestException", 400, Kind::Invalid, Retry::No),
            ("InvalidStateException", 400, Kind::Invalid, Retry::No),
            ("NotFoundException", 404, Kind::NotFound, Retry::No),
            ("ResourceInUseException", 409, Kind::Conflict, Retry::No),
            (
                "ResourceLimitExceededException",
                400,
                Kind::Invalid,
                Retry::No,
            ),
            ("ResourceNotFoundException", 404, Kind::NotFound, Retry::No),
            (
                "ResourcePropagationDelayException",
                428,
                Kind::Conflict,
                Retry::No,
            ),
            ("ServerException", 500, Kind::Server, Retry::Transient),
            (
                "ServiceUnavailableException",
                503,
                Kind::Server,
                Retry::Transient,
            ),
            (
                "ThrottlingException",
                429,
                Kind::Throttled,
                Retry::Throttled,
            ),
            (
                "ThrottlingException",
                400,
                Kind::Throttled,
                Retry::Throttled,
            ),
            (
                "UnsupportedAvailabilityZoneException",
                400,
                Kind::Invalid,
                Retry::No,
            ),
            ("UnrecognizedClientException", 403, Kind::Denied, Retry::No),
            ("InvalidClientTokenId", 403, Kind::Denied, Retry::No),
            ("ExpiredTokenException", 403, Kind::Expired, Retry::No),
            ("ExpiredToken", 403, Kind::Expired, Retry::No),
            ("InvalidSignatureException", 403, Kind::Denied, Retry::No),
            ("SignatureDoesNotMatch", 403, Kind::Denied, Retry::No),
            (
                "MissingAuthenticationTokenException",
                403,
                Kind::Denied,
                Retry::No,
            ),
            (
                "RegionDisabledException",
                403,
                Kind::RegionDisabled,
                Retry::No,
            ),
            ("RequestTimeout", 400, Kind::Timeout, Retry::Transient),
            ("SlowDown", 503, Kind::Throttled, Retry::Throttled),
            ("SomethingNew", 418, Kind::Invalid, Retry::No),
            ("SomethingNew", 403, Kind::Denied, Retry::No),
            ("UnknownOperationException", 404, Kind::Invalid, Retry::No),
            ("SomethingNew", 502, Kind::Server, Retry::Transient),
        ] {
            let (failure, retried) =
                failure(Some(code), Some("because"), status, &asked(&route, None));
            assert_eq!((failure.kind, retried), (kind, retry), "{code} {status}");
            assert_eq!(failure.code.as_deref(), Some(code));
            assert_eq!(&*failure.cause, "because");
        }
    }

    #[test]
    fn an_answer_without_a_code_is_read_by_its_status() {
        let route = Route::new(None, "eu-west-1");
        for (status, kind) in [
            (407, Kind::Unreachable),
            (429, Kind::Throttled),
            (503, Kind::Server),
            (302, Kind::Other),
            (401, Kind::Denied),
            (403, Kind::Denied),
            // No service says so without a code: nothing is gone.
            (404, Kind::Malformed),
            (409, Kind::Malformed),
            (400, Kind::Malformed),
        ] {
            let (failure, _) = failure(None, None, status, &asked(&route, None));
            assert_eq!(failure.kind, kind);
            assert!(failure.cause.contains(&status.to_string()), "{failure}");
        }
    }

    #[test]
    fn a_region_is_off_only_if_the_credentials_work_elsewhere() {
        let route = Route::new(Some("prod"), "ap-east-2");
        let (off, _) = failure(
            Some("UnrecognizedClientException"),
            None,
            403,
            &asked(&route, Some("111122223333")),
        );
        assert_eq!(off.kind, Kind::RegionDisabled);
        assert!(off.hint.unwrap().contains("ap-east-2"));
    }

    #[test]
    fn hints_name_the_way_out() {
        let route = Route::new(Some("prod"), "eu-west-1");
        for (code, message, hint) in [
            (
                "ExpiredTokenException",
                "expired",
                "aws sso login --profile prod",
            ),
            (
                "AccessDeniedException",
                "User: arn:aws:iam::1:user/x is not authorized to perform: eks:ListClusters on resource: *",
                "profile prod needs the permission eks:ListClusters",
            ),
            (
                "InvalidSignatureException",
                "Signature expired: 20261121T044332Z is now earlier than 20261121T050000Z",
                "set the clock of this machine",
            ),
        ] {
            let (failure, _) = failure(Some(code), Some(message), 403, &asked(&route, None));
            assert_eq!(failure.hint.as_deref(), Some(hint));
        }
    }
}
