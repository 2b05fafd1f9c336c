//! Values that are known for secrets by the name before them.
//!
//! A name and its value may stand in JSON, in JSON within JSON, in YAML, in URLs, in headers, or in a sentence. What
//! follows a `:` or `=` is hidden; in a sentence a word may as well go on with it, as in "token is expired".

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

/// Whole identifiers that hold the name of a secret.
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)[a-z0-9_\-]*(?:secret|passw|passphrase|pwd|private[_\-]?key|access[_\-]?key|api[_\-]?key|key[_\-]?id",
        r"|session[_\-]?id|cookie|jwt|bearer|basic|authorization|credential|signature|token)[a-z0-9_\-]*",
        // As files of container registries have it; `eks-auth:` is another thing.
        r#"|["']auth["'\\]"#,
    ))
    .ok()
});

/// Words that begin what a program says of a secret, and not the secret.
const PROSE: [&str; 38] = [
    "a",
    "an",
    "and",
    "bad",
    "cannot",
    "connect",
    "connection",
    "context",
    "could",
    "denied",
    "dial",
    "eof",
    "error",
    "expired",
    "failed",
    "failure",
    "got",
    "incorrect",
    "invalid",
    "is",
    "malformed",
    "missing",
    "no",
    "none",
    "not",
    "null",
    "open",
    "operation",
    "permission",
    "request",
    "signature",
    "the",
    "timeout",
    "unable",
    "unexpected",
    "unknown",
    "unsupported",
    "was",
];

/// Names that may stand before what they say themselves in a sentence.
const SPOKEN: [&str; 6] = [
    "bearer",
    "basic",
    "authorization",
    "credential",
    "signature",
    "token",
];

/// Where tokens are, which is no secret.
const DIRECTORY: &str = "/var/run/secrets/";

/// The values of all names in a line; `None` if nothing can be known of it.
pub(super) fn values(line: &str) -> Option<Vec<Range<usize>>> {
    let mut values: Vec<Range<usize>> = Vec::new();
    for name in NAME.as_ref()?.find_iter(line) {
        // A name within what is hidden tells nothing new, unless its value is yet to come: `Authorization: token …`.
        if values.last().is_some_and(|value| name.end() < value.end) {
            continue;
        }
        values.extend(value_of(line, name.range()));
    }
    Some(values)
}

fn value_of(line: &str, name: Range<usize>) -> Option<Range<usize>> {
    let is_place = is_of_arn(line, &name) || is_of_url(line, &name);
    let after = line.get(name.end..)?.trim_start_matches(['\\', '"', '\'']);
    let name = line.get(name)?;
    let words = after.trim_start_matches([' ', '\t']);
    let Some(value) = words.strip_prefix(['=', ':']) else {
        let is_apart = words.len() < after.len();
        return if is_apart {
            spoken(line, name, words)
        } else {
            None
        };
    };
    if is_place || is_failure(name) {
        return None;
    }
    // `:=`, `=>`
    let value = value.trim_start_matches(['=', '>']);
    let bare = value.trim_start_matches([' ', '\t']);
    let found = extent(name, bare);
    let is_sentence = words.starts_with(": ");
    hidden(line, bare, found, |value| is_sentence && is_prose(value))
}

/// What follows the name of a secret without a sign that it is its value.
fn spoken(line: &str, name: &str, words: &str) -> Option<Range<usize>> {
    let is_option = name.starts_with("--");
    let lower = name.to_ascii_lowercase();
    if !is_option && !SPOKEN.iter().any(|word| lower.ends_with(word)) {
        return None;
    }
    let found = match words.chars().next()? {
        '"' | '\'' | '\\' => extent(name, words),
        _ => 0..unquoted("", words),
    };
    hidden(line, words, found, |value| !is_option && is_word(value))
}

