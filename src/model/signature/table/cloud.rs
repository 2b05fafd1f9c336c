//! Words of the services of AWS, whoever repeats them.

use super::advice;
use crate::model::diagnosis::Severity;
use crate::model::signature::{Fix, Mend, Place, Signature};

pub(super) const NO_ASSOCIATION: Signature = Signature {
    id: "no-association",
    patterns: &[&["has no service account role association"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "EKS Auth knows no association for the service account; it may have been deleted while the pod ran",
    fix: &[advice(
        "create the association for exactly this namespace and service account; running pods get credentials within minutes",
    )],
    rows: &[5, 6, 70],
    place: Place::Api,
};

pub(super) const ROLE_NOT_ASSUMABLE: Signature = Signature {
    id: "role-not-assumable",
    patterns: &[&["EKS does not have permissions to assume the associated role"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "EKS Auth may not assume the role: it was deleted, its trust policy does not let pods.eks.amazonaws.com in, or a policy denies it",
    fix: &[advice(
        "see the findings about the role of the association: its trust policy must allow sts:AssumeRole and sts:TagSession to pods.eks.amazonaws.com, under conditions that hold",
    )],
    rows: &[28, 29, 30, 31, 32, 33, 34, 36, 37, 38],
    place: Place::Api,
};

pub(super) const IRSA_WITHOUT_PROVIDER: Signature = Signature {
    id: "irsa-without-provider",
    patterns: &[&["No OpenIDConnect provider found"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the pod was set up for IRSA, and the account has no identity provider for the issuer of the cluster",
    fix: &[
        Fix::Mend(Mend::Restart),
        advice("without an association, create the identity provider in IAM"),
    ],
    rows: &[73],
    place: Place::Api,
};

pub(super) const IRSA_AUDIENCE: Signature = Signature {
    id: "irsa-audience",
    patterns: &[&["Incorrect token audience"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the identity provider of IAM does not list the audience of the token",
    fix: &[Fix::Mend(Mend::Audience)],
    rows: &[74],
    place: Place::Api,
};

pub(super) const IRSA_REFUSED: Signature = Signature {
    id: "irsa-refused",
    patterns: &[&["Not authorized to perform sts:AssumeRoleWithWebIdentity"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the trust policy of the role does not let in this service account by IRSA",
    fix: &[
        Fix::Mend(Mend::Restart),
        advice(
            "without an association, compare the conditions for sub and aud in the trust policy with the namespace and service account",
        ),
    ],
    rows: &[75],
    place: Place::Api,
};

pub(super) const TRUST_INVALID: Signature = Signature {
    id: "trust-invalid",
    patterns: &[&["Trust policy of the role provided is invalid"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the trust policy of the role does not name pods.eks.amazonaws.com",
    fix: &[Fix::Mend(Mend::Trust)],
    rows: &[29, 31],
    place: Place::Api,
};

pub(super) const ROLE_UNKNOWN: Signature = Signature {
    id: "role-unknown",
    patterns: &[&["Role provided in the request does not exist"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "IAM does not know the role, or not yet",
    fix: &[advice(
        "try again in a few seconds if it was just created; else compare the ARN with the role's, path included",
    )],
    rows: &[28],
    place: Place::Api,
};

pub(super) const ASSOCIATION_EXISTS: Signature = Signature {
    id: "association-exists",
    patterns: &[&["Association already exists"]],
    without: &[],
    session: None,
    severity: Severity::Warning,
    cause: "the service account has an association already, or one that is still being deleted",
    fix: &[advice(
        "change the association that is there, or try again in a few seconds if it was just deleted",
    )],
    rows: &[64],
    place: Place::Api,
};

pub(super) const TAGS_REFUSED: Signature = Signature {
    id: "session-tags-refused",
    patterns: &[&["sts:TagSession on resource"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "session tags are passed on to the next role, and one of the two roles does not allow that",
    fix: &[advice(
        "allow sts:TagSession beside sts:AssumeRole, both in a policy of the first role and in the trust policy of the next",
    )],
    rows: &[30, 37],
    place: Place::Api,
};

pub(super) const TAGS_TOO_LARGE: Signature = Signature {
    id: "session-tags-too-large",
    patterns: &[
        &["PackedPolicyTooLarge"],
        &["Packed size of session tags"],
        &["Packed policy consumes"],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "session tags and session policy together are larger than STS takes",
    fix: &[
        Fix::Mend(Mend::TagsOff),
        advice("or shorten the session policy of the association, or the names"),
    ],
    rows: &[40],
    place: Place::Api,
};

pub(super) const PASS_ROLE: Signature = Signature {
    id: "pass-role-denied",
    patterns: &[&["iam:PassRole on"]],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "whoever changes the association may not pass its role to EKS Pod Identity",
    fix: &[Fix::Mend(Mend::PassRole)],
    rows: &[76],
    place: Place::Api,
};

pub(super) const ASSOCIATION_RESOURCE: Signature = Signature {
    id: "association-resource-denied",
    patterns: &[
        &[
            "eks:DeletePodIdentityAssociation on resource",
            "podidentityassociation/",
        ],
        &[
            "eks:UpdatePodIdentityAssociation on resource",
            "podidentityassociation/",
        ],
        &[
            "eks:DescribePodIdentityAssociation on resource",
            "podidentityassociation/",
        ],
    ],
    without: &[],
    session: None,
    severity: Severity::Error,
    cause: "the caller's policy names the cluster alone, and this call acts on the association",
    fix: &[Fix::Mend(Mend::Associations)],
    rows: &[76],
    place: Place::Api,
};

pub(super) const ASSOCIATION_ID: Signature = Signature {
    id: "association-id-malformed",
    patterns: &[&["associationId should be 19 characters long"]],
    without: &[],
    session: None,
    severity: Severity::Warning,
    cause: "a tool sent something that is no id of an association, mostly an empty one",
    fix: &[advice(
        "see where the tool takes the id from; it begins with a-",
    )],
    rows: &[],
    place: Place::Api,
};

pub(super) const ADDON_TOO_OLD: Signature = Signature {
    id: "addon-without-pod-identity",
    patterns: &[&["Pod Identity feature is not supported for addon version"]],
    without: &[],
    session: None,
    severity: Severity::Warning,
    cause: "this version of the add-on cannot use EKS Pod Identity",
    fix: &[advice("update the add-on")],
    rows: &[78],
    place: Place::Api,
};

pub(super) const ADDON_ACCOUNT: Signature = Signature {
    id: "addon-service-account",
    patterns: &[&["in pod identity configuration is not supported for addon"]],
    without: &[],
    session: None,
    severity: Severity::Warning,
    cause: "the add-on has no such service account",
    fix: &[advice(
        "use a service account that DescribeAddonConfiguration names for the add-on",
    )],
    rows: &[79],
    place: Place::Api,
};

pub(super) const PROVIDER_IS_ISSUER: Signature = Signature {
    id: "identity-provider-is-issuer",
    patterns: &[&["Identity Provider URL cannot be same as OpenID Connect (OIDC) issuer URL"]],
    without: &[],
    session: None,
    severity: Severity::Warning,
    cause: "the issuer of the cluster, which IAM needs for IRSA, was given as an identity provider for people who log in",
    fix: &[advice(
        "for IRSA create an identity provider in IAM; the cluster's own identity provider is for people",
    )],
    rows: &[],
    place: Place::Api,
};

pub(super) const PROVIDER_UNKNOWN: Signature = Signature {
    id: "identity-provider-unknown",
    patterns: &[&["No config found for cluster", "config type: oidc"]],
    without: &[],
    session: None,
    severity: Severity::Warning,
    cause: "the cluster has no identity provider of this name",
    fix: &[advice(
        "take the name from the list of identity providers of the cluster",
    )],
    rows: &[],
    place: Place::Api,
};

pub(super) const OWN_SESSION: Signature = Signature {
    id: "own-session-expired",
    patterns: &[&["Token has expired and refresh failed"]],
    without: &[],
    session: None,
    severity: Severity::Warning,
    cause: "somebody's own session of IAM Identity Center has expired; it is no trouble of the pod",
    fix: &[advice(
        "log in again with aws sso login, where this was written",
    )],
    rows: &[],
    place: Place::Api,
};
