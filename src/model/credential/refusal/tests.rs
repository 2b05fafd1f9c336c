//! Who refused, a row for each answer.

use super::*;

fn failure(kind: FailureKind, code: &str, cause: &str) -> Failure {
    let failure = Failure::new(kind, "ask EKS Auth", cause);
    if code.is_empty() {
        failure
    } else {
        failure.code(code)
    }
}

/// A row for each error of EKS Auth, and for who else may refuse.
#[test]
#[expect(clippy::too_many_lines, reason = "a table reads best whole")]
fn who_refused_is_told_apart() {
    use FailureKind as Kind;
    let caller = "User: arn:aws:iam::1:user/x is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: x";
    let role =
        "Unauthorized Exception! EKS does not have permissions to assume the associated role.";
    let second = "User: arn:aws:sts::1:assumed-role/api/x is not authorized to perform: sts:AssumeRole on resource: y";
    let own = TokenSource::Pod {
        name: "api".into(),
        uid: "p-1".into(),
        node: None,
    };
    let none = "The token included in the request has no service account role association for it.";
    for (kind, code, status, cause, expected, is_about_the_pod) in [
        (
            Kind::NotFound,
            "ResourceNotFoundException",
            404,
            none,
            Refusal::NoAssociation,
            true,
        ),
        (
            Kind::NotFound,
            "ResourceNotFoundException",
            404,
            "No cluster found for name: x.",
            Refusal::NoCluster,
            false,
        ),
        (
            Kind::Denied,
            "AccessDeniedException",
            400,
            role,
            Refusal::Role,
            true,
        ),
        (
            Kind::Denied,
            "AccessDeniedException",
            403,
            role,
            Refusal::Role,
            true,
        ),
        (
            Kind::Denied,
            "AccessDeniedException",
            400,
            "other words",
            Refusal::Role,
            true,
        ),
        (
            Kind::Denied,
            "AccessDeniedException",
            400,
            second,
            Refusal::Role,
            true,
        ),
        (
            Kind::Denied,
            "AccessDeniedException",
            403,
            "other words",
            Refusal::Caller,
            false,
        ),
        (
            Kind::Denied,
            "AccessDeniedException",
            403,
            caller,
            Refusal::Caller,
            false,
        ),
        (
            Kind::Denied,
            "AccessDeniedException",
            400,
            caller,
            Refusal::Caller,
            false,
        ),
        (
            Kind::Expired,
            "ExpiredTokenException",
            400,
            "The token included in the request is expired.",
            Refusal::TokenExpired,
            true,
        ),
        (
            Kind::Expired,
            "ExpiredTokenException",
            403,
            "The security token included in the request is expired",
            Refusal::CallerExpired,
            false,
        ),
        (
            Kind::Other,
            "InvalidTokenException",
            400,
            "x",
            Refusal::InvalidToken,
            true,
        ),
        (
            Kind::Invalid,
            "InvalidParameterException",
            400,
            "x",
            Refusal::InvalidParameter,
            false,
        ),
        (
            Kind::Invalid,
            "InvalidRequestException",
            400,
            "x",
            Refusal::InvalidRequest,
            false,
        ),
        (
            Kind::Throttled,
            "ThrottlingException",
            429,
            "x",
            Refusal::Throttled,
            false,
        ),
        (
            Kind::Server,
            "InternalServerException",
            500,
            "x",
            Refusal::Internal,
            false,
        ),
        (
            Kind::Server,
            "ServiceUnavailableException",
            503,
            "x",
            Refusal::Unavailable,
            false,
        ),
        (
            Kind::Denied,
            "UnrecognizedClientException",
            403,
            "x",
            Refusal::CallerUnknown,
            false,
        ),
        (
            Kind::Denied,
            "InvalidSignatureException",
            403,
            "Signature expired: x",
            Refusal::Clock,
            false,
        ),
        (
            Kind::Denied,
            "InvalidSignatureException",
            403,
            "does not match",
            Refusal::CallerUnknown,
            false,
        ),
        (Kind::Other, "SomethingNew", 418, "x", Refusal::Other, false),
    ] {
        let found = Refusal::of(&failure(kind, code, cause), Some(status));
        assert_eq!(found, expected, "{code} {status} {cause}");
        assert_eq!(found.is_about(&own), is_about_the_pod, "{found:?}");
    }
    for refusal in [Refusal::InvalidParameter, Refusal::InvalidRequest] {
        assert!(refusal.is_about(&TokenSource::Given), "{refusal:?}");
    }
    for (kind, expected) in [
        (Kind::Unreachable, Refusal::Unreachable),
        (Kind::Timeout, Refusal::Timeout),
        (Kind::Malformed, Refusal::Unreadable),
        (Kind::Refused, Refusal::Off),
        (Kind::Unconfigured, Refusal::NoCredentials),
    ] {
        let found = Refusal::of(&failure(kind, "", "x"), None);
        assert_eq!(found, expected);
        assert!(!found.is_about(&TokenSource::Given));
    }
}

/// A row for each way in which a token is refused.
#[test]
fn why_there_is_no_token_is_told_apart() {
    use FailureKind as Kind;
    for (kind, code, cause, expected) in [
        (
            Kind::NotFound,
            "NotFound",
            "serviceaccounts \"x\" not found",
            TokenRefusal::NoServiceAccount,
        ),
        (
            Kind::NotFound,
            "NotFound",
            "pods \"x\" not found",
            TokenRefusal::NoPod,
        ),
        (
            Kind::Conflict,
            "Conflict",
            "the UID in the bound object reference",
            TokenRefusal::AnotherPod,
        ),
        (
            Kind::Invalid,
            "BadRequest",
            "cannot bind token for serviceaccount \"x\" to pod running with different serviceaccount name.",
            TokenRefusal::AnotherAccount,
        ),
        (
            Kind::Invalid,
            "Invalid",
            "may not specify a duration less than 10 minutes",
            TokenRefusal::Invalid,
        ),
        (
            Kind::Denied,
            "Forbidden",
            "is forbidden",
            TokenRefusal::Forbidden,
        ),
        (
            Kind::Denied,
            "Unauthorized",
            "x",
            TokenRefusal::Unauthorized,
        ),
        (Kind::Throttled, "", "x", TokenRefusal::Throttled),
        (Kind::Unreachable, "", "x", TokenRefusal::Unreachable),
        (Kind::Refused, "", "x", TokenRefusal::Off),
    ] {
        assert_eq!(
            TokenRefusal::of(&failure(kind, code, cause)),
            expected,
            "{cause}"
        );
    }
}