/// The place of what begins a rest of the line, unless it is no secret.
fn hidden(
    line: &str,
    rest: &str,
    found: Range<usize>,
    is_said: impl Fn(&str) -> bool,
) -> Option<Range<usize>> {
    let value = rest.get(found.clone())?;
    if value.is_empty() || value.starts_with(DIRECTORY) || is_said(value) {
        return None;
    }
    let start = line.len() - rest.len();
    Some(start + found.start..start + found.end)
}

/// Where a value stands in what begins with it.
fn extent(name: &str, value: &str) -> Range<usize> {
    let opening = value.trim_start_matches('\\');
    match opening.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(value, value.len() - opening.len(), quote),
        Some('[' | '{') => 0..value.find([']', '}']).map_or(value.len(), |end| end + 1),
        _ => 0..unquoted(name, value),
    }
}

/// A string within a string has backslashes before its quotes, and more of them before the quotes that it holds.
fn quoted(value: &str, backslashes: usize, quote: char) -> Range<usize> {
    let close = format!("{}{quote}", "\\".repeat(backslashes));
    let start = close.len();
    let body = value.get(start..).unwrap_or_default();
    let mut ends = body.match_indices(&close);
    let end = ends.find(|(at, _)| !body.get(..*at).unwrap_or_default().ends_with('\\'));
    start..end.map_or(value.len(), |(at, _)| start + at)
}

/// To the next blank or quote; headers have the scheme before the value, and cookies several parts.
fn unquoted(name: &str, value: &str) -> usize {
    let first = plain(value);
    let word = value.get(..first).unwrap_or_default();
    let name = name.to_ascii_lowercase();
    let schemes = ["bearer", "basic"];
    let is_scheme = schemes
        .into_iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme));
    if name.contains("authorization") || is_scheme {
        return following(value, first).unwrap_or(first);
    }
    let mut end = first;
    while name.contains("cookie") && value.get(..end).is_some_and(|part| part.ends_with(';')) {
        let next = following(value, end).filter(|next| {
            let part = value.get(end..*next);
            part.is_some_and(|part| part.contains('='))
        });
        let Some(next) = next else { break };
        end = next;
    }
    end
}

/// The end of the word after the next blanks.
fn following(value: &str, end: usize) -> Option<usize> {
    let rest = value.get(end..)?;
    let next = rest.trim_start_matches([' ', '\t']);
    (next.len() < rest.len()).then(|| value.len() - next.len() + plain(next))
}

/// The end of the word that something begins with.
fn plain(value: &str) -> usize {
    let mut before = '\0';
    let is_end = |(_, character): &(usize, char)| {
        let is_written = before == '\\' && matches!(character, 'n' | 'r' | 't');
        before = *character;
        is_written || character.is_whitespace() || matches!(character, '"' | '\'')
    };
    let end = value.char_indices().find(is_end);
    end.map_or(value.len(), |(end, _)| end)
}

/// Whether the name is that of a failure, or of a service, which is followed by words.
fn is_failure(name: &str) -> bool {
    ["Error", "Exception"]
        .into_iter()
        .any(|end| name.ends_with(end))
        || name == "secretsmanager"
}

/// Whether it is a part of the ARN of a secret, which only names it.
fn is_of_arn(line: &str, name: &Range<usize>) -> bool {
    let before = line.get(..name.start).unwrap_or_default();
    let mut parts = before.rsplitn(5, ':').skip(1);
    line.get(name.clone()) == Some("secret")
        && parts.next().is_some_and(super::is_account)
        && parts.nth(1) == Some("secretsmanager")
}

/// Whether it is the end of the URL of the agent.
fn is_of_url(line: &str, name: &Range<usize>) -> bool {
    let before = line.get(..name.start).unwrap_or_default();
    before.ends_with("/v1/") && line.get(name.clone()) == Some("credentials")
}

fn is_prose(value: &str) -> bool {
    let word = bare(value);
    PROSE.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether it may as well be a word of the sentence.
fn is_word(text: &str) -> bool {
    let word = bare(text);
    word.len() <= 16 && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// A word without the signs around it.
fn bare(text: &str) -> &str {
    text.trim_matches(|sign| ".,:;!?()[]{}<>".contains(sign))
}
