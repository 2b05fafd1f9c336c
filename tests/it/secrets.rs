//! A search for secrets in everything that a run left behind, in every form that text is likely to take.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::simulated::Simulated;

/// Shorter pieces would be found by chance.
const SHORTEST: usize = 12;

/// What must be found nowhere.
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// Everything that a world has issued, and what was given to the program.
    pub(crate) fn of(simulated: &Simulated, clusters: &[&str], given: &[&str]) -> Self {
        let simulator = simulated.simulator();
        let mut secrets = simulator.issued();
        let tokens = clusters
            .iter()
            .flat_map(|cluster| simulator.tokens(cluster));
        let tokens: Vec<String> = tokens.collect();
        // Of a token each part by itself is too much.
        let parts = tokens
            .iter()
            .map(String::as_str)
            .chain(given.iter().copied());
        secrets.extend(parts.flat_map(|token| token.split('.')).map(str::to_owned));
        secrets.retain(|secret| secret.len() >= SHORTEST);
        Self(secrets)
    }

    /// What another process wrote down, one a line.
    pub(crate) fn listed(text: &str) -> Self {
        let lines = text.lines().flat_map(|line| line.split('.'));
        let mut secrets: Vec<String> = lines.map(str::to_owned).collect();
        secrets.retain(|secret| secret.len() >= SHORTEST);
        Self(secrets)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Which of them is in a text, and in what form.
    pub(crate) fn found_in(&self, text: &str) -> Option<String> {
        let forms = self.0.iter().flat_map(|secret| forms(secret));
        forms
            .filter(|(_, form)| text.contains(form.as_str()))
            .map(|(name, form)| format!("{name} {form}"))
            .next()
    }

    #[track_caller]
    pub(crate) fn assert_not_in(&self, place: &str, text: &str) {
        if let Some(found) = self.found_in(text) {
            panic!("{place} holds a secret as {found}");
        }
    }

    /// Searches every file of a folder; returns how many there were.
    #[track_caller]
    pub(crate) fn assert_not_below(&self, folder: &Path, except: &[&str]) -> Vec<String> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.display().to_string();
            self.assert_not_in("a name", &name);
            if path.is_dir() {
                names.extend(self.assert_not_below(&path, except));
            } else if !except.iter().any(|end| name.ends_with(end)) {
                let bytes = fs::read(&path).unwrap_or_default();
                self.assert_not_in(&name, &String::from_utf8_lossy(&bytes));
                names.push(name);
            }
        }
        names
    }
}

/// A secret as it is, and as it would look in a header, a URL, a dump or a list of bytes.
fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let mut hex = String::new();
    for byte in secret.bytes() {
        write!(hex, "{byte:02x}").unwrap();
    }
    let encoded = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
    let bytes: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
    let mut forms = vec![
        ("text", secret.to_owned()),
        ("text backwards", secret.chars().rev().collect()),
        ("percent-encoded text", encoded.to_string()),
        ("hexadecimal digits", hex.to_uppercase()),
        ("hexadecimal digits", hex),
        ("a list of bytes", bytes.join(", ")),
        // Cut short for a line, it is still most of it.
        (
            "a beginning",
            secret.chars().take(secret.len() * 3 / 4).collect(),
        ),
    ];
    // Whatever stands before it moves the letters of base64.
    for skipped in 0..3 {
        let rest = secret.as_bytes().get(skipped..).unwrap_or_default();
        let whole = rest.len() / 3 * 3;
        let rest = rest.get(..whole).unwrap_or_default();
        forms.push(("base64", STANDARD.encode(rest)));
        forms.push(("base64url", URL_SAFE_NO_PAD.encode(rest)));
    }
    forms.retain(|(_, form)| form.len() >= SHORTEST * 3 / 4);
    forms
}

#[test]
fn every_form_is_found() {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfi";
    let secrets = Secrets(vec![secret.to_owned()]);
    assert_eq!(secrets.found_in("nothing of the kind"), None);
    for text in [
        format!("a {secret} b"),
        format!("{:?}", secret.as_bytes()),
        STANDARD.encode(format!("x:{secret}")),
        STANDARD.encode(format!("xy:{secret}!")),
        "https://x/?t=wJalrXUtnFEMI%2FK7MDENG%2BbPxRfi".to_owned(),
        "774a616c72585574 774a616c725855746e46454d492f4b374d44454e472b625078526669".to_owned(),
        "wJalrXUtnFEMI/K7MDENG…".to_owned(),
    ] {
        assert!(secrets.found_in(&text).is_some(), "{text}");
    }
}
