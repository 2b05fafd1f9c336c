//! The table: words that stay the same from version to version, and what they mean.

mod agent;
mod cloud;
mod pod;

use super::{Fix, Signature};

/// All signatures; where one line is two, the more telling stands first.
pub static SIGNATURES: &[Signature] = &[
    pod::GO_TOO_OLD,
    pod::PYTHON_TOO_OLD,
    pod::JAVA_TOO_OLD,
    pod::JAVASCRIPT_TOO_OLD,
    pod::PHP_TOO_OLD,
    agent::AGENT_WITHOUT_IPV6,
    agent::AGENT_PORT_TAKEN,
    agent::AGENT_WITHOUT_NODE_ROLE,
    agent::AGENT_CUT_OFF,
    agent::AGENT_REFUSED,
    agent::AGENT_FORGETS,
    agent::AGENT_THROTTLED,
    agent::AGENT_BUSY,
    agent::AGENT_WRONG_ADDRESS,
    agent::AGENT_SILENT,
    pod::TOKEN_WITH_BEARER,
    pod::TOKEN_MALFORMED,
    pod::TOKEN_EXPIRED,
    pod::TOKEN_OF_ANOTHER,
    pod::TOKEN_UNBOUND,
    pod::CLOCK_SKEW,
    pod::NO_CREDENTIALS,
    pod::NODE_ROLE_USED,
    pod::ROLE_MAY_NOT,
    cloud::NO_ASSOCIATION,
    cloud::ROLE_NOT_ASSUMABLE,
    cloud::IRSA_WITHOUT_PROVIDER,
    cloud::IRSA_AUDIENCE,
    cloud::IRSA_REFUSED,
    cloud::TRUST_INVALID,
    cloud::ROLE_UNKNOWN,
    cloud::ASSOCIATION_EXISTS,
    cloud::TAGS_REFUSED,
    cloud::TAGS_TOO_LARGE,
    cloud::PASS_ROLE,
    cloud::ASSOCIATION_RESOURCE,
    cloud::ASSOCIATION_ID,
    cloud::ADDON_TOO_OLD,
    cloud::ADDON_ACCOUNT,
    cloud::PROVIDER_IS_ISSUER,
    cloud::PROVIDER_UNKNOWN,
    cloud::OWN_SESSION,
];

const fn advice(text: &'static str) -> Fix {
    Fix::Advice(text)
}
