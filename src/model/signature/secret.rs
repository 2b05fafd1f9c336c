//! What in a line of a log looks like a secret.
//!
//! It is meant to hide too much rather than too little: a hidden request id costs nothing.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

/// Stands where a secret stood.
pub(super) const MARK: &str = "(hidden)";

/// Keys of access, and whole tokens: they are known by their looks.
static LOOKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        // JSON Web Tokens, whole or cut off.
        r"eyJ[A-Za-z0-9_\-=.]*",
        // Ids of access keys, long-lived and temporary.
        r"|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}",
        // Tokens of code hosts, chats and vaults, which begin with who gave them out.
        r"|(?:gh[opsur]_|github_pat_|glpat-|xox[a-z]-|sk[_\-](?:live|test|proj|ant)[_\-]|hv[bs]\.)[A-Za-z0-9_.\-]{8,}",
        // Secret access keys, session tokens and whatever else is as long and as mixed.
        r"|[A-Za-z0-9/+=_\-]{40,}",
    ))
    .ok()
});

/// What follows the name of a secret and a sign that it is its value.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:secret|passwor[dt]|passwd|passphrase|pwd|private[_\-]?key|api[_\-]?key|key[_\-]?id|x-amz-signature|session[_\-]?id|cookie)[a-z_\-]*",
        // JSON in JSON has quotes with backslashes. What is in quotes may have spaces; a cookie has parts.
        r#"[\\"']*[ \t]*[=:][ \t]*(?:\\*"([^"\\]+)|\\*'([^'\\]+)|([^\s\\"',&]+))"#,
    ))
    .ok()
});

/// The value of a word that also stands in sentences, where it is written as a member or an assignment.
static ASSIGNED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:bearer|authorization|credential|signature|token)[a-z_\-]*",
        r#"(?:[\\"']*[ \t]*=|[\\"']+[ \t]*:)[ \t]*(?:\\*"([^"\\]+)|\\*'([^'\\]+)|([^\s\\"',&]+))"#,
    ))
    .ok()
});

/// Where tokens are, which is no secret.
const DIRECTORY: &str = "/var/run/secrets/";

/// What follows a word that also stands in sentences: "bearer token", "signature expired".
static FOLLOWING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:bearer|basic|authorization|credential|signature|token)",
        r#"[\\"']*(?:[ \t]*[=:][ \t]*|[ \t]+)[\\"']*(?:(?:bearer|basic)[ \t]+)?([^\s\\"',;&]+)"#,
    ))
    .ok()
});

/// Who logs in, as URLs of proxies and databases have it: of `user:password@` the password, else all before the `@`.
static USERINFO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"://(?:[^\s/:@\\"'<>]*:([^\s\\"'<>]+)|([^\s/:@\\"'<>]+))@"#).ok()
});

/// The parts of a line that must not be shown, from left to right and apart from each other.
pub(super) fn spans(line: &str) -> Vec<Range<usize>> {
    let (Some(looks), Some(named), Some(assigned), Some(following), Some(userinfo)) =
        (&*LOOKS, &*NAMED, &*ASSIGNED, &*FOLLOWING, &*USERINFO)
    else {
        // None can fail, and if one did, nothing would be known to be harmless.
        return std::iter::once(0..line.len()).collect();
    };
    let mut spans: Vec<Range<usize>> = looks
        .find_iter(line)
        .filter(|found| is_secret(found.as_str()))
        .map(|found| found.range())
        .collect();
    let values = named
        .captures_iter(line)
        .chain(assigned.captures_iter(line));
    let values = values.filter_map(|words| (1..4).find_map(|group| words.get(group)));
    let values = values.filter(|value| !value.as_str().starts_with(DIRECTORY));
    spans.extend(values.map(|value| value.range()));
    let values = following
        .captures_iter(line)
        .filter_map(|words| words.get(1));
    let values = values.filter(|value| !is_word(value.as_str()));
    spans.extend(values.map(|value| value.range()));
    let values = userinfo.captures_iter(line);
    let values = values.filter_map(|words| words.get(1).or_else(|| words.get(2)));
    spans.extend(values.map(|value| value.range()));
    spans.sort_by_key(|span| (span.start, span.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => apart.push(span),
        }
    }
    apart
}

/// From so many characters on, something that begins like nothing known is looked at.
const LONG: usize = 40;

/// Long paths and names are told from keys by what people write: words in one case.
fn is_secret(text: &str) -> bool {
    // Whatever was found that is shorter was found by how it begins.
    let short = [
        "eyJ", "AKIA", "ASIA", "ABIA", "ACCA", "gh", "glpat-", "xox", "sk", "hv",
    ];
    if text.len() < LONG || short.iter().any(|start| text.starts_with(start)) {
        return true;
    }
    let has = |is: fn(&char) -> bool| text.chars().any(|character| is(&character));
    let is_mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase);
    is_mixed || (has(char::is_ascii_digit) && !text.contains(['/', '-', '_']))
}

/// Whether it may as well be a word of the sentence.
fn is_word(text: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_lowercase() || ".:()<>".contains(character);
    text.len() <= 16 && text.chars().all(is_plain)
}
