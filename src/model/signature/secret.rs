//! What in a line of a log looks like a secret.
//!
//! It is meant to hide too much rather than too little: a hidden request id costs nothing.

mod named;

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

/// Stands where a secret stood.
pub(super) const MARK: &str = "(hidden)";

/// Keys and tokens that are known by how they begin.
static MARKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        // JSON Web Tokens, whole or cut off.
        r"eyJ[A-Za-z0-9_\-=.]*",
        // Ids of access keys, long-lived and temporary.
        r"|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}",
        // Tokens of code hosts, chats and vaults, which begin with who gave them out.
        r"|(?:gh[opsur]_|github_pat_|glpat-|xox[a-z]-|sk[_\-](?:live|test|proj|ant)[_\-]|hv[bs]\.)[A-Za-z0-9_.\-]{8,}",
    ))
    .ok()
});

/// Secret access keys, session tokens and whatever else is as long; slashes may be escaped, as in JSON and in URLs.
static LONG: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9/+=_%\\\-]{40,}").ok());

/// Who logs in, as URLs of proxies and databases have it: of `user:password@` the password, else all before the `@`.
static USERINFO: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"://(?:[^\s/:@\\"'<>]*:([^\s\\"'<>]+)|([^\s/:@\\"'<>]+))@"#).ok()
});

/// The parts of a line that must not be shown, from left to right and apart from each other.
pub(super) fn spans(line: &str) -> Vec<Range<usize>> {
    let (Some(marked), Some(long), Some(userinfo), Some(named)) =
        (&*MARKED, &*LONG, &*USERINFO, named::values(line))
    else {
        // None can fail, and if one did, nothing would be known to be harmless.
        return std::iter::once(0..line.len()).collect();
    };
    let mut spans = named;
    spans.extend(marked.find_iter(line).map(|found| found.range()));
    let long = long.find_iter(line).map(|found| found.range());
    spans.extend(long.filter(|place| is_mixed(line, place)));
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

/// Long paths and names are told from keys by what people write: words in one case.
fn is_mixed(line: &str, place: &Range<usize>) -> bool {
    let text = line.get(place.clone()).unwrap_or_default();
    let has = |is: fn(&char) -> bool| text.chars().any(|character| is(&character));
    let is_mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase);
    let is_random = has(char::is_ascii_digit) && !text.contains(['/', '-', '_']);
    let before = line.get(..place.start).unwrap_or_default();
    (is_mixed || is_random) && !is_session(before, text)
}

/// Whether it is who acts, in the words of STS: `arn:aws:sts::ACCOUNT:` and `assumed-role/ROLE/SESSION`.
fn is_session(before: &str, text: &str) -> bool {
    let mut parts = before.rsplitn(5, ':').skip(1);
    let is_sts = parts.next().is_some_and(is_account) && parts.nth(1) == Some("sts");
    let mut names = text.split('/');
    let (kind, role, session) = (names.next(), names.next(), names.next());
    // A session has a name of at most 64 characters, and begins as those do that AWS names.
    let is_named = session.is_some_and(|name| {
        name.len() <= 64
            && ["i-", "eks-"]
                .into_iter()
                .any(|start| name.starts_with(start))
    });
    is_sts
        && kind == Some("assumed-role")
        && role.is_some_and(|role| role.len() <= 64)
        && is_named
        && names.next().is_none()
}

/// Whether it is the id of an account.
fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
