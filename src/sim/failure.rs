//! What goes wrong, independent of the protocol that has to say so.

use super::operation::Service;

/// One refusal: its kind, the words, and the resources that EKS names in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) resources: Vec<(&'static str, String)>,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            resources: Vec::new(),
        }
    }

    /// Names a resource in the body, such as `clusterName`.
    pub(crate) fn about(mut self, member: &'static str, value: impl Into<String>) -> Self {
        self.resources.push((member, value.into()));
        self
    }

    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidParameter, message)
    }

    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidRequest, message)
    }

    pub(crate) fn resource_not_found(message: impl Into<String>) -> Self {
        Self::new(Code::ResourceNotFound, message)
    }

    pub(crate) fn no_such_entity(message: impl Into<String>) -> Self {
        Self::new(Code::NoSuchEntity, message)
    }

    /// Reports that the simulator contradicts itself, which no client can cause.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Server, message)
    }
}

/// The kinds of refusal, each spelled differently by the JSON and the query services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    AccessDenied,
    BadRequest,
    ExpiredToken,
    IncompleteSignature,
    InvalidParameter,
    InvalidRequest,
    InvalidSignature,
    InvalidState,
    MissingAuthentication,
    NoSuchEntity,
    NotFound,
    ResourceInUse,
    ResourceLimitExceeded,
    ResourceNotFound,
    Serialization,
    Server,
    Throttling,
    UnknownOperation,
    UnrecognizedClient,
    Validation,
    /// What a fault knob asks for, word for word.
    Other {
        code: String,
        status: u16,
    },
}

impl Code {
    /// Returns the name and the status that this service gives the refusal.
    pub(crate) fn spelled(&self, service: Service) -> (&str, u16) {
        let json = service.is_rest();
        let (rest, query, rest_status, query_status) = match self {
            Self::AccessDenied => ("AccessDeniedException", "AccessDenied", 403, 403),
            Self::BadRequest => ("BadRequestException", "InvalidInput", 400, 400),
            Self::ExpiredToken => ("ExpiredTokenException", "ExpiredToken", 403, 403),
            Self::IncompleteSignature => (
                "IncompleteSignatureException",
                "IncompleteSignature",
                400,
                400,
            ),
            Self::InvalidParameter => ("InvalidParameterException", "InvalidInput", 400, 400),
            Self::InvalidRequest => ("InvalidRequestException", "InvalidInput", 400, 400),
            Self::InvalidSignature => (
                "InvalidSignatureException",
                "SignatureDoesNotMatch",
                403,
                403,
            ),
            Self::InvalidState => ("InvalidStateException", "InvalidInput", 400, 400),
            Self::MissingAuthentication => (
                "MissingAuthenticationTokenException",
                "MissingAuthenticationToken",
                403,
                403,
            ),
            Self::NotFound => ("NotFoundException", "NoSuchEntity", 404, 404),
            Self::ResourceInUse => ("ResourceInUseException", "EntityAlreadyExists", 409, 409),
            Self::ResourceLimitExceeded => {
                ("ResourceLimitExceededException", "LimitExceeded", 400, 409)
            }
            Self::NoSuchEntity | Self::ResourceNotFound => {
                ("ResourceNotFoundException", "NoSuchEntity", 404, 404)
            }
            Self::Serialization => ("SerializationException", "MalformedQueryString", 400, 400),
            Self::Server => ("ServerException", "ServiceFailure", 500, 500),
            Self::Throttling => ("ThrottlingException", "Throttling", 429, 400),
            Self::UnknownOperation => ("UnknownOperationException", "InvalidAction", 404, 400),
            Self::UnrecognizedClient => (
                "UnrecognizedClientException",
                "InvalidClientTokenId",
                403,
                403,
            ),
            Self::Validation => ("ValidationException", "ValidationError", 400, 400),
            Self::Other { code, status } => (code.as_str(), code.as_str(), *status, *status),
        };
        if service == Service::Kubernetes {
            return match self {
                Self::Throttling => ("TooManyRequests", 429),
                Self::ExpiredToken => ("Unauthorized", 401),
                _ => (rest, rest_status),
            };
        }
        if service == Service::EksAuth && *self == Self::Server {
            return ("InternalServerException", 500);
        }
        if json {
            (rest, rest_status)
        } else {
            (query, query_status)
        }
    }

    /// Returns the members that the EKS model gives this error beside the message.
    pub(crate) fn members(&self) -> &'static [&'static str] {
        match self {
            Self::InvalidParameter | Self::ResourceNotFound => &[
                "clusterName",
                "nodegroupName",
                "fargateProfileName",
                "addonName",
                "subscriptionId",
            ],
            Self::InvalidRequest | Self::Server => &[
                "clusterName",
                "nodegroupName",
                "addonName",
                "subscriptionId",
            ],
            Self::ResourceInUse => &["clusterName", "nodegroupName", "addonName"],
            Self::ResourceLimitExceeded => &["clusterName", "nodegroupName", "subscriptionId"],
            Self::InvalidState | Self::Throttling => &["clusterName"],
            _ => &[],
        }
    }
}
