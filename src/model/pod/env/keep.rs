//! In which form a value may be kept, and what of it is dropped even then.

use crate::model::arn::Arn;

/// In which form a value may be kept.
#[derive(Clone, Copy)]
pub(super) enum Keep {
    /// Only that it is there.
    Presence,
    Uri,
    /// Scheme, host and port.
    Origin,
    UriPath,
    FilePath,
    RoleArn,
    Region,
    Switch,
    Hosts,
}

impl Keep {
    /// What may be kept of a value that is not empty.
    pub(super) fn kept(self, value: &str) -> Option<String> {
        match self {
            Keep::Presence => None,
            Keep::Uri => uri(value),
            Keep::Origin => origin(value).map(|(origin, _)| origin),
            Keep::UriPath => uri_path(value),
            Keep::FilePath => is_file_path(value).then(|| value.to_owned()),
            Keep::RoleArn => Arn::parse(value)
                .is_ok_and(|arn| arn.service() == "iam" && arn.resource().starts_with("role/"))
                .then(|| value.to_owned()),
            Keep::Region => is_region(value).then(|| value.to_owned()),
            Keep::Switch => ["true", "false"]
                .into_iter()
                .find(|word| value.eq_ignore_ascii_case(word))
                .map(str::to_owned),
            Keep::Hosts => Some(hosts(value)),
        }
    }
}

/// A URI without userinfo, query and fragment.
fn uri(value: &str) -> Option<String> {
    let (origin, path) = origin(value)?;
    origin.contains("://").then_some(())?;
    (path.is_empty() || is_plain_path(path)).then(|| format!("{origin}{path}"))
}

/// Splits a URI into its origin without userinfo, and its path.
///
/// Passwords hold `/`, `?`, `#` and `@` although they should not, so everything up to the last `@` counts as
/// userinfo. A port that is no number is refused, since it is a password whose `@host` was forgotten.
fn origin(value: &str) -> Option<(String, &str)> {
    let (scheme, rest) = match value.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, value),
    };
    if let Some(scheme) = scheme {
        let known = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
        known
            .contains(&scheme.to_ascii_lowercase().as_str())
            .then_some(())?;
    }
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    let path = rest.strip_prefix(authority).unwrap_or_default();
    is_authority(authority).then_some(())?;
    Some(match scheme {
        Some(scheme) => (
            format!("{}://{authority}", scheme.to_ascii_lowercase()),
            path,
        ),
        None => (authority.to_owned(), path),
    })
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, port)) => {
                let literal = !host.is_empty()
                    && host
                        .bytes()
                        .all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte));
                if !literal {
                    return false;
                }
                (
                    host,
                    port.strip_prefix(':').or(port.is_empty().then_some("")),
                )
            }
            None => return false,
        },
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, Some("")),
        },
    };
    let named = authority.starts_with('[')
        || host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    !host.is_empty()
        && host.len() <= 253
        && named
        && port
            .is_some_and(|port| port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()))
}

fn uri_path(value: &str) -> Option<String> {
    let path = value.split(['?', '#']).next().unwrap_or_default();
    is_plain_path(path).then(|| path.to_owned())
}

fn is_plain_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= 512
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte))
}

fn is_file_path(value: &str) -> bool {
    let mut characters = value.chars();
    let drive = characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && characters.next() == Some(':')
        && matches!(characters.next(), Some('\\' | '/'));
    (value.starts_with('/') || drive) && value.len() <= 4096
}

fn is_region(value: &str) -> bool {
    value.len() <= 32
        && value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The entries of NO_PROXY that can be hosts, networks or patterns of them.
fn hosts(value: &str) -> String {
    let entries: Vec<&str> = value
        .split([',', ' '])
        .map(str::trim)
        .filter(|entry| {
            !entry.is_empty()
                && entry
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._:*/[]".contains(&byte))
        })
        .collect();
    entries.join(",")
}
