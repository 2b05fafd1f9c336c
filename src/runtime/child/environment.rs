//! The environment of the command: the pod's credentials, and nothing that another identity could come from.

use std::ffi::OsStr;

use tokio::process::Command;

use super::Surroundings;
use crate::cloud::PodCredentials;

/// Variables that name another identity, or where to get one; an SDK may ask them before the keys, or take them along.
const OTHERS: [&str; 22] = [
    // A profile is asked before the keys by some SDKs.
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    // Files in which such profiles are.
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CREDENTIAL_FILE",
    // Names that older SDKs read.
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    // Of our caller's keys, not of these.
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
    "AWS_ACCOUNT_ID",
    "AWS_CREDENTIAL_SCOPE",
    "AWS_VAULT",
    // A web identity is asked before the keys if it is set up by hand.
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    // The endpoint of a container, and how to be let in there.
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    // Keys that are replaced below anyway; here, so that none is left if that should fail.
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
];

/// Beginnings of such names: a bearer token goes before all keys.
const PREFIXES: [&str; 1] = ["AWS_BEARER_TOKEN_"];

/// Gives the command its environment.
pub(super) fn prepare(
    command: &mut Command,
    credentials: &PodCredentials,
    surroundings: &Surroundings,
) {
    for name in OTHERS {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars_os() {
        if is_other(&name) {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_ACCESS_KEY_ID", credentials.access_key_id.expose())
        .env(
            "AWS_SECRET_ACCESS_KEY",
            credentials.secret_access_key.expose(),
        )
        .env("AWS_SESSION_TOKEN", credentials.session_token.expose())
        .env("AWS_REGION", surroundings.region.as_str())
        .env("AWS_DEFAULT_REGION", surroundings.region.as_str());
    if let Some(url) = &surroundings.endpoint_url {
        command.env("AWS_ENDPOINT_URL", url);
    }
}

fn is_other(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    PREFIXES
        .iter()
        .any(|prefix| name.starts_with(prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Secret;
    use crate::model::Region;
    use jiff::Timestamp;

    #[test]
    fn it_holds_the_pods_credentials_and_no_way_to_others() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let credentials = PodCredentials {
            access_key_id: secret("ASIAPOD"),
            secret_access_key: secret("the-key"),
            session_token: secret("the-session"),
            expires: Timestamp::UNIX_EPOCH,
        };
        let surroundings = Surroundings {
            region: Region::new("eu-west-1"),
            endpoint_url: None,
        };
        let mut command = Command::new("true");
        prepare(&mut command, &credentials, &surroundings);
        let mut set: Vec<(&str, Option<&str>)> = command
            .as_std()
            .get_envs()
            .map(|(name, value)| (name.to_str().unwrap(), value.map(|v| v.to_str().unwrap())))
            .collect();
        set.retain(|(_, value)| value.is_some());
        assert_eq!(
            set,
            [
                ("AWS_ACCESS_KEY_ID", Some("ASIAPOD")),
                ("AWS_DEFAULT_REGION", Some("eu-west-1")),
                ("AWS_REGION", Some("eu-west-1")),
                ("AWS_SECRET_ACCESS_KEY", Some("the-key")),
                ("AWS_SESSION_TOKEN", Some("the-session")),
            ]
        );
        let removed = |name: &str| {
            let mut all = command.as_std().get_envs();
            all.any(|(set, value)| set == name && value.is_none())
        };
        assert!(removed("AWS_PROFILE") && removed("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
        assert!(is_other(OsStr::new("AWS_BEARER_TOKEN_BEDROCK")));
        assert!(!is_other(OsStr::new("AWS_CA_BUNDLE")));
    }
}
