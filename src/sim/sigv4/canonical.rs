//! The one spelling of a request that both sides sign.

use std::borrow::Cow;

use axum::http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const UNRESERVED_PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// Splits a query string or a form body; `+` is a space there.
pub(crate) fn parameters(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (
                decoded(&key.replace('+', " ")),
                decoded(&value.replace('+', " ")),
            )
        })
        .collect()
}

/// Undoes percent-encoding.
pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// Returns all values of a header, trimmed, inner runs of spaces collapsed, joined by commas.
pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<String> = headers
        .get_all(name)
        .iter()
        .map(|value| {
            let text: Cow<'_, str> = String::from_utf8_lossy(value.as_bytes());
            text.split(' ')
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// Returns the path as it is signed: normalised, and encoded once more, as every service but S3 does it.
pub(super) fn path(path: &str) -> String {
    utf8_percent_encode(&normalised(path), UNRESERVED_PATH).to_string()
}

fn normalised(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            _ => kept.push(segment),
        }
    }
    let tail = if path.ends_with('/') && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{tail}", kept.join("/"))
}

/// Returns the parameters sorted and encoded in one way, without the signature itself.
pub(super) fn query(query: &str, presigned: bool) -> String {
    let mut pairs: Vec<(String, String)> = parameters(query)
        .into_iter()
        .filter(|(key, _)| !(presigned && key == "X-Amz-Signature"))
        .map(|(key, value)| (encoded(&key), encoded(&value)))
        .collect();
    pairs.sort();
    pairs
        .into_iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_before_they_are_encoded_again() {
        assert_eq!(normalised("//clusters/./a/../b%2Fc/"), "/clusters/b%2Fc/");
        assert_eq!(normalised("/"), "/");
        assert_eq!(query("b=2&a=x+y&a=%2B", false), "a=%2B&a=x%20y&b=2");
    }
}
