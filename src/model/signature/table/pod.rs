//! Words of programs in pods and of their SDKs, and what they repeat of the agent's.

use super::advice;
use crate::model::diagnosis::Severity;
use crate::model::signature::{Fix, Mend, Place, Session, Signature};

pub(super) const GO_TOO_OLD: Signature = Signature {
    id: "go-sdk-too-old",
    patterns: &[
        &["169.254.170.23", "only loopback hosts are allowed"],
        &["fd00:ec2::23", "only loopback hosts are allowed"],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "its AWS SDK for Go is older than EKS Pod Identity and refuses the address of the agent",
    fix: &[advice(
        "build the program with aws-sdk-go 1.47.11, or with aws-sdk-go-v2 of 2023-11-14, or later",
    )],
    rows: &[55],
    place: Place::App,
};

pub(super) const PYTHON_TOO_OLD: Signature = Signature {
    id: "python-sdk-too-old",
    patterns: &[
        &["Unsupported host '169.254.170.23'"],
        &["Unsupported host 'fd00:ec2::23'"],
        &["Unsupported host '[fd00:ec2::23]'"],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "its boto3 or AWS CLI is older than EKS Pod Identity and refuses the address of the agent",
    fix: &[advice(
        "use boto3 and botocore 1.34.41, AWS CLI 2.15.0 or 1.30.0, or later",
    )],
    rows: &[55],
    place: Place::App,
};

pub(super) const JAVA_TOO_OLD: Signature = Signature {
    id: "java-sdk-too-old",
    patterns: &[&["AWS_CONTAINER_CREDENTIALS_FULL_URI has an invalid host"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "its AWS SDK for Java is older than EKS Pod Identity and refuses the address of the agent",
    fix: &[advice(
        "use the AWS SDK for Java 2.21.30, or 1.12.746, or later",
    )],
    rows: &[55],
    place: Place::App,
};

pub(super) const JAVASCRIPT_TOO_OLD: Signature = Signature {
    id: "javascript-sdk-too-old",
    patterns: &[&["is not a valid container metadata service hostname"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "its AWS SDK for JavaScript asks by a provider that refuses the address of the agent; some later versions do so at the first renewal only",
    fix: &[advice(
        "use the AWS SDK for JavaScript 3.458.0 or later, with its default chain of providers; if it is later already, take its newest",
    )],
    rows: &[55],
    place: Place::App,
};

pub(super) const PHP_TOO_OLD: Signature = Signature {
    id: "php-sdk-too-old",
    patterns: &[
        &["169.254.170.23", "contains an unsupported host"],
        &["fd00:ec2::23", "contains an unsupported host"],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "its AWS SDK for PHP is older than EKS Pod Identity and refuses the address of the agent",
    fix: &[advice("use the AWS SDK for PHP 3.287.1 or later")],
    rows: &[55],
    place: Place::App,
};

pub(super) const TOKEN_WITH_BEARER: Signature = Signature {
    id: "token-with-bearer",
    patterns: &[&["could not base64 decode header: illegal base64 data at input byte 6"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the program sends its token with the word Bearer before it, and the agent wants the token alone",
    fix: &[advice(
        "send the content of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE as the whole Authorization header, or use an AWS SDK",
    )],
    rows: &[56],
    place: Place::App,
};

pub(super) const TOKEN_MALFORMED: Signature = Signature {
    id: "token-malformed",
    patterns: &[
        &["Service account token cannot be parsed"],
        &["Service account token cannot be empty"],
    ],
    without: &["illegal base64 data at input byte 6"],
    session: None,
    severity: Severity::Error,
    cause: "what the program sends as its token is none",
    fix: &[advice(
        "send the content of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, read anew each time, or use an AWS SDK",
    )],
    rows: &[56, 57],
    place: Place::App,
};

pub(super) const TOKEN_EXPIRED: Signature = Signature {
    id: "token-expired",
    patterns: &[
        &["Service account token failed", "token is expired"],
        &["The token included in the request is expired"],
        &["AssumeRoleForPodIdentity", "ExpiredTokenException"],
    ],
    without: &["Removing credentials from cache"],
    session: None,
    severity: Severity::Error,
    cause: "the program sends a token that has expired: it keeps what it read, or reads another file, or a clock is wrong",
    fix: &[advice(
        "read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE each time, which the kubelet renews; an AWS SDK does",
    )],
    rows: &[57],
    place: Place::App,
};

pub(super) const TOKEN_OF_ANOTHER: Signature = Signature {
    id: "token-for-another-audience",
    patterns: &[
        &["invalid audience: expected pods.eks.amazonaws.com"],
        &["AssumeRoleForPodIdentity", "InvalidTokenException"],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the token is not one for EKS Pod Identity of this cluster: it has another audience, no pod, or another issuer",
    fix: &[advice(
        "use the token of the volume eks-pod-identity-token, whose audience is pods.eks.amazonaws.com",
    )],
    rows: &[58, 59, 60],
    place: Place::App,
};

pub(super) const TOKEN_UNBOUND: Signature = Signature {
    id: "token-without-pod",
    patterns: &[
        &["missing claim: kubernetes.io/pod"],
        &["Service account token missing pod claims"],
        &["Service account token missing kubernetes.io claims"],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the token is not bound to a pod, as EKS Auth wants it",
    fix: &[advice(
        "use the token of the volume eks-pod-identity-token, or ask for one with boundObjectRef of the pod",
    )],
    rows: &[59],
    place: Place::App,
};

pub(super) const CLOCK_SKEW: Signature = Signature {
    id: "clock-skew",
    patterns: &[
        &["token is not valid yet"],
        &["Signature expired:"],
        &["Signature not yet current"],
        &["RequestTimeTooSkewed"],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the clock of the node, or of whoever signs, is wrong",
    fix: &[advice(
        "let the node keep time by the Amazon Time Sync Service",
    )],
    rows: &[82],
    place: Place::App,
};

pub(super) const NO_CREDENTIALS: Signature = Signature {
    id: "no-credentials",
    patterns: &[
        &["no EC2 IMDS role found"],
        &["Unable to locate credentials"],
        &["Could not load credentials from any providers"],
        &["Unable to load credentials from any of the providers in the chain"],
        &["NoCredentialProviders: no valid providers in chain"],
        &["Unable to load AWS credentials from any provider in the chain"],
    ],
    without: &["AssumeRoleForPodIdentity"],
    session: None,
    severity: Severity::Error,
    cause: "its SDK found no credentials anywhere: most likely the pod was created without the variables of EKS Pod Identity",
    fix: &[
        Fix::Mend(Mend::Restart),
        advice(
            "without an association, create one, or give the program its credentials in another way",
        ),
    ],
    rows: &[5, 10, 11, 12],
    place: Place::App,
};

pub(super) const NODE_ROLE_USED: Signature = Signature {
    id: "node-role-used",
    patterns: &[&[":assumed-role/", "is not authorized to perform"]],
    without: &["not authorized to perform: eks-auth:AssumeRoleForPodIdentity"],
    session: Some(Session::Node),
    severity: Severity::Error,
    cause: "the program acts as the role of its node, since nothing gave it a role of its own",
    fix: &[
        Fix::Mend(Mend::Restart),
        advice(
            "without an association, create one; a hop limit of 1 keeps pods from the role of the node",
        ),
    ],
    rows: &[54],
    place: Place::App,
};

pub(super) const ROLE_MAY_NOT: Signature = Signature {
    id: "role-may-not",
    patterns: &[&[":assumed-role/", "is not authorized to perform"]],
    without: &["sts:TagSession on resource"],
    session: Some(Session::Pod),
    severity: Severity::Error,
    cause: "EKS Pod Identity works, and the role may not do what the program wants",
    fix: &[Fix::Mend(Mend::Allow)],
    rows: &[35],
    place: Place::App,
};
